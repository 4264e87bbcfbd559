"""`manage.py conditions`: facts as JSON from standard input, verdicts as JSON or a table, no database."""

import io
import json
from typing import Any

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from django.utils.translation import override

from law.states import Procedure


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Any:
    def _run(text: str, rules: str = "R2", kind: str = "expand", **options: Any) -> str:
        monkeypatch.setattr("sys.stdin", io.StringIO(text))
        with override("en"):
            call_command("conditions", rules=rules, kind=kind, **options)
        return capsys.readouterr().out

    return _run


def test_the_verdicts_come_as_json(run: Any) -> None:
    told = json.loads(run('{"occupancy_pct": 59.9, "demand_ha": 21, "industrial_ha": 20}', json=True))
    assert (told["rule_set"], told["kind"], told["overall"]) == ("R2", "expand", "cannot_be_told")
    by_rule = {one["rule"]: one for one in told["verdicts"]}
    fill = by_rule["C-XFILL"]
    assert (fill["verdict"], fill["binds"], fill["by_alternative"]) == ("holds", True, True)
    assert (fill["operator"], fill["required"], fill["stated"]) == ("gte", 60, 59.9)
    assert fill["numbers"] == {"occupancy_pct": 59.9, "demand_ha": 21, "industrial_ha": 20}
    assert (fill["grade"], fill["excepted"]) == ("SEEN", None)
    assert "32/2024/NĐ-CP" in fill["article"]
    assert by_rule["C-AREA"]["required"] == [10, 75]
    assert by_rule["C-AREA"]["verdict"] == "cannot_be_told"
    assert by_rule["C-AREA"]["reason"]


def test_an_exception_is_told_with_what_it_asks_instead(run: Any) -> None:
    stated = '{"total_area_ha": 7, "mountain_district": true}'
    area = json.loads(run(stated, kind="establish", json=True))["verdicts"][0]
    assert (area["verdict"], area["required"]) == ("holds", [5, 75])
    assert area["excepted"] == "in a mountainous district"


@pytest.mark.parametrize("kind", Procedure.values)
@pytest.mark.parametrize("rules", ["R0", "R1", "R1b", "R2", "R3", "R4"])
def test_every_rule_set_and_kind_answers_in_both_forms(run: Any, rules: str, kind: str) -> None:
    told = json.loads(run("{}", rules, kind, json=True))
    assert told["overall"] == "cannot_be_told"
    table = run("{}", rules, kind)
    assert len(table.splitlines()) == len(told["verdicts"]) + 1


def test_the_table_names_verdict_numbers_and_article(run: Any) -> None:
    line = next(line for line in run('{"occupancy_pct": 59.9}').splitlines() if line.startswith("C-XFILL"))
    for words in ("Fails", "≥ 60 %", "59.9 %", "32/2024/NĐ-CP", "SEEN"):
        assert words in line


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "Standard input is no JSON object"),
        ("[]", "Standard input is no JSON object"),
        ("{'a': 1}", "Standard input is no JSON object"),
        ("[" * 100_000, "Standard input is no JSON object"),
        ('{"occupancy_pct": 1e99999999999999999999}', "Standard input is no JSON object"),
        ('{"occupancy_pct": NaN}', "The fact 'occupancy_pct' is not a finite number."),
        ('{"occupancy_pct": "x"}', "The fact 'occupancy_pct' is not a number."),
        ('{"occupancy_pct": 101}', "The fact 'occupancy_pct' is above 100 per cent."),
        ('{"occupancy_pct": 1, "occupancy_pct": 2}', "The fact 'occupancy_pct' stands there twice."),
        ('{"no\\nsuch": 1}', "The fact 'no\\nsuch' is no fact"),
    ],
)
def test_bad_facts_are_refused_in_one_line(run: Any, text: str, message: str) -> None:
    with pytest.raises(CommandError) as refusal:
        run(text)
    assert refusal.value.returncode == 2
    assert str(refusal.value).startswith(message)
    assert "\n" not in str(refusal.value)


@pytest.mark.parametrize(
    ("rules", "kind", "message"),
    [
        ("R9", "expand", "--rules 'R9' is none of: R0, R1"),
        ("", "expand", "--rules '' is none of"),
        ("R2", "merge", "--kind 'merge' is none of: establish, expand, both"),
    ],
)
def test_an_unknown_rule_set_or_kind_is_refused(run: Any, rules: str, kind: str, message: str) -> None:
    with pytest.raises(CommandError) as refusal:
        run("{}", rules, kind)
    assert refusal.value.returncode == 2
    assert str(refusal.value).startswith(message)
