import smtplib
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.core import mail
from django.core.mail.backends.locmem import EmailBackend

from accounts.models import Membership, User
from notifications import delivery, services, tasks
from notifications.messages import Message, translatable
from notifications.models import Notification, OutboxRow
from notifications.states import Channel
from records import clock
from tests.factories import people
from tests.factories.notifications import OPENED, owed

pytestmark = pytest.mark.django_db


def deliver_all(times: int = 1) -> None:
    """Run the task for every row that is undone, each so many times, until none is new."""
    for _ in range(2):  # announcements first, then the mails that they owe
        for outbox_id in OutboxRow.objects.undone().order_by("pk").values_list("pk", flat=True):
            for _ in range(times):
                tasks.deliver(outbox_id=outbox_id)


class Refusing(EmailBackend):
    """A mail server that takes nothing."""

    def send_messages(self, messages: Any) -> int:
        raise smtplib.SMTPServerDisconnected("Connection unexpectedly closed")


@pytest.fixture
def mail_server_down(settings: Any) -> None:
    settings.EMAIL_BACKEND = f"{__name__}.Refusing"


def test_three_deliveries_show_and_mail_once(at: datetime) -> None:
    office = people.office()
    officers = {people.member(office, name=name) for name in ("Trần Văn Bình", "Phạm Thị Mai")}
    owed(at=at, agency=office)

    deliver_all(times=3)

    assert {notice.user for notice in Notification.objects.all()} == officers
    assert sorted(address for letter in mail.outbox for address in letter.to) == sorted(
        officer.email for officer in officers
    )
    assert not OutboxRow.objects.undone().exists()


def test_announcement_counts_whom_it_reached(at: datetime) -> None:
    office = people.office()
    people.member(office)
    people.member(office)
    row = owed(at=at, agency=office)

    tasks.deliver(outbox_id=row.pk)

    row.refresh_from_db()
    assert (row.reached, row.last_error) == (2, "")
    assert row.done_at is not None
    assert OutboxRow.objects.filter(channel=Channel.EMAIL).count() == 2


def test_members_are_those_of_the_day_it_happened(at: datetime) -> None:
    office = people.office()
    before, after = people.member(office), people.member(office)
    day = clock.local_day(at)
    Membership.objects.filter(user=before).update(valid_to=day)
    Membership.objects.filter(user=after).update(valid_from=day + timedelta(days=1))

    row = owed(at=at, agency=office)
    delivery.send(outbox_id=row.pk, at=at + timedelta(days=9))

    assert [notice.user for notice in Notification.objects.all()] == [before]


def test_a_person_with_two_roles_is_told_once(at: datetime) -> None:
    from accounts.states import Role

    office = people.office()
    people.member(office, Role.OFFICER, Role.LEADER)
    owed(at=at, agency=office)

    deliver_all()

    assert (Notification.objects.count(), len(mail.outbox)) == (1, 1)


def test_the_system_and_closed_accounts_are_never_told(at: datetime) -> None:
    closed = people.person()
    User.objects.filter(pk=closed.pk).update(is_active=False)
    system = User.objects.system()
    User.objects.filter(pk=system.pk).update(is_active=True)
    rows = [
        owed(at=at, user=closed),
        owed(at=at, user=system),
        owed(at=at, user=system, channel=Channel.EMAIL),
    ]

    deliver_all()

    assert not Notification.objects.exists()
    assert mail.outbox == []
    assert [OutboxRow.objects.get(pk=row.pk).reached for row in rows] == [0, 0, 0]


def test_the_app_channel_sends_no_mail(at: datetime) -> None:
    owed(at=at, user=people.person(), channel=Channel.APP)

    deliver_all()

    assert (Notification.objects.count(), mail.outbox) == (1, [])


