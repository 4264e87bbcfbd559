"""The establishment procedure, verb by verb: what each leaves behind, for whom, until when."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from types import SimpleNamespace
from typing import Any
from uuid import uuid4

import pytest
from django.db import OperationalError, transaction
from django.utils import timezone

from accounts.models import User
from accounts.states import AgencyKind, Role
from approvals import services as drafts
from approvals.components import missing
from approvals.exceptions import NotADraft, NumberTaken, StaleForm, Unfinished
from approvals.models import Decision, Document, Dossier, OpinionRequest, Paper, Report, Review
from approvals.procedures.establishment import services
from approvals.procedures.establishment.proposals import read_proposal
from approvals.procedures.establishment.services import Point
from approvals.states import DossierState, PaperKind, Recommendation, Verdict
from clusters.models import Cluster
from clusters.states import Stage
from demo import people
from law.clock import add_working_days
from law.rulesets import rule_set_on
from law.selectors import calendar
from notifications import services as notifications
from notifications.models import OutboxRow
from records.clock import local_day
from records.exceptions import AlreadyDone, DomainError, KeyReused
from records.models import AuditRow
from records.services import Sent
from tests.factories import cases
from tests.factories.acts import VERBS, progress, ready
from tests.factories.cases import Walk, begun, case_at, moment, signed_paper
from workflows.exceptions import NotYours, RuleBroken, StepClosed, WrongStage
from workflows.models import Case, Clock, ClockPause, Process, Stay, Step
from workflows.services import close_windows
from workflows.states import Procedure

pytestmark = pytest.mark.django_db

SIX = (
    AgencyKind.FINANCE,
    AgencyKind.CONSTRUCTION,
    AgencyKind.AGRICULTURE_ENVIRONMENT,
    AgencyKind.PLANNING_ARCHITECTURE,
    AgencyKind.POLICE,
    AgencyKind.COMMUNE,
)
VOICES = ("tai", "xuan", "moc", "kien", "an", "binh")


def day(text: str) -> date:
    return moment(text).date()


def due(walk: Walk, name: str) -> date | None:
    """Return the due day of the open step `name`."""
    return walk.case.steps.open().get(name=name).due_on


def open_names(case: Case) -> list[str]:
    return sorted(case.steps.open().values_list("name", flat=True))


def written() -> dict[str, int]:
    """Return how many rows there are of everything that an act may write."""
    models = (
        AuditRow,
        OutboxRow,
        Case,
        Cluster,
        Process,
        Step,
        Stay,
        Clock,
        ClockPause,
        Dossier,
        Document,
        Paper,
        OpinionRequest,
        Report,
        Review,
        Decision,
    )
    return {model.__name__: model._default_manager.count() for model in models}


def told(walk: Walk, kind: str) -> list[OutboxRow]:
    """Return what was told of the case, oldest first."""
    rows = OutboxRow.objects.filter(kind=kind).order_by("pk")
    return [row for row in rows if walk.case.code in row.context["link_args"]]


# --- every verb alike -----------------------------------------------------------------------------
@pytest.mark.parametrize("verb", VERBS)
def test_each_verb_closes_its_step_with_stay_audit_and_telling(verb: str) -> None:
    walk, step, by, call = ready(verb)
    seq, stays, rows = walk.case.audit_seq, walk.case.stay_seq, OutboxRow.objects.count()

    call(step.pk, by=by, at=walk.now)

    case = walk.case
    step.refresh_from_db()
    assert not step.is_open
    assert (step.owner, step.finished) == (by, walk.now)
    assert (case.audit_seq, case.stay_seq) == (seq + 1, stays + 1)
    stay = case.stays.get(seq=stays + 1)
    assert (stay.step, stay.agency_id, stay.owner, stay.left_at) == (step, step.agency_id, by, walk.now)
    assert (stay.name, stay.outcome, stay.paused) == (step.name, step.outcome, step.name == "supplement")
    row = AuditRow.objects.get(subject_kind=Case.subject_kind(), subject_id=case.pk, seq=seq + 1)
    assert (row.actor_id, row.actor_name, row.at) == (by.pk, by.full_name, walk.now)
    assert row.data["step"] == step.pk
    for opened in case.steps.open().filter(created=walk.now).exclude(role=""):
        assert OutboxRow.objects.filter(key=f"step:{opened.pk}:arrived").exists()
    if verb not in ("give_notice", "give_opinion", "take_back_consultation", "send_copy"):
        assert OutboxRow.objects.count() > rows


@pytest.mark.parametrize("verb", VERBS)
def test_nobody_else_does_it_and_nothing_is_written(verb: str) -> None:
    walk, step, by, call = ready(verb)
    before = written()
    for person in people.PEOPLE:
        user = people.user(person.key)
        if user != by:
            with pytest.raises(NotYours, match="not yours to do"):
                call(step.pk, by=user, at=walk.now)
    assert written() == before


@pytest.mark.parametrize("verb", VERBS)
def test_a_step_that_is_done_names_who_did_it_and_when(verb: str) -> None:
    walk, step, by, call = ready(verb)
    call(step.pk, by=by, at=walk.now)
    before = written()

    with pytest.raises(StepClosed) as caught:
        call(step.pk, by=by, at=walk.now + timedelta(hours=1))

    when = timezone.localtime(walk.now).strftime("%d/%m/%Y %H:%M")
    assert str(caught.value.message) == (
        f"{by.full_name} already completed this step on {when}. Nothing was changed by you."
    )
    assert written() == before


@pytest.mark.parametrize("verb", VERBS)
def test_the_same_form_sent_twice_acts_once(verb: str) -> None:
    walk, step, by, call = ready(verb)
    sent = Sent(uuid4(), {"step": step.pk, "text": "a"})
    call(step.pk, by=by, at=walk.now, sent=sent)
    before = written()

    with pytest.raises(AlreadyDone):
        call(step.pk, by=by, at=walk.now, sent=sent)
    assert written() == before

    with pytest.raises(KeyReused, match="another content") as caught:
        call(step.pk, by=by, at=walk.now, sent=Sent(sent.key, {"step": step.pk, "text": "b"}))
    assert caught.value.status == 422
    assert written() == before

    with pytest.raises(KeyReused):
        call(step.pk, by=people.user("hung"), at=walk.now, sent=sent)
    assert written() == before


@pytest.mark.parametrize("verb", VERBS)
def test_a_key_of_another_act_is_refused_and_leaves_nothing(verb: str) -> None:
    walk, step, by, call = ready(verb)
    key = uuid4()
    other = begun(walk.now)
    file(other, sent=Sent(key, {"dossier": "other"}))
    before, stage = written(), walk.case.state

    with pytest.raises(KeyReused):
        call(step.pk, by=by, at=walk.now, sent=Sent(key, {"step": step.pk}))

    assert written() == before
    assert walk.case.state == stage
    assert walk.case.steps.get(pk=step.pk).is_open


@pytest.mark.parametrize("verb", VERBS)
def test_where_telling_fails_nothing_has_happened(verb: str, monkeypatch: pytest.MonkeyPatch) -> None:
    walk, step, by, call = ready(verb)
    before, case = written(), walk.case
    dossier = case.dossiers.get().state

    def fail(*args: object, **kwargs: object) -> int:
        raise RuntimeError("the disk is full")

    monkeypatch.setattr(notifications, "queue", fail)
    with pytest.raises(RuntimeError, match="disk is full"):
        call(step.pk, by=by, at=walk.now)

    now = walk.case
    assert written() == before
    assert (now.state, now.audit_seq, now.stay_seq) == (case.state, case.audit_seq, case.stay_seq)
    assert now.dossiers.get().state == dossier
    assert now.steps.get(pk=step.pk).is_open


# Whoever asked for an opinion may go on without it, claimed or not.
@pytest.mark.parametrize("verb", [verb for verb in VERBS if verb != "take_back_consultation"])
def test_a_claimed_step_is_its_owner_s_alone(verb: str) -> None:
    walk, step, by, call = ready(verb)
    other = cases.colleague(VERBS[verb].key)
    Step.objects.filter(pk=step.pk).update(owner=other, claimed_at=walk.now)

    with pytest.raises(NotYours, match=f"{other.full_name} has claimed this step"):
        call(step.pk, by=by, at=walk.now)
    call(step.pk, by=other, at=walk.now)


def test_a_verb_does_no_other_step_than_its_own() -> None:
    walk, step, by, _ = ready("accept_file")
    with pytest.raises(Step.DoesNotExist):
        services.submit_report(
            step_id=step.pk, findings="x", recommendation=Recommendation.ESTABLISH, by=by, at=walk.now
        )


def test_an_act_that_waited_for_the_lock_happened_after_the_one_before() -> None:
    walk, step, by, _ = ready("give_notice")
    early = walk.case.moved_at - timedelta(minutes=3)
    services.give_notice(
        step_id=step.pk, number="1/TB", published_on=local_day(early), where="x", by=by, at=early
    )
    assert walk.case.moved_at == early + timedelta(minutes=3)


# --- E10: filing ----------------------------------------------------------------------------------
def drafted(walk: Walk, *, without: str = "", listed: Cluster | None = None) -> Dossier:
    """Return a whole draft of the walk's investor, not filed."""
    by = people.user(walk.investor)
    applicant = people.agency_of(people.person(walk.investor))
    draft = drafts.begin(applicant=applicant, by=by, at=walk.now, kind=walk.kind)
    for section, answers in walk._answers(listed).items():
        drafts.save_section(
            dossier_id=draft.pk, section=section, answers=answers, version=0, by=by, at=walk.now
        )
    law = rule_set_on(local_day(walk.now)).code
    for component in (part.code for part in missing(law, set(), supplied_by=("applicant",))):
        if component != without:
            drafts.attach(
                dossier_id=draft.pk, component=component, **signed_paper(component), by=by, at=walk.now
            )
    return Dossier.objects.get(pk=draft.pk)


