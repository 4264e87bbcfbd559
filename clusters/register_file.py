"""Reading a file of clusters (CSV, UTF-8), strictly: the first thing that is not right is named.

Columns are those of `clusters/data/hanoi_clusters.csv`; an empty cell means that the source did
not say. A remark on the grade may stand beside it, `SEEN (name only)`, or in a column of its own.
"""

import csv
import io
import re
import unicodedata
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import NoReturn

from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from clusters import dates, decisions
from clusters.dates import ImpreciseDate
from clusters.exceptions import RegisterFileError
from clusters.states import FactKind, Kind, Relation
from law.states import Grade

DATA_DIR = Path(__file__).resolve().parent / "data"
HANOI_FILE = DATA_DIR / "hanoi_clusters.csv"
RELATIONS_FILE = DATA_DIR / "relations.csv"

REQUIRED_COLUMNS = (
    "cluster_id",
    "name_vi",
    "craft_village",
    "kind",
    "commune_at_source",
    "district_at_source",
    "area_ha",
    "investor_at_source",
    "decision_no",
    "decision_date",
    "date_precision",
    "capital_bn_vnd",
    "planned_period",
    "land_lease_decision",
    "land_lease_date",
    "groundbreaking_date",
    "groundbreaking_precision",
    "status_at_source",
    "status_as_of",
    "source",
    "confidence",
    "inferred_fields",
    "note",
)
OPTIONAL_COLUMNS = ("confidence_note",)
# The length of each text, as the register's columns hold it.
LONGEST = {
    "name_vi": 200,
    "commune_at_source": 200,
    "district_at_source": 100,
    "investor_at_source": 200,
    "decision_no": 100,
    "land_lease_decision": 100,
    "planned_period": 100,
    "status_at_source": 200,
    "confidence_note": 100,
    "inferred_fields": 200,
    "date_precision": 100,
    "groundbreaking_precision": 100,
}
LONGEST_TEXT = 2000
CODE = re.compile(r"[A-Z]{2,4}\d{3,8}")
GRADE = re.compile(r"(?P<grade>[A-Z_-]+)(?: \((?P<note>[^()]+)\))?")
NUMBER = re.compile(r"\d+(\.\d+)?")
PROGRESS_EVERY = 500

Progress = Callable[[int], None]


@dataclass(frozen=True)
class FactRow:
    """One dated fact of a row; its source and grade are the row's."""

    kind: FactKind
    when: ImpreciseDate
    number_text: str = ""
    text: str = ""

    @property
    def candidates(self) -> tuple[str, ...]:
        """Return the numbers that may be meant."""
        return decisions.candidates(self.number_text)


@dataclass(frozen=True)
class RegisterRow:
    """One cluster as the file tells it; None and "" mean that the source did not say."""

    number: int
    code: str
    name: str
    kind: Kind
    craft_village: bool | None = None
    commune_text: str = ""
    district_text: str = ""
    area_ha: Decimal | None = None
    investor_text: str = ""
    capital_bn_vnd: Decimal | None = None
    planned_period: str = ""
    source: str = ""
    grade: Grade = Grade.UNRESOLVED
    grade_note: str = ""
    inferred: str = ""
    note: str = ""
    facts: tuple[FactRow, ...] = ()

    def fact(self, kind: FactKind) -> FactRow | None:
        """Return the fact of that kind, or None where the source does not tell it."""
        return next((fact for fact in self.facts if fact.kind is kind), None)

    @property
    def status(self) -> str:
        """Return the words in which the source tells the status; "" where it does not."""
        fact = self.fact(FactKind.STATUS)
        return fact.text if fact else ""


@dataclass(frozen=True)
class RelationRow:
    """`code` belongs to `other`: our reading of the names, with its reason."""

    code: str
    relation: Relation
    other: str
    reason: str


