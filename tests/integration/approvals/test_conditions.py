"""The conditions of the law on a case: stated, judged by the Department, kept by the decision, frozen."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest
from django.db import IntegrityError, connection, transaction
from django.db.migrations.loader import MigrationLoader
from django.test import Client
from django.urls import reverse
from django.utils.translation import override

from approvals import selectors
from approvals.models import ConditionSnapshot, Decision, Dossier, ExaminedFacts, Report
from approvals.procedures.establishment import services
from approvals.states import Moment, Recommendation
from clusters.states import Stage
from demo import people
from law import rulesets
from law.conditions import Finding
from records.clock import local_day
from tests.factories import cases
from tests.factories.acts import VERBS
from tests.factories.cases import Walk, begun, case_at, moment
from tests.integration.approvals.test_establishment import drafted, file
from workflows.exceptions import NotYours, RuleBroken, StepClosed

pytestmark = pytest.mark.django_db

Tell = Callable[[datetime], None]
PAPER = {"paper_number": "12/QĐ-UBND", "paper_on": date(2026, 10, 1)}


def signed_in(key: str) -> Client:
    client = Client()
    client.cookies["django_language"] = "en"
    client.force_login(people.user(key))
    return client


def stating(walk: Walk, **facts: Any) -> None:
    """Let the walk's dossier state `facts` otherwise than in the story."""
    dossier = walk.case.dossiers.get()
    Dossier.objects.filter(pk=dossier.pk).update(facts=dossier.facts | facts)


def judged(walk: Walk, rule: str) -> Finding:
    found = selectors.findings(walk.case.dossiers.get(), rule_set=walk.case.rule_set)
    return next(finding for finding in found if finding.row.rule == rule)


def examined(walk: Walk, key: str = "minh", **stated: Any) -> Any:
    paper = {name: stated.pop(name) for name in PAPER if name in stated}
    step = walk.case.steps.filter(name="draft_report").latest("pk")
    return services.examine_facts(step_id=step.pk, facts=stated, **paper, by=people.user(key), at=walk.now)


def reported(walk: Walk, word: str = "", recommendation: Recommendation = Recommendation.ESTABLISH) -> Any:
    return services.submit_report(
        step_id=walk.open_step("draft_report").pk,
        findings="Hợp lệ",
        on_untold=word,
        recommendation=recommendation,
        by=people.user("minh"),
        at=walk.now,
    )


def decided(walk: Walk, outcome: Recommendation = Recommendation.ESTABLISH) -> Any:
    return services.decide(
        step_id=walk.open_step("decide").pk,
        outcome=outcome,
        number="77/QĐ-UBND",
        signed_on=local_day(walk.now),
        reasons="Theo báo cáo",
        progress=walk.progress(),
        by=people.user("chau"),
        at=walk.now,
    )


# --- what is stated at filing ---------------------------------------------------------------------
def test_a_proposal_states_its_facts() -> None:
    dossier = file(begun())
    stored = Dossier.objects.get(pk=dossier.pk)
    assert stored.facts == {
        "total_area_ha": str(stored.area_ha),
        "cluster_type": "general",
        "in_approved_list": True,
        "area_has_established_clusters": False,
        "service_land_share_pct": "6.500",
    }


def test_a_dossier_from_before_is_judged_by_its_columns() -> None:
    walk = case_at("draft_report")
    Dossier.objects.update(facts={}, area_ha=Decimal("75.001"))
    assert judged(walk, "C-AREA").verdict == "fails"
    assert not judged(walk, "C-CRAFT").tested


@pytest.mark.parametrize(("at", "asked"), [("30/06/2025", True), ("14/09/2026", True), ("15/09/2026", False)])
def test_a_draft_is_asked_only_what_the_law_of_the_day_uses(at: str, asked: bool, it_is: Tell) -> None:
    walk = begun(moment(at))
    it_is(walk.now)
    draft = drafted(walk)
    path = reverse("approvals:section", args=[draft.pk, "conditions"])
    fields = signed_in("lan").get(path).context["form"].fields
    assert ("mountain_district" in fields) is asked
    assert ("hightech_land_share_pct" in fields) is not asked
    assert "shared_infra_in_use" not in fields


