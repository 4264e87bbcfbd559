from decimal import Decimal

import pytest

from clusters.geometry import area_ha, check_corners
from clusters.models import Boundary
from demo import boundaries
from tests.factories.cases import case_at

pytestmark = pytest.mark.django_db


def test_every_made_up_cluster_that_was_established_gets_one_boundary_of_its_area() -> None:
    cluster = case_at().case.cluster
    case_at("decide")
    case_at(story="rejection")

    drawn = boundaries.draw_all(at=cluster.changed_at)

    assert drawn == 1
    boundary = Boundary.objects.get()
    assert boundary.cluster == cluster
    assert cluster.area_ha is not None
    assert abs(boundary.area_ha - cluster.area_ha) < cluster.area_ha / 100
    assert boundaries.draw_all(at=cluster.changed_at) == 0


def test_an_expanded_cluster_is_drawn_with_what_was_added() -> None:
    cluster = case_at(story="expansion").case.cluster

    assert boundaries.draw_all(at=cluster.changed_at) == 1

    boundary = Boundary.objects.get()
    assert cluster.area_ha is not None
    assert abs(boundary.area_ha - cluster.area_ha) < cluster.area_ha / 100


@pytest.mark.parametrize("number", range(20))
def test_a_made_up_boundary_is_one_that_the_register_accepts(number: int) -> None:
    wanted = Decimal(5 + 3 * number)
    ring = boundaries.corners(f"Cụm minh hoạ {number}", wanted)
    check_corners(ring)
    assert abs(area_ha(ring) - wanted) < Decimal("0.05")
