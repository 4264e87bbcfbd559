"""The pages of a proposal and of its steps: forms that are wrong, late, sent twice, or refused."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.states import Role
from approvals.models import Document, Dossier
from approvals.states import DossierState
from clusters.states import Stage
from demo import people
from notifications import delivery
from notifications.models import OutboxRow
from records.clock import local_day
from records.models import AuditRow
from tests.factories import cases
from tests.factories.acts import progress
from tests.factories.cases import Walk, begun, case_at, moment
from workflows.models import Assignment, Case, Step

pytestmark = pytest.mark.django_db

Tell = Callable[[datetime], None]
Answer = Any  # the test client's response, with its context
MORNING = moment("05/10/2026", 9)


def page_of(key: str) -> Client:
    client = Client()
    client.cookies["django_language"] = "en"
    client.force_login(people.user(key))
    return client


def text(response: Answer) -> str:
    return str(response.content.decode())


def png(name: str = "paper.png") -> SimpleUploadedFile:
    _, content = cases.paper(name)
    return SimpleUploadedFile(name, content.read(), content_type="image/png")


def key_of(response: Answer) -> str:
    """Return the key that the page's form carries."""
    return str(response.context["key"])


# --- the draft ------------------------------------------------------------------------------------
@pytest.fixture
def lan(it_is: Tell) -> Client:
    it_is(MORNING)
    cases.settle()
    return page_of("lan")


def started(client: Client) -> Dossier:
    organisation = people.agency_of(people.person("lan"))
    response = client.post(reverse("approvals:start"), {"organisation": organisation.pk})
    dossier = Dossier.objects.get()
    assert response["Location"] == reverse("approvals:dossier", args=[dossier.pk])
    return dossier


def section_path(dossier: Dossier, section: str = "project") -> str:
    return reverse("approvals:section", args=[dossier.pk, section])


def all_answers() -> dict[str, dict[str, str]]:
    return begun(MORNING, name="Cụm Trang Web")._answers(None)


def fill(client: Client, dossier: Dossier) -> None:
    """Fill in the whole draft through its pages."""
    for section, answers in all_answers().items():
        response = client.post(section_path(dossier, section), {**answers, "version": "0"})
        assert response.status_code == 302, (section, response.status_code)
    for component in ("D-b1", "D-b2", "D-b3", "D-d"):
        path = reverse("approvals:papers", args=[dossier.pk])
        response = client.post(path, {"component": component, "file": png()})
        assert response["Location"] == path


def check_page(client: Client, dossier: Dossier) -> tuple[str, dict[str, str]]:
    path = reverse("approvals:check", args=[dossier.pk])
    shown = client.get(path)
    return path, {"key": key_of(shown), "seen": shown.context["seen"]}


def test_a_proposal_is_written_checked_filed_and_receipted(lan: Client) -> None:
    dossier = started(lan)
    fill(lan, dossier)
    assert lan.get(reverse("approvals:dossier", args=[dossier.pk])).context["complete"]
    path, form = check_page(lan, dossier)
    assert "Cụm Trang Web" in text(lan.get(path))

    response = lan.post(path, form)

    receipt = reverse("approvals:receipt", args=[dossier.pk])
    assert response["Location"] == receipt
    dossier = Dossier.objects.get()
    assert (dossier.state, dossier.promised_on) == (DossierState.FILED, moment("07/10/2026").date())
    shown = text(lan.get(receipt))
    assert dossier.code in shown
    assert "07/10/2026" in shown
    assert "25/11/2026" in shown
    assert lan.get(path)["Location"] == receipt
    assert lan.get(reverse("approvals:dossier", args=[dossier.pk]))["Location"] == reverse(
        "approvals:case", args=[Case.objects.get().code]
    )


def test_filing_twice_files_once(lan: Client) -> None:
    dossier = started(lan)
    fill(lan, dossier)
    path, form = check_page(lan, dossier)
    first = lan.post(path, form)
    rows = AuditRow.objects.count()
    assert lan.post(path, form)["Location"] == first["Location"]
    assert (Case.objects.count(), AuditRow.objects.count()) == (1, rows)


