"""Reads: the inbox, the history of a case, what comes next and by when."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any

from django.db.models import Exists, F, OuterRef, Q, QuerySet

from accounts.models import Agency, Succession
from accounts.selectors import Standing
from clusters.models import Cluster, ClusterQuerySet
from clusters.states import Kind, Stage
from law import clock as law_clock
from law.calendars import Calendar
from law.exceptions import CalendarMissing
from law.rulesets import Provision, find_provision, library
from law.selectors import LocalSettings, calendar, local_settings
from law.states import SilenceRule
from records.clock import local_day
from records.models import AuditRow
from workflows import clocks
from workflows.models import Awaited, Case, Clock, ClockPause, Process, Step
from workflows.nodes import Work
from workflows.states import ENDED, Procedure
from workflows.times import Held, TimeUsed, Used, time_used

if TYPE_CHECKING:
    from workflows.flows import CaseFlow

PAGE = 25
MANY = 100
TABS = ("mine", "agency", "week", "overdue", "others")

# Due day and id of a step: its place in the inbox.
Key = tuple[date | None, int]
# At whom something lay, from when to when; None while it lies there.
Span = tuple[Agency | None, datetime, datetime | None]


def inbox(who: Standing, *, tab: str, today: date, after: Key | None = None) -> list[Step]:
    """Return one page (`PAGE` + 1 steps, the last telling that more follow) of a tab, by due day.

    `after` is the key of the last step of the page before. Steps without a day come last.
    """
    keys = _keys(who, tab=tab, today=today, after=after, limit=PAGE + 1)
    steps = Step.objects.select_related("case__cluster", "agency", "owner", "clock", "process", "taken_from")
    found = steps.in_bulk([pk for _day, pk in keys])
    return [found[pk] for _day, pk in keys]


def inbox_counts(who: Standing, *, today: date) -> dict[str, int]:
    """Return how many open steps lie under each tab; `MANY` stands for itself and all that is more."""
    return {tab: len(_keys(who, tab=tab, today=today, limit=MANY)) for tab in TABS}


def _keys(who: Standing, *, tab: str, today: date, limit: int, after: Key | None = None) -> list[Key]:
    """Return the first keys of a tab, in order.

    Nothing here reads more than it returns, however much is open: each row of `_rows` lies in the order
    of one index, one agency at a time, and what follows a key is read in parts that begin in that index.
    """
    found: set[Key] = set()
    for rows in _rows(who, tab=tab, today=today):
        ordered = rows.order_by(F("due_on").asc(nulls_last=True), "number").values_list("due_on", "number")
        mine: list[Key] = []
        for part in _parts_after(after):
            mine += ordered.filter(part)[: limit - len(mine)]
            if len(mine) == limit:
                break
        found.update(mine)
    return sorted(found, key=lambda key: (key[0] is None, *key))[:limit]


def _rows(who: Standing, *, tab: str, today: date) -> list[QuerySet[Any]]:
    """Return what lies under a tab, `number` the step's id: for each agency apart, as they lie in order."""
    steps = Step.objects.open().annotate(number=F("pk"))
    if tab == "mine":
        return [steps.filter(owner=who.user_id)]
    agencies = sorted(who.agencies())
    if tab == "others":
        awaited = Awaited.objects.annotate(number=F("step_id"))
        if len(agencies) > 1:  # what one of my agencies awaits of another one of mine is under "agency"
            awaited = awaited.exclude(step__agency__in=agencies)
        return [awaited.filter(agency=agency) for agency in agencies]
    end_of_week = today + timedelta(days=6 - today.weekday())
    asked = {
        "agency": Q(),
        "week": Q(due_on__range=(today, end_of_week)),
        "overdue": Q(due_on__lt=today),
    }[tab]
    return [steps.filter(asked, agency=agency) for agency in agencies]


def _parts_after(key: Key | None) -> list[Q]:
    """Return what follows a key, in order: the rest of its day, the later days, the steps without a day."""
    if key is None:
        return [Q()]
    day, number = key
    if day is None:
        return [Q(due_on=None, number__gt=number)]
    return [Q(due_on=day, number__gt=number), Q(due_on__gt=day), Q(due_on=None)]


