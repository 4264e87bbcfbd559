"""The verbs of the workflow: how a step is done and a case moved, in one transaction each."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _
from django_fsm import can_proceed, has_transition_perm
from viewflow.workflow.status import PROCESS, STATUS

from accounts.models import Agency, Membership, User
from accounts.selectors import Standing, standing
from accounts.states import AgencyKind, Role
from clusters.models import Cluster
from clusters.services import ImportResult, Progress, adoption_stage
from clusters.states import Kind, Stage
from law import transitions
from law.calendars import Calendar
from law.changes import reasons, words
from law.clock import working_days_left
from law.rulesets import rule_set_on
from law.selectors import calendar, statements
from law.states import Applies
from law.transitions import Change
from notifications import services as notifications
from notifications.messages import Message
from records.clock import local_day
from records.exceptions import DomainError
from records.services import Sent, check_repeat, recorded
from workflows import clocks, messages, policies, recounts, rule_sets, rules, selectors, successors
from workflows.exceptions import AlreadyChosen, NotYours, StepClosed, WrongStage
from workflows.models import (
    Assignment,
    Case,
    Clock,
    ClockExtension,
    Milestone,
    Process,
    RuleSetChoice,
    RuleSetQuestion,
    Stay,
    Step,
    SuccessorChoice,
)
from workflows.nodes import Branch, Wait, Work
from workflows.recounts import Move
from workflows.routing import agency_for
from workflows.signals import days_passed, step_passed_on
from workflows.states import ENDED, CaseKind, Ending, MilestoneKind
from workflows.successors import Heir, Heirs

logger = logging.getLogger(__name__)


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
            raise NotYours(_claimed_by(step))
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


def extend_clock(
    *,
    step_id: int,
    amount: int,
    reason: str,
    paper_number: str,
    paper_on: date,
    by: User,
    at: datetime,
    sent: Sent | None = None,
) -> ClockExtension:
    """Lengthen the limit of an open step as the law allows; its due day moves, those concerned are told.

    `amount` is in the limit's own unit.

    Raises:
        StepClosed: the step is done.
        NotYours: `by` is no reviewer or leader of the agency whose limit it is, or the step has none.
        RuleBroken: the law allows no extension, or not this one; the message names the article.
    """
    with act_on_case("extend_clock", by=by, at=at, sent=sent, steps=step_id) as act:
        step = Step.objects.select_related("process", "clock").get(pk=step_id)
        check_open(step)
        if step.clock is None or not policies.may_extend(step, act.who):
            raise NotYours
        limit, before = clocks.limit_of(step.clock), step.clock.due_on
        granted = step.clock.extensions.count()
        rules.check_extension(limit, amount=amount, granted=granted, due_on=before, today=act.on)
        rules.check_grounds(reason, paper_number=paper_number, paper_on=paper_on, today=act.on)
        extension = clocks.extend(
            step.clock,
            amount=amount,
            reason=reason,
            paper_number=paper_number,
            paper_on=paper_on,
            by=by,
            at=act.at,
        )
        _move_steps(act, extension, before)
    return extension


def _move_steps(act: Act, extension: ClockExtension, before: date) -> None:
    """Give the open steps under the extended clock its new day; put it on record, and tell about it."""
    clock = extension.clock
    act.data |= {
        "limit": clock.limit,
        "amount": extension.amount,
        "from": before.isoformat(),
        "to": clock.due_on.isoformat(),
        "number": extension.paper_number,
        "reason": extension.reason,
    }
    open_steps = act.case.steps.open().filter(clock=clock).select_related("process")
    for step in open_steps.order_by("pk"):
        if step.flow_task.limit:
            step.due_on = clock.due_on
            step.save(update_fields=["due_on"])
            act.messages += messages.about_extension(extension, step, case=act.case, before=before)


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


def claim(*, step_id: int, by: User, at: datetime) -> None:
    """Take an unclaimed step of one's own agency and role."""
    assign(step_id=step_id, to=by, by=by, at=at)


