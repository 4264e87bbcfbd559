"""The conditions of an area: every rule set's own numbers, as strict as printed, and who they bind."""

from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.utils.translation import override
from hypothesis import given
from hypothesis import strategies as st

from law import conditions, facts
from law.conditions import Finding, broken, facts_asked, findings, overall, requirement, rows, untold
from law.exceptions import FactRefused
from law.rows import Condition
from law.rulesets import library
from law.states import ClusterType, Measure, Operator, Procedure, Scope, Verdict

HOLDS, FAILS, CANNOT = Verdict.HOLDS, Verdict.FAILS, Verdict.CANNOT_BE_TOLD
ALL_R2 = ["internal roads", "water supply", "wastewater collection and treatment"]
ALL_R4 = ["internal roads", "water supply", "wastewater", "solid waste", "fire protection"]
NEXT = Decimal("0.001")
# What makes every row of every rule set be tested, and lets no alternative and no exception help.
TESTED: dict[str, Any] = {"load_test_area": "Thanh Oai", "area_has_established_clusters": True}
EVERY_ROW = [row for rows_ in library().conditions.values() for row in rows_]


def found(rule_set: str, rule: str, **facts: Any) -> Finding:
    told = findings(rule_set, Procedure.BOTH, facts)
    return next(finding for finding in told if finding.row.rule == rule)


def verdict(rule_set: str, rule: str, **facts: Any) -> Verdict:
    return found(rule_set, rule, **facts).verdict


@pytest.fixture(autouse=True)
def english() -> Any:
    with override("en"):
        yield


# --- every row, at its own edges ------------------------------------------------------------------
def edges(row: Condition, value: Any) -> list[tuple[Any, Verdict]]:
    """Return facts just inside and just outside what `row` asks, by its operator as printed."""
    if row.operator == Operator.IS_TRUE:
        return [(True, HOLDS), (False, FAILS)]
    if row.operator == Operator.ALL_OF:
        return [(list(value), HOLDS), (list(value[1:]), FAILS), ([], FAILS)]
    if row.operator == Operator.BETWEEN:
        low, high = value
        return [(low - NEXT, FAILS), (low, HOLDS), (high, HOLDS), (high + NEXT, FAILS)]
    on, above, below = {
        Operator.GT: (FAILS, HOLDS, FAILS),
        Operator.GTE: (HOLDS, HOLDS, FAILS),
        Operator.LT: (FAILS, FAILS, HOLDS),
        Operator.LTE: (HOLDS, FAILS, HOLDS),
    }[row.operator]
    return [(value, on), (value + NEXT, above), (value - NEXT, below)]


@pytest.mark.parametrize(
    ("row", "stated", "expected"),
    [(row, stated, expected) for row in EVERY_ROW for stated, expected in edges(row, row.value)],
    ids=lambda part: f"{part.rule_set} {part.rule}" if isinstance(part, Condition) else None,
)
def test_every_row_is_as_strict_as_printed(row: Condition, stated: Any, expected: Verdict) -> None:
    finding = found(row.rule_set, row.rule, **TESTED, **{row.parameter: stated})
    assert (finding.verdict, finding.stated, finding.binds) == (expected, stated, row.binds)
    assert finding.numbers[row.parameter] == stated
    as_text = str(stated) if isinstance(stated, Decimal) else stated
    assert verdict(row.rule_set, row.rule, **TESTED, **{row.parameter: as_text}) == expected


