"""The life of one dossier."""

from __future__ import annotations

from typing import Any

from django_fsm import ConcurrentTransitionMixin, FSMField, transition

from approvals import policies
from approvals.states import DossierState as State
from records.models import Recorded


class DossierMachine(ConcurrentTransitionMixin, Recorded):
    """States of a dossier and the only ways from one to the next."""

    state: Any = FSMField(choices=State.choices, default=State.DRAFT, protected=True)
    applicant_id: int

    class Meta:
        abstract = True

    @transition(state, State.DRAFT, State.FILED, permission=policies.may_file)
    def file(self) -> None:
        """Hand the proposal in."""

    @transition(state, State.FILED, State.AWAITING_SUPPLEMENT, permission=policies.may_appraise)
    def ask_supplement(self) -> None:
        """Ask the applicant for what is missing."""

    @transition(state, State.AWAITING_SUPPLEMENT, State.FILED, permission=policies.may_file)
    def supplement(self) -> None:
        """Hand in what was asked for."""

    @transition(state, (State.FILED, State.AWAITING_SUPPLEMENT), State.RECALLED, permission=policies.may_file)
    def recall(self) -> None:
        """Take the proposal back, before the decision."""

    @transition(state, State.FILED, State.CHOSEN, permission=policies.may_decide)
    def choose(self) -> None:
        """Make the applicant the infrastructure investor, in the decision."""

    @transition(state, State.FILED, State.NOT_SELECTED, permission=policies.may_decide)
    def pass_over(self) -> None:
        """Decide without choosing this applicant."""