def assign(*, step_id: int, to: User | None, by: User, at: datetime) -> None:
    """Give the open step to `to`, or back to the agency (None); the history keeps every turn.

    Raises:
        StepClosed: the step is done.
        NotYours: `by` may not assign it, or `to` has not its role in its agency.
    """
    with act_on_case("assign", by=by, at=at, steps=step_id) as act:
        step = Step.objects.select_related("process").get(pk=step_id)
        check_open(step)
        if not policies.may_assign(step, act.who):
            raise NotYours(_claimed_by(step))
        if to is not None and not standing(to, on=act.on).has(Role(step.role), step.agency_id):
            raise NotYours(_("%(who)s does not serve in this role at this agency.") % {"who": to})
        turn = _give(act, step, to)
        if to is not None and to != by:
            given = messages.about_step(
                "step_assigned", step, case=act.case, suffix=f"assigned:{turn.pk}", by=by.full_name
            )
            act.messages.append(given)


def _give(act: Act, step: Step, to: User | None) -> Assignment:
    step.owner, step.claimed_at = to, act.at if to else None
    step.status = STATUS.ASSIGNED if to else STATUS.NEW
    step.save(update_fields=["owner", "claimed_at", "status"])
    act.data.update(step=step.pk, to=to.pk if to else None)
    return Assignment.objects.create(step=step, user=to, by=act.by, at=act.at)


def hand_back(*, user: User, agency: Agency, by: User, at: datetime) -> None:
    """Lay the open steps that `user` had claimed in `agency` back to the agency: they serve there no more."""
    _hand_back(Step.objects.open().filter(owner=user, agency=agency), by=by, at=at)


def hand_back_expired(*, at: datetime) -> int:
    """Lay back the open steps whose owner serves in their role no more; return how many.

    A term ends by its date, without an act of anybody; the colleagues could not take the step.
    """
    serving = Membership.objects.active(local_day(at)).filter(
        user=OuterRef("owner"), agency=OuterRef("agency"), role=OuterRef("role")
    )
    expired = Step.objects.open().exclude(owner=None).exclude(Exists(serving))
    return _hand_back(expired, by=User.objects.system(), at=at)


def _hand_back(steps: QuerySet[Step], *, by: User, at: datetime) -> int:
    # In one order for all, so that two who leave at once never wait for each other's cases.
    held = list(steps.order_by("case_id", "pk").values_list("pk", "owner_id"))
    for step_id, owner_id in held:
        with suppress(StepClosed), act_on_case("hand_back", by=by, at=at, steps=step_id) as act:
            step = Step.objects.get(pk=step_id)
            if not step.is_open or step.owner_id != owner_id:
                raise StepClosed  # done, or given to somebody else, while this waited for the case
            _give(act, step, None)
    return len(held)


def _claimed_by(step: Step) -> str | None:
    if step.owner is None:
        return None
    return _("%(who)s has claimed this step.") % {"who": step.owner}


def adopt(
    *, cluster: Cluster, kind: CaseKind, stage: Stage, source: str, grade: str, by: User, at: datetime
) -> Case:
    """Enter a historical cluster as a case at `stage`, with the source that says so and its grade.

    Returns the case that already stands for this cluster, where there is one.
    """
    with transaction.atomic():
        found = Case.objects.filter(cluster=cluster, kind=kind).first()
        if found:
            return found
        case = open_case(cluster=cluster, kind=kind, code=cluster.code, at=at, applicant=None, commune=None)
        with act_on_case("adopt", by=by, at=at, pk=case.pk) as act:
            act.move("adopt", stage=stage, source=source, grade=grade)
            act.case.source, act.case.grade = source, grade
            act.data = {"source": source, "grade": grade}
        return act.case


def adopt_all(results: Sequence[ImportResult], *, by: User, at: datetime, progress: Progress) -> int:
    """Adopt a case for each imported cluster that has none and whose source tells a stage.

    Return how many were adopted. `progress(done, total)` is told after each.
    """
    known = set(
        Case.objects.filter(cluster__in=[result.cluster.pk for result in results]).values_list(
            "cluster_id", flat=True
        )
    )
    fresh = [result for result in results if result.cluster.pk not in known]
    adopted = 0
    for done, result in enumerate(fresh, 1):
        stage, reason = adoption_stage(result.row)
        if stage is not None:
            kind = CaseKind.EXPANSION if result.row.kind == Kind.EXPANSION else CaseKind.NEW
            source = f"{result.row.source} – {reason}"
            adopt(
                cluster=result.cluster,
                kind=kind,
                stage=stage,
                source=source,
                grade=result.row.grade,
                by=by,
                at=at,
            )
            adopted += 1
        progress(done, len(fresh))
    return adopted


