"""Reads about dossiers: how complete a draft is, and what has been put on a case."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils.translation import gettext_lazy as _

from approvals.components import Component, components, missing
from approvals.models import Document, Dossier, ExaminedFacts
from approvals.states import DossierState, Presence
from clusters.states import Stage
from law import conditions
from law.conditions import Finding
from law.facts import Fact, Facts
from law.rulesets import rule_set_on
from law.states import Procedure
from workflows import recounts
from workflows.models import Case
from workflows.recounts import Moved
from workflows.states import CaseKind

# The words of the national portal for what the inside calls otherwise.
PUBLIC_WORDS = {
    Stage.LISTED: _("Newly registered"),
    Stage.PROPOSED: _("Received"),
    Stage.UNDER_APPRAISAL: _("Being processed"),
    Stage.APPRAISED: _("Being processed"),
    Stage.REJECTED: _("Result is out"),
    Stage.WITHDRAWN: _("Processing stopped"),
    Stage.REVOKED: _("Processing stopped"),
}
SUPPLEMENT_WORDS = _("Supplement requested")
RESULT_WORDS = _("Result is out")
# Which conditions a case is judged by.
PROCEDURES = {CaseKind.NEW: Procedure.ESTABLISH, CaseKind.EXPANSION: Procedure.EXPAND}


def public_words(case: Case, dossier: Dossier | None) -> Any:
    """Return how the national portal names the state of a case."""
    if dossier and dossier.state == DossierState.AWAITING_SUPPLEMENT:
        return SUPPLEMENT_WORDS
    return PUBLIC_WORDS.get(Stage(case.state), RESULT_WORDS)


@dataclass(frozen=True)
class PromisedDay:
    """The day that the receipt names, as printed; and where its deadline lies now, with what moved it."""

    printed_on: date
    due_on: date
    moved: Moved | None

    @property
    def has_moved(self) -> bool:
        """Tell whether the day in force is another one than was printed."""
        return self.due_on != self.printed_on


def promise(dossier: Dossier) -> PromisedDay | None:
    """Return the promise of a filed dossier; None where its receipt names no day."""
    clock = dossier.case.clocks.order_by("pk").first() if dossier.case else None
    if dossier.promised_on is None or dossier.case is None or clock is None:
        return None
    return PromisedDay(dossier.promised_on, clock.due_on, recounts.last_moves(dossier.case).get(clock.pk))


@dataclass(frozen=True)
class Part:
    """One component of the file with the documents that are there for it."""

    component: Component
    documents: Sequence[Document]

    @property
    def is_needed(self) -> bool:
        """Tell whether the file lacks it."""
        return self.component.presence != Presence.IF_ANY and not self.documents


def parts(dossier: Dossier, *, on: date, supplied_by: tuple[str, ...] = ("applicant",)) -> list[Part]:
    """Return the components of the file under the law that holds for it, with their documents."""
    rule_set = dossier.case.rule_set if dossier.case else rule_set_on(on).code
    documents = list(dossier.documents.select_related("uploaded_by"))
    return [
        Part(component, [document for document in documents if document.component == component.code])
        for component in components(rule_set)
        if component.supplied_by in supplied_by
    ]


def facts(dossier: Dossier, *, examined: bool = True) -> Facts:
    """Return what is stated of a filed dossier for the conditions of the law.

    What the Department stated counts in place of what the applicant did; without `examined`, only the latter.
    """
    stated: dict[str, Fact] = {"total_area_ha": dossier.area_ha, "cluster_type": dossier.cluster_type or None}
    stated |= dossier.facts
    newest = ExaminedFacts.objects.filter(case=dossier.case_id).last() if examined else None
    stated |= newest.facts if newest else {}
    return {name: fact for name, fact in stated.items() if fact is not None}


def findings(dossier: Dossier | None, *, rule_set: str, stated: Facts | None = None) -> list[Finding]:
    """Return what the conditions of `rule_set` make of a dossier; nothing without one.

    `stated` are the facts, where they are not the filed dossier's own (`facts`).
    """
    if dossier is None:
        return []
    return conditions.findings(
        rule_set, PROCEDURES[CaseKind(dossier.kind)], facts(dossier) if stated is None else stated
    )


def missing_papers(dossier: Dossier, *, on: date) -> list[Component]:
    """Return the papers that the applicant must still add before filing."""
    present = set(dossier.documents.values_list("component", flat=True))
    return missing(rule_set_on(on).code, present, supplied_by=("applicant",))
