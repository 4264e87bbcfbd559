"""How long it takes, those who still wait included: Kaplan–Meier over days that are known imprecisely.

Whoever counts only what is finished tells too short a time: the slow ones are missing. Here those who
still wait stay among those at risk for as long as they have waited (right-censored). Where days are
known by the month or the year, every reading that the sources allow is considered, and the result is
the shortest and the longest that any of them gives. Plain numbers: no table, no clock.

Source: E. L. Kaplan, P. Meier, Nonparametric estimation from incomplete observations, JASA 53 (1958).
"""

from bisect import bisect_left
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from clusters.dates import Days

# Below so many finished waits no share is a firm statement; the page says so and shows the range.
FEW = 15
# Shares are products of fractions, which floating point may miss by a hair: ½ is to be ½.
_HAIR = 1e-9


@dataclass(frozen=True)
class Wait:
    """One wait of `days` calendar days: one that has `ended`, or one of which no more is known yet."""

    days: Days
    ended: bool


class Bounds(NamedTuple):
    """The shortest and the longest day number that any reading gives; None where it is not reached."""

    shortest: int | None
    longest: int | None


def quantile(waits: Sequence[Wait], share: float) -> Bounds:
    """Return after how many days `share` of all have ended, in the shortest and the longest reading.

    Each is a number of days that really occurs in some reading; both are attained by one. `share`
    lies between 0 and 1, 0.5 is the median.
    """
    last = max((wait.days.longest for wait in waits if wait.ended), default=-1)
    days = range(last + 1)
    shortest = bisect_left(days, True, key=lambda day: _has_ended(least_waiting(waits, day), share))
    longest = bisect_left(days, True, key=lambda day: _has_ended(most_waiting(waits, day), share))
    return Bounds(*(found if found <= last else None for found in (shortest, longest)))


def _has_ended(waiting: float, share: float) -> bool:
    return waiting <= 1 - share + _HAIR


def least_waiting(waits: Sequence[Wait], day: int) -> float:
    """Return the smallest share that still waits after `day` days, over all readings of the days.

    It is smallest where everybody who can have ended has, as late as can be, so that those who were
    lost from sight before count with them; and where these were lost as early as can be.
    """
    ended = [min(w.days.longest, day) for w in waits if w.ended and w.days.shortest <= day]
    later = sum(w.ended and w.days.shortest > day for w in waits)
    return _share(ended, later, [w.days.shortest for w in waits if not w.ended])


def most_waiting(waits: Sequence[Wait], day: int) -> float:
    """Return the largest share that still waits after `day` days, over all readings of the days."""
    ended = [w.days.shortest for w in waits if w.ended and w.days.longest <= day]
    later = sum(w.ended and w.days.longest > day for w in waits)
    return _share(ended, later, [w.days.longest for w in waits if not w.ended])


def _share(ended: list[int], later: int, lost: list[int]) -> float:
    """Return the Kaplan–Meier share that waits on, after the last of `ended`; `later` end after it.

    Who is lost from sight on the day on which another ends was still at risk on that day.
    """
    lost = sorted(lost)
    at_risk, waiting = len(ended) + later, 1.0
    for day, number in sorted(Counter(ended).items()):
        waiting *= 1 - number / (at_risk + len(lost) - bisect_left(lost, day))
        at_risk -= number
    return waiting