def let_days_pass(*, at: datetime) -> None:
    """Do what the days up to `at` ask for.

    Dissolved agencies hand over, officers are asked which rule set holds, deadlines follow a new calendar,
    windows close, leavers' steps go back, silence speaks where it may (the rooms above know where),
    reminders are owed.
    """
    pass_on(at=at)
    ask_rule_sets(at=at)
    follow_calendar(at=at)
    close_windows(at=at)
    hand_back_expired(at=at)
    days_passed.send(sender=Step, at=at)
    remind(at=at)


def pass_on(*, at: datetime) -> int:
    """Pass what lies at dissolved agencies on to their successors, where these are known.

    Return the number of cases. One that cannot be passed on is logged and left for the next run.

    Source: Decree 139/2025/NĐ-CP, Art. 22(2), for what lay at the districts on 01/07/2025.
    """
    on = local_day(at)
    left = selectors.left_behind(on=on)
    known = successors.heirs(on=on) if left else Heirs({}, {})
    cases = {case for case, cluster, agency in left if known.of(agency, cluster_id=cluster)}
    passed = 0
    for case_id in sorted(cases):
        try:
            passed += pass_case_on(case_id, at=at)
        except DomainError as error:
            logger.error("case %s cannot be passed on: %s", case_id, error)
    return passed


def pass_case_on(case_id: int, *, at: datetime) -> bool:
    """Pass one case on as the system; tell whether anything was left to pass on."""
    try:
        with act_on_case("pass_on", by=User.objects.system(), at=at, pk=case_id) as act:
            if not _pass_on(act):
                raise StepClosed  # somebody was faster, while this waited for the case
    except StepClosed:
        return False
    return True


def choose_successor(
    *,
    cluster_id: int,
    predecessor_id: int,
    successor_id: int,
    reason: str,
    by: User,
    at: datetime,
    sent: Sent | None = None,
) -> SuccessorChoice:
    """Say once who took over, for this cluster, from a dissolved agency; its open steps go over at once.

    Raises:
        AlreadyChosen: another officer did before; it names who, whom and when.
        NotYours: `by` is no officer of the Department of Industry and Trade.
        RuleBroken: the predecessor still exists, the successor is not fit, or no reason is given.
        WrongStage: no open case of the cluster ever lay at the predecessor.
    """
    cases = _cases_at(cluster_id, predecessor_id)
    if not cases:
        check_repeat(sent, by=by)
        check_not_chosen(cluster_id, predecessor_id)
        raise WrongStage
    first, *others = cases
    with transaction.atomic():
        with act_on_case("choose_successor", by=by, at=at, sent=sent, pk=first) as act:
            choice = _choose(act, predecessor_id, successor_id, reason)
            _pass_on(act)
        for case_id in others:
            pass_case_on(case_id, at=act.at)
    return choice


def _cases_at(cluster_id: int, predecessor_id: int) -> list[int]:
    # In one order for all, so that two who choose at once never wait for each other's cases.
    there = Q(commune=predecessor_id) | Q(steps__agency=predecessor_id)
    open_cases = Case.objects.filter(there, cluster=cluster_id).exclude(state__in=ENDED)
    return list(open_cases.order_by("pk").values_list("pk", flat=True).distinct())


