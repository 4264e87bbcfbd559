"""The expansion of an operating cluster: filed, judged by the law's conditions, decided, registered."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse

from accounts.models import User
from approvals.exceptions import Unfinished
from approvals.invariants import decisions_match_stages
from approvals.models import Decision, Dossier, Report
from approvals.procedures.establishment import services
from approvals.procedures.establishment.proposals import read_proposal
from approvals.states import Recommendation
from approvals.step_forms import PROGRESS
from clusters import services as register
from clusters.models import Cluster
from clusters.states import FactKind, Kind, Stage
from demo import people, stories
from law.states import Grade
from records.clock import local_day
from tests.factories import cases
from tests.factories.cases import Walk, begun, case_at, moment
from tests.factories.clusters import register_row
from tests.integration.approvals.test_establishment import drafted, file
from workflows.exceptions import NotYours, RuleBroken
from workflows.invariants import register_copies_stage
from workflows.models import Case
from workflows.selectors import expandable
from workflows.services import act_on_case, open_case
from workflows.states import CaseKind

pytestmark = pytest.mark.django_db

Tell = Callable[[datetime], None]
# Some 500 m to a side: about 25 ha.
SQUARE = "20.9000; 105.8000\n20.9000; 105.8048\n20.9045; 105.8048\n20.9045; 105.8000"


def expanding(**how: Any) -> Walk:
    """Return a walk whose cluster operates, with nothing filed."""
    walk = begun(**how)
    walk.operate()
    return walk


def answered(walk: Walk, **answers: str) -> Dossier:
    """Return the walk's draft of an expansion, whole but for what `answers` say otherwise."""
    draft = drafted_expansion(walk)
    draft.answers |= answers
    draft.save()
    return draft


def drafted_expansion(walk: Walk) -> Dossier:
    draft = drafted(walk, listed=walk.expands)
    assert draft.kind == CaseKind.EXPANSION
    return draft


def decided(walk: Walk, outcome: Recommendation, number: str = "77/QĐ-UBND", **more: Any) -> Case:
    return services.decide(
        step_id=walk.open_step("decide").pk,
        outcome=outcome,
        number=number,
        signed_on=local_day(walk.now),
        reasons="Theo báo cáo",
        progress=walk.progress(),
        by=people.user("chau"),
        at=walk.now,
        **more,
    )


def on_the_way(step: str, **facts: Any) -> Walk:
    """Return the walk of an expansion before `step`, with `facts` stated otherwise than in the story."""
    walk = case_at(step, story="expansion")
    dossier = walk.case.dossiers.get()
    Dossier.objects.filter(pk=dossier.pk).update(facts=dossier.facts | facts)
    return walk


# --- which cluster --------------------------------------------------------------------------------
def test_an_expansion_is_a_case_of_its_own_beside_the_operating_one() -> None:
    walk = expanding()
    dossier = file(walk, drafted_expansion(walk))
    cluster = walk.expands
    assert cluster
    assert dossier.case
    kinds = list(cluster.cases.order_by("pk").values_list("kind", "state"))
    assert kinds == [("new", "operating"), ("expansion", "proposed")]
    assert (dossier.case.code, dossier.case.rule_set) == (f"{cluster.code}-2", "R4")
    assert (dossier.added_ha, dossier.area_ha) == (Decimal("8.500"), Decimal("33.500"))
    cluster.refresh_from_db()
    assert (cluster.stage, cluster.area_ha) == (Stage.OPERATING, Decimal("25.000"))


def test_a_second_expansion_is_refused_while_one_is_under_way() -> None:
    walk = expanding()
    first, second = drafted_expansion(walk), drafted_expansion(walk)
    today = local_day(walk.now)
    proposal = read_proposal(second, today=today)
    code = file(walk, first).case.code  # type: ignore[union-attr]
    by = people.user("lan")
    with pytest.raises(RuleBroken, match=f"An expansion of this cluster is under way already: {code}"):
        services.file_dossier(
            dossier_id=second.pk, proposal=proposal, versions=second.versions, by=by, at=walk.now
        )
    with pytest.raises(Unfinished):
        read_proposal(second, today=today)
    assert Case.objects.filter(kind=CaseKind.EXPANSION).count() == 1
    with pytest.raises(IntegrityError), transaction.atomic():
        open_case(
            cluster=Cluster.objects.get(),
            kind=CaseKind.EXPANSION,
            code="X-3",
            at=walk.now,
            applicant=None,
            commune=None,
        )