def file(walk: Walk, draft: Dossier | None = None, *, by: User | None = None, **more: Any) -> Dossier:
    draft = draft or drafted(walk)
    walk.dossier = services.file_dossier(
        dossier_id=draft.pk,
        proposal=read_proposal(draft, today=local_day(walk.now)),
        versions=more.pop("versions", draft.versions),
        by=by or people.user(walk.investor),
        at=more.pop("at", walk.now),
        **more,
    )
    return walk.dossier


def test_filing_opens_the_case_under_the_law_of_the_day_with_a_receipt() -> None:
    walk = begun(moment("05/10/2026"), name="Cụm Thử Một")
    dossier = file(walk)

    case = walk.case
    assert (case.state, case.rule_set, case.kind) == (Stage.PROPOSED, "R4", "new")
    assert case.applicant == people.agency_of(people.person("lan"))
    assert case.commune == people.agency_of(people.person("binh"))
    assert (dossier.state, dossier.filed_at) == (DossierState.FILED, walk.now)
    assert dossier.code.startswith(f"H26-2026-{dossier.pk:05d}-")
    assert dossier.promised_on == day("07/10/2026")
    assert case.cluster.stage == Stage.PROPOSED
    step = case.steps.open().get()
    assert (step.name, step.agency, step.role) == ("give_notice", case.commune, Role.OFFICER)
    assert step.due_on == day("07/10/2026")
    receipt = told(walk, "dossier_filed")
    assert [row.agency for row in receipt] == [case.applicant]
    assert receipt[0].context["promised"] == "07/10/2026"


