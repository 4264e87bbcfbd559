"""The ledger: day by day, what a count made of it, and by what rule."""

from bisect import bisect_left
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from itertools import accumulate, groupby

from django.utils.functional import Promise, lazy
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from law.calendars import DayEntry, is_weekday
from law.citations import shown_lazy
from law.counting import OPEN, Course, Extension, running_days
from law.rows import Provision
from law.states import DayStatus, LedgerKind, Unit

Text = str | Promise

EVENT_DAY = "Bộ luật Dân sự 2015 Đ147.2, Đ147.3"
ENDS_ON_DAY_OFF = "Bộ luật Dân sự 2015 Đ148.5"
FIVE_DAY_WEEK = "QĐ 188/1999/QĐ-TTg Đ1"


def _citation_shown(provision: Provision) -> str:
    return provision.citation_shown


article_of = lazy(_citation_shown, str)


@dataclass(frozen=True)
class LedgerLine:
    """One day of a count: whether it was counted, as which, what it is, and by what rule."""

    day: date
    counted: bool
    number: int | None
    reason: Text
    basis: Text
    kind: LedgerKind


@dataclass(frozen=True)
class Span:
    """Days in a row that are of one kind by one rule, both ends included."""

    from_on: date
    to_on: date
    counted: bool
    kind: LedgerKind
    reason: str
    basis: str

    @property
    def days(self) -> int:
        """Return how many days it is."""
        return (self.to_on - self.from_on).days + 1

    def as_json(self) -> dict[str, object]:
        """Return the span in plain values, as `manage.py clock --json` prints it."""
        return {
            "from": self.from_on.isoformat(),
            "to": self.to_on.isoformat(),
            "counted": self.counted,
            "kind": self.kind.value,
            "basis": self.basis,
        }


def spans(lines: Iterable[LedgerLine]) -> Iterator[Span]:
    """Yield the lines with those of one kind, one after the other, merged."""
    for (kind, counted, basis), members in groupby(
        lines, lambda one: (one.kind, one.counted, str(one.basis))
    ):
        same = list(members)
        reasons = dict.fromkeys(str(line.reason) for line in same if line.reason)
        yield Span(same[0].day, same[-1].day, counted, kind, "; ".join(reasons), basis)


def short(lines: Iterable[LedgerLine], unit: Unit) -> Iterator[LedgerLine]:
    """Yield the lines that people read: of the days counted in months only those on which one ends."""
    return (line for line in lines if unit is not Unit.MONTH or not line.counted or line.reason)


@dataclass(frozen=True)
class Ledger:
    """Tells the days of `course`; `article` is where the limit stands."""

    course: Course
    article: Text

    def lines(self) -> Iterator[LedgerLine]:
        """Yield each day from the event on."""
        course, ends = self.course, self._ends()
        if not course.count.first_day_counted:
            yield _event_line(course.count.trigger_on)
        number = 0
        for ordinal in range(course.count.start + 1, course.until + 1):
            day = date.fromordinal(ordinal)
            if course.is_paused(ordinal):
                yield self._left_out(day, LedgerKind.PAUSE, _("The clock stands still"))
            elif not self._counts(day):
                yield self._uncounted(day)
            elif ordinal <= course.start:
                yield self._left_out(day, LedgerKind.RESTARTED, _("Not counted: the count began anew later"))
            elif number == ends[-1]:
                yield self._uncounted(day)
            else:
                number += 1
                yield self._counted(day, number, ends)

    def _ends(self) -> list[int]:
        """Return the number of the limit's last day, and of the last day of each extension."""
        count, start = self.course.count, self.course.start
        if start == OPEN:
            return [0]
        amounts = accumulate([count.amount, *(one.amount for one in count.extensions)])
        return [running_days(count, amount, start) for amount in amounts]

    def _counts(self, day: date) -> bool:
        return self.course.count.unit is not Unit.WORKING_DAY or self.course.calendar.is_working(day)

    def _left_out(self, day: date, kind: LedgerKind, reason: Text) -> LedgerLine:
        return LedgerLine(day, False, None, reason, self.article, kind)

    def _counted(self, day: date, number: int, ends: list[int]) -> LedgerLine:
        in_months = self.course.count.unit is Unit.MONTH
        shown = None if in_months else number
        is_end = number in ends
        if number > ends[0]:
            extension = self.course.count.extensions[bisect_left(ends, number) - 1]
            reason = "" if in_months and not is_end else _granted(extension)
            return LedgerLine(day, True, shown, reason, extension.paper, LedgerKind.EXTENSION)
        if in_months:
            reason = _("Last day of the months") if is_end else ""
        else:
            reason = self._counted_reason(day)
        return LedgerLine(day, True, shown, reason, self.article, self._kind(day, number == ends[-1]))

    def _kind(self, day: date, is_last: bool) -> LedgerKind:
        every_day = self.course.count.unit is not Unit.WORKING_DAY
        # In days and months only the end of the count asks what kind of day it is.
        if every_day and not is_last:
            return LedgerKind.CALENDAR_DAY
        entry = self.course.calendar.entry(day)
        if entry and not entry.is_observed:
            return LedgerKind.UNCONFIRMED
        if self.course.calendar.provisional(day):
            return LedgerKind.PROVISIONAL
        if every_day:
            return LedgerKind.CALENDAR_DAY
        return LedgerKind.WORKING_DAY if is_weekday(day) else LedgerKind.MAKE_UP_DAY

    def _counted_reason(self, day: date) -> Text:
        entry = self.course.calendar.entry(day)
        if entry and entry.status == DayStatus.UNCONFIRMED:
            return format_lazy(_("{name}: not confirmed as a day off, so it is counted"), name=entry.name)
        if entry:
            return _name(entry)
        return _("Day of the event, counted") if day == self.course.count.trigger_on else ""

    def _uncounted(self, day: date) -> LedgerLine:
        entry = self.course.calendar.entry(day)
        if self.course.calendar.is_working(day):
            moved = _("The limit ended on a day off: moved to the next working day")
            basis = shown_lazy(ENDS_ON_DAY_OFF)
            return LedgerLine(day, False, None, moved, basis, LedgerKind.MOVED)
        is_expected = self.course.calendar.provisional(day)
        if not entry or (entry.status != DayStatus.OFFICIAL and not is_expected):
            basis = shown_lazy(FIVE_DAY_WEEK)
            return LedgerLine(day, False, None, _("Weekend"), basis, LedgerKind.WEEKEND)
        kind = LedgerKind.PROVISIONAL if is_expected else LedgerKind.DAY_OFF
        return LedgerLine(day, False, None, _name(entry), _basis(entry), kind)


def _event_line(day: date) -> LedgerLine:
    reason = _("Day of the event, not counted")
    return LedgerLine(day, False, None, reason, shown_lazy(EVENT_DAY), LedgerKind.TRIGGER)


def _name(entry: DayEntry) -> Text:
    if entry.status == DayStatus.PROVISIONAL:
        return format_lazy(_("{name} (expected, the official notice is not out)"), name=entry.name)
    return entry.name


def _basis(entry: DayEntry) -> Text:
    return format_lazy("{} {}", entry.basis.label, entry.notice) if entry.notice else entry.basis.label


def _granted(extension: Extension) -> Text:
    if not extension.granted_on:
        return format_lazy(_("Extended: {reason}"), reason=extension.reason)
    return format_lazy(
        _("Extended on {day}: {reason}"), day=f"{extension.granted_on:%d/%m/%Y}", reason=extension.reason
    )
