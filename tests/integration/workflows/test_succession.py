"""Agencies end, and what lay open there goes to their successors: certain ones, and chosen ones."""

from __future__ import annotations

import io
import logging
from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.core.management import call_command
from django.test import Client
from django.urls import reverse

from accounts.models import Agency, Area, Membership, Succession, User
from accounts.selectors import Standing, standing
from accounts.states import AgencyKind, AreaLevel, Role
from approvals.models import OpinionRequest
from demo import people
from notifications.models import OutboxRow
from records.exceptions import AlreadyDone, KeyReused
from records.models import AuditRow
from records.services import Sent
from tests.factories import cases
from tests.factories.acts import VERBS
from tests.factories.cases import Walk, case_at, moment
from workflows import selectors, services, successors
from workflows.exceptions import AlreadyChosen, NotYours, RuleBroken, StepClosed, WrongStage
from workflows.models import Assignment, Case, Stay, Step, SuccessorChoice
from workflows.services import succession
from workflows.states import Ending
from workflows.tasks import tick

pytestmark = pytest.mark.django_db

JANUARY, JUNE = moment("13/01/2025", 8, 5), moment("20/06/2025", 8, 5)
FIRST_OF_MARCH, FIRST_OF_JULY = moment("01/03/2025", 0, 1), moment("01/07/2025", 0, 1)


def agency(key: str) -> Agency:
    return people.agency_of(people.person(key))


def who(key: str, on: date) -> Standing:
    return standing(people.user(key), on=on)


def consulted() -> Walk:
    """Return a case whose three opinions are open on 20/02/2025; two of those asked end on 28/02/2025."""
    return case_at("give_opinion", story="succession", at=JANUARY)


def at_the_district(step: str = "give_notice") -> Walk:
    """Return a case with `step` open at the district in June 2025."""
    return case_at(step, at=JUNE, commune="phuc")


def open_at(walk: Walk) -> dict[str, Step]:
    steps = walk.case.steps.open().select_related("agency", "taken_from", "process", "clock")
    return {str(step.agency.name): step for step in steps if step.agency}


def choose(
    walk: Walk, key: str = "binh", *, by: str | User = "minh", at: datetime = FIRST_OF_JULY, **more: Any
) -> SuccessorChoice:
    told: dict[str, Any] = {
        "cluster_id": walk.case.cluster_id,
        "predecessor_id": agency("phuc").pk,
        "successor_id": agency(key).pk,
        "reason": "Nghị quyết 1656/NQ-UBTVQH15",
        "by": people.user(by) if isinstance(by, str) else by,
        "at": at,
    }
    return services.choose_successor(**told | more)


def counts() -> list[int]:
    models = (Step, Stay, AuditRow, OutboxRow, SuccessorChoice, Assignment)
    return [model._default_manager.count() for model in models]


def verify() -> None:
    call_command("verify", stdout=io.StringIO())


# --- certain successors ---------------------------------------------------------------------------
def test_open_steps_of_merged_departments_go_to_their_successors_on_the_day() -> None:
    walk = consulted()
    before = open_at(walk)
    assert services.pass_on(at=moment("28/02/2025", 23, 59)) == 0
    assert services.pass_on(at=FIRST_OF_MARCH) == 1

    after = open_at(walk)
    assert set(after) == {
        "Sở Tài chính Hà Nội",
        "Sở Nông nghiệp và Môi trường Hà Nội",
        "Sở Quy hoạch - Kiến trúc Hà Nội",
    }
    for key, old_name in (
        ("tai", "Sở Kế hoạch và Đầu tư Hà Nội"),
        ("moc", "Sở Tài nguyên và Môi trường Hà Nội"),
    ):
        old, new = before[old_name], after[agency(key).name]
        same = ("name", "role", "clock_id", "due_on", "process_id", "flow_task_type")
        assert [getattr(new, field) for field in same] == [getattr(old, field) for field in same]
        assert new.token.token == old.token.token
        assert (new.taken_from, new.taken_on) == (old.agency, FIRST_OF_MARCH.date())
        assert (new.began_at, new.created, new.owner) == (old.created, FIRST_OF_MARCH, None)
        old.refresh_from_db()
        assert (old.finished, old.outcome, old.status) == (FIRST_OF_MARCH, Ending.PASSED_ON, "CANCELED")
        assert (old.stay.agency, old.stay.left_at, old.stay.next_step) == (
            old.agency,
            FIRST_OF_MARCH,
            "give_opinion",
        )
        told = OutboxRow.objects.get(kind="step_passed_on", agency=agency(key))
        assert (told.context["predecessor"], told.context["since"]) == (old_name, "01/03/2025")
    row = AuditRow.objects.filter(subject_id=walk.case.pk, act="pass_on").get()
    assert row.actor_id == User.objects.system().pk
    assert [(one["from"], one["to"]) for one in row.data["passed"]] == [
        ("Sở Kế hoạch và Đầu tư Hà Nội", "Sở Tài chính Hà Nội"),
        ("Sở Tài nguyên và Môi trường Hà Nội", "Sở Nông nghiệp và Môi trường Hà Nội"),
    ]
    verify()