def test_the_draft_says_what_the_law_would_find(it_is: Tell) -> None:
    walk = begun()
    it_is(walk.now)
    draft = drafted(walk)
    draft.answers |= {"area_ha": "4.999", "cluster_type": "eco", "avg_occupancy_pct": "10"}
    draft.answers |= {"area_has_established_clusters": "yes"}
    draft.save()
    client = signed_in("lan")
    for name in ("approvals:dossier", "approvals:check"):
        page = client.get(reverse(name, args=[draft.pk])).content.decode()
        assert page.count("Not met") == 1
        assert "4.999 ha" in page
        assert "Not tested: type of the cluster: Eco-industrial." in page
    section = reverse("approvals:section", args=[draft.pk, "conditions"])
    assert "Not met" in client.get(section).content.decode()


# --- the Department's own facts -------------------------------------------------------------------
def test_what_the_department_finds_counts_in_place_of_what_was_stated() -> None:
    walk = case_at("draft_report")
    assert judged(walk, "C-SERVICE").verdict == "holds"
    examined(walk, service_land_share_pct=Decimal(12), has_capable_investor=True, in_approved_list=None)
    assert judged(walk, "C-SERVICE").verdict == "fails"
    assert judged(walk, "C-INVESTOR").verdict == "holds"
    assert judged(walk, "C-LIST").verdict == "cannot_be_told"
    examined(walk, service_land_share_pct=Decimal(9))
    assert judged(walk, "C-SERVICE").verdict == "holds"
    assert judged(walk, "C-INVESTOR").verdict == "cannot_be_told"
    assert ExaminedFacts.objects.count() == 2
    assert walk.open_step("draft_report").is_open


@pytest.mark.parametrize("key", ["lan", "binh", "thao", "chau", "tai"])
def test_nobody_but_an_officer_of_the_department_states_them(key: str) -> None:
    walk = case_at("draft_report")
    with pytest.raises(NotYours):
        examined(walk, key, has_capable_investor=True)
    assert not ExaminedFacts.objects.exists()


def test_after_the_report_nothing_is_stated_any_more() -> None:
    walk = case_at("review_report")
    with pytest.raises(StepClosed):
        examined(walk, has_capable_investor=True)


@pytest.mark.parametrize(
    ("stated", "field"),
    [
        ({"load_test_area": "Thanh Oai"}, "paper_number"),
        ({"load_test_area": "Thanh Oai", "paper_number": " ", "paper_on": date(2026, 10, 1)}, "paper_number"),
        ({"load_test_area": "Thanh Oai", "paper_number": "12/QĐ"}, "paper_on"),
        ({"load_test_area": None, **PAPER}, "load_test_area"),
        ({"load_test_area": "Thanh Oai", "paper_number": "1", "paper_on": date(2099, 1, 1)}, "paper_on"),
    ],
)
def test_an_area_comes_with_the_paper_that_chose_it(stated: dict[str, Any], field: str) -> None:
    walk = case_at("draft_report", story="r3")
    with pytest.raises(RuleBroken) as refusal:
        examined(walk, **stated)
    assert refusal.value.details["field"] == field
    assert not ExaminedFacts.objects.exists()


def test_the_database_keeps_a_paper_whole() -> None:
    walk = case_at("draft_report")
    with pytest.raises(IntegrityError), transaction.atomic():
        ExaminedFacts.objects.create(
            case=walk.case, facts={}, paper_number="1", by=people.user("minh"), at=walk.now
        )