@pytest.mark.parametrize("story", ["withdrawn", "rejected", "operating"])
def test_after_an_expansion_has_ended_the_next_may_come(story: str) -> None:
    if story == "operating":
        walk = case_at(story="expansion", at=moment("01/07/2025", 8))
        walk.end += timedelta(days=400)
        assert walk.expands not in expandable()
        stories.develop(walk)
        assert (walk.case.kind, walk.case.state) == (CaseKind.EXPANSION, Stage.OPERATING)
    elif story == "withdrawn":
        walk = case_at("give_notice", story="expansion")
        walk.withdraw()
    else:
        walk = case_at("decide", story="expansion")
        decided(walk, Recommendation.REJECT)
    assert walk.expands
    again = drafted_expansion(walk)
    assert file(walk, again).case.code == f"{walk.expands.code}-3"  # type: ignore[union-attr]
    assert Cluster.objects.get().stage == Stage.OPERATING


def adopted(cluster: Cluster | None, kind: CaseKind, stage: Stage) -> Case:
    """Return a case that history has brought to `stage`, beside whatever else the cluster has."""
    assert cluster
    at, code = moment("05/10/2026"), f"{cluster.code}-{cluster.cases.count() + 1}"
    case = open_case(cluster=cluster, kind=kind, code=code, at=at, applicant=None, commune=None)
    with act_on_case("adopt", by=User.objects.system(), at=at, pk=case.pk) as act:
        act.move("adopt", stage=stage, source="a page", grade=Grade.SEEN)
    return act.case


@pytest.mark.parametrize(
    "stage", [Stage.LISTED, Stage.ESTABLISHED, Stage.CLOSED, Stage.OPERATING_UNESTABLISHED]
)
def test_only_an_operating_cluster_is_expanded(stage: Stage) -> None:
    walk = expanding()
    draft = drafted_expansion(walk)
    proposal = read_proposal(draft, today=local_day(walk.now))
    other = register.enter(code="ZZ01", name="Cụm khác", kind=Kind.NEW, at=walk.now, area_ha=Decimal(10))
    adopted(other, CaseKind.NEW, stage)
    wrong = type(proposal)(**{**vars(proposal), "cluster_id": other.pk})
    with pytest.raises(RuleBroken, match="Only a cluster that operates can be expanded"):
        services.file_dossier(
            dossier_id=draft.pk, proposal=wrong, versions=draft.versions, by=people.user("lan"), at=walk.now
        )
    assert other.cases.count() == 1
    with pytest.raises(Unfinished):
        read_proposal(answered(walk, cluster=str(other.pk)), today=local_day(walk.now))


def test_a_row_of_the_register_that_is_an_expansion_is_not_expanded_itself() -> None:
    walk = expanding()
    row = register.enter(
        code="ZZ02", name="Cụm mở rộng", kind=Kind.EXPANSION, at=walk.now, area_ha=Decimal(10)
    )
    adopted(row, CaseKind.EXPANSION, Stage.OPERATING)
    row.refresh_from_db()
    assert row.stage == Stage.OPERATING
    with pytest.raises(Unfinished):
        read_proposal(answered(walk, cluster=str(row.pk)), today=local_day(walk.now))


# --- what is stated -------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("answers", "field", "message"),
    [
        ({"added_ha": ""}, "added_ha", "required"),
        ({"added_ha": "0"}, "added_ha", "greater than or equal to"),
        ({"added_ha": "-3"}, "added_ha", "greater than or equal to"),
        ({"added_ha": "9999.999"}, "added_ha", "larger than the city"),
        ({"area_ha": "26"}, "area_ha", "The register tells 25 ha. Leave this field empty."),
        ({"cluster": "99999"}, "cluster", "cannot be expanded now"),
        ({"cluster": "new"}, "cluster", "cannot be expanded now"),
        ({"corners": "20.9; 105.8\n20.9; north"}, "corners", "Line 2, longitude “north”"),
        ({"corners": "20.9; 105.8\n20.9; 105.81"}, "corners", "at least three corners"),
        ({"occupancy_pct": "100.5"}, "occupancy_pct", "less than or equal to"),
        ({"occupancy_pct": ""}, "occupancy_pct", "required"),
        ({"industrial_ha": "", "demand_ha": "4"}, "industrial_ha", "State the existing industrial land"),
        ({"works": "a canteen"}, "works", "not one of the available choices"),
        ({"cluster_type": "small"}, "cluster_type", "not one of the available choices"),
        ({"no_plan": "on"}, "no_plan", "Without a detailed plan no occupancy can be stated"),
        ({"service_land_share_pct": "101"}, "service_land_share_pct", "less than or equal to"),
    ],
)
def test_a_mistake_names_its_field_and_the_way_out(
    answers: dict[str, str], field: str, message: str, it_is: Tell
) -> None:
    walk = expanding()
    it_is(walk.now)
    draft = drafted_expansion(walk)
    section = "expansion" if field in ("cluster", "area_ha", "added_ha", "corners") else "conditions"
    client = signed_in("lan")
    path = reverse("approvals:section", args=[draft.pk, section])
    typed = {**draft.answers, **answers, "version": "1"}
    typed |= {name: typed[name].split("; ") for name in ("works",) if typed[name]}
    response = client.post(path, typed, follow=True)
    assert message in str(response.context["form"].errors[field])
    assert not Case.objects.filter(kind=CaseKind.EXPANSION).exists()