def _choose(act: Act, predecessor_id: int, successor_id: int, reason: str) -> SuccessorChoice:
    if not policies.may_choose_successor(act.who):
        raise NotYours
    # Two who choose may hold different cases of the cluster; its own row makes the second one wait.
    Cluster.objects.select_for_update().get(pk=act.case.cluster_id)
    check_not_chosen(act.case.cluster_id, predecessor_id)
    predecessor = Agency.objects.get(pk=predecessor_id)
    fit = {agency.pk: agency for agency in successors.candidates(predecessor, on=act.on)}
    rules.check_successor(predecessor_ended=predecessor.has_ended(act.on), is_candidate=successor_id in fit)
    rules.check_evidence(reason)
    act.data |= {"from": predecessor.name, "to": fit[successor_id].name, "reason": reason}
    return SuccessorChoice.objects.create(
        cluster=act.case.cluster,
        predecessor=predecessor,
        successor_id=successor_id,
        reason=reason,
        chosen_by=act.by,
        chosen_at=act.at,
    )


def check_not_chosen(cluster_id: int, predecessor_id: int) -> None:
    """Refuse a second choice for the same cluster and agency.

    Raises:
        AlreadyChosen: it names who chose whom, and when.
    """
    choices = SuccessorChoice.objects.select_related("successor", "chosen_by")
    choice = choices.filter(cluster=cluster_id, predecessor=predecessor_id).first()
    if choice is None:
        return
    told = {
        "who": choice.chosen_by,
        "successor": choice.successor,
        "when": timezone.localtime(choice.chosen_at).strftime("%d/%m/%Y %H:%M"),
    }
    raise AlreadyChosen(_("%(who)s chose %(successor)s on %(when)s. Nothing was changed by you.") % told)


def _pass_on(act: Act) -> bool:
    """Hand the open steps of the case over, and its commune; tell whether there was anything."""
    known, case = successors.heirs(on=act.on), act.case
    held = case.steps.open().select_related("process", "agency", "clock").order_by("pk")
    moving = [(step, heir) for step in held if (heir := known.of(step.agency_id, cluster_id=case.cluster_id))]
    for step, heir in moving:
        _hand_over(act, step, heir)
    commune = known.of(case.commune_id, cluster_id=case.cluster_id)
    if commune:
        case.commune_id = commune.agency_id
    return bool(moving or commune)


def _hand_over(act: Act, step: Step, heir: Heir) -> None:
    """Close `step` at its dissolved agency, and open the same work at the successor's, with nobody yet."""
    step.status, step.finished, step.outcome = STATUS.CANCELED, act.at, Ending.PASSED_ON
    step.save(update_fields=["status", "finished", "outcome"])
    record_stay(act, step, next_step=step.name)
    new = Step.objects.create(
        process=step.process,
        case=act.case,
        flow_task=step.flow_task,
        name=step.name,
        token=step.token,
        created=act.at,
        agency_id=heir.agency_id,
        role=step.role,
        clock=step.clock,
        due_on=step.due_on,
        taken_from=step.agency,
        taken_on=heir.on,
        begun_at=step.began_at,
    )
    step_passed_on.send(sender=Step, old=step, new=new)
    assert step.agency is not None
    told = {"predecessor": step.agency.name, "since": f"{heir.on:%d/%m/%Y}"}
    act.messages.append(messages.about_step("step_passed_on", new, case=act.case, suffix="passed", **told))
    act.data.setdefault("passed", []).append(
        {
            "step": step.pk,
            "name": step.name,
            "from": step.agency.name,
            "to": Agency.objects.get(pk=heir.agency_id).name,
        }
    )


def ask_rule_sets(*, at: datetime) -> int:
    """Ask the Department about each case whose clause leaves the rule set to an officer.

    Return how many were asked about. Each is asked about once for a change of law; until somebody chooses,
    a running case keeps the rule set that it has. An adopted one whose decision is known only by a span of
    days in which the law changed is asked about too.

    Source: Decree 32/2024/NĐ-CP, Art. 35(2), as amended (T-4), and the changes without a clause.
    """
    asked = 0
    for change in transitions.changes(by=local_day(at)):
        cases = list(rule_sets.unasked(change))
        for case_id, clause in rule_sets.clauses_of(cases, change).items() if cases else ():
            if clause and clause.applies == Applies.ASK:
                asked += _ask_rule_set(case_id, change, clause.clause, at=at)
    return asked


