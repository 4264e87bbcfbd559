"""The life of a case, as a table: every stage, every transition, every role."""

from typing import Any

import pytest
from django_fsm import TransitionNotAllowed, can_proceed, has_transition_perm

from clusters.states import Stage
from tests.factories.standings import APPLICANT, STANDINGS
from workflows.exceptions import RuleBroken
from workflows.models import Case
from workflows.states import ADOPTABLE

S = Stage
OFFICER = {"department officer"}
LEADER = {"city leader"}
FILER = {"applicant"}
BUILDERS = FILER | OFFICER
ADOPTER = {"system", "department administrator"}

# (stage, transition) → the roles that may; what is not here, nobody may.
ALLOWED: dict[tuple[Stage, str], set[str]] = {
    (S.LISTED, "propose"): FILER,
    (S.LISTED, "adopt"): ADOPTER,
    (S.LISTED, "withdraw"): FILER,
    (S.PROPOSED, "begin_appraisal"): OFFICER,
    (S.PROPOSED, "withdraw"): FILER,
    (S.UNDER_APPRAISAL, "conclude_appraisal"): {"department reviewer"},
    (S.UNDER_APPRAISAL, "withdraw"): FILER,
    (S.APPRAISED, "establish"): LEADER,
    (S.APPRAISED, "reject"): LEADER,
    (S.APPRAISED, "withdraw"): FILER,
    (S.ESTABLISHED, "begin_preparation"): BUILDERS,
    (S.ESTABLISHED, "adjust"): LEADER,
    (S.ESTABLISHED, "revoke"): LEADER,
    (S.PREPARING, "break_ground"): BUILDERS,
    (S.PREPARING, "adjust"): LEADER,
    (S.PREPARING, "revoke"): LEADER,
    (S.UNDER_CONSTRUCTION, "begin_operation"): OFFICER,
    (S.UNDER_CONSTRUCTION, "adjust"): LEADER,
    (S.UNDER_CONSTRUCTION, "revoke"): LEADER,
    (S.OPERATING, "adjust"): LEADER,
    (S.OPERATING, "close"): LEADER,
    (S.OPERATING_UNESTABLISHED, "recognise"): LEADER,
}

PAPERS = dict.fromkeys(("site", "permit", "drawings", "contract", "notice"), "12/GP")
PEOPLE = {"drafters": [1], "reviewers": [2], "decider": 3}
# Enough evidence for each transition, and where it leads.
EVIDENCE: dict[str, dict[str, Any]] = {
    "propose": {},
    "withdraw": {},
    "begin_appraisal": {"missing": [], "citation": "Art. 10"},
    "conclude_appraisal": {"drafters": [1], "reviewers": [2]},
    "establish": PEOPLE,
    "reject": PEOPLE,
    "begin_preparation": {"evidence": "5/QĐ"},
    "break_ground": {"papers": PAPERS},
    "begin_operation": {"wastewater_works_accepted": True, "evidence": "5/QĐ"},
    "close": {"evidence": "5/QĐ"},
    "revoke": {"evidence": "5/QĐ"},
    "recognise": {"evidence": "5/QĐ"},
    "adjust": {"evidence": "5/QĐ"},
    "adopt": {"stage": S.OPERATING, "source": "a page", "grade": "SEEN"},
}
TARGET = {
    "propose": S.PROPOSED,
    "withdraw": S.WITHDRAWN,
    "begin_appraisal": S.UNDER_APPRAISAL,
    "conclude_appraisal": S.APPRAISED,
    "establish": S.ESTABLISHED,
    "reject": S.REJECTED,
    "begin_preparation": S.PREPARING,
    "break_ground": S.UNDER_CONSTRUCTION,
    "begin_operation": S.OPERATING,
    "close": S.CLOSED,
    "revoke": S.REVOKED,
    "recognise": S.OPERATING,
    "adopt": S.OPERATING,
}


def case_in(stage: Stage) -> Case:
    """Return a case in memory."""
    return Case(state=stage, applicant_id=APPLICANT)


def transitions() -> list[str]:
    return sorted({move.name for move in Case.state_field().get_all_transitions(Case)})


def test_the_tables_know_every_transition() -> None:
    assert transitions() == sorted(EVIDENCE)
    assert {name for _, name in ALLOWED} == set(EVIDENCE)


