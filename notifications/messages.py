"""A message as the acts of the domain write it: what happened, and to whom it is of interest."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils import translation

from notifications.exceptions import MessageInvalid
from notifications.states import Channel

KEY_LENGTH = 200


@dataclass(frozen=True)
class Message:
    """What is to be told to the members of one agency, or to one person.

    `key` makes it happen once: a second message with the same key is ignored. `kind` is a name
    registered in `notifications.kinds`; `context` holds the values of its texts, as plain JSON, and
    `link_args` for its link. Days are given as people read them (dd/mm/yyyy); a text that has to be
    translated for each reader is given as `translatable(text)`.

    Raises:
        MessageInvalid: no recipient, or two; no key, or one that is too long.
    """

    key: str
    kind: str
    context: Mapping[str, Any]
    agency_id: int | None = None
    user_id: int | None = None
    channel: Channel = Channel.ANNOUNCE

    def __post_init__(self) -> None:
        if (self.agency_id is None) == (self.user_id is None):
            raise MessageInvalid(f"{self.key}: name an agency or a person, and not both")
        if not 0 < len(self.key) <= KEY_LENGTH:
            raise MessageInvalid(f"{self.key!r}: a key has 1 to {KEY_LENGTH} characters")
        if self.channel == Channel.EMAIL and self.user_id is None:
            raise MessageInvalid(f"{self.key}: an e-mail goes to a person; announce it to an agency")


def translatable(text: object) -> dict[str, str]:
    """Return a lazy text as a context value that every reader gets in their own language."""
    with translation.override("en"):
        return {"msgid": str(text)}