@pytest.mark.parametrize(
    ("rule_set", "rule", "operator", "value"),
    [
        ("R1", "C-REMAIN", "lt", Decimal(50)),
        ("R2", "C-AREA", "between", (Decimal(10), Decimal(75))),
        ("R2", "C-CRAFT", "gte", Decimal(75)),
        ("R2", "C-FILL", "gt", Decimal(50)),
        ("R2", "C-REMAIN", "lte", Decimal(100)),
        ("R2", "C-XFILL", "gte", Decimal(60)),
        ("R2", "C-SERVICE", "lte", Decimal(10)),
        ("R3", "C-FILL", "gt", Decimal(50)),
        ("R3", "C-REMAIN", "lte", Decimal(100)),
        ("R4", "C-AREA", "between", (Decimal(5), Decimal(75))),
        ("R4", "C-CRAFT", "gte", Decimal(60)),
        ("R4", "C-TYPE-HT", "gte", Decimal(30)),
        ("R4", "C-FILL", "gt", Decimal(50)),
        ("R4", "C-REMAIN", "lte", Decimal(50)),
        ("R4", "C-XFILL", "gte", Decimal(50)),
        ("R4", "C-XAREA", "lte", Decimal(75)),
    ],
)
def test_the_numbers_are_those_of_the_law(rule_set: str, rule: str, operator: str, value: Any) -> None:
    row = found(rule_set, rule).row
    assert (row.operator, row.value) == (operator, value)


@pytest.mark.parametrize("row", EVERY_ROW, ids=lambda row: f"{row.rule_set} {row.rule}")
def test_what_is_not_stated_cannot_be_told(row: Condition) -> None:
    finding = found(row.rule_set, row.rule)
    assert (finding.verdict, finding.numbers, finding.stated_words) == (CANNOT, {}, "")
    assert finding.reason


# --- alternatives ---------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("demand", "land", "expected", "by_alternative"),
    [
        ("20", "20", FAILS, False),  # "exceeds": the same is not enough
        ("20.001", "20", HOLDS, True),
        ("19", "20", FAILS, False),
        (None, "20", FAILS, False),
        ("30", None, FAILS, False),
    ],
)
@pytest.mark.parametrize("rule_set", ["R2", "R3", "R4"])
def test_demand_above_the_existing_land_stands_in_for_occupancy(
    rule_set: str, demand: str | None, land: str | None, expected: Verdict, by_alternative: bool
) -> None:
    told = {"demand_ha": demand} | ({"industrial_ha": land} if land else {})
    finding = found(rule_set, "C-XFILL", occupancy_pct="40", **told)
    assert (finding.verdict, finding.by_alternative) == (expected, by_alternative)
    assert verdict(rule_set, "C-XFILL", occupancy_pct="90", **told) == HOLDS


def test_under_r1_demand_is_compared_with_what_remains_of_the_cluster() -> None:
    stated = {"occupancy_pct": 40, "demand_ha": 6, "remaining_ha": 5, "industrial_ha": 30}
    assert found("R1", "C-XFILL", **stated).by_alternative
    assert verdict("R1", "C-XFILL", **stated | {"demand_ha": 5}) == FAILS


@pytest.mark.parametrize(
    ("average", "remain", "fill", "remains"),
    [
        ("50", "100", HOLDS, HOLDS),
        ("50", "100.001", FAILS, FAILS),
        ("50.001", "100.001", HOLDS, HOLDS),
        ("50", None, FAILS, CANNOT),
        (None, "100.001", CANNOT, FAILS),
        (None, "100", HOLDS, HOLDS),
        (None, None, CANNOT, CANNOT),
    ],
)
def test_one_of_the_two_load_tests_is_enough(
    average: str | None, remain: str | None, fill: Verdict, remains: Verdict
) -> None:
    stated = {"avg_occupancy_pct": average, "unleased_industrial_ha": remain}
    assert verdict("R2", "C-FILL", **stated) == fill
    assert verdict("R2", "C-REMAIN", **stated) == remains


def test_an_alternative_that_nobody_states_is_told_as_the_reason() -> None:
    assert found("R4", "C-XFILL", occupancy_pct=40).reason == "Nothing is stated of the alternative."
    assert found("R4", "C-XFILL", occupancy_pct=60).reason == ""


