"""The demo: loaded once, over every state, with a clock that only goes ahead; never in production."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
from collections.abc import Callable
from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse

from approvals.models import Dossier
from approvals.procedures.development.flows import Development
from approvals.states import DossierState
from clusters.models import Cluster
from clusters.states import Stage
from demo import clock, loading, people, stories
from demo.models import DemoClock
from demo.walk import MADE_UP
from law.selectors import calendar
from notifications.models import Notification, OutboxRow
from records.clock import database_time, local_day
from records.models import AuditRow
from tests.factories import cases
from tests.factories.cases import case_at, moment
from workflows import selectors
from workflows.models import Case, Step
from workflows.states import BEFORE_DECISION

pytestmark = pytest.mark.django_db

Tell = Callable[[datetime], None]
PROCEDURE = {
    "give_notice",
    "receive_files",
    "submit_file",
    "check_intake",
    "supplement",
    "plan_consultation",
    "give_opinion",
    "draft_report",
    "review_report",
    "decide",
    "send_copy",
}


def run(command: str, *args: Any) -> str:
    said = io.StringIO()
    call_command(command, *args, stdout=said, stderr=io.StringIO())
    return said.getvalue()


def counts() -> list[int]:
    models = (Case, Cluster, AuditRow, OutboxRow, Notification, Dossier, Step)
    return [model._default_manager.count() for model in models]


# --- loading --------------------------------------------------------------------------------------
@pytest.mark.parametrize("day", ["24/11/2026", "15/02/2027"])
def test_the_demo_covers_every_state_and_is_loaded_once(day: str, it_is: Tell) -> None:
    it_is(moment(day, 10))
    said = run("load_demo")
    made_up = Case.objects.filter(cluster__is_demo=True).exclude(source=MADE_UP)
    assert f"{made_up.count()} made-up cases" in said
    assert made_up.count() == len(list(loading.plan())) >= 24

    opened = Step.objects.open().filter(case__in=made_up)
    assert set(opened.values_list("name", flat=True)) == PROCEDURE | set(Development.path)
    assert {stage for (stage,) in made_up.values_list("state")} == {
        Stage.PROPOSED,
        Stage.UNDER_APPRAISAL,
        Stage.APPRAISED,
        Stage.ESTABLISHED,
        Stage.REJECTED,
        Stage.WITHDRAWN,
        Stage.PREPARING,
        Stage.UNDER_CONSTRUCTION,
        Stage.OPERATING,
    }
    assert selectors.count_without_successor(on=moment(day).date()) == 1
    late = opened.filter(due_on__lt=moment(day).date()).exclude(role="")
    assert late.count() >= 2
    assert set(Dossier.objects.values_list("state", flat=True)) == set(DossierState.values) - {"draft"}
    assert not OutboxRow.objects.undone().exists()
    assert Case.objects.exclude(cluster__is_demo=True).count() > 50
    run("verify")

    before = counts()
    assert "The made-up cases are there already." in run("load_demo")
    assert counts() == before


def test_a_loading_that_was_stopped_halfway_goes_on(it_is: Tell, monkeypatch: pytest.MonkeyPatch) -> None:
    it_is(moment("24/11/2026"))
    planned = list(loading.plan())[:4]
    monkeypatch.setattr(loading, "plan", lambda: iter(planned[:2]))
    run("load_demo")
    assert Case.objects.filter(cluster__is_demo=True).count() == 2
    monkeypatch.setattr(loading, "plan", lambda: iter(planned))
    assert "2 made-up cases" in run("load_demo")
    assert Case.objects.filter(cluster__is_demo=True).count() == 4


def test_a_story_told_before_does_not_stand_for_the_demo(
    it_is: Tell, monkeypatch: pytest.MonkeyPatch
) -> None:
    it_is(moment("24/11/2026"))
    run("story", "withdrawal")
    planned = list(loading.plan())[:2]
    monkeypatch.setattr(loading, "plan", lambda: iter(planned))
    assert "2 made-up cases" in run("load_demo")


def test_everybody_can_sign_in_with_the_one_password() -> None:
    cases.settle()
    cases.settle()
    for person in people.PEOPLE:
        user = people.user(person.key)
        assert user.check_password(people.PASSWORD)
        assert user.memberships.filter(agency=people.agency_of(person), role=person.role).exists()
    table = run("demo_people")
    assert all(person.full_name in table for person in people.PEOPLE)
    assert table.endswith(f"Password of all: {people.PASSWORD}\n")


# --- stories --------------------------------------------------------------------------------------
ENDS = {
    "single": (Stage.ESTABLISHED, DossierState.CHOSEN, "R4"),
    "supplement": (Stage.ESTABLISHED, DossierState.CHOSEN, "R4"),
    "rejection": (Stage.REJECTED, DossierState.NOT_SELECTED, "R4"),
    "withdrawal": (Stage.WITHDRAWN, DossierState.RECALLED, "R4"),
    "r3": (Stage.ESTABLISHED, DossierState.CHOSEN, "R3"),
    "operation": (Stage.OPERATING, DossierState.CHOSEN, "R3"),
    "succession": (Stage.OPERATING, DossierState.CHOSEN, "R2"),
    "expansion": (Stage.ESTABLISHED, DossierState.CHOSEN, "R4"),
    "calendar-swap": (Stage.ESTABLISHED, DossierState.CHOSEN, "R3"),
}


def test_every_story_has_its_end_here() -> None:
    assert set(ENDS) == set(stories.STORIES)
    assert set(stories.STORIES) == set(stories.LENGTH) | set(stories.FIRST_DAY)


@pytest.mark.parametrize("day", ["24/11/2026", "22/02/2027", "12/05/2027"])
@pytest.mark.parametrize("story", ENDS)
def test_a_story_ends_where_it_says_whatever_the_day(story: str, day: str, it_is: Tell) -> None:
    it_is(moment(day, 10))
    told = json.loads(run("story", story, "--json"))
    case = Case.objects.exclude(source=MADE_UP).get()
    stage, state, rule_set = ENDS[story]
    assert (case.state, case.dossiers.get().state, case.rule_set) == (stage, state, rule_set)
    # What is decided is built: the first step after the decision waits for the investor.
    waiting = {"submit_plan"} if stage == Stage.ESTABLISHED else set()
    assert set(case.steps.open().values_list("name", flat=True)) == waiting
    assert (told["case"], told["stage"], told["rule_set"]) == (case.code, stage, rule_set)
    moments = [datetime.fromisoformat(event["at"]) for event in told["events"]]
    assert moments == sorted(moments)
    assert local_day(moments[-1]) <= moment(day).date()
    for event in told["events"]:
        assert {"act", "by", "agency", "stage", "next_step", "next_agency", "due_on", "article"} <= set(event)
        # A limit of the law is kept; the days that a decision fixed may pass, as they do in life.
        if event["due_on"] and event["stage"] in BEFORE_DECISION:
            assert date.fromisoformat(event["due_on"]) >= local_day(datetime.fromisoformat(event["at"]))
    run("verify")


def test_the_story_of_succession_names_old_and_new_agencies_on_their_days(it_is: Tell) -> None:
    it_is(moment("24/11/2026", 10))
    told = json.loads(run("story", "succession", "--json"))
    passed = [
        (event["at"][:10], event["agency"], event["next_agency"])
        for event in told["events"]
        if event["act"] in ("pass_on", "choose_successor")
    ]
    assert passed[:2] == [
        ("2025-03-01", "Sở Kế hoạch và Đầu tư Hà Nội", "Sở Tài chính Hà Nội"),
        ("2025-03-01", "Sở Tài nguyên và Môi trường Hà Nội", "Sở Nông nghiệp và Môi trường Hà Nội"),
    ]
    answered = [event["agency"] for event in told["events"] if event["act"] == "give_opinion"]
    assert answered[1:] == ["Sở Tài chính Hà Nội", "Sở Nông nghiệp và Môi trường Hà Nội"]
    assert told["events"][0]["next_agency"] == "Ủy ban nhân dân huyện Thường Tín"


def test_the_story_of_the_swap_moves_the_deadline_and_leaves_the_calendar_as_it_was(it_is: Tell) -> None:
    it_is(moment("24/11/2026", 10))
    before = calendar().entries
    told = json.loads(run("story", "calendar-swap", "--json"))
    days = [(event["act"], event["due_on"]) for event in told["events"][:2]]
    assert days == [("file", "2026-01-05"), ("follow_calendar", "2026-01-06")]
    assert Case.objects.get().dossiers.get().promised_on == date(2026, 1, 5)
    assert calendar().entries == before
    assert OutboxRow.objects.filter(kind="deadline_moved").count() == 2


def test_nobody_signs_in_at_a_click_as_somebody_of_the_past() -> None:
    cases.settle()
    assert "phuc" not in run("demo_people")
    assert Client().post(reverse("demo:sign_in", args=["phuc"])).status_code == 404


def test_an_expansion_tells_the_area_before_and_after(it_is: Tell) -> None:
    it_is(moment("24/11/2026", 10))
    told = json.loads(run("story", "expansion", "--json"))
    assert (told["kind"], told["area_before_ha"], told["area_after_ha"]) == ("expansion", "25.000", "33.500")
    cluster = Cluster.objects.get()
    assert (cluster.stage, cluster.area_ha) == (Stage.OPERATING, Decimal("33.500"))
    assert set(cluster.cases.values_list("kind", "state")) == {
        ("new", Stage.OPERATING),
        ("expansion", Stage.ESTABLISHED),
    }


def test_a_story_is_told_in_lines_too(it_is: Tell) -> None:
    it_is(moment("24/11/2026"))
    told = run("story", "single")
    assert "file" in told
    assert "due " in told
    assert told.rstrip().endswith(": established")


def test_an_unknown_story_is_refused() -> None:
    with pytest.raises(CommandError, match="invalid choice"):
        run("story", "fairy-tale")


def test_stories_of_one_name_do_not_meet(it_is: Tell) -> None:
    it_is(moment("24/11/2026", 10))
    run("story", "withdrawal")
    it_is(moment("24/11/2026", 11))
    run("story", "withdrawal")
    assert Case.objects.count() == 2


def test_nobody_can_be_where_the_stories_do_not_lead() -> None:
    with pytest.raises(AssertionError, match="single never comes to supplement"):
        case_at("supplement")


# --- the clock ------------------------------------------------------------------------------------
def test_the_clock_goes_ahead_and_never_back() -> None:
    assert clock.ahead() == timedelta(0)
    clock.move(timedelta(days=15))
    clock.move(timedelta(hours=6))
    assert clock.ahead() == timedelta(days=15, hours=6)
    assert clock.moved_time() - database_time() >= timedelta(days=15, hours=5, minutes=59)
    for wrong in (timedelta(0), timedelta(days=-1), timedelta(days=367)):
        with pytest.raises(ValueError, match="ahead by 1 to 366 days"):
            clock.move(wrong)
    assert DemoClock.objects.get().ahead == timedelta(days=15, hours=6)


@pytest.mark.parametrize("by", ["-1d", "15d", "+15", "+d", "+99999d", "+1w"])
def test_the_command_refuses_what_is_no_way_ahead(by: str) -> None:
    with pytest.raises(CommandError):
        run("demo_clock", by)
    assert not DemoClock.objects.exists()


def test_the_command_moves_the_clock_and_tells_the_time() -> None:
    before = clock.moved_time()
    told = run("demo_clock", "+15d")
    day = local_day(before) + timedelta(days=15)
    assert told.startswith((f"{day:%d/%m/%Y}", f"{day + timedelta(days=1):%d/%m/%Y}"))
    assert run("demo_clock") >= told
    with pytest.raises(CommandError, match="366 days"):
        run("demo_clock", "+367d")


def test_a_click_lets_days_pass_and_closes_windows(settings: Any) -> None:
    settings.CLOCK = "demo.clock.moved_time"
    walk = case_at("receive_files", at=database_time() - timedelta(days=4))
    client = Client()
    client.cookies["django_language"] = "en"
    response = client.post(reverse("demo:move_clock"), {"days": "20", "next": "/register/"})
    assert response["Location"] == "/register/"
    assert walk.case.steps.open().get().name == "submit_file"
    assert OutboxRow.objects.filter(kind__startswith="step_").exclude(kind="step_arrived").exists()


@pytest.mark.parametrize("days", ["", "0", "-5", "367", "²", "1e3", "9" * 30, "x"])
def test_a_click_that_is_no_way_ahead_moves_nothing(days: str) -> None:
    client = Client()
    client.cookies["django_language"] = "en"
    response = client.post(reverse("demo:move_clock"), {"days": days, "next": "//evil.example/"}, follow=True)
    assert response.redirect_chain[0][0] == "/"
    assert "ahead by 1 to 366 days" in response.content.decode()
    assert clock.ahead() == timedelta(0)


def test_a_clock_moved_into_an_unknown_year_leaves_the_pages_standing(settings: Any) -> None:
    settings.CLOCK = "demo.clock.moved_time"
    walk = case_at("receive_files", at=database_time() - timedelta(days=4))
    client = Client()
    for _ in range(3):
        assert client.post(reverse("demo:move_clock"), {"days": "366"}).status_code == 302
    for key in ("lan", "minh", "chau"):
        client.force_login(people.user(key))
        for path in (
            reverse("approvals:case", args=[walk.case.code]),
            "/inbox/",
            "/proposals/",
            "/register/",
        ):
            assert client.get(path).status_code == 200, path
    assert client.get("/board/").status_code == 200


def test_a_click_signs_in_as_one_of_the_people_and_nobody_else() -> None:
    cases.settle()
    client = Client()
    assert client.post(reverse("demo:sign_in", args=["chau"]))["Location"] == "/"
    assert client.get("/board/").status_code == 200
    assert client.post(reverse("demo:sign_in", args=["system"])).status_code == 404
    people.user("lan").memberships.all()
    type(people.user("lan")).objects.filter(pk=people.user("lan").pk).update(is_active=False)
    assert client.post(reverse("demo:sign_in", args=["lan"])).status_code == 404


# --- never in production --------------------------------------------------------------------------
def in_production(*args: str) -> subprocess.CompletedProcess[str]:
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
    environment = kept | {
        "DJANGO_SETTINGS_MODULE": "config.settings.production",
        "SECRET_KEY": "a-key-for-this-test-only-a-key-for-this-test-only-0123456789",
        "ALLOWED_HOSTS": "khoicong.example",
        "SITE_URL": "https://khoicong.example",
        "DATABASE_URL": "sqlite:///:memory:",
    }
    root = Path(settings.BASE_DIR)
    return subprocess.run(
        [sys.executable, *args], env=environment, cwd=root, capture_output=True, text=True, check=False
    )


@pytest.mark.parametrize("command", ["load_demo", "story", "demo_clock", "demo_people"])
def test_no_command_of_the_demo_exists_in_production(command: str) -> None:
    result = in_production("manage.py", command)
    assert result.returncode != 0
    assert f"Unknown command: '{command}'" in result.stderr


def test_neither_app_nor_pages_nor_clock_of_the_demo_exist_in_production() -> None:
    result = in_production(
        "-c",
        "import django; django.setup();"
        "from django.apps import apps; from django.conf import settings;"
        "from django.urls import Resolver404, resolve;"
        "assert not apps.is_installed('demo');"
        "assert settings.CLOCK == 'records.clock.database_time';"
        "[resolve(path) for path in ('/register/', '/inbox/')];\n"
        "for path in ('/demo/clock/', '/demo/sign-in/lan/'):\n"
        "    try: resolve(path)\n"
        "    except Resolver404: continue\n"
        "    raise SystemExit(path)\n"
        "print('no demo here')",
    )
    assert result.stdout == "no demo here\n", result.stderr
