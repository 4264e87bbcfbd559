from itertools import chain

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from clusters import invariants, register_file, selectors, services
from clusters.models import Cluster
from clusters.selectors import Wanted
from clusters.states import UNKNOWN, Kind, Stage
from tests.factories import clusters as factory

pytestmark = pytest.mark.django_db


@pytest.fixture
def hanoi(at):
    services.import_rows(register_file.read(register_file.HANOI_FILE), at=at)


def codes(**wanted):
    return set(selectors.register(Wanted(**wanted)).values_list("code", flat=True))


@pytest.mark.parametrize(
    "text",
    ["duc tu", "Dục Tú", "DỤC TÚ", "Du\u0323c Tu\u0301", " tu  duc ", "HN010", "hn010", "dong thanh ha noi"],
)
def test_a_cluster_is_found_however_it_is_typed(hanoi, text):
    assert codes(text=text) == {"HN010"}


@pytest.mark.parametrize("text", ["Bình Minh - Cao Viên", "binh minh cao vien", "Bình Minh – Cao Viên"])
def test_dashes_do_not_hide_a_cluster(hanoi, text):
    assert codes(text=text) == {"HN002"}


@pytest.mark.parametrize("text", ["hòa bình", "hoà bình", "hoa binh"])
def test_the_tone_may_stand_on_either_vowel(hanoi, text):
    assert codes(text=text) == {"HN019"}


@pytest.mark.parametrize("text", ["100%", "_", "'; --"])
def test_signs_of_the_database_are_only_signs(hanoi, text):
    assert len(codes(text=text)) in (0, 71)


def test_filters_combine(hanoi):
    assert codes(kind=Kind.EXPANSION, district="Thạch Thất") == {"HN014", "HN017"}
    assert codes(kind=Kind.EXPANSION, district="Thạch Thất", text="canh") == {"HN017"}


def test_filters_find_what_is_not_stated(hanoi):
    Cluster.objects.filter(code="HN001").update(stage=Stage.ESTABLISHED)

    assert len(codes(district=UNKNOWN)) == 11
    assert len(codes(craft_village=UNKNOWN)) == 56
    assert len(codes(craft_village="yes")) == 15
    assert codes(craft_village="no") == set()
    assert codes(stage=Stage.ESTABLISHED) == {"HN001"}
    assert len(codes(stage=UNKNOWN)) == 70


def test_made_up_clusters_are_told_apart(hanoi, at):
    services.import_rows([factory.register_row()], at=at, is_demo=True)

    assert codes(made_up="yes") == {"XX00001"}
    assert len(codes(made_up="no")) == 71


def walk(found, **start):
    names, page = [], selectors.page(found, **start)
    while True:
        names.append([entry.cluster.code for entry in page.entries])
        if not page.older:
            return names
        page = selectors.page(found, after=page.older)


def test_pages_follow_one_another_without_gap_or_repeat(hanoi):
    found = selectors.register(Wanted())

    pages = walk(found)

    assert [len(page) for page in pages] == [25, 25, 21]
    assert list(chain(*pages)) == list(found.in_order().values_list("code", flat=True))


def test_pages_lead_back_the_same_way(hanoi):
    found = selectors.register(Wanted())
    first, second, third = walk(found)

    last = selectors.page(found, after=second[-1])
    middle = selectors.page(found, before=last.newer)
    start = selectors.page(found, before=middle.newer)

    assert [entry.cluster.code for entry in middle.entries] == second
    assert [entry.cluster.code for entry in start.entries] == first
    assert (start.newer, start.older) == ("", first[-1])
    assert [entry.cluster.code for entry in last.entries] == third


def test_clusters_of_one_name_are_paged_too(at):
    rows = [factory.register_row(number, name="Cụm") for number in range(1, 61)]
    services.import_rows(rows, at=at)

    pages = walk(selectors.register(Wanted()))

    assert [len(page) for page in pages] == [25, 25, 10]
    assert len(set(chain(*pages))) == 60


def test_an_unknown_mark_leads_to_the_first_page(hanoi):
    found = selectors.register(Wanted())

    assert selectors.page(found, after="nobody") == selectors.page(found)


def test_beyond_either_end_stands_the_first_page(hanoi):
    found = selectors.register(Wanted())
    pages = walk(found)

    assert selectors.page(found, after=pages[-1][-1]) == selectors.page(found)
    assert selectors.page(found, before=pages[0][0]) == selectors.page(found)


def test_names_follow_the_vietnamese_alphabet(hanoi):
    names = [cluster.name for cluster in Cluster.objects.in_order()]

    assert names[3:7] == ["Canh Nậu giai đoạn 2", "Cẩm Thượng", "Cầu Bầu", "Cầu Bầu giai đoạn 2"]
    assert names.index("Liên Hà") < names.index("Liên Hà 2")
    assert selectors.districts()[:3] == ["Ba Vì", "Chương Mỹ", "Đan Phượng"]


def test_a_page_asks_as_often_for_10000_clusters_as_for_30(at):
    def asked():
        with CaptureQueriesContext(connection) as queries:
            selectors.page(selectors.register(Wanted()), after="XX00003")
        return len(queries)

    services.import_rows(factory.register_rows(30), at=at)
    few = asked()
    services.import_rows(factory.register_rows(1000), at=at)

    assert (few, asked()) == (3, 3)


def test_an_entry_names_what_is_not_known(hanoi):
    entry = selectors.entry("hn001")

    assert [(kind.value, fact is not None) for kind, fact in entry.timeline] == [
        ("decision", True),
        ("land_lease", False),
        ("groundbreaking", False),
        ("status", True),
    ]


def test_the_search_column_follows_from_what_a_cluster_says(hanoi):
    assert list(invariants.found_by_what_it_says()) == []

    Cluster.objects.filter(code="HN001").update(name="Cụm Khác")

    assert list(invariants.found_by_what_it_says()) == [
        "HN001: is found or ordered by other words than its own"
    ]
