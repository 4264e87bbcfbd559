"""The calendar file, and what the calendar makes of a day."""

from datetime import date
from pathlib import Path

import holidays
import pytest

from law import calendars
from law.calendars import COLUMNS, Calendar
from law.exceptions import CalendarMissing, LawDataError
from law.states import DayKind, DayStatus

CALENDAR = Calendar(1, calendars.read(calendars.DEFAULT_FILE))
GOOD = "2028-01-01,off,Tết Dương lịch,statute,,official,,"


@pytest.mark.parametrize(
    ("day", "is_working", "is_provisional"),
    [
        (date(2026, 10, 5), True, False),
        (date(2026, 10, 10), False, False),
        (date(2026, 9, 2), False, False),
        (date(2026, 8, 22), True, False),
        (date(2026, 11, 24), True, False),
        (date(2027, 2, 4), False, True),
        (date(2027, 2, 7), False, False),  # expected, but a Sunday anyway
    ],
)
def test_day_is_worked_or_not(day: date, is_working: bool, is_provisional: bool) -> None:
    assert (CALENDAR.is_working(day), CALENDAR.provisional(day)) == (is_working, is_provisional)


def test_year_without_rows_is_unknown_and_not_without_holidays() -> None:
    assert CALENDAR.covers(2027)
    assert not CALENDAR.covers(2028)
    with pytest.raises(CalendarMissing):
        CALENDAR.is_working(date(2028, 1, 3))


def test_expected_days_of_2027_are_listed() -> None:
    expected = [date(2027, 2, day) for day in (4, 5, 8, 9, 10)]
    assert CALENDAR.provisional_days(2027) == [*expected, date(2027, 9, 3)]


# Where the library differs, and why ours is right or at least no worse.
UNKNOWN_TO_THE_LIBRARY = {date(2026, 1, 2)}  # swapped with 10/1/2026 by 12729/VPCP-KGVX
UNCONFIRMED = {date(2026, 11, 24), date(2027, 11, 24)}  # a day off to the library, not yet to us


@pytest.mark.parametrize("year", sorted(CALENDAR.years))
def test_days_off_agree_with_the_holidays_library(year: int) -> None:
    ours = {
        day
        for day, entry in CALENDAR.entries.items()
        if day.year == year and entry.kind == DayKind.OFF and entry.status != DayStatus.UNCONFIRMED
    }
    theirs = set(holidays.country_holidays("VN", years=year))
    assert ours - UNKNOWN_TO_THE_LIBRARY == theirs - UNCONFIRMED


@pytest.mark.parametrize(
    ("line", "message"),
    [
        (f"{GOOD}\n{GOOD}", "row 3, column day: '2028-01-01' stands here twice"),
        (",off,x,statute,,official,,", "row 2, column day: '' is missing"),
        ("1/1/2028,off,x,statute,,official,,", "row 2, column day: '1/1/2028' is not a day written"),
        ("2028-02-30,off,x,statute,,official,,", "row 2, column day: '2028-02-30' is not a day written"),
        ("2028-01-01,free,x,statute,,official,,", "row 2, column kind: 'free' is none of: off, work"),
        ("2028-01-01,off,,statute,,official,,", "row 2, column name: '' is missing"),
        ("2028-01-01,off,x,habit,,official,,", "row 2, column basis: 'habit' is none of"),
        ("2028-01-01,off,x,statute,,likely,,", "row 2, column status: 'likely' is none of"),
        ("2028-01-01,off,x,statute,,official,soon,", "row 2, column known_from: 'soon' is not a day"),
        ("2028-01-01,off,x,statute,,official,,no", "row 2, column withdrawn: 'no' is neither empty nor"),
        ('2028-01-01,off,"x', "unexpected end of data"),
    ],
)
def test_bad_line_is_refused_and_told_where(line: str, message: str, tmp_path: Path) -> None:
    path = tmp_path / "days.csv"
    path.write_text(f"{','.join(COLUMNS)}\n{line}\n", encoding="utf-8")
    with pytest.raises(LawDataError) as refusal:
        calendars.read(path)
    assert str(refusal.value).startswith("days.csv, row ")
    assert message in str(refusal.value)