def test_a_second_run_changes_nothing() -> None:
    consulted()
    services.pass_on(at=FIRST_OF_MARCH)
    before = counts()
    assert services.pass_on(at=FIRST_OF_MARCH) == 0
    assert services.pass_on(at=moment("02/03/2025")) == 0
    assert counts() == before


def test_the_opinions_asked_for_before_the_day_are_answered_after_it_and_join() -> None:
    walk = consulted()
    services.pass_on(at=FIRST_OF_MARCH)
    walk.now = moment("03/03/2025")
    walk.give_opinion("tai")
    walk.give_opinion("kien")
    assert {step.name for step in walk.case.steps.open()} == {"give_opinion"}
    walk.give_opinion("moc")
    assert [step.name for step in walk.case.steps.open()] == ["draft_report"]
    asked = OpinionRequest.objects.select_related("agency", "step__agency").order_by("pk")
    assert [(one.agency.name, one.step.agency.name, one.verdict) for one in asked if one.step.agency] == [
        ("Sở Kế hoạch và Đầu tư Hà Nội", "Sở Tài chính Hà Nội", "agree"),
        ("Sở Tài nguyên và Môi trường Hà Nội", "Sở Nông nghiệp và Môi trường Hà Nội", "agree"),
        ("Sở Quy hoạch - Kiến trúc Hà Nội", "Sở Quy hoạch - Kiến trúc Hà Nội", "agree"),
    ]
    verify()


def test_who_had_claimed_the_step_stays_in_its_history_and_cannot_do_it_any_more() -> None:
    walk = consulted()
    duc, old = people.user("duc"), open_at(walk)["Sở Kế hoạch và Đầu tư Hà Nội"]
    services.claim(step_id=old.pk, by=duc, at=walk.now)
    services.let_days_pass(at=FIRST_OF_MARCH)
    assert Stay.objects.get(step=old).owner == duc
    assert open_at(walk)["Sở Tài chính Hà Nội"].owner is None
    with pytest.raises(StepClosed, match="went over to the successor of Hanoi Department of Planning"):
        VERBS["give_opinion"].call(old.pk, by=duc, at=moment("03/03/2025"))


def test_an_agency_that_has_ended_gives_nobody_a_standing() -> None:
    cases.settle()
    assert who("duc", date(2025, 2, 28)).serves(Role.OFFICER, AgencyKind.PLANNING_INVESTMENT)
    assert who("duc", date(2025, 3, 1)).seats == frozenset()
    assert who("tai", date(2025, 2, 28)).seats == frozenset()
    assert who("phuc", date(2025, 6, 30)).seats
    assert not who("phuc", date(2025, 7, 1)).seats