def _ask_rule_set(case_id: int, change: Change, clause: str, *, at: datetime) -> bool:
    pair = {"from_set": change.before.code, "to_set": change.after.code}
    try:
        with act_on_case("ask_rule_set", by=User.objects.system(), at=at, pk=case_id) as act:
            if not rule_sets.unasked(change).filter(pk=case_id).exists():
                raise StepClosed  # another run asked, or the case moved on, while this waited for it
            RuleSetQuestion.objects.create(case=act.case, clause=clause, asked_at=act.at, **pair)
            act.data = {"clause": clause, **pair}
            department = agency_for(AgencyKind.INDUSTRY_TRADE, act.case, on=act.on)
            act.messages.append(messages.about_rule_set_question(act.case, change, department))
    except StepClosed:
        return False
    except DomainError as error:
        logger.error("nobody can be asked about the rule set of case %s: %s", case_id, error)
        return False
    return True


def choose_rule_set(
    *,
    case_id: int,
    moves: bool,
    reason: str,
    paper_number: str = "",
    paper_on: date | None = None,
    by: User,
    at: datetime,
    sent: Sent | None = None,
) -> RuleSetChoice:
    """Say once whether a case stays under its rule set or moves to the next, where no clause says it.

    Of an adopted case it says which of the two its decision was under; nothing is counted anew there.

    Raises:
        AlreadyChosen: nothing waits for a choice here any more; it names who chose what, and when.
        NotYours: `by` does not work on files in the Department; a move is for a reviewer or leader.
        RuleBroken: the reason is missing, or for a move its paper.

    Source: Decree 32/2024/NĐ-CP, Art. 35(2), as amended (T-4).
    """
    with act_on_case("choose_rule_set", by=by, at=at, sent=sent, pk=case_id) as act:
        if not policies.may_choose_rule_set(act.who):
            raise NotYours
        question = rule_sets.question_of(act.case)
        if question is None:
            raise AlreadyChosen(_last_choice(act.case))
        if moves and act.case.rule_set:
            return _move_to(act, question.to_set, reason, paper_number, paper_on, clause=question.clause)
        rules.check_reason(reason)
        if moves:
            rules.check_paper(paper_number, paper_on, today=act.on)
        return _pin(act, question, moves, reason, paper_number, paper_on)


def _pin(
    act: Act,
    question: RuleSetQuestion,
    moves: bool,
    reason: str,
    paper_number: str,
    paper_on: date | None,
) -> RuleSetChoice:
    """Record that the case stays, or which rule set its decision of an uncertain day was under."""
    act.case.rule_set = question.to_set if moves else question.from_set
    act.data = {"from": question.from_set, "to": act.case.rule_set, "reason": reason}
    act.data |= {"paper": paper_number, "paper_on": _iso(paper_on)} if moves else {}
    return RuleSetChoice.objects.create(
        case=act.case,
        from_set=question.from_set,
        to_set=question.to_set,
        moves=moves,
        clause=question.clause,
        reason=reason,
        paper_number=paper_number.strip() if moves else "",
        paper_on=paper_on if moves else None,
        chosen_by=act.by,
        chosen_at=act.at,
    )


def _last_choice(case: Case) -> str | None:
    choice = case.rule_set_choices.select_related("chosen_by").last()
    if choice is None:
        return _("Nothing is to be chosen for this case.")
    told = {
        "who": choice.chosen_by,
        "code": choice.to_set if choice.moves else choice.from_set,
        "when": timezone.localtime(choice.chosen_at).strftime("%d/%m/%Y %H:%M"),
    }
    return _("%(who)s chose %(code)s on %(when)s. Nothing was changed by you.") % told


def move_to_rule_set(
    *,
    case_id: int,
    rule_set: str,
    reason: str,
    paper_number: str,
    paper_on: date | None,
    by: User,
    at: datetime,
    sent: Sent | None = None,
) -> RuleSetChoice:
    """Move an open proposal to another rule set, by a paper; its running clock begins anew under that one.

    The open clock is closed in history, as it was counted. Its limit begins again under the new rule set
    from the same trigger day, with the same pauses. Where no clock ran, it is counted from the day on which
    the open step began. Where the new rule set has no such limit that binds, the step has no due day. Days
    that no rule set counts (an opinion's) stay, and so does the day that was printed on the receipt.

    Raises:
        NotYours: `by` is no reviewer or leader of the Department.
        RuleBroken: reason or paper are missing, or the law keeps the case where it is.
        CalendarMissing: the new limit reaches a year without a calendar.
        KeyError: there is no such rule set.
    """
    with act_on_case("move_to_rule_set", by=by, at=at, sent=sent, pk=case_id) as act:
        return _move_to(act, rule_set, reason, paper_number, paper_on, clause="")