def test_the_estimate_uses_every_limit_to_its_end() -> None:
    walk = begun(moment("05/10/2026"))
    # 2 days: 07/10; window 5: 14/10; submission 5: 21/10; appraisal 20: 18/11; decision 5: 25/11.
    assert file(walk).estimated_on == day("25/11/2026")


@pytest.mark.parametrize(
    ("filed", "promised"),
    [
        ("05/10/2026", "07/10/2026"),  # Monday
        ("08/10/2026", "12/10/2026"),  # Thursday: over a weekend
        ("09/10/2026", "13/10/2026"),  # Friday
        ("10/10/2026", "13/10/2026"),  # a filing on Saturday counts from Monday on
        ("11/10/2026", "13/10/2026"),  # on Sunday
        ("31/12/2026", "05/01/2027"),  # over New Year's Day, a Friday
        ("01/01/2027", "05/01/2027"),  # a filing on a holiday
        ("28/01/2027", "01/02/2027"),
        ("03/02/2027", "12/02/2027"),  # over Tết, 04/02 to 10/02
        ("05/02/2027", "12/02/2027"),  # in the middle of Tết
        ("29/04/2027", "05/05/2027"),  # 30/04, and 03/05 for 01/05 on a Saturday
        ("20/11/2026", "24/11/2026"),  # 24/11 is not confirmed as a day off, so it counts
    ],
)
def test_the_promised_day_counted_by_hand(filed: str, promised: str) -> None:
    walk = begun(moment(filed))
    assert file(walk).promised_on == day(promised)


def test_a_day_is_that_of_hanoi() -> None:
    walk = begun(moment("05/10/2026", 23, 59))
    assert file(walk).promised_on == day("07/10/2026")
    walk = begun(moment("06/10/2026", 0, 1))
    assert file(walk).promised_on == day("08/10/2026")


def test_a_count_over_expected_days_off_is_not_firm() -> None:
    walk = begun(moment("03/02/2027"))
    file(walk)
    assert walk.case.clocks.get().firm is False
    walk = begun(moment("05/10/2026"))
    file(walk)
    assert walk.case.clocks.get().firm is True


@pytest.mark.parametrize(("filed", "rule_set"), [("14/09/2026", "R3"), ("15/09/2026", "R4")])
def test_a_case_keeps_the_law_of_its_first_day(filed: str, rule_set: str) -> None:
    walk = begun(moment(filed))
    file(walk)
    assert walk.case.rule_set == rule_set
    assert walk.case.clocks.get().rule_set == rule_set


def test_a_missing_calendar_year_refuses_with_its_name_and_files_nothing() -> None:
    walk = begun(moment("31/12/2027"))
    draft = drafted(walk)
    before = written()

    with pytest.raises(DomainError, match="2028"):
        file(walk, draft)

    assert written() == before
    assert Dossier.objects.get(pk=draft.pk).state == DossierState.DRAFT


def test_where_only_the_estimate_reaches_a_missing_year_the_promise_stands() -> None:
    walk = begun(moment("01/12/2027"))
    dossier = file(walk)
    assert dossier.promised_on == day("03/12/2027")
    assert dossier.estimated_on is None


@pytest.mark.parametrize("component", ["D-b1", "D-b2", "D-b3", "D-d"])
def test_a_missing_paper_is_not_filed(component: str) -> None:
    walk = begun()
    draft = drafted(walk, without=component)
    before = written()
    with pytest.raises(Unfinished, match="not complete yet"):
        file(walk, draft)
    assert written() == before


def test_missing_answers_are_not_filed() -> None:
    walk = begun()
    draft = drafted(walk)
    draft.answers.pop("area_ha")
    with pytest.raises(Unfinished):
        read_proposal(draft, today=local_day(walk.now))


def test_a_section_changed_meanwhile_is_told() -> None:
    walk = begun()
    draft = drafted(walk)
    with pytest.raises(StaleForm, match="Somebody else changed"):
        file(walk, draft, versions={**draft.versions, "project": 0})
    assert not Case.objects.exists()


@pytest.mark.parametrize("key", ["hung", "binh", "minh", "chau"])
def test_nobody_files_for_another_organisation(key: str) -> None:
    walk = begun()
    draft = drafted(walk)
    with pytest.raises(NotYours):
        file(walk, draft, by=people.user(key))
    assert not Case.objects.exists()


def test_filing_twice_says_that_it_is_filed() -> None:
    walk = begun()
    draft = drafted(walk)
    sent = Sent(uuid4(), {"dossier": draft.pk})
    file(walk, draft, sent=sent)
    before = written()
    with pytest.raises(AlreadyDone):
        file(walk, draft, sent=sent)
    with pytest.raises(KeyReused):
        file(walk, draft, sent=Sent(sent.key, {"dossier": 0}))
    with pytest.raises(NotADraft, match="has been filed"):
        file(walk, draft, sent=Sent(uuid4(), {"dossier": draft.pk}))
    assert written() == before


def test_filing_leaves_nothing_where_telling_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    walk = begun()
    draft = drafted(walk)
    before = written()

    def fail(*args: object, **kwargs: object) -> int:
        raise RuntimeError("no")

    monkeypatch.setattr(notifications, "queue", fail)
    with pytest.raises(RuntimeError):
        file(walk, draft)
    assert written() == before
    assert Dossier.objects.get(pk=draft.pk).code == ""


def test_a_second_proposal_for_a_cluster_under_way_is_refused() -> None:
    first = case_at("give_notice")
    second = begun(first.now, investor="hung")
    draft = drafted(second)
    proposal = read_proposal(draft, today=local_day(second.now))
    taken = services.Proposal(**{**proposal.__dict__, "cluster_id": first.case.cluster_id})
    before = written()
    with pytest.raises(WrongStage, match="moved on"):
        services.file_dossier(
            dossier_id=draft.pk,
            proposal=taken,
            versions=draft.versions,
            by=people.user("hung"),
            at=second.now,
        )
    assert written() == before
    assert first.case.applicant == people.agency_of(people.person("lan"))