def test_a_chain_of_successors_is_followed_to_its_end() -> None:
    walk = consulted()
    finance = agency("tai")
    Agency.objects.filter(pk=finance.pk).update(valid_to=date(2025, 3, 31))
    police = agency("an")
    Succession.objects.create(
        predecessor=finance, successor=police, on=date(2025, 4, 1), source="thử", grade="SEEN"
    )
    at = moment("02/04/2025")
    assert Case.objects.visible_to(who("an", at.date())).get() == walk.case
    assert not Case.objects.visible_to(who("an", date(2025, 3, 31))).exists()
    assert services.pass_on(at=at) == 1
    step = open_at(walk)[police.name]
    assert (step.taken_from, step.taken_on) == (agency("duc"), date(2025, 4, 1))


def test_each_hop_of_a_chain_leaves_its_own_stay_and_the_first_beginning() -> None:
    walk = consulted()
    began = open_at(walk)["Sở Kế hoạch và Đầu tư Hà Nội"].created
    services.pass_on(at=FIRST_OF_MARCH)
    finance = agency("tai")
    Agency.objects.filter(pk=finance.pk).update(valid_to=date(2025, 3, 31))
    Succession.objects.create(
        predecessor=finance, successor=agency("an"), on=date(2025, 4, 1), source="thử", grade="SEEN"
    )
    services.pass_on(at=moment("01/04/2025"))
    step = open_at(walk)[agency("an").name]
    assert (step.taken_from, step.began_at) == (finance, began)
    passed = Stay.objects.filter(case=walk.case, outcome=Ending.PASSED_ON).order_by("seq")
    assert [stay.agency for stay in passed if stay.agency in (finance, agency("duc"))] == [
        agency("duc"),
        finance,
    ]
    verify()


def test_successors_see_what_their_predecessor_had_a_part_in() -> None:
    walk = consulted()
    VERBS["give_opinion"].call(
        open_at(walk)["Sở Tài nguyên và Môi trường Hà Nội"].pk, by=people.user("hoa"), at=walk.now
    )
    on = date(2025, 3, 3)
    assert Case.objects.visible_to(who("moc", on)).get() == walk.case
    assert Step.objects.visible_to(who("moc", on)).filter(case=walk.case).exists()
    assert not Case.objects.visible_to(who("xuan", on)).exists()
    assert not Case.objects.visible_to(who("hoa", on)).exists()


def test_the_successor_of_an_office_that_had_a_part_hears_how_the_case_ended() -> None:
    walk = consulted()
    VERBS["give_opinion"].call(
        open_at(walk)["Sở Tài nguyên và Môi trường Hà Nội"].pk, by=people.user("hoa"), at=walk.now
    )
    walk.now = moment("05/03/2025")
    walk.withdraw()
    told = OutboxRow.objects.filter(kind="case_ended").values_list("agency__kind", flat=True)
    assert AgencyKind.AGRICULTURE_ENVIRONMENT in told
    assert AgencyKind.NATURAL_RESOURCES not in told


def test_what_a_person_may_see_is_still_asked_in_one_statement(
    django_assert_num_queries: Callable[[int], object],
) -> None:
    consulted()
    moc = who("moc", date(2025, 3, 3))
    with django_assert_num_queries(1):  # type: ignore[attr-defined]
        list(Case.objects.visible_to(moc))


