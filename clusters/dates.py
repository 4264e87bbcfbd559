"""Days as sources tell them: exactly, by the month, by the half-year, or not at all."""

import calendar
import re
from dataclasses import dataclass
from datetime import date, timedelta
from typing import NamedTuple

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from clusters.states import UNPLACED, DatePrecision

ONE_DAY = timedelta(days=1)


@dataclass(frozen=True)
class ImpreciseDate:
    """A day that lies from `earliest` to `latest` (both included); both None where nobody can tell.

    `text` is the date as the source printed it, `remark` what the source added.
    """

    precision: DatePrecision = DatePrecision.UNKNOWN
    earliest: date | None = None
    latest: date | None = None
    text: str = ""
    remark: str = ""
    reported_on: date | None = None

    @property
    def is_exact(self) -> bool:
        """Tell whether the very day is known."""
        return self.precision is DatePrecision.DAY


class Days(NamedTuple):
    """So many calendar days: at least `shortest`, at most `longest`; the same where the days are exact."""

    shortest: int
    longest: int

    @property
    def is_exact(self) -> bool:
        """Tell whether both days are known exactly."""
        return self.shortest == self.longest


class _Shape(NamedTuple):
    precision: DatePrecision
    pattern: re.Pattern[str]


_SHAPES = (
    _Shape(DatePrecision.DAY, re.compile(r"(?P<year>\d{4})-(?P<month>\d{2})-(?P<day>\d{2})")),
    _Shape(DatePrecision.MONTH, re.compile(r"(?P<year>\d{4})-(?P<month>\d{2})")),
    _Shape(DatePrecision.QUARTER, re.compile(r"(?P<year>\d{4})-Q(?P<quarter>[1-4])")),
    _Shape(DatePrecision.QUARTER, re.compile(r"Q(?P<quarter>[1-4])/(?P<year>\d{4})")),
    _Shape(DatePrecision.HALF_YEAR, re.compile(r"(?P<year>\d{4})-H(?P<half>[12])")),
    _Shape(DatePrecision.YEAR, re.compile(r"(?P<year>\d{4})")),
)
_WORDS = {
    "day": DatePrecision.DAY,
    "month": DatePrecision.MONTH,
    "quarter": DatePrecision.QUARTER,
    "half-year": DatePrecision.HALF_YEAR,
    "year": DatePrecision.YEAR,
}
_STATED = re.compile(r"(?P<word>[a-z-]+?)(?: \((?P<remark>[^()]+)\))?")
_NO_YEAR = re.compile(r"day-month known \((?P<day>\d{1,2}/\d{1,2})\), year not stated")
_BEFORE = re.compile(r"before (\d{4}-\d{2}-\d{2})")
_REPORTED = re.compile(r"reported (\d{4}-\d{2}-\d{2})")


def parse(value: str, stated: str = "") -> ImpreciseDate | None:
    """Read a date such as `2018-06-15`, `2017-12`, `2024-Q3`, `2024-H1`, `2019` with its stated precision.

    Returns None where nothing was said. What is not said is never filled in: `2017-12` is all of
    December, and `day-month known (11/4), year not stated` has no earliest and no latest day. A
    remark `(before 2019-07-19)` ends the span the day before; `(reported …)` only says who knew when.

    Raises:
        ValueError: not a date, or not of the precision that is stated; the message says which.
    """
    if not value:
        return _without_date(stated)
    found = _span(value)
    if not stated:
        return ImpreciseDate(*found)
    match = _STATED.fullmatch(stated)
    if not match or match["word"] not in _WORDS:
        raise ValueError(_("“{precision}” is no precision of a date.").format(precision=stated))
    if _WORDS[match["word"]] is not found.precision:
        raise ValueError(_("The date is not as precise as stated: {precision}.").format(precision=stated))
    return _with_remark(found, match["remark"] or "")


def _without_date(stated: str) -> ImpreciseDate | None:
    if not stated:
        return None
    match = _NO_YEAR.fullmatch(stated)
    if not match:
        raise ValueError(_("A precision without a date: {precision}.").format(precision=stated))
    return ImpreciseDate(DatePrecision.NO_YEAR, text=match["day"], remark=stated)


class _Placed(NamedTuple):
    precision: DatePrecision
    earliest: date
    latest: date
    text: str


