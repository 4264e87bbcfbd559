"""The legal life of a cluster project, on one page. Nothing else moves a stage."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from django_fsm import RETURN_VALUE, ConcurrentTransitionMixin, FSMField, transition

from clusters.states import Stage
from records.models import Recorded
from workflows import policies, rules
from workflows.states import ADOPTABLE, AFTER_DECISION, BEFORE_DECISION


class CaseMachine(ConcurrentTransitionMixin, Recorded):
    """Stages of a case and the only ways from one to the next.

    A transition checks stage and evidence, never the person: services ask its permission first.
    """

    state: Any = FSMField(choices=Stage.choices, default=Stage.LISTED, protected=True)
    applicant_id: int | None

    class Meta:
        abstract = True

    @transition(state, Stage.LISTED, Stage.PROPOSED, permission=policies.may_file, custom={"law": "E10"})
    def propose(self) -> None:
        """Enter the first written request."""

    @transition(
        state, Stage.PROPOSED, Stage.UNDER_APPRAISAL, permission=policies.may_accept, custom={"law": "E50"}
    )
    def begin_appraisal(self, *, missing: list[str], citation: str) -> None:
        """Take a complete file into appraisal."""
        rules.check_complete_file(missing, citation)

    @transition(
        state, Stage.UNDER_APPRAISAL, Stage.APPRAISED, permission=policies.may_review, custom={"law": "E50"}
    )
    def conclude_appraisal(self, *, drafters: Collection[int], reviewers: Collection[int]) -> None:
        """Approve the appraisal report, which somebody else drafted."""
        rules.check_separate_people(drafters, reviewers)

    @transition(
        state, Stage.APPRAISED, Stage.ESTABLISHED, permission=policies.may_decide, custom={"law": "E70"}
    )
    def establish(self, *, drafters: Collection[int], reviewers: Collection[int], decider: int) -> None:
        """Decide to establish, as a third person."""
        rules.check_separate_people(drafters, reviewers, [decider])

    @transition(state, Stage.APPRAISED, Stage.REJECTED, permission=policies.may_decide, custom={"law": "E70"})
    def reject(self, *, drafters: Collection[int], reviewers: Collection[int], decider: int) -> None:
        """Decide not to establish, as a third person."""
        rules.check_separate_people(drafters, reviewers, [decider])

    @transition(state, BEFORE_DECISION, Stage.WITHDRAWN, permission=policies.may_file, custom={"law": ""})
    def withdraw(self) -> None:
        """Take the proposal back, before the decision."""

    @transition(
        state, Stage.ESTABLISHED, Stage.PREPARING, permission=policies.may_build, custom={"law": "P11"}
    )
    def begin_preparation(self, *, evidence: str) -> None:
        """Start planning, environment, land and permits."""
        rules.check_evidence(evidence)

    @transition(
        state,
        Stage.PREPARING,
        Stage.UNDER_CONSTRUCTION,
        permission=policies.may_build,
        custom={"law": "P60"},
    )
    def break_ground(self, *, papers: dict[str, str]) -> None:
        """Start construction, on the five papers."""
        rules.check_groundbreaking(papers)

    @transition(
        state,
        Stage.UNDER_CONSTRUCTION,
        Stage.OPERATING,
        permission=policies.may_follow,
        custom={"law": "P80"},
    )
    def begin_operation(self, *, wastewater_works_accepted: bool, evidence: str) -> None:
        """Open the cluster, with its wastewater works accepted."""
        rules.check_wastewater(wastewater_works_accepted)
        rules.check_evidence(evidence)

    @transition(state, Stage.OPERATING, Stage.CLOSED, permission=policies.may_decide, custom={"law": ""})
    def close(self, *, evidence: str) -> None:
        """End the cluster's life."""
        rules.check_evidence(evidence)

    @transition(state, AFTER_DECISION, Stage.REVOKED, permission=policies.may_decide, custom={"law": "A-1"})
    def revoke(self, *, evidence: str) -> None:
        """Repeal the establishment decision before the cluster operates."""
        rules.check_evidence(evidence)

    @transition(
        state,
        Stage.OPERATING_UNESTABLISHED,
        Stage.OPERATING,
        permission=policies.may_decide,
        custom={"law": "L-4"},
    )
    def recognise(self, *, evidence: str) -> None:
        """Record the decision of a cluster that operated without one."""
        rules.check_evidence(evidence)

    @transition(
        state,
        (*AFTER_DECISION, Stage.OPERATING),
        RETURN_VALUE(*AFTER_DECISION, Stage.OPERATING),
        permission=policies.may_decide,
        custom={"law": "A-1"},
    )
    def adjust(self, *, evidence: str) -> str:
        """Change the decision by a new one; the stage stays."""
        rules.check_evidence(evidence)
        return str(self.state)

    @transition(
        state, Stage.LISTED, RETURN_VALUE(*ADOPTABLE), permission=policies.may_adopt, custom={"law": ""}
    )
    def adopt(self, *, stage: str, source: str, grade: str) -> str:
        """Enter a historical cluster at the stage that history had brought it to."""
        rules.check_adoptable(stage, source, grade)
        return str(stage)