def test_an_unfinished_proposal_is_not_filed(lan: Client) -> None:
    dossier = started(lan)
    path, form = check_page(lan, dossier)
    assert not lan.get(path).context["complete"]
    response = lan.post(path, form, follow=True)
    assert "not complete yet" in text(response)
    assert not Case.objects.exists()


def test_what_changed_after_the_check_is_not_filed_unseen(lan: Client) -> None:
    dossier = started(lan)
    fill(lan, dossier)
    path, form = check_page(lan, dossier)
    lan.post(section_path(dossier), {**all_answers()["project"], "jobs": "7", "version": "1"})
    response = lan.post(path, form, follow=True)
    assert "The answers changed after this page was opened" in text(response)
    assert not Case.objects.exists()
    assert lan.post(*check_page(lan, dossier))["Location"] == reverse("approvals:receipt", args=[dossier.pk])


def test_a_form_without_a_key_is_no_form_of_ours(lan: Client) -> None:
    dossier = started(lan)
    fill(lan, dossier)
    path, form = check_page(lan, dossier)
    for key in ("", "nonsense"):
        assert lan.post(path, form | {"key": key}).status_code == 404
    assert not Case.objects.exists()


def test_a_year_without_calendar_is_told_and_nothing_is_filed(lan: Client, it_is: Tell) -> None:
    it_is(moment("31/12/2027"))
    dossier = started(lan)
    fill(lan, dossier)
    response = lan.post(*check_page(lan, dossier))
    assert response.status_code == 409
    assert "2028" in text(response)
    assert not Case.objects.exists()


def test_a_filing_whose_estimate_reaches_an_unknown_year_has_its_receipt(lan: Client, it_is: Tell) -> None:
    it_is(moment("01/12/2027"))
    dossier = started(lan)
    fill(lan, dossier)
    response = lan.post(*check_page(lan, dossier), follow=True)
    assert "03/12/2027" in text(response)
    assert lan.get(reverse("approvals:case", args=[Case.objects.get().code])).status_code == 200


def test_a_stale_section_keeps_both_texts(lan: Client) -> None:
    dossier = started(lan)
    path, answers = section_path(dossier), all_answers()["project"]
    lan.post(path, {**answers, "goals": "The colleague's text", "version": "0"})

    response = lan.post(path, {**answers, "goals": "My own long text", "version": "0"})

    assert response.status_code == 409
    page = text(response)
    assert "Somebody else changed this section" in page
    assert "My own long text" in page
    assert "The colleague&#x27;s text" in page or "The colleague’s text" in page
    assert Dossier.objects.get().answers["goals"] == "The colleague's text"
    again = lan.post(path, {**answers, "goals": "My own long text", "version": "1"})
    assert again.status_code == 302
    assert Dossier.objects.get().answers["goals"] == "My own long text"


def test_autosave_keeps_what_was_typed_valid_or_not(lan: Client) -> None:
    dossier = started(lan)
    path = reverse("approvals:autosave", args=[dossier.pk, "project"])
    saved = lan.post(
        path, {"goals": "half a", "jobs": "many", "version": "0"}, headers={"HX-Request": "true"}
    )
    assert saved.status_code == 200
    kept = Dossier.objects.get()
    assert (kept.answers["goals"], kept.answers["jobs"], kept.versions) == ("half a", "many", {"project": 1})
    page = text(lan.get(section_path(dossier)))
    assert "half a" in page
    assert 'value="many"' in page


def test_a_stale_autosave_is_told_in_the_page(lan: Client) -> None:
    dossier = started(lan)
    path = reverse("approvals:autosave", args=[dossier.pk, "project"])
    lan.post(path, {"goals": "a", "version": "0"})
    response = lan.post(path, {"goals": "b", "version": "0"}, headers={"HX-Request": "true"})
    assert response.status_code == 409
    assert response["HX-Retarget"] == "#notices"
    assert Dossier.objects.get().answers["goals"] == "a"


@pytest.mark.parametrize("version", ["", "-1", "²", "x", "9" * 30])
def test_a_version_that_is_none_is_stale(lan: Client, version: str) -> None:
    dossier = started(lan)
    response = lan.post(section_path(dossier), {**all_answers()["project"], "version": version})
    assert response.status_code == 409
    assert Dossier.objects.get().versions == {}


