"""What visitors read without an account: look-up, decisions, feed, the history of a cluster's cases."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from datetime import timedelta
from io import StringIO
from typing import Any

import pytest
from django.core import signing
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import translation

from accounts.models import Agency, User
from approvals import public
from approvals import services as drafts
from approvals.codes import dossier_code
from approvals.models import Decision, Dossier
from clusters import register_file, services
from clusters.dates import ImpreciseDate, exactly
from clusters.models import Cluster, DatedFact
from clusters.states import DatePrecision, FactKind, Stage
from demo import people
from tests.factories import clusters as factory
from tests.factories.cases import Walk, case_at, moment

pytestmark = pytest.mark.django_db
LOOK_UP, DECISIONS, FEED = (
    reverse(f"approvals:{name}") for name in ("look_up", "decisions", "decision_feed")
)
ATOM = {"a": "http://www.w3.org/2005/Atom"}
DIGITS = people.INVESTORS[people.FIRST_INVESTOR][-4:]
NO_DOSSIER = "There is no dossier with this code and these digits."
Settings = Any


@pytest.fixture
def visitor() -> Client:
    client = Client()
    client.cookies["django_language"] = "en"
    return client


def code_of(walk: Walk) -> str:
    assert walk.dossier
    return walk.dossier.code


def look_up(visitor: Client, code: str, digits: str = DIGITS) -> Any:
    return visitor.post(LOOK_UP, {"code": code, "digits": digits})


def found(visitor: Client, walk: Walk) -> str:
    """Return the page of a look-up, its blanks made one."""
    response = visitor.get(look_up(visitor, code_of(walk))["Location"])
    assert response.status_code == 200
    return " ".join(response.content.decode().split())


def text_of(visitor: Client, path: str) -> str:
    response = visitor.get(path)
    assert response.status_code == 200
    return " ".join(response.content.decode().split())


def names_of_people() -> list[str]:
    return list(User.objects.exclude(full_name="").values_list("full_name", flat=True))


# --- the look-up ----------------------------------------------------------------------------------
def test_a_look_up_tells_state_office_limit_and_next_step(visitor: Client) -> None:
    walk = case_at("check_intake")
    text = found(visitor, walk)
    assert code_of(walk) in text
    assert walk.name in text
    assert "filed on 05/10/2026" in text
    assert "<h1>Received</h1>" in text
    assert "Department of Industry and Trade" in text
    clock = walk.case.steps.open().get().clock
    assert clock
    assert f"{clock.due_on:%d/%m/%Y}" in text
    assert "What comes next" in text


def test_a_look_up_names_neither_people_nor_the_applicant(visitor: Client) -> None:
    text = found(visitor, case_at("draft_report"))
    assert [name for name in [*names_of_people(), people.FIRST_INVESTOR] if name in text] == []
    assert "<h1>Being processed</h1>" in text


def test_a_dossier_that_waits_for_its_applicant_says_so(visitor: Client) -> None:
    text = found(visitor, case_at("supplement", story="supplement"))
    assert "Supplement requested" in text
    assert "With the applicant, who was asked for a supplement" in text
    assert people.FIRST_INVESTOR not in text


@pytest.mark.parametrize(
    ("story", "words"),
    [("single", "Result is out"), ("rejection", "Result is out"), ("withdrawal", "Processing stopped")],
)
def test_a_dossier_that_has_ended_lies_nowhere(visitor: Client, story: str, words: str) -> None:
    text = found(visitor, case_at(story=story))
    assert f"<h1>{words}</h1>" in text
    assert "this dossier has come to its end" in text
    assert "reject" not in text.lower()


@pytest.mark.parametrize(
    "typed", [str.lower, lambda code: f"  {code} ", lambda code: code.replace("-", " – ")]
)
def test_a_code_may_be_typed_as_people_type(visitor: Client, typed: Any) -> None:
    walk = case_at("give_notice")
    assert look_up(visitor, typed(code_of(walk))).status_code == 302


def test_an_unknown_code_and_wrong_digits_get_the_same_answer(visitor: Client) -> None:
    walk = case_at("give_notice")
    wrong = "0000" if DIGITS != "0000" else "1111"
    answers = [look_up(visitor, code_of(walk), wrong), look_up(visitor, dossier_code(99_999, 2026), DIGITS)]
    for answer in answers:
        assert answer.status_code == 422
        assert NO_DOSSIER in answer.content.decode()


def test_an_applicant_without_a_tax_code_cannot_be_looked_up(visitor: Client) -> None:
    walk = case_at("give_notice")
    Agency.objects.filter(pk=walk.case.applicant_id or 0).update(tax_code="")
    assert look_up(visitor, code_of(walk)).status_code == 422
    assert look_up(visitor, code_of(walk), "").status_code == 422


def test_a_draft_cannot_be_looked_up(visitor: Client) -> None:
    walk = case_at("give_notice")
    by = people.user("lan")
    draft = drafts.begin(applicant=people.agency_of(people.person("lan")), by=by, at=walk.now)
    assert draft.code == ""
    assert look_up(visitor, dossier_code(draft.pk, 2026)).status_code == 422


def test_a_slip_in_the_code_is_told_as_such(visitor: Client) -> None:
    code = code_of(case_at("give_notice"))
    slip = code[:-1] + ("A" if code[-1] != "A" else "B")
    assert "The last letter does not fit the numbers." in look_up(visitor, slip).content.decode()
    assert "A code looks like H26-2026-00017-D" in look_up(visitor, "<script>").content.decode()
    assert "Write exactly four digits." in look_up(visitor, code, "12a").content.decode()


def test_the_example_on_the_form_is_a_code() -> None:
    assert dossier_code(17, 2026) == "H26-2026-00017-D"


def test_neither_digits_nor_code_land_in_the_address_and_robots_keep_out(visitor: Client) -> None:
    walk = case_at("give_notice")
    address = look_up(visitor, code_of(walk))["Location"]
    payload, *_signature = address.split("/")[-2].split(":")
    assert signing.b64_decode(payload.encode()) == str(walk.dossier and walk.dossier.pk).encode()
    response = visitor.get(address)
    assert response.headers["X-Robots-Tag"] == "noindex, nofollow"
    assert "no-store" in response.headers["Cache-Control"]
    assert '<meta name="robots" content="noindex, nofollow">' in response.content.decode()


def test_an_address_that_is_old_or_not_ours_leads_back_to_the_form(
    visitor: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    address = look_up(visitor, code_of(case_at("give_notice")))["Location"]
    monkeypatch.setattr(public, "TOKEN_SECONDS", -1)
    for path in (address, reverse("approvals:looked_up", args=["no-such-token"])):
        assert visitor.get(path)["Location"] == LOOK_UP
    assert "a quarter of an hour only" in visitor.get(LOOK_UP).content.decode()


def test_trying_out_digits_is_stopped(visitor: Client, settings: Settings) -> None:
    settings.ACCOUNT_RATE_LIMITS = {"look_up": "2/h/ip"}
    code = code_of(case_at("give_notice"))
    assert [look_up(visitor, code, "1111").status_code for _ in range(3)] == [422, 422, 429]
    assert look_up(visitor, code).status_code == 429
    assert visitor.get(LOOK_UP).status_code == 200


# --- decisions ------------------------------------------------------------------------------------
def test_the_page_of_decisions_says_when_there_is_none(visitor: Client) -> None:
    assert "No decision is on record yet" in text_of(visitor, DECISIONS)


def test_a_decision_issued_here_is_listed_once_with_its_facts(visitor: Client) -> None:
    walk = case_at()
    decision = walk.case.decisions.get()
    text = text_of(visitor, DECISIONS)
    assert text.count(decision.number) == 1
    assert f"{decision.signed_on:%d/%m/%Y}" in text
    assert walk.name in text
    assert "made up" in text
    assert walk.dossier
    area = Dossier.objects.get(pk=walk.dossier.pk).area_ha
    assert f"{area:f}".rstrip("0") in text
    assert '<link rel="alternate" type="application/atom+xml"' in text
    assert [name for name in names_of_people() if name in text] == []


@pytest.mark.parametrize(("step", "story"), [("", "rejection"), ("", "withdrawal"), ("decide", "single")])
def test_what_established_nothing_is_neither_listed_nor_fed(visitor: Client, step: str, story: str) -> None:
    walk = case_at(step, story=story)
    assert walk.name not in text_of(visitor, DECISIONS)
    assert walk.name not in visitor.get(FEED).content.decode()


def test_decisions_that_sources_tell_of_are_listed_as_exactly_as_told(visitor: Client) -> None:
    services.import_rows(register_file.read(register_file.HANOI_FILE), at=moment("05/10/2026"))
    text = text_of(visitor, DECISIONS)
    assert "15/06/2018" in text
    assert "04/2025" in text
    assert "one of 6 numbers" in text
    assert "a source of the register" in text


def test_the_list_is_paged_by_key_and_leaves_nothing_out(visitor: Client) -> None:
    walk = case_at()
    at = moment("05/10/2026")
    services.import_rows(register_file.read(register_file.HANOI_FILE), at=at)
    same_day = walk.case.decisions.get().signed_on
    other = Cluster.objects.get(code="HN010")
    services.record_fact(
        cluster=other, kind=FactKind.DECISION, when=exactly(same_day), at=at, number_text="x"
    )
    undated = Cluster.objects.filter(code__startswith="HN").exclude(pk=other.pk)[:9]
    for cluster in undated:
        services.record_fact(cluster=cluster, kind=FactKind.DECISION, when=ImpreciseDate(), at=at)
    expected = (
        1
        + DatedFact.objects.standing()
        .filter(kind=FactKind.DECISION)
        .exclude(cluster=walk.case.cluster)
        .count()
    )
    keys, after = [], None
    while True:
        page = public.decisions_page(after, size=7)
        keys += [line.key for line in page.lines]
        after = public.read_key(page.older)
        if after is None:
            break
    assert len(keys) == len(set(keys)) == expected
    assert [key.rank for key in keys] == sorted((key.rank for key in keys), reverse=True)
    assert [key.told for key in keys[:2]] == [False, True]
    assert [key.day for key in keys[-9:]] == [None] * 9


@pytest.mark.parametrize("after", ["", "x", "2026-13-01.0.1", "2026-01-01.2.1", "-.1.999", "\x00", "9" * 99])
def test_an_odd_key_breaks_nothing(visitor: Client, after: str) -> None:
    assert visitor.get(DECISIONS, {"after": after}).status_code == 200


def test_a_long_list_asks_as_often(visitor: Client) -> None:
    case_at()
    at = moment("05/10/2026")

    def asked() -> int:
        with CaptureQueriesContext(connection) as queries:
            visitor.get(DECISIONS)
        return len(queries)

    asked()
    few = asked()
    DatedFact.objects.bulk_create(
        DatedFact(
            cluster=cluster,
            kind=FactKind.DECISION,
            precision=DatePrecision.DAY,
            earliest=at.date() - timedelta(days=number),
            latest=at.date() - timedelta(days=number),
            recorded_at=at,
        )
        for number, cluster in enumerate(factory.many(10_000, at=at))
    )
    assert asked() == few


# --- the feed -------------------------------------------------------------------------------------
def feed(visitor: Client) -> ET.Element:
    response = visitor.get(FEED)
    assert response.status_code == 200
    assert response.headers["Content-Type"].startswith("application/atom+xml")
    return ET.fromstring(response.content)


def test_the_feed_tells_a_decision_with_a_name_that_stays(visitor: Client, settings: Settings) -> None:
    settings.SITE_URL = "https://khoicong.example"
    walk = case_at()
    decision = walk.case.decisions.get()
    read = feed(visitor)
    entry = read.find("a:entry", ATOM)
    assert entry is not None
    assert entry.findtext("a:id", "", ATOM) == f"tag:khoicong.example,2026:decision/{decision.pk}"
    assert (
        entry.findtext("a:title", "", ATOM)
        == f"Decision {decision.number}: {walk.name} is established (made up)"
    )
    assert entry.findtext("a:updated", "", ATOM) == decision.decided_at.isoformat().replace("Z", "+00:00")
    assert read.get("{http://www.w3.org/XML/1998/namespace}lang") == "en"
    assert read.findtext("a:author/a:name", "", ATOM) == "Khởi Công"


def test_an_empty_feed_is_a_feed(visitor: Client) -> None:
    assert feed(visitor).findall("a:entry", ATOM) == []


def test_a_feed_survives_any_name(visitor: Client) -> None:
    name = '<script>alert("x")</script>\x0b & ]]>'
    walk = case_at()
    Cluster.objects.filter(pk=walk.case.cluster_id).update(name=name)
    entry = feed(visitor).find("a:entry", ATOM)
    assert entry is not None
    assert '<script>alert("x")</script> & ]]>' in entry.findtext("a:title", "", ATOM)
    assert "<script>alert" not in text_of(visitor, DECISIONS)


# --- the history on a cluster's page --------------------------------------------------------------
def history(visitor: Client, walk: Walk) -> str:
    text = text_of(visitor, reverse("clusters:detail", args=[walk.case.cluster.code]))
    return text[text.index('id="cases-title"') : text.index('id="boundary-title"')]


def test_a_proposal_under_way_is_told_without_its_applicant(visitor: Client) -> None:
    text = history(visitor, case_at("review_report"))
    assert "A proposal is under way." in text
    assert "Being processed" in text
    assert people.FIRST_INVESTOR not in text
    assert [name for name in names_of_people() if name in text] == []


def test_a_proposal_that_is_appraised_still_reads_as_processed(visitor: Client) -> None:
    walk = case_at("decide")
    assert walk.case.state == Stage.APPRAISED
    text = history(visitor, walk)
    assert "Appraised" not in text
    assert text.count("Being processed") == 2  # as it stands, and when it came there


def test_a_decided_case_tells_decision_investor_and_days(visitor: Client) -> None:
    walk = case_at()
    decision = walk.case.decisions.get()
    text = history(visitor, walk)
    assert f"decision {decision.number}" in text
    assert f"{decision.signed_on:%d/%m/%Y}" in text
    assert people.FIRST_INVESTOR in text
    assert "05/10/2026</span> <span>Received" in text


@pytest.mark.parametrize(
    ("story", "words"), [("rejection", "Result is out"), ("withdrawal", "Processing stopped")]
)
def test_a_proposal_that_came_to_nothing_names_nobody(visitor: Client, story: str, words: str) -> None:
    walk = case_at(story=story)
    text = history(visitor, walk)
    assert words in text
    assert people.FIRST_INVESTOR not in text
    assert [d.number for d in Decision.objects.all() if d.number in text] == []


def test_an_adopted_cluster_tells_since_when_it_stands_here(visitor: Client) -> None:
    call_command("import_clusters", stdout=StringIO())
    case = Cluster.objects.get(code="HN001").cases.get()
    text = text_of(visitor, "/register/HN001/")
    with translation.override("en"):
        assert f"Entered here from the sources of the register as: {case.get_state_display()}" in text


def test_a_cluster_without_a_case_says_so(visitor: Client) -> None:
    services.import_rows([factory.register_row()], at=moment("05/10/2026"))
    assert "No procedure is on record here." in text_of(visitor, "/register/XX00001/")


def test_an_expansion_is_listed_fed_and_told_beside_the_first_decision(visitor: Client) -> None:
    walk = case_at(story="expansion")
    decision = walk.case.decisions.get()
    assert f"decides to expand the cluster: decision {decision.number}" in history(visitor, walk)
    assert text_of(visitor, DECISIONS).count(decision.number) == 1
    entry = feed(visitor).find("a:entry", ATOM)
    assert entry is not None
    cluster = walk.case.cluster.name
    assert f"Decision {decision.number}: {cluster} is expanded" in entry.findtext("a:title", "", ATOM)