def test_a_withdrawn_cluster_is_proposed_again_as_a_new_case() -> None:
    first = case_at(story="withdrawal")
    assert first.case.state == Stage.WITHDRAWN
    again = begun(first.now + timedelta(days=1), investor="hung")
    draft = drafted(again, listed=first.case.cluster)
    file(again, draft)
    assert again.case.code == f"{first.case.code}-2"
    assert again.case.cluster == first.case.cluster
    assert (again.case.state, first.case.state) == (Stage.PROPOSED, Stage.WITHDRAWN)
    assert again.case.cluster.stage == Stage.PROPOSED


# --- E20, E30, E40 --------------------------------------------------------------------------------
def test_the_window_counts_from_the_day_of_the_notice() -> None:
    walk = case_at("give_notice", at=moment("05/10/2026"))
    walk.now = moment("09/10/2026")
    services.give_notice(
        step_id=walk.open_step("give_notice").pk,
        number=" 12/TB-UBND ",
        published_on=day("06/10/2026"),
        where="Cổng xã",
        by=people.user("binh"),
        at=walk.now,
    )
    paper = walk.case.papers.get()
    assert (paper.kind, paper.number, paper.issued_on) == (
        PaperKind.NOTICE,
        "12/TB-UBND",
        day("06/10/2026"),
    )
    assert due(walk, "receive_files") == day("13/10/2026")


@pytest.mark.parametrize(
    ("published", "words"), [("06/10/2026", "not come yet: 06/10/2026"), ("04/10/2026", "before the step")]
)
def test_a_notice_of_another_time_is_refused(published: str, words: str) -> None:
    walk = case_at("give_notice", at=moment("05/10/2026"))
    before = written()
    with pytest.raises(RuleBroken, match=words):
        services.give_notice(
            step_id=walk.open_step("give_notice").pk,
            number="1",
            published_on=day(published),
            where="x",
            by=people.user("binh"),
            at=moment("05/10/2026", 10),
        )
    assert written() == before


def test_the_submission_counts_from_the_end_of_the_window_however_late_it_was_closed() -> None:
    walk = case_at("receive_files", at=moment("05/10/2026"))
    assert due(walk, "receive_files") == day("13/10/2026")
    assert close_windows(at=moment("13/10/2026", 23, 59)) == []
    assert len(close_windows(at=moment("19/10/2026"))) == 1
    assert due(walk, "submit_file") == day("20/10/2026")
    window = walk.case.stays.get(name="receive_files")
    assert window.left_at == moment("19/10/2026")
    assert window.owner is None


def test_the_submission_is_the_part_that_the_commune_supplies() -> None:
    walk = case_at("submit_file")
    walk.submit_file()
    document = walk.case.dossiers.get().documents.get(component="D-a")
    assert document.uploaded_by == people.user("binh")
    with document.file.open("rb") as stored:
        assert stored.read().startswith(b"\x89PNG")
    assert walk.case.papers.get(kind=PaperKind.SUBMISSION).step.name == "submit_file"


# --- E50, E55: the appraisal and its clock --------------------------------------------------------
def at_intake(received: str = "16/10/2026") -> Walk:
    """Return a case whose file reached the Department on the day `received`."""
    walk = case_at("submit_file", at=moment("05/10/2026"))
    walk.now = moment(received)
    walk.submit_file()
    return walk


@pytest.mark.parametrize(
    ("received", "last_day"),
    [
        ("16/10/2026", "13/11/2026"),
        ("17/10/2026", "13/11/2026"),  # received on a Saturday
        ("15/01/2027", "19/02/2027"),  # over Tết
    ],
)
def test_the_appraisal_counts_from_the_receipt_of_the_file(received: str, last_day: str) -> None:
    walk = at_intake(received)
    assert due(walk, "check_intake") == day(last_day)
    cases.later(walk, 6)
    walk.accept()
    assert due(walk, "plan_consultation") == day(last_day)
    walk.consult(AgencyKind.FINANCE)
    walk.give_opinion("tai")
    assert due(walk, "draft_report") == day(last_day)
    walk.report()
    assert due(walk, "review_report") == day(last_day)
    walk.return_report()
    assert due(walk, "draft_report") == day(last_day)
    assert walk.case.clocks.filter(limit="E50").count() == 1


def test_the_decision_counts_from_the_report() -> None:
    walk = case_at("review_report")
    walk.now = moment("29/10/2026")
    walk.approve()
    assert due(walk, "decide") == day("05/11/2026")


def test_an_incomplete_file_names_what_is_missing_with_the_article() -> None:
    walk = at_intake()
    dossier = walk.case.dossiers.get()
    dossier.documents.filter(component="D-b3").delete()
    with pytest.raises(RuleBroken, match=r"Missing: Location and boundary map\."):
        walk.accept()
    assert walk.case.state == Stage.PROPOSED
    assert open_names(walk.case) == ["check_intake"]


def test_a_supplement_before_the_appraisal_lets_the_clock_begin_anew() -> None:
    walk = at_intake("16/10/2026")
    walk.now = moment("19/10/2026")
    walk.ask_supplement()
    step = walk.case.steps.open().get()
    assert (step.name, step.agency, step.due_on) == ("supplement", walk.case.applicant, None)
    assert walk.case.dossiers.get().state == DossierState.AWAITING_SUPPLEMENT
    assert [row.context["count"] for row in told(walk, "supplement_asked")] == [2]

    walk.now = moment("23/10/2026")
    walk.answer_supplement()
    assert due(walk, "check_intake") == day("20/11/2026")
    assert walk.case.dossiers.get().state == DossierState.FILED
    assert walk.case.clocks.filter(limit="E50").count() == 2
    assert [row.agency for row in told(walk, "supplement_answered")] == [walk.case.commune]


