from collections import Counter
from dataclasses import replace
from datetime import date
from decimal import Decimal
from itertools import pairwise

import pytest
from django.db import IntegrityError, connection
from django.test.utils import CaptureQueriesContext

from clusters import dates, register_file, services
from clusters.models import Cluster, DatedFact
from clusters.states import DatePrecision, FactKind, Kind, Stage
from tests.factories import clusters as factory

pytestmark = pytest.mark.django_db


@pytest.fixture
def hanoi():
    return register_file.read(register_file.HANOI_FILE)


def what_happened(results):
    return Counter((result.created, result.changed) for result in results)


def test_import_enters_the_register_of_hanoi(hanoi, at):
    results = services.import_rows(hanoi, at=at)

    assert what_happened(results) == {(True, False): 71}
    assert [result.row.code for result in results] == [row.code for row in hanoi]
    assert Counter(Cluster.objects.order_by().values_list("kind", flat=True)) == {
        "new": 26,
        "existing_formalised": 13,
        "operating_named": 13,
        "proposed_in_plan": 8,
        "expansion": 6,
        "unspecified": 5,
    }
    assert Counter(DatedFact.objects.order_by().values_list("kind", flat=True)) == {
        "decision": 32,
        "land_lease": 2,
        "groundbreaking": 12,
        "status": 71,
    }


def test_import_keeps_the_unknown_unknown(hanoi, at):
    services.import_rows(hanoi, at=at)

    assert Cluster.objects.filter(area_ha=None).count() == 33
    assert Cluster.objects.filter(craft_village=None).count() == 56
    assert Cluster.objects.filter(stage="").count() == 71
    assert not Cluster.objects.exclude(commune=None).exists()
    assert DatedFact.objects.filter(earliest=None).count() == 23
    no_year = DatedFact.objects.get(precision=DatePrecision.NO_YEAR)
    assert (no_year.cluster.code, no_year.earliest, no_year.date_text) == ("HN007", None, "11/4")


def test_import_keeps_source_grade_and_what_was_deduced(hanoi, at):
    services.import_rows(hanoi, at=at)

    named = Cluster.objects.get(code="HN057")
    assert (named.grade, named.grade_note) == ("SEEN", "name only")
    assert named.inferences == {"district": ""}
    assert Cluster.objects.get(code="HN014").inferences == {
        "commune": "from the cluster name",
        "craft_village": "",
    }
    decision = DatedFact.objects.get(cluster__code="HN026", kind=FactKind.DECISION)
    assert decision.source.startswith("https://hanoitimes.vn/hanoi-six-industrial-clusters")
    assert decision.is_one_of_several
    assert (decision.earliest, decision.latest) == (date(2017, 12, 1), date(2017, 12, 31))


def test_import_ties_expansions_to_their_clusters(hanoi, at):
    services.import_rows(hanoi, at=at)

    tied = Cluster.objects.exclude(part_of=None).values_list("code", "relation", "part_of__code")
    assert set(tied) == {("HN016", "expansion_of", "HN056"), ("HN052", "expansion_of", "HN051")}


def test_a_second_run_changes_nothing_and_says_so(hanoi, at, days_later):
    services.import_rows(hanoi, at=at)

    results = services.import_rows(hanoi, at=days_later(1))

    assert what_happened(results) == {(False, False): 71}
    assert not Cluster.objects.exclude(changed_at=at).exists()
    assert DatedFact.objects.count() == 117


def test_a_stage_survives_the_import_of_a_changed_row(at, days_later):
    services.import_rows([factory.register_row()], at=at)
    Cluster.objects.update(stage=Stage.ESTABLISHED)

    results = services.import_rows([factory.register_row(area_ha=Decimal("12"))], at=days_later(1))

    cluster = Cluster.objects.get()
    assert what_happened(results) == {(False, True): 1}
    assert (cluster.area_ha, cluster.stage) == (Decimal("12"), Stage.ESTABLISHED)
    assert (cluster.recorded_at, cluster.changed_at) == (at, days_later(1))


