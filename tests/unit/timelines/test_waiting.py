"""Kaplan–Meier over imprecise days: tables counted by hand, and every reading tried one by one."""

from __future__ import annotations

from fractions import Fraction
from itertools import product
from random import Random

import pytest

from clusters.dates import Days
from timelines.waiting import Bounds, Wait, least_waiting, most_waiting, quantile

HALF = 0.5


def ended(shortest: int, longest: int | None = None) -> Wait:
    return Wait(Days(shortest, shortest if longest is None else longest), ended=True)


def waits(shortest: int, longest: int | None = None) -> Wait:
    return Wait(Days(shortest, shortest if longest is None else longest), ended=False)


# --- tables counted by hand -----------------------------------------------------------------------
def test_without_censoring_the_median_is_one_that_occurs() -> None:
    assert quantile([ended(10), ended(20), ended(30)], HALF) == Bounds(20, 20)
    assert quantile([ended(10), ended(20), ended(30), ended(40)], HALF) == Bounds(20, 20)


def test_those_who_wait_make_the_median_longer() -> None:
    # At 10: 4/5. At 30, of three still there: 4/5 × 2/3 = 8/15. At 40: 4/15, which is below a half.
    table = [ended(10), waits(20), ended(30), ended(40), waits(50)]
    assert least_waiting(table, 9) == 1
    assert least_waiting(table, 10) == pytest.approx(4 / 5)
    assert least_waiting(table, 30) == pytest.approx(8 / 15)
    assert least_waiting(table, 40) == pytest.approx(4 / 15)
    assert quantile(table, HALF) == Bounds(40, 40)
    finished_only = [wait for wait in table if wait.ended]
    assert quantile(finished_only, HALF) == Bounds(30, 30)


def test_a_textbook_table() -> None:
    # Remission of leukaemia under 6-MP (Freireich 1963), in weeks: median 23, three of four by 16 not yet.
    times = [6, 6, 6, 7, 10, 13, 16, 22, 23]
    lost = [6, 9, 10, 11, 17, 19, 20, 25, 32, 32, 34, 35]
    table = [ended(week) for week in times] + [waits(week) for week in lost]
    shares = {6: 0.857, 7: 0.807, 10: 0.753, 13: 0.690, 16: 0.627, 22: 0.538, 23: 0.448}
    for week, share in shares.items():
        assert most_waiting(table, week) == pytest.approx(share, abs=0.0006)
    assert quantile(table, HALF) == Bounds(23, 23)
    assert quantile(table, 0.25) == Bounds(13, 13)
    assert quantile(table, 0.75) == Bounds(None, None)


def test_who_is_lost_on_the_day_on_which_another_ends_was_still_at_risk() -> None:
    assert most_waiting([ended(10), waits(10)], 10) == pytest.approx(1 / 2)


def test_a_share_that_nobody_reaches_is_none() -> None:
    assert quantile([ended(5), waits(9), waits(9)], HALF) == Bounds(None, None)
    assert quantile([waits(9)], HALF) == Bounds(None, None)
    assert quantile([], HALF) == Bounds(None, None)


def test_imprecise_days_give_the_shortest_and_the_longest() -> None:
    assert quantile([ended(10, 40)], HALF) == Bounds(10, 40)
    assert quantile([ended(10, 40), ended(20, 25), ended(100)], HALF) == Bounds(20, 40)


def test_the_longest_may_stay_out_of_reach() -> None:
    # Lost at 5, the other is alone when it ends; lost at 20, it is one of two, and that is half.
    assert quantile([ended(10), waits(5, 20)], 0.75) == Bounds(10, None)


# --- every reading, one by one ---------------------------------------------------------------------
def share_waiting(times: list[tuple[int, bool]], day: int) -> Fraction:
    """Return the Kaplan–Meier share after `day`, in exact fractions, straight from its definition."""
    share = Fraction(1)
    for event in sorted({time for time, is_end in times if is_end and time <= day}):
        at_risk = sum(time >= event for time, _ in times)
        share *= 1 - Fraction(sum(is_end and time == event for time, is_end in times), at_risk)
    return share


def readings(table: list[Wait]) -> list[list[tuple[int, bool]]]:
    spans = [range(wait.days.shortest, wait.days.longest + 1) for wait in table]
    return [[(day, w.ended) for day, w in zip(days, table, strict=True)] for days in product(*spans)]


def first_day(times: list[tuple[int, bool]], share: Fraction) -> float:
    for day in sorted({time for time, is_end in times if is_end}):
        if share_waiting(times, day) <= 1 - share:
            return day
    return float("inf")


def made(random: Random) -> list[Wait]:
    """Return a small table of waits, each with a few readings."""
    table = []
    for _ in range(random.randint(1, 5)):
        shortest = random.randint(0, 8)
        days = Days(shortest, shortest + random.randint(0, 3))
        table.append(Wait(days, ended=random.random() < 0.6))
    return table


@pytest.mark.parametrize("seed", range(150))
def test_the_bounds_are_those_of_all_readings(seed: int) -> None:
    table = made(Random(seed))
    every = readings(table)
    for share in (Fraction(1, 4), Fraction(1, 2), Fraction(3, 4)):
        found = [first_day(times, share) for times in every]
        expected = [None if day == float("inf") else day for day in (min(found), max(found))]
        assert quantile(table, float(share)) == Bounds(*expected)  # type: ignore[arg-type]


@pytest.mark.parametrize("seed", range(150, 200))
def test_the_share_of_each_day_is_bounded_by_all_readings(seed: int) -> None:
    table = made(Random(seed))
    every = readings(table)
    for day in range(13):
        found = [share_waiting(times, day) for times in every]
        assert least_waiting(table, day) == pytest.approx(float(min(found)))
        assert most_waiting(table, day) == pytest.approx(float(max(found)))


@pytest.mark.parametrize("seed", range(200, 230))
def test_more_waiting_never_makes_it_shorter(seed: int) -> None:
    random = Random(seed)
    table = made(random)
    longer = [
        w if w.ended else Wait(Days(w.days.shortest + 5, w.days.longest + 5), ended=False) for w in table
    ]
    before, after = quantile(table, HALF), quantile(longer, HALF)
    never = float("inf")
    for one, other in zip(before, after, strict=True):
        assert (never if one is None else one) <= (never if other is None else other)


def test_ten_thousand_waits_are_counted_quickly() -> None:
    random = Random(1)
    table = [Wait(Days(n := random.randint(0, 4000), n + 30), ended=n % 3 == 0) for _ in range(10_000)]
    median = quantile(table, HALF)
    assert median.shortest is not None
    assert median.longest is not None
    assert median.shortest <= median.longest
