"""What lay at an agency that ended goes over to its successor."""

from __future__ import annotations

import logging
from datetime import datetime

from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _
from viewflow.workflow.status import STATUS

from accounts.models import Agency, User
from clusters.models import Cluster
from records.clock import local_day
from records.exceptions import DomainError
from records.services import Sent, check_repeat
from workflows import messages, policies, rules, selectors, successors
from workflows.exceptions import AlreadyChosen, NotYours, StepClosed, WrongStage
from workflows.models import (
    Case,
    Step,
    SuccessorChoice,
)
from workflows.services.acts import Act, act_on_case, record_stay
from workflows.signals import step_passed_on
from workflows.states import ENDED, Ending
from workflows.successors import Heir, Heirs

logger = logging.getLogger(__name__)


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
