"""From a draft's kept answers to the checked proposal that can be filed."""

from datetime import date
from typing import Any

from approvals.exceptions import Unfinished
from approvals.forms import NEW_CLUSTER, SECTIONS, read_section
from approvals.models import Dossier
from approvals.procedures.establishment.services import Proposal
from clusters.models import Cluster
from law.conditions import EXCEPTED, Facts
from workflows.states import CaseKind

# What a proposal states for the conditions of the law: their parameter, and the answer that tells it.
_STATED = {
    "total_area_ha": "area_after_ha",
    "area_after_expansion_ha": "area_after_ha",
    "occupancy_pct": "occupancy_pct",
    "demand_ha": "demand_ha",
    "industrial_ha": "industrial_ha",
    "shared_infra_in_use": "works",
    EXCEPTED: "excepted",
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
    return _facts(cleaned)


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
        facts=_facts(cleaned),
        corners=cleaned["corners"],
    )


def _facts(cleaned: dict[str, Any]) -> Facts:
    stated = {parameter: cleaned.get(answer) for parameter, answer in _STATED.items()}
    return {parameter: fact for parameter, fact in stated.items() if fact is not None}