def test_a_corrected_fact_supersedes_the_one_before(at, days_later):
    row = factory.register_row()
    services.import_rows([row], at=at)
    exact = replace(row.facts[0], when=factory.when("2017-12-05"))

    results = services.import_rows([replace(row, facts=(exact, row.facts[1]))], at=days_later(1))

    assert what_happened(results) == {(False, True): 1}
    decisions = DatedFact.objects.filter(kind=FactKind.DECISION).order_by("id")
    assert [(fact.date_text, fact.superseded_at) for fact in decisions] == [
        ("2017-12", days_later(1)),
        ("2017-12-05", None),
    ]


def test_a_fact_taken_back_stands_no_longer(at, days_later):
    row = factory.register_row()
    services.import_rows([row], at=at)

    results = services.import_rows([replace(row, facts=row.facts[:1])], at=days_later(1))

    assert what_happened(results) == {(False, True): 1}
    assert [fact.kind for fact in DatedFact.objects.standing()] == [FactKind.DECISION]


def test_clusters_that_a_file_does_not_name_stay(at, days_later):
    services.import_rows([factory.register_row(1)], at=at)

    services.import_rows([factory.register_row(2)], at=days_later(1))

    assert set(Cluster.objects.values_list("code", flat=True)) == {"XX00001", "XX00002"}


def test_all_rows_are_written_or_none(at):
    rows = [*factory.register_rows(600), factory.register_row(601, area_ha=Decimal("-1"))]

    with pytest.raises(IntegrityError):
        services.import_rows(rows, at=at)

    assert not Cluster.objects.exists()


def test_ten_thousand_rows_ask_as_often_per_chunk_as_five_hundred(at):
    asked: list[int] = []
    done: list[tuple[int, int]] = []

    with CaptureQueriesContext(connection) as queries:

        def progress(count: int, total: int) -> None:
            asked.append(len(queries))
            done.append((count, total))

        services.import_rows(factory.register_rows(10_000), at=at, progress=progress)

    per_chunk = {later - earlier for earlier, later in pairwise(asked)}
    assert len(per_chunk) == 1
    assert per_chunk.pop() < services.CHUNK / 5
    assert done[-1] == (10_000, 10_000)
    assert Cluster.objects.count() == 10_000


def test_enter_and_record_fact_serve_a_procedure(at, days_later):
    cluster = services.enter(
        code="MAU001", name="Cụm Thử Nghiệm", kind=Kind.NEW, at=at, is_demo=True, area_ha=Decimal("30")
    )
    for day, number in ((date(2026, 11, 2), "1/QĐ-UBND"), (date(2026, 11, 3), "2/QĐ-UBND")):
        services.record_fact(
            cluster=cluster,
            kind=FactKind.DECISION,
            when=dates.exactly(day),
            number_text=number,
            at=days_later(30),
        )

    (decision,) = cluster.facts.standing()
    assert (decision.number_text, decision.candidates) == ("2/QĐ-UBND", ["2/QĐ-UBND"])
    assert (decision.earliest, decision.precision) == (date(2026, 11, 3), DatePrecision.DAY)
    assert Cluster.objects.search("thu nghiem").get() == cluster


def test_every_row_of_hanoi_has_a_verdict_with_a_reason(hanoi):
    verdicts = {row.code: services.adoption_stage(row) for row in hanoi}

    assert Counter(verdict.stage for verdict in verdicts.values()) == {
        Stage.OPERATING: 25,
        Stage.ESTABLISHED: 21,
        Stage.UNDER_CONSTRUCTION: 15,
        Stage.LISTED: 8,
        None: 2,
    }
    assert {code for code, verdict in verdicts.items() if verdict.stage is None} == {"HN003", "HN056"}
    assert all(str(verdict.reason) for verdict in verdicts.values())
