"""The file of agencies."""

from datetime import date
from pathlib import Path

import pytest

from accounts import agency_file
from accounts.exceptions import AgencyFileError
from accounts.states import AgencyKind
from clusters import register_file

HEADER = ",".join(agency_file.COLUMNS)


def written(tmp_path: Path, *rows: str, header: str = HEADER) -> Path:
    path = tmp_path / "agencies.csv"
    path.write_text("\n".join([header, *rows]), encoding="utf-8")
    return path


def test_the_file_of_hanoi_has_every_office_but_communes() -> None:
    rows = agency_file.read(agency_file.HANOI)
    kinds = [row.kind for row in rows if row.kind != AgencyKind.DISTRICT]
    absent = {AgencyKind.COMMUNE, AgencyKind.DISTRICT, AgencyKind.INVESTOR}
    assert sorted(kinds) == sorted(set(AgencyKind) - absent)


def test_the_districts_of_the_register_are_there_until_their_last_day() -> None:
    districts = [row for row in agency_file.read(agency_file.HANOI) if row.kind == AgencyKind.DISTRICT]
    named = {row.district_text for row in register_file.read(register_file.HANOI_FILE)} - {""}
    assert {row.area for row in districts} == named
    assert {row.valid_to for row in districts} == {date(2025, 6, 30)}


def test_three_departments_of_hanoi_have_certain_successors() -> None:
    rows = agency_file.read_successions(agency_file.HANOI_SUCCESSIONS)
    assert [(row.predecessor_kind, row.successor_kind, row.on) for row in rows] == [
        (AgencyKind.PLANNING_INVESTMENT, AgencyKind.FINANCE, date(2025, 3, 1)),
        (AgencyKind.NATURAL_RESOURCES, AgencyKind.AGRICULTURE_ENVIRONMENT, date(2025, 3, 1)),
        (AgencyKind.TRANSPORT, AgencyKind.CONSTRUCTION, date(2025, 3, 1)),
    ]


@pytest.mark.parametrize(
    ("row", "column", "value", "reason"),
    [
        ("board,A,finance,B,2025-03-01,law,SEEN", "predecessor_kind", "board", "must be one of"),
        ("transport,,finance,B,2025-03-01,law,SEEN", "predecessor", "", "1 to 200"),
        ("transport,A,finances,B,2025-03-01,law,SEEN", "successor_kind", "finances", "must be one of"),
        ("transport,A,finance,B,,law,SEEN", "on", "", "2025-03-01"),
        ("transport,A,finance,B,1/3/2025,law,SEEN", "on", "1/3/2025", "2025-03-01"),
        ("transport,A,finance,B,2025-03-01,law,RECALLED", "grade", "RECALLED", "SEEN, SEEN-SUMMARY"),
        ("transport,Sở,police,B,2025-03-01,law,SEEN", "predecessor", "Sở", "stands in the file twice"),
        ("transport,A", "", "transport,A", "2 values"),
    ],
)
def test_a_succession_is_refused_by_row_column_value_and_reason(
    tmp_path: Path, row: str, column: str, value: str, reason: str
) -> None:
    good = "transport,Sở,finance,B,2025-03-01,law,SEEN"
    path = written(tmp_path, good, row, header=",".join(agency_file.SUCCESSION_COLUMNS))
    with pytest.raises(AgencyFileError, match=reason) as refusal:
        agency_file.read_successions(path)
    assert (refusal.value.row, refusal.value.column, refusal.value.value) == (3, column, value)


@pytest.mark.parametrize(
    ("row", "column", "value", "reason"),
    [
        ("board,A,,city,Hà Nội,,,law,SEEN", "kind", "board", "must be one of"),
        ("finance,,,city,Hà Nội,,,law,SEEN", "name", "", "1 to 200"),
        ("finance,A,,city,Hà Nội,01/03/2025,,law,SEEN", "valid_from", "01/03/2025", "2025-03-01"),
        ("finance,A,,city,Hà Nội,2025-03-01,2025-02-01,law,SEEN", "valid_to", "2025-02-01", "before"),
        ("finance,A,,,Hà Nội,,,law,SEEN", "area", "Hà Nội", "come together"),
        ("finance,A,,city,Hà Nội,,,law,SURE", "grade", "SURE", "must be one of"),
        ("investor,A,,city,Hà Nội,,,law,SEEN", "kind", "investor", "register themselves"),
        ("finance,A", "", "finance,A", "2 values"),
    ],
)
def test_read_names_row_column_value_and_reason(
    tmp_path: Path, row: str, column: str, value: str, reason: str
) -> None:
    good = "police,Công an,,city,Hà Nội,,,law,SEEN"
    with pytest.raises(AgencyFileError, match=reason) as refusal:
        agency_file.read(written(tmp_path, good, row))
    assert (refusal.value.row, refusal.value.column, refusal.value.value) == (3, column, value)


def test_read_refuses_the_same_agency_twice(tmp_path: Path) -> None:
    row = "police,Công an,,city,Hà Nội,,,law,SEEN"
    with pytest.raises(
        AgencyFileError, match="row 3, column name, value 'Công an': stands in the file twice"
    ):
        agency_file.read(written(tmp_path, row, row))


def test_read_refuses_other_columns_and_no_file(tmp_path: Path) -> None:
    with pytest.raises(AgencyFileError, match="the columns must be"):
        agency_file.read(written(tmp_path, header="kind,name"))
    with pytest.raises(AgencyFileError, match="No such file"):
        agency_file.read(tmp_path / "nothing.csv")