@pytest.mark.parametrize("transition", sorted(EVIDENCE))
@pytest.mark.parametrize("stage", Stage)
def test_only_listed_roles_may_and_only_in_listed_stages(stage: Stage, transition: str) -> None:
    move = getattr(case_in(stage), transition)
    may = {role for role, who in STANDINGS.items() if can_proceed(move) and has_transition_perm(move, who)}
    assert may == ALLOWED.get((stage, transition), set())


@pytest.mark.parametrize("transition", sorted(EVIDENCE))
@pytest.mark.parametrize("stage", Stage)
def test_a_transition_leads_where_the_law_says_or_is_refused(stage: Stage, transition: str) -> None:
    case = case_in(stage)
    move = getattr(case, transition)
    if (stage, transition) not in ALLOWED:
        with pytest.raises(TransitionNotAllowed):
            move(**EVIDENCE[transition])
        assert case.state == stage
        return
    move(**EVIDENCE[transition])
    assert case.state == TARGET.get(transition, stage)


def test_every_transition_names_a_permission_and_its_law() -> None:
    for move in Case.state_field().get_all_transitions(Case):
        assert callable(move.permission), f"{move.name} would let everybody pass"
        assert "law" in move.custom, f"{move.name} names no law"


def test_a_stage_is_never_set_by_hand() -> None:
    case = case_in(S.LISTED)
    with pytest.raises(AttributeError, match="not allowed"):
        case.state = S.ESTABLISHED


REFUSED: list[tuple[Stage, str, dict[str, object], str]] = [
    (S.PROPOSED, "begin_appraisal", {"missing": ["Map"], "citation": "Art. 10(3)"}, "Art. 10.3.*Map"),
    (S.UNDER_APPRAISAL, "conclude_appraisal", {"drafters": [1], "reviewers": [1]}, "cannot also approve"),
    (S.APPRAISED, "establish", {"drafters": [1], "reviewers": [2], "decider": 1}, "cannot also approve"),
    (S.APPRAISED, "establish", {"drafters": [1], "reviewers": [2], "decider": 2}, "cannot also approve"),
    (S.APPRAISED, "reject", {"drafters": [3], "reviewers": [2], "decider": 3}, "cannot also approve"),
    (S.ESTABLISHED, "begin_preparation", {"evidence": " "}, "Name the paper"),
    (S.PREPARING, "break_ground", {"papers": PAPERS | {"permit": " "}}, "Missing: permit"),
    (
        S.UNDER_CONSTRUCTION,
        "begin_operation",
        {"wastewater_works_accepted": False, "evidence": "5/QĐ"},
        "wastewater",
    ),
    (
        S.UNDER_CONSTRUCTION,
        "begin_operation",
        {"wastewater_works_accepted": True, "evidence": ""},
        "Name the paper",
    ),
    (S.OPERATING, "close", {"evidence": ""}, "Name the paper"),
    (S.PREPARING, "revoke", {"evidence": ""}, "Name the paper"),
    (S.OPERATING_UNESTABLISHED, "recognise", {"evidence": ""}, "Name the paper"),
    (S.OPERATING, "adjust", {"evidence": ""}, "Name the paper"),
    (S.LISTED, "adopt", {"stage": S.APPRAISED, "source": "a", "grade": "b"}, "middle of a procedure"),
    (S.LISTED, "adopt", {"stage": S.OPERATING, "source": "", "grade": "b"}, "source and a grade"),
    (S.LISTED, "adopt", {"stage": S.OPERATING, "source": "a", "grade": ""}, "source and a grade"),
]


@pytest.mark.parametrize(("stage", "transition", "evidence", "words"), REFUSED)
def test_poor_evidence_is_refused_with_the_reason_and_moves_nothing(
    stage: Stage, transition: str, evidence: dict[str, object], words: str
) -> None:
    case = case_in(stage)
    with pytest.raises(RuleBroken, match=words):
        getattr(case, transition)(**evidence)
    assert case.state == stage


@pytest.mark.parametrize("stage", ADOPTABLE)
def test_a_historical_cluster_is_adopted_where_history_brought_it(stage: Stage) -> None:
    case = case_in(S.LISTED)
    case.adopt(stage=stage, source="a page", grade="SEEN")
    assert case.state == stage


def test_no_case_is_adopted_in_the_middle_of_a_procedure() -> None:
    assert set(Stage) - set(ADOPTABLE) == {S.PROPOSED, S.UNDER_APPRAISAL, S.APPRAISED}


def test_nobody_withdraws_a_case_without_an_applicant() -> None:
    case = Case(state=S.LISTED, applicant_id=None)
    assert not any(has_transition_perm(case.withdraw, who) for who in STANDINGS.values())
