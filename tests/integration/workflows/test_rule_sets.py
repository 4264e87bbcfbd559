"""A change of law: which cases it touches, what an officer is asked, and how a case moves."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from datetime import date, datetime
from typing import Any
from uuid import uuid4

import pytest
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse

from accounts.models import Agency, Membership, Succession, User
from accounts.selectors import standing
from accounts.states import Role
from clusters import services as register
from clusters.models import DatedFact
from clusters.states import DatePrecision, FactKind, Kind, Stage
from demo import people
from law import transitions
from law.transitions import Change
from notifications.models import OutboxRow
from records.exceptions import AlreadyDone, KeyReused
from records.models import AuditRow
from records.services import Sent
from tests.factories import cases
from tests.factories.cases import Walk, appoint, case_at, moment
from tests.factories.fixtures import english, files, it_is
from workflows import rule_sets, services
from workflows.exceptions import AlreadyChosen, NotYours, RuleBroken
from workflows.models import Case, Clock, RuleSetChoice, RuleSetQuestion, Step
from workflows.states import CaseKind
from workflows.tasks import tick

__all__ = ["english", "files", "it_is"]
pytestmark = pytest.mark.django_db

R4_DAY = moment("15/09/2026", 0, 5)
LATER = moment("16/09/2026")
REASON = "Văn bản 123/SCT-QLCN giải thích Điều 35 khoản 2"
DEPARTMENT = ("minh", "thao", "khanh")
OTHERS = [
    person.key for person in (*people.PEOPLE, *people.PAST_PEOPLE) if person.key not in (*DEPARTMENT, "quyen")
]


def change(before: str = "R3") -> Change:
    found = transitions.change_from(before)
    assert found is not None
    return found


def requested(step: str = "give_notice") -> Walk:
    """Return a case of R3 with `step` open, first requested on 07/09/2026 and not yet under appraisal."""
    return case_at(step, at=moment("07/09/2026", 8, 5))


def under_appraisal() -> Walk:
    """Return a case of R3 that came under appraisal before R4 was in force."""
    return case_at("plan_consultation", at=moment("03/08/2026", 8, 5))


def asked(step: str = "give_notice") -> Walk:
    walk = requested(step)
    services.ask_rule_sets(at=R4_DAY)
    return walk


def choose(walk: Walk, *, moves: bool = False, by: str = "minh", **more: Any) -> RuleSetChoice:
    told: dict[str, Any] = {"case_id": walk.case.pk, "moves": moves, "reason": REASON, "at": LATER}
    if moves:
        told |= {"paper_number": "123/SCT-QLCN", "paper_on": date(2026, 9, 15)}
    return services.choose_rule_set(**told | {"by": people.user(by)} | more)


def move(walk: Walk, to: str, *, by: str = "thao", **more: Any) -> RuleSetChoice:
    told: dict[str, Any] = {
        "case_id": walk.case.pk,
        "rule_set": to,
        "reason": REASON,
        "paper_number": "123/SCT-QLCN",
        "paper_on": date(2026, 9, 15),
        "by": people.user(by),
        "at": LATER,
    }
    return services.move_to_rule_set(**told | more)


def open_step(walk: Walk) -> Step:
    return walk.case.steps.open().select_related("clock", "agency").get()


def counts() -> list[int]:
    models = (Clock, AuditRow, OutboxRow, RuleSetChoice, RuleSetQuestion)
    return [model._default_manager.count() for model in models]


def verify() -> None:
    call_command("verify", stdout=io.StringIO())


# --- who is asked ---------------------------------------------------------------------------------
def test_a_case_keeps_the_rule_set_of_its_first_request() -> None:
    walk = case_at("", story="r3")
    assert (walk.case.rule_set, {clock.rule_set for clock in walk.case.clocks.all()}) == ("R3", {"R3"})


def test_the_beat_asks_once_about_what_was_requested_and_not_yet_under_appraisal(
    it_is: Callable[[datetime], None],
) -> None:
    walk, other = requested(), under_appraisal()
    it_is(moment("14/09/2026", 23, 59))
    tick()
    assert not RuleSetQuestion.objects.exists()
    it_is(R4_DAY)
    tick()
    tick()
    question = RuleSetQuestion.objects.get()
    assert (question.case, question.from_set, question.to_set, question.clause) == (
        walk.case,
        "R3",
        "R4",
        "T-4",
    )
    row = AuditRow.objects.get(act="ask_rule_set")
    assert (row.subject_id, row.data["clause"]) == (walk.case.pk, "T-4")
    told = OutboxRow.objects.get(kind="rule_set_asked")
    assert told.agency == people.agency_of(people.person("minh"))
    assert {walk.case.rule_set, other.case.rule_set} == {"R3"}
    verify()


def test_a_case_that_was_decided_or_withdrawn_is_not_asked_about() -> None:
    case_at("", story="rejection", at=moment("01/06/2026", 8, 5))
    case_at("", story="withdrawal", at=moment("03/08/2026", 8, 5))
    assert services.ask_rule_sets(at=R4_DAY) == 0


def test_an_unanswered_case_goes_on_under_its_rule_set() -> None:
    walk = asked("check_intake")
    walk.accept()
    assert walk.case.rule_set == "R3"
    assert open_step(walk).clock.rule_set == "R3"  # type: ignore[union-attr]
    assert [question.case for question in rule_sets.waiting()] == [walk.case]


@pytest.mark.parametrize(
    ("day", "step", "clause"),
    [("20/06/2025", "give_notice", "T-2"), ("02/06/2025", "plan_consultation", "")],
)
def test_what_lay_at_the_district_keeps_its_rule_set_and_the_rest_is_asked_about(
    day: str, step: str, clause: str
) -> None:
    walk = case_at(step, at=moment(day, 8, 5), commune="phuc")
    services.ask_rule_sets(at=moment("01/07/2025", 0, 5))
    found = rule_sets.clauses_of([walk.case], change("R2"))[walk.case.pk]
    assert found is not None
    assert found.clause == clause
    assert RuleSetQuestion.objects.count() == (0 if clause else 1)


# --- the choice -----------------------------------------------------------------------------------
@pytest.mark.parametrize("by", DEPARTMENT)
def test_whoever_works_on_files_says_that_it_stays(by: str) -> None:
    walk = asked()
    before = open_step(walk).due_on
    choice = choose(walk, by=by)
    assert (choice.from_set, choice.to_set, choice.moves, choice.clause) == ("R3", "R4", False, "T-4")
    assert (walk.case.rule_set, open_step(walk).due_on) == ("R3", before)
    row = AuditRow.objects.get(act="choose_rule_set")
    assert (row.actor_id, row.data) == (
        people.user(by).pk,
        {"from": "R3", "to": "R3", "reason": REASON},
    )
    assert not rule_sets.waiting().exists()
    assert services.ask_rule_sets(at=moment("17/09/2026")) == 0


def test_a_reviewer_moves_it_by_a_paper() -> None:
    walk = asked()
    choice = choose(walk, moves=True, by="thao")
    assert (walk.case.rule_set, choice.moves, choice.paper_number) == ("R4", True, "123/SCT-QLCN")
    # E20: 5 working days under R3, 2 under R4, from the same first request of Monday 07/09/2026.
    assert open_step(walk).due_on == date(2026, 9, 9)
    row = AuditRow.objects.get(act="choose_rule_set")
    assert (row.data["from"], row.data["to"], row.data["paper_on"]) == ("R3", "R4", "2026-09-15")
    verify()


def test_an_officer_may_not_move_it() -> None:
    walk = asked()
    before = counts()
    with pytest.raises(NotYours, match="Only a reviewer or leader"):
        choose(walk, moves=True)
    assert counts() == before


@pytest.mark.parametrize("key", [*OTHERS, "quyen"])
def test_nobody_else_chooses_or_moves(key: str) -> None:
    walk = asked()
    before = counts()
    with pytest.raises(NotYours):
        choose(walk, by=key)
    with pytest.raises(NotYours):
        move(walk, "R4", by=key)
    assert counts() == before


def test_a_second_choice_is_told_of_the_first() -> None:
    walk = asked()
    choose(walk)
    with pytest.raises(AlreadyChosen, match=r"chose R3 on 16/09/2026 .*Nothing was changed by you"):
        choose(walk, by="khanh")


def test_without_a_question_nothing_is_to_be_chosen() -> None:
    walk = requested()
    with pytest.raises(AlreadyChosen, match="Nothing is to be chosen"):
        choose(walk)


def test_a_choice_needs_its_reason_and_a_move_its_paper() -> None:
    walk = asked()
    before = counts()
    with pytest.raises(RuleBroken, match="Give the reason"):
        choose(walk, reason=" ")
    with pytest.raises(RuleBroken, match="number of the paper"):
        choose(walk, moves=True, by="thao", paper_number=" ")
    for paper_on in (None, date(2026, 9, 17)):
        with pytest.raises(RuleBroken, match="day of the paper"):
            choose(walk, moves=True, by="thao", paper_on=paper_on)
    assert counts() == before


def test_a_repeated_form_chooses_once_and_a_changed_one_is_refused() -> None:
    walk, key = asked(), uuid4()
    choose(walk, sent=Sent(key, {"chosen": "stay"}))
    before = counts()
    with pytest.raises(AlreadyDone):
        choose(walk, sent=Sent(key, {"chosen": "stay"}))
    with pytest.raises(KeyReused):
        choose(walk, sent=Sent(key, {"chosen": "move"}))
    assert counts() == before


def test_a_choice_is_only_ever_added_here_too() -> None:
    choice = choose(asked())
    for act in (choice.save, choice.delete, RuleSetChoice.objects.all().delete):
        with pytest.raises(TypeError, match="only ever added"):
            act()
    with pytest.raises(TypeError, match="only ever added"):
        RuleSetChoice.objects.update(reason="x")


# --- a decision known only by its month ------------------------------------------------------------
def adopted(first: str, last: str) -> Case:
    """Return the case of a cluster of the register, decided at some day from `first` to `last`."""
    at = moment("01/09/2026")
    cases.settle(at)
    cluster = register.enter(code="HN930", name="Cụm cũ", kind=Kind.EXISTING_FORMALISED, at=at)
    DatedFact.objects.create(
        cluster=cluster,
        kind=FactKind.DECISION,
        precision=DatePrecision.MONTH,
        earliest=date.fromisoformat(first),
        latest=date.fromisoformat(last),
        recorded_at=at,
    )
    return services.adopt(
        cluster=cluster,
        kind=CaseKind.NEW,
        stage=Stage.OPERATING,
        source="Báo",
        grade="SEEN",
        by=User.objects.system(),
        at=at,
    )


@pytest.mark.parametrize("moves", [False, True])
def test_an_officer_says_under_which_law_a_decision_of_an_uncertain_day_was(moves: bool) -> None:
    case = adopted("2017-07-01", "2017-07-31")
    assert [services.ask_rule_sets(at=R4_DAY) for _ in range(2)] == [1, 0]
    question = rule_sets.waiting().get()
    assert (question.case, question.from_set, question.to_set, question.clause) == (case, "R0", "R1", "")
    paper: dict[str, Any] = {"paper_number": "4567/QĐ-UBND", "paper_on": date(2017, 7, 20)} if moves else {}
    choice = services.choose_rule_set(
        case_id=case.pk, moves=moves, reason=REASON, by=people.user("minh"), at=LATER, **paper
    )
    assert (Case.objects.get(pk=case.pk).rule_set, choice.moves, choice.paper_on) == (
        "R1" if moves else "R0",
        moves,
        paper.get("paper_on"),
    )
    assert not rule_sets.waiting().exists()
    assert services.ask_rule_sets(at=LATER) == 0
    verify()


@pytest.mark.parametrize(
    ("first", "last"),
    [("2017-07-15", "2017-07-31"), ("2017-06-01", "2017-06-30"), ("2024-05-01", "2024-05-31")],
)
def test_a_month_within_one_rule_set_asks_nobody(first: str, last: str) -> None:
    adopted(first, last)
    assert services.ask_rule_sets(at=R4_DAY) == 0


# --- the move -------------------------------------------------------------------------------------
def test_a_move_begins_the_clock_anew_from_the_same_day_and_keeps_the_old_one() -> None:
    walk = requested()
    old = open_step(walk).clock
    assert old is not None
    dossier = walk.case.dossiers.get()
    move(walk, "R4")
    step, new = open_step(walk), open_step(walk).clock
    assert new is not None
    old.refresh_from_db()
    assert (old.rule_set, old.due_on, old.closed_on) == ("R3", date(2026, 9, 14), date(2026, 9, 16))
    assert (new.rule_set, new.trigger_on, new.due_on, new.closed_on) == (
        "R4",
        old.trigger_on,
        date(2026, 9, 9),
        None,
    )
    assert step.due_on == new.due_on
    assert walk.case.dossiers.get().promised_on == dossier.promised_on == date(2026, 9, 14)
    row = AuditRow.objects.get(act="move_to_rule_set")
    assert row.data["due"] == [{"step": step.pk, "from": "2026-09-14", "to": "2026-09-09"}]
    told = {
        row.agency.name: row.context for row in OutboxRow.objects.filter(kind="rule_set_moved") if row.agency
    }
    assert set(told) == {people.agency_of(people.person(key)).name for key in ("lan", "binh")}
    assert {(one["before"], one["due"], one["new"]) for one in told.values()} == {
        ("14/09/2026", "09/09/2026", "R4")
    }
    verify()


def test_a_move_takes_an_open_pause_along() -> None:
    walk = case_at("supplement", story="supplement", at=moment("10/08/2026", 8, 5))
    old = open_step(walk).clock
    assert old is not None
    move(walk, "R4", at=moment("01/10/2026"))
    new = open_step(walk).clock
    assert new is not None
    assert new.pk != old.pk
    assert [(pause.from_on, pause.to_on) for pause in new.pauses.all()] == [(old.pauses.get().from_on, None)]
    walk.now = moment("02/10/2026")
    walk.answer_supplement()
    assert new.pauses.get().to_on == date(2026, 10, 2)
    verify()


def test_a_move_takes_the_whole_consultation_along_and_leaves_the_days_asked_for() -> None:
    walk = case_at("give_opinion", at=moment("01/10/2026", 8, 5))
    before = {step.pk: step.due_on for step in walk.case.steps.open()}
    assert len(before) > 1
    move(walk, "R3", at=moment("10/11/2026"), paper_on=date(2026, 11, 9))
    after = walk.case.steps.open().select_related("clock")
    assert {step.pk: step.due_on for step in after} == before
    assert {(step.clock.rule_set, step.clock.limit) for step in after if step.clock} == {("R3", "E50")}
    assert len({step.clock_id for step in after}) == 1
    verify()


def test_a_limit_that_the_new_rule_set_has_not_leaves_the_step_without_a_day() -> None:
    walk = requested()
    move(walk, "R1b")
    step = open_step(walk)
    assert (step.clock, step.due_on, walk.case.rule_set) == (None, None, "R1b")
    move(walk, "R4", at=moment("17/09/2026"))
    assert open_step(walk).due_on == date(2026, 9, 9)  # from the day on which the step began
    verify()


def test_a_move_to_the_rule_set_of_today_from_an_earlier_one_is_counted_on() -> None:
    walk = requested("check_intake")
    move(walk, "R4", at=moment("20/10/2026"))
    walk.now = moment("21/10/2026")
    walk.accept()
    clock = open_step(walk).clock
    assert clock is not None
    assert (clock.rule_set, clock.limit) == ("R4", "E50")


@pytest.mark.parametrize(
    ("to", "why"),
    [("R3", "under this rule set already"), ("R4", "not in force yet")],
)
def test_a_move_is_refused_where_it_makes_no_sense(to: str, why: str) -> None:
    walk = requested()
    before = counts()
    with pytest.raises(RuleBroken, match=why):
        move(walk, to, at=moment("14/09/2026"), paper_on=date(2026, 9, 14))
    assert counts() == before


def test_a_clause_that_binds_keeps_the_case_where_it_is() -> None:
    walk = under_appraisal()
    with pytest.raises(RuleBroken, match=r"keeps this case under R3 \(T-3, .*35"):
        move(walk, "R4")
    assert walk.case.rule_set == "R3"


def test_a_way_round_a_clause_that_binds_is_closed_too() -> None:
    walk = under_appraisal()
    move(walk, "R2")
    with pytest.raises(RuleBroken, match=r"keeps this case under R2 \(T-3"):
        move(walk, "R4", at=moment("17/09/2026"))


@pytest.mark.parametrize("story", ["single", "rejection", "withdrawal"])
def test_what_is_decided_or_over_is_not_moved(story: str) -> None:
    walk = case_at("", story=story, at=moment("05/10/2026", 8, 5))
    with pytest.raises(RuleBroken, match=r"a decision stands as it is \(T-5, .*22"):
        move(walk, "R3", at=moment("20/12/2026"))


@pytest.mark.parametrize("by", ["minh", "binh", "lan", "chau"])
def test_only_a_reviewer_or_leader_of_the_department_moves_a_case(by: str) -> None:
    walk = requested()
    with pytest.raises(NotYours):
        move(walk, "R4", by=by)
    assert walk.case.rule_set == "R3"


# --- files of earlier years -----------------------------------------------------------------------
def long_ago(day: str, step: str = "", **how: Any) -> Walk:
    """Return the walk of a proposal of years ago, when the demo's people did not serve yet."""
    cases.settle(moment(day, 7))
    Membership.objects.update(valid_from=date(2017, 1, 1))
    Agency.objects.update(valid_from=date(2017, 1, 1))
    return case_at(step, at=moment(day, 8, 5), commune="phuc", **how)