@pytest.mark.parametrize("odd", ["\x00", "a\x00b", "\ud7ff\u0001", "😀" * 300, "<script>alert(1)</script>"])
def test_odd_signs_are_kept_or_refused_but_never_break(lan: Client, odd: str) -> None:
    dossier = started(lan)
    answers = {**all_answers()["project"], "goals": odd, "schedule": odd}
    path = reverse("approvals:autosave", args=[dossier.pk, "project"])
    assert lan.post(path, {**answers, "version": "0"}).status_code in (200, 422)
    page = lan.get(section_path(dossier))
    assert page.status_code == 200
    assert "<script>alert" not in text(page)


@pytest.mark.parametrize("odd", ["NaN", "sNaN", "Infinity", "-Infinity", "1e400", "1e999999999", "9" * 500])
def test_an_amount_that_is_no_amount_is_told_at_its_field(lan: Client, odd: str) -> None:
    dossier = started(lan)
    path = section_path(dossier)
    answers = {**all_answers()["project"], "capital_bn_vnd": odd, "version": "0"}
    assert lan.post(path, answers).status_code == 302
    assert lan.get(path).status_code == 200
    assert lan.get(f"{path}?problems=yes").context["form"].has_error("capital_bn_vnd")
    assert lan.get(reverse("approvals:dossier", args=[dossier.pk])).status_code == 200
    assert lan.get(reverse("approvals:check", args=[dossier.pk])).status_code == 200


def test_a_wrong_answer_is_told_at_its_field(lan: Client) -> None:
    dossier = started(lan)
    answers = all_answers()["project"]
    wrong = {**answers, "own_capital_bn_vnd": "999999", "capital_bn_vnd": "10", "version": "0"}
    response = lan.post(section_path(dossier), wrong, follow=True)
    assert "Own capital cannot exceed the total investment" in text(response)
    assert not lan.get(reverse("approvals:dossier", args=[dossier.pk])).context["complete"]


def test_a_draft_is_thrown_away(lan: Client) -> None:
    dossier = started(lan)
    response = lan.post(reverse("approvals:delete_draft", args=[dossier.pk]))
    assert response["Location"] == reverse("approvals:proposals")
    assert not Dossier.objects.exists()


# --- papers ---------------------------------------------------------------------------------------
BAD_FILES = [
    ("a.png", b"", "empty"),
    ("a.exe", b"MZ", "of a kind that is not accepted"),
    ("a.pdf", b"this is no PDF at all", ""),
    ("a.png", b"%PDF-1.4 and no picture", ""),
    ("a.docx", b"PK\x03\x04 broken", ""),
    ("noname", b"abc", ""),
]


@pytest.mark.parametrize(("name", "content", "words"), BAD_FILES)
def test_a_file_that_is_not_what_it_says_is_refused_at_its_field(
    lan: Client, name: str, content: bytes, words: str
) -> None:
    dossier = started(lan)
    path = reverse("approvals:papers", args=[dossier.pk])
    response = lan.post(path, {"component": "D-d", "file": SimpleUploadedFile(name, content)})
    assert response.status_code == 422
    errors = str(response.context["form"].errors["file"])
    assert words in errors
    assert not Document.objects.exists()


def test_a_file_over_the_limit_is_refused_with_the_limit(lan: Client, settings: Any, files: Any) -> None:
    settings.FILE_UPLOAD_MAX_BYTES = 64
    dossier = started(lan)
    response = lan.post(reverse("approvals:papers", args=[dossier.pk]), {"component": "D-d", "file": png()})
    assert response.status_code == 422
    assert "64" in str(response.context["form"].errors["file"])
    assert not Document.objects.exists()
    assert not list(files.rglob("*.*"))


def test_a_body_over_all_limits_is_refused_unread(lan: Client, settings: Any) -> None:
    settings.FILE_UPLOAD_MAX_BYTES = 64
    dossier = started(lan)
    big = SimpleUploadedFile("a.png", b"x" * (2 * 1024 * 1024))
    response = lan.post(reverse("approvals:papers", args=[dossier.pk]), {"component": "D-d", "file": big})
    assert response.status_code == 413
    assert not Document.objects.exists()


