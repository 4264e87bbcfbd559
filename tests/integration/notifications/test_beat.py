from pathlib import Path
from typing import Any

import pytest
from django.db import DatabaseError

from config.celery import app
from notifications import beat
from notifications.models import Heartbeat
from records import clock

# A tick may close its connection, which would end the transaction around a test.
pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def scheduler(tmp_path: Path) -> Any:
    scheduler = beat.Scheduler(app=app, schedule_filename=str(tmp_path / "schedule"), lazy=True)
    yield scheduler
    scheduler.close()


def test_a_tick_leaves_a_sign_of_life_and_wakes_soon(scheduler: Any) -> None:
    scheduler.setup_schedule()

    pause = scheduler.tick()

    assert Heartbeat.objects.filter(name="beat").exists()
    assert 0 <= pause <= 5


def test_a_tick_goes_on_without_the_database(scheduler: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    def away() -> None:
        raise DatabaseError("server closed the connection")

    scheduler.setup_schedule()
    monkeypatch.setattr(clock, "database_time", away)

    scheduler.tick()

    assert not Heartbeat.objects.filter(name="beat").exists()