@pytest.mark.parametrize(("day", "code"), [("05/03/2018", "R1"), ("01/03/2021", "R1b")])
def test_a_file_under_a_rule_set_without_window_or_numbers_goes_its_way(day: str, code: str) -> None:
    walk = long_ago(day, story="supplement")
    assert (walk.case.rule_set, walk.case.state) == (code, "established")
    limits = {clock.limit for clock in walk.case.clocks.all()} - {f"P{n}" for n in range(10, 90)}
    assert limits == ({"E40", "E50", "E70"} if code == "R1" else set())


def test_under_r1_the_file_is_sent_within_five_working_days_of_the_request() -> None:
    walk = long_ago("05/03/2018", "submit_file")
    clock = open_step(walk).clock
    assert clock is not None
    assert (clock.trigger_on, clock.due_on) == (date(2018, 3, 5), date(2018, 3, 12))


@pytest.mark.parametrize("day", ["05/03/2018", "01/03/2021"])
@pytest.mark.parametrize("step", ["give_notice", "check_intake", "supplement", "draft_report", "decide"])
@pytest.mark.usefixtures("english")
def test_the_pages_of_such_a_file_open(day: str, step: str, it_is: Callable[[datetime], None]) -> None:
    walk = long_ago(day, step, story="supplement")
    it_is(walk.now)
    dossier = walk.case.dossiers.get()
    task = open_step(walk)
    doer = {"give_notice": "phuc", "supplement": "lan", "decide": "chau"}.get(step, "minh")
    pages = {
        "lan": [reverse("approvals:receipt", args=[dossier.pk]), reverse("workflows:inbox")],
        doer: [reverse(task.flow_task.page, args=[task.pk])],
        "thao": [reverse("approvals:case", args=[walk.case.code])],
    }
    for key, addresses in pages.items():
        client = Client()
        client.force_login(people.user(key))
        for address in addresses:
            assert client.get(address).status_code == 200, address


