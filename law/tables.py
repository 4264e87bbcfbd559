"""Strict reading of the law's CSV files: every cell typed, every error at its place."""

import csv
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from enum import Enum
from pathlib import Path
from typing import Any, TypeVar

from law.exceptions import LawDataError

Choice = TypeVar("Choice", bound=Enum)


@dataclass(frozen=True)
class Row:
    """One line of a file; `number` is the line as an editor shows it."""

    file: str
    number: int
    cells: Mapping[str, str]

    def error(self, column: str, reason: str) -> LawDataError:
        """Return the error that names the cell in `column`."""
        return LawDataError(reason, file=self.file, row=self.number, column=column, value=self.cells[column])

    def optional(self, column: str) -> str:
        """Return the cell as it stands; it may be empty."""
        return self.cells[column]

    def text(self, column: str) -> str:
        """Return the cell, which must say something."""
        if not self.cells[column]:
            raise self.error(column, "is missing")
        return self.cells[column]

    def both(self, column: str) -> dict[str, Any]:
        """Return the text in `column` and its Vietnamese in the column beside it: both, or neither."""
        vietnamese = f"{column}_vi"
        if self.cells[column] and not self.cells[vietnamese]:
            raise self.error(vietnamese, "is missing: each text stands in both languages")
        if self.cells[vietnamese] and not self.cells[column]:
            raise self.error(column, "is missing: each text stands in both languages")
        return {column: self.cells[column], vietnamese: self.cells[vietnamese]}

    def parts(self, column: str) -> tuple[str, ...]:
        """Return the members of a list separated by `;`."""
        return tuple(part.strip() for part in self.cells[column].split(";") if part.strip())

    def whole(self, column: str) -> int | None:
        """Return a whole number above zero; None for an empty cell."""
        cell = self.cells[column]
        if not cell:
            return None
        if not (cell.isascii() and cell.isdigit() and int(cell) > 0):
            raise self.error(column, "is not a whole number above zero")
        return int(cell)

    def decimal(self, text: str, column: str) -> Decimal:
        """Return `text`, a part of the cell in `column`, as a number with a decimal point."""
        try:
            return Decimal(text)
        except InvalidOperation:
            raise self.error(column, f"is not a number: {text!r}") from None

    def day(self, column: str) -> date | None:
        """Return a day written YYYY-MM-DD; None for an empty cell."""
        cell = self.cells[column]
        if not cell:
            return None
        try:
            return date.fromisoformat(cell)
        except ValueError:
            raise self.error(column, "is not a day written YYYY-MM-DD") from None

    def choice(self, column: str, kind: type[Choice]) -> Choice:
        """Return the member of `kind` that the cell names."""
        try:
            return kind(self.cells[column])
        except ValueError:
            allowed = ", ".join(str(member.value) or "(empty)" for member in kind)
            raise self.error(column, f"is none of: {allowed}") from None


def read(path: Path, columns: Sequence[str]) -> Iterator[Row]:
    """Yield the rows of the UTF-8 file `path`, whose header must be exactly `columns`.

    Raises:
        LawDataError: another header, a row with more or fewer cells, spaces around a cell.
    """
    with path.open(encoding="utf-8-sig", newline="") as lines:
        reader = csv.reader(lines, strict=True)
        header = next(reader, [])
        if header != list(columns):
            raise LawDataError(f"the columns must be {', '.join(columns)}", file=path.name)
        try:
            for cells in reader:
                yield _row(path.name, reader.line_num, columns, cells)
        except csv.Error as error:
            raise LawDataError(f"is not CSV: {error}", file=path.name, row=reader.line_num) from error


def _row(file: str, number: int, columns: Sequence[str], cells: Sequence[str]) -> Row:
    if len(cells) != len(columns):
        raise LawDataError(f"has {len(cells)} cells, not {len(columns)}", file=file, row=number)
    row = Row(file, number, dict(zip(columns, cells, strict=True)))
    for column, cell in row.cells.items():
        if cell != cell.strip():
            raise row.error(column, "has spaces around it")
    return row
