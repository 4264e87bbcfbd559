from typing import Any

import pytest
from django.utils.translation import gettext_lazy, override

from notifications.exceptions import MessageInvalid
from notifications.messages import Message, translatable
from notifications.states import Channel


@pytest.mark.parametrize(
    ("wrong", "reason"),
    [
        ({}, "name an agency or a person"),
        ({"agency_id": 1, "user_id": 1}, "and not both"),
        ({"user_id": 1, "key": ""}, "1 to 200 characters"),
        ({"user_id": 1, "key": "k" * 201}, "1 to 200 characters"),
        ({"agency_id": 1, "channel": Channel.EMAIL}, "an e-mail goes to a person"),
    ],
)
def test_message_refuses_what_could_not_be_told(wrong: dict[str, Any], reason: str) -> None:
    with pytest.raises(MessageInvalid, match=reason):
        Message(**{"key": "k", "kind": "x", "context": {}} | wrong)


def test_translatable_keeps_the_source_text_whatever_language_is_spoken() -> None:
    with override("vi"):
        assert translatable(gettext_lazy("Error:")) == {"msgid": "Error:"}