# --- the commune acts -----------------------------------------------------------------------------
def test_a_new_step_of_an_old_file_goes_to_the_commune_that_took_over() -> None:
    walk = case_at("give_notice", at=moment("20/06/2025", 8, 5), commune="phuc")
    binh = people.agency_of(people.person("binh"))
    services.choose_successor(
        cluster_id=walk.case.cluster_id,
        predecessor_id=people.agency_of(people.person("phuc")).pk,
        successor_id=binh.pk,
        reason="Nghị quyết 1656/NQ-UBTVQH15",
        by=people.user("minh"),
        at=moment("01/07/2025"),
    )
    walk.commune, walk.now = "binh", moment("02/07/2025")
    walk.give_notice()
    walk.let_window_pass()
    step = open_step(walk)
    assert (step.name, step.agency, walk.case.rule_set) == ("submit_file", binh, "R2")


def test_a_step_is_not_routed_to_a_district_that_ended_before_the_beat_passed_it_on() -> None:
    walk = case_at("receive_files", at=moment("02/06/2025", 8, 5), commune="phuc")
    binh = people.agency_of(people.person("binh"))
    Succession.objects.create(
        predecessor=people.agency_of(people.person("phuc")), successor=binh, on=date(2025, 7, 1)
    )
    services.close_windows(at=moment("01/07/2025", 0, 1))
    assert (open_step(walk).name, open_step(walk).agency) == ("submit_file", binh)