def _move_to(
    act: Act, code: str, reason: str, paper_number: str, paper_on: date | None, *, clause: str
) -> RuleSetChoice:
    if not policies.may_move_rule_set(act.who):
        raise NotYours(_("Only a reviewer or leader of the Department moves a case to another rule set."))
    case, before = act.case, act.case.rule_set
    rules.check_rule_set(
        state=case.state,
        before=before,
        after=code,
        today=act.on,
        against=rule_sets.clause_against(case, code),
    )
    rules.check_reason(reason)
    rules.check_paper(paper_number, paper_on, today=act.on)
    case.rule_set = code
    due = _count_anew(act)
    act.data = {"from": before, "to": code, "reason": reason, "paper": paper_number}
    act.data |= {"paper_on": _iso(paper_on), "due": due}
    return RuleSetChoice.objects.create(
        case=case,
        from_set=before,
        to_set=code,
        moves=True,
        clause=clause,
        reason=reason,
        paper_number=paper_number.strip(),
        paper_on=paper_on,
        chosen_by=act.by,
        chosen_at=act.at,
    )


def _count_anew(act: Act) -> list[dict[str, Any]]:
    """Put the open steps under clocks of the case's new rule set, tell all concerned, and return the days."""
    renewed: dict[int, Clock | None] = {}
    due = []
    for step in selectors.open_steps(act.case):
        before, limit = step.due_on, step.flow_task.limit
        if clock := step.clock:
            if clock.pk not in renewed:
                renewed[clock.pk] = clocks.begin_again(clock, act.case, on=act.on)
            step.clock = renewed[clock.pk]
        elif limit:
            step.clock = clocks.begin(act.case, limit, trigger_on=local_day(step.began_at))
        if limit:
            step.due_on = step.clock.due_on if step.clock else None
        step.save(update_fields=["clock", "due_on"])
        if limit or step.flow_task.stops_clock:  # an opinion's day was no law's and stays
            due.append({"step": step.pk, "from": _iso(before), "to": _iso(step.due_on)})
            act.messages += messages.about_rule_set_move(act.case, step, before=before)
    return due


def _iso(day: date | None) -> str | None:
    return day.isoformat() if day else None


def _untold(move: Move) -> None:
    pass


def follow_calendar(*, at: datetime, tell: Callable[[Move], None] = _untold) -> int:
    """Count the open deadlines anew that an older calendar counted; return how many have another day.

    Only the cases in which one moves are locked, one after the other, so a run that was broken off is
    finished by the next. What reaches a year without calendar is logged, and left until that year is
    known. `tell` hears of each move once it is on record.
    """
    days, moved = calendar(), 0
    for scan in recounts.scan(days):
        clocks.keep(scan.same, calendar_version=days.version)
        if scan.uncounted:
            logger.error("clocks %s reach a year without calendar and stay as they were", scan.uncounted)
        for case_id in sorted({move.clock.case_id for move in scan.moves}):
            for move in move_deadlines(case_id, at=at):
                moved += move.is_to_another_day
                tell(move)
    return moved


def move_deadlines(case_id: int, *, at: datetime) -> list[Move]:
    """Let the open deadlines of one case follow the newest calendar, as the system; return what moved."""
    days = calendar()
    try:
        with act_on_case(recounts.ACT, by=User.objects.system(), at=at, pk=case_id) as act:
            moves = recounts.recount(recounts.stale(days).filter(case=act.case), days).moves
            if not moves:
                raise StepClosed  # somebody was faster, while this waited for the case
            _move_deadlines(act, moves, days)
    except StepClosed:
        return []
    return moves


