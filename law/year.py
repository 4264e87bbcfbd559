"""A year of the calendar as a page shows it: months, weeks, and what is said about each day."""

from calendar import monthrange
from dataclasses import dataclass
from datetime import date, timedelta

from law.calendars import Calendar, DayEntry, is_weekday
from law.states import DayKind, DaySign, DayStatus

WEEK = 7


@dataclass(frozen=True)
class Cell:
    """One day with its sign, if any: what the calendar makes of it that the week would not."""

    day: date
    sign: DaySign | None

    @property
    def is_weekend(self) -> bool:
        """Tell whether the day is a Saturday or a Sunday."""
        return not is_weekday(self.day)


@dataclass(frozen=True)
class Month:
    """The weeks of a month, Monday first; None where a week reaches into another month."""

    first: date
    weeks: list[list[Cell | None]]


def months(year: int, days: Calendar) -> list[Month]:
    """Return the twelve months of `year`."""
    return [_month(date(year, month, 1), days) for month in range(1, 13)]


def weekdays() -> list[date]:
    """Return a Monday to a Sunday, for their names."""
    monday = date(2024, 1, 1)
    return [monday + timedelta(days=n) for n in range(WEEK)]


def _month(first: date, days: Calendar) -> Month:
    blank = first.weekday()
    length = monthrange(first.year, first.month)[1]
    cells: list[Cell | None] = [None] * blank
    cells += [Cell(day, sign(days.entry(day))) for day in (first + timedelta(days=n) for n in range(length))]
    cells += [None] * (-len(cells) % WEEK)
    return Month(first, [cells[start : start + WEEK] for start in range(0, len(cells), WEEK)])


def sign(entry: DayEntry | None) -> DaySign | None:
    """Return how the day of `entry` is marked; None where nothing is said of it."""
    if entry is None:
        return None
    if entry.status == DayStatus.UNCONFIRMED:
        return DaySign.UNCONFIRMED
    if entry.status == DayStatus.PROVISIONAL:
        return DaySign.EXPECTED
    return DaySign.OFF if entry.kind == DayKind.OFF else DaySign.WORK