def test_an_area_that_the_register_does_not_know_is_asked_for() -> None:
    walk = expanding()
    Cluster.objects.update(area_ha=None)
    today = local_day(walk.now)
    with pytest.raises(Unfinished):
        read_proposal(drafted_expansion(walk), today=today)
    draft = answered(walk, area_ha="20")
    assert file(walk, draft).area_ha == Decimal("28.5")


def test_the_facts_for_the_conditions_are_kept_with_the_file() -> None:
    walk = expanding()
    facts = file(walk, answered(walk, corners=SQUARE)).facts
    dossier = Dossier.objects.latest("pk")
    assert facts
    assert dossier.facts["area_after_expansion_ha"] == dossier.facts["total_area_ha"] == "33.500"
    assert dossier.facts["occupancy_pct"] == "82.000"
    assert len(dossier.facts["shared_infra_in_use"]) == 5
    assert dossier.facts["service_land_share_pct"] == "6.500"
    assert dossier.corners_ha
    assert Decimal(24) < dossier.corners_ha < Decimal(26)


# --- the decision ---------------------------------------------------------------------------------
def test_the_decision_to_expand_brings_area_boundary_and_facts(it_is: Tell) -> None:
    walk = case_at("decide", story="expansion")
    Dossier.objects.update(corners=[[20.9, 105.8], [20.9, 105.8048], [20.9045, 105.8048]])
    register.record_fact(
        cluster=Cluster.objects.get(),
        kind=FactKind.DECISION,
        when=register_row().facts[0].when,
        number_text="12/QĐ-UBND",
        at=walk.now,
    )
    case = decided(walk, Recommendation.EXPAND)
    cluster = Cluster.objects.get()
    assert (case.state, case.kind, str(case.stage_words)) == (
        Stage.ESTABLISHED,
        CaseKind.EXPANSION,
        "Expansion decided",
    )
    assert (cluster.stage, cluster.area_ha) == (Stage.OPERATING, Decimal("33.500"))
    facts = {fact.kind: fact for fact in cluster.facts.standing()}
    assert facts[FactKind.DECISION].number_text == "12/QĐ-UBND"
    decision, area = facts[FactKind.EXPANSION_DECISION], facts[FactKind.AREA]
    today = local_day(walk.now)
    assert (decision.number_text, decision.earliest) == ("77/QĐ-UBND", today)
    assert (area.text, area.number_text, area.earliest) == ("33.5 ha", "77/QĐ-UBND", today)
    before = cluster.facts.get(kind=FactKind.AREA, superseded_at__isnull=False)
    assert (before.text, before.earliest) == ("25 ha", None)
    boundary = cluster.boundaries.get()
    assert (boundary.number_text, boundary.decided_on) == ("77/QĐ-UBND", today)
    assert Decision.objects.get().outcome == Recommendation.EXPAND
    assert [*register_copies_stage(), *decisions_match_stages()] == []

    it_is(walk.now)
    shown = visitor().get(f"/register/{cluster.code}/").content.decode()
    for words in ("33.5 ha", "77/QĐ-UBND", "25 ha", "Expansion decided"):
        assert words in shown, words


def test_the_area_grows_from_what_the_register_says_on_the_day_of_the_decision() -> None:
    walk = case_at("decide", story="expansion")
    Cluster.objects.update(area_ha=Decimal(30))
    decided(walk, Recommendation.EXPAND)
    assert Cluster.objects.get().area_ha == Decimal("38.500")


