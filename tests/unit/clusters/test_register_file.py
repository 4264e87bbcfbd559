from collections import Counter

import pytest
from django.utils import translation

from clusters import register_file
from clusters.exceptions import RegisterFileError
from clusters.states import FactKind, Kind
from law.states import Grade
from tests.factories import clusters as factory


@pytest.fixture(autouse=True)
def _english():
    with translation.override("en"):
        yield


def test_the_register_of_hanoi_has_71_clusters_of_six_kinds():
    rows = register_file.read(register_file.HANOI_FILE)

    assert len(rows) == 71
    assert Counter(row.kind for row in rows) == {
        Kind.NEW: 26,
        Kind.EXISTING_FORMALISED: 13,
        Kind.OPERATING_NAMED: 13,
        Kind.PROPOSED_IN_PLAN: 8,
        Kind.EXPANSION: 6,
        Kind.UNSPECIFIED: 5,
    }
    assert Counter(row.grade for row in rows) == {Grade.SEEN: 71}
    assert Counter(row.grade_note for row in rows) == {"": 64, "name only": 7}


def test_what_no_source_says_stays_unknown():
    rows = register_file.read(register_file.HANOI_FILE)

    assert sum(row.area_ha is None for row in rows) == 33
    assert sum(row.craft_village is None for row in rows) == 56
    assert sum(row.district_text == "" for row in rows) == 11
    assert sum(row.fact(FactKind.DECISION) is None for row in rows) == 39
    assert sum(row.fact(FactKind.LAND_LEASE) is None for row in rows) == 69
    assert sum(row.fact(FactKind.GROUNDBREAKING) is None for row in rows) == 59
    statuses = [fact for row in rows if (fact := row.fact(FactKind.STATUS))]
    assert len(statuses) == len(rows)
    assert sum(fact.when.earliest is None for fact in statuses) == 22
    assert not any(row.area_ha == 0 or row.capital_bn_vnd == 0 for row in rows)


def test_a_number_may_be_one_of_six():
    rows = {row.code: row for row in register_file.read(register_file.HANOI_FILE)}

    decision = rows["HN026"].fact(FactKind.DECISION)

    assert decision is not None
    assert decision.number_text == "8202–8207/QĐ-UBND (one of six)"
    assert len(decision.candidates) == 6


def test_the_relations_name_clusters_of_the_register():
    codes = {row.code for row in register_file.read(register_file.HANOI_FILE)}

    pairs = [(relation.code, relation.other) for relation in register_file.relations()]

    assert pairs == [("HN016", "HN056"), ("HN052", "HN051")]
    assert {code for pair in pairs for code in pair} <= codes


def test_a_remark_on_the_grade_may_stand_beside_it(tmp_path):
    path = factory.register_file(tmp_path / "r.csv", [factory.cells(confidence="SEEN (name only)")])

    (row,) = register_file.read(path)

    assert (row.grade, row.grade_note) == (Grade.SEEN, "name only")


def test_letters_are_kept_composed_and_spaces_single(tmp_path):
    path = factory.register_file(
        tmp_path / "r.csv", [factory.cells(name_vi="Ho\u0300a  Bi\u0300nh")], encoding="utf-8-sig"
    )

    (row,) = register_file.read(path)

    assert row.name == "Hòa Bình"


