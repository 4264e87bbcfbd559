"""The kinds of message, registered by the apps above that send them: their texts and their link."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.urls import NoReverseMatch, reverse
from django.utils.functional import Promise
from django.utils.translation import gettext

from notifications.exceptions import ContextIncomplete, UnknownKind

Text = str | Promise


@dataclass(frozen=True)
class Kind:
    """One kind of message. `title` and `body` are format strings, filled with the context.

    `link` is the name of the page to open, with the context's `link_args`; empty for none. A `legal`
    notice cannot be muted by its reader.
    """

    name: str
    title: Text
    body: Text
    link: str = ""
    legal: bool = False


@dataclass(frozen=True)
class Rendered:
    """A message in the language of its reader; `path` is empty where there is nothing to open."""

    title: str
    body: str
    path: str


_registry: dict[str, Kind] = {}


def register(kind: Kind) -> Kind:
    """Make `kind` known; call it while apps are loaded."""
    _registry[kind.name] = kind
    return kind


def all_kinds() -> list[Kind]:
    """Return the registered kinds by name."""
    return [_registry[name] for name in sorted(_registry)]


def kind(name: str) -> Kind:
    """Return the kind of that name.

    Raises:
        UnknownKind: nobody registered it; in a worker, a newer version may have.
    """
    try:
        return _registry[name]
    except KeyError:
        raise UnknownKind(name) from None


def render(name: str, context: Mapping[str, Any]) -> Rendered:
    """Return a message in the active language.

    Raises:
        UnknownKind: nobody registered the kind.
        ContextIncomplete: its texts ask for a value that `context` lacks.
    """
    found = kind(name)
    values = {key: _spoken(value) for key, value in context.items()}
    try:
        # One line: a line break in a name must not start another header of the mail.
        title = " ".join(str(found.title).format(**values).split())
        body = str(found.body).format(**values)
    except KeyError as missing:
        raise ContextIncomplete(f"{name} asks for {missing}") from None
    return Rendered(title, body, path(found, context))


def path(kind: Kind, context: Mapping[str, Any]) -> str:
    """Return the path of the page that the message is about; empty where there is none (any more)."""
    if not kind.link:
        return ""
    try:
        return reverse(kind.link, args=context.get("link_args", ()))
    except NoReverseMatch:
        return ""


def _spoken(value: Any) -> Any:
    """Translate a value written by `messages.translatable`; an empty source text stays empty."""
    if isinstance(value, dict) and "msgid" in value:
        return gettext(value["msgid"]) if value["msgid"] else ""
    return value
