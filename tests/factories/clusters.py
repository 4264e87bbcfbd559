"""Clusters as a register file tells them."""

import csv
from collections.abc import Iterable
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

from clusters import dates
from clusters.models import Cluster
from clusters.register_file import REQUIRED_COLUMNS, FactRow, RegisterRow
from clusters.states import FactKind, Kind
from law.states import Grade


def when(value: str, stated: str = "") -> dates.ImpreciseDate:
    """Return the date that a source tells with these words."""
    found = dates.parse(value, stated)
    assert found
    return found


def register_row(number: int = 1, **told: Any) -> RegisterRow:
    """Return a row of which a source tells a decision in December 2017; `told` says it otherwise."""
    decision = FactRow(FactKind.DECISION, when("2017-12", "month"), f"{number}/QĐ-UBND")
    usual: dict[str, Any] = {
        "number": number + 1,
        "code": f"XX{number:05}",
        "name": f"Cụm số {number}",
        "kind": Kind.NEW,
        "district_text": "Sóc Sơn",
        "area_ha": Decimal("10.5"),
        "source": "a page",
        "grade": Grade.SEEN,
        "facts": (decision, FactRow(FactKind.STATUS, when("2018"), text="decided")),
    }
    return RegisterRow(**usual | told)


def register_rows(count: int) -> list[RegisterRow]:
    """Return so many different rows."""
    return [register_row(number) for number in range(1, count + 1)]


def many(count: int, *, at: datetime) -> list[Cluster]:
    """Enter so many clusters without facts, quickly; their names follow those of `register_rows`."""
    clusters = [
        Cluster(code=f"YY{n:05}", name=f"Cụm số {n}", recorded_at=at, changed_at=at)
        for n in range(10_001, 10_001 + count)
    ]
    for cluster in clusters:
        cluster.index()
    return Cluster.objects.bulk_create(clusters, batch_size=1_000)


def cells(**told: str) -> dict[str, str]:
    """Return the cells of one row of a file, by column; what is not `told` is empty."""
    usual = {"cluster_id": "XX001", "name_vi": "Cụm", "kind": "new", "source": "a page", "confidence": "SEEN"}
    return dict.fromkeys(REQUIRED_COLUMNS, "") | usual | told


def register_file(path: Path, rows: Iterable[dict[str, str]], *, encoding: str = "utf-8") -> Path:
    """Write a register file with these rows, and return its path."""
    with path.open("w", encoding=encoding, newline="") as file:
        writer = csv.DictWriter(file, REQUIRED_COLUMNS)
        writer.writeheader()
        writer.writerows(rows)
    return path