def test_an_area_that_nobody_knew_is_the_stated_one() -> None:
    walk = case_at("decide", story="expansion")
    Cluster.objects.update(area_ha=None)
    decided(walk, Recommendation.EXPAND)
    assert Cluster.objects.get().area_ha == Decimal("33.500")


def test_an_establishment_records_its_boundary_and_keeps_its_area() -> None:
    walk = case_at("decide")
    area = Cluster.objects.get().area_ha
    Dossier.objects.update(corners=[[20.9, 105.8], [20.9, 105.8048], [20.9045, 105.8048]])
    decided(walk, Recommendation.ESTABLISH)
    cluster = Cluster.objects.get()
    assert (cluster.area_ha, cluster.boundaries.count()) == (area, 1)
    assert set(cluster.facts.values_list("kind", flat=True)) == {FactKind.DECISION}


UNMET: list[tuple[dict[str, Any], str]] = [
    ({"area_after_expansion_ha": "75.001", "total_area_ha": "75.001"}, "Size after the expansion"),
    ({"occupancy_pct": "49.999"}, "Occupancy of the cluster (stated: 49.999 %; lease demand 12 ha;"),
    ({"occupancy_pct": "40", "demand_ha": "17.5"}, "lease demand > existing industrial land"),
    ({"shared_infra_in_use": ["water supply"]}, "Shared works in use (stated: Water supply;"),
    ({"shared_infra_in_use": []}, "stated: none"),
]


@pytest.mark.parametrize(("facts", "words"), UNMET)
def test_no_decision_to_expand_against_a_condition_that_binds(facts: dict[str, Any], words: str) -> None:
    walk = on_the_way("decide", **facts)
    before = Cluster.objects.values().get()
    with pytest.raises(RuleBroken) as refusal:
        decided(walk, Recommendation.EXPAND)
    assert words in str(refusal.value)
    assert "Decree 32/2024/NĐ-CP" in str(refusal.value)
    assert walk.case.state == Stage.APPRAISED
    assert not Decision.objects.exists()
    assert Cluster.objects.values().get() == before
    assert decided(walk, Recommendation.REJECT).state == Stage.REJECTED
    assert Cluster.objects.get().stage == Stage.OPERATING


@pytest.mark.parametrize(
    "facts",
    [
        {"occupancy_pct": "50"},
        {"occupancy_pct": "10", "demand_ha": "17.501"},
        {"area_after_expansion_ha": "75", "total_area_ha": "75"},
        {"shared_infra_in_use": [], "formed_before_qd105": True},
    ],
)
def test_at_the_edge_and_by_alternative_or_exception_it_may_be_expanded(facts: dict[str, Any]) -> None:
    assert decided(on_the_way("decide", **facts), Recommendation.EXPAND).state == Stage.ESTABLISHED


@pytest.mark.parametrize(
    ("story", "wrong"),
    [("expansion", Recommendation.ESTABLISH), ("single", Recommendation.EXPAND)],
)
def test_report_and_decision_say_what_the_case_is_about(story: str, wrong: Recommendation) -> None:
    walk = case_at("decide", story=story)
    with pytest.raises(RuleBroken, match="about something else"):
        decided(walk, wrong)
    walk = case_at("draft_report", story=story)
    with pytest.raises(RuleBroken, match="about something else"):
        services.submit_report(
            step_id=walk.open_step("draft_report").pk,
            findings="x",
            recommendation=wrong,
            by=people.user("minh"),
            at=walk.now,
        )
    assert not Decision.objects.exists()
    assert not Report.objects.filter(case=walk.case).exists()


def test_a_decision_of_another_kind_is_found() -> None:
    case_at("send_copy", story="expansion")
    Decision.objects.update(outcome=Recommendation.ESTABLISH)
    assert "says establish" in next(iter(decisions_match_stages()))


@pytest.mark.parametrize("key", ["lan", "hung", "minh", "thao", "van", "binh", "tai"])
def test_nobody_but_a_leader_of_the_city_decides(key: str) -> None:
    walk = case_at("decide", story="expansion")
    with pytest.raises(NotYours):
        services.decide(
            step_id=walk.open_step("decide").pk,
            outcome=Recommendation.EXPAND,
            number="1/QĐ",
            signed_on=local_day(walk.now),
            reasons="x",
            by=people.user(key),
            at=walk.now,
        )
    assert Cluster.objects.get().area_ha == Decimal("25.000")


