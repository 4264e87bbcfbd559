"""Stories of real clusters: told from the register's facts, adopted once, and nothing made up."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date, datetime

import pytest
from django.test import Client

from clusters import register_file, services
from clusters.dates import exactly
from clusters.models import Cluster, DatedFact
from clusters.states import FactKind, Stage
from demo import histories, stories
from records.models import AuditRow
from tests.factories.cases import moment
from tests.integration.demo.test_demo import run
from workflows.models import Case

pytestmark = pytest.mark.django_db

Tell = Callable[[datetime], None]
STORY = "adopt-1736-days"


def told() -> dict[str, object]:
    found: dict[str, object] = json.loads(run("story", STORY, "--json"))
    return found


@pytest.fixture
def today(it_is: Tell) -> None:
    it_is(moment("26/11/2026"))


def test_phu_yen_is_told_with_its_days_and_the_law_of_its_decision(today: None) -> None:
    story = told()
    assert story["days"] == {"decision_to_lease": 1736, "decision_to_start": 1749}
    assert (story["case"], story["cluster"]) == ("HN004", "Làng nghề Phú Yên")
    assert story["rule_set"] == "R1"
    assert "NĐ 68/2017/NĐ-CP" in str(story["law"])
    assert (story["stage"], story["dossier"]) == (Stage.UNDER_CONSTRUCTION, "")


def test_the_events_are_the_facts_with_source_and_grade_and_then_the_adoption(today: None) -> None:
    events = told()["events"]
    assert isinstance(events, list)
    assert [(event["at"], event["act"], event["days"], event["number"]) for event in events] == [
        ("2018-06-15", "decision", 0, "2952/QĐ-UBND"),
        ("2023-03-17", "land_lease", 1736, "1591/QĐ-UBND"),
        ("2023-03-30", "groundbreaking", 1749, ""),
        ("2023-03-30", "status", 1749, ""),
        ("2026-11-26", "adopt", 3086, ""),
    ]
    assert {event["grade"] for event in events} == {"SEEN"}
    assert all(event["source"].startswith("nguoihanoi.vn (article 68701)") for event in events)
    assert [event["stage"] for event in events] == ["", "", "", "", Stage.UNDER_CONSTRUCTION]
    # Who signed, and which office: the source does not say it.
    assert {(event["by"], event["agency"]) for event in events[:-1]} == {("", "")}


def test_only_what_is_needed_is_adopted_and_only_once(today: None) -> None:
    first = told()
    assert told() == first
    assert (Cluster.objects.count(), Case.objects.count(), AuditRow.objects.count()) == (1, 1, 1)
    assert not Cluster.objects.get().is_demo
    run("verify")


def test_a_register_that_stands_is_left_as_it_is(today: None) -> None:
    run("import_clusters")
    before = DatedFact.objects.count()
    assert told()["days"] == {"decision_to_lease": 1736, "decision_to_start": 1749}
    assert (Cluster.objects.count(), DatedFact.objects.count()) == (71, before)


def test_a_cluster_without_a_case_is_adopted(today: None, at: datetime) -> None:
    services.import_rows(register_file.read(register_file.HANOI_FILE), at=at)
    assert told()["stage"] == Stage.UNDER_CONSTRUCTION
    assert Case.objects.count() == 1


def test_the_days_are_counted_from_the_facts_and_not_from_the_name(today: None, at: datetime) -> None:
    told()
    cluster = Cluster.objects.get()
    services.record_fact(
        cluster=cluster, kind=FactKind.LAND_LEASE, when=exactly(date(2023, 3, 18)), at=at, source="a decision"
    )
    assert told()["days"] == {"decision_to_lease": 1737, "decision_to_start": 1749}


def test_days_that_are_not_exact_are_told_as_a_span(today: None, at: datetime) -> None:
    history = histories.tell("HN026", at=at)
    assert history.days == {"decision_to_start": [2192, 2403]}
    assert history.events[0].days == 0
    assert history.events[0].precision == "month"


def test_the_story_is_told_in_lines_too(today: None) -> None:
    lines = run("story", STORY).splitlines()
    assert lines[0].startswith("15/06/2018    decision")
    assert "day 1736" in lines[1]
    assert "R1, NĐ 68/2017/NĐ-CP" in lines[-2]
    assert lines[-1].startswith("HN004: under_construction")


def test_every_history_is_of_a_cluster_of_the_register_and_no_walk_has_its_name() -> None:
    codes = {row.code for row in register_file.read(register_file.HANOI_FILE)}
    assert set(stories.HISTORIES.values()) <= codes
    assert not set(stories.HISTORIES) & set(stories.STORIES)


def test_the_sign_in_page_of_the_demo_points_at_it(today: None) -> None:
    client = Client()
    client.cookies["django_language"] = "en"
    assert "/register/HN004/" not in client.get("/accounts/login/").content.decode()
    told()
    text = " ".join(client.get("/accounts/login/").content.decode().split())
    assert "Làng nghề Phú Yên</a>, for one, waited 1,749 days" in text