def read(path: Path, *, progress: Progress | None = None) -> list[RegisterRow]:
    """Return the rows of the file; `progress` is told now and then how many rows are read.

    Raises:
        RegisterFileError: the file cannot be opened, is not UTF-8 or no such table, or a cell is wrong.
    """
    found: dict[str, RegisterRow] = {}
    for number, cells in _records(_text(path)):
        row = _Reader(number, cells).row()
        if row.code in found:
            reason = format_lazy(_("This code stands already in row {row}."), row=found[row.code].number)
            raise RegisterFileError(number, "cluster_id", row.code, reason)
        found[row.code] = row
        if progress and len(found) % PROGRESS_EVERY == 0:
            progress(len(found))
    if progress:
        progress(len(found))
    return list(found.values())


def relations() -> list[RelationRow]:
    """Return which clusters of the Hanoi register belong together."""
    with RELATIONS_FILE.open(encoding="utf-8", newline="") as file:
        return [
            RelationRow(row["code"], Relation(row["relation"]), row["other"], row["reason"])
            for row in csv.DictReader(file)
        ]


def _text(path: Path) -> str:
    try:
        raw = Path(path).read_bytes()
    except OSError as error:
        reason = format_lazy(_("It cannot be opened ({error})."), error=error.strerror or "")
        raise RegisterFileError(0, "", str(path), reason) from error
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        reason = format_lazy(_("Line {line} is not UTF-8. Save the file as UTF-8."), line=line)
        raise RegisterFileError(0, "", str(path), reason) from error


def _records(text: str) -> Iterator[tuple[int, dict[str, str]]]:
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    number, header = 0, []
    try:
        for number, cells in enumerate(reader, start=1):
            if number == 1:
                header = _header(cells)
            elif cells:
                yield number, _record(number, header, cells)
    except csv.Error as error:
        reason = format_lazy(_("It cannot be read as CSV ({error})."), error=str(error))
        raise RegisterFileError(number + 1, "", "", reason) from error
    if not header:
        raise RegisterFileError(0, "", "", _("It is empty."))


def _header(cells: list[str]) -> list[str]:
    header = [cell.strip() for cell in cells]
    for name in REQUIRED_COLUMNS:
        if name not in header:
            raise RegisterFileError(1, name, "", _("This column is missing."))
    for name in header:
        if name not in REQUIRED_COLUMNS + OPTIONAL_COLUMNS:
            raise RegisterFileError(1, name, name, _("This column is not known."))
        if header.count(name) > 1:
            raise RegisterFileError(1, name, name, _("This column stands here twice."))
    return header


def _record(number: int, header: list[str], cells: list[str]) -> dict[str, str]:
    if len(cells) != len(header):
        reason = format_lazy(
            _("It has {found} cells, the header has {expected}."), found=len(cells), expected=len(header)
        )
        raise RegisterFileError(number, "", "", reason)
    values = (unicodedata.normalize("NFC", " ".join(cell.split())) for cell in cells)
    return dict(zip(header, values, strict=True))


