"""What may be stated for the conditions of the law: the names, what each takes, and in which unit.

The names stand in `law/data/conditions.csv` as parameters, alternatives and exceptions; the page
`docs/reference/facts.md` lists them for people. A fact that nobody states is left out, or null; null for
`industrial_ha` says that no detailed plan has fixed it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext_lazy as _

from law.exceptions import FactRefused
from law.states import ClusterType, Measure

# An amount may come as text, as JSON keeps it where it was written by us. None: not stated.
Fact = Decimal | str | bool | Sequence[str] | None
Facts = Mapping[str, Fact]

# No number of law: what lies above is a slip, and no amount of land.
_LARGEST = Decimal(1_000_000)
_WHOLE = Decimal(100)

WORKS = {
    "internal roads": _("Internal roads"),
    "water supply": _("Water supply"),
    "wastewater": _("Wastewater"),
    "wastewater collection and treatment": _("Wastewater collection and treatment"),
    "solid waste": _("Solid waste"),
    "fire protection": _("Fire protection"),
}


@dataclass(frozen=True)
class Kind:
    """A fact that may be stated: what it takes, and its name for people."""

    measure: Measure
    title: Any


FACTS: dict[str, Kind] = {
    "total_area_ha": Kind(Measure.HECTARES, _("area of the cluster, with what is added")),
    "area_after_expansion_ha": Kind(Measure.HECTARES, _("area after the expansion")),
    "cluster_type": Kind(Measure.TYPE, _("type of the cluster")),
    "mountain_district": Kind(Measure.YES_NO, _("in a mountainous district")),
    "formed_before_qd105": Kind(Measure.YES_NO, _("formed before Decision 105/2009/QĐ-TTg")),
    "in_approved_list": Kind(Measure.YES_NO, _("in the approved list, and the land fits the plan")),
    "has_capable_investor": Kind(Measure.YES_NO, _("an investor with legal standing and capacity")),
    "load_test_area": Kind(Measure.TEXT, _("area that the city chose for the load test")),
    "area_has_established_clusters": Kind(Measure.YES_NO, _("established clusters in the area already")),
    "avg_occupancy_pct": Kind(Measure.PERCENT, _("average occupancy of the area’s clusters")),
    "unleased_industrial_ha": Kind(Measure.HECTARES, _("industrial land of the area not leased yet")),
    "has_detailed_plan": Kind(Measure.YES_NO, _("the detailed plan is approved")),
    "occupancy_pct": Kind(Measure.PERCENT, _("occupancy of the cluster")),
    "leased_ha": Kind(Measure.HECTARES, _("industrial land leased, or with approved production")),
    "industrial_ha": Kind(Measure.HECTARES, _("existing industrial land")),
    "remaining_ha": Kind(Measure.HECTARES, _("industrial land of the cluster not leased yet")),
    "demand_ha": Kind(Measure.HECTARES, _("lease demand")),
    "shared_infra_in_use": Kind(Measure.WORKS, _("shared works built and in use")),
    "service_land_share_pct": Kind(Measure.PERCENT, _("land for services, of the cluster’s area")),
    "craft_land_share_pct": Kind(Measure.PERCENT, _("land for craft producers, of the industrial land")),
    "same_sector_land_share_pct": Kind(Measure.PERCENT, _("land for one sector, of the industrial land")),
    "supporting_industry_land_share_pct": Kind(
        Measure.PERCENT, _("land for supporting industry, of the industrial land")
    ),
    "hightech_land_share_pct": Kind(Measure.PERCENT, _("land for high technology, of the industrial land")),
}


def read(stated: Mapping[str, Any]) -> dict[str, Fact]:
    """Return `stated` as facts, each of the type that its name takes; amounts as `Decimal`.

    Raises:
        FactRefused: a name is unknown, or a fact of another type or out of range; it names the fact.
    """
    facts = {name: _read(name, value) for name, value in stated.items()}
    leased, land = facts.get("leased_ha"), facts.get("industrial_ha")
    if isinstance(leased, Decimal) and isinstance(land, Decimal) and leased > land:
        raise FactRefused("leased_ha", "is more than industrial_ha")
    return facts


def _read(name: str, value: Any) -> Fact:
    if name not in FACTS:
        raise FactRefused(name, "is no fact that the conditions know")
    if value is None:
        return None
    return _READERS[FACTS[name].measure](name, value)


def _amount(name: str, value: Any) -> Decimal:
    if isinstance(value, bool) or not isinstance(value, int | float | Decimal):
        raise FactRefused(name, "is not a number")
    amount = Decimal(str(value))
    if not amount.is_finite():
        raise FactRefused(name, "is not a finite number")
    if amount < 0:
        raise FactRefused(name, "is negative")
    if amount > _LARGEST:
        raise FactRefused(name, "is larger than any land")
    return amount


def _percent(name: str, value: Any) -> Decimal:
    share = _amount(name, value)
    if share > _WHOLE:
        raise FactRefused(name, "is above 100 per cent")
    return share


def _yes_no(name: str, value: Any) -> bool:
    if not isinstance(value, bool):
        raise FactRefused(name, "is neither true nor false")
    return value


def _text(name: str, value: Any) -> str:
    if not isinstance(value, str) or not value.strip() or not value.isprintable():
        raise FactRefused(name, "is not a line of text")
    return value.strip()


def _type(name: str, value: Any) -> str:
    if not isinstance(value, str) or value not in ClusterType.values:
        raise FactRefused(name, f"is none of: {', '.join(ClusterType.values)}")
    return value


def _works(name: str, value: Any) -> list[str]:
    if not isinstance(value, list) or not all(isinstance(work, str) and work in WORKS for work in value):
        raise FactRefused(name, f"is not a list of works out of: {', '.join(WORKS)}")
    return value


_READERS: dict[Measure, Callable[[str, Any], Fact]] = {
    Measure.HECTARES: _amount,
    Measure.PERCENT: _percent,
    Measure.YES_NO: _yes_no,
    Measure.TEXT: _text,
    Measure.TYPE: _type,
    Measure.WORKS: _works,
}