def test_under_r3_the_load_test_waits_for_the_area_that_the_city_chose(it_is: Tell) -> None:
    walk = case_at("draft_report", story="r3")
    it_is(walk.now)
    stating(walk, area_has_established_clusters=True, avg_occupancy_pct="10", unleased_industrial_ha="300")
    assert judged(walk, "C-FILL").verdict == "cannot_be_told"
    client = signed_in("minh")
    path = reverse("establishment:examine_facts", args=[walk.open_step("draft_report").pk])
    report = client.get(reverse("establishment:draft_report", args=[walk.open_step("draft_report").pk]))
    assert path in report.content.decode()
    form = client.get(path).context["form"]
    assert form["avg_occupancy_pct"].value() == "10"
    assert form["area_has_established_clusters"].value() == "yes"
    typed = {
        "key": str(uuid4()),
        "area_has_established_clusters": "yes",
        "avg_occupancy_pct": "10",
        "unleased_industrial_ha": "300",
        "load_test_area": "huyện Thanh Oai (cũ)",
    }
    refused = client.post(path, typed)
    assert "Name the paper by which the city chose the area." in refused.content.decode()
    paper = {"paper_number": "99/QĐ-UBND", "paper_on": f"{local_day(walk.now):%d/%m/%Y}"}
    client.post(path, typed | paper)
    kept = ExaminedFacts.objects.get()
    assert (kept.facts["load_test_area"], kept.by, kept.paper_number) == (
        "huyện Thanh Oai (cũ)",
        people.user("minh"),
        "99/QĐ-UBND",
    )
    assert kept.facts["avg_occupancy_pct"] == "10"
    assert judged(walk, "C-FILL").verdict == "fails"
    page = client.get(reverse("approvals:case", args=[walk.case.code])).content.decode()
    assert "load test over huyện Thanh Oai (cũ), by paper 99/QĐ-UBND" in page
    assert "Stated the facts for the conditions of the law" in page
    own = signed_in("hung").get(reverse("approvals:case", args=[walk.case.code])).content.decode()
    assert "99/QĐ-UBND" not in own


def test_the_form_of_r4_asks_for_no_area(it_is: Tell) -> None:
    walk = case_at("draft_report")
    it_is(walk.now)
    client = signed_in("minh")
    path = reverse("establishment:examine_facts", args=[walk.open_step("draft_report").pk])
    assert not {"load_test_area", "paper_number"} & set(client.get(path).context["form"].fields)
    key = str(uuid4())
    for _again in range(2):  # a form sent twice acts once
        sent = client.post(path, {"key": key, "has_capable_investor": "yes", "in_approved_list": "no"})
        assert sent["Location"] == reverse("approvals:case", args=[walk.case.code])
    kept = ExaminedFacts.objects.get()
    assert (kept.facts["has_capable_investor"], kept.facts["in_approved_list"]) == (True, False)
    assert kept.facts["service_land_share_pct"] is None


def test_no_more_is_leased_than_there_is(it_is: Tell) -> None:
    walk = case_at("draft_report", story="expansion")
    it_is(walk.now)
    path = reverse("establishment:examine_facts", args=[walk.open_step("draft_report").pk])
    typed = {"key": str(uuid4()), "leased_ha": "17.501", "industrial_ha": "17.5"}
    refused = signed_in("minh").post(path, typed)
    assert refused.status_code == 422
    assert "No more can be leased" in str(refused.context["form"].errors["leased_ha"])
    signed_in("minh").post(path, typed | {"leased_ha": "17.5"})
    assert judged(walk, "C-XFILL").verdict == "holds"


# --- the report -----------------------------------------------------------------------------------
def test_a_report_that_agrees_says_a_word_on_what_cannot_be_told() -> None:
    walk = case_at("draft_report")
    with pytest.raises(RuleBroken) as refusal:
        reported(walk)
    assert refusal.value.details["field"] == "on_untold"
    assert str(refusal.value) == (
        "Say how you judge what the stated facts cannot tell: An investor with legal standing and capacity."
    )
    assert not Report.objects.exists()
    reported(walk, "Đủ năng lực")
    assert Report.objects.get().on_untold == "Đủ năng lực"


def test_no_word_is_asked_where_all_is_told_or_the_report_rejects() -> None:
    walk = case_at("draft_report")
    reported(walk, recommendation=Recommendation.REJECT)
    walk.return_report()
    examined(walk, has_capable_investor=True, in_approved_list=True)
    reported(walk)
    assert Report.objects.count() == 2


def test_the_report_page_asks_for_the_word_and_shows_it(it_is: Tell) -> None:
    walk = case_at("draft_report")
    it_is(walk.now)
    client = signed_in("minh")
    path = reverse("establishment:draft_report", args=[walk.open_step("draft_report").pk])
    page = client.get(path).content.decode()
    assert "Conditions of the establishment" in page
    assert "The stated facts do not tell: An investor with legal standing and capacity." in page
    typed = {"key": str(uuid4()), "findings": "x", "recommendation": "establish"}
    assert "on_untold" in client.post(path, typed).context["form"].errors
    client.post(path, typed | {"on_untold": "Đã kiểm tra năng lực"})
    shown = client.get(reverse("approvals:case", args=[walk.case.code])).content.decode()
    assert "Đã kiểm tra năng lực" in shown
    walk.return_report()
    examined(walk, has_capable_investor=True)
    again = reverse("establishment:draft_report", args=[walk.open_step("draft_report").pk])
    assert "on_untold" not in client.get(again).context["form"].fields


