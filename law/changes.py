"""What a later calendar makes otherwise, and which of its rows did it."""

from collections.abc import Iterable
from datetime import date

from law.calendars import Calendar, DayEntry


def counts_otherwise(day: date, before: Calendar, after: Calendar) -> bool:
    """Tell whether a count that comes to `day` may end otherwise, or be more or less certain."""
    return _told(day, before) != _told(day, after)


def _told(day: date, calendar: Calendar) -> tuple[bool, bool] | None:
    if not calendar.covers(day.year):
        return None
    return calendar.is_working(day), calendar.provisional(day)


def reasons(
    said: Iterable[DayEntry], *, since: date, until: date, before: Calendar, after: Calendar
) -> list[DayEntry]:
    """Return what of `said` changes a count from `since` to `until`, both included."""
    return [e for e in said if since <= e.day <= until and counts_otherwise(e.day, before, after)]


def words(entry: DayEntry) -> str:
    """Return what the calendar calls the day, and by which notice."""
    return f"{entry.name}, {entry.notice}" if entry.notice else entry.name