# --- exceptions -----------------------------------------------------------------------------------
@pytest.mark.parametrize("so", [{"mountain_district": True}, {"cluster_type": "craft"}])
@pytest.mark.parametrize("rule_set", ["R1", "R1b", "R2", "R3"])
def test_a_mountain_district_or_craft_village_may_be_smaller(rule_set: str, so: dict[str, Any]) -> None:
    row = next(row for row in rows(rule_set, Procedure.BOTH) if row.rule == "C-AREA")
    for stated, expected in edges(row, row.exception_value):
        finding = found(rule_set, "C-AREA", total_area_ha=stated, **so)
        assert finding.verdict == expected
        assert finding.excepted
        assert finding.row.value == (Decimal(5), Decimal(75))
    others = {"mountain_district": False, "cluster_type": "general"}
    assert verdict(rule_set, "C-AREA", total_area_ha=7, **others) == FAILS
    assert verdict(rule_set, "C-AREA", total_area_ha=7) == FAILS  # nobody states an exception


@pytest.mark.parametrize("cluster_type", ClusterType.values)
@pytest.mark.parametrize("rule", ["C-FILL", "C-REMAIN"])
def test_high_tech_and_eco_clusters_stand_no_load_test_since_r4(rule: str, cluster_type: str) -> None:
    stated = {"avg_occupancy_pct": 10, "unleased_industrial_ha": 500, "cluster_type": cluster_type} | TESTED
    finding = found("R4", rule, **stated)
    is_free = cluster_type in ("high_tech", "eco")
    assert (finding.verdict, finding.tested) == ((HOLDS, False) if is_free else (FAILS, True))
    assert bool(finding.excepted) is is_free
    assert verdict("R2", rule, **stated) == FAILS


def test_works_need_not_be_in_use_in_a_cluster_from_before_2009_since_r4() -> None:
    old = {"formed_before_qd105": True, "shared_infra_in_use": []}
    finding = found("R4", "C-XINFRA", **old)
    assert (finding.verdict, finding.tested) == (HOLDS, False)
    assert finding.reason == "Not tested: formed before Decision 105/2009/QĐ-TTg."
    assert verdict("R4", "C-XINFRA", **old | {"formed_before_qd105": False}) == FAILS
    assert verdict("R2", "C-XINFRA", **old) == FAILS


@pytest.mark.parametrize("rule_set", ["R1", "R2", "R4"])
def test_the_load_test_is_for_areas_that_have_clusters(rule_set: str) -> None:
    stated = {"avg_occupancy_pct": 10, "unleased_industrial_ha": 500}
    for rule in ("C-FILL", "C-REMAIN"):
        none_yet = found(rule_set, rule, area_has_established_clusters=False)
        assert (none_yet.verdict, none_yet.tested) == (HOLDS, False)
        assert verdict(rule_set, rule, area_has_established_clusters=True) == CANNOT
        assert verdict(rule_set, rule, **stated) == FAILS


@pytest.mark.parametrize(
    "row",
    [row for row in EVERY_ROW if row.tested_if and row.tested_if.fact == "cluster_type"],
    ids=lambda row: f"{row.rule_set} {row.rule}",
)
def test_a_condition_of_one_type_is_for_that_type(row: Condition) -> None:
    assert row.tested_if
    for cluster_type in ClusterType.values:
        finding = found(row.rule_set, row.rule, cluster_type=cluster_type, **{row.parameter: 1})
        assert finding.tested is (cluster_type == row.tested_if.value)
        assert finding.verdict == (FAILS if finding.tested else HOLDS)
        assert finding.reason == ("" if finding.tested else finding.reason)


# --- what is not defined --------------------------------------------------------------------------
@pytest.mark.parametrize(
    "stated",
    [
        {"has_detailed_plan": False, "occupancy_pct": 0},
        {"has_detailed_plan": False, "leased_ha": 0, "industrial_ha": 20},
        {"occupancy_pct": 0, "industrial_ha": None},
        {"occupancy_pct": 0, "industrial_ha": 0},
        {"leased_ha": 0},
        {"leased_ha": 5},
    ],
)
def test_there_is_no_occupancy_before_a_detailed_plan(stated: dict[str, Any]) -> None:
    finding = found("R4", "C-XFILL", **stated)
    assert (finding.verdict, finding.stated) == (CANNOT, None)
    assert finding.reason == "Not defined before a detailed plan fixes the industrial land."
    assert "0 %" not in finding.stated_words


