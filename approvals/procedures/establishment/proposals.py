"""From a draft's kept answers to the checked proposal that can be filed."""

from datetime import date
from typing import Any

from approvals.exceptions import Unfinished
from approvals.forms import NEW_CLUSTER, SECTIONS, read_section
from approvals.models import Dossier
from approvals.procedures.establishment.services import Proposal
from clusters.models import Cluster
from law.facts import FACTS, Facts
from workflows.states import CaseKind

# The facts for the conditions of the law that an answer of another name tells; all others go by their own.
_TOLD_BY = {
    CaseKind.NEW: {"total_area_ha": "area_ha"},
    CaseKind.EXPANSION: {
        "total_area_ha": "area_after_ha",
        "area_after_expansion_ha": "area_after_ha",
        "shared_infra_in_use": "works",
    },
}


def read_proposal(dossier: Dossier, *, today: date) -> Proposal:
    """Return the proposal that the answers of `dossier` make.

    Raises:
        Unfinished: a section is missing or has a mistake.
    """
    cleaned: dict[str, Any] = {}
    for section in SECTIONS[dossier.kind].values():
        form = read_section(section, dossier.answers, today=today)
        if not form.is_valid():
            raise Unfinished
        cleaned |= form.cleaned_data
    return _expansion(cleaned) if dossier.kind == CaseKind.EXPANSION else _new(cleaned)


def stated_facts(dossier: Dossier, *, today: date) -> Facts:
    """Return what the answers of a draft state for the conditions of the law, as far as they can be read."""
    cleaned: dict[str, Any] = {}
    for name, section in SECTIONS[dossier.kind].items():
        if name in dossier.versions:
            form = read_section(section, dossier.answers, today=today)
            form.full_clean()
            cleaned |= form.cleaned_data
    return _facts(dossier.kind, cleaned)


def _new(cleaned: dict[str, Any]) -> Proposal:
    listed = None if cleaned["cluster"] == NEW_CLUSTER else Cluster.objects.get(pk=cleaned["cluster"])
    return Proposal(
        cluster_id=listed.pk if listed else None,
        cluster_name=listed.name if listed else cleaned["cluster_name"],
        cluster_type=cleaned["cluster_type"],
        commune_id=int(cleaned["commune"]),
        place=cleaned["place"],
        area_ha=cleaned["area_ha"],
        capital_bn_vnd=cleaned["capital_bn_vnd"],
        facts=_facts(CaseKind.NEW, cleaned),
        corners=cleaned["corners"],
    )


def _expansion(cleaned: dict[str, Any]) -> Proposal:
    cluster = Cluster.objects.get(pk=cleaned["cluster"])
    return Proposal(
        cluster_id=cluster.pk,
        cluster_name=cluster.name,
        cluster_type="",
        commune_id=int(cleaned["commune"]),
        place=cleaned["place"],
        area_ha=cleaned["area_after_ha"],
        capital_bn_vnd=cleaned["capital_bn_vnd"],
        added_ha=cleaned["added_ha"],
        facts=_facts(CaseKind.EXPANSION, cleaned),
        corners=cleaned["corners"],
    )


def _facts(kind: str, cleaned: dict[str, Any]) -> Facts:
    """Return what is stated, without what was left open."""
    told_by = _TOLD_BY[CaseKind(kind)]
    stated = {name: cleaned.get(told_by.get(name, name)) for name in FACTS}
    stated["has_detailed_plan"] = False if cleaned.get("no_plan") else None
    return {name: fact for name, fact in stated.items() if fact not in (None, "")}
