"""The leader's board: its figures counted by hand, and the cases behind each of them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.core.management import call_command
from django.test import Client

from accounts.selectors import Standing, standing
from accounts.states import Role
from demo import people
from law.selectors import calendar
from tests.factories import cases
from tests.factories.cases import case_at, moment
from timelines import selectors
from workflows import services
from workflows.models import Step
from workflows.states import Procedure

pytestmark = pytest.mark.django_db

Tell = Callable[[datetime], None]
MORNING = moment("05/10/2026", 8, 5)


def who(key: str) -> Standing:
    return standing(people.user(key), on=MORNING.date())


def piles(key: str, now: datetime) -> list[selectors.Pile]:
    return selectors.piles(who(key), now=now, calendar=calendar())


def board(key: str) -> Client:
    client = Client()
    client.cookies["django_language"] = "en"
    client.force_login(people.user(key))
    return client


def test_open_work_is_piled_by_step_and_agency() -> None:
    for commune in ("binh", "binh", "dao"):
        case_at("give_notice", at=MORNING, commune=commune)
    found = piles("khanh", moment("06/10/2026"))
    assert sorted((pile.name, pile.n) for pile in found) == [("give_notice", 1), ("give_notice", 2)]
    thuong_tin = people.agency_of(people.person("binh"))
    assert next(pile for pile in found if pile.n == 2).agency_id == thuong_tin.pk


def test_waiting_and_lateness_are_told_in_working_days() -> None:
    # Filed on Monday 05/10 and on Friday 09/10; due on 07/10 and on 13/10.
    case_at("give_notice", at=MORNING)
    case_at("give_notice", at=moment("09/10/2026", 8, 5))
    (pile,) = piles("khanh", moment("13/10/2026"))
    assert (pile.n, pile.median_days, pile.oldest_days) == (2, 2, 6)
    assert (pile.late, pile.worst_late) == (1, 4)


@pytest.mark.parametrize(
    ("now", "late"), [("07/10/2026", 0), ("08/10/2026", 1), ("10/10/2026", 2), ("12/10/2026", 3)]
)
def test_a_step_is_late_from_the_day_after_its_last(now: str, late: int) -> None:
    case_at("give_notice", at=MORNING)
    (pile,) = piles("khanh", moment(now))
    assert pile.worst_late == late
    assert pile.late == (1 if late else 0)


def test_what_lies_with_applicants_is_paused_and_not_late() -> None:
    case_at("supplement", story="supplement", at=MORNING)
    case_at("give_notice", at=MORNING)
    found = piles("khanh", moment("20/12/2026"))
    totals = selectors.totals(found)
    assert (totals.open, totals.late, totals.paused, totals.unclaimed) == (2, 1, 1, 1)
    assert [pile.is_applicant for pile in found] == [False, True]


def test_a_claimed_step_is_not_unclaimed() -> None:
    walk = case_at("check_intake", at=MORNING)
    step = walk.case.steps.open().get()
    assert piles("khanh", walk.now)[0].n_unclaimed == 1
    services.claim(step_id=step.pk, by=people.user("minh"), at=walk.now)
    assert piles("khanh", walk.now)[0].n_unclaimed == 0


def test_late_work_comes_first() -> None:
    case_at("decide", at=MORNING)
    case_at("give_notice", at=moment("29/10/2026", 8, 5))
    found = piles("chau", moment("02/11/2026"))
    assert [pile.name for pile in found] == ["decide", "give_notice"]
    found = piles("chau", moment("03/11/2026"))
    assert [pile.late for pile in found] == sorted((pile.late for pile in found), reverse=True)


def test_a_leader_of_one_office_sees_its_own_work_only() -> None:
    walk = case_at("give_opinion", at=MORNING)
    case_at("check_intake", at=MORNING)
    leader = cases.appoint("tai", Role.LEADER)
    found = selectors.piles(standing(leader, on=MORNING.date()), now=walk.now, calendar=calendar())
    assert [(pile.name, pile.n) for pile in found] == [("give_opinion", 1)]
    assert {pile.name for pile in piles("khanh", walk.now)} == {"give_opinion", "check_intake"}


def test_the_board_takes_one_query_for_its_piles(django_assert_num_queries: Any) -> None:
    for _ in range(4):
        case_at("give_notice", at=MORNING)
    standing_, days = who("khanh"), calendar()
    with django_assert_num_queries(1):
        selectors.piles(standing_, now=moment("13/10/2026"), calendar=days)


def test_an_empty_board_says_so(it_is: Tell) -> None:
    it_is(MORNING)
    cases.settle()
    response = board("khanh").get("/board/")
    assert response.status_code == 200
    assert response.context["totals"] == selectors.Totals(0, 0, 0, 0)


def test_windows_that_nobody_can_take_are_not_unclaimed() -> None:
    case_at("receive_files", at=MORNING)
    (pile,) = piles("khanh", moment("12/10/2026"))
    assert (pile.name, pile.n, pile.n_unclaimed) == ("receive_files", 1, 0)


def test_steps_of_one_name_in_two_procedures_are_two_piles() -> None:
    for procedure in (Procedure.ESTABLISHMENT, Procedure.DEVELOPMENT):
        case = case_at("give_notice", at=MORNING).case
        case.processes.update(procedure=procedure)
    found = piles("khanh", moment("12/10/2026"))
    assert sorted((pile.procedure, pile.name, pile.n) for pile in found) == [
        ("development", "give_notice", 1),
        ("establishment", "give_notice", 1),
    ]
    rows = board("khanh").get("/board/steps/?procedure=development&step=give_notice").context["rows"]
    assert [row["step"].process.procedure for row in rows] == ["development"]
    assert len(board("khanh").get("/board/steps/?procedure=nonsense").context["rows"]) == 2


def test_a_step_without_a_day_waits_and_is_never_late(it_is: Tell) -> None:
    step = case_at("draft_report", at=MORNING).case.steps.open().get()
    step.clock = step.due_on = None
    step.save(update_fields=["clock", "due_on"])
    later = moment("20/12/2026")
    (pile,) = piles("khanh", later)
    assert (pile.late, pile.worst_late) == (0, 0)
    assert pile.oldest_days > 30
    it_is(later)
    assert board("khanh").get("/board/steps/?late=1").context["rows"] == []


# --- who holds the oldest -------------------------------------------------------------------------
def oldest(key: str, now: datetime) -> selectors.Oldest:
    return selectors.oldest(who(key), now=now, calendar=calendar())


def test_the_oldest_is_told_with_its_holder_and_its_working_days() -> None:
    first = case_at("give_notice", at=MORNING, commune="dao")
    case_at("give_notice", at=moment("06/10/2026", 8, 5))
    held = oldest("khanh", moment("13/10/2026")).office
    assert held
    assert held.step == first.case.steps.open().get()
    assert held.step.agency == people.agency_of(people.person("dao"))
    assert held.waited == 6
    assert held.step.owner is None


def test_a_window_is_held_by_nobody_and_is_not_the_oldest() -> None:
    case_at("receive_files", at=MORNING)
    assert oldest("khanh", moment("12/10/2026")) == selectors.Oldest(None, None)
    younger = case_at("give_notice", at=moment("12/10/2026", 8, 5))
    held = oldest("khanh", moment("13/10/2026")).office
    assert held
    assert held.step.case == younger.case


def test_what_lies_longer_with_an_applicant_is_told_beside_it() -> None:
    supplement = case_at("supplement", story="supplement", at=MORNING)
    office = case_at("give_notice", at=supplement.now + timedelta(days=1))
    found = oldest("khanh", supplement.now + timedelta(days=5))
    assert found.office
    assert found.applicant
    assert (found.office.step.case, found.applicant.step.case) == (office.case, supplement.case)
    case_at("give_notice", at=MORNING)
    assert oldest("khanh", supplement.now + timedelta(days=5)).applicant is None


def test_a_leader_of_one_office_is_told_its_own_oldest() -> None:
    walk = case_at("give_opinion", at=moment("12/10/2026", 8, 5))
    case_at("check_intake", at=MORNING)
    leader = cases.appoint("tai", Role.LEADER)
    found = selectors.oldest(standing(leader, on=MORNING.date()), now=walk.now, calendar=calendar())
    assert found.office
    assert found.office.step.name == "give_opinion"


def test_the_board_says_who_holds_the_oldest(it_is: Tell) -> None:
    walk = case_at("check_intake", at=MORNING)
    it_is(walk.now)
    text = " ".join(board("khanh").get("/board/").content.decode().split())
    assert "Who holds the oldest" in text
    assert "taken by nobody" in text
    assert f"/cases/{walk.case.code}/" in text
    services.claim(step_id=walk.case.steps.open().get().pk, by=people.user("minh"), at=walk.now)
    text = board("khanh").get("/board/").content.decode()
    assert "taken by Hoàng Đức Minh" in text
    assert "taken by nobody" not in text


def test_the_board_leads_to_the_answer_on_groundbreaking(it_is: Tell) -> None:
    it_is(moment("26/11/2026"))
    cases.settle()
    assert "/board/groundbreaking/" not in board("khanh").get("/board/").content.decode()
    call_command("import_clusters", verbosity=0)
    text = " ".join(board("khanh").get("/board/").content.decode().split())
    assert "/board/groundbreaking/" in text
    assert "Of the 21 clusters whose day of decision is known, 6 have started construction" in text


@pytest.mark.parametrize("now", ["13/10/2026", "20/12/2026"])
def test_behind_each_figure_lie_as_many_cases(now: str, it_is: Tell) -> None:
    for step in ("give_notice", "check_intake", "give_opinion"):
        case_at(step, at=MORNING)
    case_at("supplement", story="supplement", at=MORNING)
    it_is(moment(now))
    client = board("chau")
    page = client.get("/board/")
    for pile in page.context["piles"]:
        query = {"step": pile.name, "agency": pile.agency_id}
        rows = client.get("/board/steps/", query).context["rows"]
        assert len(rows) == pile.n
        late = client.get("/board/steps/", {**query, "late": "1"}).context["rows"]
        assert len(late) == pile.late
    assert len(client.get("/board/steps/").context["rows"]) == page.context["totals"].open


def test_the_cases_behind_a_figure_come_page_by_page(it_is: Tell) -> None:
    for _ in range(27):
        case_at("give_notice", at=MORNING)
    it_is(moment("08/10/2026"))
    client, query, seen = board("chau"), "?step=give_notice&late=1", []
    while query:
        page = client.get(f"/board/steps/{query}")
        seen += [row["step"].pk for row in page.context["rows"]]
        query = page.context["older"]
        assert not query or "late=1" in query
    assert seen == list(Step.objects.open().order_by("pk").values_list("pk", flat=True))
    assert client.get("/board/steps/?after=1&late=1").context["newer"] == "?late=1"