@pytest.mark.parametrize("component", ["", "D-a", "X", "D-b1' OR 1=1"])
def test_a_paper_of_no_known_kind_is_refused(lan: Client, component: str) -> None:
    dossier = started(lan)
    response = lan.post(
        reverse("approvals:papers", args=[dossier.pk]), {"component": component, "file": png()}
    )
    assert response.status_code == 422
    assert not Document.objects.exists()


def test_a_paper_is_handed_out_under_its_name_and_removed(lan: Client) -> None:
    dossier = started(lan)
    name = 'bản đồ "ranh giới".png'
    lan.post(reverse("approvals:papers", args=[dossier.pk]), {"component": "D-b3", "file": png(name)})
    document = Document.objects.get()
    response = lan.get(reverse("approvals:document", args=[document.pk]))
    assert response.getvalue().startswith(b"\x89PNG")
    assert response["Content-Type"] == "image/png"
    assert response["Content-Disposition"].startswith("attachment; filename")
    assert lan.post(reverse("approvals:remove_document", args=[document.pk])).status_code == 302
    assert not Document.objects.exists()


# --- the steps ------------------------------------------------------------------------------------
def today(walk: Walk) -> str:
    return f"{local_day(walk.now):%d/%m/%Y}"


def bodies(walk: Walk) -> dict[str, dict[str, Any]]:
    """Return for each page of a step what its doer sends."""
    finance = people.agency_of(people.person("tai"))
    soon = f"{local_day(walk.now) + timedelta(days=6):%d/%m/%Y}"
    return {
        "give_notice": {"number": "1/TB", "published_on": today(walk), "where": "Cổng xã"},
        "submit_file": {"number": "2/TTr", "signed_on": today(walk), "file": png()},
        "check_intake": {"result": "complete"},
        "supplement": {"answer": "Đã bổ sung"},
        "plan_consultation": {"agencies": [finance.pk], "question": "?", "answer_by": soon},
        "give_opinion": {"verdict": "agree", "reasons": "", "conditions": ""},
        "take_back": {"reason": "Quá hạn"},
        "draft_report": {"findings": "Hợp lệ", "on_untold": "Đủ", "recommendation": "establish"},
        "ask_supplement": {"point_": "Làm rõ"},
        "review_report": {"result": "approved", "comments": ""},
        "decide": {
            "outcome": "establish",
            "number": "5/QĐ",
            "signed_on": today(walk),
            "reasons": "Theo báo cáo",
            **{f"progress_{kind}": f"{day:%d/%m/%Y}" for kind, day in progress(local_day(walk.now)).items()},
        },
        "send_copy": {"number": "9/UBND", "sent_on": today(walk)},
    }


DOERS = {
    "give_notice": ("give_notice", "binh"),
    "submit_file": ("submit_file", "binh"),
    "check_intake": ("check_intake", "minh"),
    "supplement": ("supplement", "lan"),
    "plan_consultation": ("plan_consultation", "minh"),
    "give_opinion": ("give_opinion", "tai"),
    "take_back": ("give_opinion", "minh"),
    "draft_report": ("draft_report", "minh"),
    "ask_supplement": ("draft_report", "minh"),
    "review_report": ("review_report", "thao"),
    "decide": ("decide", "chau"),
    "send_copy": ("send_copy", "van"),
}


def at_page(page: str, it_is: Tell) -> tuple[Walk, Step, Client, str, dict[str, Any]]:
    """Return a case before the step of `page`, its doer's client, the address, and what they send."""
    name, key = DOERS[page]
    walk = case_at(name, story="supplement" if name == "supplement" else "single")
    it_is(walk.now)
    steps = walk.case.steps.open().filter(name=name)
    if name == "give_opinion":
        steps = steps.filter(agency=people.agency_of(people.person("tai")))
    step = steps.get()
    path = reverse(f"establishment:{page}", args=[step.pk])
    return walk, step, page_of(key), path, bodies(walk)[page]


WRITTEN = {"number", "question", "reasons", "answer", "reason", "findings", "comments"}


