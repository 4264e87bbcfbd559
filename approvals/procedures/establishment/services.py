"""The verbs of the establishment procedure, one for each step of the law, each in one transaction."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal

from django.core.files.base import File
from django.db import IntegrityError, transaction
from django.db.models import Max

from accounts.models import Agency, User
from accounts.selectors import standing
from accounts.states import AreaLevel
from approvals import components, messages, policies, rules, selectors
from approvals.codes import dossier_code
from approvals.exceptions import NotADraft, NumberTaken, StaleForm, Unfinished
from approvals.models import (
    Decision,
    Dossier,
    ExaminedFacts,
    OpinionRequest,
    Report,
    Review,
    SupplementItem,
    SupplementRequest,
)
from approvals.papers import check_paper_day, leave_paper
from approvals.procedures.development.flows import Development
from approvals.procedures.establishment.flows import Establishment
from approvals.services import enter, written
from approvals.snapshots import freeze
from approvals.states import DossierState, Moment, PaperKind, Recommendation, Verdict
from approvals.uploads import CheckedUpload
from clusters import services as register
from clusters.dates import exactly
from clusters.geometry import Corner
from clusters.models import Cluster
from clusters.states import FactKind, Kind, Stage
from law.clock import add_working_days
from law.facts import Facts
from law.rulesets import find_provision, rule_set_on
from law.selectors import calendar
from notifications.messages import Message
from records.clock import local_day
from records.exceptions import DomainError
from records.services import Sent, check_repeat, recorded
from workflows import clocks, successors
from workflows import policies as workflow_policies
from workflows.exceptions import NotYours, StepClosed, WrongStage
from workflows.messages import about_end, about_step
from workflows.models import Case, Step
from workflows.nodes import Branch
from workflows.selectors import estimate, silent
from workflows.services import (
    Act,
    act_on_case,
    act_on_step,
    cancel_open_steps,
    check_open,
    fix_milestones,
    open_case,
    pin_rule_set,
    start_process,
)
from workflows.states import CaseKind, MilestoneKind

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Proposal:
    """The checked answers of a draft. `cluster_id` None proposes a cluster that is not in the register.

    `area_ha` is the whole area, of an expansion with what it adds (`added_ha`); so is the boundary
    (`corners`).
    """

    cluster_id: int | None
    cluster_name: str
    cluster_type: str
    commune_id: int
    place: str
    area_ha: Decimal
    capital_bn_vnd: Decimal
    added_ha: Decimal | None = None
    facts: Facts = field(default_factory=dict)
    corners: tuple[Corner, ...] = ()


def file_dossier(
    *,
    dossier_id: int,
    proposal: Proposal,
    versions: dict[str, int],
    by: User,
    at: datetime,
    sent: Sent | None = None,
) -> Dossier:
    """File the draft: the first written request (E10). The case gets the law of this day.

    `versions` are the sections' versions that `proposal` was read from.

    Raises:
        NotADraft: it was filed before.
        StaleForm: a section changed meanwhile.
        Unfinished: a paper that the law asks of the applicant is missing.
        WrongStage: another proposal for this cluster is under way.
        RuleBroken: the cluster that is to be expanded does not operate, or is being expanded.

    Source: Decree 32/2024/NĐ-CP, Art. 10(1), as amended.
    """
    try:
        with transaction.atomic():
            return _file(dossier_id, proposal, versions, by=by, at=at, sent=sent)
    except DomainError:
        check_repeat(sent, by=by)
        raise


def _file(
    dossier_id: int,
    proposal: Proposal,
    versions: dict[str, int],
    *,
    by: User,
    at: datetime,
    sent: Sent | None,
) -> Dossier:
    dossier = Dossier.objects.select_for_update().get(pk=dossier_id)
    _check_may_file(dossier, versions, by=by, at=at)
    case = _case_for(dossier, proposal, at=at)
    with act_on_case("file", by=by, at=at, sent=sent, pk=case.pk) as act:
        act.case.applicant_id, act.case.commune_id = dossier.applicant_id, proposal.commune_id
        pin_rule_set(act.case, on=act.on)
        act.move("propose")
        with recorded(dossier, act="file", by=by, at=act.at):
            dossier.case, dossier.filed_at = act.case, act.at
            dossier.code = dossier_code(dossier.pk, act.on.year)
            dossier.cluster_name, dossier.cluster_type = proposal.cluster_name, proposal.cluster_type
            dossier.area_ha, dossier.capital_bn_vnd = proposal.area_ha, proposal.capital_bn_vnd
            dossier.added_ha, dossier.facts = proposal.added_ha, proposal.facts
            dossier.corners = proposal.corners
            start_process(act, Establishment)
            dossier.promised_on = act.entered[0].due_on
            dossier.estimated_on = estimate(act.case, Establishment, after=act.entered[0])
            dossier.file()
        freeze(act, dossier, Moment.FILED)
        act.data = {"dossier": dossier.code}
        act.messages.append(_receipt(dossier))
    return dossier


def _check_may_file(dossier: Dossier, versions: dict[str, int], *, by: User, at: datetime) -> None:
    if not policies.may_file(dossier, standing(by, on=local_day(at))):
        raise NotYours
    if dossier.state != DossierState.DRAFT:
        raise NotADraft
    if dossier.versions != versions:
        raise StaleForm
    present = set(dossier.documents.values_list("component", flat=True))
    if components.missing(rule_set_on(local_day(at)).code, present, supplied_by=("applicant",)):
        raise Unfinished


def _case_for(dossier: Dossier, proposal: Proposal, *, at: datetime) -> Case:
    """Return the listed case of the chosen cluster, or enter cluster and case; for an expansion a new one."""
    if dossier.kind == CaseKind.EXPANSION:
        return _open_expansion(dossier, proposal, at=at)
    if proposal.cluster_id is None:
        area = Agency.objects.select_related("area").get(pk=proposal.commune_id).area
        in_district = area is not None and area.level == AreaLevel.DISTRICT
        cluster = register.enter(
            code=f"DX{dossier.pk:05d}",
            name=proposal.cluster_name,
            kind=Kind.NEW,
            at=at,
            commune=None if in_district else area,
            district_text=area.name if area and in_district else "",
            area_ha=proposal.area_ha,
        )
    else:
        cluster = Cluster.objects.get(pk=proposal.cluster_id)
        listed = cluster.cases.filter(kind=CaseKind.NEW).order_by("-pk").first()
        if listed and listed.state not in (Stage.REJECTED, Stage.WITHDRAWN, Stage.REVOKED):
            return listed
    return _open_anew(cluster, dossier, at=at)


def _open_expansion(dossier: Dossier, proposal: Proposal, *, at: datetime) -> Case:
    # Locked, so that it still operates when the case stands beside it.
    assert proposal.cluster_id is not None
    cluster = Cluster.objects.select_for_update().get(pk=proposal.cluster_id)
    expanding = cluster.cases.expanding().first()
    rules.check_expandable(
        operates=cluster.stage == Stage.OPERATING and cluster.kind != Kind.EXPANSION,
        under_way=expanding.code if expanding else "",
    )
    return _open_anew(cluster, dossier, at=at)


def _open_anew(cluster: Cluster, dossier: Dossier, *, at: datetime) -> Case:
    number = cluster.cases.count()
    code = f"{cluster.code}-{number + 1}" if number else cluster.code
    applicant = dossier.applicant
    try:
        with transaction.atomic():
            return open_case(
                cluster=cluster,
                kind=CaseKind(dossier.kind),
                code=code,
                at=at,
                applicant=applicant,
                commune=None,
            )
    except IntegrityError as error:
        # Somebody else proposed the same cluster in this very moment.
        raise WrongStage from error


def _receipt(dossier: Dossier) -> Message:
    promised = dossier.promised_on  # no day under a rule set that sets none for the first step
    assert dossier.filed_at is not None
    return messages.about_dossier(
        "dossier_filed",
        dossier,
        suffix="filed",
        agency_id=dossier.applicant_id,
        filed=f"{local_day(dossier.filed_at):%d/%m/%Y}",
        promised=f"{promised:%d/%m/%Y}" if promised else "–",
    )


def give_notice(
    *,
    step_id: int,
    number: str,
    published_on: date,
    where: str,
    by: User,
    at: datetime,
    sent: Sent | None = None,
) -> Case:
    """Announce that files are received (E20); the window counts from the day of the notice."""
    with act_on_step("give_notice", step_id=step_id, by=by, at=at, sent=sent) as act:
        check_paper_day(act, published_on, field="published_on")
        leave_paper(act, PaperKind.NOTICE, number=number, issued_on=published_on, note=where)
        act.proceed(trigger_on=published_on)
    return act.case


def submit_file(
    *,
    step_id: int,
    number: str,
    signed_on: date,
    upload: CheckedUpload,
    content: File[bytes],
    by: User,
    at: datetime,
    sent: Sent | None = None,
) -> Case:
    """Send the file with the commune's submission to the Department (E40)."""
    submit = act_on_step("submit_file", step_id=step_id, by=by, at=at, sent=sent)
    with written(upload, content) as name, submit as act:
        check_paper_day(act, signed_on, field="signed_on")
        leave_paper(act, PaperKind.SUBMISSION, number=number, issued_on=signed_on)
        enter(dossier=_dossier(act.case), component="D-a", upload=upload, name=name, by=by, at=act.at)
        act.proceed()
    return act.case


