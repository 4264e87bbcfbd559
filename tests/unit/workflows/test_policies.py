"""Who may do and who may give away a step."""

from types import SimpleNamespace
from typing import Any

import pytest

from accounts.states import Role
from tests.factories.standings import STANDINGS
from workflows import policies

DEPARTMENT = 31


def step(role: str, *, agency: int = DEPARTMENT, owner: int | None = None) -> Any:
    return SimpleNamespace(role=role, agency_id=agency, owner_id=owner)


def who(check: Any, one: Any) -> set[str]:
    return {role for role, standing in STANDINGS.items() if check(one, standing)}


@pytest.mark.parametrize(
    ("role", "agency", "may"),
    [
        (Role.OFFICER, 31, {"department officer"}),
        (Role.REVIEWER, 31, {"department reviewer"}),
        (Role.LEADER, 51, {"city leader"}),
        (Role.OFFICER, 41, {"finance officer"}),
        (Role.APPLICANT, 7, {"applicant"}),
        (Role.OFFICER, 99, set()),
        ("", 21, {"system"}),
    ],
)
def test_a_step_is_done_in_its_role_at_its_agency(role: str, agency: int, may: set[str]) -> None:
    assert who(policies.may_do, step(role, agency=agency)) == may


def test_a_claimed_step_is_done_by_its_owner_only() -> None:
    officer = STANDINGS["department officer"]
    assert policies.may_do(step(Role.OFFICER, owner=officer.user_id), officer)
    assert not policies.may_do(step(Role.OFFICER, owner=officer.user_id + 1), officer)


def test_reviewers_and_leaders_of_the_agency_give_its_steps_away() -> None:
    claimed = step(Role.OFFICER, owner=5)
    assert who(policies.may_assign, claimed) == {"department reviewer", "department leader"}
    assert "department officer" in who(policies.may_assign, step(Role.OFFICER))
    assert who(policies.may_assign, step("", agency=21)) == {"system"}
