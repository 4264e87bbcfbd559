"""The data files of the project, and what a damaged one is told."""

import csv
import shutil
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.utils.translation import override
from pytest_django import Settings

from law import loader, rulesets
from law.exceptions import LawDataError, NoRuleSet
from law.states import Grade, PauseRule, Trigger, Unit


@pytest.mark.parametrize(
    ("day", "code"),
    [
        (date(2009, 10, 5), "R0"),
        (date(2017, 7, 14), "R0"),
        (date(2017, 7, 15), "R1"),
        (date(2020, 8, 1), "R1b"),
        (date(2024, 4, 30), "R1b"),
        (date(2024, 5, 1), "R2"),
        (date(2025, 7, 1), "R3"),
        (date(2026, 9, 14), "R3"),
        (date(2026, 9, 15), "R4"),
        (date(2040, 1, 1), "R4"),
    ],
)
def test_rule_set_on_a_day_is_the_one_in_force(day: date, code: str) -> None:
    assert rulesets.rule_set_on(day).code == code


def test_day_before_the_first_rule_set_has_none() -> None:
    with pytest.raises(NoRuleSet) as refusal, override("en"):
        rulesets.rule_set_on(date(2009, 10, 4))
    assert str(refusal.value) == "No rules on clusters were in force on 04/10/2009."


def test_limits_of_r4_add_up_to_37_working_days() -> None:
    limits = {p.step: p.amount for p in rulesets.provisions("R4") if p.has_limit}
    assert limits == {"E20": 2, "E30": 5, "E40": 5, "E50": 20, "E70": 5}
    assert {p.unit for p in rulesets.provisions("R4") if p.has_limit} == {Unit.WORKING_DAY}


@pytest.mark.parametrize("code", ["R2", "R3"])
def test_limits_of_r2_and_r3_are_17_working_and_40_calendar_days(code: str) -> None:
    limits = [(p.unit, p.amount or 0) for p in rulesets.provisions(code) if p.has_limit]
    assert sum(n for unit, n in limits if unit == Unit.WORKING_DAY) == 17
    assert sum(n for unit, n in limits if unit == Unit.CALENDAR_DAY) == 40


def test_provision_carries_its_clock() -> None:
    appraisal = rulesets.provision("R4", "E50")
    assert (appraisal.starts, appraisal.pauses) == (Trigger.COMPLETE_FILE_RECEIVED, PauseRule.SUPPLEMENT)
    assert rulesets.provision("R4", "E55").stops == "E50"
    assert rulesets.provision("R4", "E60").within == "E50"


@pytest.mark.parametrize(
    ("day", "amount", "unit"),
    [
        (date(2026, 4, 28), 15, Unit.CALENDAR_DAY),
        (date(2026, 4, 29), 8, Unit.WORKING_DAY),
        (date(2027, 2, 28), 8, Unit.WORKING_DAY),
        (date(2027, 3, 1), 15, Unit.CALENDAR_DAY),
    ],
)
def test_row_of_the_general_laws_is_the_one_in_force_on_the_day(day: date, amount: int, unit: Unit) -> None:
    layout = rulesets.provision("R4", "P14", on=day)
    assert (layout.amount, layout.unit) == (amount, unit)


@pytest.mark.parametrize(
    ("step", "amount"),
    [
        *(("P42-A1", 25), ("P42-A", 20), ("P42-B1", 20), ("P42", 16), ("P42-C1", 15), ("P42-C", 12)),
        *(("P20", 30), ("P20-I", 45), ("P22", 30), ("P22-M", 45), ("P45", 6), ("P45-A", 10)),
        *(("P50", 10), ("P50-A", 9), ("P50-R", 5), ("P51", 2), ("P51-R", 1), ("P70", 12), ("P70-1", 16)),
    ],
)
def test_each_number_of_a_step_has_a_row_of_its_own(step: str, amount: int) -> None:
    assert rulesets.provision("POST", step).amount == amount


def test_every_row_speaks_the_language_of_the_reader() -> None:
    row = rulesets.provision("R3", "E20")
    with override("vi"):
        assert row.actor_shown == "Ủy ban nhân dân cấp xã"
    with override("en"):
        assert row.actor_shown == "Commune PC"


def test_every_row_from_the_summary_says_that_it_awaits_the_gazette() -> None:
    rows = [*rulesets.provisions("R4"), *rulesets.conditions("R4"), *rulesets.criteria("R4")]
    assert rows
    assert all(row.awaits_gazette and row.grade == Grade.SEEN_SUMMARY for row in rows)


