"""What the pages of a draft and of a case show, and to whom."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime
from uuid import uuid4

import pytest
from django.test import Client

from approvals import public
from approvals import services as drafts
from approvals.models import Dossier
from demo import people
from tests.factories.cases import case_at, moment, paper, settle, step_of

pytestmark = pytest.mark.django_db
NOW = moment("10/11/2026", 10, 42)


@pytest.fixture(autouse=True)
def _now(it_is: Callable[[datetime], None]) -> None:
    it_is(NOW)


def signed_in(key: str, language: str = "en") -> Client:
    client = Client()
    client.force_login(people.user(key))
    client.cookies["django_language"] = language
    return client


@pytest.fixture
def draft() -> Dossier:
    settle()
    applicant = people.agency_of(people.person("lan"))
    return drafts.begin(applicant=applicant, by=people.user("lan"), at=NOW)


# --- the draft ------------------------------------------------------------------------------------
def test_autosave_answers_with_the_time_and_the_version_to_save_on(draft: Dossier) -> None:
    page = f"/proposals/{draft.pk}/environment/autosave/"

    response = signed_in("lan").post(page, {"environment": "Trạm xử lý", "version": "0"})

    body = response.content.decode()
    assert "Saved 10:42" in body
    assert 'name="version"' in body
    assert 'value="1"' in body
    assert 'hx-swap-oob="true"' in body


def test_half_written_section_is_resumed_without_reproaches(draft: Dossier) -> None:
    client, page = signed_in("lan"), f"/proposals/{draft.pk}/environment/"

    saved = client.post(page, {"environment": "Trạm xử lý", "version": "0"})
    resumed = client.get(page).content.decode()
    told = client.get(saved["Location"]).content.decode()

    assert saved.status_code == 302
    assert "Trạm xử lý" in resumed
    assert "error-summary" not in resumed
    assert "Trạm xử lý" in told
    assert "error-summary" in told


def test_who_comes_too_late_sees_both_texts(draft: Dossier) -> None:
    client, page = signed_in("lan"), f"/proposals/{draft.pk}/environment/"
    client.post(page, {"environment": "Bản thứ nhất", "version": "0"})

    response = client.post(page, {"environment": "Bản thứ hai", "version": "0"})

    body = response.content.decode()
    assert response.status_code == 409
    assert "What stands there now" in body
    assert "Bản thứ nhất" in body
    assert "Bản thứ hai" in body


def test_answers_that_changed_after_the_check_are_not_filed(draft: Dossier) -> None:
    client = signed_in("lan")
    client.post(f"/proposals/{draft.pk}/environment/", {"environment": "Mới", "version": "0"})

    response = client.post(
        f"/proposals/{draft.pk}/check/", {"key": str(uuid4()), "seen": json.dumps({})}, follow=True
    )

    draft.refresh_from_db(fields=["code"])
    assert "changed after this page was opened" in response.content.decode()
    assert draft.code == ""


def test_receipt_promises_one_day_and_estimates_the_other() -> None:
    walk = case_at("decide", at=moment("05/10/2026", 8, 5))
    assert walk.dossier
    dossier = Dossier.objects.get(pk=walk.dossier.pk)

    body = signed_in("lan").get(f"/proposals/{dossier.pk}/receipt/").content.decode()

    assert dossier.code in body
    assert f"{dossier.promised_on:%d/%m/%Y}" in body
    assert f"<strong>{dossier.estimated_on:%d/%m/%Y}</strong>" in body
    assert "This is an estimate" in body
    assert "Tờ trình" not in body, "what came after the filing was not received with it"


# --- the case -------------------------------------------------------------------------------------
@pytest.mark.parametrize(("key", "sees"), [("minh", True), ("tai", True), ("lan", False)])
def test_opinions_reports_and_history_are_for_offices(key: str, sees: bool) -> None:
    walk = case_at("decide", at=moment("05/10/2026", 8, 5))

    body = signed_in(key).get(f"/cases/{walk.case.code}/").content.decode()

    for part in ("opinions", "reports", "history"):
        assert (f'<h2 id="{part}">' in body) is sees, part


def test_deadline_shows_how_it_was_counted_and_what_it_rests_on() -> None:
    walk = case_at("give_notice", at=moment("09/11/2026", 8, 5))

    body = signed_in("binh").get(f"/cases/{walk.case.code}/").content.decode()

    assert "Why this day?" in body
    assert "Day of the event, not counted" in body
    assert "Article 10, clause 1, Decree 32/2024/NĐ-CP" in body
    assert "not yet compared with the gazette" in body


def test_history_tells_acts_in_words() -> None:
    walk = case_at("plan_consultation", at=moment("12/10/2026", 8, 5))

    body = signed_in("minh").get(f"/cases/{walk.case.code}/").content.decode()

    assert "Found the file complete" in body
    assert "Closed the window for receiving files" in body
    assert "Hệ thống" not in body


def test_officer_may_go_on_without_an_opinion_from_the_case() -> None:
    walk = case_at("give_opinion", at=moment("12/10/2026", 8, 5))
    step = step_of(walk, "give_opinion")

    body = signed_in("minh").get(f"/cases/{walk.case.code}/").content.decode()

    assert f"/steps/{step.pk}/take-back/" in body


def test_paper_of_a_supplement_can_be_taken_off_until_it_is_answered() -> None:
    walk = case_at("supplement", story="supplement")
    assert walk.dossier is not None
    filed = walk.dossier.documents.order_by("pk")[0]
    upload, content = paper("Nhầm")
    wrong = drafts.attach(
        dossier_id=walk.dossier.pk,
        component="D-d",
        upload=upload,
        content=content,
        by=people.user("lan"),
        at=NOW,
    )
    client, page = signed_in("lan"), f"/proposals/{walk.dossier.pk}/papers/"

    body = client.get(page).content.decode()
    removed = client.post(f"/documents/{wrong.pk}/remove/")
    refused = client.post(f"/documents/{filed.pk}/remove/")

    assert f"/documents/{wrong.pk}/remove/" in body
    assert f"/documents/{filed.pk}/remove/" not in body
    assert (removed.status_code, refused.status_code) == (302, 409)
    assert list(walk.dossier.documents.filter(pk__in=[wrong.pk, filed.pk])) == [filed]


# --- why this day? --------------------------------------------------------------------------------
def test_every_due_day_leads_to_how_it_was_counted() -> None:
    walk = case_at("check_intake", at=moment("09/11/2026", 8, 5))
    assert walk.dossier is not None
    why = f'href="/steps/{step_of(walk, "check_intake").pk}/why/"'
    first = walk.case.steps.get(name="give_notice")

    assert why in signed_in("minh").get("/inbox/?tab=agency").content.decode()
    assert why in signed_in("minh").get(f"/cases/{walk.case.code}/").content.decode()
    assert why in signed_in("khanh").get("/board/steps/").content.decode()
    receipt = signed_in("lan").get(f"/proposals/{walk.dossier.pk}/receipt/").content.decode()
    assert f'href="/steps/{first.pk}/why/"' in receipt
    looked_up = Client().get(f"/lookup/{public.token_for(walk.dossier)}/").content.decode()
    assert "Vì sao là ngày này?" in looked_up


@pytest.mark.parametrize("key", ["minh", "lan"])
def test_the_day_of_a_step_is_told_with_its_article_and_each_day_counted(key: str) -> None:
    walk = case_at("check_intake", at=moment("09/11/2026", 8, 5))
    step = step_of(walk, "check_intake")
    assert step.clock is not None

    body = signed_in(key).get(f"/steps/{step.pk}/why/").content.decode()

    assert "Day of the event, not counted" in body
    assert "20 working days" in body
    assert f"{step.clock.due_on:%d/%m/%Y}" in body
    assert "version 1 of the calendar" in body


def test_a_step_without_a_day_says_that_nothing_names_one() -> None:
    walk = case_at("send_copy", at=moment("09/11/2026", 8, 5))
    step = step_of(walk, "send_copy")

    body = signed_in("van").get(f"/steps/{step.pk}/why/").content.decode()

    assert "Neither the law nor the decision names a day for this step." in body


def test_a_step_that_is_done_still_tells_its_day() -> None:
    walk = case_at("submit_file", at=moment("09/11/2026", 8, 5))
    step = walk.case.steps.get(name="give_notice")

    body = signed_in("binh").get(f"/steps/{step.pk}/why/").content.decode()

    assert "Done on" in body
    assert f"{step.due_on:%d/%m/%Y}" in body
