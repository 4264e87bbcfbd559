"""Loading days off: all or nothing, once, and never over what was known before.

The calendar that comes with the program is loaded before every test: version 1.
"""

from collections.abc import Callable
from datetime import date, datetime
from functools import partial
from pathlib import Path

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from law import invariants, selectors
from law.clock import add_working_days
from law.exceptions import LawDataError
from law.models import CalendarDay, CalendarVersion
from law.services import load_calendar, preview
from tests.factories.calendars import WHOLE_2028, calendar_file

pytestmark = pytest.mark.django_db

TET_EVE = date(2027, 2, 4)
NOTICE = "2027-02-04,off,28 Tết,swap,1/VPCP-KGVX,official,2026-11-01,"
WITHDRAWAL = "2027-02-04,off,28 Tết,rule,,provisional,,yes"
WriteFile = Callable[..., Path]


@pytest.fixture
def file_of(tmp_path: Path) -> WriteFile:
    """Return a function that writes a calendar file of these lines."""

    return partial(calendar_file, tmp_path)


def test_second_loading_of_the_same_file_changes_nothing(at: datetime) -> None:
    before = CalendarDay.objects.count()
    load = load_calendar(at=at)
    assert (load.version, load.changed) == (1, ())
    assert CalendarDay.objects.count() == before
    assert CalendarVersion.objects.count() == 1


def test_notice_makes_an_expected_day_official(at: datetime, file_of: WriteFile) -> None:
    load = load_calendar(file_of(NOTICE), at=at)
    assert (load.version, load.changed) == (2, (TET_EVE,))
    assert not selectors.calendar().provisional(TET_EVE)


def test_earlier_version_still_says_what_was_known_then(at: datetime, file_of: WriteFile) -> None:
    load_calendar(file_of(WITHDRAWAL), at=at)
    assert selectors.calendar().is_working(TET_EVE)
    assert not selectors.calendar(version=1).is_working(TET_EVE)
    assert add_working_days(date(2027, 2, 3), 1, selectors.calendar()) == TET_EVE
    assert add_working_days(date(2027, 2, 3), 1, selectors.calendar(version=1)) == date(2027, 2, 11)


def test_withdrawn_day_may_be_stated_again(at: datetime, file_of: WriteFile) -> None:
    load_calendar(file_of(WITHDRAWAL), at=at)
    load_calendar(file_of(NOTICE), at=at)
    assert not selectors.calendar().is_working(TET_EVE)


def test_withdrawing_what_was_never_said_changes_nothing(at: datetime, file_of: WriteFile) -> None:
    load = load_calendar(file_of("2027-03-01,off,x,rule,,provisional,,yes"), at=at)
    assert load.changed == ()


def test_new_year_is_taken_in_whole(at: datetime, file_of: WriteFile) -> None:
    load_calendar(file_of(*WHOLE_2028), at=at)
    assert selectors.calendar().covers(2028)


@pytest.mark.parametrize(
    ("lines", "message"),
    [
        (WHOLE_2028[1:], "the year 2028 is not whole: 01/01 is missing"),
        (WHOLE_2028[:-2], "the year 2028 is not whole: 02/09 is missing"),
        (
            [line for line in WHOLE_2028 if "Nguyên Đán" not in line],
            "the year 2028 is not whole: 6 days off, at least 10 expected",
        ),
    ],
)
def test_part_of_a_year_is_refused(lines: list[str], message: str, at: datetime, file_of: WriteFile) -> None:
    with pytest.raises(LawDataError, match=message):
        load_calendar(file_of(*lines), at=at)
    assert not selectors.calendar().covers(2028)


def test_one_bad_line_loads_nothing(at: datetime, file_of: WriteFile) -> None:
    with pytest.raises(LawDataError, match="row 3, column kind: 'holiday' is none of: off, work"):
        load_calendar(file_of(NOTICE, "2027-02-05,holiday,x,rule,,official,,"), at=at)
    assert selectors.calendar().version == 1


def test_preview_tells_what_loading_would_do_and_writes_nothing(file_of: WriteFile) -> None:
    load, days = preview(file_of(WITHDRAWAL))
    assert (load.version, load.changed, days.version) == (2, (TET_EVE,), 2)
    assert days.is_working(TET_EVE)
    assert selectors.calendar().version == 1


def test_statements_are_the_latest_rows_of_later_versions(at: datetime, file_of: WriteFile) -> None:
    load_calendar(file_of(WITHDRAWAL), at=at)
    load_calendar(file_of(NOTICE), at=at)
    rows = selectors.statements(after=1, upto=3)
    assert [(row.day, row.version_id, row.withdrawn) for row in rows] == [(TET_EVE, 3, False)]
    assert [row.withdrawn for row in selectors.statements(after=1, upto=2)] == [True]
    assert selectors.statements(after=3, upto=3) == []


def test_newest_calendar_costs_one_query() -> None:
    selectors.calendar()
    with CaptureQueriesContext(connection) as queries:
        assert selectors.calendar().covers(2026)
    assert len(queries) == 1


def test_rows_cannot_be_changed_or_deleted_in_bulk() -> None:
    with pytest.raises(TypeError, match="never changed"):
        CalendarDay.objects.update(name="x")
    with pytest.raises(TypeError, match="never deleted"):
        CalendarVersion.objects.all().delete()


def test_invariants_hold_and_find_a_changed_row() -> None:
    assert list(invariants.calendar_rows_are_only_added()) == []
    assert list(invariants.calendar_years_are_whole()) == []
    with connection.cursor() as cursor:
        cursor.execute("UPDATE law_calendarday SET name = 'x' WHERE day = '2026-09-02'")
    breaks = list(invariants.calendar_rows_are_only_added())
    assert breaks == ["the rows of calendar version 1 are not those that were loaded"]
