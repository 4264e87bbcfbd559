"""From a draft's kept answers to the checked proposal that can be filed."""

from datetime import date
from typing import Any

from approvals.exceptions import Unfinished
from approvals.forms import NEW_CLUSTER, SECTIONS, read_section
from approvals.models import Dossier
from approvals.procedures.establishment.services import Proposal
from clusters.models import Cluster


def read_proposal(dossier: Dossier, *, today: date) -> Proposal:
    """Return the proposal that the answers of `dossier` make.

    Raises:
        Unfinished: a section is missing or has a mistake.
    """
    cleaned: dict[str, Any] = {}
    for section in SECTIONS:
        form = read_section(section, dossier.answers, today=today)
        if not form.is_valid():
            raise Unfinished
        cleaned |= form.cleaned_data
    listed = None if cleaned["cluster"] == NEW_CLUSTER else Cluster.objects.get(pk=cleaned["cluster"])
    return Proposal(
        cluster_id=listed.pk if listed else None,
        cluster_name=listed.name if listed else cleaned["cluster_name"],
        cluster_type=cleaned["cluster_type"],
        commune_id=int(cleaned["commune"]),
        place=cleaned["place"],
        area_ha=cleaned["area_ha"],
        capital_bn_vnd=cleaned["capital_bn_vnd"],
    )