class _Reader:
    """One row; every cell is checked as it is read."""

    def __init__(self, number: int, cells: Mapping[str, str]) -> None:
        self.number, self.cells = number, cells

    def row(self) -> RegisterRow:
        for column in self.cells:
            self.text(column)
        grade, grade_note = self.grade()
        return RegisterRow(
            number=self.number,
            code=self.code(),
            name=self.needed("name_vi"),
            kind=self.kind(),
            craft_village=self.yes_or_no("craft_village"),
            commune_text=self.text("commune_at_source"),
            district_text=self.text("district_at_source"),
            area_ha=self.amount("area_ha", digits=9),
            investor_text=self.text("investor_at_source"),
            capital_bn_vnd=self.amount("capital_bn_vnd", digits=12),
            planned_period=self.text("planned_period"),
            source=self.needed("source"),
            grade=grade,
            grade_note=grade_note,
            inferred=self.text("inferred_fields"),
            note=self.text("note"),
            facts=tuple(self.facts()),
        )

    def refuse(self, column: str, reason: object) -> NoReturn:
        raise RegisterFileError(self.number, column, self.cells.get(column, ""), reason)

    def text(self, column: str) -> str:
        value = self.cells.get(column, "")
        longest = LONGEST.get(column, LONGEST_TEXT)
        if len(value) > longest:
            self.refuse(column, format_lazy(_("Longer than {longest} characters."), longest=longest))
        if any(unicodedata.category(character) == "Cc" for character in value):
            self.refuse(column, _("It contains a control character."))
        return value

    def needed(self, column: str) -> str:
        return self.text(column) or self.refuse(column, _("This cell may not be empty."))

    def code(self) -> str:
        code = self.needed("cluster_id")
        if not CODE.fullmatch(code):
            self.refuse("cluster_id", _("A code is two to four capital letters and a number, such as HN001."))
        return code

    def kind(self) -> Kind:
        value = self.needed("kind")
        if value not in Kind.values:
            known = ", ".join(Kind.values)
            self.refuse("kind", format_lazy(_("Not a known kind. Known: {known}."), known=known))
        return Kind(value)

    def yes_or_no(self, column: str) -> bool | None:
        value = self.text(column)
        if value not in ("", "yes", "no"):
            self.refuse(column, _("Write yes or no, or leave it empty."))
        return {"yes": True, "no": False}.get(value)

    def amount(self, column: str, *, digits: int) -> Decimal | None:
        value = self.text(column)
        if not value:
            return None
        if not NUMBER.fullmatch(value):
            self.refuse(column, _("Not a number. Write it with a point, such as 78.195."))
        amount = Decimal(value)
        if amount <= 0:
            self.refuse(column, _("It must be more than zero. Leave it empty where it is not known."))
        whole, __, fraction = value.partition(".")
        if len(whole) > digits - 3 or len(fraction) > 3:
            self.refuse(
                column, format_lazy(_("At most {whole} digits and 3 after the point."), whole=digits - 3)
            )
        return amount

    def grade(self) -> tuple[Grade, str]:
        match = GRADE.fullmatch(self.needed("confidence"))
        grades = {_plain(grade.value): grade for grade in Grade}
        grade = grades.get(_plain(match["grade"])) if match else None
        if not match or grade is None:
            known = ", ".join(Grade.values)
            self.refuse("confidence", format_lazy(_("Not a known grade. Known: {known}."), known=known))
        note = match["note"] or ""
        if note and self.text("confidence_note"):
            self.refuse("confidence", _("The remark stands here and in confidence_note too."))
        return grade, note or self.text("confidence_note")

    def facts(self) -> Iterator[FactRow]:
        yield from self.numbered(FactKind.DECISION, "decision_no", "decision_date", "date_precision")
        yield from self.numbered(FactKind.LAND_LEASE, "land_lease_decision", "land_lease_date")
        started = self.when("groundbreaking_date", "groundbreaking_precision")
        if started:
            yield FactRow(FactKind.GROUNDBREAKING, started)
        as_of = self.when("status_as_of")
        if status := self.text("status_at_source"):
            yield FactRow(FactKind.STATUS, as_of or ImpreciseDate(), text=status)
        elif as_of:
            self.refuse("status_as_of", _("A day, but no status."))

    def numbered(self, kind: FactKind, number: str, day: str, precision: str = "") -> Iterator[FactRow]:
        when, number_text = self.when(day, precision), self.text(number)
        if when or number_text:
            yield FactRow(kind, when or ImpreciseDate(), number_text=number_text)

    def when(self, day: str, precision: str = "") -> ImpreciseDate | None:
        try:
            return dates.parse(self.text(day), self.text(precision) if precision else "")
        except ValueError as error:
            self.refuse(day, str(error))


def _plain(grade: str) -> str:
    return grade.upper().replace("-", "_")
