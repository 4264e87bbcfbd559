"""Reads of the workflow: the tabs of the inbox, what comes next and about when."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

import pytest
from django.db import connection
from django.db.models import Exists, OuterRef
from django.test.utils import CaptureQueriesContext

from accounts.models import Agency
from accounts.selectors import Standing, standing
from accounts.states import AgencyKind
from demo import people
from records.invariants import all_invariants
from tests.factories import cases
from tests.factories.cases import Walk, begun, case_at, moment
from workflows import selectors, services, triggers
from workflows.models import Awaited, Case, Step

pytestmark = pytest.mark.django_db

TODAY = moment("05/10/2026").date()


def day(text: str) -> date:
    return moment(text).date()


def who(key: str, on: date = TODAY) -> Standing:
    return standing(people.user(key), on=on)


def names(key: str, tab: str, on: date = TODAY) -> list[str]:
    return [step.name for step in selectors.inbox(who(key, on), tab=tab, today=on)]


def breaks(name: str) -> list[str]:
    return next(list(one.check()) for one in all_invariants() if one.name == name)


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
        rest = selectors.inbox(who("binh"), tab="others", today=TODAY, after=(step.due_on, step.pk))
        assert rest == whole[place + 1 :]


def copies(
    step: Step, number: int, *, days: Sequence[date | None] = (TODAY,), at: Agency | None = None
) -> None:
    """Open `number` more steps like `step`, due on `days` in turn, at the same agency or `at` another."""
    Step.objects.bulk_create(
        Step(
            **{
                field.attname: getattr(step, field.attname)
                for field in Step._meta.concrete_fields
                if field.name not in ("id", "due_on", "agency")
            },
            due_on=days[n % len(days)],
            agency=at or step.agency,
        )
        for n in range(number)
    )


def rows_read(tables: Sequence[str]) -> int:
    """Return how many rows of `tables` this transaction has read, by PostgreSQL's own count."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT sum(seq_tup_read + idx_tup_fetch)::int FROM pg_stat_xact_user_tables"
            " WHERE relname = ANY(%s)",
            [list(tables)],
        )
        return int(cursor.fetchone()[0])


def others_by_definition(key: str) -> list[Step]:
    """Return what waits elsewhere in the cases of a person's agencies, found the long way."""
    agencies = who(key).agencies()
    held = Step.objects.filter(case=OuterRef("case"), agency__in=agencies)
    found = Step.objects.open().exclude(agency__in=agencies).filter(Exists(held))
    return sorted(found, key=lambda step: (step.due_on is None, step.due_on, step.pk))


def all_pages(key: str, tab: str) -> list[Step]:
    """Return what a person finds who goes on from page to page."""
    found: list[Step] = []
    after = None
    while True:
        page = selectors.inbox(who(key), tab=tab, today=TODAY, after=after)
        found += page[: selectors.PAGE]
        if len(page) <= selectors.PAGE:
            return found
        after = found[-1].due_on, found[-1].pk


DAYS = (day("02/11/2026"), None, day("05/10/2026"), day("30/09/2026"), day("05/10/2026"))


def test_pages_hold_every_step_once_over_shared_days_and_none() -> None:
    walk = case_at("check_intake", at=moment("05/10/2026"))
    step = walk.case.steps.open().get()
    services.claim(step_id=step.pk, by=people.user("minh"), at=walk.now)
    copies(Step.objects.get(pk=step.pk), 93, days=DAYS)
    steps = sorted(Step.objects.open(), key=lambda step: (step.due_on is None, step.due_on, step.pk))
    assert all_pages("minh", "mine") == steps
    assert all_pages("minh", "agency") == steps
    assert all_pages("binh", "others") == steps
    assert all_pages("minh", "week") == [step for step in steps if step.due_on == TODAY]
    assert all_pages("minh", "overdue") == [step for step in steps if step.late_on(TODAY)]


def test_a_page_begins_after_any_key_though_its_step_has_gone() -> None:
    walk = case_at("check_intake", at=moment("05/10/2026"))
    copies(walk.case.steps.open().get(), 9, days=DAYS)
    steps = all_pages("minh", "agency")
    for place, gone in enumerate(steps):
        Step.objects.filter(pk=gone.pk).update(finished=walk.now)
        rest = selectors.inbox(who("minh"), tab="agency", today=TODAY, after=(gone.due_on, gone.pk))
        assert rest == steps[place + 1 :]
    assert selectors.inbox(who("minh"), tab="week", today=TODAY, after=(day("01/01/2020"), 1)) == []


def test_counts_are_exact_up_to_many_and_say_no_more_above() -> None:
    walk = case_at("check_intake", at=moment("05/10/2026"))
    step = walk.case.steps.open().get()
    copies(step, selectors.MANY - 2)
    minh, binh = who("minh"), who("binh")
    assert selectors.inbox_counts(minh, today=TODAY)["agency"] == selectors.MANY - 1
    assert selectors.inbox_counts(binh, today=TODAY)["others"] == selectors.MANY - 1
    copies(step, 30)
    many = {"mine": 0, "agency": 100, "week": 100, "overdue": 0, "others": 0}
    assert selectors.inbox_counts(minh, today=TODAY) == many
    assert selectors.inbox_counts(binh, today=TODAY)["others"] == selectors.MANY