def test_a_supplement_during_the_appraisal_leaves_its_days_out() -> None:
    walk = at_intake("23/10/2026")
    walk.accept()
    walk.consult(AgencyKind.FINANCE)
    walk.give_opinion("tai")
    assert due(walk, "draft_report") == day("20/11/2026")
    walk.now = moment("04/11/2026")
    walk.ask_supplement_in_appraisal()
    walk.now = moment("09/11/2026")
    walk.answer_supplement()
    # 04, 05, 06 and 09/11 are not counted: four working days later, 24/11 being counted.
    assert due(walk, "draft_report") == day("26/11/2026")
    assert walk.case.state == Stage.UNDER_APPRAISAL


def test_a_supplement_answered_on_the_same_day_costs_that_day() -> None:
    walk = at_intake("23/10/2026")
    walk.accept()
    walk.consult(AgencyKind.FINANCE)
    walk.give_opinion("tai")
    walk.now = moment("04/11/2026", 9)
    walk.ask_supplement_in_appraisal()
    walk.now = moment("04/11/2026", 15)
    walk.answer_supplement()
    assert due(walk, "draft_report") == day("23/11/2026")


def test_two_supplements_in_a_row_both_leave_their_days_out() -> None:
    walk = at_intake("23/10/2026")
    walk.accept()
    walk.consult(AgencyKind.FINANCE)
    walk.give_opinion("tai")
    for asked, answered in (("28/10/2026", "30/10/2026"), ("04/11/2026", "06/11/2026")):
        walk.now = moment(asked)
        walk.ask_supplement_in_appraisal()
        walk.now = moment(answered)
        walk.answer_supplement()
    # 20/11 and six working days.
    assert due(walk, "draft_report") == day("30/11/2026")
    requests = walk.case.dossiers.get().supplement_requests.all()
    assert [request.round for request in requests] == [1, 2]
    assert all(request.answered_by == people.user("lan") for request in requests)


def test_a_request_without_a_point_is_refused() -> None:
    walk = at_intake()
    before = written()
    for points in ([], [Point("D-d", " ")]):
        with pytest.raises(RuleBroken, match="Give the reasons"):
            services.ask_supplement_at_intake(
                step_id=walk.open_step("check_intake").pk,
                points=points,
                by=people.user("minh"),
                at=walk.now,
            )
    assert written() == before


def test_papers_are_added_while_a_supplement_is_asked_for_and_not_after() -> None:
    walk = case_at("supplement", story="supplement")
    dossier, by = walk.case.dossiers.get(), people.user("lan")
    drafts.attach(dossier_id=dossier.pk, component="D-d", **signed_paper("x"), by=by, at=walk.now)
    walk.answer_supplement()
    with pytest.raises(NotADraft):
        drafts.attach(dossier_id=dossier.pk, component="D-d", **signed_paper("y"), by=by, at=walk.now)
    document = dossier.documents.first()
    assert document is not None
    with pytest.raises(NotADraft):
        drafts.detach(document_id=document.pk, by=by, at=walk.now)


# --- consultations --------------------------------------------------------------------------------
@pytest.mark.parametrize("number", [1, 2, 6])
def test_as_many_steps_as_agencies_and_the_last_answer_joins_once(number: int) -> None:
    walk = case_at("plan_consultation")
    walk.consult(*SIX[:number])
    asked = walk.case.steps.open()
    assert {step.agency.kind for step in asked if step.agency} == set(SIX[:number])
    assert {opinion.step_id for opinion in walk.case.opinions.all()} == {step.pk for step in asked}

    for answered, key in enumerate(VOICES[:number], 1):
        assert walk.case.steps.filter(name="draft_report").count() == 0
        walk.give_opinion(key)
        assert walk.case.steps.open().filter(name="give_opinion").count() == number - answered

    assert open_names(walk.case) == ["draft_report"]
    assert walk.case.steps.filter(name="draft_report").count() == 1
    assert walk.case.steps.filter(name="opinions_in").count() == 1
    assert walk.case.opinions.exclude(verdict="").count() == number


def test_opinions_stand_under_the_officer_s_day_and_not_under_a_limit() -> None:
    walk = case_at("plan_consultation")
    walk.consult(*SIX[:2])
    opinion = walk.case.opinions.first()
    assert opinion is not None
    for step in walk.case.steps.open():
        assert step.due_on == opinion.answer_by
        assert step.flow_task.limit == ""


def test_asking_nobody_is_refused() -> None:
    walk = case_at("plan_consultation")
    before = written()
    with pytest.raises(RuleBroken, match="at least one agency"):
        services.plan_consultation(
            step_id=walk.open_step("plan_consultation").pk,
            agencies=[],
            question="",
            answer_by=add_working_days(local_day(walk.now), 5, calendar()),
            by=people.user("minh"),
            at=walk.now,
        )
    assert written() == before


def test_the_same_agency_is_asked_once() -> None:
    walk = case_at("plan_consultation")
    finance = people.agency_of(people.person("tai"))
    services.plan_consultation(
        step_id=walk.open_step("plan_consultation").pk,
        agencies=[finance, finance],
        question="",
        answer_by=add_working_days(local_day(walk.now), 5, calendar()),
        by=people.user("minh"),
        at=walk.now,
    )
    assert open_names(walk.case) == ["give_opinion"]


