"""The conditions of an area: every rule set's own numbers, as strict as printed, and who they bind."""

from decimal import Decimal
from typing import Any

import pytest
from django.utils.translation import override

from law import conditions
from law.conditions import Finding, broken, findings, requirement
from law.rulesets import library
from law.states import Procedure

ALL_R2 = ["internal roads", "water supply", "wastewater collection and treatment"]
ALL_R4 = ["internal roads", "water supply", "wastewater", "solid waste", "fire protection"]


def found(rule_set: str, rule: str, procedure: Procedure = Procedure.EXPAND, **facts: Any) -> Finding:
    told = findings(rule_set, procedure, facts)
    return next(finding for finding in told if finding.row.rule == rule)


@pytest.fixture(autouse=True)
def english() -> Any:
    with override("en"):
        yield


# --- each rule set's own edges --------------------------------------------------------------------
@pytest.mark.parametrize(
    ("rule_set", "area", "met"),
    [
        ("R1", "9.999", False),
        ("R1", "10", True),
        ("R2", "9.999", False),
        ("R2", "10", True),
        ("R2", "75", True),
        ("R2", "75.001", False),
        ("R3", "9.999", False),
        ("R3", "10", True),
        ("R3", "75.001", False),
        ("R4", "4.999", False),
        ("R4", "5", True),
        ("R4", "75", True),
        ("R4", "75.001", False),
    ],
)
def test_the_size_of_a_cluster_includes_both_bounds(rule_set: str, area: str, met: bool) -> None:
    for procedure in (Procedure.ESTABLISH, Procedure.EXPAND):
        assert found(rule_set, "C-AREA", procedure, total_area_ha=Decimal(area)).met is met


@pytest.mark.parametrize("rule_set", ["R2", "R3", "R4"])
@pytest.mark.parametrize(("area", "met"), [("74.999", True), ("75", True), ("75.001", False)])
def test_an_expanded_cluster_may_reach_the_ceiling(rule_set: str, area: str, met: bool) -> None:
    assert found(rule_set, "C-XAREA", area_after_expansion_ha=area).met is met


@pytest.mark.parametrize(
    ("rule_set", "occupancy", "met"),
    [
        ("R2", "59.999", False),
        ("R2", "60", True),
        ("R3", "59.999", False),
        ("R3", "60", True),
        ("R4", "49.999", False),
        ("R4", "50", True),
    ],
)
def test_occupancy_is_enough_from_the_printed_number_on(rule_set: str, occupancy: str, met: bool) -> None:
    assert found(rule_set, "C-XFILL", occupancy_pct=Decimal(occupancy)).met is met


@pytest.mark.parametrize(
    ("rule_set", "occupancy", "met"),
    [
        ("R2", "50", False),
        ("R2", "50.001", True),
        ("R3", "50", False),
        ("R4", "50", False),
        ("R4", "51", True),
    ],
)
def test_average_occupancy_has_to_be_above_its_number(rule_set: str, occupancy: str, met: bool) -> None:
    assert found(rule_set, "C-FILL", Procedure.ESTABLISH, avg_occupancy_pct=occupancy).met is met


@pytest.mark.parametrize(
    ("demand", "land", "met", "by_alternative"),
    [
        ("20", "20", False, False),  # "exceeds": the same is not enough
        ("20.001", "20", True, True),
        ("19", "20", False, False),
        (None, "20", False, False),
        ("30", None, False, False),
    ],
)
@pytest.mark.parametrize("rule_set", ["R2", "R3", "R4"])
def test_demand_above_the_existing_land_stands_in_for_occupancy(
    rule_set: str, demand: str | None, land: str | None, met: bool, by_alternative: bool
) -> None:
    finding = found(rule_set, "C-XFILL", occupancy_pct="40", demand_ha=demand, industrial_ha=land)
    assert (finding.met, finding.by_alternative) == (met, by_alternative)
    assert found(rule_set, "C-XFILL", occupancy_pct="90", demand_ha=demand, industrial_ha=land).met is True


@pytest.mark.parametrize(
    ("remain", "met", "by_alternative"),
    [("100", True, True), ("100.001", False, False), (None, False, False)],
)
def test_one_rule_stands_in_for_another(remain: str | None, met: bool, by_alternative: bool) -> None:
    facts = {"avg_occupancy_pct": "50", "unleased_industrial_ha": remain}
    finding = found("R2", "C-FILL", Procedure.ESTABLISH, **facts)
    assert (finding.met, finding.by_alternative) == (met, by_alternative)


@pytest.mark.parametrize(
    ("rule_set", "works", "met"),
    [
        ("R2", ALL_R2, True),
        ("R2", ALL_R2[:2], False),
        ("R2", [], False),
        ("R3", ALL_R2, True),
        ("R3", ALL_R4, False),  # R4's words are not R3's
        ("R4", ALL_R4, True),
        ("R4", ALL_R4[:4], False),
        ("R4", [*ALL_R4, "a canteen"], True),
    ],
)
def test_every_named_work_has_to_be_in_use(rule_set: str, works: list[str], met: bool) -> None:
    assert found(rule_set, "C-XINFRA", shared_infra_in_use=works).met is met
    assert found(rule_set, "C-XINFRA", shared_infra_in_use=tuple(works)).met is met