def accept_file(*, step_id: int, by: User, at: datetime, sent: Sent | None = None) -> Case:
    """Find the file complete and begin the appraisal (E50), counted from its receipt.

    Raises:
        RuleBroken: a component is missing; the message names it.
    """
    with act_on_step("check_intake", step_id=step_id, by=by, at=at, sent=sent) as act:
        present = set(_dossier(act.case).documents.values_list("component", flat=True))
        missing = components.missing(act.case.rule_set, present, supplied_by=("applicant", "commune"))
        row = find_provision(act.case.rule_set, "E50")
        citation = str(row.citation_shown) if row else ""
        act.move("begin_appraisal", missing=[str(part) for part in missing], citation=citation)
        act.proceed("complete")
    return act.case


@dataclass(frozen=True)
class Point:
    """One point to amend: the component it is about (may be empty) and what is wanted."""

    component: str
    text: str


def ask_supplement_at_intake(
    *, step_id: int, points: Sequence[Point], by: User, at: datetime, sent: Sent | None = None
) -> Case:
    """Find the file incomplete and ask for what is missing (E55); the appraisal has not begun."""
    with act_on_step("check_intake", step_id=step_id, by=by, at=at, sent=sent) as act:
        _ask_supplement(act, points)
        act.proceed("incomplete")
    return act.case


