"""Real cases replayed: every story conforms, what is changed behind the services is found and shown."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import Agency, Membership, User
from accounts.states import AgencyKind
from approvals.conformance import Deviation, replay
from approvals.log_reader import every_log, log_of
from approvals.models import Decision, OpinionRequest, Paper
from approvals.procedures.establishment import services
from approvals.states import DeviationKind, PaperKind
from clusters import services as register
from clusters.states import Kind, Stage
from demo import people, stories
from law.rulesets import provision
from law.selectors import calendar
from records.clock import local_day
from tests.factories.cases import Walk, case_at, followed, later, moment, settle, step_of
from workflows.models import Case, Stay
from workflows.services import adopt
from workflows.states import CaseKind

pytestmark = pytest.mark.django_db
NOW = moment("10/11/2026")


def found(walk: Walk) -> list[Deviation]:
    return replay(log_of(walk.case), today=local_day(walk.now), calendar=calendar())


def kinds(walk: Walk) -> list[tuple[str, str]]:
    return [(one.kind, one.step) for one in found(walk)]


def change_stay(walk: Walk, step: str, **facts: Any) -> None:
    """Tell the log otherwise than it was, as an import of history would."""
    assert Stay.objects.filter(case=walk.case, name=step).update(**facts)


def told(*args: str, **options: Any) -> str:
    out = io.StringIO()
    call_command("conformance", *args, stdout=out, **options)
    return out.getvalue()


# --- what conforms --------------------------------------------------------------------------------
@pytest.mark.parametrize("story", stories.STORIES)
def test_every_story_of_the_demo_conforms(story: str) -> None:
    walk = case_at(story=story)

    assert found(walk) == []
    assert log_of(walk.case).steps == walk.case.steps.work().exclude(outcome="passed_on").count()


def test_what_a_successor_took_over_is_one_step() -> None:
    walk = case_at("draft_report", story="succession")
    passed = walk.case.steps.work().filter(outcome="passed_on")

    log = log_of(walk.case)

    assert passed.count() == 2  # the opinions of two departments that were merged
    opinions = [visit for visit in log.runs[0].visits if visit.step == "give_opinion"]
    assert len(opinions) == 3
    assert {visit.entered_at for visit in opinions} == {opinions[0].entered_at}


def test_a_cluster_taken_up_while_it_was_built_conforms() -> None:
    assert found(followed("accept_works")) == []


def adopted() -> Case:
    at = moment("05/10/2026")
    settle(at)
    return adopt(
        cluster=register.enter(code="HN900", name="Cụm có sẵn", kind=Kind.NEW, at=at),
        kind=CaseKind.NEW,
        stage=Stage.ESTABLISHED,
        source="Báo",
        grade="SEEN",
        by=User.objects.system(),
        at=at,
    )


# --- what does not --------------------------------------------------------------------------------
def test_an_opinion_taken_back_is_one_that_the_appraisal_went_on_without() -> None:
    walk = case_at("give_opinion")
    agency = people.agency_of(people.person("moc"))
    services.take_back_consultation(
        step_id=walk.open_step("give_opinion", agency).pk,
        reason="Quá hạn",
        by=people.user("minh"),
        at=walk.now,
    )
    walk.give_opinion("tai")
    walk.give_opinion("xuan")

    assert kinds(walk) == [("skipped_opinion", "give_opinion")]
    assert found(walk)[0].says == f"The appraisal went on without the opinion of: {agency}."


def test_an_answer_after_its_day_is_found_once_the_report_is_begun() -> None:
    walk = case_at("give_opinion")
    later(walk, 8)
    walk.give_opinion("tai")
    assert kinds(walk) == []

    walk.give_opinion("xuan")
    walk.give_opinion("moc")

    assert kinds(walk) == [("late_answer_used", "give_opinion")] * 3


def test_a_late_decision_is_found_with_the_days_it_is_late() -> None:
    walk = case_at("decide")
    later(walk, 8)

    (still_open,) = found(walk)
    walk.decide()
    (done,) = found(walk)

    assert (still_open.kind, still_open.step) == (done.kind, done.step) == ("late", "decide")
    assert still_open.says.startswith("Still open")
    assert done.says.startswith("Done")
    assert done.article.startswith("Article 10, Decree 32/2024/NĐ-CP")


def test_a_supplement_asked_after_the_last_day_is_found_and_the_request_itself_is_not_late() -> None:
    walk = case_at("draft_report")
    due_on = step_of(walk, "draft_report").due_on
    later(walk, 20)

    walk.ask_supplement_in_appraisal()

    (asked,) = found(walk)
    assert (asked.kind, asked.step) == ("supplement_after_window", "supplement")
    assert asked.says == f"Asked after the last day of the appraisal, {due_on:%d/%m/%Y}."
    assert asked.basis == provision("R4", "E55")


def hour_before(walk: Walk, step: str) -> datetime:
    return step_of(walk, step).created - timedelta(hours=1)


def by_another_agency(walk: Walk) -> None:
    change_stay(walk, "review_report", agency=people.agency_of(people.person("tai")))


def by_somebody_else(walk: Walk) -> None:
    change_stay(walk, "decide", owner=people.user("van"))


def after_the_term(walk: Walk) -> None:
    Membership.objects.filter(user=people.user("chau")).update(valid_to=moment("01/10/2026").date())


def by_another_issuer(walk: Walk) -> None:
    Decision.objects.update(issuer=people.agency_of(people.person("binh")))


def by_an_agency_that_ended(walk: Walk) -> None:
    Agency.objects.filter(kind=AgencyKind.CONSTRUCTION).update(valid_to=moment("05/10/2026").date())


def step_taken_away(walk: Walk) -> None:
    step = step_of(walk, "check_intake")
    Stay.objects.filter(step=step).delete()
    Case.objects.get(pk=walk.case.pk).steps.filter(pk=step.pk).update(flow_task_type="GATE")


def report_begun_early(walk: Walk) -> None:
    change_stay(walk, "draft_report", entered_at=hour_before(walk, "draft_report"))


def signed_before_the_report(walk: Walk) -> None:
    Decision.objects.update(signed_on=moment("08/10/2026").date())


def decided_before_the_report(walk: Walk) -> None:
    early = hour_before(walk, "decide")
    Decision.objects.update(decided_at=early, signed_on=local_day(early))


def submitted_within_the_window(walk: Walk) -> None:
    Paper.objects.filter(kind=PaperKind.SUBMISSION).update(issued_on=moment("07/10/2026").date())


def never_answered(walk: Walk) -> None:
    first = OpinionRequest.objects.earliest("pk")
    OpinionRequest.objects.filter(pk=first.pk).update(verdict="", answered_at=None, answered_by=None)


def asked_after_the_report(walk: Walk) -> None:
    dossier = walk.case.dossiers.get()
    asked_at = step_of(walk, "decide").created + timedelta(minutes=1)
    dossier.supplement_requests.create(round=9, asked_by=people.user("minh"), asked_at=asked_at)


K = DeviationKind


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (by_another_agency, [(K.WITHOUT_COMPETENCE, "review_report")]),
        (by_somebody_else, [(K.WITHOUT_COMPETENCE, "decide")]),
        (after_the_term, [(K.WITHOUT_COMPETENCE, "decide")]),
        (by_another_issuer, [(K.WITHOUT_COMPETENCE, "decide")]),
        (by_an_agency_that_ended, [(K.WITHOUT_COMPETENCE, "give_opinion")]),
        (step_taken_away, [(K.SKIPPED_STEP, "check_intake")]),
        (report_begun_early, [(K.WRONG_ORDER, "draft_report")]),
        (signed_before_the_report, [(K.PAPER_OUT_OF_ORDER, "decide")]),
        (decided_before_the_report, [(K.DECISION_BEFORE_REPORT, "decide")]),
        (submitted_within_the_window, [(K.PAPER_OUT_OF_ORDER, "submit_file")]),
        (never_answered, [(K.SKIPPED_OPINION, "give_opinion")]),
        (asked_after_the_report, [(K.SUPPLEMENT_AFTER_WINDOW, "supplement")]),
    ],
)
def test_a_log_changed_behind_the_services_gives_this_deviation_and_no_other(
    change: Callable[[Walk], None], expected: list[tuple[str, str]]
) -> None:
    walk = case_at()
    change(walk)

    assert kinds(walk) == expected
    assert all(one.article for one in found(walk))


# --- the command ----------------------------------------------------------------------------------
def test_the_command_tells_a_case_as_json_by_its_code_or_its_dossiers(it_is: Callable[..., None]) -> None:
    it_is(NOW)
    walk = case_at("send_copy")
    by_another_issuer(walk)
    assert walk.dossier is not None

    by_case = json.loads(told(walk.case.code, json=True))

    assert by_case == json.loads(told(walk.dossier.code, json=True))
    assert list(by_case) == ["code", "rule_set", "procedures", "steps_replayed", "conforms", "findings"]
    assert by_case["code"] == walk.case.code
    assert by_case["rule_set"] == "R4"
    assert by_case["procedures"] == ["establishment", "development"]
    assert by_case["conforms"] is False
    (finding,) = by_case["findings"]
    assert finding.pop("article").startswith("Article 10, Decree 32/2024/NĐ-CP")
    assert finding == {
        "kind": "without_competence",
        "step": "decide",
        "on": local_day(step_of(walk, "decide").finished).isoformat(),
        "says": "Done by: Commune People's Committee. Competent on that day: City People's Committee.",
        "grade": "SEEN-SUMMARY",
        "severity": "breach",
    }


def test_the_command_tells_a_case_in_words(it_is: Callable[..., None]) -> None:
    it_is(moment("27/10/2026"))
    walk = case_at("draft_report")

    assert told(walk.case.code).splitlines() == [
        f"{walk.case.code} · R4 · Establishment or expansion of a cluster",
        "  No deviation found among 9 steps.",
    ]


def test_the_command_tells_each_deviation_with_its_article_and_how_sure_it_is(
    it_is: Callable[..., None],
) -> None:
    it_is(NOW)
    walk = case_at("send_copy")
    by_another_issuer(walk)

    _case, what, why = told(walk.case.code).splitlines()

    assert what.endswith("Competent on that day: City People's Committee.")
    assert "Decision of the city People's Committee: Done by" in what
    assert why.strip().startswith("Without competence · Breach · Article 10, Decree 32/2024/NĐ-CP")
    assert why.endswith(" · not yet compared with the gazette")


def test_the_command_does_not_call_an_adopted_case_conformant() -> None:
    case = adopted()

    assert json.loads(told(case.code, json=True))["conforms"] is None
    assert told(case.code).splitlines() == [
        case.code,
        "  There is nothing to replay: no procedure ran on this case.",
    ]


def test_the_command_tells_every_case_on_a_line_of_its_own(it_is: Callable[..., None]) -> None:
    it_is(NOW)
    codes = {adopted().code, case_at("decide").case.code, case_at("submit_file").case.code}

    lines = [json.loads(line) for line in told(all=True, json=True).splitlines()]

    assert {line["code"] for line in lines} == codes
    assert len(lines) == 3


@pytest.mark.parametrize(
    ("args", "options", "says"),
    [
        (["KHÔNG-CÓ"], {}, "There is no case and no dossier with the code KHÔNG-CÓ."),
        ([], {}, "Name one case by its code, or all with --all."),
        (["HN900"], {"all": True}, "Name one case by its code, or all with --all."),
    ],
)
def test_the_command_refuses_with_status_2_in_one_line(
    args: list[str], options: dict[str, bool], says: str
) -> None:
    with pytest.raises(CommandError) as caught:
        told(*args, **options)
    assert (str(caught.value), caught.value.returncode) == (says, 2)


# --- the reader and the page ----------------------------------------------------------------------
def test_many_logs_are_read_in_as_many_queries_as_one() -> None:
    case_at()
    with CaptureQueriesContext(connection) as one:
        list(every_log(Case.objects.all()))
    for _more in range(2):
        case_at("decide")
    with CaptureQueriesContext(connection) as three:
        assert len(list(every_log(Case.objects.all()))) == 3
    assert len(one) == len(three)


def page(walk: Walk, key: str) -> str:
    client = Client()
    client.force_login(people.user(key))
    client.cookies["django_language"] = "en"
    return client.get(f"/cases/{walk.case.code}/").content.decode()


def test_offices_read_on_the_page_of_a_case_what_departs_and_applicants_do_not(
    it_is: Callable[..., None],
) -> None:
    it_is(NOW)
    walk = case_at("send_copy")
    conforming = page(walk, "minh")
    by_another_issuer(walk)

    deviating = page(walk, "tai")

    assert "No deviation found among 13 steps." in conforming
    assert "Without competence" in deviating
    assert "Done by: Commune People&#x27;s Committee." in deviating
    assert "not yet compared with the gazette" in deviating
    assert "Compared with the procedure" not in page(walk, "lan")
