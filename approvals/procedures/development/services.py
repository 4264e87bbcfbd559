"""The verbs between decision and operation: the investor hands in, an agency answers, ground is broken."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from accounts.models import User
from approvals import rules
from approvals.exceptions import AlreadyFollowed
from approvals.papers import check_paper_day, leave_paper
from approvals.procedures.development.flows import Development
from approvals.states import PaperKind
from clusters import services as register
from clusters.dates import exactly
from clusters.states import FactKind, Kind, Stage
from records.services import Sent
from workflows.exceptions import NotYours, WrongStage
from workflows.models import Case
from workflows.policies import may_follow
from workflows.rules import GROUNDBREAKING
from workflows.selectors import is_followed
from workflows.services import Act, act_on_case, act_on_step, fix_milestones, start_process
from workflows.states import AFTER_DECISION, CaseKind, MilestoneKind

# The paper that each step leaves behind when it goes well.
PAPERS = {
    "submit_plan": PaperKind.PLAN_FILE,
    "approve_plan": PaperKind.PLAN_APPROVAL,
    "request_licence": PaperKind.LICENCE_REQUEST,
    "issue_licence": PaperKind.LICENCE,
    "clear_land": PaperKind.LAND_CLEARED,
    "lease_land": PaperKind.LAND_LEASE,
    "request_permit": PaperKind.PERMIT_REQUEST,
    "issue_permit": PaperKind.PERMIT,
    "build": PaperKind.COMPLETION,
    "try_wastewater": PaperKind.TRIAL_RESULT,
    "accept_wastewater": PaperKind.WASTEWATER_ACCEPTANCE,
    "accept_works": PaperKind.WORKS_ACCEPTANCE,
    "adopt_regulation": PaperKind.REGULATION,
    "open_operation": PaperKind.OPERATION_RECORD,
}
# The five papers of groundbreaking, by the condition that each shows.
START_PAPERS = {
    "site": PaperKind.START_SITE,
    "permit": PaperKind.START_PERMIT,
    "drawings": PaperKind.START_DRAWINGS,
    "contract": PaperKind.START_CONTRACT,
    "notice": PaperKind.START_NOTICE,
}
assert set(START_PAPERS) == set(GROUNDBREAKING)


@dataclass(frozen=True)
class StartPaper:
    """A paper that shows one of the five conditions: its number (or its name), and its day."""

    number: str
    issued_on: date


def hand_in(
    *,
    step_id: int,
    step: str,
    number: str,
    issued_on: date,
    note: str = "",
    by: User,
    at: datetime,
    sent: Sent | None = None,
) -> Case:
    """Do the step named `step`, which has one way to end, with the paper that shows it.

    The first detailed plan that the investor hands in begins the preparation.

    Raises:
        RuleBroken: the paper is dated ahead.
    """
    with act_on_step(step, step_id=step_id, by=by, at=at, sent=sent) as act:
        # It may be older than the step: plans and requests are drawn up before their turn comes.
        rules.check_not_future(issued_on, today=act.on, field="issued_on")
        leave_paper(act, PAPERS[step], number=number, issued_on=issued_on, note=note)
        if act.case.state == Stage.ESTABLISHED:
            act.move("begin_preparation", evidence=number)
        act.proceed()
    return act.case


def grant(
    *,
    step_id: int,
    step: str,
    outcome: str = "granted",
    number: str,
    issued_on: date,
    note: str = "",
    by: User,
    at: datetime,
    sent: Sent | None = None,
) -> Case:
    """Answer the step named `step` as the agency that is competent, with the paper it issues.

    `outcome` is "granted", or the step's own other good end: "registered" where no environmental
    licence is needed, "exempt" where no building permit is. The land lease leaves its day in the
    register; the start of operation asks for accepted wastewater works.

    Raises:
        RuleBroken: the paper's day cannot be; or operation without accepted wastewater works.
    """
    with act_on_step(step, step_id=step_id, by=by, at=at, sent=sent) as act:
        if act.case.source:  # taken up from the register: its papers may be older than its steps here
            rules.check_not_future(issued_on, today=act.on, field="issued_on")
        else:
            check_paper_day(act, issued_on, field="issued_on")
        leave_paper(act, PAPERS[step], number=number, issued_on=issued_on, note=note)
        if step == "lease_land":
            _record(act, FactKind.LAND_LEASE, on=issued_on, number=number)
        if step == "open_operation":
            accepted = act.case.papers.filter(kind=PaperKind.WASTEWATER_ACCEPTANCE).exists()
            act.move("begin_operation", wastewater_works_accepted=accepted, evidence=number)
        act.proceed(outcome)
    return act.case


def give_back(
    *, step_id: int, step: str, reasons: str, by: User, at: datetime, sent: Sent | None = None
) -> Case:
    """Return what was handed in, with reasons; a limit counts anew when it comes again.

    Raises:
        RuleBroken: no reasons are given.
    """
    with act_on_step(step, step_id=step_id, by=by, at=at, sent=sent) as act:
        rules.check_reasons(reasons)
        leave_paper(act, PaperKind.RETURNED, number="", issued_on=act.on, note=reasons)
        act.proceed("returned", restart=True)
    return act.case


def break_ground(
    *,
    step_id: int,
    papers: Mapping[str, StartPaper],
    started_on: date,
    by: User,
    at: datetime,
    sent: Sent | None = None,
) -> Case:
    """Start construction on `started_on`, each of the five conditions shown by its paper.

    Raises:
        RuleBroken: a condition has no paper, a paper is dated ahead, or the start lies before the notice.

    Source: Law on Construction 135/2025/QH15, Art. 48(1).
    """
    with act_on_step("break_ground", step_id=step_id, by=by, at=at, sent=sent) as act:
        for condition, paper in papers.items():
            rules.check_not_future(paper.issued_on, today=act.on, field=f"{condition}_on")
        rules.check_not_future(started_on, today=act.on, field="started_on")
        act.move("break_ground", papers={condition: paper.number for condition, paper in papers.items()})
        rules.check_start_after_notice(started_on, notice_on=papers["notice"].issued_on)
        decided_on = act.case.decisions.values_list("signed_on", flat=True).first()
        rules.check_start_after_decision(started_on, decided_on=decided_on)
        for condition, paper in papers.items():
            leave_paper(act, START_PAPERS[condition], number=paper.number, issued_on=paper.issued_on)
        act.data["numbers"] = {condition: paper.number.strip() for condition, paper in papers.items()}
        _record(act, FactKind.GROUNDBREAKING, on=started_on, number=papers["notice"].number)
        act.proceed()
    return act.case


def take_up(
    *,
    case_id: int,
    applicant_id: int,
    commune_id: int,
    progress: Mapping[MilestoneKind, date],
    by: User,
    at: datetime,
    sent: Sent | None = None,
) -> Case:
    """Follow a cluster that was decided elsewhere or long ago, from the stage where history left it.

    `progress` holds the days of its decision, as far as they are known.

    Raises:
        WrongStage: it is not between decision and operation.
        AlreadyFollowed: somebody took it up before.
        NotYours: `by` is no officer of the Department of Industry and Trade.
    """
    with act_on_case("take_up", by=by, at=at, sent=sent, pk=case_id) as act:
        if not may_follow(act.case, act.who):
            raise NotYours
        if act.case.state not in AFTER_DECISION:
            raise WrongStage
        if is_followed(act.case):
            raise AlreadyFollowed
        rules.check_progress(progress, signed_on=None, today=act.on)
        act.case.applicant_id, act.case.commune_id = applicant_id, commune_id
        act.data |= {"applicant": applicant_id, "commune": commune_id}
        fix_milestones(act, progress, source="")
        building = act.case.state == Stage.UNDER_CONSTRUCTION
        start_process(act, Development, start="start_building" if building else "start")
    return act.case


def _record(act: Act, kind: FactKind, *, on: date, number: str) -> None:
    """Leave the day in the register, unless it is of an expansion: the cluster has days of its own."""
    cluster = act.case.cluster
    if act.case.kind == CaseKind.EXPANSION and cluster.kind != Kind.EXPANSION:
        return
    register.record_fact(
        cluster=cluster,
        kind=kind,
        when=exactly(on),
        number_text=number.strip(),
        source=register.OWN,
        at=act.at,
    )