def _span(value: str) -> _Placed:
    for precision, pattern in _SHAPES:
        match = pattern.fullmatch(value)
        if match:
            parts = {name: int(number) for name, number in match.groupdict().items()}
            try:
                earliest, latest = _bounds(**parts)
            except ValueError:
                break
            return _Placed(precision, earliest, latest, value)
    raise ValueError(_("This is no date. Write 2018-06-15, 2018-06, 2018-Q2, 2018-H1 or 2018."))


def _bounds(year: int, month: int = 0, day: int = 0, quarter: int = 0, half: int = 0) -> tuple[date, date]:
    if day:
        return date(year, month, day), date(year, month, day)
    first, last = 1, 12
    if month:
        first = last = month
    elif quarter:
        first, last = quarter * 3 - 2, quarter * 3
    elif half:
        first, last = half * 6 - 5, half * 6
    earliest = date(year, first, 1)
    return earliest, date(year, last, calendar.monthrange(year, last)[1])


def _with_remark(found: _Placed, remark: str) -> ImpreciseDate:
    latest, reported_on = found.latest, None
    if match := _BEFORE.fullmatch(remark):
        latest = min(latest, _remarked_day(match[1], remark) - ONE_DAY)
    if match := _REPORTED.fullmatch(remark):
        reported_on = _remarked_day(match[1], remark)
    if latest < found.earliest:
        raise ValueError(_("The remark contradicts the date: {remark}.").format(remark=remark))
    return ImpreciseDate(found.precision, found.earliest, latest, found.text, remark, reported_on)


def _remarked_day(text: str, remark: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise ValueError(_("The remark has no valid day: {remark}.").format(remark=remark)) from None


def words(when: ImpreciseDate) -> str:
    """Return the date for a reader, no more precise than it is known; `not known` where it is not."""
    said = _span_words(when)
    if when.reported_on:
        day = date_format(when.reported_on, "SHORT_DATE_FORMAT")
        return _("{date} (reported on {day})").format(date=said, day=day)
    return said


def _span_words(when: ImpreciseDate) -> str:
    if when.precision is DatePrecision.NO_YEAR:
        return _("{day_and_month}, year not stated").format(day_and_month=when.text)
    if when.earliest is None or when.latest is None or when.precision in UNPLACED:
        return _("not known")
    said = _placed_words(when.precision, when.earliest)
    full = _bounds_end(when.precision, when.earliest)
    if when.latest < full:
        day = date_format(when.latest + ONE_DAY, "SHORT_DATE_FORMAT")
        return _("{date}, before {day}").format(date=said, day=day)
    return said


def _placed_words(precision: DatePrecision, start: date) -> str:
    if precision is DatePrecision.DAY:
        return date_format(start, "SHORT_DATE_FORMAT")
    if precision is DatePrecision.MONTH:
        return f"{start:%m/%Y}"
    if precision is DatePrecision.QUARTER:
        return _("quarter {quarter}/{year}").format(quarter=(start.month + 2) // 3, year=start.year)
    if precision is DatePrecision.HALF_YEAR and start.month == 1:
        return _("first half of {year}").format(year=start.year)
    if precision is DatePrecision.HALF_YEAR:
        return _("second half of {year}").format(year=start.year)
    return str(start.year)


def _bounds_end(precision: DatePrecision, start: date) -> date:
    months = {
        DatePrecision.MONTH: 1,
        DatePrecision.QUARTER: 3,
        DatePrecision.HALF_YEAR: 6,
        DatePrecision.YEAR: 12,
    }
    last = start.month + months.get(precision, 0) - 1
    if precision is DatePrecision.DAY:
        return start
    return date(start.year, last, calendar.monthrange(start.year, last)[1])


def exactly(day: date) -> ImpreciseDate:
    """Return `day` as a day that is known exactly."""
    return ImpreciseDate(DatePrecision.DAY, day, day, day.isoformat())


def days_between(first: ImpreciseDate, second: ImpreciseDate) -> Days | None:
    """Return how many calendar days lie between two days, as exactly as both are known.

    None where nobody can tell one of them. Both are taken to come in this order, so that days in one
    month are 0 days apart at least; where they cannot, `longest` is negative.
    """
    if first.earliest is None or first.latest is None or second.earliest is None or second.latest is None:
        return None
    longest = (second.latest - first.earliest).days
    return Days(min(max(0, (second.earliest - first.latest).days), longest), longest)