def test_a_day_off_is_no_last_day_for_an_answer() -> None:
    walk = case_at("plan_consultation")
    before = written()
    today = local_day(walk.now)
    sunday = today + timedelta(days=6 - today.weekday())
    with pytest.raises(
        RuleBroken, match=f"{sunday:%d/%m/%Y} is a day off. The next working day is"
    ) as refused:
        services.plan_consultation(
            step_id=walk.open_step("plan_consultation").pk,
            agencies=[people.agency_of(people.person("tai"))],
            question="",
            answer_by=sunday,
            by=people.user("minh"),
            at=walk.now,
        )
    assert refused.value.details["field"] == "answer_by"
    assert written() == before


def test_every_office_that_had_a_part_hears_of_the_decision() -> None:
    walk = case_at("decide")
    walk.decide()
    told = OutboxRow.objects.filter(kind="case_ended").values_list("agency__kind", flat=True)
    assert sorted(told) == [
        AgencyKind.AGRICULTURE_ENVIRONMENT,
        AgencyKind.COMMUNE,
        AgencyKind.CONSTRUCTION,
        AgencyKind.FINANCE,
        AgencyKind.INDUSTRY_TRADE,
    ]


def test_who_drafted_an_early_version_does_not_approve_a_later_one() -> None:
    walk = case_at("review_report")
    minh, second = cases.appoint("minh", Role.REVIEWER), cases.colleague("minh")
    walk.return_report()
    services.submit_report(
        step_id=walk.open_step("draft_report").pk,
        findings="x",
        on_untold="x",
        recommendation=Recommendation.ESTABLISH,
        by=second,
        at=walk.now,
    )
    step = walk.open_step("review_report")
    with pytest.raises(RuleBroken, match="cannot also approve"):
        services.approve_report(step_id=step.pk, comments="", by=minh, at=walk.now)


def test_going_on_without_an_answer_is_noted_and_joins() -> None:
    walk = case_at("plan_consultation")
    walk.consult(*SIX[:2])
    walk.give_opinion("tai")
    step = walk.case.steps.open().get(name="give_opinion")
    services.take_back_consultation(step_id=step.pk, reason="Đã quá hạn", by=people.user("minh"), at=walk.now)
    assert open_names(walk.case) == ["draft_report"]
    opinion = OpinionRequest.objects.get(step=step)
    assert (opinion.taken_back, opinion.verdict, opinion.answered_by) == ("Đã quá hạn", "", None)
    with pytest.raises(StepClosed, match="Hoàng Đức Minh already completed"):
        VERBS["give_opinion"].call(step.pk, by=people.user("xuan"), at=walk.now)


def test_taking_back_asks_for_a_reason() -> None:
    walk, step, by, _ = ready("take_back_consultation")
    with pytest.raises(RuleBroken, match="Give the reasons"):
        services.take_back_consultation(step_id=step.pk, reason=" ", by=by, at=walk.now)
    assert walk.case.steps.get(pk=step.pk).is_open


@pytest.mark.parametrize(
    ("verdict", "reasons", "conditions"),
    [(Verdict.DISAGREE, "", "x"), (Verdict.AGREE_WITH_CONDITIONS, "x", " ")],
)
def test_a_reserved_opinion_gives_its_reasons(verdict: Verdict, reasons: str, conditions: str) -> None:
    walk, step, by, _ = ready("give_opinion")
    with pytest.raises(RuleBroken, match="Give the reasons"):
        services.give_opinion(
            step_id=step.pk, verdict=verdict, reasons=reasons, conditions=conditions, by=by, at=walk.now
        )


def test_another_office_does_not_answer_in_its_place() -> None:
    walk, step, _, call = ready("give_opinion")
    with pytest.raises(NotYours):
        call(step.pk, by=people.user("xuan"), at=walk.now)


def test_a_second_round_of_the_procedure_joins_its_own_opinions_only() -> None:
    first = case_at("plan_consultation")
    second = case_at("plan_consultation", at=first.now + timedelta(minutes=1))
    for walk in (first, second):
        walk.consult(*SIX[:2])
    first.give_opinion("tai")
    first.give_opinion("xuan")
    assert open_names(first.case) == ["draft_report"]
    assert open_names(second.case) == ["give_opinion", "give_opinion"]
    second.give_opinion("tai")
    assert open_names(second.case) == ["give_opinion"]


# --- drafter, reviewer, decider -------------------------------------------------------------------
def test_a_drafter_does_not_review_their_own_report() -> None:
    walk = case_at("review_report")
    minh = cases.appoint("minh", Role.REVIEWER)
    before = written()
    with pytest.raises(RuleBroken, match="drafted or reviewed a report cannot also approve"):
        services.approve_report(step_id=walk.open_step("review_report").pk, comments="", by=minh, at=walk.now)
    assert written() == before
    assert walk.case.state == Stage.UNDER_APPRAISAL


@pytest.mark.parametrize("key", ["minh", "thao"])
def test_neither_drafter_nor_reviewer_decides(key: str) -> None:
    from accounts.models import Membership

    walk = case_at("decide")
    user = people.user(key)
    city = people.agency_of(people.person("chau"))
    Membership.objects.create(user=user, agency=city, role=Role.LEADER, valid_from=people.SINCE)
    step, before = walk.open_step("decide"), written()
    for outcome in Recommendation:
        with pytest.raises(RuleBroken, match="cannot also approve it or decide"):
            services.decide(
                step_id=step.pk,
                outcome=outcome,
                number="1/QĐ",
                signed_on=local_day(walk.now),
                reasons="x",
                by=user,
                at=walk.now,
            )
    assert written() == before


