"""The working calendar: a five-day week, changed by the rows of a table.

A row says that a weekday is off or that a Saturday is worked. Without a row, Monday to Friday are
worked (Decision 188/1999/QĐ-TTg, Article 1). What a year's rows are is a matter of notices that come
out late in the year before; a year without rows is unknown, never "no holidays".
"""

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property
from itertools import accumulate, groupby
from pathlib import Path

from law import tables
from law.exceptions import CalendarMissing, LawDataError
from law.states import DayBasis, DayKind, DayStatus

DEFAULT_FILE = Path(__file__).parent / "data" / "calendar.csv"
COLUMNS = ("day", "kind", "name", "basis", "notice", "status", "known_from", "withdrawn")
_SATURDAY = 5

# A year is taken in whole or not at all: these days are off in every year (day, month), and the Labour
# Code gives at least ten in all (eleven since 2021).
FIXED_HOLIDAYS = ((1, 1), (30, 4), (1, 5), (2, 9))
FEWEST_DAYS_OFF = 10


@dataclass(frozen=True)
class DayEntry:
    """What was made known about one day. `withdrawn` takes back an earlier entry."""

    day: date
    kind: DayKind
    name: str
    basis: DayBasis
    notice: str
    status: DayStatus
    known_from: date | None
    withdrawn: bool = False

    @property
    def is_observed(self) -> bool:
        """Tell whether the entry changes the week; an unconfirmed one does not."""
        return self.status != DayStatus.UNCONFIRMED

    @property
    def changes_the_week(self) -> bool:
        """Tell whether the day would be another kind of day without this entry."""
        return self.is_observed and (self.kind == DayKind.WORK) != is_weekday(self.day)


@dataclass(frozen=True, slots=True)
class WorkingDays:
    """The working days of known years that follow each other, numbered from 1. Days are ordinals.

    `first` and `after` bound the years: the first day of the first, the day after the last.
    `until[day - first + 1]` is how many days are worked from `first` up to `day`; `nth[n]` is the n-th.
    """

    first: int
    after: int
    until: Sequence[int]
    nth: Sequence[int]

    def between(self, start: int, end: int) -> int:
        """Return how many days after `start` up to `end` are worked, as far as the years are known."""
        shift, last = 1 - self.first, self.after - 1
        return self.until[min(end, last) + shift] - self.until[min(start, last) + shift]

    def nth_after(self, n: int, start: int) -> int:
        """Return the `n`-th working day after `start`; `after`, where the count goes beyond the years."""
        if start >= self.after:
            return self.after
        number = self.until[start - self.first + 1] + n
        return self.nth[number] if number < len(self.nth) else self.after


