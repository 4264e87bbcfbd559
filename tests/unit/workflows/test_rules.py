"""What the law asks before a case may move: the sentence that a person reads."""

from collections.abc import Callable

import pytest

from tests.factories.standings import STANDINGS
from workflows import policies, rules
from workflows.exceptions import RuleBroken


def refusal(check: Callable[..., None], *args: object) -> str:
    with pytest.raises(RuleBroken) as caught:
        check(*args)
    assert caught.value.status == 422
    return str(caught.value.message)


def test_an_incomplete_file_is_named_part_by_part_with_the_article() -> None:
    told = refusal(rules.check_complete_file, ["Map", "Report"], "Decree 32/2024, Art. 10(3)")
    assert told == "The file is not complete (Decree 32/2024, Art. 10(3)). Missing: Map, Report."
    rules.check_complete_file([], "Art. 10")


@pytest.mark.parametrize(
    "roles",
    [([1], [1]), ([1], [2], [1]), ([1], [2], [2]), ([1, 4], [2, 4]), ([1, 4], [2], [4])],
)
def test_one_person_in_two_roles_is_refused(roles: tuple[list[int], ...]) -> None:
    told = refusal(rules.check_separate_people, *roles)
    assert told == "Whoever drafted or reviewed a report cannot also approve it or decide on it."


def test_three_people_are_separate() -> None:
    rules.check_separate_people([1, 4, 4], [2], [3])


@pytest.mark.parametrize("nothing", ["", "  ", "\n\t"])
def test_a_milestone_needs_its_paper(nothing: str) -> None:
    assert refusal(rules.check_evidence, nothing) == "Name the paper (number and date) that shows this."
    rules.check_evidence("12/QĐ-UBND, 05/10/2026")


def test_operation_needs_accepted_wastewater_works() -> None:
    told = refusal(rules.check_wastewater, False)
    assert told == "A cluster may not operate before its wastewater works are accepted."
    rules.check_wastewater(True)


@pytest.mark.parametrize("missing", rules.GROUNDBREAKING)
def test_groundbreaking_names_the_condition_that_has_no_paper(missing: str) -> None:
    papers = dict.fromkeys(rules.GROUNDBREAKING, "1/GP")
    rules.check_groundbreaking(papers)
    told = refusal(rules.check_groundbreaking, papers | {missing: " "})
    assert told.endswith(f"Missing: {missing}.")
    assert "135/2025/QH15, Art. 48(1)" in told
    del papers[missing]
    assert refusal(rules.check_groundbreaking, papers).endswith(f"Missing: {missing}.")


LEADERS = {"commune leader", "department leader", "finance leader", "city leader", "ministry leader"}
CITY_WIDE = {
    "department officer",
    "department reviewer",
    "department leader",
    "department administrator",
    "city officer",
    "city reviewer",
    "city leader",
    "system",
}


def test_who_follows_every_case_and_who_sees_the_board() -> None:
    assert {role for role, who in STANDINGS.items() if policies.may_see_all(who)} == CITY_WIDE
    assert {role for role, who in STANDINGS.items() if policies.may_lead(who)} == LEADERS