# --- what a change touches ------------------------------------------------------------------------
def test_impact_lists_the_running_cases_with_clause_and_choice() -> None:
    walk, other, moved = asked(), under_appraisal(), requested()
    case_at("give_notice", at=moment("05/10/2026", 8, 5))  # of R4: not touched
    services.ask_rule_sets(at=R4_DAY)
    choose(moved, moves=True, by="thao")
    found = rule_sets.touched(change(), standing(people.user("khanh"), on=LATER.date()))
    assert {(row.case, row.clause.clause, row.must_choose, bool(row.choice)) for row in found} == {
        (walk.case, "T-4", True, False),
        (other.case, "T-3", False, False),
        (moved.case, "T-4", False, True),
    }


def test_impact_shows_nobody_a_case_that_is_not_theirs() -> None:
    asked()
    assert not rule_sets.touched(change(), standing(people.user("hung"), on=LATER.date()))


def law(*words: str) -> Any:
    said = io.StringIO()
    call_command("law", *words, stdout=said)
    return said.getvalue()


def test_law_impact_prints_the_files_under_their_clause() -> None:
    walk, other = asked(), under_appraisal()
    choose(walk)
    told = json.loads(law("impact", "--from", "R3", "--to", "R4", "--json"))
    assert (told["from"], told["to"], told["on"], told["must_choose"]) == ("R3", "R4", "2026-09-15", 0)
    files = {row["code"]: row for row in told["files"]}
    first, second = files[walk.case.code], files[other.case.code]
    assert (first["clause"], first["applies"], first["grade"]) == ("T-4", "ask", "UNRESOLVED")
    assert (first["chosen"]["rule_set"], first["chosen"]["reason"]) == ("R3", REASON)
    assert (second["clause"], second["applies"], second["chosen"]) == ("T-3", "stay", None)
    assert second["article"].startswith("Điều 35 khoản 2 Nghị định 32/2024/NĐ-CP")
    plain = law("impact", "--from", "R3", "--to", "R4")
    assert plain.startswith("R3 -> R4 on 2026-09-15: 2 running case(s)\n")