@pytest.mark.parametrize("page", DOERS)
def test_each_step_is_done_on_its_page_once(page: str, it_is: Tell) -> None:
    walk, step, client, path, body = at_page(page, it_is)
    shown = client.get(path)
    assert shown.status_code == 200
    form = {**body, "key": key_of(shown)}

    first = client.post(path, form)
    case_page = reverse("approvals:case", args=[walk.case.code])
    assert first["Location"] == case_page
    assert not walk.case.steps.get(pk=step.pk).is_open
    rows = AuditRow.objects.count()
    if page == "submit_file":
        form["file"] = png()

    second = client.post(path, form, follow=True)
    assert second.redirect_chain[-1][0] == case_page
    assert "nothing was done twice" in text(second)
    assert AuditRow.objects.count() == rows

    if page not in ("check_intake", "ask_supplement"):
        other = {**form}
        for name in WRITTEN & set(body):
            other[name] = f"{body[name]} khác"
        if page == "submit_file":
            other["file"] = png()
        changed = client.post(path, other)
        assert changed.status_code == 422
        assert "already sent with another content" in text(changed)
    assert AuditRow.objects.count() == rows
    assert client.get(path)["Location"] == case_page


@pytest.mark.parametrize("page", [page for page in DOERS if page not in ("check_intake", "give_opinion")])
def test_a_form_that_comes_too_late_is_told_who_was_first_and_keeps_its_text(page: str, it_is: Tell) -> None:
    walk, step, client, path, body = at_page(page, it_is)
    client.post(path, {**body, "key": uuid4()})
    if page == "submit_file":
        body["file"] = png()
    doer = people.user(DOERS[page][1])

    late = client.post(path, {**body, "key": uuid4()})

    assert late.status_code == 409
    page_text = text(late)
    assert f"{doer.full_name} already completed this step on" in page_text
    kept = [value for value in body.values() if isinstance(value, str) and len(value) > 3]
    for value in kept:
        assert value in page_text
    assert walk.case.steps.get(pk=step.pk).owner == doer


def test_two_officers_get_one_decision_and_one_answer(it_is: Tell) -> None:
    walk, step, _, path, body = at_page("decide", it_is)
    other = cases.colleague("chau", "Lê Văn Hai")
    second = Client()
    second.cookies["django_language"] = "en"
    second.force_login(other)
    first_key, second_key = key_of(page_of("chau").get(path)), key_of(second.get(path))

    assert page_of("chau").post(path, {**body, "key": first_key}).status_code == 302
    late = second.post(path, {**body, "number": "77/QĐ", "key": second_key})

    assert late.status_code == 409
    assert "Nguyễn Minh Châu already completed this step" in text(late)
    assert "77/QĐ" in text(late)
    assert walk.case.decisions.get().number == "5/QĐ"
    assert walk.case.steps.get(pk=step.pk).owner == people.user("chau")


def test_a_number_that_is_taken_is_told_at_its_field_and_all_is_kept(it_is: Tell) -> None:
    first, _, client, path, body = at_page("decide", it_is)
    client.post(path, {**body, "key": uuid4()})
    second, _, client, path, body = at_page("decide", it_is)
    response = client.post(path, {**body, "key": uuid4(), "reasons": "A long ground"})
    assert response.status_code == 409
    assert "already given to another paper" in str(response.context["form"].errors["number"])
    assert "A long ground" in text(response)
    assert second.case.state == Stage.APPRAISED
    again = client.post(path, {**body, "number": "6/QĐ", "key": key_of(response)})
    assert again.status_code == 302
    assert first.case.state == second.case.state == Stage.ESTABLISHED


def test_a_day_to_come_is_refused_with_the_text_kept(it_is: Tell) -> None:
    walk, _, client, path, body = at_page("give_notice", it_is)
    tomorrow = f"{local_day(walk.now) + timedelta(days=1):%d/%m/%Y}"
    response = client.post(path, {**body, "published_on": tomorrow, "key": uuid4()})
    assert response.status_code == 422
    assert "a day that has not come yet" in text(response)
    assert 'value="1/TB"' in text(response)
    assert walk.case.steps.open().get().name == "give_notice"


def test_whoever_drafted_is_told_why_they_cannot_approve(it_is: Tell) -> None:
    walk, _, _, path, body = at_page("review_report", it_is)
    cases.appoint("minh", Role.REVIEWER)
    response = page_of("minh").post(path, {**body, "key": uuid4(), "comments": "Well done"})
    assert response.status_code == 422
    assert "Whoever drafted or reviewed a report cannot also approve it" in text(response)
    assert "Well done" in text(response)
    assert walk.case.state == Stage.UNDER_APPRAISAL


