"""The time used, against examples counted by hand on the printed calendar of 2026."""

from datetime import date

import pytest

from law import calendars
from law.calendars import Calendar
from law.clock import Pause
from workflows.times import Held, TimeUsed, Used, time_used

CALENDAR = Calendar(1, calendars.read(calendars.DEFAULT_FILE))
COMMUNE, DEPARTMENT, INVESTOR, POLICE = 21, 31, 7, 41


def october(first: int, last: int, holder: int = COMMUNE) -> Held:
    return Held(holder, date(2026, 10, first), date(2026, 10, last))


def used(first: date, last: date, *held: Held, pauses: tuple[Pause, ...] = ()) -> TimeUsed:
    return time_used(first, last, held=held, pauses=pauses, calendar=CALENDAR)


@pytest.mark.parametrize(
    ("case", "first", "last", "days", "working"),
    [
        ("the same day", date(2026, 10, 5), date(2026, 10, 5), 0, 0),
        ("Monday to Thursday", date(2026, 10, 5), date(2026, 10, 8), 3, 3),
        ("over a weekend", date(2026, 10, 2), date(2026, 10, 5), 3, 1),
        # Off for Tết: Monday 16/2 to Friday 20/2; worked: 23, 24, 25, 26, 27.
        ("over Tết 2026", date(2026, 2, 13), date(2026, 2, 27), 14, 5),
        ("within Tết 2026", date(2026, 2, 16), date(2026, 2, 20), 4, 0),
        ("with the worked Saturday 22/8/2026", date(2026, 8, 20), date(2026, 8, 24), 4, 3),
        ("in a year whose days off are not known", date(2016, 2, 5), date(2016, 2, 12), 7, 5),
    ],
)
def test_gross_time_is_counted_without_the_first_day(
    case: str, first: date, last: date, days: int, working: int
) -> None:
    whole = used(first, last, Held(COMMUNE, first, last)).whole
    assert (case, whole) == (case, Used(days, working, days, working))


def test_net_time_leaves_out_the_days_of_pauses_and_those_of_two_once() -> None:
    pauses = (
        Pause(date(2026, 10, 7), date(2026, 10, 12)),  # Wednesday to Monday
        Pause(date(2026, 10, 12), date(2026, 10, 13)),
    )
    whole = used(date(2026, 10, 5), date(2026, 10, 16), october(5, 16), pauses=pauses).whole
    # Of Tuesday 6 to Friday 16 (11 days, 9 worked), 6, 14, 15 and 16 are left.
    assert whole == Used(days=11, working_days=9, net_days=4, net_working_days=4)


def test_an_open_pause_takes_all_days_since() -> None:
    whole = used(
        date(2026, 10, 5), date(2026, 10, 9), october(5, 9), pauses=(Pause(date(2026, 10, 7), None),)
    ).whole
    assert whole == Used(days=4, working_days=4, net_days=1, net_working_days=1)


def test_over_tet_the_days_are_split_between_who_held_the_step() -> None:
    """The commune until Friday 13/2, the Department to 24/2; the investor supplements from then to 2/3."""
    result = used(
        date(2026, 2, 9),
        date(2026, 3, 4),
        Held(COMMUNE, date(2026, 2, 9), date(2026, 2, 13)),
        Held(DEPARTMENT, date(2026, 2, 13), date(2026, 2, 24)),
        Held(INVESTOR, date(2026, 2, 24), date(2026, 3, 2)),
        Held(DEPARTMENT, date(2026, 3, 2), date(2026, 3, 4)),
        pauses=(Pause(date(2026, 2, 24), date(2026, 3, 2)),),
    )
    assert result.by_holder == {
        COMMUNE: Used(4, 4, 4, 4),
        # 14/2 to 24/2, of which 23 and 24 are worked, and 3 and 4/3; the day of the request is paused.
        DEPARTMENT: Used(13, 4, 12, 3),
        INVESTOR: Used(6, 4, 0, 0),  # 25/2 to 2/3
    }
    assert result.whole == Used(23, 12, 16, 7)
    assert not result.side_by_side
    assert sum(share.days for share in result.by_holder.values()) == result.whole.days


def test_who_works_side_by_side_each_has_the_day() -> None:
    result = used(date(2026, 10, 5), date(2026, 10, 9), october(5, 9, DEPARTMENT), october(6, 8, POLICE))
    assert result.side_by_side
    assert {holder: share.days for holder, share in result.by_holder.items()} == {DEPARTMENT: 4, POLICE: 2}
    assert result.whole.days == 4


def test_two_steps_of_one_agency_on_one_day_are_one_day() -> None:
    result = used(date(2026, 10, 5), date(2026, 10, 9), october(5, 9), october(6, 8))
    assert result.by_holder[COMMUNE].days == 4
    assert not result.side_by_side