def test_law_show_prints_what_was_in_force() -> None:
    told = json.loads(law("show", "--on", "2026-11-23", "--json"))
    assert told["rule_set"]["code"] == "R4"
    appraisal = next(row for row in told["provisions"] if row["step"] == "E50")
    assert (appraisal["amount"], appraisal["unit"], appraisal["awaits_gazette"]) == (20, "working_day", True)
    assert {row["rule"] for row in told["readings"]} >= {"T-4", "L-5", "K-6"}
    assert "provisions: " in law("show", "--on", "2026-11-23")


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (["show", "--on", "23/11/2026"], "'23/11/2026' is not a day written YYYY-MM-DD"),
        (["impact", "--from", "R9", "--to", "R4"], "'R9' is no rule set; there are R0, R1, R1b, R2, R3, R4"),
        (["impact", "--from", "R2", "--to", "R4"], "R4 does not follow R2"),
        (["impact", "--from", "R4", "--to", "R3"], "R3 does not follow R4"),
    ],
)
def test_law_refuses_bad_input_with_one_line(words: list[str], why: str) -> None:
    with pytest.raises(CommandError) as refused:
        law(*words)
    assert (str(refused.value), refused.value.returncode) == (why, 2)


# --- the pages ------------------------------------------------------------------------------------
@pytest.fixture
def client(english: None, it_is: Callable[[datetime], None]) -> Callable[[str], Client]:
    it_is(LATER)

    def signed_in(key: str) -> Client:
        client = Client()
        client.cookies["django_language"] = "en"
        client.force_login(people.user(key))
        return client

    return signed_in


