import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from clusters import register_file, services
from clusters.models import Cluster
from clusters.states import Stage
from tests.factories import clusters as factory

pytestmark = pytest.mark.django_db
REGISTER = reverse("clusters:register")


@pytest.fixture(autouse=True)
def _english(client):
    client.cookies["django_language"] = "en"


@pytest.fixture
def hanoi(at):
    services.import_rows(register_file.read(register_file.HANOI_FILE), at=at)


def shown(response):
    return [entry.cluster.code for entry in response.context["page"].entries]


def test_anybody_reads_the_register(client, hanoi):
    response = client.get(REGISTER)

    assert response.status_code == 200
    assert len(shown(response)) == 25
    assert "71 clusters" in response.content.decode()


def test_the_wishes_stay_in_the_address_of_the_next_page(client, hanoi):
    response = client.get(REGISTER, {"craft_village": "unknown", "q": ""})

    assert response.context["older"] == f"?craft_village=unknown&after={shown(response)[-1]}"
    assert response.context["newer"] == ""


def test_search_needs_no_marks(client, hanoi):
    assert shown(client.get(REGISTER, {"q": "quat dong"})) == ["HN051", "HN052"]


def test_a_wish_that_nobody_offers_is_named_and_left_out(client, hanoi):
    response = client.get(REGISTER, {"kind": "old", "district": "Sóc Sơn"})

    assert response.status_code == 200
    assert set(shown(response)) == {"HN001", "HN003"}
    assert "Select a valid choice. old is not one of the available choices." in response.content.decode()


@pytest.mark.parametrize(
    "wish", [{"q": "a\x00b"}, {"q": "x" * 101}, {"after": "a\x00"}, {"before": "é" * 500}]
)
def test_odd_wishes_break_nothing(client, hanoi, wish):
    assert client.get(REGISTER, wish).status_code == 200


def test_the_register_says_when_nothing_matches(client, hanoi):
    text = client.get(REGISTER, {"q": "no such cluster"}).content.decode()

    assert "No cluster matches" in text
    assert f'href="{REGISTER}"' in text


def test_the_register_says_when_it_is_empty(client):
    assert "The register is still empty" in client.get(REGISTER).content.decode()


def test_the_stage_of_the_case_is_shown_and_filtered(client, hanoi):
    Cluster.objects.filter(code="HN004").update(stage=Stage.UNDER_CONSTRUCTION)

    response = client.get(REGISTER, {"stage": "under_construction"})

    assert shown(response) == ["HN004"]
    assert "Under construction" in response.content.decode()


def test_the_register_asks_as_often_for_a_long_list(client, at):
    def asked():
        with CaptureQueriesContext(connection) as queries:
            client.get(REGISTER, {"q": "cum"})
        return len(queries)

    client.get(REGISTER)
    services.import_rows(factory.register_rows(30), at=at)
    few = asked()
    services.import_rows(factory.register_rows(1000), at=at)

    assert asked() == few


def test_a_made_up_cluster_is_marked(client, at):
    services.import_rows([factory.register_row()], at=at, is_demo=True)

    assert "Made up" in client.get(REGISTER).content.decode()
    detail = client.get(reverse("clusters:detail", args=["XX00001"])).content.decode()
    assert "Made up for the demo" in detail


def detail(client, code):
    response = client.get(reverse("clusters:detail", args=[code]))
    assert response.status_code == 200
    return response.content.decode()


def test_detail_tells_a_day_no_more_exactly_than_the_source(client, hanoi):
    assert "12/2017" in detail(client, "HN001")
    assert "15/06/2018" in detail(client, "HN004")
    assert "first half of 2024" in detail(client, "HN023")
    assert "11/4, year not stated" in detail(client, "HN007")
    assert "09/2023 (reported on 06/09/2023)" in detail(client, "HN008")


def test_detail_counts_the_days_since_the_decision(client, hanoi):
    phu_yen = detail(client, "HN004")
    assert "1,736 days after the decision (4.8 years)" in phu_yen
    assert "1,749 days after the decision (4.8 years)" in phu_yen
    assert "2,192 to 2,403 days after the decision (6.0 to 6.6 years)" in detail(client, "HN026")
    assert "after the decision" not in detail(client, "HN006")
    assert "after the decision" not in detail(client, "HN001")


def test_detail_names_the_law_of_the_day_of_the_decision(client, hanoi):
    assert "NĐ 68/2017/NĐ-CP" in detail(client, "HN004")
    # Decided in July 2017, when one law followed another.
    assert "In force on that day" not in detail(client, "HN030")
    assert "In force on that day" not in detail(client, "HN003")


def test_detail_shows_all_candidates_of_a_number(client, hanoi):
    assert "One of 4754/QĐ-UBND, 4755/QĐ-UBND, 4756/QĐ-UBND, 4757/QĐ-UBND" in detail(client, "HN037")


def test_detail_links_clusters_that_belong_together(client, hanoi):
    assert reverse("clusters:detail", args=["HN056"]) in detail(client, "HN016")
    assert reverse("clusters:detail", args=["HN016"]) in detail(client, "HN056")


def test_detail_tells_what_is_deduced_and_how_well_it_is_known(client, hanoi):
    text = detail(client, "HN057")

    assert "deduced, not read" in text
    assert "deduced from the cluster’s name" in detail(client, "HN006")
    assert "SEEN: read in the source" in text
    assert "name only" in text
    assert "District supplied from common knowledge" in text


def test_detail_says_not_known_and_never_zero(client, hanoi):
    text = detail(client, "HN003")

    assert "not known" in text
    assert "0 ha" not in text


@pytest.mark.parametrize("code", ["HN999", "..", "é", "%00"])
def test_a_cluster_that_is_not_there_is_not_found(client, hanoi, code):
    assert client.get(f"{REGISTER}{code}/").status_code == 404


@pytest.mark.parametrize("path", [REGISTER, f"{REGISTER}HN001/"])
def test_the_register_is_read_only(client, hanoi, path):
    assert client.post(path).status_code == 405
