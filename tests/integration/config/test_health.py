from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.db import OperationalError
from django.db.migrations.recorder import MigrationRecorder
from django.test import Client

from config import health
from config.health import Status
from notifications import beat, services
from notifications.models import OutboxRow
from records import clock
from tests.factories import people
from tests.factories.notifications import owed

pytestmark = pytest.mark.django_db


@pytest.fixture
def now() -> datetime:
    return clock.database_time()


@pytest.fixture
def _all_alive(now: datetime) -> None:
    for name in ("relay", "beat"):
        services.beat(name, at=now)


def test_healthz_answers_without_the_database(client: Client, django_assert_num_queries: Any) -> None:
    with django_assert_num_queries(0):
        answer = client.get("/healthz")

    assert (answer.status_code, answer.content) == (200, b"ok")


@pytest.mark.usefixtures("_all_alive")
def test_readyz_answers_what_each_check_found(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "local_day", lambda moment: date(2026, 10, 5))

    answer = client.get("/readyz")

    checks = answer.json()["checks"]
    assert answer.status_code == 200
    assert {"database", "migrations", "relay", "outbox", "calendar"} <= set(checks)
    assert checks["migrations"] == {"status": "ok", "detail": "all applied"}
    assert checks["relay"]["status"] == "ok"
    assert "no-cache" in answer.headers["Cache-Control"]


def test_readyz_is_503_without_a_relay(client: Client) -> None:
    answer = client.get("/readyz")

    assert (answer.status_code, answer.json()["status"]) == (503, "red")
    assert answer.json()["checks"]["relay"] == {"status": "red", "detail": "no sign of life yet"}


def test_readyz_tells_nothing_about_a_database_that_is_away(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away() -> datetime:
        raise OperationalError('connection to server at "10.1.2.3", user "khoicong" failed')

    monkeypatch.setattr(clock, "database_time", away)

    answer = client.get("/readyz")

    assert answer.status_code == 503
    assert answer.json()["checks"] == {
        "database": {"status": "red", "detail": "cannot be asked: OperationalError"}
    }


@pytest.mark.parametrize(("silent_for", "status"), [(0, Status.OK), (60, Status.OK), (61, Status.RED)])
def test_a_process_is_dead_after_a_minute(now: datetime, silent_for: int, status: Status) -> None:
    services.beat("relay", at=now)

    found = health.check_alive("relay", at=now + timedelta(seconds=silent_for))

    assert (found.status, found.detail) == (status, f"last sign of life {silent_for} s ago")


@pytest.mark.parametrize(("scheduler", "asked"), [(beat.SCHEDULER, True), ("other:Scheduler", False)])
def test_beat_is_asked_where_it_gives_signs_of_life(settings: Any, scheduler: str, asked: bool) -> None:
    settings.CELERY_BEAT_SCHEDULER = scheduler

    assert ("beat" in health.findings()) is asked


def test_a_migration_that_was_not_applied_is_red() -> None:
    MigrationRecorder.Migration.objects.filter(app="notifications", name="0001_initial").delete()

    found = health.check_migrations()

    assert (found.status, found.detail) == (Status.RED, "not applied: notifications.0001_initial")


@pytest.mark.parametrize(
    ("age", "error", "status"),
    [
        (60, "", Status.OK),
        (61, "", Status.WARNING),
        (601, "", Status.RED),
        (9999, "SMTPRecipientsRefused: …", Status.WARNING),
    ],
)
def test_the_outbox_is_judged_by_its_oldest_undone_row(
    at: datetime, now: datetime, age: int, error: str, status: Status
) -> None:
    row = owed(at=at, user=people.person())
    put_off = now + timedelta(minutes=9)
    OutboxRow.objects.filter(pk=row.pk).update(queued_at=now, last_error=error, next_attempt_at=put_off)

    assert health.check_outbox(at=now + timedelta(seconds=age)).status == status


def test_an_outbox_without_debts_is_well(now: datetime) -> None:
    assert health.check_outbox(at=now).status == Status.OK


@pytest.mark.parametrize(
    ("on", "status", "detail"),
    [
        (date(2025, 6, 1), Status.OK, "covers 2025 and 2026"),
        (date(2026, 6, 1), Status.WARNING, "some days off are provisional"),
        (date(2031, 6, 1), Status.RED, "no calendar for 2031, 2032"),
    ],
)
def test_the_calendar_covers_this_year_and_the_next(on: date, status: Status, detail: str) -> None:
    found = health.check_calendar(on=on)

    assert (found.status, found.detail) == (status, detail)
