"""The file of agencies."""

from pathlib import Path

import pytest

from accounts import agency_file
from accounts.exceptions import AgencyFileError
from accounts.states import AgencyKind

HEADER = ",".join(agency_file.COLUMNS)


def written(tmp_path: Path, *rows: str, header: str = HEADER) -> Path:
    path = tmp_path / "agencies.csv"
    path.write_text("\n".join([header, *rows]), encoding="utf-8")
    return path


def test_the_file_of_hanoi_has_every_office_but_communes_and_districts() -> None:
    kinds = [row.kind for row in agency_file.read(agency_file.HANOI)]
    absent = {AgencyKind.COMMUNE, AgencyKind.DISTRICT, AgencyKind.INVESTOR}
    assert sorted(kinds) == sorted(set(AgencyKind) - absent)


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
