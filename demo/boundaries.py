"""Made-up boundaries of made-up clusters, so that the demo's map shows something."""

from __future__ import annotations

import math
import zlib
from datetime import datetime
from decimal import Decimal

from approvals.models import Decision
from approvals.states import Recommendation
from clusters import services
from clusters.geometry import Corner, area_ha

# How far each corner lies from the middle: a field as fields are, with seven corners.
REACH = (1.0, 0.82, 1.13, 0.94, 1.21, 0.88, 1.07)
# Rural land on both sides of the Red River; a cluster's name chooses its place there.
SOUTH, NORTH, WEST, EAST = 20.72, 21.24, 105.42, 105.93
SOURCE = "Ranh giới minh hoạ"


def draw_all(*, at: datetime) -> int:
    """Give every made-up cluster that was decided on, and has no boundary yet, one; return how many."""
    decisions = (
        Decision.objects.exclude(outcome=Recommendation.REJECT)
        .filter(case__cluster__is_demo=True, case__cluster__boundaries=None)
        .select_related("case__cluster")
        .order_by("pk")
    )
    newest = {decision.case.cluster_id: decision for decision in decisions}
    for decision in newest.values():
        cluster = decision.case.cluster
        services.record_boundary(
            cluster=cluster,
            corners=corners(cluster.name, cluster.area_ha or Decimal(30)),
            decided_on=decision.signed_on,
            number_text=decision.number,
            source=SOURCE,
            at=at,
        )
    return len(newest)


def corners(name: str, wanted_ha: Decimal) -> tuple[Corner, ...]:
    """Return a field somewhere around Hanoi, of about `wanted_ha`, always the same one for a name."""
    seed = zlib.crc32(name.encode())
    middle = (
        SOUTH + (NORTH - SOUTH) * (seed % 997) / 997,
        WEST + (EAST - WEST) * (seed // 997 % 991) / 991,
    )
    draft = _ring(middle, seed, 0.004)
    return _ring(middle, seed, 0.004 * math.sqrt(wanted_ha / area_ha(draft)))


def _ring(middle: Corner, seed: int, size: float) -> tuple[Corner, ...]:
    turns = [2 * math.pi * (number + seed % 7 / 7) / len(REACH) for number in range(len(REACH))]
    return tuple(
        (
            round(middle[0] + size * reach * math.sin(turn), 6),
            round(middle[1] + size * reach * math.cos(turn), 6),
        )
        for turn, reach in zip(turns, REACH, strict=True)
    )
