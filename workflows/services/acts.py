"""How anything is done to a case: locked, put on record and told, in one transaction."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django_fsm import can_proceed, has_transition_perm
from viewflow.workflow.status import PROCESS, STATUS

from accounts.models import Agency, User
from accounts.selectors import Standing, standing
from accounts.states import AgencyKind
from clusters.models import Cluster
from law.rulesets import rule_set_on
from notifications import services as notifications
from notifications.messages import Message
from records.clock import local_day
from records.exceptions import DomainError
from records.services import Sent, check_repeat, recorded
from workflows import clocks, messages, policies
from workflows.exceptions import NotYours, StepClosed, WrongStage
from workflows.models import (
    Case,
    Clock,
    Milestone,
    Process,
    Stay,
    Step,
)
from workflows.nodes import Branch, Work
from workflows.routing import agency_for
from workflows.states import CaseKind, Ending, MilestoneKind


@dataclass
class Act:
    """One act on a locked case, while it happens.

    A service moves the case, ends the step, and adds to `data` (the audit row) and `messages`.
    `entered` are the steps that the act opened.
    """

    case: Case
    by: User
    who: Standing
    at: datetime
    branches: list[Branch] = field(default_factory=list)
    trigger_on: date | None = None
    restart: bool = False
    data: dict[str, Any] = field(default_factory=dict)
    messages: list[Message] = field(default_factory=list)
    entered: list[Step] = field(default_factory=list)
    _step: Step | None = None

    @property
    def on(self) -> date:
        """The day of the act in Asia/Ho_Chi_Minh."""
        return local_day(self.at)

    def move(self, transition: str, **evidence: Any) -> None:
        """Move the case by its state machine.

        Raises:
            WrongStage: the stage does not allow it.
            NotYours: the person has no permission for this transition.
            RuleBroken: the evidence does not suffice.
        """
        method = getattr(self.case, transition)
        # The library finds no permission in a wrong stage either, so the stage is asked first.
        if not can_proceed(method):
            raise WrongStage
        if not has_transition_perm(method, self.who):
            raise NotYours
        method(**evidence)

    @property
    def step(self) -> Step:
        """The step that is being done."""
        assert self._step is not None, "this act is not about a step"
        return self._step

    def proceed(
        self,
        outcome: str = "done",
        *,
        branches: Sequence[Branch] = (),
        trigger_on: date | None = None,
        restart: bool = False,
    ) -> None:
        """End the step with `outcome` and enter what follows.

        `branches` are the arms of a fan-out; `trigger_on` is the day from which the next limit
        counts, where it is not today; `restart`: the next limit counts anew, though it ran before.
        """
        self.branches, self.trigger_on, self.restart = list(branches), trigger_on, restart
        step = self.step
        step.outcome, step.claimed_at = outcome, step.claimed_at or self.at
        if not self.who.is_system:
            step.owner = self.by
        activation = step.flow_task.activation_class(step)
        activation.start()
        activation.complete()
        activation.activate_next()
        self.data |= {"step": step.pk, "name": step.name, "outcome": outcome}
        record_stay(self, step)

    def enter(self, task: Step, node: Any, branch: Branch | None) -> None:
        """Give a new task its agency, role, clock and day; called by the nodes as they create it."""
        if not isinstance(node, Work):
            return
        task.agency_id = branch.agency_id if branch else self._agency(node)
        task.role = node.role or ""
        task.clock = self._clock(node)
        if branch:
            task.due_on = branch.due_on
        elif node.limit and task.clock:
            task.due_on = task.clock.due_on
        elif node.milestone:
            task.due_on = planned_day(self.case, node.milestone)
        self.entered.append(task)

    def _agency(self, node: Work) -> int:
        # The commune is asked for anew: it may have taken over from a district since the step before.
        same = self._step and self._step.flow_task.actor == node.actor not in (None, AgencyKind.COMMUNE)
        if same and self._step and self._step.agency_id:
            return self._step.agency_id
        return agency_for(node.actor, self.case, on=self.on)

    def _clock(self, node: Work) -> Clock | None:
        running = self._step.clock if self._step else None
        if node.inside:
            return running
        if not node.limit:
            return None
        if running and running.limit == node.limit and not self.restart:
            return running
        return clocks.begin(self.case, node.limit, trigger_on=self.trigger_on or self.on)


@contextmanager
def act_on_case(
    name: str, *, by: User, at: datetime, sent: Sent | None = None, **which: Any
) -> Iterator[Act]:
    """Do `name` to the one case of `which`: lock, act, put on record, tell; all or nothing.

    Raises:
        AlreadyDone, KeyReused: the form `sent` came before (`records.services.check_repeat`).
    """
    try:
        with transaction.atomic(), _locked_act(name, by=by, at=at, sent=sent, which=which) as act:
            yield act
    except (DomainError, IntegrityError):
        check_repeat(sent, by=by)
        raise


@contextmanager
def _locked_act(
    name: str, *, by: User, at: datetime, sent: Sent | None, which: Mapping[str, Any]
) -> Iterator[Act]:
    case = Case.objects.select_related("cluster").lock(**which)
    # An act that waited for the lock happened after the one it waited for.
    at = max(at, case.moved_at)
    act = Act(case=case, by=by, who=standing(by, on=local_day(at)), at=at)
    stage = case.state
    with recorded(case, act=name, by=by, at=at, sent=sent) as data:
        yield act
        data.update(act.data)
        case.moved_at = at
    if case.state != stage and (moved := messages.about_stage(case)):
        act.messages.append(moved)
    arrived = [messages.about_step("step_arrived", step, case=case) for step in act.entered if step.role]
    notifications.queue([*act.messages, *arrived], at=at)


@contextmanager
def act_on_step(
    name: str,
    *,
    step_id: int,
    by: User,
    at: datetime,
    sent: Sent | None = None,
    policy: Callable[[Step, Standing], bool] = policies.may_do,
) -> Iterator[Act]:
    """Do step `step_id`, which must be a `name`; the body ends it with `act.proceed`.

    Raises:
        Step.DoesNotExist: there is no such step under that name.
        StepClosed: it is done already; the message says by whom and when.
        NotYours: the person has not the step's role, or somebody else claimed it.
    """
    with act_on_case(name, by=by, at=at, sent=sent, steps=step_id) as act:
        step = Step.objects.select_related("process", "clock").get(pk=step_id, name=name)
        check_open(step)
        if not policy(step, act.who):
            raise NotYours(claimed_by(step))
        step.process.case = step.case = act.case
        step.process.act = act
        act._step = step
        yield act
        assert not step.is_open, "the act has to proceed"


def check_open(step: Step) -> None:
    """Refuse a step that is done.

    Raises:
        StepClosed: it names who closed it and when.
    """
    if step.finished is None:
        return
    when = timezone.localtime(step.finished).strftime("%d/%m/%Y %H:%M")
    if step.outcome == Ending.WITHDRAWN:
        raise StepClosed(_("The proposal was withdrawn on %(when)s; nothing is left to do.") % {"when": when})
    if step.outcome == Ending.PASSED_ON:
        raise StepClosed(
            _("This step went over to the successor of %(agency)s on %(when)s. Nothing was changed by you.")
            % {"agency": step.agency, "when": when}
        )
    who = step.owner or _("The system")
    told = {"who": who, "when": when}
    raise StepClosed(_("%(who)s already completed this step on %(when)s. Nothing was changed by you.") % told)


def record_stay(act: Act, step: Step, *, next_step: str = "") -> None:
    """Add the stay that ends with this act to the log; `next_step` where the act did not enter it."""
    case = act.case
    case.stay_seq += 1
    Stay.objects.create(
        case=case,
        seq=case.stay_seq,
        step=step,
        name=step.name,
        agency_id=step.agency_id,
        owner_id=step.owner_id,
        entered_at=step.created,
        claimed_at=step.claimed_at,
        left_at=act.at,
        due_on=step.due_on,
        outcome=step.outcome,
        next_step=next_step or (act.entered[0].name if act.entered else ""),
        paused=step.flow_task.stops_clock,
    )


def open_case(
    *,
    cluster: Cluster,
    kind: CaseKind,
    code: str,
    at: datetime,
    applicant: Agency | None,
    commune: Agency | None,
) -> Case:
    """Enter a case for `cluster` in its first stage; the caller moves it in the same transaction."""
    case = Case(
        code=code, cluster=cluster, kind=kind, applicant=applicant, commune=commune, opened_at=at, moved_at=at
    )
    case.save(force_insert=True)
    return case


def start_process(act: Act, flow_class: Any, *, start: str = "start") -> Process:
    """Start `flow_class` on the case of `act` at its node `start`; its first steps enter."""
    process: Process = getattr(flow_class.instance, start).run(case=act.case, act=act)
    return process


def fix_milestones(act: Act, days: Mapping[MilestoneKind, date], *, source: str) -> None:
    """Put the days of the decision's own progress on the case; `source` is the decision's number."""
    Milestone.objects.bulk_create(
        Milestone(case=act.case, kind=kind, planned_on=day, source=source, recorded_at=act.at)
        for kind, day in days.items()
    )
    act.data["progress"] = {str(kind): day.isoformat() for kind, day in days.items()}


def planned_day(case: Case, kind: MilestoneKind) -> date | None:
    """Return the day that the decision fixes for `kind`; None where it names none."""
    return case.milestones.filter(kind=kind).values_list("planned_on", flat=True).first()


def pin_rule_set(case: Case, *, on: date) -> None:
    """Pin the rule set in force on the day of receipt `on`; it is never computed again.

    Only `move_to_rule_set` and `choose_rule_set` change it, each by a person with a reason.
    """
    case.rule_set = rule_set_on(on).code


def cancel_open_steps(act: Act) -> None:
    """Close every open step of the case as withdrawn, and its processes."""
    for step in act.case.steps.filter(finished=None).select_related("process"):
        step.status, step.finished, step.outcome = STATUS.CANCELED, act.at, Ending.WITHDRAWN
        step.save(update_fields=["status", "finished", "outcome"])
        if isinstance(step.flow_task, Work):
            record_stay(act, step)
            if step.role and step.agency_id != act.case.applicant_id:
                act.messages.append(
                    messages.about_step("step_withdrawn", step, case=act.case, suffix="withdrawn")
                )
    act.case.processes.filter(status=PROCESS.NEW).update(status=PROCESS.CANCELED, finished=act.at)


def claimed_by(step: Step) -> str | None:
    """Return who has the step, in words for somebody else who wanted it; None where nobody has."""
    if step.owner is None:
        return None
    return _("%(who)s has claimed this step.") % {"who": step.owner}