@pytest.mark.parametrize(
    ("page", "change", "field", "words"),
    [
        ("give_notice", {"published_on": "31/02/2026"}, "published_on", "valid date"),
        ("give_notice", {"published_on": "2026-10-05 or so"}, "published_on", "valid date"),
        ("give_notice", {"number": ""}, "number", "required"),
        ("give_notice", {"number": "1" * 51}, "number", "at most 50"),
        ("check_intake", {"result": "incomplete"}, "__all__", "what is missing"),
        ("check_intake", {"result": "complete", "point_D-d": "x"}, "__all__", "no points to amend"),
        ("check_intake", {"result": "perhaps"}, "result", "valid choice"),
        ("plan_consultation", {"agencies": []}, "agencies", "required"),
        ("plan_consultation", {"agencies": ["999999"]}, "agencies", "valid choice"),
        ("plan_consultation", {"answer_by": "01/01/2026"}, "answer_by", "after today"),
        ("give_opinion", {"verdict": "disagree"}, "reasons", "Give the reasons"),
        ("give_opinion", {"verdict": "agree_with_conditions"}, "conditions", "Name the conditions"),
        ("review_report", {"result": "returned"}, "comments", "what is to be changed"),
        ("decide", {"outcome": "postpone"}, "outcome", "valid choice"),
        ("decide", {"reasons": " "}, "reasons", "required"),
        ("submit_file", {"file": SimpleUploadedFile("a.pdf", b"no pdf")}, "file", ""),
    ],
)
def test_a_wrong_form_is_told_at_its_field_and_changes_nothing(
    page: str, change: dict[str, Any], field: str, words: str, it_is: Tell
) -> None:
    walk, step, client, path, body = at_page(page, it_is)
    rows = AuditRow.objects.count()
    response = client.post(path, {**body, **change, "key": uuid4()})
    assert response.status_code == 422
    assert words in str(response.context["form"].errors[field])
    assert AuditRow.objects.count() == rows
    assert walk.case.steps.get(pk=step.pk).is_open


def test_an_incomplete_file_is_told_part_by_part(it_is: Tell) -> None:
    walk, _, client, path, body = at_page("check_intake", it_is)
    walk.case.dossiers.get().documents.filter(component="D-b3").delete()
    response = client.post(path, {**body, "key": uuid4()})
    assert response.status_code == 422
    assert "Missing: Location and boundary map" in text(response)


def test_a_key_of_another_form_is_refused_and_the_form_of_its_own_still_works(it_is: Tell) -> None:
    walk, step, client, path, body = at_page("draft_report", it_is)
    used = uuid4()
    intake = walk.case.steps.get(name="check_intake")
    AuditRow.objects.filter(data__step=intake.pk).update(key=used)
    response = client.post(path, {**body, "key": used})
    assert response.status_code == 422
    assert walk.case.steps.get(pk=step.pk).is_open
    assert client.post(path, {**body, "key": key_of(client.get(path))}).status_code == 302


def test_each_opening_of_a_page_has_a_key_of_its_own(it_is: Tell) -> None:
    _, _, client, path, _ = at_page("draft_report", it_is)
    keys = {key_of(client.get(path)) for _ in range(3)}
    assert len(keys) == 3
    assert all(UUID(key) for key in keys)


@pytest.mark.parametrize("key", ["binh", "lan", "van", "tai"])
def test_a_step_in_the_wrong_hands_is_not_there_and_stays_open(key: str, it_is: Tell) -> None:
    walk, step, _, path, body = at_page("decide", it_is)
    response = page_of(key).post(path, {**body, "key": uuid4()})
    assert response.status_code == 404
    assert walk.case.steps.get(pk=step.pk).is_open
    assert not walk.case.decisions.exists()


def test_the_page_of_one_step_does_not_do_another(it_is: Tell) -> None:
    walk, step, client, _, body = at_page("decide", it_is)
    for page in DOERS:
        if page != "decide":
            path = reverse(f"establishment:{page}", args=[step.pk])
            assert client.post(path, {**body, "key": uuid4()}).status_code == 404
            assert client.get(path).status_code == 404
    assert walk.case.steps.get(pk=step.pk).is_open


