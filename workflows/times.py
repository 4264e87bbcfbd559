"""Where the time of a procedure went: gross, net of the law's pauses, and at whom it lay. Pure functions.

As in the law, the day of an event does not count: from Monday to Thursday are three days. So whoever takes
a step over on a day has the days after it, and the shares of those who work one after the other add up.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from law.calendars import Calendar, is_weekday
from law.clock import Pause


@dataclass(frozen=True)
class Held:
    """A step lay at `holder` (the id of an agency) from the day `from_on` to the day `to_on`."""

    holder: int
    from_on: date
    to_on: date


@dataclass(frozen=True)
class Used:
    """Calendar days and working days; `net_` without those on which the law's clock stood still."""

    days: int
    working_days: int
    net_days: int
    net_working_days: int


@dataclass(frozen=True)
class TimeUsed:
    """The time between two days, whole and by holder, in the order in which they came to hold a step.

    Where several hold steps `side_by_side`, a day is used by each of them, so shares add to more than
    the whole.
    """

    from_on: date
    to_on: date
    whole: Used
    by_holder: dict[int, Used]
    side_by_side: bool


def time_used(
    from_on: date, to_on: date, *, held: Sequence[Held], pauses: Sequence[Pause], calendar: Calendar
) -> TimeUsed:
    """Return how the days after `from_on` up to and including `to_on` were used.

    In a year that `calendar` does not know, Monday to Friday count as worked: this measures, it promises
    nothing.
    """
    whole = _days(from_on, to_on)
    shares: dict[int, set[date]] = {}
    for one in held:
        shares.setdefault(one.holder, set()).update(_days(one.from_on, one.to_on) & whole)
    counted = {holder: _used(days, pauses, calendar) for holder, days in shares.items()}
    return TimeUsed(
        from_on=from_on,
        to_on=to_on,
        whole=_used(whole, pauses, calendar),
        by_holder=counted,
        side_by_side=sum(map(len, shares.values())) > len(set().union(*shares.values())),
    )


def _days(from_on: date, to_on: date) -> set[date]:
    return {from_on + timedelta(days=n) for n in range(1, (to_on - from_on).days + 1)}


def _used(days: Collection[date], pauses: Sequence[Pause], calendar: Calendar) -> Used:
    net = [day for day in days if not any(_stood_still(pause, day) for pause in pauses)]
    return Used(len(days), _worked(days, calendar), len(net), _worked(net, calendar))


def _stood_still(pause: Pause, day: date) -> bool:
    return pause.from_on <= day and (pause.to_on is None or day <= pause.to_on)


def _worked(days: Collection[date], calendar: Calendar) -> int:
    return sum(calendar.is_working(day) if calendar.covers(day.year) else is_weekday(day) for day in days)
