"""The one arithmetic of all due days: fast, in plain numbers, without a ledger.

Days are ordinals in here. What is counted is either every day or the working days of a calendar, both
numbered; a due day is a look-up in those numbers, however long the limit. `law.clock` says what the
law asks for, `law.ledger` tells day by day what was counted.
"""

from calendar import monthrange
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Protocol

from law.calendars import Calendar, WorkingDays
from law.exceptions import CalendarMissing
from law.states import PauseEffect, Unit

OPEN = date.max.toordinal()
Paused = Sequence[tuple[int, int]]


@dataclass(frozen=True)
class Pause:
    """Days on which a clock stood still, both ends included; `to_on` is None while it stands."""

    from_on: date
    to_on: date | None

    def __post_init__(self) -> None:
        if self.to_on is not None and self.to_on < self.from_on:
            raise ValueError(f"the pause ends on {self.to_on}, before it starts on {self.from_on}")


@dataclass(frozen=True, kw_only=True)
class Extension:
    """An amount added to a limit, in the limit's own unit: granted when, why, and by which paper."""

    amount: int
    granted_on: date | None
    reason: str
    paper: str

    def __post_init__(self) -> None:
        if self.amount < 1:
            raise ValueError(f"an extension by {self.amount} extends nothing")


@dataclass(frozen=True, kw_only=True, slots=True)
class Count:
    """What is counted: a limit, the day of its event, what stopped and what extended it."""

    amount: int
    unit: Unit
    trigger_on: date
    pauses: Sequence[Pause] = ()
    first_day_counted: bool = False
    pause_effect: PauseEffect = PauseEffect.CONTINUES
    extensions: Sequence[Extension] = ()

    @property
    def start(self) -> int:
        """The day after which the count begins: the day of the event, or the one before it (K-5)."""
        return self.trigger_on.toordinal() - self.first_day_counted

    @property
    def total(self) -> int:
        """The limit with its extensions."""
        if not self.extensions:
            return self.amount
        return self.amount + sum(extension.amount for extension in self.extensions)


class _Numbered(Protocol):
    def between(self, start: int, end: int) -> int: ...
    def nth_after(self, n: int, start: int) -> int: ...


class _EveryDay:
    def between(self, start: int, end: int) -> int:
        return end - start

    def nth_after(self, n: int, start: int) -> int:
        return start + n


_EVERY_DAY = _EveryDay()
# By name, since asking an enumeration for a member costs as much as a count.
_WORKING_DAY, _MONTH, _RESTARTS = Unit.WORKING_DAY, Unit.MONTH, PauseEffect.RESTARTS
_NONE_KNOWN = WorkingDays(0, 0, (), ())


def due_days(counts: Iterable[Count], calendar: Calendar) -> Iterator[date | None]:
    """Yield the due day of each count, None where an open pause holds it. Nothing is kept.

    Raises:
        CalendarMissing: a count reaches a year without calendar.
    """
    days = _NONE_KNOWN
    for count in counts:
        start = count.start
        if not days.first <= start + 1 < days.after:
            days = _days_after(start, calendar)
        found = _due(count, start, days)
        yield None if found == OPEN else date.fromordinal(found)


def _due(count: Count, start: int, days: WorkingDays) -> int:
    """Return the due day, OPEN where an open pause holds the clock."""
    if count.pauses:
        pauses = _paused(count, days)
        start = _last_start(count, days, pauses)
        found = OPEN if start == OPEN else _ends_on(count, start, days, pauses)
    elif count.unit is _WORKING_DAY:
        found = days.nth_after(count.total, start)
    else:
        found = _ends_on(count, start, days, ())
    if found >= days.after and found != OPEN:
        raise CalendarMissing(date.fromordinal(days.after).year)
    return found


