"""The statutory clock: from a time limit and the day of its event to the due day, with the ledger.

A pure function: it asks no database and no time. What it counts and why stands in the ledger, line by
line, as it is shown to people. Our reading of the rules (K-1 … K-9) is in `docs/law.md`.
"""

from calendar import monthrange
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from django.utils.functional import Promise, lazy
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from law.calendars import Calendar, is_weekday
from law.citations import shown_lazy
from law.exceptions import ClockNeverStops, NoTimeLimit
from law.rows import Provision
from law.states import DayStatus, Unit

Text = str | Promise

EVENT_DAY = "Bộ luật Dân sự 2015 Đ147.2, Đ147.3"
ENDS_ON_DAY_OFF = "Bộ luật Dân sự 2015 Đ148.5"
FIVE_DAY_WEEK = "QĐ 188/1999/QĐ-TTg Đ1"
_DAY = timedelta(days=1)


@dataclass(frozen=True)
class Pause:
    """Days on which a clock stood still, both ends included; `to_on` is None while it stands."""

    from_on: date
    to_on: date | None

    def __post_init__(self) -> None:
        if self.to_on is not None and self.to_on < self.from_on:
            raise ValueError(f"the pause ends on {self.to_on}, before it starts on {self.from_on}")

    def covers(self, day: date) -> bool:
        """Tell whether the clock stood still on `day`."""
        return self.from_on <= day and (self.to_on is None or day <= self.to_on)


@dataclass(frozen=True)
class LedgerLine:
    """One day of a count: whether it was counted, as which, and by what rule."""

    day: date
    counted: bool
    number: int | None
    reason: Text
    basis: Text


@dataclass(frozen=True)
class Deadline:
    """The result of a count.

    `due_on` is the last day in time, None while an open pause holds the clock. `firm` is False where
    an expected, not yet official day of the calendar decides the result.
    """

    due_on: date | None
    firm: bool
    ledger: tuple[LedgerLine, ...]

    @property
    def is_stopped(self) -> bool:
        """Tell whether the clock stands still, so that no due day can be named."""
        return self.due_on is None

    @property
    def days_used(self) -> int:
        """Return how many days were counted."""
        return sum(line.counted for line in self.ledger)


def due(
    provision: Provision, *, trigger_on: date, calendar: Calendar, pauses: Sequence[Pause] = ()
) -> Deadline:
    """Return the last day on which the step of `provision` is still in time, with the ledger.

    The day of the event is not counted (K-5). A limit in calendar days or months that ends on a day off
    ends on the next working day (K-6). Days of a pause are not counted, from the day it starts up to
    and including the day it ends (K-3); pauses may overlap.

    Raises:
        NoTimeLimit: the provision sets no limit that binds.
        ClockNeverStops: there are pauses, but the law knows none for this step.
        CalendarMissing: the count reaches a year without calendar.

    Source: Civil Code 2015, Art. 147(2)–(3), 148(5); the limit's own article is `provision.citation`.
    """
    if not provision.has_limit:
        raise NoTimeLimit
    if pauses and not provision.pauses:
        raise ClockNeverStops
    if provision.unit == Unit.MONTH:
        return _count_months(provision, trigger_on, calendar)
    return _count_days(provision, trigger_on, calendar, pauses)


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


def _count_days(
    provision: Provision, trigger_on: date, calendar: Calendar, pauses: Sequence[Pause]
) -> Deadline:
    every_day = provision.unit == Unit.CALENDAR_DAY
    amount = provision.amount or 0
    own_basis = _own_article(provision)
    lines = [_event_line(trigger_on)]
    used, firm = 0, True
    for day in _days_after(trigger_on):
        pause = _pause_on(day, pauses)
        if pause:
            lines.append(LedgerLine(day, False, None, _("The clock stands still"), own_basis))
            if pause.to_on is None:
                return Deadline(None, firm, tuple(lines))
            continue
        is_working = calendar.is_working(day)
        if used < amount and (every_day or is_working):
            used += 1
            lines.append(LedgerLine(day, True, used, _counted_reason(day, calendar), own_basis))
        else:
            lines.append(_uncounted_line(day, calendar))
        # In calendar days only the end of the count asks what kind of day it is.
        if calendar.provisional(day) and (not every_day or used == amount):
            firm = False
        if used == amount and is_working:
            return Deadline(day, firm, tuple(lines))
    raise AssertionError("a calendar without working days")


def _count_months(provision: Provision, trigger_on: date, calendar: Calendar) -> Deadline:
    end = _add_months(trigger_on, provision.amount or 0)
    last = LedgerLine(end, True, None, _("Last day of the months"), _own_article(provision))
    lines = [_event_line(trigger_on), last]
    firm = not calendar.provisional(end)
    while not calendar.is_working(end):
        end += _DAY
        lines.append(_uncounted_line(end, calendar))
        firm = firm and not calendar.provisional(end)
    return Deadline(end, firm, tuple(lines))


def _add_months(day: date, months: int) -> date:
    """Return the same day `months` later, or the last day of a shorter month."""
    year, month0 = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month0 + 1, min(day.day, monthrange(year, month0 + 1)[1]))


def _days_after(day: date) -> Iterator[date]:
    while True:
        day += _DAY
        yield day


def _pause_on(day: date, pauses: Sequence[Pause]) -> Pause | None:
    """Return a pause that covers `day`, an open one before others."""
    covering = [pause for pause in pauses if pause.covers(day)]
    return min(covering, key=lambda pause: pause.to_on is not None, default=None)


def _article_of(provision: Provision) -> str:
    return provision.citation_shown


_own_article = lazy(_article_of, str)


def _event_line(day: date) -> LedgerLine:
    return LedgerLine(day, False, None, _("Day of the event, not counted"), shown_lazy(EVENT_DAY))


def _counted_reason(day: date, calendar: Calendar) -> Text:
    entry = calendar.entry(day)
    if not entry:
        return ""
    if entry.status == DayStatus.UNCONFIRMED:
        return format_lazy(_("{name}: not confirmed as a day off, so it is counted"), name=entry.name)
    return entry.name


def _uncounted_line(day: date, calendar: Calendar) -> LedgerLine:
    entry = calendar.entry(day)
    if calendar.is_working(day):
        moved = _("The limit ended on a day off: moved to the next working day")
        return LedgerLine(day, False, None, moved, shown_lazy(ENDS_ON_DAY_OFF))
    if not (entry and entry.is_observed):
        return LedgerLine(day, False, None, _("Weekend"), shown_lazy(FIVE_DAY_WEEK))
    reason: Text = entry.name
    if entry.status == DayStatus.PROVISIONAL:
        reason = format_lazy(_("{name} (expected, the official notice is not out)"), name=entry.name)
    basis = format_lazy("{} {}", entry.basis.label, entry.notice) if entry.notice else entry.basis.label
    return LedgerLine(day, False, None, reason, basis)