@pytest.mark.parametrize(("leased", "expected"), [("9.999", FAILS), ("10", HOLDS), ("20", HOLDS)])
def test_occupancy_is_counted_from_the_leased_land(leased: str, expected: Verdict) -> None:
    finding = found("R4", "C-XFILL", leased_ha=leased, industrial_ha="20")
    assert finding.verdict == expected
    assert finding.numbers.keys() == {"occupancy_pct", "leased_ha", "industrial_ha"}


def test_a_counted_share_never_reads_as_more_than_it_is() -> None:
    finding = found("R4", "C-XFILL", leased_ha="9.99999999", industrial_ha="20")
    assert finding.verdict == FAILS
    assert finding.stated_words.startswith("49.999999 %")


def test_demand_holds_also_where_nothing_is_known_of_the_occupancy() -> None:
    finding = found("R4", "C-XFILL", demand_ha=21, industrial_ha=20)
    assert (finding.verdict, finding.by_alternative) == (HOLDS, True)
    assert verdict("R4", "C-XFILL", demand_ha=19, industrial_ha=20) == CANNOT


# --- the area that the city chooses ---------------------------------------------------------------
@pytest.mark.parametrize("rule", ["C-FILL", "C-REMAIN"])
def test_under_r3_there_is_no_load_test_without_its_area(rule: str) -> None:
    stated: dict[str, Any] = {"avg_occupancy_pct": 10, "unleased_industrial_ha": 500}
    for area in (None, ""):
        finding = found("R3", rule, load_test_area=area, **stated)
        assert finding.verdict == CANNOT
        assert finding.reason == "The area of this test, which the city chooses, is not recorded."
    assert verdict("R3", rule, area_has_established_clusters=True, **stated) == CANNOT
    assert verdict("R3", rule, load_test_area="Thanh Oai", **stated) == FAILS
    assert verdict("R2", rule, **stated) == FAILS


# --- who is bound ---------------------------------------------------------------------------------
@pytest.mark.parametrize(("occupancy", "hint"), [("59", FAILS), ("60", HOLDS)])
def test_a_recalled_row_gives_a_hint_that_binds_nobody(occupancy: str, hint: Verdict) -> None:
    finding = found("R1", "C-XFILL", occupancy_pct=occupancy, demand_ha="1", remaining_ha="2")
    assert (finding.verdict, finding.binds) == (hint, False)
    assert broken([finding]) == untold([finding]) == []


def test_of_r1b_nothing_binds_and_the_hints_are_those_of_r1() -> None:
    stated: dict[str, Any] = {"total_area_ha": 9, "avg_occupancy_pct": 10, "unleased_industrial_ha": 60}
    hints = findings("R1b", Procedure.ESTABLISH, stated)
    assert {hint.verdict for hint in hints} == {FAILS}
    assert not any(hint.binds for hint in hints)
    assert overall(hints) == CANNOT
    like = [(f.row.rule, f.verdict, f.asks) for f in findings("R1", Procedure.ESTABLISH, stated)]
    assert [(f.row.rule, f.verdict, f.asks) for f in hints] == like


def test_all_together_fail_where_one_that_binds_does() -> None:
    good: dict[str, Any] = {
        "total_area_ha": 20,
        "cluster_type": "general",
        "in_approved_list": True,
        "has_capable_investor": True,
        "area_has_established_clusters": False,
        "service_land_share_pct": 10,
    }
    for rule_set in ("R2", "R4"):
        assert overall(findings(rule_set, Procedure.ESTABLISH, good)) == HOLDS
        unsure = {**good, "has_capable_investor": None}
        assert overall(findings(rule_set, Procedure.ESTABLISH, unsure)) == CANNOT
        bad = {**unsure, "service_land_share_pct": "10.001"}
        assert overall(findings(rule_set, Procedure.ESTABLISH, bad)) == FAILS
    assert overall(findings("R0", Procedure.BOTH, good)) == CANNOT