def test_the_next_import_of_a_file_does_not_take_back_what_was_decided_here() -> None:
    walk = case_at("decide", story="expansion")
    decided(walk, Recommendation.EXPAND)
    cluster = Cluster.objects.get()
    row = register_row(code=cluster.code, name=cluster.name, area_ha=Decimal(25))
    for _again in range(2):
        register.import_rows([row], at=walk.now)
        cluster.refresh_from_db()
        assert (cluster.area_ha, cluster.district_text) == (Decimal("33.500"), "Sóc Sơn")
        standing = dict(cluster.facts.standing().values_list("kind", "number_text"))
        assert standing[FactKind.EXPANSION_DECISION] == standing[FactKind.AREA] == "77/QĐ-UBND"
        assert standing[FactKind.DECISION] == "1/QĐ-UBND"


# --- the register's stage -------------------------------------------------------------------------
def test_the_register_shows_the_stage_of_the_case_that_made_the_cluster() -> None:
    walk = case_at("draft_report", story="expansion")
    cluster = Cluster.objects.get()
    assert cluster.stage == Stage.OPERATING
    walk.withdraw()
    cluster.refresh_from_db()
    assert cluster.stage == Stage.OPERATING
    assert list(register_copies_stage()) == []
    Cluster.objects.update(stage=Stage.WITHDRAWN)
    assert list(register_copies_stage()) == [f"{cluster.code} shows withdrawn, {cluster.code} is operating"]


def test_a_row_that_is_an_expansion_shows_its_own_case() -> None:
    cases.settle()
    row = register.enter(code="ZZ03", name="Mở rộng", kind=Kind.EXPANSION, at=moment("05/10/2026"))
    for stage in (Stage.REVOKED, Stage.ESTABLISHED):
        adopted(row, CaseKind.EXPANSION, stage)
        row.refresh_from_db()
        assert row.stage == stage
    adopted(row, CaseKind.NEW, Stage.OPERATING)
    row.refresh_from_db()
    assert row.stage == Stage.OPERATING
    assert list(register_copies_stage()) == []


# --- the pages ------------------------------------------------------------------------------------
def visitor() -> Client:
    client = Client()
    client.cookies["django_language"] = "en"
    return client


def signed_in(key: str) -> Client:
    client = visitor()
    client.force_login(people.user(key))
    return client


def test_an_expansion_is_written_checked_and_filed_in_a_browser(it_is: Tell) -> None:
    walk = expanding()
    it_is(walk.now)
    assert walk.expands
    client = signed_in("lan")
    page = client.get(f"/register/{walk.expands.code}/").content.decode()
    assert "Propose its expansion" in page
    organisation = people.agency_of(people.person("lan")).pk
    begun_ = client.post(
        reverse("approvals:start"),
        {"organisation": organisation, "kind": "expansion", "cluster": walk.expands.pk},
    )
    draft = Dossier.objects.get()
    assert begun_["Location"] == reverse("approvals:dossier", args=[draft.pk])
    assert (draft.kind, draft.answers) == (CaseKind.EXPANSION, {"cluster": str(walk.expands.pk)})
    assert walk.name in client.get("/proposals/").content.decode()
    first = client.get(reverse("approvals:section", args=[draft.pk, "expansion"])).content.decode()
    assert f'<option value="{walk.expands.pk}" selected>' in first
    assert client.get(reverse("approvals:section", args=[draft.pk, "cluster"])).status_code == 404

    for section, answers in walk._answers(walk.expands).items():
        typed: dict[str, Any] = {**answers, "version": "0"}
        if section == "conditions":
            typed |= {"works": ["internal roads", "water supply"]}
        if section == "expansion":
            typed |= {"corners": SQUARE}
        response = client.post(reverse("approvals:section", args=[draft.pk, section]), typed)
        assert response["Location"] == reverse("approvals:dossier", args=[draft.pk]), section
    again = client.get(reverse("approvals:section", args=[draft.pk, "conditions"])).content.decode()
    assert again.count("checked") == 2
    for path in ("approvals:dossier", "approvals:check"):
        shown = client.get(reverse(path, args=[draft.pk])).content.decode()
        assert "Shared works in use" in shown
        assert shown.count("Not met") == 1
        assert "not yet compared with the gazette" in shown
    assert "Area inside the corners" in shown
    assert "33.5 ha" in shown


@pytest.mark.parametrize("key", ["lan", "minh", "chau", "binh"])
def test_the_case_says_that_it_is_an_expansion_and_what_the_law_asks(key: str, it_is: Tell) -> None:
    walk = case_at("decide", story="expansion")
    it_is(walk.now)
    page = signed_in(key).get(reverse("approvals:case", args=[walk.case.code])).content.decode()
    for words in ("Expansion", "Conditions of the expansion", "Area after the expansion", "82 %", "≥ 50 %"):
        assert words in page, words