# --- the decision ---------------------------------------------------------------------------------
REFUSED: list[tuple[dict[str, Any], str]] = [
    ({"total_area_ha": "75.001"}, "Size of a cluster (stated: 75.001 ha"),
    ({"total_area_ha": "4.999"}, "the law asks: 5 ha to 75 ha, both included"),
    ({"in_approved_list": False}, "In the approved list"),
    ({"service_land_share_pct": "10.001"}, "Land for services (stated: 10.001 %"),
    ({"cluster_type": "craft", "craft_land_share_pct": "59.999"}, "land for craft producers"),
    ({"cluster_type": "high_tech", "hightech_land_share_pct": "29"}, "land for high technology"),
    (
        {
            "area_has_established_clusters": True,
            "avg_occupancy_pct": "50",
            "unleased_industrial_ha": "50.001",
        },
        "Average occupancy of the clusters",
    ),
]


@pytest.mark.parametrize(("facts", "words"), REFUSED)
def test_no_cluster_is_established_against_a_condition_that_binds(facts: dict[str, Any], words: str) -> None:
    walk = case_at("decide")
    stating(walk, **facts)
    with pytest.raises(RuleBroken) as refusal:
        decided(walk)
    assert str(refusal.value).startswith("The law does not allow this cluster: ")
    assert words in str(refusal.value)
    assert "Decree 32/2024/NĐ-CP" in str(refusal.value)
    assert walk.case.state == Stage.APPRAISED
    assert not Decision.objects.exists()
    assert not walk.case.condition_snapshots.filter(moment=Moment.DECIDED).exists()
    assert decided(walk, Recommendation.REJECT).state == Stage.REJECTED


@pytest.mark.parametrize(
    "facts",
    [
        {"total_area_ha": "75"},
        {"total_area_ha": "5"},
        {"service_land_share_pct": "10"},
        {"service_land_share_pct": None, "in_approved_list": None},
        {"cluster_type": "craft", "craft_land_share_pct": "60"},
        {
            "area_has_established_clusters": True,
            "avg_occupancy_pct": "50",
            "unleased_industrial_ha": "50",
        },
        {"area_has_established_clusters": True, "avg_occupancy_pct": "10", "cluster_type": "high_tech"},
    ],
)
def test_at_the_edge_by_alternative_by_exception_and_untold_it_may_be(facts: dict[str, Any]) -> None:
    walk = case_at("decide")
    stating(walk, **facts)
    assert decided(walk).state == Stage.ESTABLISHED


# --- frozen ---------------------------------------------------------------------------------------
def snapshots(walk: Walk) -> list[ConditionSnapshot]:
    return list(walk.case.condition_snapshots.all())


@pytest.mark.parametrize("story", ["single", "expansion"])
def test_the_verdicts_are_frozen_at_filing_appraisal_and_decision(story: str) -> None:
    walk = case_at("send_copy", story=story)
    taken = snapshots(walk)
    assert [one.moment for one in taken] == [Moment.FILED, Moment.APPRAISED, Moment.DECIDED]
    assert [one.taken_at for one in taken] == sorted(one.taken_at for one in taken)
    assert {one.rule_set for one in taken} == {"R4"}
    decision = Decision.objects.get()
    assert taken[-1].taken_at == decision.decided_at
    area = next(one for one in taken[0].verdicts["en"] if one["rule"] == "C-AREA")
    assert area["verdict"] == "holds"
    assert Decimal(str(area["stated"])) == Decimal(taken[0].facts["total_area_ha"])
    assert area["article"] == rulesets.conditions("R4")[0].cited_in("en")
    assert taken[0].verdicts["vi"][0]["article"] == rulesets.conditions("R4")[0].cited_in("vi")


