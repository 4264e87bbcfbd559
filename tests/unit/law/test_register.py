"""The register of rules by date, and what another day has otherwise."""

import json
from datetime import date

import pytest

from law import register
from law.register import Part

LAST_OF_R3, FIRST_OF_R4 = date(2026, 9, 14), date(2026, 9, 15)


@pytest.mark.parametrize(
    ("day", "code"),
    [(date(2009, 10, 4), None), (date(2018, 1, 1), "R1"), (LAST_OF_R3, "R3"), (FIRST_OF_R4, "R4")],
)
def test_register_of_a_day_has_the_rule_set_in_force(day: date, code: str | None) -> None:
    found = register.as_json(day)["rule_set"]
    assert (found and found["code"]) == code


def test_register_before_the_first_rules_still_has_the_general_laws() -> None:
    found = register.as_json(date(2009, 10, 4))
    assert found["provisions"] == found["conditions"] == found["scoring"] == []
    assert "P30" in {row["step"] for row in found["after_decision"]}


def test_register_gives_each_row_with_its_days_and_article() -> None:
    found = register.as_json(date(2026, 11, 23))
    appraisal = next(row for row in found["provisions"] if row["step"] == "E50")
    assert (appraisal["amount"], appraisal["unit"], appraisal["starts"]) == (
        20,
        "working_day",
        "complete_file_received",
    )
    assert (appraisal["valid_from"], appraisal["valid_to"]) == ("2026-09-15", None)
    assert appraisal["article"].startswith("Điều 10 Nghị định 32/2024/NĐ-CP")
    assert (appraisal["binds"], appraisal["awaits_gazette"]) == (True, True)


def test_register_is_plain_for_json() -> None:
    found = json.loads(json.dumps(register.as_json(date(2026, 11, 23))))
    area = next(row for row in found["conditions"] if row["rule"] == "C-AREA")
    assert area["value"] == [5, 75]
    lists = next(row for row in found["figures"] if row["figure"] == "F-STATE-LIST")
    assert (lists["value"], lists["binds"]) == ("2027-01-06", False)


def test_row_of_the_general_laws_is_there_only_on_its_days() -> None:
    before, during = date(2026, 4, 28), date(2026, 4, 29)
    steps = [{row.step for row in register.in_force(day).after_decision} for day in (before, during)]
    assert ["P13" in one for one in steps] == [False, True]


def test_differences_tell_what_changed_cell_by_cell() -> None:
    found = {(one.part, one.name): one for one in register.differences(LAST_OF_R3, FIRST_OF_R4)}
    changes = {change.field: (change.old, change.new) for change in found[Part.PROVISION, "E20"].changes}
    assert changes["amount"] == (5, 2)
    assert "rule_set" not in changes
    assert "valid_from" not in changes


def test_differences_tell_what_began_and_what_ended() -> None:
    began = {one.name for one in register.differences(LAST_OF_R3, FIRST_OF_R4) if one.before is None}
    ended = {one.name for one in register.differences(FIRST_OF_R4, LAST_OF_R3) if one.after is None}
    assert (
        began
        == ended
        == {"C-TYPE-SPEC", "C-TYPE-SUPP", "C-TYPE-HT", "F-BID", "F-CONTENTS", "F-PRIORITY", "P85"}
    )


def test_rows_that_follow_each_other_are_one_row_that_changed() -> None:
    found = register.differences(date(2026, 4, 28), date(2026, 4, 29))
    layout = next(one for one in found if one.name == "P14")
    assert {"amount", "unit"} <= {change.field for change in layout.changes}


def test_same_law_has_no_differences() -> None:
    assert register.differences(date(2026, 9, 15), date(2026, 11, 23)) == ()