def test_a_returned_report_comes_back_as_a_new_version() -> None:
    walk = case_at("review_report")
    with pytest.raises(RuleBroken, match="Give the reasons"):
        services.return_report(
            step_id=walk.open_step("review_report").pk, comments="", by=people.user("thao"), at=walk.now
        )
    walk.return_report()
    walk.report()
    walk.approve()
    versions = walk.case.reports.order_by("version")
    assert [report.version for report in versions] == [1, 2]
    assert [report.review.approved for report in versions] == [False, True]
    assert walk.case.state == Stage.APPRAISED


# --- E70, E80 -------------------------------------------------------------------------------------
def decision(walk: Walk, **told: Any) -> dict[str, Any]:
    usual = {
        "step_id": walk.open_step("decide").pk,
        "outcome": Recommendation.ESTABLISH,
        "number": "5123/QĐ-UBND",
        "signed_on": local_day(walk.now),
        "reasons": "Theo báo cáo",
        "progress": progress(local_day(walk.now)),
        "by": people.user("chau"),
        "at": walk.now,
    }
    return usual | told


def test_establishing_chooses_the_applicant_and_leaves_a_decision_and_a_fact() -> None:
    walk = case_at("decide")
    services.decide(**decision(walk, number=" 5123/QĐ-UBND "))
    case = walk.case
    assert case.state == case.cluster.stage == Stage.ESTABLISHED
    assert case.dossiers.get().state == DossierState.CHOSEN
    decided = case.decisions.get()
    assert (decided.number, decided.round, decided.outcome) == ("5123/QĐ-UBND", 1, "establish")
    assert decided.issuer == people.agency_of(people.person("chau"))
    assert open_names(case) == ["send_copy", "submit_plan"]
    assert case.cluster.facts.get().number_text == "5123/QĐ-UBND"
    assert [row.agency for row in told(walk, "stage_moved")][-1] == case.applicant


def test_rejecting_ends_the_procedure() -> None:
    walk = case_at("decide", story="rejection")
    services.decide(**decision(walk, outcome=Recommendation.REJECT))
    case = walk.case
    assert case.state == Stage.REJECTED
    assert case.dossiers.get().state == DossierState.NOT_SELECTED
    assert not case.steps.filter(finished=None).exists()
    assert case.processes.get().status == "DONE"


def test_a_number_stands_once_a_year_and_nothing_is_half_done() -> None:
    first, second = case_at("decide"), case_at("decide")
    second.now = first.now
    services.decide(**decision(first))
    before = written()
    with pytest.raises(NumberTaken, match="already given to another paper of this year"):
        services.decide(**decision(second, number=" 5123/QĐ-UBND"))
    assert written() == before
    assert second.case.state == Stage.APPRAISED
    services.decide(**decision(second, number="5124/QĐ-UBND"))


def test_the_same_number_is_free_in_another_year() -> None:
    first = case_at("decide")
    services.decide(**decision(first))
    second = case_at("decide", at=moment("04/01/2027"))
    services.decide(**decision(second))
    assert Decision.objects.filter(number="5123/QĐ-UBND").count() == 2


@pytest.mark.parametrize("shift", [1, -60])
def test_a_decision_of_another_time_is_refused(shift: int) -> None:
    walk = case_at("decide")
    before = written()
    with pytest.raises(RuleBroken):
        services.decide(**decision(walk, signed_on=local_day(walk.now) + timedelta(days=shift)))
    assert written() == before


def test_a_decision_gives_its_grounds() -> None:
    walk = case_at("decide")
    with pytest.raises(RuleBroken, match="Give the reasons"):
        services.decide(**decision(walk, reasons="\n"))


def test_the_copy_ends_the_process() -> None:
    walk = case_at("send_copy")
    walk.send_copy()
    case = walk.case
    assert case.state == Stage.ESTABLISHED
    process = case.processes.get(procedure=Procedure.ESTABLISHMENT)
    assert (process.status, process.finished) == ("DONE", walk.now)
    assert open_names(case) == ["submit_plan"]
    assert case.papers.get(kind=PaperKind.COPY).by == people.user("van")


# --- withdrawal -----------------------------------------------------------------------------------
BEFORE_DECISION = [
    "give_notice",
    "receive_files",
    "submit_file",
    "check_intake",
    "supplement",
    "plan_consultation",
    "give_opinion",
    "draft_report",
    "review_report",
]


@pytest.mark.parametrize("name", [*BEFORE_DECISION, "decide"])
def test_a_withdrawal_closes_all(name: str) -> None:
    walk = case_at(name, story="supplement" if name == "supplement" else "single")
    opened = set(walk.case.steps.open().values_list("pk", flat=True))
    walk.withdraw()
    case = walk.case
    assert case.state == case.cluster.stage == Stage.WITHDRAWN
    assert case.dossiers.get().state == DossierState.RECALLED
    assert not case.steps.filter(finished=None).exists()
    assert case.processes.get().status == "CANCELED"
    stays = case.stays.filter(step__in=opened)
    assert {stay.outcome for stay in stays} == {"withdrawn"}
    assert stays.count() == len(opened)


@pytest.mark.parametrize(("step", "story"), [("send_copy", "single"), ("", "single"), ("", "rejection")])
def test_after_the_decision_nothing_is_taken_back(step: str, story: str) -> None:
    walk = case_at(step, story=story)
    before = written()
    with pytest.raises(WrongStage, match="moved on; this is no longer possible"):
        walk.withdraw()
    assert written() == before


def test_only_the_applicant_withdraws_and_says_why() -> None:
    walk = case_at("draft_report")
    before = written()
    for person in people.PEOPLE:
        if person.key != "lan":
            with pytest.raises(NotYours):
                services.withdraw(case_id=walk.case.pk, reason="x", by=people.user(person.key), at=walk.now)
    with pytest.raises(RuleBroken, match="Give the reasons"):
        services.withdraw(case_id=walk.case.pk, reason=" ", by=people.user("lan"), at=walk.now)
    assert written() == before


