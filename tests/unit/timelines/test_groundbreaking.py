"""One cluster between decision and groundbreaking: in which group it is, and what is measured."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from clusters.dates import Days, ImpreciseDate, days_between, exactly
from clusters.models import Cluster, DatedFact
from clusters.states import FactKind, Kind, Stage
from tests.factories.clusters import when
from timelines.groundbreaking import Answer, Course, Group
from timelines.strip import Axis, axis

TODAY = date(2026, 11, 26)


def fact(kind: FactKind, day: str, stated: str = "") -> DatedFact:
    found = DatedFact(kind=kind)
    found.when = when(day, stated) if day or stated else ImpreciseDate()
    return found


def course(
    decision: str | None = None,
    start: str | None = None,
    *,
    lease: str | None = None,
    status: str | None = None,
    followed: bool = False,
    **told: Any,
) -> Course:
    """Return the course of a cluster of which these days are told; None: the fact is not known."""
    days = {
        FactKind.DECISION: decision,
        FactKind.GROUNDBREAKING: start,
        FactKind.LAND_LEASE: lease,
        FactKind.STATUS: status,
    }
    facts = {str(kind): fact(kind, day) for kind, day in days.items() if day is not None}
    return Course(Cluster(**{"kind": Kind.NEW, **told}), facts, TODAY, followed)


# --- days between ---------------------------------------------------------------------------------
def test_phu_yen_took_1736_days_to_the_lease_and_1749_to_the_start() -> None:
    phu_yen = course("2018-06-15", "2023-03-30", lease="2023-03-17")
    assert phu_yen.to_lease == Days(1736, 1736)
    assert phu_yen.to_start == Days(1749, 1749)
    assert phu_yen.group is Group.EXACT


@pytest.mark.parametrize(
    ("first", "second", "expected"),
    [
        ("2018-06-15", "2018-06-15", Days(0, 0)),
        ("2018-06", "2018-06-20", Days(0, 19)),
        ("2018-06", "2018-06", Days(0, 29)),
        ("2018", "2021-12", Days(1066, 1460)),
        ("2017-12", "2024-H1", Days(2192, 2403)),
        ("2018-06-15", "2018-06-01", Days(-14, -14)),
    ],
)
def test_days_are_counted_from_the_nearest_to_the_farthest(first: str, second: str, expected: Days) -> None:
    assert days_between(when(first), when(second)) == expected


def test_nobody_can_count_from_a_day_that_is_not_known() -> None:
    no_year = when("", "day-month known (11/4), year not stated")
    assert days_between(no_year, exactly(TODAY)) is None
    assert days_between(exactly(TODAY), ImpreciseDate()) is None


# --- groups ---------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("one", "group"),
    [
        (course("2018-06-15", "2023-03-30"), Group.EXACT),
        (course("2018", "2023-03-30"), Group.IMPRECISE),
        (course("2018-06-15", "2023-03"), Group.IMPRECISE),
        (course("2018-06-15", stage=Stage.UNDER_CONSTRUCTION), Group.IMPRECISE),
        (course("2018-06-15", stage=Stage.OPERATING), Group.IMPRECISE),
        (course("2018-06-15"), Group.WAITING),
        (course("2018", stage=Stage.PREPARING, status="2022-03-16"), Group.WAITING),
        (course(None, "2023-03"), Group.START_ONLY),
        (course("", "2023-03"), Group.START_ONLY),
        (course(None, stage=Stage.UNDER_CONSTRUCTION), Group.START_ONLY),
        (course(""), Group.DECISION_UNDATED),
        (course(None, stage=Stage.ESTABLISHED), Group.DECISION_UNDATED),
        (course("2017-07", kind=Kind.EXISTING_FORMALISED, stage=Stage.OPERATING), Group.EXISTING),
        (course(None, kind=Kind.EXISTING_FORMALISED), Group.EXISTING),
        (course("2017-07", "2019", kind=Kind.EXISTING_FORMALISED), Group.IMPRECISE),
        (course("2018-06-15", stage=Stage.REVOKED), Group.REPEALED),
        (course("2018-06-15", "2018-06-14"), Group.CONTRADICTORY),
        (course(None, stage=Stage.PROPOSED), Group.NO_DECISION),
        (course(None, stage=Stage.OPERATING), Group.NO_DECISION),
        (course(None), Group.NO_DECISION),
    ],
)
def test_each_course_is_in_its_group(one: Course, group: Group) -> None:
    assert one.group is group


def test_a_start_of_one_month_with_its_decision_contradicts_nothing() -> None:
    assert course("2018-06", "2018-06-01").to_start == Days(0, 0)


# --- those who wait -------------------------------------------------------------------------------
def test_who_waits_has_waited_to_this_day_and_is_known_to_until_the_report() -> None:
    waiting = course("2017-12", status="2022-03-16")
    assert waiting.waited == Days(3252, 3282)
    assert waiting.known_waiting == Days(1536, 1566)
    assert waiting.wait(until_today=True).days == Days(3252, 3282)
    assert waiting.wait(until_today=False).days == Days(1536, 1566)
    assert not waiting.wait(until_today=True).ended


def test_of_a_report_without_a_day_nothing_is_known_after_the_decision() -> None:
    assert course("2020-03-10", status="").known_waiting == Days(0, 0)
    assert course("2020-03-10").known_waiting == Days(0, 0)


def test_what_is_followed_here_is_known_to_wait_today() -> None:
    followed = course("2026-11-16", status="2026-11-16", followed=True)
    assert followed.known_waiting == followed.waited == Days(10, 10)


def test_a_report_older_than_the_decision_makes_no_negative_wait() -> None:
    assert course("2020-03-10", status="2019").known_waiting == Days(0, 0)
    assert course("2026-12-24").waited == Days(0, 0)


@pytest.mark.parametrize(("status", "latest"), [("2023-03-30", date(2023, 3, 30)), ("", TODAY)])
def test_a_start_without_a_day_lies_between_decision_and_report(status: str, latest: date) -> None:
    one = course("2018-06-15", status=status, stage=Stage.UNDER_CONSTRUCTION)
    assert (one.started.earliest, one.started.latest) == (date(2018, 6, 15), latest)
    assert one.to_start == Days(0, (latest - date(2018, 6, 15)).days)


# --- the answer -----------------------------------------------------------------------------------
def test_the_answer_counts_each_course_once() -> None:
    courses = [
        course("2018-06-15", "2023-03-30"),
        course("2018", "2021-12"),
        course("2017-12", status="2022-03-16"),
        course(None, "2023-03"),
        course(None),
    ]
    answer = Answer(courses)
    assert (len(answer.counted), len(answer.started), answer.exact, len(answer.waiting)) == (3, 2, 1, 1)
    assert [(group, len(found)) for group, found in answer.left_out] == [(Group.START_ONLY, 1)]
    assert sum(len(answer.of(group)) for group in Group) == len(courses)
    assert answer.range == Days(1066, 1749)
    assert answer.is_few
    assert answer.waves == {2017: 1, 2018: 2}
    assert len(answer.wave(2018).counted) == 2
    assert answer.wave(1999).counted == []
    assert len(answer.long_unheard) == 1


def test_from_fifteen_starts_on_the_answer_is_not_few() -> None:
    courses = [course("2018-06-15", "2023-03-30")] * 15
    assert Answer(courses[1:]).is_few
    assert not Answer(courses).is_few


def test_an_answer_over_nothing_says_nothing() -> None:
    answer = Answer()
    assert answer.range is None
    assert answer.median.today == (None, None)
    assert answer.left_out == []


# --- the picture ----------------------------------------------------------------------------------
def marks(one: Course) -> list[tuple[str, str, str]]:
    laid_out = Axis(date(2017, 1, 1), date(2027, 1, 1))
    return [(mark.kind, mark.x, mark.width) for mark in laid_out.marks(one)]


def test_exact_days_are_points_and_others_spans() -> None:
    assert marks(course("2018-01-01", "2022-01-01", lease="2021")) == [
        ("waited", "9.99%", "40.01%"),
        ("decision", "9.99%", ""),
        ("start", "50.00%", ""),
        ("lease", "40.01%", "9.97%"),
    ]


def test_who_waits_is_open_ended_to_this_day() -> None:
    assert [mark[0] for mark in marks(course("2018-01-01", status="2022"))] == [
        "waited",
        "unheard",
        "decision",
    ]
    assert [mark[0] for mark in marks(course("2018-01-01"))] == ["unheard", "decision"]
    assert [mark[0] for mark in marks(course("2018-01-01", followed=True))] == ["waited", "decision"]


def test_the_axis_begins_with_the_first_year_and_names_at_most_a_dozen() -> None:
    found = axis([course("2017-12"), course("2018-06-15", "2023-03-30")], today=TODAY)
    assert (found.first, found.last) == (date(2017, 1, 1), TODAY)
    assert [tick.name for tick in found.ticks][:2] == ["2017", "2018"]
    long = axis([course("1990")], today=TODAY)
    assert 5 < sum(bool(tick.name) for tick in long.ticks) <= 12
    assert axis([], today=date(2026, 1, 1)).at(date(2026, 1, 1)) == "0.00%"