# --- withdrawing, claiming -------------------------------------------------------------------------
def test_a_withdrawal_asks_for_its_reason_and_comes_once(it_is: Tell) -> None:
    walk = case_at("draft_report")
    it_is(walk.now)
    client, path = page_of("lan"), reverse("establishment:withdraw", args=[walk.case.code])
    form = {"key": key_of(client.get(path)), "reason": "Đổi kế hoạch"}
    assert client.post(path, form | {"reason": ""}).status_code == 422
    assert client.post(path, form).status_code == 302
    rows = AuditRow.objects.count()
    assert client.post(path, form).status_code == 302
    assert client.post(path, form | {"reason": "Khác"}).status_code == 422
    assert client.post(path, form | {"key": str(uuid4())}).status_code == 409
    assert walk.case.state == Stage.WITHDRAWN
    assert AuditRow.objects.count() == rows


def test_a_step_is_taken_given_and_given_back_on_its_pages(it_is: Tell) -> None:
    walk = case_at("check_intake")
    it_is(walk.now)
    step, minh, thao = walk.case.steps.open().get(), page_of("minh"), page_of("thao")
    ngoc = cases.colleague("minh")
    assert minh.post(reverse("workflows:claim", args=[step.pk])).status_code == 302
    assign = reverse("workflows:assign", args=[step.pk])
    assert "Đoàn Thị Ngọc" in text(thao.get(assign))
    assert thao.post(assign, {"to": ngoc.pk}).status_code == 302
    assert minh.get(reverse("establishment:check_intake", args=[step.pk])).status_code == 404
    assert minh.post(reverse("workflows:claim", args=[step.pk])).status_code == 403
    assert thao.post(assign, {"to": people.user("tai").pk}).status_code == 422
    assert thao.post(assign, {"to": "nobody"}).status_code == 422
    release = reverse("workflows:release", args=[step.pk])
    assert minh.post(release).status_code == 403
    assert thao.post(release).status_code == 302
    assert [turn.user for turn in Assignment.objects.order_by("pk")] == [people.user("minh"), ngoc, None]


def test_a_refusal_to_htmx_is_a_notice_and_not_a_page(it_is: Tell) -> None:
    walk = case_at("check_intake")
    it_is(walk.now)
    step = walk.case.steps.open().get()
    claim = reverse("workflows:claim", args=[step.pk])
    response = page_of("van").post(claim, headers={"HX-Request": "true"})
    assert response.status_code == 403
    assert response["HX-Retarget"] == "#notices"
    assert "<html" not in text(response)


# --- the case -------------------------------------------------------------------------------------
STORIES = ["single", "supplement", "rejection", "withdrawal"]


@pytest.mark.parametrize("story", STORIES)
def test_an_ended_case_is_shown_to_all_its_parties(story: str, it_is: Tell) -> None:
    walk = case_at(story=story)
    it_is(walk.now)
    path = reverse("approvals:case", args=[walk.case.code])
    for key in ("lan", "binh", "minh", "thao", "tai", "chau"):
        assert page_of(key).get(path).status_code == 200


def test_an_applicant_does_not_read_what_offices_write_to_each_other(it_is: Tell) -> None:
    walk = case_at("decide")
    it_is(walk.now)
    path = reverse("approvals:case", args=[walk.case.code])
    report = walk.case.reports.get()
    assert report.findings in text(page_of("chau").get(path))
    applicant = text(page_of("lan").get(path))
    assert report.findings not in applicant
    assert "Hạ tầng đấu nối chưa đủ năng lực" not in applicant


@pytest.mark.parametrize("agency", ["x", "-1", "²", "0", "9" * 30])
def test_an_agency_that_cannot_be_is_told_at_its_field(agency: str, it_is: Tell) -> None:
    _, step, minh, path, body = at_page("plan_consultation", it_is)
    response = minh.post(path, {**body, "agencies": [agency], "key": uuid4()})
    assert response.status_code == 422
    assert response.context["form"].has_error("agencies")
    assert Step.objects.get(pk=step.pk).is_open


