import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from clusters import geometry, register_file, selectors, services
from clusters.models import Boundary, Cluster
from clusters.states import Stage
from tests.factories import clusters as factory

pytestmark = pytest.mark.django_db
MAP = reverse("clusters:map")
SQUARE = geometry.read_corners("21,00; 105,80\n21,00; 105,81\n21,01; 105,81\n21,01; 105,80")
LARGER = geometry.read_corners("21,00; 105,80\n21,00; 105,82\n21,01; 105,82\n21,01; 105,80")


@pytest.fixture(autouse=True)
def _english(client):
    client.cookies["django_language"] = "en"


def page(client, **wishes):
    response = client.get(MAP, wishes)
    assert response.status_code == 200
    return response.content.decode()


def locate(code, at, corners=SQUARE, number="12/QĐ-UBND"):
    return services.record_boundary(
        cluster=Cluster.objects.get(code=code),
        corners=corners,
        decided_on=at.date(),
        number_text=number,
        source="annex",
        at=at,
    )


def test_the_map_says_plainly_that_no_source_gives_coordinates(client, at):
    services.import_rows(register_file.read(register_file.HANOI_FILE), at=at)
    text = page(client)
    assert "The sources of the register give no coordinates" in text
    assert "71 clusters of the register have no coordinates" in text
    assert "No coordinates are known" in text
    assert "<svg" not in text


def test_the_map_of_an_empty_register_says_so(client):
    assert "The register is still empty" in page(client)


def test_a_cluster_is_drawn_with_shape_title_link_and_a_row_in_the_table(client, at):
    services.import_rows(factory.register_rows(2), at=at)
    locate("XX00001", at)
    Cluster.objects.filter(code="XX00001").update(stage=Stage.UNDER_CONSTRUCTION)
    text = page(client)
    svg = text[text.index("<svg") : text.index("<figcaption>")]
    assert '<a href="/register/XX00001/"' in svg
    assert "<title>1. Cụm số 1: Under construction</title>" in svg
    assert 'class="kc-sign kc-sign-building"' in svg
    assert "115.109 ha" in text
    assert "21.0050; 105.8050" in text
    assert "1 cluster of the register has no coordinates" in text


def test_the_filters_of_the_register_hold_for_the_map(client, at):
    services.import_rows(factory.register_rows(2), at=at)
    locate("XX00001", at)
    locate("XX00002", at, LARGER)
    text = page(client, q="cum so 2")
    assert "/register/XX00002/" in text
    assert "/register/XX00001/" not in text
    assert 'href="/register/?q=cum+so+2"' in text
    assert "No cluster matches" in page(client, q="nowhere")


def test_a_name_cannot_leave_its_place_in_the_drawing(client, at):
    name = "<script>alert(1)</script>\"'></title></svg>"
    services.import_rows([factory.register_row(name=name)], at=at)
    locate("XX00001", at)
    for text in (page(client), client.get("/register/XX00001/").content.decode()):
        assert "<script>alert" not in text
        assert "\"'></title>" not in text


def test_a_long_register_is_drawn_in_part_and_with_as_many_queries(client, at, monkeypatch):
    services.import_rows(factory.register_rows(3), at=at)
    locate("XX00001", at)
    page(client)
    with CaptureQueriesContext(connection) as few:
        page(client)
    factory.many(10_000, at=at)
    known = Boundary.objects.get()
    others = Cluster.objects.exclude(pk=known.cluster_id)[:400]
    Boundary.objects.bulk_create(
        Boundary(
            cluster=other, corners=known.corners, area_ha=known.area_ha, decided_on=at.date(), recorded_at=at
        )
        for other in others
    )
    with CaptureQueriesContext(connection) as many:
        text = page(client)
    assert len(many) == len(few)
    assert text.count("kc-map-touch") == selectors.MOST_ON_A_MAP
    assert "Only the first 300 by name are drawn" in text
    assert "9,602 clusters of the register have no coordinates" in text


def test_the_page_of_a_cluster_shows_its_boundary_beside_the_stated_area(client, at, days_later):
    services.import_rows([factory.register_row()], at=at)
    locate("XX00001", at, number="12/QĐ-UBND")
    locate("XX00001", days_later(30), LARGER, number="99/QĐ-UBND")
    text = client.get("/register/XX00001/").content.decode()
    assert "230.218 ha" in text
    assert "10.5 ha" in text
    assert "99/QĐ-UBND" in text
    assert "Earlier boundaries" in text
    assert "115.109 ha, 12/QĐ-UBND 05/10/2026" in text
    assert "kc-map-before" in text
    assert "<li>21.0000000; 105.8000000</li>" in text


def test_the_page_of_a_cluster_says_that_no_coordinates_are_known(client, at):
    services.import_rows([factory.register_row()], at=at)
    assert "No coordinates are known" in client.get("/register/XX00001/").content.decode()
