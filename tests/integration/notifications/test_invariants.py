from datetime import datetime

import pytest

from notifications import invariants, tasks
from notifications.models import Notification, OutboxRow
from notifications.states import Channel
from records.invariants import all_invariants
from tests.factories import people
from tests.factories.notifications import owed

pytestmark = pytest.mark.django_db


@pytest.fixture
def row(at: datetime) -> OutboxRow:
    row = owed(at=at, user=people.person())
    tasks.deliver(outbox_id=row.pk)
    return row


def breaks() -> list[str]:
    return list(invariants.done_means_told())


def test_it_is_checked_by_verify() -> None:
    assert "I5" in [invariant.name for invariant in all_invariants()]


def test_it_holds_for_what_is_owed_and_for_what_is_told(row: OutboxRow, at: datetime) -> None:
    owed(at=at, user=people.person())

    assert breaks() == []


def test_a_row_that_is_done_without_its_notice_is_a_break(row: OutboxRow) -> None:
    Notification.objects.all().delete()

    assert breaks() == [f"{row.key}: done for 1 people, shown to 0"]


def test_a_notice_without_its_mail_is_a_break(row: OutboxRow) -> None:
    OutboxRow.objects.filter(channel=Channel.EMAIL).delete()

    assert breaks() == [
        f"{row.key} → {row.user_id}: shown in the app, but no e-mail is owed or sent",
    ]