def ask_supplement_in_appraisal(
    *, step_id: int, points: Sequence[Point], by: User, at: datetime, sent: Sent | None = None
) -> Case:
    """Ask for an amendment while appraising (E55); the clock stands still until the answer."""
    with act_on_step("draft_report", step_id=step_id, by=by, at=at, sent=sent) as act:
        _ask_supplement(act, points)
        act.proceed("supplement")
    return act.case


def _ask_supplement(act: Act, points: Sequence[Point]) -> None:
    rules.check_reasons("".join(point.text for point in points))
    dossier = _dossier(act.case)
    round_ = dossier.supplement_requests.count() + 1
    request = SupplementRequest.objects.create(
        dossier=dossier, round=round_, asked_by=act.by, asked_at=act.at
    )
    SupplementItem.objects.bulk_create(
        SupplementItem(request=request, component=point.component, text=point.text) for point in points
    )
    with recorded(dossier, act="ask_supplement", by=act.by, at=act.at, data={"round": round_}):
        dossier.ask_supplement()
    if act.step.clock:
        clocks.stop(act.step.clock, on=act.on, reason=f"E55/{round_}")
    asked = messages.about_dossier(
        "supplement_asked",
        dossier,
        suffix=f"supplement:{round_}",
        agency_id=dossier.applicant_id,
        count=len(points),
    )
    act.messages.append(asked)


def answer_supplement(*, step_id: int, answer: str, by: User, at: datetime, sent: Sent | None = None) -> Case:
    """Answer the request: back to the check, or on with the appraisal, whose clock runs again.

    Before the appraisal has begun its clock counts anew from this receipt (K-2); afterwards the
    days of the supplement are left out (K-3, K-4).
    """
    with act_on_step("supplement", step_id=step_id, by=by, at=at, sent=sent) as act:
        dossier = _dossier(act.case)
        request = dossier.supplement_requests.latest("round")
        request.answer, request.answered_by, request.answered_at = answer, by, act.at
        request.save()
        with recorded(dossier, act="supplement", by=by, at=act.at, data={"round": request.round}):
            dossier.supplement()
        if act.step.clock:
            clocks.resume(act.step.clock, on=act.on)
        if act.case.state == Stage.PROPOSED:
            act.proceed("to_intake", restart=True)
        else:
            act.proceed("to_appraisal")
        if act.case.commune_id:
            answered = messages.about_dossier(
                "supplement_answered",
                dossier,
                suffix=f"answer:{request.round}",
                agency_id=act.case.commune_id,
            )
            act.messages.append(answered)
    return act.case