def test_the_decision_page_offers_to_expand_beside_the_conditions(it_is: Tell) -> None:
    walk = on_the_way("decide", occupancy_pct="30")
    it_is(walk.now)
    client = signed_in("chau")
    path = reverse("establishment:decide", args=[walk.open_step("decide").pk])
    page = client.get(path).content.decode()
    assert 'value="expand"' in page
    assert 'value="establish"' not in page
    assert "Not met" in page
    form = {
        "key": "5b5d7a3e-6a55-4a6c-9a8e-3f1f6b1d0c11",
        "outcome": "expand",
        "number": "77/QĐ-UBND",
        "signed_on": f"{local_day(walk.now):%d/%m/%Y}",
        "reasons": "x",
    } | {f"{PROGRESS}{kind}": f"{day:%d/%m/%Y}" for kind, day in walk.progress().items()}
    refused = client.post(path, form)
    assert refused.status_code == 422
    assert "The law does not allow this expansion" in refused.content.decode()
    assert walk.case.state == Stage.APPRAISED
    wrong = client.post(path, form | {"outcome": "establish"})
    assert wrong.status_code == 422
    assert "outcome" in wrong.context["form"].errors


def test_inbox_receipt_and_list_say_expansion(it_is: Tell) -> None:
    walk = case_at("check_intake", story="expansion")
    it_is(walk.now)
    assert walk.dossier
    for key, path in (
        ("minh", "/inbox/?tab=agency"),
        ("lan", "/proposals/"),
        ("lan", reverse("approvals:receipt", args=[walk.dossier.pk])),
    ):
        page = signed_in(key).get(path).content.decode()
        assert ">Expansion<" in page, path


def test_only_an_applicant_is_offered_to_expand_and_only_where_it_may_be(it_is: Tell) -> None:
    walk = expanding()
    it_is(walk.now)
    assert walk.expands
    path = f"/register/{walk.expands.code}/"
    assert "Propose its expansion" not in visitor().get(path).content.decode()
    for key in ("minh", "chau", "binh"):
        assert "Propose its expansion" not in signed_in(key).get(path).content.decode()
    assert "Propose its expansion" in signed_in("hung").get(path).content.decode()
    file(walk, drafted_expansion(walk))
    page = signed_in("hung").get(path).content.decode()
    assert "Propose its expansion" not in page
    assert "Received" in page  # the words of the national portal, for the applicant as for everybody
    assert "Operating" in page


@pytest.mark.parametrize("cluster", ["", "x", "²", "9" * 30, "-1", "\0"])
def test_a_start_with_a_cluster_that_is_none_begins_an_empty_draft(cluster: str, it_is: Tell) -> None:
    walk = expanding()
    it_is(walk.now)
    organisation = people.agency_of(people.person("lan")).pk
    client = signed_in("lan")
    client.post(
        reverse("approvals:start"), {"organisation": organisation, "kind": "expansion", "cluster": cluster}
    )
    draft = Dossier.objects.get()
    for path in (reverse("approvals:dossier", args=[draft.pk]), "/proposals/"):
        assert client.get(path).status_code == 200
    assert client.get(reverse("approvals:section", args=[draft.pk, "expansion"])).status_code == 200


def test_somebody_else_s_expansion_is_not_to_be_begun(it_is: Tell) -> None:
    walk = expanding()
    it_is(walk.now)
    organisation = people.agency_of(people.person("lan")).pk
    response = signed_in("hung").post(
        reverse("approvals:start"), {"organisation": organisation, "kind": "expansion"}
    )
    assert response.status_code == 404
    assert signed_in("minh").post(reverse("approvals:start"), {"kind": "expansion"}).status_code == 404
    assert not Dossier.objects.exists()


def test_a_draft_under_an_earlier_law_is_asked_for_that_law_s_works(it_is: Tell) -> None:
    at = moment("14/09/2026", 8)
    walk = expanding(at=at)
    it_is(walk.now)
    dossier = file(walk, drafted_expansion(walk))
    assert dossier.case
    assert dossier.case.rule_set == "R3"
    assert dossier.facts["shared_infra_in_use"] == [
        "internal roads",
        "water supply",
        "wastewater collection and treatment",
    ]
    page = signed_in("lan").get(reverse("approvals:case", args=[dossier.case.code])).content.decode()
    assert "≥ 60 %" in page