@dataclass(frozen=True)
class Calendar:
    """The days off and make-up days known in one version; version 0 knows nothing.

    `history` is all that was ever made known, oldest first, withdrawals too; empty where nothing else
    was known before than what `entries` say.
    """

    version: int
    entries: Mapping[date, DayEntry]
    history: Sequence[DayEntry] = ()

    @cached_property
    def years(self) -> frozenset[int]:
        """The years whose days off are known."""
        return frozenset(day.year for day in self.entries)

    def covers(self, year: int) -> bool:
        """Tell whether the days off of `year` are known."""
        return year in self.years

    def is_working(self, day: date) -> bool:
        """Tell whether `day` is a working day; expected days off count as off.

        Raises:
            CalendarMissing: the year of `day` is not covered.
        """
        if not self.covers(day.year):
            raise CalendarMissing(day.year)
        entry = self.entries.get(day)
        if entry and entry.is_observed:
            return entry.kind == DayKind.WORK
        return is_weekday(day)

    def provisional(self, day: date) -> bool:
        """Tell whether an expected entry, not yet official, decides what `day` is."""
        entry = self.entries.get(day)
        return bool(entry and entry.status == DayStatus.PROVISIONAL and entry.changes_the_week)

    def provisional_days(self, year: int) -> list[date]:
        """Return the days of `year` that an expected entry decides."""
        return sorted(day for day in self.entries if day.year == year and self.provisional(day))

    def entry(self, day: date) -> DayEntry | None:
        """Return what is known about `day` beyond its place in the week."""
        return self.entries.get(day)

    def expected_between(self, start: int, end: int) -> Sequence[int]:
        """Return the days after `start` up to `end` that an expected entry decides, all as ordinals."""
        days = self._expected
        return days[bisect_right(days, start) : bisect_right(days, end)]

    def working_days(self, year: int) -> WorkingDays:
        """Return the working days of `year` and of the known years around it without a gap.

        Raises:
            CalendarMissing: `year` is not covered.
        """
        found = self._tables.get(year)
        if not found:
            raise CalendarMissing(year)
        return found

    def as_of(self, day: date) -> "Calendar":
        """Return the calendar as the world knew it on `day`.

        A notice counts from the day on which it was made known; before it holds what was known earlier,
        an expected day too. What no notice is named for (days off by statute or by the usual rule)
        was always known. A year of which nothing was known is not covered.
        """
        known = [
            entry
            for entry in self.history or self.entries.values()
            if entry.known_from is None or entry.known_from <= day
        ]
        return Calendar(self.version, standing(known), known)

    @cached_property
    def if_confirmed(self) -> "Calendar":
        """The calendar in which what is announced and not confirmed is official."""
        official = {
            day: entry if entry.is_observed else replace(entry, status=DayStatus.OFFICIAL)
            for day, entry in self.entries.items()
        }
        return Calendar(self.version, official)

    @cached_property
    def _expected(self) -> list[int]:
        return sorted(day.toordinal() for day in self.entries if self.provisional(day))

    @cached_property
    def _tables(self) -> Mapping[int, WorkingDays]:
        """The working days by year; years in a row share one table."""
        tables: dict[int, WorkingDays] = {}
        for _, members in groupby(enumerate(sorted(self.years)), lambda pair: pair[1] - pair[0]):
            years = [year for _, year in members]
            tables |= dict.fromkeys(years, self._numbered(years[0], years[-1]))
        return tables

    def _numbered(self, first_year: int, last_year: int) -> WorkingDays:
        first, last = date(first_year, 1, 1).toordinal(), date(last_year, 12, 31).toordinal()
        worked = [self.is_working(date.fromordinal(day)) for day in range(first, last + 1)]
        until = list(accumulate(worked, initial=0))
        nth = [first - 1, *(day for day, is_worked in enumerate(worked, first) if is_worked)]
        return WorkingDays(first, last + 1, until, nth)


def standing(entries: Iterable[DayEntry]) -> dict[date, DayEntry]:
    """Return what holds of `entries`, told oldest first: the last word on each day, unless withdrawn."""
    last_words = {entry.day: entry for entry in entries}
    return {day: entry for day, entry in last_words.items() if not entry.withdrawn}


def is_weekday(day: date) -> bool:
    """Tell whether `day` is a Monday to Friday."""
    return day.weekday() < _SATURDAY


def read(path: Path) -> dict[date, DayEntry]:
    """Return the entries of a calendar file, by day.

    Raises:
        LawDataError: a cell is wrong, or a day stands twice.
    """
    entries: dict[date, DayEntry] = {}
    for row in tables.read(path, COLUMNS):
        entry = _entry(row)
        if entry.day in entries:
            raise row.error("day", "stands here twice")
        entries[entry.day] = entry
    return entries


def _entry(row: tables.Row) -> DayEntry:
    day = row.day("day")
    if day is None:
        raise row.error("day", "is missing")
    if row.optional("withdrawn") not in ("", "yes"):
        raise row.error("withdrawn", "is neither empty nor 'yes'")
    return DayEntry(
        day=day,
        kind=row.choice("kind", DayKind),
        name=row.text("name"),
        basis=row.choice("basis", DayBasis),
        notice=row.optional("notice"),
        status=row.choice("status", DayStatus),
        known_from=row.day("known_from"),
        withdrawn=row.optional("withdrawn") == "yes",
    )


def check_whole_years(calendar: Calendar, *, file: str) -> None:
    """Refuse a calendar that knows a part of a year: the rest would be counted as worked.

    Raises:
        LawDataError: naming the year and what is missing.
    """
    for year in sorted(calendar.years):
        for gap in _gaps(calendar, year):
            raise LawDataError(f"the year {year} is not whole: {gap}", file=file)


def _gaps(calendar: Calendar, year: int) -> Iterator[str]:
    off = {day for day, entry in calendar.entries.items() if day.year == year and entry.kind == DayKind.OFF}
    for day, month in FIXED_HOLIDAYS:
        if date(year, month, day) not in off:
            yield f"{day:02}/{month:02} is missing"
    if len(off) < FEWEST_DAYS_OFF:
        yield f"{len(off)} days off, at least {FEWEST_DAYS_OFF} expected"