def test_each_procedure_is_tested_by_its_own_rules_and_both_by_all() -> None:
    own = {kind: {f.row.rule for f in findings("R4", kind, {})} for kind in Procedure}
    assert {"C-AREA", "C-XAREA", "C-XFILL", "C-XINFRA", "C-INVESTOR", "C-SERVICE"} <= own[Procedure.EXPAND]
    assert not own[Procedure.EXPAND] & {"C-FILL", "C-REMAIN", "C-LIST"}
    assert not own[Procedure.ESTABLISH] & {"C-XAREA", "C-XFILL", "C-XINFRA"}
    assert own[Procedure.BOTH] == own[Procedure.EXPAND] | own[Procedure.ESTABLISH]


# --- whatever is stated ---------------------------------------------------------------------------
FACT_VALUES: dict[Measure, st.SearchStrategy[Any]] = {
    Measure.HECTARES: st.decimals(0, 1000, places=3),
    Measure.PERCENT: st.decimals(0, 100, places=3),
    Measure.YES_NO: st.booleans(),
    Measure.TYPE: st.sampled_from(ClusterType.values),
    Measure.WORKS: st.lists(st.sampled_from(sorted(facts.WORKS)), unique=True),
    Measure.TEXT: st.just("Thanh Oai"),
}
ANYTHING = st.fixed_dictionaries({}, optional={n: FACT_VALUES[k.measure] for n, k in facts.FACTS.items()})
RULE_SETS = st.sampled_from(sorted(library().conditions))


@given(RULE_SETS, ANYTHING)
def test_a_verdict_always_has_its_numbers_or_its_reason(rule_set: str, stated: dict[str, Any]) -> None:
    for finding in findings(rule_set, Procedure.BOTH, stated):
        assert bool(finding.reason) or finding.numbers
        assert finding.verdict != CANNOT or finding.reason
        assert finding.as_json()["verdict"] in Verdict.values


@given(RULE_SETS, ANYTHING, st.sampled_from(["demand_ha", "leased_ha"]))
def test_more_demand_and_more_leased_land_never_hurt(
    rule_set: str, stated: dict[str, Any], name: str
) -> None:
    stated = {"demand_ha": Decimal(1), "leased_ha": Decimal(1), "industrial_ha": Decimal(9000), **stated}
    more = {**stated, name: stated[name] + 1}
    before, after = (verdict(rule_set, "C-XFILL", **told) for told in (stated, more))
    assert before != HOLDS or after == HOLDS


# --- what may be stated ---------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("stated", "message"),
    [
        ({"ocupancy_pct": 60}, "'ocupancy_pct' is no fact that the conditions know"),
        ({"occupancy_pct": "60"}, "'occupancy_pct' is not a number"),
        ({"occupancy_pct": True}, "'occupancy_pct' is not a number"),
        ({"occupancy_pct": [60]}, "'occupancy_pct' is not a number"),
        ({"occupancy_pct": Decimal("NaN")}, "'occupancy_pct' is not a finite number"),
        ({"occupancy_pct": float("inf")}, "'occupancy_pct' is not a finite number"),
        ({"occupancy_pct": -1}, "'occupancy_pct' is negative"),
        ({"occupancy_pct": Decimal("100.001")}, "'occupancy_pct' is above 100 per cent"),
        ({"total_area_ha": -0.5}, "'total_area_ha' is negative"),
        ({"total_area_ha": 10**9}, "'total_area_ha' is larger than any land"),
        ({"in_approved_list": 1}, "'in_approved_list' is neither true nor false"),
        ({"in_approved_list": "yes"}, "'in_approved_list' is neither true nor false"),
        ({"cluster_type": "Craft"}, "'cluster_type' is none of: general, craft"),
        ({"cluster_type": ["craft"]}, "'cluster_type' is none of"),
        ({"shared_infra_in_use": "water supply"}, "'shared_infra_in_use' is not a list of works out of"),
        ({"shared_infra_in_use": ["a canteen"]}, "'shared_infra_in_use' is not a list of works out of"),
        ({"load_test_area": " "}, "'load_test_area' is not a line of text"),
        ({"load_test_area": "a\nb"}, "'load_test_area' is not a line of text"),
        ({"leased_ha": 21, "industrial_ha": 20}, "'leased_ha' is more than industrial_ha"),
    ],
)
def test_a_fact_that_cannot_be_is_refused_by_its_name(stated: dict[str, Any], message: str) -> None:
    with pytest.raises(FactRefused) as refusal:
        facts.read(stated)
    assert str(refusal.value).startswith(message)


