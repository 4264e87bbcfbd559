"""The demo's clock: the database's time, moved ahead by a stored amount. Production has no such setting."""

from datetime import datetime, timedelta

from django.db.models import F

from demo.models import DemoClock
from records.clock import database_time

MOST_AT_ONCE = timedelta(days=366)


def moved_time() -> datetime:
    """Return the demo's present moment."""
    return database_time() + ahead()


def ahead() -> timedelta:
    """Return by how much the demo's time runs ahead."""
    return DemoClock.objects.filter(pk=1).values_list("ahead", flat=True).first() or timedelta(0)


def move(by: timedelta) -> timedelta:
    """Move the clock ahead; never back, since what has happened has happened. Return the new lead.

    Raises:
        ValueError: `by` is not ahead, or more than a year.
    """
    if not timedelta(0) < by <= MOST_AT_ONCE:
        raise ValueError(f"Move the clock ahead by 1 to {MOST_AT_ONCE.days} days at a time.")
    DemoClock.objects.get_or_create(pk=1)
    DemoClock.objects.filter(pk=1).update(ahead=F("ahead") + by)
    return ahead()
