"""Reads of the workflow: the tabs of the inbox, what comes next and about when."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from accounts.selectors import Standing, standing
from accounts.states import AgencyKind
from demo import people
from tests.factories.cases import Walk, begun, case_at, moment
from workflows import selectors, services
from workflows.models import Case, Step

pytestmark = pytest.mark.django_db

TODAY = moment("05/10/2026").date()


def day(text: str) -> date:
    return moment(text).date()


def who(key: str, on: date = TODAY) -> Standing:
    return standing(people.user(key), on=on)


def names(key: str, tab: str, on: date = TODAY) -> list[str]:
    return [step.name for step in selectors.inbox(who(key, on), tab=tab, today=on)]


def coming(walk: Walk) -> dict[str, date | None]:
    """Return the estimated day of each step that is still to come."""
    nodes = {str(node.task_title): node.name for node in walk.case.processes.get().flow_class.work_nodes()}
    return {
        nodes[str(stop.title)]: stop.by_estimate
        for stop in selectors.tracker(walk.case)
        if stop.state == "next"
    }


# --- the inbox ------------------------------------------------------------------------------------
def test_each_step_lies_under_its_tabs() -> None:
    walk = case_at("check_intake", at=moment("05/10/2026"))
    due_on = day("13/11/2026")
    on = day("20/10/2026")
    assert names("minh", "agency", on) == ["check_intake"]
    assert names("minh", "mine", on) == []
    services.claim(step_id=walk.case.steps.open().get().pk, by=people.user("minh"), at=walk.now)
    assert names("minh", "mine", on) == ["check_intake"]
    assert names("minh", "week", on) == []
    assert names("minh", "week", day("09/11/2026")) == ["check_intake"]
    assert names("minh", "week", due_on) == ["check_intake"]
    assert names("minh", "overdue", due_on) == []
    assert names("minh", "overdue", due_on + timedelta(days=1)) == ["check_intake"]
    assert names("minh", "others", on) == []
    assert names("binh", "others", on) == ["check_intake"]
    assert names("dao", "others", on) == []


def test_the_counts_are_those_of_the_tabs() -> None:
    case_at("check_intake")
    case_at("give_opinion")
    case_at("give_notice")
    on = day("20/11/2026")
    for person in people.PEOPLE:
        counts = selectors.inbox_counts(who(person.key, on), today=on)
        for tab, count in counts.items():
            assert count == len(names(person.key, tab, on)), (person.key, tab)


def test_strangers_have_an_empty_inbox() -> None:
    case_at("give_opinion")
    for tab in ("mine", "agency", "week", "overdue", "others"):
        assert names("an", tab) == []
        assert names("hung", tab) == []


def test_pages_follow_each_other_by_day_and_number_without_a_gap() -> None:
    for _ in range(4):
        case_at("check_intake")
    walks = [case_at("supplement", story="supplement") for _ in range(3)]
    assert {walk.case.steps.open().get().due_on for walk in walks} == {None}
    whole = selectors.inbox(who("binh"), tab="others", today=TODAY)
    assert [step.name for step in whole] == ["check_intake"] * 4 + ["supplement"] * 3
    for place, step in enumerate(whole):
        key = f"{step.due_on:%Y-%m-%d}" if step.due_on else ""
        rest = selectors.inbox(who("binh"), tab="others", today=TODAY, after=(key, step.pk))
        assert rest == whole[place + 1 :]


# --- who sees what --------------------------------------------------------------------------------
PARTIES = {"lan", "binh", "minh", "thao", "khanh", "quyen", "chau", "van"}


@pytest.mark.parametrize(
    ("step", "more"),
    [("give_notice", set()), ("give_opinion", {"tai", "xuan", "moc"}), ("decide", {"tai", "xuan", "moc"})],
)
def test_a_case_is_seen_by_its_parties_and_nobody_else(step: str, more: set[str]) -> None:
    walk = case_at(step)
    seeing = {p.key for p in people.PEOPLE if Case.objects.visible_to(who(p.key)).exists()}
    assert seeing == PARTIES | more
    assert {
        p.key for p in people.PEOPLE if Step.objects.visible_to(who(p.key)).filter(case=walk.case).exists()
    } == PARTIES | more
    documents = {
        p.key
        for p in people.PEOPLE
        if walk.case.dossiers.get().documents.model.objects.visible_to(who(p.key)).exists()
    }
    assert documents == PARTIES | more


# --- what comes next ------------------------------------------------------------------------------
def test_the_way_to_come_is_estimated_from_the_due_day_of_the_present_step() -> None:
    walk = case_at("give_notice", at=moment("05/10/2026"))
    assert coming(walk) == {
        "receive_files": day("14/10/2026"),
        "submit_file": day("21/10/2026"),
        "check_intake": day("18/11/2026"),
        "plan_consultation": day("18/11/2026"),
        "give_opinion": day("18/11/2026"),
        "draft_report": day("18/11/2026"),
        "review_report": day("18/11/2026"),
        "decide": day("25/11/2026"),
        "send_copy": None,  # the law sets no limit for it
    }


@pytest.mark.parametrize("step", ["check_intake", "plan_consultation", "give_opinion", "draft_report"])
def test_within_the_appraisal_its_days_are_counted_once(step: str) -> None:
    walk = case_at(step, at=moment("05/10/2026"))
    assert coming(walk)["review_report"] == day("13/11/2026")
    assert coming(walk)["decide"] == day("20/11/2026")


def test_a_supplement_leads_back_to_where_it_was_asked_for() -> None:
    walk = case_at("supplement", story="supplement", at=moment("05/10/2026"))
    assert next(iter(coming(walk))) == "check_intake"
    walk.answer_supplement()
    walk.accept()
    walk.consult(AgencyKind.FINANCE)
    walk.give_opinion("tai")
    walk.ask_supplement_in_appraisal()
    assert list(coming(walk)) == ["draft_report", "review_report", "decide", "send_copy"]


def test_limits_of_an_older_law_are_estimated_in_its_own_units() -> None:
    walk = case_at("give_notice", at=moment("14/09/2026"))
    assert walk.case.rule_set == "R3"
    # 5 working days: 21/09; 15 days: 06/10; 5 working days: 13/10; 25 days: 07/11, a Saturday → 09/11.
    assert coming(walk)["receive_files"] == day("06/10/2026")
    assert coming(walk)["submit_file"] == day("13/10/2026")
    assert coming(walk)["check_intake"] == day("09/11/2026")


def test_a_year_that_is_not_known_ends_the_estimate_and_not_the_page() -> None:
    walk = begun(moment("01/12/2027"))
    walk.file()
    found = coming(walk)
    assert found["receive_files"] == day("10/12/2027")
    assert found["decide"] is None


def test_an_ended_case_has_nothing_to_come() -> None:
    for story in ("single", "withdrawal", "rejection"):
        walk = case_at(story=story)
        assert {stop.state for stop in selectors.tracker(walk.case)} == {"done"}


def test_the_history_tells_the_newest_act_first() -> None:
    walk = case_at("draft_report")
    acts = [row.act for row in selectors.history(walk.case)]
    assert acts[0] == "give_opinion"
    assert acts[-1] == "file"
    assert len(acts) == walk.case.audit_seq


def test_an_open_step_shows_its_deadline_with_ledger_and_article() -> None:
    walk = case_at("check_intake", at=moment("05/10/2026"))
    deadline, row = selectors.deadline_of(walk.case.steps.open().get())
    assert deadline
    assert row
    assert (deadline.due_on, deadline.days_used, row.step) == (day("13/11/2026"), 20, "E50")
    walk = case_at("supplement", story="supplement")
    assert selectors.deadline_of(walk.case.steps.open().get()) == (None, None)