def test_what_is_well_stated_is_read() -> None:
    stated = {"occupancy_pct": 60.5, "industrial_ha": None, "shared_infra_in_use": ALL_R2, "leased_ha": 0}
    assert facts.read(stated) == {**stated, "occupancy_pct": Decimal("60.5"), "leased_ha": Decimal(0)}


def test_every_fact_has_its_condition() -> None:
    asked = {name for code in library().conditions for name in facts_asked(code, Procedure.BOTH)}
    assert asked == facts.FACTS.keys()


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
    by_rule = {f.row.rule: f for f in findings("R2", Procedure.ESTABLISH, {})}
    assert by_rule["C-FILL"].asks == "> 50 %, or: Industrial land not leased yet ≤ 100 ha"
    assert by_rule["C-AREA"].exception_words == (
        "5 ha to 75 ha, both included (in a mountainous district; type of the cluster: Craft village)"
    )
    assert found("R4", "C-XINFRA").exception_words == ("not tested (formed before Decision 105/2009/QĐ-TTg)")


def test_every_row_has_words_in_both_languages_and_can_be_read() -> None:
    for row in EVERY_ROW:
        assert row.rule in conditions.TITLES
        assert row.unit in conditions.UNITS or not row.unit
        assert row.scope != Scope.DECIDED_AREA or row.rule_set == "R3"
        for language in ("en", "vi"):
            with override(language):
                assert requirement(row)
        if row.operator == Operator.ALL_OF:
            assert isinstance(row.value, tuple)
            assert set(row.value) <= set(facts.WORKS)


def test_what_was_stated_is_written_as_people_write_it() -> None:
    assert found("R4", "C-XAREA", area_after_expansion_ha=Decimal("33.500")).stated_words == "33.5 ha"
    assert found("R4", "C-XINFRA", shared_infra_in_use=[]).stated_words == "none"
    assert (
        found("R4", "C-XINFRA", shared_infra_in_use=ALL_R4[:2]).stated_words == "Internal roads, Water supply"
    )
    assert found("R4", "C-INVESTOR", has_capable_investor=True).stated_words == "Yes"
    told = found("R4", "C-XFILL", occupancy_pct="40.000", demand_ha="12.5", industrial_ha="17")
    assert told.stated_words == "40 %; lease demand 12.5 ha; existing industrial land 17 ha"
    craft = found("R4", "C-CRAFT", cluster_type="general")
    assert craft.stated_words == "type of the cluster General"
    with override("vi"):
        assert found("R4", "C-XAREA", area_after_expansion_ha=Decimal("33.5")).stated_words == "33,5 ha"


def test_the_page_for_people_lists_every_fact_and_what_it_takes() -> None:
    page = (Path(settings.BASE_DIR) / "docs" / "reference" / "facts.md").read_text(encoding="utf-8")
    cells = [line.split("|")[1:3] for line in page.splitlines() if line.startswith("| `")]
    takes = {name.strip(" `"): taken.strip() for name, taken in cells}
    assert takes.keys() == facts.FACTS.keys()
    words = {Measure.HECTARES: "ha", Measure.PERCENT: "%, 0 to 100", Measure.YES_NO: "true or false"}
    for name, kind in facts.FACTS.items():
        assert kind.measure not in words or takes[name] == words[kind.measure], name
    for named, every in (("cluster_type", ClusterType.values), ("shared_infra_in_use", facts.WORKS)):
        assert set(takes[named].split("`")[1::2]) == set(every)