def test_one_case_that_cannot_be_passed_on_does_not_hold_up_the_others(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    stuck, other = consulted(), consulted()
    hand_over = succession._hand_over

    def refuse(act: services.Act, *rest: object) -> None:
        if act.case.pk == stuck.case.pk:
            raise WrongStage
        hand_over(act, *rest)  # type: ignore[arg-type]

    monkeypatch.setattr(succession, "_hand_over", refuse)
    with caplog.at_level(logging.ERROR):
        assert services.pass_on(at=FIRST_OF_MARCH) == 1
    assert "cannot be passed on" in caplog.text
    assert "Sở Tài chính Hà Nội" in open_at(other)
    assert "Sở Kế hoạch và Đầu tư Hà Nội" in open_at(stuck)


def test_where_every_agency_exists_a_run_asks_once(
    django_assert_num_queries: Callable[[int], object],
) -> None:
    case_at("give_notice")
    with django_assert_num_queries(1):  # type: ignore[attr-defined]
        assert selectors.left_behind(on=date(2025, 1, 1)) == set()


# --- chosen successors ----------------------------------------------------------------------------
@pytest.mark.parametrize("name", ["give_notice", "receive_files", "submit_file"])
def test_a_step_at_a_district_waits_for_the_choice_and_then_goes_to_the_commune(name: str) -> None:
    walk = at_the_district(name)
    at = max(FIRST_OF_JULY, walk.now)
    services.pass_on(at=at)
    step = walk.case.steps.open().get()
    assert (step.agency, step.taken_from) == (agency("phuc"), None)
    assert [one.steps for one in selectors.orphans(on=at.date())] == [[step]]
    assert selectors.count_without_successor(on=at.date()) == 1

    choose(walk, at=at)

    new = walk.case.steps.open().get()
    assert (new.name, new.agency, new.taken_from) == (name, agency("binh"), agency("phuc"))
    assert (new.taken_on, new.due_on) == (date(2025, 7, 1), step.due_on)
    assert walk.case.commune == agency("binh")
    assert selectors.count_without_successor(on=at.date()) == 0
    told = OutboxRow.objects.get(kind="step_passed_on")
    assert (told.agency, told.context["predecessor"]) == (agency("binh"), agency("phuc").name)
    row = AuditRow.objects.filter(subject_id=walk.case.pk).latest("seq")
    assert (row.act, row.actor_id, row.data["to"]) == (
        "choose_successor",
        people.user("minh").pk,
        agency("binh").name,
    )
    assert row.data["reason"] == "Nghị quyết 1656/NQ-UBTVQH15"
    before = counts()
    assert services.pass_on(at=at) == 0
    assert counts() == before
    verify()


def test_the_commune_goes_on_where_the_district_stopped() -> None:
    walk = at_the_district("submit_file")
    walk.now = max(walk.now, moment("08/07/2025"))
    services.pass_on(at=walk.now)
    choose(walk, at=walk.now)
    walk.commune = "binh"
    walk.submit_file()
    assert walk.case.steps.open().get().name == "check_intake"
    assert Case.objects.visible_to(who("binh", walk.now.date())).get() == walk.case


def test_a_paper_of_the_district_is_taken_though_it_is_older_than_the_commune_s_step() -> None:
    walk = at_the_district("give_notice")
    choose(walk)
    step = walk.case.steps.open().get()
    at = moment("02/07/2025")
    from approvals.procedures.establishment import services as establishment

    establishment.give_notice(
        step_id=step.pk,
        number="7/TB-UBND",
        published_on=date(2025, 6, 27),
        where="Cổng huyện",
        by=people.user("binh"),
        at=at,
    )
    assert walk.case.steps.open().get().agency == agency("binh")


def test_a_window_that_ends_after_the_district_closes_at_the_commune() -> None:
    walk = at_the_district("receive_files")
    due_on = walk.case.steps.open().get().due_on
    assert due_on is not None
    assert due_on > FIRST_OF_JULY.date()
    choose(walk)
    services.let_days_pass(at=moment(due_on + timedelta(days=1)))
    step = walk.case.steps.open().get()
    assert (step.name, step.agency) == ("submit_file", agency("binh"))


def test_before_the_first_of_july_a_step_goes_to_the_district() -> None:
    walk = at_the_district("give_notice")
    assert (walk.case.rule_set, walk.case.cluster.district_text) == ("R2", "Thường Tín")
    assert walk.case.cluster.commune is None
    assert open_at(walk)[agency("phuc").name].due_on == date(2025, 6, 27)


def test_ended_cases_keep_the_district_and_are_seen_by_the_chosen_commune() -> None:
    walk = at_the_district("give_notice")
    other = case_at(
        "give_notice", at=JUNE + timedelta(minutes=5), commune="phuc", name="Cụm đã rút", investor="hung"
    )
    other.withdraw()
    choose(walk)
    assert other.case.commune == agency("phuc")
    seen = Case.objects.visible_to(who("binh", FIRST_OF_JULY.date()))
    assert [case.pk for case in seen] == [walk.case.pk]
    assert not Case.objects.visible_to(who("dao", FIRST_OF_JULY.date())).exists()


def test_a_second_officer_is_told_who_chose_whom_and_when() -> None:
    walk = at_the_district()
    second = cases.colleague("minh")
    choose(walk)
    before = counts()
    with pytest.raises(AlreadyChosen, match=r"Hoàng Đức Minh chose .*Thường Tín.* on 01/07/2025 00:01"):
        choose(walk, "dao", by=second, at=moment("02/07/2025"))
    assert counts() == before


def test_the_same_form_twice_acts_once_and_another_content_is_refused() -> None:
    walk = at_the_district()
    key = UUID(int=7)
    sent = Sent(key, {"successor": agency("binh").pk})
    choose(walk, sent=sent)
    before = counts()
    with pytest.raises(AlreadyDone):
        choose(walk, sent=sent)
    with pytest.raises(KeyReused):
        choose(walk, "dao", sent=Sent(key, {"successor": agency("dao").pk}))
    assert counts() == before


@pytest.mark.parametrize(
    "key", [person.key for person in (*people.PEOPLE, *people.PAST_PEOPLE) if person.key != "minh"]
)
def test_nobody_but_an_officer_of_the_department_chooses(key: str) -> None:
    walk = at_the_district()
    before = counts()
    with pytest.raises(NotYours):
        choose(walk, by=key)
    assert counts() == before


def test_what_cannot_be_chosen_is_refused_and_changes_nothing() -> None:
    walk = at_the_district()
    before = counts()
    area = Area.objects.create(name="Cũ", level=AreaLevel.COMMUNE)
    gone = Agency.objects.create(kind=AgencyKind.COMMUNE, name="Xã cũ", area=area, valid_to=date(2025, 6, 30))
    for successor in (agency("tai"), agency("minh"), gone, agency("phuc"), agency("lan")):
        with pytest.raises(RuleBroken, match="exists today and can take over") as refused:
            choose(walk, successor_id=successor.pk)
        assert refused.value.details["field"] == "successor"
    with pytest.raises(RuleBroken, match="Name the paper"):
        choose(walk, reason="  ")
    with pytest.raises(RuleBroken, match="still exists"):
        choose(walk, at=moment("30/06/2025"), successor_id=gone.pk)
    with pytest.raises(WrongStage):
        choose(walk, predecessor_id=agency("duc").pk)
    assert counts() == before


def test_a_choice_is_only_ever_added() -> None:
    choice = choose(at_the_district())
    for change in (choice.save, choice.delete, SuccessorChoice.objects.all().delete):
        with pytest.raises(TypeError, match="only ever added"):
            change()
    with pytest.raises(TypeError, match="only ever added"):
        SuccessorChoice.objects.update(reason="x")


def test_an_office_of_the_city_is_followed_by_an_office_and_a_commune_by_a_commune() -> None:
    cases.settle()
    on = date(2025, 7, 1)
    offices = {one.kind for one in successors.candidates(agency("duc"), on=on)}
    assert AgencyKind.FINANCE in offices
    assert not offices & {AgencyKind.COMMUNE, AgencyKind.DISTRICT, AgencyKind.INVESTOR, AgencyKind.TRANSPORT}
    communes = successors.candidates(agency("phuc"), on=on)
    assert [one.area.name for one in communes if one.area] == sorted(people.COMMUNES)


# --- the beat, and the pages ----------------------------------------------------------------------
def test_the_beat_passes_on(it_is: Callable[[datetime], None]) -> None:
    walk = consulted()
    it_is(FIRST_OF_MARCH)
    tick()
    tick()
    assert "Sở Tài chính Hà Nội" in open_at(walk)


def client_of(key: str) -> Client:
    client = Client()
    client.cookies["django_language"] = "en"
    client.force_login(people.user(key))
    return client


def page_of(walk: Walk) -> str:
    return reverse("workflows:choose_successor", args=[walk.case.cluster.code, agency("phuc").pk])


def test_an_officer_finds_the_cluster_chooses_and_is_led_back(it_is: Callable[[datetime], None]) -> None:
    walk = at_the_district()
    it_is(moment("01/07/2025"))
    minh = client_of("minh")
    assert "1 cluster has work at an agency that no longer exists" in minh.get("/inbox/").content.decode()
    assert walk.name in minh.get(reverse("workflows:successors")).content.decode()
    case_page = reverse("approvals:case", args=[walk.case.code])
    assert page_of(walk) in minh.get(case_page).content.decode()

    shown = minh.get(page_of(walk)).content.decode()
    assert "Thường Tín – " in shown
    assert minh.post(page_of(walk), {"key": str(uuid4())}).status_code == 422
    form = {"key": str(uuid4()), "successor": agency("binh").pk, "reason": "Số 12/UBND-NV, đường Lê Lợi"}
    assert minh.post(page_of(walk), form)["Location"] == reverse("workflows:successors")
    assert minh.post(page_of(walk), form).status_code == 302
    assert SuccessorChoice.objects.get().reason == "Số 12/UBND-NV, đường Lê Lợi"

    late = minh.post(page_of(walk), form | {"key": str(uuid4()), "successor": agency("dao").pk})
    assert late.status_code == 409
    assert "Hoàng Đức Minh chose" in late.content.decode()
    assert minh.post(page_of(walk), form | {"successor": agency("dao").pk}).status_code == KeyReused.status
    assert minh.get(page_of(walk)).status_code == 200
    assert "no longer exist" not in minh.get("/inbox/").content.decode()
    told = "took over from People&#x27;s Committee of Thường Tín district on 01/07/2025"
    assert told in minh.get(case_page).content.decode()
    assert told in client_of("binh").get("/inbox/").content.decode()


def test_there_is_no_page_for_what_needs_no_choice(it_is: Callable[[datetime], None]) -> None:
    walk = at_the_district()
    it_is(moment("30/06/2025"))
    assert client_of("minh").get(page_of(walk)).status_code == 404
    it_is(moment("01/07/2025"))
    other = reverse("workflows:choose_successor", args=[walk.case.cluster.code, agency("duc").pk])
    assert client_of("minh").get(other).status_code == 404
    for key in ("thao", "khanh", "binh", "lan", "chau"):
        assert client_of(key).get(page_of(walk)).status_code == 404
        assert client_of(key).get(reverse("workflows:successors")).status_code == 404


def test_pages_of_the_list_follow_each_other(it_is: Callable[[datetime], None]) -> None:
    walks = [at_the_district() for _ in range(3)]
    on = FIRST_OF_JULY.date()
    whole = selectors.orphans(on=on)
    assert [one.cluster for one in whole] == [walk.case.cluster for walk in walks]
    for place, one in enumerate(whole):
        assert selectors.orphans(on=on, after=(one.cluster.pk, one.agency.pk)) == whole[place + 1 :]
    assert selectors.orphans(on=on, limit=2) == whole[:2]


def test_the_opinions_on_a_case_tell_who_was_asked_and_who_has_it_now(
    it_is: Callable[[datetime], None],
) -> None:
    walk = consulted()
    services.pass_on(at=FIRST_OF_MARCH)
    it_is(moment("03/03/2025"))
    page = client_of("minh").get(reverse("approvals:case", args=[walk.case.code])).content.decode()
    assert "Hanoi Department of Planning and Investment" in page
    assert "since 01/03/2025 with Hanoi Department of Finance" in page
    assert "passed on to the successor" in page
    step = open_at(walk)["Sở Tài chính Hà Nội"]
    asked = client_of("tai").get(reverse("establishment:give_opinion", args=[step.pk])).content.decode()
    assert "asked Hanoi Department of Planning and Investment on 20/02/2025" in asked
    assert "Since 01/03/2025 with Hanoi Department of Finance." in asked


def test_who_served_an_ended_agency_signs_in_to_nothing(it_is: Callable[[datetime], None]) -> None:
    consulted()
    it_is(moment("03/03/2025"))
    assert Membership.objects.filter(user=people.user("duc")).exists()
    assert "nothing" in client_of("duc").get("/inbox/").content.decode().lower()
