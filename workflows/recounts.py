"""Open deadlines under a newer calendar: where they go, and what is on record of where they went."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date

from django.db.models import Exists, OuterRef, Prefetch, QuerySet

from law.calendars import Calendar
from law.exceptions import CalendarMissing
from records.models import AuditRow
from workflows import clocks
from workflows.models import Case, Clock, ClockPause, Step

ACT = "follow_calendar"
CHUNK = 1000


@dataclass(frozen=True)
class Move:
    """Where a newer calendar takes one deadline: to another day, or to the same, more or less certain."""

    clock: Clock
    was_on: date
    due_on: date
    firm: bool
    calendar_version: int

    @property
    def is_to_another_day(self) -> bool:
        """Tell whether the day itself is another one; if not, only its certainty is."""
        return self.was_on != self.due_on

    @property
    def holder(self) -> Step | None:
        """Return the newest step that stands under this limit; those inside it have days of their own."""
        own = [step for step in self.clock.steps.all() if step.flow_task.limit]
        return max(own, key=lambda step: step.pk, default=None)


@dataclass(frozen=True)
class Scan:
    """What a newer calendar makes of some clocks: which move, which stay, which it cannot count."""

    moves: list[Move] = field(default_factory=list)
    same: list[int] = field(default_factory=list)
    uncounted: list[int] = field(default_factory=list)


def stale(days: Calendar) -> QuerySet[Clock]:
    """Return the running clocks with an open step that an older calendar than `days` counted, by id.

    One that stands still is counted when it runs again; one without an open step stays as it was.
    """
    standing_still = ClockPause.objects.filter(clock=OuterRef("pk"), to_on=None)
    running = Clock.objects.filter(pk__in=Step.objects.open().values("clock")).exclude(Exists(standing_still))
    steps = Prefetch("steps", Step.objects.work().select_related("agency"))
    older = running.filter(calendar_version__lt=days.version)
    return (
        older.select_related("case", "shorter").prefetch_related("pauses", "extensions", steps).order_by("pk")
    )


def scan(days: Calendar) -> Iterator[Scan]:
    """Count what `stale` returns with `days`, in memory, `CHUNK` clocks at a time. Writes nothing."""
    last = 0
    while chunk := list(stale(days).filter(pk__gt=last)[:CHUNK]):
        last = chunk[-1].pk
        yield recount(chunk, days)


def recount(found: Iterable[Clock], days: Calendar) -> Scan:
    """Count the clocks with `days`, and tell which of them move."""
    told = Scan()
    for clock in found:
        try:
            counted = clocks.deadline(clock, days)
        except CalendarMissing:
            told.uncounted.append(clock.pk)
            continue
        assert counted.due_on is not None, "a clock that stands still is not stale"
        if (counted.due_on, counted.firm) == (clock.due_on, clock.firm):
            told.same.append(clock.pk)
        else:
            told.moves.append(Move(clock, clock.due_on, counted.due_on, counted.firm, clock.calendar_version))
    return told


@dataclass(frozen=True)
class Moved:
    """What is on record of how a deadline moved: from which day to which, and the days that did it."""

    clock_id: int
    was_on: date
    due_on: date
    days: list[str]


def moved(row: AuditRow) -> list[Moved]:
    """Return what an audit row tells of deadlines that came to another day."""
    told = row.data.get("moved", []) if row.act == ACT else []
    return [
        Moved(
            one["clock"],
            date.fromisoformat(one["from"]),
            date.fromisoformat(one["to"]),
            [f"{date.fromisoformat(day['day']):%d/%m/%Y}: {day['words']}" for day in one["days"]],
        )
        for one in told
        if one["from"] != one["to"]
    ]


def last_moves(case: Case) -> dict[int | None, Moved]:
    """Return by clock how each deadline of the case moved last."""
    rows = AuditRow.objects.filter(subject_kind=Case.subject_kind(), subject_id=case.pk, act=ACT)
    return {one.clock_id: one for row in rows.order_by("seq") for one in moved(row)}