@pytest.mark.parametrize(("capable", "met"), [(True, True), (False, False), (None, None)])
def test_what_must_be_the_case_is_or_is_not(capable: bool | None, met: bool | None) -> None:
    assert found("R4", "C-INVESTOR", has_capable_investor=capable).met is met


# --- who is bound ---------------------------------------------------------------------------------
def test_what_is_not_stated_is_for_the_officer() -> None:
    told = findings("R4", Procedure.EXPAND, {})
    assert told
    assert {finding.met for finding in told} == {None}
    assert not any(finding.is_stated for finding in told)
    assert broken(told) == []


@pytest.mark.parametrize("occupancy", ["0", "59", "60", "100"])
def test_a_recalled_row_binds_nobody(occupancy: str) -> None:
    finding = found("R1", "C-XFILL", occupancy_pct=occupancy, demand_ha="1", industrial_ha="2")
    assert (finding.met, finding.row.binds) == (None, False)
    assert finding.stated_words == f"{occupancy} %"
    assert broken([finding]) == []


def test_a_row_that_binds_nobody_stands_in_for_nothing() -> None:
    facts = {"avg_occupancy_pct": "40", "unleased_industrial_ha": "1"}
    assert found("R1", "C-FILL", Procedure.ESTABLISH, **facts).met is None


def test_a_claimed_exception_is_for_the_officer_and_only_where_the_law_makes_one() -> None:
    claimed: dict[str, Any] = {
        "excepted": ["C-XINFRA", "C-XAREA"],
        "shared_infra_in_use": [],
        "area_after_expansion_ha": "99",
    }
    works, size = found("R4", "C-XINFRA", **claimed), found("R4", "C-XAREA", **claimed)
    assert (works.met, works.is_excepted) == (None, True)
    assert works.exception_words == "clusters formed before Decision 105/2009/QĐ-TTg"
    assert (size.met, size.is_excepted) == (False, False)
    full = {**claimed, "shared_infra_in_use": ALL_R4}
    assert found("R4", "C-XINFRA", **full).met is True


def test_an_expansion_is_not_tested_by_rules_of_establishment() -> None:
    rules = {finding.row.rule for finding in findings("R4", Procedure.EXPAND, {})}
    assert {"C-AREA", "C-XAREA", "C-XFILL", "C-XINFRA", "C-INVESTOR", "C-SERVICE"} <= rules
    assert not rules & {"C-FILL", "C-REMAIN", "C-LIST"}
    assert findings("R0", Procedure.EXPAND, {"total_area_ha": "1"}) == []


# --- in words -------------------------------------------------------------------------------------
def test_what_the_law_asks_is_told_with_its_numbers_from_the_data() -> None:
    told = {f.row.rule: f.asks for f in findings("R4", Procedure.EXPAND, {})}
    assert told["C-AREA"] == "5 ha to 75 ha, both included"
    assert told["C-XAREA"] == "≤ 75 ha"
    assert told["C-XFILL"] == "≥ 50 %, or: lease demand > existing industrial land"
    assert told["C-XINFRA"] == (
        "all of: Internal roads, Water supply, Wastewater, Solid waste, Fire protection"
    )
    assert told["C-INVESTOR"] == "must be the case"
    by_rule = {f.row.rule: f.asks for f in findings("R2", Procedure.ESTABLISH, {})}
    assert by_rule["C-FILL"] == "> 50 %, or: Industrial land not leased yet ≤ 100 ha"


def test_every_row_has_words_in_both_languages_and_can_be_read() -> None:
    for rows in library().conditions.values():
        for row in rows:
            assert row.rule in conditions.TITLES
            assert row.unit in conditions.UNITS or not row.unit
            assert row.exception in conditions.EXCEPTIONS or not row.exception
            for language in ("en", "vi"):
                with override(language):
                    assert requirement(row)
            if isinstance(row.value, tuple) and all(isinstance(part, str) for part in row.value):
                assert set(row.value) <= set(conditions.WORKS)


def test_what_was_stated_is_written_as_people_write_it() -> None:
    assert found("R4", "C-XAREA", area_after_expansion_ha=Decimal("33.500")).stated_words == "33.5 ha"
    assert found("R4", "C-XINFRA", shared_infra_in_use=[]).stated_words == "none"
    assert (
        found("R4", "C-XINFRA", shared_infra_in_use=ALL_R4[:2]).stated_words == "Internal roads, Water supply"
    )
    assert found("R4", "C-INVESTOR", has_capable_investor=True).stated_words == "Yes"
    assert found("R4", "C-INVESTOR").stated_words == ""
    told = found("R4", "C-XFILL", occupancy_pct="40.000", demand_ha="12.5", industrial_ha="17")
    assert told.stated_words == "40 %; lease demand 12.5 ha; existing industrial land 17 ha"
    assert found("R4", "C-XFILL", occupancy_pct="40", industrial_ha="17").stated_words == "40 %"
    with override("vi"):
        assert found("R4", "C-XAREA", area_after_expansion_ha=Decimal("33.5")).stated_words == "33,5 ha"