def plan_consultation(
    *,
    step_id: int,
    agencies: Sequence[Agency],
    question: str,
    answer_by: date,
    by: User,
    at: datetime,
    sent: Sent | None = None,
) -> Case:
    """Ask each of `agencies` for its opinion by the day `answer_by`, which no law sets.

    Source: Decree 32/2024/NĐ-CP, Art. 10(3): "the departments concerned".
    """
    with act_on_step("plan_consultation", step_id=step_id, by=by, at=at, sent=sent) as act:
        days = calendar()
        rules.check_answer_day(answer_by, today=act.on, due_on=act.step.due_on)
        after = None if days.is_working(answer_by) else add_working_days(answer_by, 1, days)
        rules.check_working_day(answer_by, next_working=after)
        rules.check_consulted(len(agencies))
        act.proceed(branches=[Branch(pk, answer_by) for pk in dict.fromkeys(a.pk for a in agencies)])
        OpinionRequest.objects.bulk_create(
            OpinionRequest(
                case=act.case,
                step=step,
                agency_id=step.holder_id,
                question=question,
                answer_by=answer_by,
                asked_by=by,
                asked_at=act.at,
            )
            for step in act.entered
        )
    return act.case


def give_opinion(
    *,
    step_id: int,
    verdict: Verdict,
    reasons: str,
    conditions: str,
    by: User,
    at: datetime,
    sent: Sent | None = None,
) -> Case:
    """Answer the Department's question for one's own agency."""
    with act_on_step("give_opinion", step_id=step_id, by=by, at=at, sent=sent) as act:
        if verdict == Verdict.DISAGREE:
            rules.check_reasons(reasons)
        if verdict == Verdict.AGREE_WITH_CONDITIONS:
            rules.check_reasons(conditions)
        opinion = OpinionRequest.objects.get(step=step_id)
        opinion.verdict, opinion.reasons, opinion.conditions = verdict, reasons, conditions
        opinion.answered_by, opinion.answered_at = by, act.at
        opinion.save()
        act.data["verdict"] = verdict
        act.proceed()
    return act.case


def take_back_consultation(
    *, step_id: int, reason: str, by: User, at: datetime, sent: Sent | None = None
) -> Case:
    """Go on without an agency that has not answered; the reason is kept."""
    take_back = policies.may_take_back_consultation
    with act_on_step("give_opinion", step_id=step_id, by=by, at=at, sent=sent, policy=take_back) as act:
        rules.check_reasons(reason)
        OpinionRequest.objects.filter(step=step_id).update(taken_back=reason)
        act.data["taken_back"] = reason
        act.proceed("taken_back")
    return act.case


def examine_facts(
    *,
    step_id: int,
    facts: Facts,
    paper_number: str = "",
    paper_on: date | None = None,
    by: User,
    at: datetime,
    sent: Sent | None = None,
) -> Case:
    """State for the Department the facts that the conditions are judged by, while the report is drafted.

    They count in place of what the applicant stated; a fact that is None is not stated. The step stays open.

    Raises:
        RuleBroken: the area of the load test comes without the city's paper, or the paper is dated ahead.
    """
    with act_on_case("examine_facts", by=by, at=at, sent=sent, steps=step_id) as act:
        step = Step.objects.select_related("process").get(pk=step_id, name="draft_report")
        check_open(step)
        if not workflow_policies.may_do(step, act.who):
            raise NotYours
        rules.check_area_paper(
            str(facts.get("load_test_area") or ""), number=paper_number, issued_on=paper_on
        )
        if paper_on:
            rules.check_not_future(paper_on, today=act.on, field="paper_on")
        ExaminedFacts.objects.create(
            case=act.case,
            facts=facts,
            paper_number=paper_number.strip(),
            paper_on=paper_on,
            by=by,
            at=act.at,
        )
        act.data |= {"step": step.pk, "number": paper_number.strip()}
    return act.case


def take_silence_for_consent(*, at: datetime) -> int:
    """Close each question whose day has passed without an answer, where silence is consent; return how many.

    Off unless the law or a setting of the city says so (K-8). One that cannot be closed is logged and left
    for the next run.
    """
    closed = 0
    asked = silent(on=local_day(at)).filter(opinion__isnull=False, name="give_opinion").order_by("pk")
    for step_id in list(asked.values_list("pk", flat=True)):
        try:
            closed += _take_silence(step_id, at=at)
        except DomainError as error:
            logger.error("the silence in step %s cannot be taken for consent: %s", step_id, error)
    return closed