@dataclass(frozen=True)
class Course:
    """How a count went, for those who explain it: `due` is its last day, OPEN where a pause holds it.

    `pauses` are (first, last), in order and apart; the count began for good after `start`, which is
    OPEN where an open pause keeps it from that.
    """

    count: Count
    calendar: Calendar
    due: int
    pauses: Paused
    start: int

    @property
    def due_on(self) -> date | None:
        """The due day; None where an open pause holds the clock."""
        return None if self.due == OPEN else date.fromordinal(self.due)

    @property
    def until(self) -> int:
        """The last day to tell of: the due day, or the day on which an open pause began."""
        return self.pauses[-1][0] if self.due == OPEN else self.due

    def is_paused(self, day: int) -> bool:
        """Tell whether the clock stood still on `day`."""
        return any(first <= day <= last for first, last in self.pauses)

    def is_firm(self) -> bool:
        """Tell whether no expected, not yet official day decided anything."""
        expected = self.calendar.expected_between(self.count.start, self.until)
        return not any(self._asked_about(day) for day in expected)

    def _asked_about(self, day: int) -> bool:
        """Tell whether it mattered to the count if `day` is worked: in days and months only at the end."""
        if self.is_paused(day):
            return False
        if self.count.unit is _WORKING_DAY:
            return True
        if self.count.pause_effect is not _RESTARTS:
            return _full_on(self.count, self.count.start, self.pauses) <= day
        start = max((last for _, last in self.pauses if last < day), default=self.count.start)
        return _full_on(self.count, start, ()) <= day


def follow(count: Count, calendar: Calendar) -> Course:
    """Return how `count` goes, by the same arithmetic as `due_days` and with the same refusal."""
    days = _days_after(count.start, calendar)
    due = _due(count, count.start, days)
    pauses = _paused(count, days)
    return Course(count, calendar, due, pauses, _last_start(count, days, pauses))


def running_days(count: Count, amount: int, start: int) -> int:
    """Return how many days `amount` days or months that begin after `start` are."""
    if count.unit is not _MONTH:
        return amount
    return _month_end(start, amount, first_counted=count.first_day_counted and start == count.start) - start


def _days_after(start: int, calendar: Calendar) -> WorkingDays:
    """Return the working days among which a count begins after `start`."""
    return calendar.working_days(date.fromordinal(min(start + 1, OPEN)).year)


def _paused(count: Count, days: WorkingDays) -> Paused:
    """Return the paused days among those to be counted; pauses that overlap or touch are one."""
    spans: list[tuple[int, int]] = []
    for first, last in sorted(_bounds(pause, count.start + 1) for pause in count.pauses):
        if last < first or first >= days.after:
            continue
        if spans and first <= spans[-1][1] + 1:
            spans[-1] = (spans[-1][0], max(last, spans[-1][1]))
        else:
            spans.append((first, last))
    return spans


def _bounds(pause: Pause, earliest: int) -> tuple[int, int]:
    last = pause.to_on.toordinal() if pause.to_on else OPEN
    return max(pause.from_on.toordinal(), earliest), last


def _last_start(count: Count, days: WorkingDays, pauses: Paused) -> int:
    """Return the day after which the count begins for good: the last pause that it runs into restarts it."""
    start = count.start
    if count.pause_effect is _RESTARTS:
        for first, last in pauses:
            if _ends_on(count, start, days, pauses) < first:
                break
            start = last
    return start


def _ends_on(count: Count, start: int, days: WorkingDays, pauses: Paused) -> int:
    if count.pause_effect is _RESTARTS:
        pauses = ()  # they lie before the start, or after the end
    if count.unit is _WORKING_DAY:
        return _nth(count.total, start, days, pauses)
    full = _full_on(count, start, pauses)
    return full if full == OPEN else _nth(1, full - 1, days, pauses)


def _full_on(count: Count, start: int, pauses: Paused) -> int:
    """Return the day on which days or months are full; the next working day is the due day (K-6)."""
    return _nth(running_days(count, count.total, start), start, _EVERY_DAY, pauses)


def _nth(n: int, start: int, days: _Numbered, pauses: Paused) -> int:
    """Return the `n`-th of `days` after `start` on which no pause lies; OPEN if an open one comes first."""
    for first, last in pauses:
        if last <= start:
            continue
        running = days.between(start, first - 1)
        if n <= running:
            break
        if last == OPEN:
            return OPEN
        n, start = n - running, last
    return days.nth_after(n, start)


def _month_end(start: int, months: int, *, first_counted: bool) -> int:
    """Return the last day of the months: of the same number as the event, or the month's last (Art. 148.3).

    Where the first day is counted, the months end a day earlier: from the 5th to the 4th.
    """
    day = date.fromordinal(start + first_counted)
    year, month0 = divmod(day.year * 12 + day.month - 1 + months, 12)
    length = monthrange(year, month0 + 1)[1]
    return date(year, month0 + 1, 1).toordinal() - 1 + min(day.day - first_counted, length)