def test_conditions_of_2017_that_nobody_confirmed_bind_nobody() -> None:
    weak = [c.rule for c in rulesets.conditions("R1") if not c.binds]
    assert weak == ["C-FILL", "C-REMAIN", "C-XFILL"]


@pytest.mark.parametrize(
    ("code", "step", "text"),
    [
        ("R4", "E40", "5 working days"),
        ("R4", "E10", ""),
        ("R3", "E50", "25 calendar days"),
        ("POST", "P10", "1 month"),
    ],
)
def test_limit_text_names_amount_and_unit(code: str, step: str, text: str) -> None:
    with override("en"):
        assert rulesets.provision(code, step).limit_text == text


def test_page_on_the_law_is_up_to_date() -> None:
    call_command("law_doc", check=True)


def test_page_on_the_law_is_refused_when_it_is_old(tmp_path: Path, settings: Settings) -> None:
    (tmp_path / "docs").mkdir()
    (tmp_path / "docs" / "law.md").write_text("old", encoding="utf-8")
    settings.BASE_DIR = tmp_path
    with pytest.raises(CommandError, match=r"out of date: run manage\.py law_doc"):
        call_command("law_doc", check=True)


def line_of(file: str, step: str) -> int:
    """Return the line on which the first row of `step` stands in `file`."""
    with (rulesets.DATA / file).open(encoding="utf-8", newline="") as lines:
        return next(n for n, row in enumerate(csv.DictReader(lines), start=2) if row["step"] == step)


P14 = line_of("provisions.csv", "P14")
F_SITE = line_of("figures.csv", "P65")
Edit = Callable[[list[dict[str, str]]], object]


def put(row: int, **cells: str) -> Edit:
    """Return an edit that changes cells of the row on this line of the file."""
    return lambda rows: rows[row - 2].update(cells)


@pytest.fixture
def damaged(tmp_path: Path) -> Callable[[str, Edit], Path]:
    """Return a function that copies the data files and edits the rows of one."""

    def damage(file: str, edit: Edit) -> Path:
        folder = tmp_path / "data"
        shutil.copytree(rulesets.DATA, folder)
        with (folder / file).open(encoding="utf-8", newline="") as lines:
            rows = list(csv.DictReader(lines))
        columns = list(rows[0])
        edit(rows)
        with (folder / file).open("w", encoding="utf-8", newline="") as lines:
            writer = csv.DictWriter(lines, columns)
            writer.writeheader()
            writer.writerows(rows)
        return folder

    return damage


