"""`manage.py clock`: what it prints, what it refuses, and that it needs no database."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from django.db import OperationalError

from law import calendars, selectors
from law.states import LedgerKind

pytestmark = pytest.mark.django_db


def clock(capsys: pytest.CaptureFixture[str], *arguments: str) -> dict[str, Any]:
    call_command("clock", *arguments, "--json")
    told: dict[str, Any] = json.loads(capsys.readouterr().out)
    return told


APPRAISAL = ["--rules", "R3", "--step", "E50", "--from", "2026-01-05"]


def test_due_day_is_told_with_every_day_of_the_count(capsys: pytest.CaptureFixture[str]) -> None:
    told = clock(capsys, *APPRAISAL, "--pause", "2026-01-12..2026-01-20")
    assert told["due_on"] == "2026-02-09"
    assert [(span["from"], span["to"], span["counted"], span["kind"]) for span in told["ledger"]] == [
        ("2026-01-05", "2026-01-05", False, "trigger"),
        ("2026-01-06", "2026-01-11", True, "calendar_day"),
        ("2026-01-12", "2026-01-20", False, "pause"),
        ("2026-01-21", "2026-02-08", True, "calendar_day"),
        ("2026-02-09", "2026-02-09", False, "moved"),
    ]
    assert set(told["ledger"][0]) == {"from", "to", "counted", "kind", "basis"}
    assert (told["firm"], told["grade"], told["awaits_gazette"]) == (True, "SEEN", False)
    assert told["article"].startswith("Điều 10 khoản 3 Nghị định 32/2024/NĐ-CP")
    assert told["calendar"] == f"version {selectors.calendar().version}"


@pytest.mark.parametrize(
    ("case", "arguments", "due_on"),
    [
        ("the first day counted", ["--first-day", "counted"], "2026-01-29"),
        ("a pause continues", ["--pause", "2026-01-12..2026-01-13"], "2026-02-02"),
        (
            "a pause restarts",
            ["--pause", "2026-01-12..2026-01-13", "--pause-rule", "restarts"],
            "2026-02-09",
        ),
        (
            "overlapping pauses count once",
            ["--pause", "2026-01-12..2026-01-15", "--pause", "2026-01-14..2026-01-16"],
            "2026-02-04",
        ),
        ("extended twice", ["--extend", "3:phức tạp:VB 1", "--extend", "2:chờ ý kiến:VB 2"], "2026-02-04"),
    ],
)
def test_settings_of_the_count(
    case: str, arguments: list[str], due_on: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert (case, clock(capsys, *APPRAISAL, *arguments)["due_on"]) == (case, due_on)


@pytest.mark.parametrize(("as_of", "due_on"), [("2025-12-24", "2026-01-08"), ("2025-12-25", "2026-01-09")])
def test_calendar_as_the_world_knew_it(as_of: str, due_on: str, capsys: pytest.CaptureFixture[str]) -> None:
    over_new_year = ["--rules", "R3", "--step", "E20", "--from", "2025-12-31"]
    assert clock(capsys, *over_new_year, "--calendar-as-of", as_of)["due_on"] == due_on


def test_unconfirmed_day_is_counted_and_the_alternative_told(capsys: pytest.CaptureFixture[str]) -> None:
    told = clock(capsys, "--rules", "R4", "--step", "E20", "--from", "2026-11-23")
    assert (told["due_on"], told["alternative"], told["awaits_gazette"]) == ("2026-11-25", "2026-11-26", True)
    assert told["ledger"][1]["kind"] == LedgerKind.UNCONFIRMED


def test_expected_days_make_the_result_not_firm(capsys: pytest.CaptureFixture[str]) -> None:
    told = clock(capsys, "--rules", "R4", "--step", "E20", "--from", "2027-02-03")
    assert (told["due_on"], told["firm"]) == ("2027-02-12", False)


@pytest.mark.parametrize("rules", [[], ["--rules", "R1"], ["--rules", "R4"], ["--rules", "POST"]])
def test_step_after_the_decision_needs_no_rule_set(
    rules: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert clock(capsys, *rules, "--step", "P13", "--from", "2026-05-05")["due_on"] == "2026-05-15"


@pytest.mark.parametrize(
    ("arguments", "grade", "reason"),
    [
        ("--rules R1b --step E50", "RECALLED", "not confirmed (RECALLED)"),
        ("--rules R0 --step E50", None, "were not obtained"),
        ("--rules R4 --step E10", "SEEN-SUMMARY", "sets no limit for this step."),
        ("--rules R4 --step E60", "SEEN-SUMMARY", "beyond that of E50"),
        ("--step P05", "UNRESOLVED", "not confirmed (UNRESOLVED)"),
        ("--step P30", "SEEN", "a minimum"),
        ("--step P75", "SEEN-SUMMARY", "article of the limit is not known"),
        ("--step P13", "SEEN", "holds from 2026-04-29 to 2027-02-28, not on 2026-01-05"),
        ("--step P50", "SEEN", "holds from 2026-07-01, not on 2026-01-05"),
    ],
)
def test_step_without_a_limit_that_binds_has_no_due_day_but_a_reason(
    arguments: str, grade: str | None, reason: str, capsys: pytest.CaptureFixture[str]
) -> None:
    told = clock(capsys, *arguments.split(), "--from", "2026-01-05")
    assert (told["due_on"], told["ledger"], told["grade"]) == (None, [], grade)
    assert reason in told["reason"]
    assert told["article"]


@pytest.mark.parametrize(
    ("arguments", "line"),
    [
        ("--rules R9 --step E50 --from 2026-01-05", "argument --rules: invalid choice: 'R9'"),
        ("--step E50 --from 2026-01-05", "argument --rules: is needed for the step E50"),
        ("--rules R1 --step E20 --from 2019-01-07", "argument --step: 'E20' is no step of R1, which has E10"),
        ("--rules R1b --step E99 --from 2023-01-05", "argument --step: 'E99' is no step of R1b"),
        ("--rules R3 --step E50", "the following arguments are required: --from"),
        ("--rules R3 --step E50 --from 2026-02-30", "argument --from: '2026-02-30' is no day"),
        ("--rules R3 --step E50 --from 20260105", "argument --from: '20260105' is no day"),
        ("--rules R3 --step E50 --from 2028-01-05", "argument --from: the count reaches 2028"),
        ("--rules R3 --step E50 --from 9999-12-31", "argument --from: the count reaches 9999"),
        (
            "--rules R3 --step E50 --from 2026-01-05 --pause 2026-01-20..2026-01-12",
            "argument --pause: the pause ends on 2026-01-12, before it starts on 2026-01-20",
        ),
        ("--rules R3 --step E50 --from 2026-01-05 --pause 2026-01-20", "argument --pause: '2026-01-20' is"),
        ("--rules R3 --step E50 --from 2026-01-05 --pause x..y", "argument --pause: 'x' is no day"),
        (
            "--rules R3 --step E40 --from 2026-01-05 --pause 2026-01-06..2026-01-07",
            "argument --pause: the law does not let the clock of E40 stop",
        ),
        ("--rules R3 --step E50 --from 2026-01-05 --first-day x", "argument --first-day: invalid choice"),
        ("--rules R3 --step E50 --from 2026-01-05 --pause-rule x", "argument --pause-rule: invalid choice"),
        ("--rules R3 --step E50 --from 2026-01-05 --calendar-as-of x", "argument --calendar-as-of: 'x' is"),
        ("--rules R3 --step E50 --from 2026-01-05 --extend 0:a:b", "argument --extend: '0' is no number"),
        ("--rules R3 --step E50 --from 2026-01-05 --extend 5:a", "argument --extend: '5:a' is not written"),
    ],
)
def test_bad_input_is_refused_by_the_name_of_the_argument(arguments: str, line: str) -> None:
    with pytest.raises(CommandError) as refusal:
        call_command("clock", *arguments.split())
    assert line in str(refusal.value)
    assert "\n" not in str(refusal.value)


def test_without_json_it_is_a_table(capsys: pytest.CaptureFixture[str]) -> None:
    call_command("clock", "--rules", "R4", "--step", "E20", "--from", "2026-11-23")
    lines = capsys.readouterr().out.splitlines()
    assert lines[1].startswith("2026-11-24 – 2026-11-24  counted  unconfirmed")
    assert lines[-2].startswith("Due on 2026-11-25 (Điều 10 khoản 1 Nghị định 32/2024/NĐ-CP")
    assert lines[-1] == "It would be 2026-11-26 if the days announced and not confirmed were off."


def test_table_tells_why_there_is_no_due_day(capsys: pytest.CaptureFixture[str]) -> None:
    call_command("clock", "--step", "P30", "--from", "2026-11-23")
    assert capsys.readouterr().out.startswith("No due day. The number is a minimum")


def test_calendar_of_the_file_is_used_where_there_are_no_tables(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def no_table() -> None:
        raise OperationalError("no such table: law_calendarversion")

    monkeypatch.setattr(selectors, "calendar", no_table)
    told = clock(capsys, *APPRAISAL)
    assert (told["due_on"], told["calendar"]) == ("2026-01-30", calendars.DEFAULT_FILE.name)


@pytest.mark.parametrize(
    ("arguments", "code", "due_on"),
    [
        (["--rules", "R3", "--step", "E50", "--from", "2026-01-05", "--json"], 0, "2026-01-30"),
        (["--rules", "R9", "--step", "E50", "--from", "2026-01-05", "--json"], 2, None),
        (["--rules", "R3", "--step", "E99", "--from", "2026-01-05", "--json"], 2, None),
    ],
)
def test_fresh_checkout_answers_and_a_refusal_is_one_line_with_code_2(
    arguments: list[str], code: int, due_on: str | None, tmp_path: Path
) -> None:
    fresh = {**os.environ, "DJANGO_SETTINGS_MODULE": "config.settings.demo", "VAR_DIR": str(tmp_path)}
    fresh.pop("DATABASE_URL", None)
    done = subprocess.run(
        [sys.executable, "manage.py", "clock", *arguments],
        cwd=settings.BASE_DIR,
        env=fresh,
        capture_output=True,
        text=True,
    )
    assert done.returncode == code, done.stderr
    assert len(done.stderr.splitlines()) == (1 if code else 0)
    assert (json.loads(done.stdout)["due_on"] if done.stdout else None) == due_on
