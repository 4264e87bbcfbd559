"""The clock against a slow count, day by day: 120,000 made-up cases, and the whole procedures."""

from dataclasses import replace
from datetime import date
from functools import cache
from itertools import pairwise
from random import Random

import pytest

from law import calendars, rulesets
from law.calendars import Calendar
from law.clock import Count, Deadline, add_working_days, due, due_days
from law.exceptions import CalendarMissing
from law.rulesets import Provision
from law.states import DayStatus, LedgerKind, PauseRule, Unit
from tests.unit.law import day_by_day
from tests.unit.law.day_by_day import DAY, some_calendar, some_counts

REAL = Calendar(1, calendars.read(calendars.DEFAULT_FILE))
YEARS = range(2024, 2028)
FIRST, SPAN = date(2023, 12, 31), 1400
EACH_SEED = 15_000


@cache
def provision(amount: int, unit: Unit) -> Provision:
    return replace(rulesets.provision("R4", "E50"), amount=amount, unit=unit, pauses=PauseRule.SUPPLEMENT)


def explained(count: Count, calendar: Calendar) -> Deadline:
    return due(
        provision(count.amount, count.unit),
        trigger_on=count.trigger_on,
        calendar=calendar,
        pauses=count.pauses,
        first_day_counted=count.first_day_counted,
        pause_effect=count.pause_effect,
        extensions=count.extensions,
    )


def cases(seed: int, n: int) -> list[tuple[Count, Calendar]]:
    random = Random(seed)
    made_up = [some_calendar(random, YEARS) for _ in range(8)]
    return list(some_counts(random, n, [REAL, *made_up], FIRST, SPAN))


def fast(count: Count, calendar: Calendar) -> date | int | None:
    """Return the due day, or the year in which the count found no calendar."""
    try:
        return next(due_days([count], calendar))
    except CalendarMissing as refusal:
        return refusal.year


def slow(count: Count, calendar: Calendar) -> date | int | None:
    try:
        return day_by_day.due_on(count, calendar)
    except CalendarMissing as refusal:
        return refusal.year


def without(calendar: Calendar, status: DayStatus) -> Calendar:
    return Calendar(2, {day: one for day, one in calendar.entries.items() if one.status != status})


@pytest.mark.parametrize("seed", range(8))
def test_due_day_is_the_one_ticked_off_day_by_day(seed: int) -> None:
    for count, calendar in cases(seed, EACH_SEED):
        assert fast(count, calendar) == slow(count, calendar), count


def test_the_cases_are_of_every_kind_and_few_are_refused() -> None:
    results = [fast(count, calendar) for count, calendar in cases(0, 1000)]
    assert {type(result) for result in results} == {date, int, type(None)}
    assert sum(isinstance(result, date) for result in results) > 750


def test_explained_due_day_is_the_fast_one_and_its_ledger_tells_every_day() -> None:
    for count, calendar in cases(100, 600):
        if isinstance(fast(count, calendar), int):
            continue
        deadline = explained(count, calendar)
        assert deadline.due_on == fast(count, calendar)
        spans = deadline.spans
        assert spans[0].from_on == count.trigger_on
        assert all(after.from_on == before.to_on + DAY for before, after in pairwise(spans))
        if deadline.due_on:
            assert spans[-1].to_on == deadline.due_on
            counted = sum(span.days for span in spans if span.counted)
            assert count.unit == Unit.MONTH or counted == count.total
        else:
            assert spans[-1].kind == LedgerKind.PAUSE


def test_result_is_firm_where_no_expected_day_decides_it() -> None:
    found = set()
    for count, calendar in cases(101, 1000):
        if isinstance(fast(count, calendar), int):
            continue
        deadline = explained(count, calendar)
        found.add(deadline.firm)
        if deadline.firm:
            assert deadline.due_on == slow(count, without(calendar, DayStatus.PROVISIONAL)), count
    assert found == {True, False}


def test_alternative_is_the_due_day_with_the_announced_days_as_official_ones() -> None:
    found = 0
    for count, calendar in cases(102, 1000):
        if isinstance(fast(count, calendar), int):
            continue
        confirmed = {day: replace(one, status=DayStatus.OFFICIAL) for day, one in calendar.entries.items()}
        expected = slow(count, Calendar(2, confirmed))
        deadline = explained(count, calendar)
        found += deadline.alternative is not None
        assert deadline.alternative == (
            None if expected == deadline.due_on or isinstance(expected, int) else expected
        )
    assert found > 30


def whole_procedure(code: str, start: date, calendar: Calendar) -> date:
    """Return the day of the decision where each step uses its whole limit and the next follows at once."""
    day = start
    for step in ("E20", "E30", "E40", "E50", "E70"):
        found = due(rulesets.provision(code, step), trigger_on=day, calendar=calendar).due_on
        assert found is not None
        day = found
    return day


def legs(start: date, *limits: tuple[int, Unit]) -> date:
    """Return the end of limits that follow each other, ticked off day by day."""
    day = start
    for amount, unit in limits:
        found = day_by_day.due_on(Count(amount=amount, unit=unit, trigger_on=day), REAL)
        assert found is not None
        day = found
    return day


WD, D = Unit.WORKING_DAY, Unit.CALENDAR_DAY
CALL_UNDER_DECREE_32 = [(5, WD), (15, D), (5, WD), (25, D), (7, WD)]
STARTS = [date(2024, 1, 1) + n * DAY for n in range(366 + 365 + 365)]


@pytest.mark.parametrize(
    ("code", "limits", "n"),
    [("R2", CALL_UNDER_DECREE_32, 426), ("R3", CALL_UNDER_DECREE_32, 441), ("R4", [(37, WD)], 108)],
)
def test_whole_procedure_takes_its_statutory_maximum_from_every_day_in_force(
    code: str, limits: list[tuple[int, Unit]], n: int
) -> None:
    starts = [day for day in STARTS if rulesets.rule_set(code).covers(day)]
    assert len(starts) == n
    for start in starts:
        assert (start, whole_procedure(code, start, REAL)) == (start, legs(start, *limits))


def test_procedure_that_reaches_a_year_without_calendar_is_refused() -> None:
    until_2026 = Calendar(2, {day: one for day, one in REAL.entries.items() if day.year <= 2026})
    refused = set()
    for start in (day for day in STARTS if rulesets.rule_set("R4").covers(day)):
        try:
            assert whole_procedure("R4", start, until_2026).year == 2026
        except CalendarMissing as refusal:
            refused.add((start, refusal.year))
    assert {year for _, year in refused} == {2027}
    assert min(refused)[0] == add_working_days(date(2027, 1, 1), -37, REAL)
