"""Reading what an installation is told in CSV: its agencies, and who took over from whom."""

import csv
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from accounts.exceptions import AgencyFileError
from accounts.names import tidy
from accounts.states import AgencyKind, AreaLevel

COLUMNS = ("kind", "name", "name_en", "area_level", "area", "valid_from", "valid_to", "source", "grade")
SUCCESSION_COLUMNS = (
    "predecessor_kind",
    "predecessor",
    "successor_kind",
    "successor",
    "on",
    "source",
    "grade",
)
GRADES = ("SEEN", "SEEN-SUMMARY", "RECALLED", "UNRESOLVED")
BINDING = ("SEEN", "SEEN-SUMMARY")
HANOI = Path(__file__).parent / "data" / "hanoi_agencies.csv"
HANOI_SUCCESSIONS = Path(__file__).parent / "data" / "successions.csv"


@dataclass(frozen=True)
class AgencyRow:
    """One agency as the file tells it. An unknown day is None, not a guess."""

    kind: AgencyKind
    name: str
    name_en: str
    area_level: str
    area: str
    valid_from: date | None
    valid_to: date | None
    source: str
    grade: str


@dataclass(frozen=True)
class SuccessionRow:
    """One succession as row `number` of the file tells it: agencies by kind and name, and its first day."""

    number: int
    predecessor_kind: AgencyKind
    predecessor: str
    successor_kind: AgencyKind
    successor: str
    on: date
    source: str
    grade: str

    def refused(self, column: str, reason: str) -> AgencyFileError:
        """Return the error that names this row, `column` and its value."""
        return AgencyFileError(
            row=self.number, column=column, value=str(getattr(self, column)), reason=reason
        )


def read(path: Path) -> list[AgencyRow]:
    """Return the rows of the file, in its order. Row 1 is the header; days are yyyy-mm-dd.

    Raises:
        AgencyFileError: no such file or columns, or a value that cannot be; names row, column,
            value and reason.
    """
    rows = [_agency(cell) for cell in _cells(path, COLUMNS)]
    _check_once(rows)
    return rows


def read_successions(path: Path) -> list[SuccessionRow]:
    """Return the rows of the file, in its order; as `read` does, and with the same errors.

    What is only recalled, or unresolved, binds nobody and is refused: an officer chooses then.
    """
    rows = [_succession(cell) for cell in _cells(path, SUCCESSION_COLUMNS)]
    seen: set[tuple[str, str]] = set()
    for row in rows:
        if (row.predecessor_kind, row.predecessor) in seen:
            raise row.refused("predecessor", "stands in the file twice")
        seen.add((row.predecessor_kind, row.predecessor))
    return rows


def _cells(path: Path, columns: tuple[str, ...]) -> Iterator["_Cells"]:
    reader = csv.reader(_text(path).splitlines(), strict=True)
    header = tuple(next(reader, ()))
    if header != columns:
        raise AgencyFileError(
            row=1, column="", value=",".join(header), reason=f"the columns must be {','.join(columns)}"
        )
    for number, cells in enumerate(reader, start=2):
        if not cells:
            continue
        if len(cells) != len(columns):
            reason = f"the row has {len(cells)} values, the header {len(columns)}"
            raise AgencyFileError(row=number, column="", value=",".join(cells), reason=reason)
        yield _Cells(number, dict(zip(columns, map(tidy, cells), strict=True)))


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise AgencyFileError(row=0, column="", value=str(path), reason=str(error)) from error


def _agency(cell: "_Cells") -> AgencyRow:
    row = AgencyRow(
        kind=AgencyKind(cell.one_of("kind", AgencyKind.values)),
        name=cell.text("name", 200),
        name_en=cell.value["name_en"],
        area_level=cell.one_of("area_level", ["", *AreaLevel.values]),
        area=cell.value["area"],
        valid_from=cell.day("valid_from"),
        valid_to=cell.day("valid_to"),
        source=cell.text("source", 200),
        grade=cell.one_of("grade", GRADES),
    )
    if row.kind == AgencyKind.INVESTOR:
        raise cell.refused("kind", "investor organisations register themselves")
    if bool(row.area) != bool(row.area_level):
        raise cell.refused("area", "an area and its level come together")
    if row.valid_from and row.valid_to and row.valid_to < row.valid_from:
        raise cell.refused("valid_to", "the last day is before the first day")
    return row


def _succession(cell: "_Cells") -> SuccessionRow:
    on = cell.day("on")
    if on is None:
        raise cell.refused("on", "must be a day as 2025-03-01")
    return SuccessionRow(
        number=cell.number,
        predecessor_kind=AgencyKind(cell.one_of("predecessor_kind", AgencyKind.values)),
        predecessor=cell.text("predecessor", 200),
        successor_kind=AgencyKind(cell.one_of("successor_kind", AgencyKind.values)),
        successor=cell.text("successor", 200),
        on=on,
        source=cell.text("source", 200),
        grade=cell.one_of("grade", BINDING),
    )


@dataclass(frozen=True)
class _Cells:
    """The values of one row by column; a refusal names the place."""

    number: int
    value: dict[str, str]

    def refused(self, column: str, reason: str) -> AgencyFileError:
        return AgencyFileError(row=self.number, column=column, value=self.value[column], reason=reason)

    def one_of(self, column: str, known: Iterable[str]) -> str:
        if self.value[column] not in known:
            raise self.refused(column, f"must be one of {', '.join(filter(None, known))}")
        return self.value[column]

    def text(self, column: str, longest: int) -> str:
        if not 0 < len(self.value[column]) <= longest:
            raise self.refused(column, f"must have 1 to {longest} signs")
        return self.value[column]

    def day(self, column: str) -> date | None:
        text = self.value[column]
        try:
            return date.fromisoformat(text) if text else None
        except ValueError as error:
            raise self.refused(column, "must be a day as 2025-03-01") from error


def _check_once(rows: list[AgencyRow]) -> None:
    seen: set[tuple[str, str, str]] = set()
    for number, row in enumerate(rows, start=2):
        key = (row.kind, row.name, row.area)
        if key in seen:
            raise AgencyFileError(
                row=number, column="name", value=row.name, reason="stands in the file twice"
            )
        seen.add(key)