def _take_silence(step_id: int, *, at: datetime) -> bool:
    """Close one question as the system; tell whether it was still open."""
    system, policy = User.objects.system(), policies.may_take_silence
    try:
        with act_on_step("give_opinion", step_id=step_id, by=system, at=at, policy=policy) as act:
            OpinionRequest.objects.filter(step=step_id).update(silent_on=act.on)
            assert act.step.clock is not None, "silence speaks only inside a limit"
            basis = clocks.silence_basis(act.step.clock)
            act.data |= {"silent": True, "number": basis}
            act.proceed("silent")
            told = about_step("silence_taken", act.step, case=act.case, suffix="silent", basis=basis)
            act.messages.append(told)
    except StepClosed:
        return False
    return True


def submit_report(
    *,
    step_id: int,
    findings: str,
    recommendation: Recommendation,
    on_untold: str = "",
    by: User,
    at: datetime,
    sent: Sent | None = None,
) -> Case:
    """Hand a version of the appraisal report to review; each hand-in is a version of its own.

    `on_untold` is the drafter's word on the binding conditions that the stated facts cannot tell.

    Raises:
        RuleBroken: the report agrees, and says nothing on them.
    """
    with act_on_step("draft_report", step_id=step_id, by=by, at=at, sent=sent) as act:
        rules.check_outcome(recommendation, kind=act.case.kind)
        if recommendation != Recommendation.REJECT:
            found = selectors.findings(_dossier(act.case), rule_set=act.case.rule_set)
            rules.check_untold(found, word=on_untold)
        last = act.case.reports.aggregate(last=Max("version"))["last"] or 0
        Report.objects.create(
            case=act.case,
            version=last + 1,
            findings=findings,
            on_untold=on_untold,
            recommendation=recommendation,
            drafted_by=by,
            drafted_at=act.at,
        )
        act.proceed("submitted")
        act.data["version"] = last + 1
    return act.case


def approve_report(*, step_id: int, comments: str, by: User, at: datetime, sent: Sent | None = None) -> Case:
    """Approve the report and send it with the file to the city; a second person than its drafter."""
    with act_on_step("review_report", step_id=step_id, by=by, at=at, sent=sent) as act:
        *_earlier, report = reports = list(act.case.reports.select_related("review"))
        Review.objects.create(report=report, approved=True, comments=comments, by=by, at=act.at)
        drafters, reviewers = _people(reports)
        act.move("conclude_appraisal", drafters=drafters, reviewers=reviewers | {by.pk})
        freeze(act, _dossier(act.case), Moment.APPRAISED)
        act.proceed("approved")
        act.data["version"] = report.version
    return act.case


def return_report(*, step_id: int, comments: str, by: User, at: datetime, sent: Sent | None = None) -> Case:
    """Give the report back to be changed, with comments."""
    with act_on_step("review_report", step_id=step_id, by=by, at=at, sent=sent) as act:
        rules.check_reasons(comments)
        report = act.case.reports.latest("version")
        Review.objects.create(report=report, approved=False, comments=comments, by=by, at=act.at)
        act.proceed("returned")
        act.data["version"] = report.version
    return act.case


def decide(
    *,
    step_id: int,
    outcome: Recommendation,
    number: str,
    signed_on: date,
    reasons: str,
    progress: Mapping[MilestoneKind, date] | None = None,
    by: User,
    at: datetime,
    sent: Sent | None = None,
) -> Case:
    """Decide (E70), as a third person: establish or expand the cluster with its investor, or reject.

    `progress` are the days that the decision fixes for what comes after it, which begins at once.

    Raises:
        RuleBroken: a milestone has no day, or one that cannot be.
        NumberTaken: the number stands on another decision of that year.
        RuleBroken: a binding condition of the law fails.
    """
    with act_on_step("decide", step_id=step_id, by=by, at=at, sent=sent) as act:
        check_paper_day(act, signed_on, field="signed_on")
        rules.check_reasons(reasons)
        drafters, reviewers = _people(act.case.reports.select_related("review"))
        dossier = _dossier(act.case)
        agrees = outcome != Recommendation.REJECT
        act.move("establish" if agrees else "reject", drafters=drafters, reviewers=reviewers, decider=by.pk)
        rules.check_outcome(outcome, kind=act.case.kind)
        if agrees:
            found = selectors.findings(dossier, rule_set=act.case.rule_set)
            rules.check_conditions(found, kind=act.case.kind)
        freeze(act, dossier, Moment.DECIDED)
        with recorded(dossier, act="decide", by=by, at=act.at):
            dossier.choose() if agrees else dossier.pass_over()
        _issue(act, outcome, number=number, signed_on=signed_on, reasons=reasons)
        if agrees:
            _enter_in_register(act, dossier, number=number.strip(), signed_on=signed_on)
        _tell_offices(act)
        act.proceed(str(outcome))
        act.data["number"] = number
        if agrees:
            _begin_development(act, progress or {}, number=number, signed_on=signed_on)
    return act.case