def expandable() -> ClusterQuerySet:
    """Return the clusters that may be expanded: they operate, and no expansion of them is under way.

    A row of the register that is itself an expansion is none: its cluster is expanded.
    """
    expanding = Case.objects.expanding().filter(cluster=OuterRef("pk"))
    operating = Cluster.objects.filter(stage=Stage.OPERATING).exclude(kind=Kind.EXPANSION)
    return operating.exclude(Exists(expanding))


def is_followed(case: Case) -> bool:
    """Tell whether the way from decision to operation has begun on `case`."""
    return case.processes.filter(procedure=Procedure.DEVELOPMENT).exists()


def open_steps(case: Case) -> list[Step]:
    """Return the open steps of a case, oldest first."""
    steps = (
        case.steps.open().select_related("agency", "owner", "clock", "process", "taken_from").order_by("pk")
    )
    return list(steps)


def deadline_of(step: Step) -> tuple[law_clock.Deadline | None, Provision | None]:
    """Return the counted deadline with its ledger, None without a clock; and the step's row of the law."""
    deadline = clocks.deadline(step.clock) if step.clock and step.flow_task.limit else None
    return deadline, _row(step.case, step)


@dataclass(frozen=True)
class ProcedureTime:
    """The time that one run of a procedure has used, with each agency's share."""

    title: Any
    is_running: bool
    used: TimeUsed
    shares: list[tuple[Agency, Used]]


def times_used(case: Case, present: list[Step], *, today: date) -> list[ProcedureTime]:
    """Return the time used by each procedure of the case up to its end, or to `today`; `present` are open."""
    stays = list(case.stays.select_related("step", "agency").order_by("seq"))
    pauses = [
        law_clock.Pause(from_on=pause.from_on, to_on=pause.to_on)
        for pause in ClockPause.objects.filter(clock__case=case)
    ]
    days, found = calendar(), []
    for process in case.processes.order_by("pk"):
        spans: list[Span] = [
            (stay.agency, stay.entered_at, stay.left_at)
            for stay in stays
            if stay.step.process_id == process.pk
        ]
        spans += [(step.agency, step.created, None) for step in present if step.process_id == process.pk]
        if spans:
            found.append(_procedure_time(process, spans, pauses, days, today))
    return found


def _procedure_time(
    process: Process,
    spans: list[Span],
    pauses: list[law_clock.Pause],
    days: Calendar,
    today: date,
) -> ProcedureTime:
    agencies = {agency.pk: agency for agency, _from, _to in spans if agency}
    held = [
        Held(agency.pk, local_day(entered), local_day(left) if left else today)
        for agency, entered, left in spans
        if agency
    ]
    used = time_used(
        min(one.from_on for one in held),
        local_day(process.finished) if process.finished else today,
        held=held,
        pauses=pauses,
        calendar=days,
    )
    return ProcedureTime(
        title=Procedure(process.procedure).label,
        is_running=process.finished is None,
        used=used,
        shares=[(agencies[pk], share) for pk, share in used.by_holder.items()],
    )


@dataclass(frozen=True)
class Stop:
    """One station of the tracker: a step that was left, is open, or is still to come."""

    title: Any
    state: str
    agency: Any = None
    entered_at: datetime | None = None
    left_at: datetime | None = None
    outcome: str = ""
    step: Step | None = None
    provision: Provision | None = None
    by_estimate: date | None = None
    planned_on: date | None = None


