"""Messages of a made-up kind, as an act would queue them."""

import itertools
from datetime import datetime
from typing import Any

from accounts.models import Agency, User
from notifications import services
from notifications.kinds import Kind, register
from notifications.messages import Message
from notifications.models import OutboxRow
from notifications.states import Channel

OPENED = register(Kind("test_opened", "{code}: opened", "The round for {code} is open.", link="home"))
_numbers = itertools.count(1)


def owed(
    *,
    at: datetime,
    agency: Agency | None = None,
    user: User | None = None,
    channel: Channel = Channel.ANNOUNCE,
    **context: Any,
) -> OutboxRow:
    """Return the outbox row of a message that was just queued."""
    key = f"test:{next(_numbers)}"
    message = Message(
        key=key,
        kind=OPENED.name,
        context={"code": "HS-1", **context},
        agency_id=agency.pk if agency else None,
        user_id=user.pk if user else None,
        channel=channel,
    )
    services.queue([message], at=at)
    return OutboxRow.objects.get(key=key)
