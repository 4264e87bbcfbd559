"""Historical clusters enter as cases, at the stage where history had brought them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction

from accounts.models import User
from clusters.models import Cluster
from clusters.services import ImportResult, Progress, adoption_stage
from clusters.states import Kind, Stage
from workflows.models import (
    Case,
)
from workflows.services.acts import act_on_case, open_case
from workflows.states import CaseKind


def adopt(
    *, cluster: Cluster, kind: CaseKind, stage: Stage, source: str, grade: str, by: User, at: datetime
) -> Case:
    """Enter a historical cluster as a case at `stage`, with the source that says so and its grade.

    Returns the case that already stands for this cluster, where there is one.
    """
    with transaction.atomic():
        found = Case.objects.filter(cluster=cluster, kind=kind).first()
        if found:
            return found
        case = open_case(cluster=cluster, kind=kind, code=cluster.code, at=at, applicant=None, commune=None)
        with act_on_case("adopt", by=by, at=at, pk=case.pk) as act:
            act.move("adopt", stage=stage, source=source, grade=grade)
            act.case.source, act.case.grade = source, grade
            act.data = {"source": source, "grade": grade}
        return act.case


def adopt_all(results: Sequence[ImportResult], *, by: User, at: datetime, progress: Progress) -> int:
    """Adopt a case for each imported cluster that has none and whose source tells a stage.

    Return how many were adopted. `progress(done, total)` is told after each.
    """
    known = set(
        Case.objects.filter(cluster__in=[result.cluster.pk for result in results]).values_list(
            "cluster_id", flat=True
        )
    )
    fresh = [result for result in results if result.cluster.pk not in known]
    adopted = 0
    for done, result in enumerate(fresh, 1):
        stage, reason = adoption_stage(result.row)
        if stage is not None:
            kind = CaseKind.EXPANSION if result.row.kind == Kind.EXPANSION else CaseKind.NEW
            source = f"{result.row.source} – {reason}"
            adopt(
                cluster=result.cluster,
                kind=kind,
                stage=stage,
                source=source,
                grade=result.row.grade,
                by=by,
                at=at,
            )
            adopted += 1
        progress(done, len(fresh))
    return adopted