def _move_deadlines(act: Act, moves: Sequence[Move], days: Calendar) -> None:
    act.data |= {"calendar": days.version, "moved": []}
    for move in moves:
        clocks.follow(move.clock, due_on=move.due_on, firm=move.firm, calendar_version=days.version)
        act.data["moved"].append(_on_record(move, days))
    others = [move for move in moves if move.is_to_another_day]
    if others:
        changed = {day["day"]: day["words"] for one in act.data["moved"] for day in one["days"]}
        act.messages += messages.about_moves(act.case, others, changed, calendar_version=days.version)


def _on_record(move: Move, days: Calendar) -> dict[str, Any]:
    """Return the old and the new deadline, both calendars, and the days that make the difference."""
    said = [row.entry() for row in statements(after=move.calendar_version, upto=days.version)]
    behind = reasons(
        said,
        since=move.clock.trigger_on,
        until=max(move.was_on, move.due_on),
        before=calendar(move.calendar_version),
        after=days,
    )
    return {
        "clock": move.clock.pk,
        "limit": move.clock.limit,
        "from": move.was_on.isoformat(),
        "to": move.due_on.isoformat(),
        "firm": move.firm,
        "calendar": move.calendar_version,
        "days": [{"day": entry.day.isoformat(), "words": words(entry)} for entry in behind],
    }


def close_windows(*, at: datetime) -> list[int]:
    """Close every waiting step whose last day has passed; return the ids of the closed ones.

    One without a last day is not waited for: its rule set knows no window (R1), or none that was confirmed.
    One that cannot be closed is logged and left for the next run; the others are closed all the same.
    """
    over = Q(due_on__lt=local_day(at)) | Q(due_on=None)
    waiting = Step.objects.open().filter(over, flow_task_type=Wait.task_type)
    closed = []
    for step_id in list(waiting.values_list("pk", flat=True)):
        try:
            if close_window(step_id, at=at):
                closed.append(step_id)
        except DomainError as error:
            logger.error("window %s cannot be closed: %s", step_id, error)
    return closed


def close_window(step_id: int, *, at: datetime) -> bool:
    """Close one window as the system; tell whether it was still open."""
    system = User.objects.system()
    step = Step.objects.get(pk=step_id)
    try:
        with act_on_step(step.name, step_id=step_id, by=system, at=at) as act:
            act.data["reason"] = Ending.WINDOW_CLOSED.value
            # The next limit counts from the last day of the window, not from the day this job ran. A rule
            # set without a window counts it from the request (R1, E40).
            act.proceed(trigger_on=act.step.due_on or _requested_on(act.step.process))
    except StepClosed:
        return False
    return True


def _requested_on(process: Process) -> date:
    return local_day(process.task_set.earliest("pk").created)


SOON_WORKING_DAYS = 2
LONGEST_HOLIDAY_DAYS = 14


def remind(*, at: datetime) -> int:
    """Queue the reminders that are owed by now; return how many.

    Each step is reminded once as its day comes near, once on the day and once when it has passed.
    What a missed run owed is sent by the next one: the latest of the three, once.
    """
    today, days = local_day(at), calendar()
    owed: list[Message] = []
    # Wide enough for any holiday; which of these are near is counted below, in a year not known yet too.
    horizon = today + timedelta(days=LONGEST_HOLIDAY_DAYS + SOON_WORKING_DAYS)
    steps = Step.objects.open().exclude(role="").filter(due_on__lte=horizon).select_related("case__cluster")
    for step in steps.order_by("pk").iterator(chunk_size=500):
        assert step.due_on is not None
        left = working_days_left(today=today, due_on=step.due_on, calendar=days)
        if kind := _reminder(left, is_today=step.due_on == today, late=step.late_on(today)):
            suffix = f"{kind}:{step.due_on:%Y-%m-%d}"
            owed.append(messages.about_step(kind, step, case=step.case, suffix=suffix))
    return notifications.queue(owed, at=at)


def _reminder(left: int, *, is_today: bool, late: bool) -> str:
    if late:
        return "step_late"
    if is_today:
        return "step_today"
    return "step_soon" if left <= SOON_WORKING_DAYS else ""
