"""Who has the work of an agency that ended: the end of its line, by record or by choice."""

from datetime import date

import pytest

from tests.factories.standings import STANDINGS
from workflows import policies, rules
from workflows.exceptions import RuleBroken
from workflows.successors import Heir, Heirs

MARCH, JULY = date(2025, 3, 1), date(2025, 7, 1)
CLUSTER, OTHER_CLUSTER = 7, 8
DISTRICT, COMMUNE, OLD, NEW, NEWEST = 1, 2, 3, 4, 5
HEIRS = Heirs(
    certain={OLD: Heir(NEW, MARCH), NEW: Heir(NEWEST, JULY)},
    chosen={(CLUSTER, DISTRICT): Heir(COMMUNE, JULY)},
)


@pytest.mark.parametrize(
    ("agency", "cluster", "heir"),
    [
        (OLD, CLUSTER, Heir(NEWEST, JULY)),
        (OLD, OTHER_CLUSTER, Heir(NEWEST, JULY)),
        (NEW, CLUSTER, Heir(NEWEST, JULY)),
        (NEWEST, CLUSTER, None),
        (DISTRICT, CLUSTER, Heir(COMMUNE, JULY)),
        (DISTRICT, OTHER_CLUSTER, None),
        (None, CLUSTER, None),
    ],
)
def test_a_line_is_followed_to_its_end_and_a_choice_holds_for_its_cluster(
    agency: int | None, cluster: int, heir: Heir | None
) -> None:
    assert HEIRS.of(agency, cluster_id=cluster) == heir


def test_a_certain_successor_of_a_chosen_one_is_followed_too() -> None:
    merged = Heirs({COMMUNE: Heir(NEWEST, date(2026, 1, 1))}, HEIRS.chosen)
    assert merged.of(DISTRICT, cluster_id=CLUSTER) == Heir(NEWEST, date(2026, 1, 1))


def test_nobody_takes_over_from_an_agency_that_exists() -> None:
    with pytest.raises(RuleBroken, match="still exists"):
        rules.check_successor(predecessor_ended=False, is_candidate=True)


def test_only_who_exists_and_is_fit_takes_over() -> None:
    with pytest.raises(RuleBroken, match="exists today and can take over") as refused:
        rules.check_successor(predecessor_ended=True, is_candidate=False)
    assert refused.value.details == {"field": "successor"}
    rules.check_successor(predecessor_ended=True, is_candidate=True)


@pytest.mark.parametrize("name", STANDINGS)
def test_only_an_officer_of_the_department_chooses(name: str) -> None:
    assert policies.may_choose_successor(STANDINGS[name]) is (name == "department officer")
