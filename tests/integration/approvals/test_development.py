"""From the decision to operation: what each step asks, refuses and leaves behind."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import User
from approvals.exceptions import AlreadyFollowed
from approvals.procedures.development import services
from approvals.procedures.development.services import StartPaper
from approvals.procedures.establishment import services as establishment
from approvals.states import PaperKind, Recommendation
from clusters import services as register
from clusters.models import Cluster
from clusters.states import FactKind, Kind, Stage
from demo import people
from notifications.models import OutboxRow
from records.clock import local_day
from records.models import AuditRow
from tests.factories import cases
from tests.factories.acts import progress
from tests.factories.cases import Walk, case_at, moment
from tests.factories.fixtures import english, files, it_is
from workflows import selectors as workflow
from workflows.exceptions import NotYours, RuleBroken, StepClosed, WrongStage
from workflows.models import Case, Milestone, Stay
from workflows.services import adopt
from workflows.states import CaseKind, MilestoneKind

__all__ = ["english", "files", "it_is"]
pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("files", "english")]
Tell = Callable[[datetime], None]


def after_decision(step: str = "", **how: Any) -> Walk:
    return case_at(step, story="operation", **how)


def open_names(case: Case) -> set[str]:
    return set(case.steps.open().values_list("name", flat=True))


def day_of(walk: Walk) -> date:
    return local_day(walk.now)


def written() -> tuple[int, ...]:
    return (AuditRow.objects.count(), Stay.objects.count(), OutboxRow.objects.count())


def paper(walk: Walk, name: str, **told: Any) -> dict[str, Any]:
    usual = {
        "step_id": walk.open_step(name).pk,
        "step": name,
        "number": "12/QĐ",
        "issued_on": day_of(walk),
        "at": walk.now,
    }
    return usual | told


def start_papers(walk: Walk, **changed: StartPaper) -> dict[str, StartPaper]:
    return dict.fromkeys(services.START_PAPERS, StartPaper("7/BB", day_of(walk))) | changed


# --- the decision fixes the progress --------------------------------------------------------------
def decide(walk: Walk, **told: Any) -> None:
    usual: dict[str, Any] = {
        "step_id": walk.open_step("decide").pk,
        "outcome": Recommendation.ESTABLISH,
        "number": "5123/QĐ-UBND",
        "signed_on": day_of(walk),
        "reasons": "Theo báo cáo",
        "progress": progress(day_of(walk)),
        "by": people.user("chau"),
        "at": walk.now,
    }
    establishment.decide(**usual | told)


def test_the_decision_fixes_four_days_and_opens_the_first_step_for_its_investor() -> None:
    walk = case_at("decide")
    decide(walk)
    case = walk.case
    assert {m.kind: m.planned_on for m in case.milestones.all()} == progress(day_of(walk))
    assert {m.source for m in case.milestones.all()} == {"5123/QĐ-UBND"}
    step = case.steps.open().get(name="submit_plan")
    assert step.agency == case.applicant
    assert step.due_on == progress(day_of(walk))[MilestoneKind.PLAN]
    assert OutboxRow.objects.filter(kind="step_arrived", agency=case.applicant, key__contains=str(step.pk))


@pytest.mark.parametrize("missing", MilestoneKind)
def test_a_decision_without_a_day_for_each_milestone_is_refused(missing: MilestoneKind) -> None:
    walk = case_at("decide")
    days, before = progress(day_of(walk)), written()
    del days[missing]
    with pytest.raises(RuleBroken, match="decision's progress fixes") as refused:
        decide(walk, progress=days)
    assert refused.value.details["field"] == f"progress_{missing}"
    assert written() == before
    assert walk.case.state == Stage.APPRAISED


def test_milestones_follow_the_signature_and_one_another() -> None:
    walk = case_at("decide")
    days = progress(day_of(walk))
    with pytest.raises(RuleBroken, match="must lie after"):
        decide(walk, progress=days | {MilestoneKind.PLAN: day_of(walk)})
    with pytest.raises(RuleBroken, match="must lie after") as refused:
        decide(walk, progress=days | {MilestoneKind.LAND: days[MilestoneKind.GROUNDBREAKING]})
    assert refused.value.details["field"] == "progress_groundbreaking"


def test_a_milestone_beyond_any_projects_life_is_a_slip_of_the_year() -> None:
    walk = case_at("decide")
    days = progress(day_of(walk)) | {MilestoneKind.OPERATION: date(9999, 12, 31)}
    with pytest.raises(RuleBroken, match="Look at the year"):
        decide(walk, progress=days)


def test_a_rejection_needs_no_progress_and_opens_nothing() -> None:
    walk = case_at("decide", story="rejection")
    decide(walk, outcome=Recommendation.REJECT, progress={})
    assert not Milestone.objects.exists()
    assert open_names(walk.case) == set()


# --- the way --------------------------------------------------------------------------------------
def test_the_first_plan_begins_the_preparation_and_a_returned_one_stays_there() -> None:
    walk = after_decision("approve_plan")
    assert walk.case.state == Stage.PREPARING
    walk.give_back("approve_plan", "kien", "Thiếu bản đồ.")
    assert open_names(walk.case) == {"submit_plan"}
    assert walk.case.state == Stage.PREPARING
    assert walk.case.papers.get(kind=PaperKind.RETURNED).note == "Thiếu bản đồ."
    walk.hand_in("submit_plan", "TTr")
    assert open_names(walk.case) == {"approve_plan"}


def test_environment_and_land_run_side_by_side_and_the_permit_waits_for_both() -> None:
    walk = after_decision("request_licence")
    assert open_names(walk.case) == {"request_licence", "clear_land"}
    walk.hand_in("clear_land", "BC")
    walk.grant("lease_land", "moc", "QĐ")
    assert open_names(walk.case) == {"request_licence"}
    walk.hand_in("request_licence", "ĐN")
    walk.grant("issue_licence", "moc", "XN", outcome="registered")
    assert open_names(walk.case) == {"request_permit"}


def test_an_arm_that_goes_round_still_joins_once() -> None:
    walk = after_decision("request_licence")
    for _ in range(2):
        walk.hand_in("request_licence", "ĐN")
        walk.give_back("issue_licence", "moc", "Thiếu nguồn tiếp nhận.")
    walk.hand_in("clear_land", "BC")
    walk.give_back("lease_land", "moc", "Còn hai hộ.")
    walk.hand_in("clear_land", "BC")
    walk.grant("lease_land", "moc", "QĐ")
    walk.hand_in("request_licence", "ĐN")
    assert open_names(walk.case) == {"issue_licence"}
    walk.grant("issue_licence", "moc", "GP")
    assert open_names(walk.case) == {"request_permit"}


def test_the_tracker_tells_only_what_is_still_to_come() -> None:
    walk = after_decision("request_licence")
    walk.hand_in("clear_land", "BC")
    walk.grant("lease_land", "moc", "QĐ")
    coming = [str(stop.title) for stop in workflow.tracker(walk.case) if stop.state == "next"]
    assert coming[:3] == ["Environmental licence", "Request for the building permit", "Building permit"]
    assert "Land lease and handover" not in coming
    assert coming[-1] == "Start of operation"


def test_a_limit_counts_from_receipt_where_its_law_is_in_force_and_the_milestone_holds_elsewhere() -> None:
    early = after_decision("approve_plan").case.steps.open().get(name="approve_plan")
    assert early.clock is None
    assert early.due_on == early.case.milestones.get(kind=MilestoneKind.PLAN).planned_on
    assert workflow.deadline_of(early) == (None, None)
    walk = case_at("decide", at=moment("05/10/2026"))
    decide(walk)
    walk.hand_in("submit_plan", "TTr")
    step = walk.case.steps.open().get(name="approve_plan")
    assert step.clock
    assert (step.clock.limit, step.due_on) == ("P13", step.clock.due_on)
    deadline, row = workflow.deadline_of(step)
    assert deadline
    assert row
    assert (deadline.days_used, row.step) == (8, "P13")


def test_a_limit_counts_anew_when_the_file_comes_again() -> None:
    walk = case_at("decide", at=moment("05/10/2026"))
    decide(walk)
    walk.hand_in("submit_plan", "TTr")
    first = walk.case.steps.open().get(name="approve_plan").due_on
    walk.give_back("approve_plan", "kien", "Thiếu.")
    cases.later(walk, 5)
    walk.hand_in("submit_plan", "TTr")
    second = walk.case.steps.open().get(name="approve_plan").due_on
    assert first
    assert second
    assert second > first


def test_lease_and_start_leave_their_days_in_the_register() -> None:
    walk = after_decision("lease_land")
    walk.grant("lease_land", "moc", "QĐ-UBND")
    leased = walk.case.cluster.facts.standing().get(kind=FactKind.LAND_LEASE)
    assert (leased.earliest, leased.source) == (day_of(walk), "Khởi Công")
    walk = after_decision("break_ground")
    walk.break_ground()
    started = walk.case.cluster.facts.standing().get(kind=FactKind.GROUNDBREAKING)
    assert started.earliest == day_of(walk)
    assert walk.case.state == walk.case.cluster.stage == Stage.UNDER_CONSTRUCTION


def test_the_whole_way_ends_in_operation_with_every_step_stayed_in() -> None:
    walk = after_decision()
    case = walk.case
    assert case.state == case.cluster.stage == Stage.OPERATING
    assert open_names(case) == set()
    assert set(case.processes.values_list("status", flat=True)) == {"DONE"}
    assert {stop.state for stop in workflow.tracker(case)} == {"done"}


# --- what is refused ------------------------------------------------------------------------------
@pytest.mark.parametrize("condition", services.START_PAPERS)
def test_groundbreaking_needs_each_of_the_five_papers(condition: str) -> None:
    walk = after_decision("break_ground")
    before = written()
    with pytest.raises(RuleBroken, match=r"Art\. 48\(1\)"):
        services.break_ground(
            step_id=walk.open_step("break_ground").pk,
            papers=start_papers(walk, **{condition: StartPaper(" ", day_of(walk))}),
            started_on=day_of(walk),
            by=people.user("lan"),
            at=walk.now,
        )
    assert written() == before
    assert walk.case.state == Stage.PREPARING


def test_the_works_start_neither_ahead_nor_before_the_notice() -> None:
    walk = after_decision("break_ground")
    common: dict[str, Any] = {
        "step_id": walk.open_step("break_ground").pk,
        "papers": start_papers(walk),
        "by": people.user("lan"),
        "at": walk.now,
    }
    for shift, reason in ((1, "not come yet"), (-1, "commencement notice")):
        with pytest.raises(RuleBroken, match=reason) as refused:
            services.break_ground(started_on=day_of(walk) + timedelta(days=shift), **common)
        assert refused.value.details["field"] == "started_on"
    assert walk.case.state == Stage.PREPARING


def test_the_works_start_neither_before_the_decision_nor_in_another_age() -> None:
    walk = after_decision("break_ground")
    long_ago = date(1, 1, 1)
    with pytest.raises(RuleBroken, match="Look at the year") as refused:
        services.break_ground(
            step_id=walk.open_step("break_ground").pk,
            papers=start_papers(walk, notice=StartPaper("1/TB", long_ago)),
            started_on=long_ago,
            by=people.user("lan"),
            at=walk.now,
        )
    assert refused.value.details["field"] == "started_on"


def test_the_record_of_groundbreaking_names_all_five_papers() -> None:
    walk = after_decision("break_ground")
    walk.break_ground()
    row = AuditRow.objects.get(act="break_ground", subject_id=walk.case.pk)
    assert set(row.data["numbers"]) == set(services.START_PAPERS)


def test_a_cluster_does_not_operate_before_its_wastewater_works_are_accepted() -> None:
    walk = after_decision("open_operation")
    walk.case.papers.filter(kind=PaperKind.WASTEWATER_ACCEPTANCE).delete()
    with pytest.raises(RuleBroken, match="wastewater works"):
        services.grant(**paper(walk, "open_operation"), by=people.user("minh"))
    assert walk.case.state == Stage.UNDER_CONSTRUCTION


@pytest.mark.parametrize(
    ("name", "right", "wrong"),
    [
        ("submit_plan", "lan", ("hung", "binh", "minh", "chau")),
        ("clear_land", "binh", ("dao", "lan", "minh")),
        ("build", "lan", ("hung", "xuan")),
    ],
)
def test_only_the_holder_hands_in(name: str, right: str, wrong: tuple[str, ...]) -> None:
    walk = after_decision(name)
    for key in wrong:
        with pytest.raises(NotYours):
            services.hand_in(**paper(walk, name), by=people.user(key))
    services.hand_in(**paper(walk, name), by=people.user(right))
    with pytest.raises(StepClosed, match="already completed"):
        services.hand_in(**paper(walk, name) if name in open_names(walk.case) else _closed(walk, name))


def _closed(walk: Walk, name: str) -> dict[str, Any]:
    step = cases.step_of(walk, name)
    return {
        "step_id": step.pk,
        "step": name,
        "number": "13/QĐ",
        "issued_on": day_of(walk),
        "by": step.owner,
        "at": walk.now,
    }


@pytest.mark.parametrize(
    ("name", "wrong"),
    [
        ("approve_plan", ("moc", "lan")),
        ("issue_permit", ("kien", "lan")),
        ("open_operation", ("thao", "lan")),
    ],
)
def test_only_the_competent_agency_answers(name: str, wrong: tuple[str, ...]) -> None:
    walk = after_decision(name)
    before = written()
    for key in wrong:
        with pytest.raises(NotYours):
            services.grant(**paper(walk, name), by=people.user(key))
        with pytest.raises(NotYours):
            services.give_back(
                step_id=walk.open_step(name).pk, step=name, reasons="x", by=people.user(key), at=walk.now
            )
    assert written() == before


def test_a_return_gives_its_reasons_and_a_paper_its_possible_day() -> None:
    walk = after_decision("issue_permit")
    xuan = people.user("xuan")
    with pytest.raises(RuleBroken, match="Give the reasons"):
        services.give_back(
            step_id=walk.open_step("issue_permit").pk, step="issue_permit", reasons=" ", by=xuan, at=walk.now
        )
    for shift, reason in ((1, "not come yet"), (-400, "before the step began")):
        told = paper(walk, "issue_permit", issued_on=day_of(walk) + timedelta(days=shift))
        with pytest.raises(RuleBroken, match=reason):
            services.grant(**told, by=xuan)


# --- clusters that were decided before they came here ---------------------------------------------
def adopted(stage: Stage) -> Case:
    cases.settle()
    at = moment("02/11/2026")
    cluster = register.enter(code=f"HN{Cluster.objects.count() + 900}", name="Cụm cũ", kind=Kind.NEW, at=at)
    system = User.objects.system()
    return adopt(
        cluster=cluster, kind=CaseKind.NEW, stage=stage, source="Báo", grade="SEEN", by=system, at=at
    )


def parties() -> dict[str, Any]:
    return {
        "applicant_id": people.agency_of(people.person("lan")).pk,
        "commune_id": people.agency_of(people.person("binh")).pk,
        "progress": {},
        "by": people.user("minh"),
        "at": moment("03/11/2026"),
    }


@pytest.mark.parametrize(
    ("stage", "step"),
    [
        (Stage.ESTABLISHED, "submit_plan"),
        (Stage.PREPARING, "submit_plan"),
        (Stage.UNDER_CONSTRUCTION, "build"),
    ],
)
def test_an_adopted_cluster_is_taken_up_where_it_stands(stage: Stage, step: str) -> None:
    case = adopted(stage)
    services.take_up(case_id=case.pk, **parties())
    case = Case.objects.get(pk=case.pk)
    assert case.state == stage
    assert open_names(case) == {step}
    assert case.steps.get(name=step).due_on is None
    assert case.applicant == people.agency_of(people.person("lan"))
    told = AuditRow.objects.get(act="take_up", subject_id=case.pk).data
    assert (told["applicant"], told["commune"]) == (case.applicant_id, case.commune_id)


def test_a_cluster_is_taken_up_once_by_the_department_and_in_time() -> None:
    case = adopted(Stage.ESTABLISHED)
    for key in ("lan", "chau", "thao"):
        with pytest.raises(NotYours):
            services.take_up(case_id=case.pk, **parties() | {"by": people.user(key)})
    services.take_up(case_id=case.pk, **parties())
    with pytest.raises(AlreadyFollowed, match="followed already"):
        services.take_up(case_id=case.pk, **parties())
    for stage in (Stage.LISTED, Stage.OPERATING):
        with pytest.raises(WrongStage):
            services.take_up(case_id=adopted(stage).pk, **parties())


def test_an_old_decisions_days_may_have_passed_but_keep_their_order() -> None:
    case = adopted(Stage.ESTABLISHED)
    days = {MilestoneKind.PLAN: date(2019, 3, 1), MilestoneKind.OPERATION: date(2021, 12, 31)}
    backwards = {MilestoneKind.PLAN: date(2021, 3, 1), MilestoneKind.OPERATION: date(2019, 12, 31)}
    with pytest.raises(RuleBroken, match="must lie after"):
        services.take_up(case_id=case.pk, **parties() | {"progress": backwards})
    services.take_up(case_id=case.pk, **parties() | {"progress": days})
    assert case.steps.get(name="submit_plan").due_on == date(2019, 3, 1)


def test_an_old_cluster_brings_its_old_papers() -> None:
    walk = cases.followed("lease_land")
    told = paper(walk, "lease_land", number="1591/QĐ-UBND", issued_on=date(2023, 3, 17))
    services.grant(**told, by=people.user("moc"))
    assert walk.case.cluster.facts.standing().get(kind=FactKind.LAND_LEASE).earliest == date(2023, 3, 17)


# --- pages ----------------------------------------------------------------------------------------
def page_of(key: str) -> Client:
    client = Client()
    client.cookies["django_language"] = "en"
    client.force_login(people.user(key))
    return client


def sent(client: Client, path: str, body: dict[str, Any]) -> Any:
    return client.post(path, {**body, "key": client.get(path).context["key"]})


def test_a_paper_is_handed_in_on_its_page_once(it_is: Tell) -> None:
    walk = after_decision("request_permit")
    it_is(walk.now)
    step = walk.open_step("request_permit")
    path, client = reverse("development:request_permit", args=[step.pk]), page_of("lan")
    body = {"number": "3/ĐN", "issued_on": f"{day_of(walk):%d/%m/%Y}", "note": ""}
    key = client.get(path).context["key"]
    assert client.post(path, {**body, "key": key}).status_code == 302
    before = written()
    assert client.post(path, {**body, "key": key}).status_code == 302
    assert written() == before
    assert open_names(walk.case) == {"issue_permit"}


def test_an_answer_names_what_it_lacks(it_is: Tell) -> None:
    walk = after_decision("issue_licence")
    it_is(walk.now)
    path = reverse("development:issue_licence", args=[walk.open_step("issue_licence").pk])
    client = page_of("moc")
    lacking = sent(client, path, {"result": "granted"})
    assert lacking.status_code == 422
    assert set(lacking.context["form"].errors) == {"number", "issued_on"}
    unreasoned = sent(client, path, {"result": "returned"})
    assert set(unreasoned.context["form"].errors) == {"note"}
    assert sent(client, path, {"result": "returned", "note": "Thiếu"}).status_code == 302
    assert "request_licence" in open_names(walk.case)


def test_groundbreaking_is_ticked_condition_by_condition(it_is: Tell) -> None:
    walk = after_decision("break_ground")
    it_is(walk.now)
    path = reverse("development:break_ground", args=[walk.open_step("break_ground").pk])
    today = f"{day_of(walk):%d/%m/%Y}"
    body = {"started_on": today}
    for name in services.START_PAPERS:
        body |= {f"{name}_met": "on", f"{name}_number": "7/BB", f"{name}_on": today}
    client = page_of("lan")
    unticked = sent(client, path, {name: value for name, value in body.items() if name != "permit_met"})
    assert unticked.status_code == 422
    assert list(unticked.context["form"].errors) == ["permit_met"]
    assert sent(client, path, body).status_code == 302
    assert walk.case.state == Stage.UNDER_CONSTRUCTION
    assert set(walk.case.papers.values_list("kind", flat=True)) >= set(services.START_PAPERS.values())


def test_the_case_page_leads_the_department_to_take_up_an_adopted_cluster(it_is: Tell) -> None:
    case = adopted(Stage.UNDER_CONSTRUCTION)
    it_is(moment("03/11/2026"))
    client = page_of("minh")
    path = reverse("development:take_up", args=[case.code])
    assert path in client.get(reverse("approvals:case", args=[case.code])).content.decode()
    chosen = parties()
    body = {"applicant": chosen["applicant_id"], "commune": chosen["commune_id"]}
    assert sent(client, path, body).status_code == 302
    assert open_names(case) == {"build"}
    assert client.get(path).status_code == 302
    assert path not in client.get(reverse("approvals:case", args=[case.code])).content.decode()