@pytest.mark.parametrize("page", [page for page, (_, key) in DOERS.items() if key != "lan"])
def test_a_page_that_is_done_is_not_shown_to_who_could_not_do_it(page: str, it_is: Tell) -> None:
    walk = case_at("send_copy")
    it_is(walk.now)
    step = walk.case.steps.filter(name=DOERS[page][0]).order_by("pk")[0]
    path = reverse(f"establishment:{page}", args=[step.pk])
    for form in ({"key": uuid4()}, {**bodies(walk)[page], "key": uuid4()}):
        assert page_of("lan").post(path, form).status_code == 404


def test_a_form_for_a_step_that_a_colleague_took_meanwhile_keeps_its_text(it_is: Tell) -> None:
    walk, step, minh, path, body = at_page("draft_report", it_is)
    key = key_of(minh.get(path))
    page_of_ngoc = Client()
    page_of_ngoc.force_login(cases.colleague("minh"))
    page_of_ngoc.post(reverse("workflows:claim", args=[step.pk]))

    response = minh.post(path, {**body, "key": key})

    assert response.status_code == 403
    assert "Đoàn Thị Ngọc" in text(response)
    assert body["findings"] in text(response)
    assert walk.case.steps.get(pk=step.pk).is_open


# --- lists ----------------------------------------------------------------------------------------
LISTS = [
    ("minh", "/inbox/"),
    ("minh", "/inbox/?tab=overdue"),
    ("binh", "/inbox/?tab=others"),
    ("lan", "/proposals/"),
    ("khanh", "/board/"),
    ("khanh", "/board/steps/"),
    ("minh", "/notifications/"),
    ("minh", "/register/"),
]


def test_lists_ask_as_many_queries_for_sixty_rows_as_for_five(it_is: Tell) -> None:
    it_is(moment("20/11/2026"))

    def enter(number: int) -> None:
        for _ in range(number):
            case_at("check_intake", at=MORNING)
        for row in OutboxRow.objects.undone().filter(kind="step_arrived"):
            delivery.send(outbox_id=row.pk, at=MORNING)

    def asked() -> dict[str, int]:
        found = {}
        for key, path in LISTS:
            client = page_of(key)
            client.get(path)
            with CaptureQueriesContext(connection) as queries:
                assert client.get(path).status_code == 200
            found[path] = len(queries)
        return found

    enter(5)
    few = asked()
    enter(55)
    assert asked() == few
    assert max(few.values()) <= 16


@pytest.mark.parametrize(("language", "said"), [("en", "more than 99"), ("vi", "hơn 99")])
def test_the_inbox_says_that_there_are_more_than_it_counts(it_is: Tell, language: str, said: str) -> None:
    it_is(moment("20/10/2026"))
    step = case_at("check_intake", at=MORNING).case.steps.open().get()
    for number, seen in ((98, "99"), (1, "99+")):
        for _ in range(number):
            step.pk = None
            step.save(force_insert=True)
        client = page_of("minh")
        client.cookies["django_language"] = language
        tabs = text(client.get("/inbox/?tab=agency")).split("<tbody>")[0]
        more = f'<span aria-hidden="true">99+</span><span class="visually-hidden">{said}</span>'
        assert (f'<span class="kc-count">{seen}</span>' in tabs) is (seen == "99")
        assert (f'<span class="kc-count">{more}</span>' in tabs) is (seen == "99+")
        assert (said in tabs) is (seen == "99+")


def test_lists_lead_from_page_to_page_and_tell_when_they_are_empty(it_is: Tell) -> None:
    it_is(moment("20/10/2026"))
    cases.settle()
    for key, path in LISTS:
        assert page_of(key).get(path).status_code == 200
    for _ in range(27):
        case_at("give_notice", at=MORNING)
    client, path, seen = page_of("binh"), "/inbox/", []
    while path:
        page = client.get(path)
        seen += [row["step"].pk for row in page.context["rows"]]
        path = f"/inbox/{page.context['older']}" if page.context["older"] else ""
    assert len(seen) == len(set(seen)) == 27
    client, path, seen = page_of("lan"), "/proposals/", []
    while path:
        page = client.get(path)
        seen += [row["dossier"].pk for row in page.context["rows"]]
        path = f"/proposals/{page.context['older']}" if page.context["older"] else ""
    assert len(seen) == len(set(seen)) == 27
