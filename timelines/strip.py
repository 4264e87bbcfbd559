"""Where the marks of a strip plot stand: days become per cent of its width, so that it fits any screen.

Text keeps its size and circles stay round, since only positions are relative; nothing needs a style
attribute. Numbers are written with a point whatever the language, as SVG wants them.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from clusters.dates import ImpreciseDate
from timelines.groundbreaking import Course

MOST_LABELS = 10


@dataclass(frozen=True)
class Mark:
    """One thing drawn: an exact day (`width` is ""), or days from `x` on for `width`.

    `kind` is decision, lease, start, waited (known to have waited) or unheard (nobody told since).
    """

    kind: str
    x: str
    width: str = ""


@dataclass(frozen=True)
class Tick:
    """The first day of a year; not every one has room for its name."""

    x: str
    name: str


@dataclass(frozen=True)
class Axis:
    """The days from `first` to `last`, laid out over the width."""

    first: date
    last: date

    @property
    def ticks(self) -> list[Tick]:
        """Return a tick for each year that begins on the axis."""
        years = range(self.first.year, self.last.year + 1)
        step = 1 + (len(years) - 1) // MOST_LABELS
        return [
            Tick(self.at(date(year, 1, 1)), str(year) if (year - years[0]) % step == 0 else "")
            for year in years
            if date(year, 1, 1) >= self.first
        ]

    def at(self, day: date) -> str:
        """Return where `day` stands."""
        return _per_cent((day - self.first).days / self._length)

    def marks(self, course: Course) -> list[Mark]:
        """Return the marks of one course, those in front last."""
        marks = [*self._waits(course), *self._day("decision", course.decided)]
        if course.is_started:
            marks += self._day("start", course.started)
        return marks + (self._day("lease", course.lease.when) if course.lease else [])

    def _waits(self, course: Course) -> Iterable[Mark]:
        decided = course.decided.latest
        end = course.started.earliest if course.is_started else course.heard.earliest
        if decided is None:
            return
        known = max(decided, min(end or decided, course.today))
        if known > decided:
            yield self._span("waited", decided, known)
        if not course.is_started and course.today > known:
            yield self._span("unheard", known, course.today)

    def _day(self, kind: str, when: ImpreciseDate) -> list[Mark]:
        if when.earliest is None or when.latest is None:
            return []
        if when.is_exact:
            return [Mark(kind, self.at(when.earliest))]
        return [self._span(kind, when.earliest, when.latest)]

    def _span(self, kind: str, first: date, last: date) -> Mark:
        return Mark(kind, self.at(first), _per_cent((last - first).days / self._length))

    @property
    def _length(self) -> int:
        return max(1, (self.last - self.first).days)


def _per_cent(share: float) -> str:
    return f"{share * 100:.2f}%"


def axis(courses: Iterable[Course], *, today: date) -> Axis:
    """Return the axis from the year of the first decision to `today`."""
    years = [course.decided.earliest.year for course in courses if course.decided.earliest]
    return Axis(date(min([*years, today.year]), 1, 1), today)
