"""The components of a file, by rule set, as the law lists them: dated data, read once."""

import csv
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from django.utils.translation import get_language

from approvals.states import Presence

_FILE = Path(__file__).parent / "data" / "dossier_components.csv"


@dataclass(frozen=True)
class Component:
    """One component of the file: who supplies it, whether it must be there, and by which article."""

    rule_set: str
    code: str
    presence: Presence
    name_vi: str
    name_en: str
    supplied_by: str
    citation: str
    grade: str
    note: str

    def __str__(self) -> str:
        return self.name_en if get_language() == "en" else self.name_vi


@cache
def components(rule_set: str) -> tuple[Component, ...]:
    """Return the components of a file under `rule_set`, in the order of the law.

    Source: Decree 32/2024/NĐ-CP, Art. 9(1), as amended.
    """
    with _FILE.open(encoding="utf-8", newline="") as lines:
        rows = [row for row in csv.DictReader(lines) if row["rule_set"] == rule_set]
    return tuple(_component(row) for row in rows)


def _component(row: dict[str, str]) -> Component:
    presence = Presence(row.pop("presence"))
    return Component(presence=presence, **row)


def missing(rule_set: str, present: set[str], *, supplied_by: tuple[str, ...]) -> list[Component]:
    """Return the components that must be there and are not in `present` (codes)."""
    return [
        component
        for component in components(rule_set)
        if component.presence != Presence.IF_ANY
        and component.supplied_by in supplied_by
        and component.code not in present
    ]
