"""Making the effect of an outbox row: notices for people, or one e-mail."""

import logging
from collections.abc import Callable, Iterable
from datetime import datetime
from urllib.parse import quote, urlsplit

from django.conf import settings
from django.core.mail import EmailMessage
from django.db import transaction
from django.template.loader import render_to_string
from django.utils import translation

from accounts import selectors as accounts
from accounts.models import User
from notifications import kinds, rules
from notifications.models import Notification, OutboxRow
from notifications.services import READY_MADE
from notifications.states import Channel
from records.clock import local_day

logger = logging.getLogger(__name__)
ERROR_LENGTH = 200


def send(*, outbox_id: int, at: datetime) -> bool:
    """Make the effect of one row and mark it done, both or neither; tell whether that happened now.

    Safe to run any number of times, also at once: a row that is done, or that another worker holds,
    is left alone. A failure keeps the row undone, with a short reason, for the relay to try again.
    """
    try:
        with transaction.atomic():
            return _send(outbox_id, at)
    except Exception as error:  # whatever it is, the message stays owed
        logger.warning("outbox row %s not delivered: %s", outbox_id, type(error).__name__)
        _keep(outbox_id, error, at)
        return False


def _send(outbox_id: int, at: datetime) -> bool:
    row = OutboxRow.objects.undone().locked().filter(pk=outbox_id).first()
    if row is None:
        return False
    row.mark_done(reached=EFFECTS[row.channel](row), at=at)
    return True


def _keep(outbox_id: int, error: Exception, at: datetime) -> None:
    row = OutboxRow.objects.undone().filter(pk=outbox_id).first()
    if row is None:
        return
    # One line and no traceback: local variables may hold what nobody should read here.
    row.last_error = " ".join(f"{type(error).__name__}: {error}".split())[:ERROR_LENGTH]
    row.next_attempt_at = max(row.next_attempt_at, at + rules.wait(row.attempts))
    OutboxRow.objects.undone().filter(pk=outbox_id).update(
        last_error=row.last_error, next_attempt_at=row.next_attempt_at
    )


def _announce(row: OutboxRow) -> int:
    """Show a notice to everybody concerned and owe an e-mail to each."""
    people = recipients(row)
    _show(row, people)
    OutboxRow.objects.add_new([_mail_row(row, person) for person in people])
    return len(people)


def _show_only(row: OutboxRow) -> int:
    people = recipients(row)
    _show(row, people)
    return len(people)


def recipients(row: OutboxRow) -> list[User]:
    """Return whom the row is for: one person, or the members of the agency on the day it happened.

    Never the system, nor somebody whose account is closed.
    """
    if row.agency is not None:
        people: Iterable[User] = accounts.members(row.agency, on=local_day(row.created_at))
    else:
        people = [row.user] if row.user else []
    return [person for person in people if person.is_active and not person.is_system]


def _show(row: OutboxRow, people: list[User]) -> None:
    # Rendered once, so that a kind or a value that is missing keeps the row, instead of a blank notice.
    kinds.render(row.kind, row.context)
    notices = [Notification(outbox=row, user=person, created_at=row.created_at) for person in people]
    Notification.objects.bulk_create(notices, ignore_conflicts=True)


def _mail_row(row: OutboxRow, person: User) -> OutboxRow:
    return OutboxRow(
        key=row.mail_key(person.pk),
        kind=row.kind,
        context=row.context,
        channel=Channel.EMAIL,
        user=person,
        address="",
        created_at=row.created_at,
    )


def _mail(row: OutboxRow) -> int:
    """Send one e-mail: at least once, always with the same Message-ID, so that mail programs see one."""
    if row.kind == READY_MADE:
        _email(row, row.address, row.context["subject"], row.context["body"]).send()
        row.context = {}  # it held a link that lets somebody in
        return 1
    people = recipients(row)
    for person in people:
        subject, body = _letter(row, person)
        _email(row, person.email, subject, body).send()
    return len(people)


def _letter(row: OutboxRow, person: User) -> tuple[str, str]:
    with translation.override(person.language):
        told = kinds.render(row.kind, row.context)
        link = f"{settings.SITE_URL.rstrip('/')}{told.path}" if told.path else ""
        context = {"person": person, "told": told, "link": link, "site_name": settings.SITE_NAME}
        return told.title, render_to_string("notifications/email.txt", context)


def _email(row: OutboxRow, to: str, subject: str, body: str) -> EmailMessage:
    headers = {"Message-ID": message_id(row.key), "Auto-Submitted": "auto-generated"}
    return EmailMessage(subject, body, to=[to], headers=headers)


def message_id(key: str) -> str:
    """Return the outbox key as a Message-ID (RFC 5322): the same key, the same mail."""
    return f"<{quote(key, safe='')}@{urlsplit(settings.SITE_URL).hostname}>"


EFFECTS: dict[str, Callable[[OutboxRow], int]] = {
    Channel.ANNOUNCE: _announce,
    Channel.APP: _show_only,
    Channel.EMAIL: _mail,
}
