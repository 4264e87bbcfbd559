from decimal import Decimal

import pytest
from django.utils import translation

from clusters import geometry, invariants, services
from clusters.exceptions import CornersInvalid
from clusters.models import Boundary, Cluster
from tests.factories import clusters as factory

pytestmark = pytest.mark.django_db

SQUARE = geometry.read_corners("21,00; 105,80\n21,00; 105,81\n21,01; 105,81\n21,01; 105,80")
LARGER = geometry.read_corners("21,00; 105,80\n21,00; 105,82\n21,01; 105,82\n21,01; 105,80")


@pytest.fixture
def cluster(at):
    services.import_rows([factory.register_row()], at=at)
    return Cluster.objects.get()


def record(cluster, at, corners=SQUARE, number="12/QĐ-UBND"):
    return services.record_boundary(
        cluster=cluster, corners=corners, decided_on=at.date(), number_text=number, source="annex", at=at
    )


def test_a_boundary_is_recorded_with_the_area_that_it_encloses(cluster, at):
    boundary = record(cluster, at)
    boundary.refresh_from_db()
    assert boundary.ring == SQUARE
    assert boundary.area_ha == Decimal("115.109")
    assert (boundary.number_text, boundary.source, boundary.recorded_at) == ("12/QĐ-UBND", "annex", at)


def test_a_new_boundary_supersedes_the_one_before(cluster, at, days_later):
    before = record(cluster, at)
    now = record(cluster, days_later(30), LARGER, number="99/QĐ-UBND")
    before.refresh_from_db()
    assert before.superseded_at == days_later(30)
    assert list(Boundary.objects.standing()) == [now]


def test_what_is_no_boundary_changes_nothing(cluster, at, days_later):
    before = record(cluster, at)
    crossed = [SQUARE[0], SQUARE[2], SQUARE[1], SQUARE[3]]
    with translation.override("en"), pytest.raises(CornersInvalid, match=r"Line 3: .* starts in line 1"):
        record(cluster, days_later(1), crossed)
    assert list(Boundary.objects.standing()) == [before]
    assert Boundary.objects.count() == 1


def test_verify_finds_an_area_that_the_corners_do_not_enclose(cluster, at):
    boundary = record(cluster, at)
    assert list(invariants.boundaries_measure_up()) == []
    Boundary.objects.update(area_ha=Decimal("1.000"))
    assert list(invariants.boundaries_measure_up()) == [
        f"{cluster.code}: boundary {boundary.pk} does not enclose 1.000 ha"
    ]
