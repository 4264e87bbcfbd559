"""The calendar file, and what the calendar makes of a day."""

from datetime import date
from pathlib import Path

import holidays
import pytest

from law import calendars
from law.calendars import COLUMNS, Calendar, DayEntry, is_weekday
from law.exceptions import CalendarMissing, LawDataError
from law.states import DayBasis, DayKind, DayStatus

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
ONLY_OURS = {
    date(2026, 1, 2),  # off, and the Saturday worked instead, by 12729/VPCP-KGVX
    date(2026, 1, 10),
}
ONLY_THEIRS = {
    date(2026, 11, 24),  # announced as a day off, and not confirmed
    date(2027, 11, 24),
}


def test_the_shipped_calendar_knows_every_year_of_the_rule_sets_on_clusters() -> None:
    assert set(range(2017, 2027)) <= CALENDAR.years


@pytest.mark.parametrize("year", sorted(CALENDAR.years))
def test_days_off_agree_with_the_holidays_library(year: int) -> None:
    ours = of_kind(DayKind.OFF, year)
    theirs = set(holidays.country_holidays("VN", years=year))
    assert ours - theirs == {day for day in ONLY_OURS if day.year == year and is_weekday(day)}
    assert theirs - ours == {day for day in ONLY_THEIRS if day.year == year}


def test_make_up_days_agree_with_the_holidays_library() -> None:
    years = sorted(CALENDAR.years)
    ours = {day for year in years for day in of_kind(DayKind.WORK, year)}
    theirs = {
        day for day in holidays.country_holidays("VN", years=years).weekend_workdays if day.year in years
    }
    assert ours - theirs == {day for day in ONLY_OURS if not is_weekday(day)}
    assert theirs <= ours


def of_kind(kind: DayKind, year: int) -> set[date]:
    return {
        day
        for day, entry in CALENDAR.entries.items()
        if day.year == year and entry.kind == kind and entry.status != DayStatus.UNCONFIRMED
    }


@pytest.mark.parametrize(
    ("known_on", "day", "is_working"),
    [
        (date(2025, 12, 24), date(2026, 1, 2), True),  # the notice of 25/12/2025 is not out
        (date(2025, 12, 25), date(2026, 1, 2), False),
        (date(2025, 12, 24), date(2026, 1, 10), False),
        (date(2025, 12, 25), date(2026, 1, 10), True),
        (date(2025, 10, 12), date(2026, 8, 31), True),
        (date(2025, 10, 13), date(2026, 8, 31), False),
        (date(2017, 1, 1), date(2026, 9, 2), False),  # by statute
        (date(2017, 1, 1), date(2027, 2, 4), False),  # by the usual rule
    ],
)
def test_calendar_as_the_world_knew_it(known_on: date, day: date, is_working: bool) -> None:
    assert CALENDAR.as_of(known_on).is_working(day) is is_working


def test_expected_day_holds_until_its_notice_and_a_withdrawn_day_until_it_is_withdrawn() -> None:
    swapped, expected, new_year = date(2028, 3, 3), date(2028, 2, 2), date(2028, 1, 1)
    noticed, withdrawn_on = date(2027, 10, 10), date(2027, 12, 12)
    history = [
        told(new_year),
        told(expected, status=DayStatus.PROVISIONAL),
        told(expected, known_from=noticed),
        told(swapped, known_from=noticed),
        told(swapped, known_from=withdrawn_on, withdrawn=True),
    ]
    newest = Calendar(3, calendars.standing(history), history)

    before, between = newest.as_of(date(2027, 10, 9)), newest.as_of(date(2027, 10, 10))

    assert [before.provisional(expected), between.provisional(expected)] == [True, False]
    assert [one.is_working(swapped) for one in (before, between, newest)] == [True, False, True]


def test_year_of_which_nothing_was_known_yet_is_not_covered() -> None:
    day = date(2028, 1, 3)
    calendar = Calendar(1, {day: told(day, known_from=date(2027, 10, 10))})
    assert calendar.covers(2028)
    assert not calendar.as_of(date(2027, 10, 9)).covers(2028)


def told(
    day: date,
    *,
    status: DayStatus = DayStatus.OFFICIAL,
    known_from: date | None = None,
    withdrawn: bool = False,
) -> DayEntry:
    return DayEntry(day, DayKind.OFF, "x", DayBasis.HOLIDAY, "", status, known_from, withdrawn)


def test_working_days_are_numbered_without_a_break_over_years_that_follow_each_other() -> None:
    days = CALENDAR.working_days(2017)
    assert days == CALENDAR.working_days(2027)
    assert days.nth[1] == date(2017, 1, 3).toordinal()
    listed = [day for day in range(days.first, days.after) if CALENDAR.is_working(date.fromordinal(day))]
    assert list(days.nth[1:]) == listed


def test_gap_between_known_years_parts_the_working_days() -> None:
    known = {day: told(day) for day in (date(2024, 1, 1), date(2026, 1, 1))}
    calendar = Calendar(1, known)
    assert calendar.working_days(2024).after == date(2025, 1, 1).toordinal()
    with pytest.raises(CalendarMissing):
        calendar.working_days(2025)


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
