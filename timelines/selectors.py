"""Where open work lies, how long it has lain there, and how late it is. Reads only."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from statistics import median_low
from typing import Any

from django.db.models import Exists, OuterRef, QuerySet
from viewflow.workflow.status import PROCESS

from accounts.selectors import Standing
from accounts.states import AgencyKind
from approvals.conformance import Deviation, replay
from approvals.log_reader import CHUNK, logs
from approvals.states import DeviationKind
from law.calendars import Calendar
from law.clock import working_days_left
from records.clock import local_day
from workflows.models import Case, Process, Step
from workflows.policies import may_see_all


def open_work(who: Standing) -> QuerySet[Step]:
    """Return the open steps that `who` may follow: all of the city, or those of one's own agencies."""
    steps = Step.objects.open()
    if may_see_all(who):
        return steps
    return steps.filter(agency__in=who.agencies())


@dataclass(frozen=True)
class Pile:
    """The open work of one step of a procedure at one agency.

    Days are working days of Asia/Ho_Chi_Minh. `oldest_days` is how long the oldest has waited,
    `late` how many are past their day, `worst_late` by how many days the worst of these is. The
    median is one that really occurs. `unclaimed` is what an officer could take and none has; `paused`,
    what stops the law's clock while it is open.
    """

    procedure: str
    procedure_label: Any
    name: str
    label: Any
    agency_id: int
    agency: str
    n: int
    n_unclaimed: int
    n_paused: int
    median_days: int
    oldest_days: int
    late: int
    worst_late: int
    is_applicant: bool


def piles(who: Standing, *, now: datetime, calendar: Calendar) -> list[Pile]:
    """Return all open work by step and agency, the longest total waiting first. One query."""
    today = local_day(now)
    found: dict[tuple[str, str, int], list[Step]] = {}
    for step in open_work(who).select_related("agency", "process").order_by("created"):
        found.setdefault((step.process.procedure, step.name, step.holder_id), []).append(step)
    rows = [_pile(steps, today, calendar) for steps in found.values()]
    return sorted(rows, key=lambda pile: (-pile.late, -pile.n * pile.median_days, pile.agency))


def _pile(steps: list[Step], today: date, calendar: Calendar) -> Pile:
    first = steps[0]
    assert first.agency is not None
    waited = [waited_days(step, today=today, calendar=calendar) for step in steps]
    late = [days for step in steps if (days := late_days(step, today=today, calendar=calendar))]
    return Pile(
        procedure=first.process.procedure,
        procedure_label=first.process.get_procedure_display(),
        name=first.name,
        label=first.label,
        agency_id=first.agency.pk,
        agency=str(first.agency),
        n=len(steps),
        n_unclaimed=sum(bool(step.role) and step.owner_id is None for step in steps),
        n_paused=len(steps) if first.flow_task.stops_clock else 0,
        median_days=median_low(waited),
        oldest_days=max(waited),
        late=len(late),
        worst_late=max(late, default=0),
        is_applicant=first.agency.kind == AgencyKind.INVESTOR,
    )


def waited_days(step: Step, *, today: date, calendar: Calendar) -> int:
    """Return the working days since the step was entered; 0 on the day itself."""
    return max(0, working_days_left(today=local_day(step.created), due_on=today, calendar=calendar))


def late_days(step: Step, *, today: date, calendar: Calendar) -> int:
    """Return the working days by which the step is late; 0 while it is in time, or has no day."""
    if step.due_on is None:
        return 0
    return max(0, -working_days_left(today=today, due_on=step.due_on, calendar=calendar))


@dataclass(frozen=True)
class Held:
    """An open step, and the working days that it has waited."""

    step: Step
    waited: int


@dataclass(frozen=True)
class Oldest:
    """Who holds the oldest: the longest open step of an office; and an applicant's, where that is older.

    Windows that close by themselves are held by nobody and do not count.
    """

    office: Held | None
    applicant: Held | None


def oldest(who: Standing, *, now: datetime, calendar: Calendar) -> Oldest:
    """Return the oldest open steps that `who` may follow. Two queries."""
    for_people = open_work(who).exclude(role="").order_by("created", "pk")
    steps = for_people.select_related("case__cluster", "agency", "owner", "process")
    office = steps.exclude(agency__kind=AgencyKind.INVESTOR).first()
    applicant = steps.filter(agency__kind=AgencyKind.INVESTOR).first()
    if office and applicant and applicant.created >= office.created:
        applicant = None
    held = [
        Held(step, waited_days(step, today=local_day(now), calendar=calendar)) if step else None
        for step in (office, applicant)
    ]
    return Oldest(*held)


@dataclass(frozen=True)
class Totals:
    """The figures above the table."""

    open: int
    late: int
    paused: int
    unclaimed: int


def totals(rows: Iterable[Pile]) -> Totals:
    """Return the sums of `rows`; what no officer could take, at applicants, is not unclaimed."""
    rows = list(rows)
    return Totals(
        open=sum(row.n for row in rows),
        late=sum(row.late for row in rows),
        paused=sum(row.n_paused for row in rows),
        unclaimed=sum(row.n_unclaimed for row in rows if not row.is_applicant),
    )


@dataclass(frozen=True)
class Departure:
    """A running case that departs from its procedure, and where."""

    case: Case
    deviations: list[Deviation]


@dataclass(frozen=True)
class Replayed:
    """Running cases held against their procedures, as many as are read at once.

    `n` were replayed; `following` is the id after which the next ones come, None after the last.
    """

    n: int
    departures: list[Departure]
    following: int | None

    def by_kind(self) -> list[tuple[DeviationKind, int]]:
        """Return in how many of these cases each kind is found, in the order of the kinds."""
        kinds = [{deviation.kind for deviation in one.deviations} for one in self.departures]
        counts = [(kind, sum(kind in found for found in kinds)) for kind in DeviationKind]
        return [(kind, n) for kind, n in counts if n]


def replayed(who: Standing, *, today: date, calendar: Calendar, after: int = 0) -> Replayed:
    """Replay the running cases that `who` may see, at most `CHUNK` of them after the id `after`."""
    running = Exists(Process.objects.filter(case=OuterRef("pk"), status=PROCESS.NEW))
    cases = Case.objects.visible_to(who).filter(running, pk__gt=after).select_related("cluster")
    found = list(cases.order_by("pk")[: CHUNK + 1])
    read = found[:CHUNK]
    pairs = zip(read, logs(read), strict=True)
    held = [Departure(case, replay(log, today=today, calendar=calendar)) for case, log in pairs]
    departures = [one for one in held if one.deviations]
    return Replayed(len(read), departures, read[-1].pk if len(found) > CHUNK else None)
