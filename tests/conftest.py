"""What every test stands on: closed sockets, the calendar of the law, and a day that is told."""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from django.core.cache import cache
from pytest_django import DjangoDbBlocker

HANOI = ZoneInfo("Asia/Ho_Chi_Minh")
FIRST_MORNING = datetime(2026, 10, 5, 9, 0, tzinfo=HANOI)  # a Monday, with R4 in force
CALENDAR = Path(__file__).resolve().parent.parent / "law" / "data" / "calendar.csv"

DATABASE_FIXTURES = {"db", "transactional_db", "live_server"}


@pytest.fixture
def at() -> datetime:
    """Return the moment at which things happen: Monday 05/10/2026, 09:00 in Hanoi."""
    return FIRST_MORNING


@pytest.fixture
def days_later(at: datetime) -> Callable[[int], datetime]:
    """Return a function that tells the same hour, so many calendar days later."""
    return lambda days: at + timedelta(days=days)


@pytest.fixture(autouse=True)
def _empty_cache() -> Iterator[None]:
    yield
    cache.clear()


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> None:
    """Load the calendar once, so that every test that has a database can count working days."""
    with django_db_blocker.unblock():
        _load_calendar()


@pytest.fixture(autouse=True)
def _calendar(request: pytest.FixtureRequest) -> None:
    """Load the calendar again where a test with real transactions has emptied the tables."""
    if request.node.get_closest_marker("django_db") or DATABASE_FIXTURES & set(request.fixturenames):
        request.getfixturevalue("_django_db_helper")
        _load_calendar()


def _load_calendar() -> None:
    from law.models import CalendarDay
    from law.services import load_calendar

    if not CalendarDay.objects.exists():
        load_calendar(CALENDAR, at=FIRST_MORNING)
