"""The statutory clock: from a time limit and the day of its event to the due day, with the ledger.

A pure function: it asks no database and no time. `law.counting` counts; why the day is the one it is
stands in the ledger, line by line, as it is shown to people. Our reading of the rules (K-1 … K-9) is
in `docs/law.md`.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property

from law import counting, ledger
from law.calendars import Calendar, is_weekday
from law.counting import Count, Course, Extension, Pause, due_days
from law.exceptions import CalendarMissing, ClockNeverStops, NoTimeLimit
from law.ledger import LedgerLine, Span
from law.rows import Provision
from law.states import PauseEffect

__all__ = [
    "Count",
    "Deadline",
    "Extension",
    "LedgerLine",
    "Pause",
    "Span",
    "add_working_days",
    "due",
    "due_days",
    "working_days_left",
]

_DAY = timedelta(days=1)


@dataclass(frozen=True)
class Deadline:
    """The result of a count; what explains it is told on demand.

    `due_on` is the last day in time, None while an open pause holds the clock. `firm` is False where
    an expected, not yet official day of the calendar decides the result.
    """

    due_on: date | None
    firm: bool
    provision: Provision
    course: Course

    @property
    def is_stopped(self) -> bool:
        """Tell whether the clock stands still, so that no due day can be named."""
        return self.due_on is None

    @property
    def days_used(self) -> int:
        """Return how many days were counted; of months, how many ends."""
        return sum(line.counted for line in self.ledger)

    @cached_property
    def ledger(self) -> tuple[LedgerLine, ...]:
        """Each day from the event to the due day, or to the day on which an open pause began.

        Of the days of a limit in months, only the one on which it ends.
        """
        return tuple(ledger.short(self._lines, self.course.count.unit))

    @cached_property
    def spans(self) -> tuple[Span, ...]:
        """Every day of the count, with days in a row of one kind and basis told as one."""
        return tuple(ledger.spans(self._lines))

    @cached_property
    def alternative(self) -> date | None:
        """The due day if what is announced but not confirmed were official; None where it is the same.

        None too where it would lie in a year without calendar.
        """
        try:
            other = next(due_days([self.course.count], self.course.calendar.if_confirmed))
        except CalendarMissing:
            return None
        return None if other == self.due_on else other

    @cached_property
    def _lines(self) -> tuple[LedgerLine, ...]:
        return tuple(ledger.Ledger(self.course, ledger.article_of(self.provision)).lines())


def due(
    provision: Provision,
    *,
    trigger_on: date,
    calendar: Calendar,
    pauses: Sequence[Pause] = (),
    first_day_counted: bool = False,
    pause_effect: PauseEffect = PauseEffect.CONTINUES,
    extensions: Sequence[Extension] = (),
) -> Deadline:
    """Return the last day on which the step of `provision` is still in time, with the ledger.

    The day of the event is not counted, unless `first_day_counted` (K-5). A limit in calendar days or
    months that ends on a day off ends on the next working day (K-6). Days of a pause are not counted,
    from the day it starts up to and including the day it ends (K-3), overlapping ones once; then the
    count goes on or, by `pause_effect`, begins anew (K-4). An end in months moves by the days of the
    pauses before it. `extensions` are added to the limit.

    Raises:
        NoTimeLimit: the provision sets no limit that binds.
        ClockNeverStops: there are pauses, but the law knows none for this step.
        CalendarMissing: the count reaches a year without calendar.

    Source: Civil Code 2015, Art. 147(2)–(3), 148(3), 148(5); the limit's own article is
    `provision.citation`.
    """
    if not provision.has_limit:
        raise NoTimeLimit
    if pauses and not provision.pauses:
        raise ClockNeverStops
    assert provision.amount, "a limit has a number"
    assert provision.unit, "a number has a unit"
    count = Count(
        amount=provision.amount,
        unit=provision.unit,
        trigger_on=trigger_on,
        pauses=pauses,
        first_day_counted=first_day_counted,
        pause_effect=pause_effect,
        extensions=extensions,
    )
    course = counting.follow(count, calendar)
    return Deadline(course.due_on, course.is_firm(), provision, course)


def add_working_days(day: date, n: int, calendar: Calendar) -> date:
    """Return the `n`-th working day after `day`; before it, for a negative `n`; `day` itself for 0.

    Raises:
        CalendarMissing: the count reaches a year without calendar.
    """
    step = _DAY if n > 0 else -_DAY
    left = abs(n)
    while left:
        day += step
        left -= calendar.is_working(day)
    return day


def working_days_left(*, today: date, due_on: date, calendar: Calendar) -> int:
    """Return the working days after `today` up to `due_on`: 0 on the due day, negative when late.

    From the first day after the due day it is -1 at least, a weekend included. This is for display
    and promises nothing: in a year without calendar, Monday to Friday count as worked.
    """
    if today <= due_on:
        return _working_days_between(today, due_on, calendar)
    return -max(1, _working_days_between(due_on, today, calendar))


def _working_days_between(start: date, end: date, calendar: Calendar) -> int:
    weeks, rest = divmod((end - start).days, 7)
    weekdays = 5 * weeks + sum(is_weekday(end - _DAY * n) for n in range(rest))
    # Only what the calendar names can differ from the week.
    named = (day for day in calendar.entries if start < day <= end)
    return weekdays + sum(calendar.is_working(day) - is_weekday(day) for day in named)