def test_a_withdrawal_sent_twice_is_one() -> None:
    walk = case_at("draft_report")
    sent = Sent(uuid4(), {"case": walk.case.pk, "reason": "x"})
    call: dict[str, Any] = {"case_id": walk.case.pk, "reason": "x", "by": people.user("lan"), "at": walk.now}
    services.withdraw(**call, sent=sent)
    before = written()
    with pytest.raises(AlreadyDone):
        services.withdraw(**call, sent=sent)
    with pytest.raises(KeyReused):
        services.withdraw(**call, sent=Sent(sent.key, {"case": 0}))
    with pytest.raises(WrongStage):
        services.withdraw(**call, sent=Sent(uuid4(), {"case": walk.case.pk}))
    assert written() == before


def test_who_was_at_work_is_told_of_a_withdrawal() -> None:
    walk = case_at("draft_report")
    walk.withdraw()
    department = people.agency_of(people.person("minh"))
    assert [row.agency for row in told(walk, "step_withdrawn")] == [department]
    assert told(walk, "stage_moved")[-1].agency == walk.case.applicant


# --- drafts ---------------------------------------------------------------------------------------
def test_a_draft_is_begun_only_for_one_s_own_organisation() -> None:
    cases.settle()
    lan, hung = people.agency_of(people.person("lan")), people.user("hung")
    with pytest.raises(NotYours):
        drafts.begin(applicant=lan, by=hung, at=moment("05/10/2026"))
    assert not Dossier.objects.exists()


def test_a_section_saved_by_somebody_else_is_not_overwritten() -> None:
    walk = begun()
    draft = drafted(walk)
    save: dict[str, Any] = {
        "dossier_id": draft.pk,
        "section": "project",
        "by": people.user("lan"),
        "at": walk.now,
    }
    drafts.save_section(**save, answers={"goals": "one"}, version=1)
    with pytest.raises(StaleForm):
        drafts.save_section(**save, answers={"goals": "two"}, version=1)
    kept = Dossier.objects.get(pk=draft.pk)
    assert (kept.answers["goals"], kept.versions["project"]) == ("one", 2)
    with pytest.raises(NotYours):
        drafts.save_section(**save | {"by": people.user("hung")}, answers={"goals": "x"}, version=2)


def test_a_thrown_away_draft_takes_its_files_along(
    django_capture_on_commit_callbacks: Any, files: Any
) -> None:
    walk = begun()
    draft = drafted(walk)
    assert len(list(files.rglob("*.png"))) == 4
    with django_capture_on_commit_callbacks(execute=True):
        drafts.delete_draft(dossier_id=draft.pk, by=people.user("lan"), at=walk.now)
    assert list(files.rglob("*.png")) == []
    assert not Dossier.objects.exists()


def test_a_filed_dossier_is_not_thrown_away() -> None:
    walk = case_at("give_notice")
    with pytest.raises(NotADraft):
        drafts.delete_draft(dossier_id=walk.case.dossiers.get().pk, by=people.user("lan"), at=walk.now)


def test_no_row_stands_without_its_file(files: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    walk = begun()
    by = people.user("lan")
    draft = drafts.begin(applicant=people.agency_of(people.person("lan")), by=by, at=walk.now)

    def fail(*args: object, **kwargs: object) -> Document:
        raise RuntimeError("no row")

    monkeypatch.setattr(Document.objects, "create", fail)
    with pytest.raises(RuntimeError):
        drafts.attach(dossier_id=draft.pk, component="D-d", **signed_paper(), by=by, at=walk.now)
    assert list(files.rglob("*.png")) == []


def test_a_file_that_does_not_reach_the_disk_is_no_document(
    files: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    walk = begun()
    by = people.user("lan")
    draft = drafts.begin(applicant=people.agency_of(people.person("lan")), by=by, at=walk.now)

    def fail(handle: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", fail)
    with pytest.raises(OSError, match="No space"):
        drafts.attach(dossier_id=draft.pk, component="D-d", **signed_paper(), by=by, at=walk.now)
    assert list(files.rglob("*.png")) == []
    assert not draft.documents.exists()


@pytest.mark.parametrize("is_away", [False, True], ids=["is back at once", "stays away"])
def test_a_file_stays_where_the_database_went_away_in_the_commit(
    files: Any, monkeypatch: pytest.MonkeyPatch, *, is_away: bool
) -> None:
    walk = begun()
    by = people.user("lan")
    draft = drafts.begin(applicant=people.agency_of(people.person("lan")), by=by, at=walk.now)

    def gone(*args: object, **kwargs: object) -> Any:
        raise OperationalError("server closed the connection unexpectedly")

    @contextmanager
    def answer_lost() -> Iterator[None]:
        with transaction.atomic():
            yield
        if is_away:
            monkeypatch.setattr(Document.objects, "filter", gone)
        gone()

    monkeypatch.setattr(drafts, "transaction", SimpleNamespace(atomic=answer_lost))
    with pytest.raises(OperationalError):
        drafts.attach(dossier_id=draft.pk, component="D-d", **signed_paper(), by=by, at=walk.now)
    assert [str(file.relative_to(files)) for file in files.rglob("*.png")] == [
        draft.documents.get().file.name
    ]


def test_no_file_stands_without_its_row(files: Any) -> None:
    walk, step, by, submit = ready("submit_file")
    key = uuid4()
    file(begun(walk.now), sent=Sent(key, {"dossier": "other"}))
    before = set(files.rglob("*.png"))
    with pytest.raises(KeyReused):
        submit(step.pk, by=by, at=walk.now, sent=Sent(key, {"step": step.pk}))
    assert set(files.rglob("*.png")) == before
    submit(step.pk, by=by, at=walk.now)
    assert len(set(files.rglob("*.png")) - before) == 1