def test_the_inbox_asks_as_many_queries_whatever_is_open() -> None:
    walk = case_at("check_intake", at=moment("05/10/2026"))
    minh, binh = who("minh"), who("binh")

    def asked() -> list[int]:
        found = []
        for person in (minh, binh):
            for tab in selectors.TABS:
                with CaptureQueriesContext(connection) as queries:
                    selectors.inbox(person, tab=tab, today=TODAY)
                found.append(len(queries))
            with CaptureQueriesContext(connection) as queries:
                selectors.inbox_counts(person, today=TODAY)
            found.append(len(queries))
        return found

    # One for the keys and one for the rows, where there are any; one for each count.
    assert asked() == [1, 2, 1, 1, 1, 5, 1, 1, 1, 1, 2, 5]
    copies(walk.case.steps.open().get(), 300, days=DAYS)
    assert asked() == [1, 2, 2, 2, 1, 5, 1, 1, 1, 1, 2, 5]


@pytest.mark.parametrize("step", ["give_notice", "check_intake", "give_opinion", "decide", "send_copy"])
def test_what_waits_elsewhere_is_found_in_many_cases_and_in_few(step: str) -> None:
    case_at(step, commune="dao")
    for story in ("supplement", "withdrawal"):
        case_at(story=story)
    case_at("give_opinion")
    copies(case_at(step).case.steps.open()[0], 40, days=DAYS)
    for person in people.PEOPLE:
        expected = others_by_definition(person.key)
        assert all_pages(person.key, "others") == expected, person.key
        assert selectors.inbox_counts(who(person.key), today=TODAY)["others"] == len(expected), person.key
    assert breaks("W5") == []


def test_who_serves_in_two_agencies_waits_for_neither() -> None:
    cases.settle()
    department, commune = people.agency_of(people.person("minh")), people.agency_of(people.person("binh"))
    finance = people.agency_of(people.person("tai"))
    step = case_at("check_intake", at=moment("05/10/2026")).case.steps.open().get()
    copies(step, 30, days=DAYS, at=finance)
    copies(step, 30, days=DAYS)
    people.user("binh").memberships.create(agency=department, role="officer", valid_from=day("01/01/2026"))
    assert who("binh").agencies() == {department.pk, commune.pk}
    assert all_pages("binh", "others") == others_by_definition("binh")
    assert {step.agency for step in all_pages("binh", "others")} == {finance}
    assert len(all_pages("binh", "agency")) == 31
    counts = selectors.inbox_counts(who("binh"), today=TODAY)
    assert (counts["agency"], counts["others"]) == (31, 30)


def test_the_database_keeps_what_is_awaited_through_every_change_of_a_step() -> None:
    case = case_at("give_opinion").case
    binh = people.agency_of(people.person("binh"))
    moved, due, closed = case.steps.open().order_by("pk")[:3]
    assert {row.step_id for row in Awaited.objects.filter(agency=binh)} >= {moved.pk, due.pk, closed.pk}
    Step.objects.filter(pk=moved.pk).update(agency=people.agency_of(people.person("dao")))
    assert breaks("W5") == []
    Step.objects.filter(pk=due.pk).update(due_on=None)
    assert Awaited.objects.get(step=due, agency=binh).due_on is None
    Step.objects.filter(pk=closed.pk).update(finished=closed.created)
    assert not Awaited.objects.filter(step=closed).exists()
    Step.objects.filter(pk=closed.pk).update(finished=None)
    assert Awaited.objects.filter(step=closed, agency=binh).exists()
    with connection.cursor() as cursor:
        cursor.execute(f"DELETE FROM approvals_opinionrequest WHERE step_id = {due.pk}")
        cursor.execute(f"DELETE FROM {Step._meta.db_table} WHERE id = {due.pk}")
    assert not Awaited.objects.filter(step=due.pk).exists()
    assert breaks("W5") == []


def test_what_was_written_without_the_triggers_is_set_right_after_a_migration() -> None:
    case_at("give_opinion")
    row = Awaited.objects.all()[0]
    kept = set(Awaited.objects.values_list("step_id", "agency_id", "due_on"))
    Awaited.objects.filter(step=row.step_id).delete()
    Awaited.objects.update(due_on=day("01/01/2020"))
    triggers.install_after_migrate(None, using="default")
    assert set(Awaited.objects.values_list("step_id", "agency_id", "due_on")) == kept


@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite plans without statistics")
def test_what_is_awaited_costs_twice_for_twice_the_steps_though_the_planner_believes_in_none() -> None:
    """What autovacuum writes down on a new city's first day, before the tables fill up."""
    tables = [Step._meta.db_table, Awaited._meta.db_table]
    with connection.cursor() as cursor:
        cursor.execute("UPDATE pg_class SET reltuples = 0, relpages = 0 WHERE relname = ANY(%s)", [tables])
    step = case_at("give_opinion").case.steps.open().order_by("pk")[0]
    read = []
    for _time in range(2):
        copies(step, 300)
        before = rows_read(tables)
        Step.objects.filter(pk=step.pk).update(due_on=day("01/01/2030"))
        read.append(rows_read(tables) - before)
        Step.objects.filter(pk=step.pk).update(due_on=None)
    once, again = read
    assert once > 300
    assert again < 2.5 * once


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
    for story in ("operation", "withdrawal", "rejection"):
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