def _people(reports: Iterable[Report]) -> tuple[set[int], set[int]]:
    """Return who drafted and who reviewed any version of the report."""
    found = list(reports)
    reviewed = [report.review.by_id for report in found if hasattr(report, "review")]
    return {report.drafted_by_id for report in found}, set(reviewed)


def _tell_offices(act: Act) -> None:
    """Tell every other office that had a part in the case how it ended; the applicant is told anyway.

    Where one has ended since, its successor is told.
    """
    known = successors.heirs(on=act.on)
    took_part = {
        heir.agency_id if (heir := known.of(pk, cluster_id=act.case.cluster_id)) else pk
        for pk in act.case.steps.exclude(agency=None).values_list("agency_id", flat=True)
    }
    own = act.who.agencies() | {act.case.applicant_id}
    act.messages += [about_end(act.case, agency_id) for agency_id in sorted(took_part - own)]


def _issue(act: Act, outcome: Recommendation, *, number: str, signed_on: date, reasons: str) -> None:
    try:
        with transaction.atomic():
            Decision.objects.create(
                case=act.case,
                procedure=act.step.process.procedure,
                round=act.step.process.round,
                outcome=outcome,
                issuer_id=act.step.holder_id,
                number=number.strip(),
                year=signed_on.year,
                signed_on=signed_on,
                reasons=reasons,
                decided_by=act.by,
                decided_at=act.at,
            )
    except IntegrityError as error:
        raise NumberTaken from error


def _enter_in_register(act: Act, dossier: Dossier, *, number: str, signed_on: date) -> None:
    """Tell the register what was decided: the decision, the boundary, and the area of what is expanded."""
    expands = act.case.kind == CaseKind.EXPANSION
    register.record_fact(
        cluster=act.case.cluster,
        kind=FactKind.EXPANSION_DECISION if expands else FactKind.DECISION,
        when=exactly(signed_on),
        number_text=number,
        source=register.OWN,
        at=act.at,
    )
    if expands:
        assert dossier.area_ha is not None
        assert dossier.added_ha is not None
        register.add_area(
            cluster=act.case.cluster,
            before_ha=dossier.area_ha - dossier.added_ha,
            added_ha=dossier.added_ha,
            decided_on=signed_on,
            number_text=number,
            at=act.at,
        )
    if dossier.corners:
        register.record_boundary(
            cluster=act.case.cluster,
            corners=dossier.boundary,
            decided_on=signed_on,
            number_text=number,
            source=register.OWN,
            at=act.at,
        )


def _begin_development(
    act: Act, progress: Mapping[MilestoneKind, date], *, number: str, signed_on: date
) -> None:
    rules.check_whole_progress(progress)
    rules.check_progress(progress, signed_on=signed_on, today=act.on)
    fix_milestones(act, progress, source=number.strip())
    start_process(act, Development)


def send_copy(
    *, step_id: int, number: str, sent_on: date, by: User, at: datetime, sent: Sent | None = None
) -> Case:
    """Send the decision to the ministry (E80); the procedure ends."""
    with act_on_step("send_copy", step_id=step_id, by=by, at=at, sent=sent) as act:
        check_paper_day(act, sent_on, field="sent_on")
        leave_paper(act, PaperKind.COPY, number=number, issued_on=sent_on)
        act.proceed()
    return act.case


def withdraw(*, case_id: int, reason: str, by: User, at: datetime, sent: Sent | None = None) -> Case:
    """Take the proposal back before the decision; every open step closes."""
    with act_on_case("withdraw", by=by, at=at, sent=sent, pk=case_id) as act:
        rules.check_reasons(reason)
        act.move("withdraw")
        dossier = _dossier(act.case)
        with recorded(dossier, act="recall", by=by, at=act.at, data={"reason": reason}):
            dossier.recall()
        _tell_offices(act)
        cancel_open_steps(act)
        act.data = {"reason": reason}
    return act.case


def _dossier(case: Case) -> Dossier:
    """Return the case's dossier, locked: with a single applicant there is one per round."""
    return case.dossiers.select_for_update().latest("pk")