def tracker(case: Case) -> list[Stop]:
    """Return the stations of the case: past ones with day and office, the present, the next by law."""
    processes = list(case.processes.order_by("pk"))
    nodes = {node.name: node for process in processes for node in process.flow_class.work_nodes()}
    past = [_past(stay, nodes) for stay in case.stays.select_related("agency").order_by("seq")]
    present = open_steps(case)
    current = [
        Stop(
            step.label,
            "current",
            agency=step.agency,
            entered_at=step.created,
            step=step,
            provision=_row(case, step),
        )
        for step in present
    ]
    planned = {milestone.kind: milestone.planned_on for milestone in case.milestones.all()}
    ahead = [
        stop
        for process in processes
        for stop in _next(
            case, process.flow_class, [s for s in present if s.process_id == process.pk], planned
        )
    ]
    return [*past, *current, *ahead]


def _past(stay: Any, nodes: dict[str, Work]) -> Stop:
    return Stop(
        nodes[stay.name].task_title,
        "done",
        agency=stay.agency,
        entered_at=stay.entered_at,
        left_at=stay.left_at,
        outcome=stay.outcome,
    )


def _row(case: Case, step: Step) -> Provision | None:
    """Return the step's row of the law, where it has one that was in force when the step came up."""
    if not step.flow_task.limit:
        return None
    day = step.clock.trigger_on if step.clock else local_day(step.created)
    row = find_provision(case.rule_set, step.flow_task.limit, on=day)
    return row if row and (step.clock or row.covers(day)) else None


def _next(
    case: Case, flow: type[CaseFlow], present: list[Step], planned: Mapping[str, date]
) -> Iterator[Stop]:
    """Yield what the plain course still holds after the open steps, with its day where one is known."""
    nodes = {node.name: node for node in flow.work_nodes()}
    for name, day in _estimates(case, flow, present):
        node = nodes[name]
        yield Stop(
            node.task_title,
            "next",
            provision=find_provision(case.rule_set, node.limit) if node.limit else None,
            by_estimate=day,
            planned_on=planned.get(node.milestone) if node.milestone else None,
        )


def _estimates(case: Case, flow: type[CaseFlow], present: list[Step]) -> list[tuple[str, date | None]]:
    """Return (step, latest day if each limit is used to its end) for the rest of the plain course.

    An estimate, never a promise: supplements and late steps move it. None where no limit counts, after
    a step that has none, or where the calendar of the year is not known yet.
    """
    nodes = {node.name: node for node in flow.work_nodes()}
    dated = [step.due_on for step in present if step.due_on and step.clock and step.flow_task.limit]
    day = max(dated, default=None) or _clock_day(present)
    # A step inside a running clock has no limit of its own: what follows under that clock adds no days.
    limit = next((step.clock.limit for step in present if step.clock), "")
    settings, days, result = local_settings(), calendar(), []
    for name in _to_come(case, flow, present):
        node = nodes[name]
        if node.limit and node.limit != limit:
            day, limit = _used_to_its_end(case, node.limit, day, settings, days), node.limit
        elif not node.limit and not node.inside:
            day = None
        result.append((name, day))
    return result


def _to_come(case: Case, flow: type[CaseFlow], present: list[Step]) -> list[str]:
    """Return the steps of the plain course that the open ones lead to, in order."""
    seen: set[str] = set()
    nodes = [step.flow_task for step in present]
    while nodes:
        node = nodes.pop()
        ways = _plain_ways(case, flow, node)
        fresh = [way for way in ways if way.name not in seen]
        seen |= {way.name for way in fresh}
        nodes += fresh
    return [name for name in flow.path if name in seen - {step.name for step in present}]


def _plain_ways(case: Case, flow: type[CaseFlow], node: Any) -> list[Any]:
    """Return where the plain course goes on; a step beside it leads back to one that fits the stage."""
    ways = [edge.dst for edge in node._outgoing()]
    if not isinstance(node, Work):
        return ways
    return ways[:1] if node.name in flow.path else [way for way in ways if case.state in way.stages]


def _used_to_its_end(
    case: Case, limit: str, day: date | None, settings: LocalSettings, days: Calendar
) -> date | None:
    """Return the last day of a limit that begins on `day`; None where it has none, or no calendar yet."""
    if day is None:
        return None
    try:
        clock = clocks.foreseen(case.rule_set, limit, trigger_on=day, settings=settings, days=days)
    except CalendarMissing:
        return None
    return clock.due_on if clock else None


