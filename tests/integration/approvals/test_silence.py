"""Silence of an agency that was asked: nothing, unless the city has set that it is consent."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.db.models import Max
from django.test import Client

from accounts.models import Agency
from approvals.models import OpinionRequest
from demo import people
from law.states import SettingKind
from notifications.models import OutboxRow
from records.models import AuditRow
from tests.factories.acts import VERBS
from tests.factories.cases import Walk, case_at, moment
from tests.integration.workflows.test_settings import page_of, set_locally
from workflows import services
from workflows.models import Stay

pytestmark = pytest.mark.django_db


@pytest.fixture
def consents() -> None:
    set_locally(SettingKind.SILENCE_IS_CONSENT, "E50", valid_from=date(2026, 9, 15))


def last_day(walk: Walk) -> datetime:
    """Return the morning of the day by which all agencies are asked to answer."""
    day = walk.case.opinions.aggregate(day=Max("answer_by"))["day"]
    return moment(day)


def waiting(walk: Walk) -> int:
    return walk.case.steps.open().filter(name="give_opinion").count()


def answer(walk: Walk, key: str, at: datetime) -> Any:
    step = walk.case.steps.open().get(name="give_opinion", agency=people.agency_of(people.person(key)))
    return VERBS["give_opinion"].call(step.pk, by=people.user(key), at=at)


def test_where_nobody_says_so_silence_is_nothing() -> None:
    walk = case_at("give_opinion")
    before = waiting(walk)
    services.let_days_pass(at=last_day(walk) + timedelta(days=30))
    assert waiting(walk) == before
    assert not OpinionRequest.objects.exclude(silent_on=None).exists()


@pytest.mark.usefixtures("consents")
def test_on_the_last_day_nobody_is_silent_yet_and_an_answer_is_in_time() -> None:
    walk = case_at("give_opinion")
    at = last_day(walk)
    before = waiting(walk)
    services.let_days_pass(at=at.replace(hour=23, minute=59))
    assert waiting(walk) == before
    answer(walk, "tai", at.replace(hour=23, minute=59))
    services.let_days_pass(at=at + timedelta(days=1))
    told = {one.agency: (one.verdict, one.silent_on) for one in walk.case.opinions.select_related("agency")}
    tai = Agency.objects.get(pk=people.agency_of(people.person("tai")).pk)
    assert told.pop(tai) == ("agree", None)
    assert set(told.values()) == {("", (at + timedelta(days=1)).date())}


@pytest.mark.usefixtures("consents")
def test_after_the_day_silence_is_consent_on_record_told_and_the_appraisal_goes_on(
    it_is: Callable[[datetime], None],
) -> None:
    walk = case_at("give_opinion")
    asked, at = waiting(walk), last_day(walk) + timedelta(days=1)
    services.let_days_pass(at=at)
    services.let_days_pass(at=at)
    assert waiting(walk) == 0
    assert [step.name for step in walk.case.steps.open()] == ["draft_report"]
    rows = AuditRow.objects.filter(act="give_opinion", data__silent=True)
    assert [(row.data["number"], row.actor_name) for row in rows] == [
        ("25/2026/QĐ-UBND (01/09/2026)", rows[0].actor_name)
    ] * asked
    assert Stay.objects.filter(case=walk.case, name="give_opinion", outcome="silent").count() == asked
    assert OutboxRow.objects.filter(kind="silence_taken").count() == asked
    it_is(at)
    page = page_of(walk)
    assert page.count("Consent by silence") == asked
    assert "Silence is consent (25/2026/QĐ-UBND (01/09/2026))." in page
    assert "Took silence for consent: the day has passed without an answer" in page


@pytest.mark.usefixtures("consents")
def test_only_who_was_asked_consents_by_silence() -> None:
    walk = case_at("draft_report")
    services.let_days_pass(at=walk.now + timedelta(days=90))
    assert [step.name for step in walk.case.steps.open()] == ["draft_report"]


@pytest.mark.usefixtures("consents")
def test_an_agency_that_has_ended_does_not_consent_by_its_silence() -> None:
    walk = case_at("give_opinion")
    agency = people.agency_of(people.person("tai"))
    Agency.objects.filter(pk=agency.pk).update(valid_to=last_day(walk).date())
    services.let_days_pass(at=last_day(walk) + timedelta(days=1))
    assert [step.agency_id for step in walk.case.steps.open()] == [agency.pk]


def test_a_setting_that_came_after_the_clock_began_changes_nothing() -> None:
    walk = case_at("give_opinion")
    set_locally(SettingKind.SILENCE_IS_CONSENT, "E50", valid_from=date(2026, 9, 15))
    before = waiting(walk)
    services.let_days_pass(at=last_day(walk) + timedelta(days=1))
    assert waiting(walk) == before


@pytest.mark.usefixtures("consents")
def test_who_is_asked_reads_what_silence_means(it_is: Callable[[datetime], None]) -> None:
    walk = case_at("give_opinion")
    it_is(walk.now)
    step = walk.case.steps.open().get(name="give_opinion", agency=people.agency_of(people.person("tai")))
    client = Client()
    client.force_login(people.user("tai"))
    client.cookies["django_language"] = "en"
    page = client.get(f"/steps/{step.pk}/opinion/").content.decode()
    assert f"Not answered by {step.due_on:%d/%m/%Y}, it counts as consent (25/2026/QĐ-UBND" in page