def test_an_officer_finds_the_question_and_answers_it(client: Callable[[str], Client]) -> None:
    walk = asked()
    minh = client("minh")
    assert (
        "1 case waits for a choice of its rule set" in minh.get(reverse("workflows:inbox")).content.decode()
    )
    listed = minh.get(reverse("workflows:rule_set_questions")).content.decode()
    page = reverse("workflows:choose_rule_set", args=[walk.case.code])
    assert page in listed
    shown = minh.get(page).content.decode()
    assert "14/09/2026" in shown
    assert "09/09/2026" in shown
    assert "It moves to R4" not in shown
    key = uuid4()
    sent = {"key": key, "chosen": "stay", "reason": REASON}
    for _ in range(2):
        assert minh.post(page, sent).status_code == 302
    assert RuleSetChoice.objects.count() == 1
    assert "that R3 holds for the case" in minh.get(page).content.decode()
    assert REASON in minh.get(reverse("approvals:case", args=[walk.case.code])).content.decode()
    assert minh.post(page, sent | {"key": uuid4()}).status_code == 409


def test_a_reviewer_sees_what_a_move_changes_and_moves(client: Callable[[str], Client]) -> None:
    walk = asked()
    thao = client("thao")
    page = reverse("workflows:move_to_rule_set", args=[walk.case.code])
    assert page in thao.get(reverse("approvals:case", args=[walk.case.code])).content.decode()
    shown = thao.get(page).content.decode()
    assert "09/09/2026" in shown
    assert "no confirmed limit" in shown  # R1 and R1b
    sent = {
        "key": uuid4(),
        "rule_set": "R4",
        "reason": REASON,
        "paper_number": "1/SCT",
        "paper_on": "17/09/2026",
    }
    refused = thao.post(page, sent)
    assert (refused.status_code, "cannot lie in the future" in refused.content.decode()) == (422, True)
    assert thao.post(page, sent | {"paper_on": "16/09/2026"}).status_code == 302
    assert Case.objects.get(pk=walk.case.pk).rule_set == "R4"


