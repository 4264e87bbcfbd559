"""Loading days off: all or nothing, once, and never over what was known before.

The calendar that comes with the program is loaded before every test: version 1.
"""

from collections.abc import Callable
from datetime import date, datetime
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext

from law import invariants, selectors
from law.calendars import COLUMNS
from law.clock import add_working_days
from law.exceptions import LawDataError
from law.models import CalendarDay, CalendarVersion
from law.services import load_calendar

pytestmark = pytest.mark.django_db

TET_EVE = date(2027, 2, 4)
NOTICE = "2027-02-04,off,28 Tết,swap,1/VPCP-KGVX,official,2026-11-01,"
WITHDRAWAL = "2027-02-04,off,28 Tết,rule,,provisional,,yes"
WHOLE_2028 = [
    "2028-01-01,off,Tết Dương lịch,statute,,official,,",
    *(f"2028-01-{day},off,Tết Nguyên Đán,rule,,provisional,," for day in (25, 26, 27, 28, 31)),
    "2028-04-04,off,Giỗ Tổ,statute,,official,,",
    "2028-04-30,off,Ngày Chiến thắng,statute,,official,,",
    "2028-05-01,off,Quốc tế Lao động,statute,,official,,",
    "2028-09-02,off,Quốc khánh,statute,,official,,",
    "2028-09-04,off,Quốc khánh,rule,,provisional,,",
]

WriteFile = Callable[..., Path]


@pytest.fixture
def file_of(tmp_path: Path) -> WriteFile:
    """Return a function that writes a calendar file of these lines."""

    def write(*lines: str) -> Path:
        path = tmp_path / "notice.csv"
        path.write_text("\n".join([",".join(COLUMNS), *lines]) + "\n", encoding="utf-8")
        return path

    return write


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


def test_command_says_what_it_did(file_of: WriteFile) -> None:
    said = StringIO()
    call_command("load_calendar", str(file_of(NOTICE)), stdout=said)
    call_command("load_calendar", str(file_of(NOTICE)), stdout=said)
    assert said.getvalue().splitlines() == [
        "Calendar version 2: 1 day(s) added or changed.",
        "notice.csv says nothing new; calendar version 2 holds.",
    ]


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("2027-02-04,free,x,rule,,official,,", r"Nothing was loaded\. notice\.csv, row 2, column kind"),
        ("2027-02-04", r"Nothing was loaded\. notice\.csv, row 2: has 1 cells, not 8"),
    ],
)
def test_command_names_row_and_column(line: str, message: str, file_of: WriteFile) -> None:
    with pytest.raises(CommandError, match=message):
        call_command("load_calendar", str(file_of(line)))


def test_command_refuses_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match=r"Nothing was loaded\. .*No such file"):
        call_command("load_calendar", str(tmp_path / "none.csv"))