def test_a_rejection_is_frozen_as_well() -> None:
    walk = case_at("decide")
    stating(walk, total_area_ha="80")
    decided(walk, Recommendation.REJECT)
    assert snapshots(walk)[-1].moment == Moment.DECIDED
    assert snapshots(walk)[-1].told[0]["verdict"] == "fails"


def test_what_is_stated_later_changes_no_snapshot() -> None:
    walk = case_at("draft_report")
    before = ConditionSnapshot.objects.values().get()
    examined(walk, has_capable_investor=True, service_land_share_pct=Decimal(3))
    stating(walk, total_area_ha="1")
    assert ConditionSnapshot.objects.values().get() == before
    reported(walk)
    walk.approve()
    first, second = snapshots(walk)
    assert [one["verdict"] for one in second.told if one["rule"] == "C-INVESTOR"] == ["holds"]
    assert [one["verdict"] for one in first.told if one["rule"] == "C-INVESTOR"] == ["cannot_be_told"]


def test_a_law_that_changes_later_changes_no_snapshot(monkeypatch: pytest.MonkeyPatch, it_is: Tell) -> None:
    walk = case_at("send_copy")
    it_is(walk.now)
    kept = [one.told for one in snapshots(walk)]
    path = reverse("approvals:case", args=[walk.case.code])
    shown = signed_in("minh").get(path).content.decode()
    monkeypatch.setattr("law.conditions.conditions", lambda code: ())
    assert [one.told for one in snapshots(walk)] == kept
    assert "5 ha to 75 ha, both included" in shown
    assert "5 ha to 75 ha, both included" in signed_in("minh").get(path).content.decode()


def test_the_case_shows_each_snapshot_with_its_day_and_articles(it_is: Tell) -> None:
    walk = case_at("send_copy")
    it_is(walk.now)
    path = reverse("approvals:case", args=[walk.case.code])
    page = signed_in("minh").get(path).content.decode()
    for words in ("At filing, ", "At the end of the appraisal, ", "At the decision, ", "rule set R4"):
        assert page.count(words) >= 1, words
    for one in snapshots(walk):
        assert f"{cases.moment(local_day(one.taken_at)):%d/%m/%Y}" in page
    assert "Article 2, clause 1, Decree 32/2024/NĐ-CP" in page
    with override("vi"):
        client = Client()
        client.force_login(people.user("minh"))
        assert "Điều 2 khoản 1 Nghị định 32/2024/NĐ-CP" in client.get(path).content.decode()


def test_the_applicant_sees_what_was_filed_and_decided(it_is: Tell) -> None:
    walk = case_at("decide")
    it_is(walk.now)
    page = signed_in("lan").get(reverse("approvals:case", args=[walk.case.code])).content.decode()
    assert "At filing, " in page
    assert "At the end of the appraisal, " not in page
    decided(walk)
    page = signed_in("lan").get(reverse("approvals:case", args=[walk.case.code])).content.decode()
    assert "At the decision, " in page


@pytest.mark.parametrize("verb", ["approve_report", "decide"])
def test_an_act_that_is_refused_freezes_nothing(verb: str) -> None:
    walk = case_at(VERBS[verb].step)
    before = len(snapshots(walk))
    with pytest.raises(NotYours):
        VERBS[verb].call(walk.open_step(VERBS[verb].step).pk, by=people.user("lan"), at=walk.now)
    assert len(snapshots(walk)) == before


# --- what was claimed before ----------------------------------------------------------------------
def test_a_claimed_exception_becomes_the_fact_that_makes_it() -> None:
    loader = MigrationLoader(connection)
    state_exceptions = loader.get_migration("approvals", "0006_conditions").operations[-1].code  # type: ignore[attr-defined]
    walk = case_at("draft_report", story="expansion")
    stating(walk, excepted=["C-XINFRA"])
    other = case_at("draft_report", story="expansion", at=moment("05/10/2026") + timedelta(days=1))
    stating(other, excepted=[])
    apps = loader.project_state(("approvals", "0006_conditions")).apps
    state_exceptions(apps, None)
    facts = [case.case.dossiers.get().facts for case in (walk, other)]
    assert [one.get("formed_before_qd105") for one in facts] == [True, None]
    assert not any("excepted" in one for one in facts)