def test_the_page_asks_which_law_an_uncertain_decision_was_under(client: Callable[[str], Client]) -> None:
    case = adopted("2017-07-01", "2017-07-31")
    services.ask_rule_sets(at=R4_DAY)
    page = reverse("workflows:choose_rule_set", args=[case.code])
    assert page in client("minh").get(reverse("approvals:case", args=[case.code])).content.decode()
    shown = client("minh").get(page).content.decode()
    assert "It was decided under R1" in shown
    sent = {
        "key": uuid4(),
        "chosen": "move",
        "reason": REASON,
        "paper_number": "1/QĐ",
        "paper_on": "20/07/2017",
    }
    assert client("minh").post(page, sent).status_code == 302
    assert "R1" in client("minh").get(reverse("approvals:case", args=[case.code])).content.decode()


def test_a_decided_case_says_that_it_cannot_be_moved(client: Callable[[str], Client]) -> None:
    walk = case_at("", story="rejection", at=moment("01/06/2026", 8, 5))
    page = reverse("workflows:move_to_rule_set", args=[walk.case.code])
    assert "a decision stands as it is (T-5" in client("thao").get(page).content.decode()


def test_a_leader_reads_what_a_change_touches(client: Callable[[str], Client]) -> None:
    walk, other = asked(), under_appraisal()
    for key in ("khanh", "chau", "minh"):
        shown = client(key).get(reverse("workflows:impact")).content.decode()
        assert walk.case.code in shown
        assert other.case.code in shown
        assert "1 case waits for a choice of the Department" in shown
    older = client("khanh").get(reverse("workflows:impact"), {"to": "R3"}).content.decode()
    assert "No running case is touched by this change" in older
    assert client("khanh").get(reverse("workflows:impact"), {"to": "R9"}).status_code == 404
    assert client("binh").get(reverse("workflows:impact")).status_code == 404


def test_a_second_role_does_not_hide_the_first(client: Callable[[str], Client]) -> None:
    walk = asked()
    appoint("minh", Role.REVIEWER)
    shown = client("minh").get(reverse("workflows:choose_rule_set", args=[walk.case.code])).content.decode()
    assert "It moves to R4" in shown