def test_the_mail_speaks_to_its_reader_and_names_its_key(at: datetime, settings: Any) -> None:
    settings.SITE_URL = "https://khoicong.example/"
    user = people.person("Đỗ Thị Hạnh")
    User.objects.filter(pk=user.pk).update(language="en")
    row = owed(at=at, user=user)

    deliver_all()

    letter = mail.outbox[0]
    assert letter.subject == "HS-1: opened"
    assert "Hello Đỗ Thị Hạnh," in letter.body
    assert "The round for HS-1 is open." in letter.body
    assert "https://khoicong.example/\n" in letter.body
    assert (
        letter.extra_headers["Message-ID"]
        == f"<{row.key.replace(':', '%3A')}%3Amail%3A{user.pk}@khoicong.example>"
    )


@pytest.mark.parametrize(("language", "word"), [("vi", "Thứ 2"), ("en", "Monday")])
def test_the_mail_is_in_the_language_of_its_reader(at: datetime, language: str, word: str) -> None:
    user = people.person()
    User.objects.filter(pk=user.pk).update(language=language)
    context = {"code": translatable("Monday")}
    services.queue([Message(key="k", kind=OPENED.name, context=context, user_id=user.pk)], at=at)

    deliver_all()

    assert mail.outbox[0].subject == f"{word}: opened"


def test_a_ready_made_mail_is_sent_and_its_text_forgotten(at: datetime) -> None:
    services.queue_mail(key="mail:1", to="an@example.vn", subject="Hello", body="secret link", at=at)

    deliver_all(times=3)

    assert [(letter.to, letter.subject, letter.body) for letter in mail.outbox] == [
        (["an@example.vn"], "Hello", "secret link")
    ]
    assert OutboxRow.objects.get().context == {}


@pytest.mark.usefixtures("mail_server_down")
def test_a_refused_mail_stays_owed_with_a_short_reason(at: datetime) -> None:
    services.queue_mail(key="mail:1", to="an@example.vn", subject="Hello", body="secret link", at=at)
    row = OutboxRow.objects.get()

    assert delivery.send(outbox_id=row.pk, at=at + timedelta(days=99)) is False

    row.refresh_from_db()
    assert row.done_at is None
    assert row.last_error == "SMTPServerDisconnected: Connection unexpectedly closed"
    assert row.next_attempt_at == at + timedelta(days=99, seconds=5)
    assert row.context["body"] == "secret link"


def test_a_mail_that_was_refused_is_sent_later_and_the_reason_cleared(at: datetime, settings: Any) -> None:
    services.queue_mail(key="mail:1", to="an@example.vn", subject="Hello", body="…", at=at)
    backend, settings.EMAIL_BACKEND = settings.EMAIL_BACKEND, f"{__name__}.Refusing"
    deliver_all()
    settings.EMAIL_BACKEND = backend

    deliver_all()

    row = OutboxRow.objects.get()
    assert (len(mail.outbox), row.reached, row.last_error) == (1, 1, "")


def test_a_crash_between_effect_and_done_loses_nothing(at: datetime, monkeypatch: pytest.MonkeyPatch) -> None:
    row = owed(at=at, user=people.person())

    def crash(*args: Any, **kwargs: Any) -> None:
        raise SystemExit("killed")

    with monkeypatch.context() as patched:
        patched.setattr(OutboxRow, "mark_done", crash)
        with pytest.raises(SystemExit, match="killed"):
            tasks.deliver(outbox_id=row.pk)

    row.refresh_from_db()
    assert row.done_at is None
    assert not Notification.objects.exists()
    assert not OutboxRow.objects.filter(channel=Channel.EMAIL).exists()

    deliver_all()

    assert (Notification.objects.count(), len(mail.outbox)) == (1, 1)


def test_an_older_worker_leaves_a_kind_that_it_does_not_know(at: datetime) -> None:
    row = owed(at=at, user=people.person())
    OutboxRow.objects.filter(pk=row.pk).update(kind="of_tomorrow")

    tasks.deliver(outbox_id=row.pk)

    row.refresh_from_db()
    assert (row.done_at, row.last_error) == (None, "UnknownKind: of_tomorrow")


def test_a_message_for_a_row_that_is_gone_does_nothing(django_assert_num_queries: Callable[..., Any]) -> None:
    tasks.deliver(outbox_id=10**9)

    assert not Notification.objects.exists()
