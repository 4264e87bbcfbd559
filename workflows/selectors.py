"""Reads: the inbox, the history of a case, what comes next and by when."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any

from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet

from accounts.selectors import Standing
from law import clock as law_clock
from law.calendars import Calendar
from law.exceptions import CalendarMissing
from law.rulesets import Provision, provision
from law.selectors import calendar
from records.models import AuditRow
from workflows import clocks
from workflows.models import Case, Clock, Process, Step
from workflows.nodes import Work

if TYPE_CHECKING:
    from workflows.flows import CaseFlow

PAGE = 25


def inbox_tabs(who: Standing, *, today: date) -> dict[str, Q]:
    """Return what each tab of the inbox asks of an open step."""
    agencies = who.agencies()
    mine = Q(owner=who.user_id)
    ours = Q(agency__in=agencies)
    end_of_week = today + timedelta(days=6 - today.weekday())
    return {
        "mine": mine,
        "agency": ours,
        "week": ours & Q(due_on__range=(today, end_of_week)),
        "overdue": ours & Q(due_on__lt=today),
        "others": ~ours & Q(Exists(Step.objects.filter(case=OuterRef("case"), agency__in=agencies))),
    }


def inbox_counts(who: Standing, *, today: date) -> dict[str, int]:
    """Return the number of open steps under each tab, in two queries."""
    tabs = inbox_tabs(who, today=today)
    others = Step.objects.open().filter(tabs.pop("others")).count()
    near = Step.objects.open().filter(tabs["mine"] | tabs["agency"])
    counts = near.aggregate(**{f"n_{name}": Count("pk", filter=asked) for name, asked in tabs.items()})
    return {name.removeprefix("n_"): n for name, n in counts.items()} | {"others": others}


def inbox(who: Standing, *, tab: str, today: date, after: tuple[str, int] | None = None) -> list[Step]:
    """Return one page (`PAGE` + 1 steps, the last telling that more follow) of a tab, by due day.

    `after` is the key (ISO day or "", id) of the last step of the page before. Steps without a day
    come last.
    """
    steps = Step.objects.open().filter(inbox_tabs(who, today=today)[tab])
    if after:
        steps = steps.filter(_after(*after))
    steps = steps.select_related("case__cluster", "agency", "owner", "clock", "process")
    return list(steps.order_by(F("due_on").asc(nulls_last=True), "pk")[: PAGE + 1])


def _after(day: str, pk: int) -> Q:
    if not day:
        return Q(due_on=None, pk__gt=pk)
    return Q(due_on__gt=day) | Q(due_on=day, pk__gt=pk) | Q(due_on=None)


def open_steps(case: Case) -> list[Step]:
    """Return the open steps of a case, oldest first."""
    steps = case.steps.open().select_related("agency", "owner", "clock", "process").order_by("pk")
    return list(steps)


def deadline_of(step: Step) -> tuple[law_clock.Deadline, Provision] | None:
    """Return the counted deadline with its ledger, and its row of the law; None without a limit."""
    if step.clock is None or not step.flow_task.limit:
        return None
    return clocks.deadline(step.clock), provision(step.clock.rule_set, step.clock.limit)


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


def tracker(case: Case) -> list[Stop]:
    """Return the stations of the case: past ones with day and office, the present, the next by law."""
    process = case.processes.order_by("pk").last()
    if process is None:
        return []
    nodes = {node.name: node for node in process.flow_class.work_nodes()}
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
    return [*past, *current, *_next(case, process, present)]


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
    return provision(case.rule_set, step.flow_task.limit) if step.flow_task.limit else None


def _next(case: Case, process: Process, present: Iterable[Step]) -> list[Stop]:
    """Return what the plain course still holds after the open steps, each with its estimated day."""
    days = dict(_estimates(case, process.flow_class, list(present)))
    nodes = {node.name: node for node in process.flow_class.work_nodes()}
    return [
        Stop(
            nodes[name].task_title,
            "next",
            provision=provision(case.rule_set, nodes[name].limit) if nodes[name].limit else None,
            by_estimate=day,
        )
        for name, day in days.items()
    ]


def _estimates(case: Case, flow: type[CaseFlow], present: list[Step]) -> list[tuple[str, date | None]]:
    """Return (step, latest day if each limit is used to its end) for the rest of the plain course.

    An estimate, never a promise: supplements and late steps move it. None where no limit counts, or
    where the calendar of the year is not known yet.
    """
    if not present:
        return []
    nodes = {node.name: node for node in flow.work_nodes()}
    here = _place(case, flow, present)
    dated = [step.due_on for step in present if step.due_on and step.flow_task.limit]
    day = max(dated, default=None) or _clock_day(present)
    # A step inside a running clock has no limit of its own: what follows under that clock adds no days.
    limit = next((step.clock.limit for step in present if step.clock), "")
    days, result = calendar(), []
    for name in flow.path[here + 1 :]:
        node = nodes[name]
        if node.limit and node.limit != limit:
            day, limit = _used_to_its_end(provision(case.rule_set, node.limit), day, days), node.limit
        result.append((name, day))
    return result


def _place(case: Case, flow: type[CaseFlow], present: list[Step]) -> int:
    """Return how far the case is on the plain course; a step beside it leads back to one in this stage."""
    on_course = [flow.path.index(step.name) for step in present if step.name in flow.path]
    if on_course:
        return max(on_course)
    leads = [way for step in present for way in step.flow_task.ways.values() if case.state in way.stages]
    return min((flow.path.index(way.name) for way in leads if way.name in flow.path), default=0) - 1


def _used_to_its_end(row: Provision, day: date | None, days: Calendar) -> date | None:
    """Return the last day of a limit that begins on `day`; None where the calendar does not reach it."""
    if day is None:
        return None
    try:
        return law_clock.due(row, trigger_on=day, calendar=days).due_on
    except CalendarMissing:
        return None


def _clock_day(present: list[Step]) -> date | None:
    running: list[Clock] = [step.clock for step in present if step.clock]
    return max((clock.due_on for clock in running), default=None)


def estimate(case: Case, flow: type[CaseFlow], *, after: Step) -> date | None:
    """Return the day of the decision if every limit from `after` on is used to its end."""
    days = dict(_estimates(case, flow, [after]))
    return days.get("decide")


def history(case: Case) -> QuerySet[Any]:
    """Return the audit rows of the case, newest first."""
    rows = AuditRow.objects.filter(subject_kind=Case.subject_kind(), subject_id=case.pk)
    return rows.order_by("-seq")
