"""Queueing messages in the transaction of the act, and reading them."""

from collections.abc import Sequence
from datetime import datetime

from accounts.models import User
from notifications import kinds
from notifications.messages import Message
from notifications.models import Heartbeat, Notification, OutboxRow
from notifications.states import Channel

READY_MADE = "mail"


def queue(messages: Sequence[Message], *, at: datetime) -> int:
    """Owe `messages` from now on: one INSERT, in the caller's transaction. Return how many are new.

    Nothing is sent here: the relay finds the rows after the commit, so nobody hears of what was
    rolled back. A key that is known already is left as it is.

    Raises:
        UnknownKind, ContextIncomplete: the message could never be told.
    """
    for message in messages:
        kinds.render(message.kind, message.context)
    return OutboxRow.objects.add_new([_row(message, at) for message in messages])


def _row(message: Message, at: datetime) -> OutboxRow:
    return OutboxRow(
        key=message.key,
        kind=message.kind,
        context=dict(message.context),
        channel=message.channel,
        agency_id=message.agency_id,
        user_id=message.user_id,
        address="",
        created_at=at,
    )


def queue_mail(*, key: str, to: str, subject: str, body: str, at: datetime) -> None:
    """Owe one ready-made e-mail to the address `to`, who need not have an account.

    Its text is forgotten once it is sent: such mails carry links that let people in.
    """
    row = OutboxRow(
        key=key,
        kind=READY_MADE,
        context={"subject": subject, "body": body},
        channel=Channel.EMAIL,
        address=to,
        created_at=at,
    )
    OutboxRow.objects.add_new([row])


def mark_read(notice: Notification, *, at: datetime) -> None:
    """Note when `notice` was first opened; opening it again changes nothing."""
    Notification.objects.unread().filter(pk=notice.pk).update(read_at=at)


def mark_all_read(*, by: User, at: datetime) -> int:
    """Note that `by` has read all; return how many were unread."""
    return Notification.objects.visible_to(by).unread().update(read_at=at)


def beat(name: str, *, at: datetime) -> None:
    """Leave a sign of life of the process `name`, in one statement."""
    Heartbeat.objects.bulk_create(
        [Heartbeat(name=name, at=at)], update_conflicts=True, unique_fields=["name"], update_fields=["at"]
    )
