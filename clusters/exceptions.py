"""What can go wrong with the register."""

from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from records.exceptions import DomainError


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