def _clock_day(present: list[Step]) -> date | None:
    running: list[Clock] = [step.clock for step in present if step.clock]
    return max((clock.due_on for clock in running), default=None)


def estimate(case: Case, flow: type[CaseFlow], *, after: Step) -> date | None:
    """Return the day of the decision if every limit from `after` on is used to its end."""
    days = dict(_estimates(case, flow, [after]))
    return days.get("decide")


def left_behind(*, on: date) -> set[tuple[int, int, int]]:
    """Return (case, cluster, agency) where an open step or case still names an agency that has ended.

    Empty in a city whose agencies all exist, after one query.
    """
    ended = list(Agency.objects.ended(on).values_list("pk", flat=True))
    if not ended:
        return set()
    steps = Step.objects.open().filter(agency__in=ended)
    cases = Case.objects.filter(commune__in=ended).exclude(state__in=ENDED)
    return {
        *steps.values_list("case", "case__cluster", "agency"),
        *cases.values_list("pk", "cluster", "commune"),
    }


def without_successor(*, on: date) -> QuerySet[Step]:
    """Return the open steps at agencies that have ended and of whom nobody certain took over."""
    taken = Exists(Succession.objects.by(on).filter(predecessor=OuterRef("agency")))
    return Step.objects.open().filter(agency__in=Agency.objects.ended(on)).exclude(taken)


def silent(*, on: date) -> QuerySet[Step]:
    """Return the open steps inside a limit whose day has passed before `on` where silence is consent (K-8).

    Whose steps those are that somebody is *asked* in, the procedures know. An agency that has ended says
    nothing by its silence. An answer on the last day is in time.
    """
    rows = (row for own in library().provisions.values() for row in own)
    national = {row.step for row in rows if row.silence == SilenceRule.CONSENT}
    says_so = Q(clock__silence__isnull=False) | Q(clock__limit__in=national)
    late = Step.objects.open().filter(says_so, due_on__lt=on)
    return late.exclude(agency__in=Agency.objects.ended(on))


def is_orphaned(step: Step, *, on: date) -> bool:
    """Tell whether the step lies at an agency that has ended and of whom nobody certain took over."""
    agency = step.agency
    if agency is None or not agency.has_ended(on):
        return False
    return not Succession.objects.by(on).filter(predecessor=agency).exists()


def count_without_successor(*, on: date) -> int:
    """Return for how many clusters an officer has to choose a successor."""
    return without_successor(on=on).values("case__cluster", "agency").distinct().count()


@dataclass(frozen=True)
class Orphan:
    """What lies, for one cluster, at an agency that has ended and whose successor is not known."""

    cluster: Cluster
    agency: Agency
    steps: list[Step]


def orphans(*, on: date, after: tuple[int, int] = (0, 0), limit: int = PAGE + 1) -> list[Orphan]:
    """Return at most `limit` of them, by cluster; `after` is the key (cluster, agency) of the one before."""
    cluster, agency = after
    found = without_successor(on=on).filter(
        Q(case__cluster__gt=cluster) | Q(case__cluster=cluster, agency__gt=agency)
    )
    pairs = list(
        found.values_list("case__cluster", "agency").distinct().order_by("case__cluster", "agency")[:limit]
    )
    steps = found.filter(case__cluster__in=[pair[0] for pair in pairs])
    rows: dict[tuple[int, int], Orphan] = {}
    for step in steps.select_related("case__cluster", "agency", "process").order_by(
        "case__cluster", "agency"
    ):
        key = (step.case.cluster_id, step.holder_id)
        if key in pairs:
            assert step.agency is not None
            rows.setdefault(key, Orphan(step.case.cluster, step.agency, [])).steps.append(step)
    return list(rows.values())


def history(case: Case) -> QuerySet[Any]:
    """Return the audit rows of the case, newest first."""
    rows = AuditRow.objects.filter(subject_kind=Case.subject_kind(), subject_id=case.pk)
    return rows.order_by("-seq")