WRONG_CELLS = [
    ({"area_ha": "ten"}, "area_ha", "Not a number. Write it with a point, such as 78.195."),
    ({"area_ha": "78,195"}, "area_ha", "Not a number. Write it with a point, such as 78.195."),
    ({"area_ha": "0"}, "area_ha", "It must be more than zero. Leave it empty where it is not known."),
    ({"area_ha": "1234567.5"}, "area_ha", "At most 6 digits and 3 after the point."),
    ({"area_ha": "1.2345"}, "area_ha", "At most 6 digits and 3 after the point."),
    ({"decision_date": "2018-06", "date_precision": "day"}, "decision_date",
     "The date is not as precise as stated: day."),
    ({"land_lease_date": "17/03/2023"}, "land_lease_date",
     "This is no date. Write 2018-06-15, 2018-06, 2018-Q2, 2018-H1 or 2018."),
    ({"status_as_of": "2018"}, "status_as_of", "A day, but no status."),
    ({"kind": "old"}, "kind",
     "Not a known kind. Known: new, expansion, existing_formalised, operating_named, proposed_in_plan, "
     "unspecified."),
    ({"kind": ""}, "kind", "This cell may not be empty."),
    ({"cluster_id": ""}, "cluster_id", "This cell may not be empty."),
    ({"cluster_id": "hn1"}, "cluster_id",
     "A code is two to four capital letters and a number, such as HN001."),
    ({"name_vi": ""}, "name_vi", "This cell may not be empty."),
    ({"name_vi": "x" * 201}, "name_vi", "Longer than 200 characters."),
    ({"name_vi": "a\x00b"}, "name_vi", "It contains a control character."),
    ({"craft_village": "maybe"}, "craft_village", "Write yes or no, or leave it empty."),
    ({"confidence": "SURE"}, "confidence",
     "Not a known grade. Known: SEEN, SEEN-SUMMARY, RECALLED, UNRESOLVED."),
]  # fmt: skip


@pytest.mark.parametrize(("told", "column", "reason"), WRONG_CELLS)
def test_a_wrong_cell_is_named_by_row_column_value_and_reason(tmp_path, told, column, reason):
    path = factory.register_file(
        tmp_path / "r.csv", [factory.cells(cluster_id="XX999"), factory.cells(**told)]
    )

    with pytest.raises(RegisterFileError) as refused:
        register_file.read(path)

    value = told[column]
    assert str(refused.value) == f"Row 3, column {column}, value “{value}”: {reason}"
    assert refused.value.status == 422


def test_a_code_that_stands_twice_is_refused(tmp_path):
    path = factory.register_file(tmp_path / "r.csv", [factory.cells(), factory.cells()])

    with pytest.raises(RegisterFileError) as refused:
        register_file.read(path)

    assert str(refused.value) == (
        "Row 3, column cluster_id, value “XX001”: This code stands already in row 2."
    )


WRONG_FILES = {
    b"": "The file: It is empty.",
    b"cluster_id,name_vi\n": "Row 1, column craft_village, value “”: This column is missing.",
    "cluster_id\n\xe0".encode("latin-1"): "The file: Line 2 is not UTF-8. Save the file as UTF-8.",
}


@pytest.mark.parametrize(("content", "message"), WRONG_FILES.items())
def test_a_file_that_is_no_register_is_refused(tmp_path, content, message):
    path = tmp_path / "r.csv"
    path.write_bytes(content)

    with pytest.raises(RegisterFileError) as refused:
        register_file.read(path)

    assert str(refused.value) == message


def test_a_row_with_too_few_cells_is_refused(tmp_path):
    path = factory.register_file(tmp_path / "r.csv", [])
    path.write_text(path.read_text() + "XX001,Cụm\n", encoding="utf-8")

    with pytest.raises(RegisterFileError) as refused:
        register_file.read(path)

    assert str(refused.value) == "Row 2: It has 2 cells, the header has 23."


def test_a_quote_that_never_ends_is_refused(tmp_path):
    path = factory.register_file(tmp_path / "r.csv", [])
    path.write_text(path.read_text() + '"XX001,Cụm\n', encoding="utf-8")

    with pytest.raises(RegisterFileError) as refused:
        register_file.read(path)

    assert str(refused.value) == "Row 2: It cannot be read as CSV (unexpected end of data)."


def test_a_file_that_is_not_there_is_refused(tmp_path):
    with pytest.raises(RegisterFileError) as refused:
        register_file.read(tmp_path / "none.csv")

    assert str(refused.value) == "The file: It cannot be opened (No such file or directory)."


def test_progress_is_told_on_long_files(tmp_path):
    rows = [factory.cells(cluster_id=f"XX{number:04}") for number in range(1, 1202)]
    told: list[int] = []

    register_file.read(factory.register_file(tmp_path / "r.csv", rows), progress=told.append)

    assert told == [500, 1000, 1201]