@pytest.mark.parametrize(
    ("file", "edit", "message"),
    [
        (
            "rule_sets.csv",
            put(7, valid_from="2026-09-10"),
            "row 7, column valid_from: '2026-09-10' overlaps R3, which ends on 2026-09-14",
        ),
        (
            "rule_sets.csv",
            put(7, valid_from="2026-09-20"),
            "row 7, column valid_from: '2026-09-20' leaves a gap after R3, which ends on 2026-09-14",
        ),
        (
            "rule_sets.csv",
            put(7, valid_to="2030-01-01"),
            "row 7, column valid_to: '2030-01-01' ends the last",
        ),
        ("rule_sets.csv", put(6, valid_to="2020-01-01"), "row 6, column valid_to: '2020-01-01' is before"),
        ("rule_sets.csv", put(6, valid_from="1/7/2025"), "row 6, column valid_from: '1/7/2025' is not a day"),
        ("rule_sets.csv", put(6, valid_from=""), "row 6, column valid_from: '' is missing"),
        ("rule_sets.csv", put(6, code="R2"), "row 6, column code: 'R2' stands here twice"),
        ("provisions.csv", put(3, unit="working_days"), "row 3, column unit: 'working_days' is none of"),
        ("provisions.csv", put(3, unit=""), "row 3, column unit: '' is none of"),
        (
            "provisions.csv",
            put(3, grade="SURE"),
            "row 3, column grade: 'SURE' is none of: SEEN, SEEN-SUMMARY",
        ),
        ("provisions.csv", put(3, grade="SEEN (role)"), "row 3, column grade: 'SEEN (role)' is none of"),
        (
            "provisions.csv",
            put(3, amount="-5"),
            "row 3, column amount: '-5' is not a whole number above zero",
        ),
        ("provisions.csv", put(3, amount="0"), "row 3, column amount: '0' is not a whole number above zero"),
        ("provisions.csv", put(3, amount="5,0"), "row 3, column amount: '5,0' is not a whole number"),
        ("provisions.csv", put(3, amount=""), "row 3, column bound: 'at_most' belongs to a limit"),
        ("provisions.csv", put(3, starts=""), "row 3, column starts: '' is none of"),
        ("provisions.csv", put(3, citation=""), "row 3, column citation: '' is missing"),
        (
            "provisions.csv",
            put(3, citation="NĐ 68/2017"),
            "row 3, column citation: 'NĐ 68/2017' names no art",
        ),
        (
            "provisions.csv",
            put(3, citation="the decree"),
            "row 3, column citation: 'the decree' is no citation",
        ),
        (
            "provisions.csv",
            put(3, source="GAZETTE"),
            "row 3, column source: 'GAZETTE' names 'GAZETTE', which",
        ),
        (
            "provisions.csv",
            put(3, source=""),
            "row 3, column source: '' is missing, though the grade is SEEN",
        ),
        ("provisions.csv", put(3, rule_set="R9"), "row 3, column rule_set: 'R9' is no rule set"),
        ("provisions.csv", put(3, step="E10"), "row 3, column step: 'E10' stands here twice"),
        ("provisions.csv", put(3, seq="5"), "row 3, column seq: '5' is not above 10, the one before"),
        ("provisions.csv", put(3, within="E99"), "row 3, column within: 'E99' is no step of this rule set"),
        (
            "provisions.csv",
            put(5, stops="E40"),
            "row 5, column stops: 'E40' is no step of this rule set whose",
        ),
        ("provisions.csv", put(3, action=" Sends "), "row 3, column action: ' Sends ' has spaces around it"),
        ("conditions.csv", put(2, value="75..10"), "row 2, column value: '75..10' is not written low..high"),
        ("conditions.csv", put(2, value="10"), "row 2, column value: '10' is not"),
        ("conditions.csv", put(3, operator="more"), "row 3, column operator: 'more' is none of"),
        ("conditions.csv", put(3, value="half"), "row 3, column value: 'half' is not a number"),
        (
            "conditions.csv",
            put(3, parameter="filling"),
            "row 3, column parameter: 'filling' names 'filling', which is no such fact",
        ),
        (
            "conditions.csv",
            put(3, parameter="in_approved_list"),
            "row 3, column parameter: 'in_approved_list' names 'in_approved_list', which is no such fact",
        ),
        (
            "conditions.csv",
            put(3, alternative="C-XFULL"),
            "row 3, column alternative: 'C-XFULL' is no other condition of this rule set",
        ),
        (
            "conditions.csv",
            put(3, alternative="C-FILL"),
            "row 3, column alternative: 'C-FILL' is no other condition of this rule set",
        ),
        (
            "conditions.csv",
            put(5, alternative="demand_ha>land"),
            "row 5, column alternative: 'demand_ha>land' names 'land', which is no such fact",
        ),
        (
            "conditions.csv",
            put(3, tested_if="demand_ha"),
            "row 3, column tested_if: 'demand_ha' names 'demand_ha', which is no such fact",
        ),
        (
            "conditions.csv",
            put(3, tested_if="mountain_district; formed_before_qd105"),
            "row 3, column tested_if: 'mountain_district; formed_before_qd105' names 'mountain_district; f",
        ),
        (
            "conditions.csv",
            put(2, exception="cluster_type=small"),
            "row 2, column exception: 'cluster_type=small' names 'small', which is no type of cluster",
        ),
        (
            "conditions.csv",
            put(2, exception=""),
            "row 2, column exception_value: '5..75' belongs to an exception, but there is none",
        ),
        (
            "conditions.csv",
            put(2, exception_value="5"),
            "row 2, column exception_value: '5' is not",
        ),
        ("scoring.csv", put(2, max_points="20"), "column max_points: '40' brings R1b to 105 points, not 100"),
        ("scoring.csv", put(2, pass_points="60"), "column pass_points: '50' differs within R1b"),
        ("readings.csv", put(2, reading=""), "row 2, column reading: '' is missing"),
        (
            "readings.csv",
            put(2, citation="NĐ32 Đ35.2"),
            "row 2, column citation: 'NĐ32 Đ35.2' is no citation",
        ),
        (
            "provisions.csv",
            put(3, action_vi=""),
            "row 3, column action_vi: '' is missing: each text stands in",
        ),
        ("provisions.csv", put(3, actor=""), "row 3, column actor: '' is missing: each text stands in both"),
        ("provisions.csv", put(3, bound=""), "row 3, column bound: '' is none of: at_most, at_least"),
        ("provisions.csv", put(P14 + 1, valid_from=""), f"row {P14 + 1}, column valid_from: '' overlaps the"),
        (
            "provisions.csv",
            put(P14 + 1, valid_from="2026-04-28"),
            f"row {P14 + 1}, column valid_from: '2026-04-28' overlaps the row of P14 before it",
        ),
        ("provisions.csv", put(P14, valid_to=""), f"row {P14 + 1}, column valid_from: '2026-04-29' overlaps"),
        (
            "provisions.csv",
            put(3, valid_from="2017-07-15"),
            "row 3, column valid_from: '2017-07-15' belongs to the rule set, which has its own days",
        ),
        ("figures.csv", put(2, operator="between"), "row 2, column operator: 'between' does not compare one"),
        ("figures.csv", put(2, value="two"), "row 2, column value: 'two' is not a number: 'two'"),
        ("figures.csv", put(2, unit="date"), "row 2, column value: '2' is not a day written YYYY-MM-DD"),
        ("figures.csv", put(2, unit=""), "row 2, column unit: '' is missing"),
        (
            "figures.csv",
            put(2, citation="NĐ 68/2017"),
            "row 2, column citation: 'NĐ 68/2017' names no article",
        ),
        ("figures.csv", put(2, step="E99"), "row 2, column step: 'E99' is no step of this rule set"),
        ("figures.csv", put(3, figure="F-SHIFT"), "row 4, column figure: 'F-SHIFT' stands here twice"),
        (
            "transitions.csv",
            put(15, applies="stay"),
            "column applies: 'stay' must be ask where the clause binds nobody, and only there",
        ),
        (
            "transitions.csv",
            put(2, to_set="R2"),
            "row 2, column to_set: 'R2' does not follow R0",
        ),
        (
            "transitions.csv",
            put(2, day="2017-07-14"),
            "row 2, column day: '2017-07-14' is not the first day of R1",
        ),
        ("transitions.csv", put(2, day=""), "row 2, column day: '' is missing"),
        ("transitions.csv", put(2, from_set="R9"), "column from_set: 'R9' is no rule set"),
        ("transitions.csv", put(2, situation="decided"), "situation: 'decided' stands here twice"),
        ("transitions.csv", put(4, clause="T-9"), "column clause: 'T-9' is no rule of readings.csv"),
        ("legacy.csv", put(2, clause="L-9"), "column clause: 'L-9' is no rule of readings.csv"),
        ("legacy.csv", put(2, established="no"), "column established: 'no' is neither yes nor empty"),
        ("legacy.csv", put(2, below_ha="ten"), "column below_ha: 'ten' is not a number: 'ten'"),
        (
            "figures.csv",
            put(F_SITE + 1, figure="F-SITE"),
            f"row {F_SITE + 1}, column valid_from: '2026-07-01' overlaps the row of F-SITE before it",
        ),
    ],
)
def test_damaged_file_is_refused_and_told_where(
    file: str, edit: Edit, message: str, damaged: Callable[[str, Edit], Path]
) -> None:
    folder = damaged(file, edit)
    with pytest.raises(LawDataError) as refusal:
        loader.read(folder)
    assert str(refusal.value).startswith(f"{file}, row ")
    assert message in str(refusal.value)


def test_a_change_left_unsaid_is_refused(damaged: Callable[[str, Edit], Path]) -> None:
    folder = damaged("transitions.csv", lambda rows: rows.pop())
    with pytest.raises(LawDataError, match="does not say what holds from R3 to R4: month_only"):
        loader.read(folder)


def test_file_with_another_header_is_refused(damaged: Callable[[str, Edit], Path]) -> None:
    folder = damaged("scoring.csv", lambda rows: None)
    text = (folder / "scoring.csv").read_text(encoding="utf-8")
    (folder / "scoring.csv").write_text(text.replace("max_points", "points"), encoding="utf-8")
    with pytest.raises(LawDataError, match=r"scoring\.csv, row 1: the columns must be rule_set, criterion"):
        loader.read(folder)


def test_row_with_a_cell_too_many_is_refused(damaged: Callable[[str, Edit], Path]) -> None:
    folder = damaged("scoring.csv", lambda rows: None)
    with (folder / "scoring.csv").open("a", encoding="utf-8") as lines:
        lines.write("R4,S5" + "," * 20 + "\n")
    with pytest.raises(LawDataError, match=r"scoring\.csv, row 18: has 22 cells, not 14"):
        loader.read(folder)
