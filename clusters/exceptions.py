"""What can go wrong with the register."""

from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from records.exceptions import DomainError, Text


class RegisterFileError(DomainError):
    """A file of clusters cannot be read; nothing of it was taken over.

    `row` counts as a spreadsheet does (the header is row 1), 0 where the whole file is meant;
    `column` is its name in the header, "" where the whole row is meant.
    """

    status = 422

    def __init__(self, row: int, column: str, value: str, reason: object) -> None:
        self.row, self.column, self.value, self.reason = row, column, value, reason
        pattern = _("Row {row}, column {column}, value “{value}”: {reason}")
        if not row:
            pattern = _("The file: {reason}")
        elif not column:
            pattern = _("Row {row}: {reason}")
        super().__init__(format_lazy(pattern, row=row, column=column, value=value, reason=reason))


class CornersInvalid(DomainError):
    """A list of corners is no boundary; nothing was recorded.

    `line` counts from 1, 0 where the whole list is meant; `column` is latitude or longitude, "" where
    the whole line is meant.
    """

    status = 422

    def __init__(self, reason: Text, *, line: int = 0, column: Text = "", value: str = "") -> None:
        self.line, self.column, self.value, self.reason = line, column, value, reason
        pattern = _("Line {line}, {column} “{value}”: {reason}")
        if not line:
            super().__init__(reason, field="corners")
            return
        if not value:
            pattern = _("Line {line}: {reason}")
        elif not column:
            pattern = _("Line {line}, “{value}”: {reason}")
        words = format_lazy(pattern, line=line, column=column, value=value, reason=reason)
        super().__init__(words, field="corners")
