"""What accounts need when they are tried alone: English sentences, and mails that leave at once."""

from collections.abc import Iterator

import pytest
from django.utils import translation
from pytest_django import Settings


@pytest.fixture(autouse=True)
def _english() -> Iterator[None]:
    with translation.override("en"):
        yield


@pytest.fixture(autouse=True)
def _mails_leave_at_once(settings: Settings) -> None:
    settings.MAIL_QUEUE = "accounts.mail.send_at_once"
