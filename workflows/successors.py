"""Who takes over from a dissolved agency: as the law says, or as an officer chose for a cluster."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from accounts.models import Agency, Succession
from accounts.states import LOCAL_KINDS, AgencyKind
from workflows.models import SuccessorChoice


@dataclass(frozen=True)
class Heir:
    """The agency that took over, and from which day."""

    agency_id: int
    on: date


@dataclass(frozen=True)
class Heirs:
    """Who took over from whom by one day: `certain` by agency, `chosen` by cluster and agency."""

    certain: Mapping[int, Heir]
    chosen: Mapping[tuple[int, int], Heir]

    def of(self, agency_id: int | None, *, cluster_id: int) -> Heir | None:
        """Return who has the work of the agency now, at the end of its line; None where nobody took over.

        No line turns back on itself: a predecessor has ended before the day on which its successor serves.
        """
        heir = None
        while agency_id is not None:
            following = self.certain.get(agency_id) or self.chosen.get((cluster_id, agency_id))
            heir, agency_id = following or heir, following.agency_id if following else None
        return heir


def heirs(*, on: date) -> Heirs:
    """Return who has taken over from whom by the day `on`, in two queries."""
    certain = {row.predecessor_id: Heir(row.successor_id, row.on) for row in Succession.objects.by(on)}
    # An agency whose end was taken back has no heir.
    choices = SuccessorChoice.objects.select_related("predecessor").exclude(predecessor__valid_to=None)
    chosen = {
        (row.cluster_id, row.predecessor_id): Heir(row.successor_id, _first_day(row)) for row in choices
    }
    return Heirs(certain, chosen)


def _first_day(choice: SuccessorChoice) -> date:
    """Return the first day without the predecessor: its work has been the successor's since then."""
    assert choice.predecessor.valid_to is not None
    return choice.predecessor.valid_to + timedelta(days=1)


def candidates(predecessor: Agency, *, on: date) -> list[Agency]:
    """Return who may be chosen to take over from `predecessor`, by name: what serves on `on` and is fit.

    A commune follows a local People's Committee, an office of the city an office of the city.
    """
    serving = Agency.objects.offices().serving(on).exclude(pk=predecessor.pk).select_related("area")
    if predecessor.kind in LOCAL_KINDS:
        fit = serving.filter(kind=AgencyKind.COMMUNE)
    else:
        fit = serving.exclude(kind__in=LOCAL_KINDS)
    return sorted(fit, key=place)


def place(agency: Agency) -> str:
    """Return what people know the agency by: its place, where it is one of many of its kind."""
    local = agency.area if agency.kind in LOCAL_KINDS else None
    return local.name if local else agency.name
