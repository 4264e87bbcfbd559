"""A year as a page shows it."""

from datetime import date, timedelta

import pytest

from law.calendars import DEFAULT_FILE, Calendar, read
from law.states import DaySign
from law.year import months, weekdays

DAYS = Calendar(1, read(DEFAULT_FILE))


@pytest.mark.parametrize("year", [2023, 2024, 2026, 2027])
def test_every_day_of_the_year_stands_once_under_its_weekday(year: int) -> None:
    shown = months(year, DAYS)
    cells = [
        (place, cell.day)
        for month in shown
        for week in month.weeks
        for place, cell in enumerate(week)
        if cell
    ]
    first = date(year, 1, 1)
    assert [day for _place, day in cells] == [
        first + timedelta(days=n) for n in range((date(year + 1, 1, 1) - first).days)
    ]
    assert all(place == day.weekday() for place, day in cells)
    assert all(len(week) == 7 for month in shown for week in month.weeks)


def test_signs_are_those_of_the_entries() -> None:
    signs = {
        cell.day: cell.sign for month in months(2026, DAYS) for week in month.weeks for cell in week if cell
    }
    assert signs[date(2026, 8, 22)] == DaySign.WORK
    assert signs[date(2026, 8, 31)] == DaySign.OFF
    assert signs[date(2026, 11, 24)] == DaySign.UNCONFIRMED
    assert {day for day, sign in signs.items() if sign} == {day for day in DAYS.entries if day.year == 2026}


def test_weeks_begin_on_monday() -> None:
    assert [day.weekday() for day in weekdays()] == list(range(7))
