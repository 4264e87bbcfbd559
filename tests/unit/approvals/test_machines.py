"""The life of a dossier, as a table: every state, every transition, every role."""

import pytest
from django_fsm import TransitionNotAllowed, can_proceed, has_transition_perm

from approvals import policies
from approvals.models import Dossier
from approvals.states import DossierState
from tests.factories.standings import APPLICANT, STANDINGS
from workflows.models import Step

S = DossierState
FILER, OFFICER, LEADER = {"applicant"}, {"department officer"}, {"city leader"}

# (state, transition) → the roles that may, and where it leads; what is not here, nobody may.
ALLOWED: dict[tuple[DossierState, str], tuple[set[str], DossierState]] = {
    (S.DRAFT, "file"): (FILER, S.FILED),
    (S.FILED, "ask_supplement"): (OFFICER, S.AWAITING_SUPPLEMENT),
    (S.AWAITING_SUPPLEMENT, "supplement"): (FILER, S.FILED),
    (S.FILED, "recall"): (FILER, S.RECALLED),
    (S.AWAITING_SUPPLEMENT, "recall"): (FILER, S.RECALLED),
    (S.FILED, "choose"): (LEADER, S.CHOSEN),
    (S.FILED, "pass_over"): (LEADER, S.NOT_SELECTED),
}
TRANSITIONS = sorted({transition for _, transition in ALLOWED})


def dossier_in(state: DossierState) -> Dossier:
    return Dossier(state=state, applicant_id=APPLICANT)


def test_the_table_knows_every_transition() -> None:
    moves = list(Dossier.state_field().get_all_transitions(Dossier))
    assert sorted({move.name for move in moves}) == TRANSITIONS
    assert all(callable(move.permission) for move in moves)


@pytest.mark.parametrize("transition", TRANSITIONS)
@pytest.mark.parametrize("state", DossierState)
def test_only_listed_steps_are_open(state: DossierState, transition: str) -> None:
    move = getattr(dossier_in(state), transition)
    may = {role for role, who in STANDINGS.items() if can_proceed(move) and has_transition_perm(move, who)}
    assert may == ALLOWED.get((state, transition), (set(), None))[0]


@pytest.mark.parametrize("transition", TRANSITIONS)
@pytest.mark.parametrize("state", DossierState)
def test_a_transition_leads_where_it_says_or_is_refused(state: DossierState, transition: str) -> None:
    dossier = dossier_in(state)
    if (state, transition) in ALLOWED:
        getattr(dossier, transition)()
        assert dossier.state == ALLOWED[state, transition][1]
        return
    with pytest.raises(TransitionNotAllowed):
        getattr(dossier, transition)()
    assert dossier.state == state


def test_only_the_department_s_officers_go_on_without_an_opinion() -> None:
    may = {role for role, who in STANDINGS.items() if policies.may_take_back_consultation(Step(), who)}
    assert may == OFFICER
