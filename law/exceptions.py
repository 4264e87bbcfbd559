"""What the law's data and its clock refuse."""

from datetime import date

from django.utils.translation import gettext_lazy as _

from records.exceptions import DomainError


class LawDataError(Exception):
    """A data file of the law does not say what it must; nothing of it is used.

    The message names the file, the row (its line, the header is line 1), the column, the value and
    the reason.
    """

    def __init__(self, reason: str, *, file: str, row: int = 1, column: str = "", value: str = "") -> None:
        self.reason, self.file, self.row, self.column, self.value = reason, file, row, column, value
        place = f"{file}, row {row}" + (f", column {column}" if column else "")
        super().__init__(f"{place}: {value!r} {reason}" if column else f"{place}: {reason}")


class FactRefused(Exception):
    """Something stated for the conditions cannot be read; the message names the fact and the reason."""

    def __init__(self, name: str, reason: str) -> None:
        self.name, self.reason = name, reason
        super().__init__(f"{name!r} {reason}")


class CalendarMissing(DomainError):
    """The count reaches a year whose days off are not known; no date can be promised."""

    status = 409

    def __init__(self, year: int) -> None:
        self.year = year
        message = _("The days off of the year %(year)s are not known yet, so no date can be promised.")
        super().__init__(message % {"year": year}, year=year)


class NoTimeLimit(DomainError):
    """The step has no time limit that binds, so it has no due day."""

    message = _("This step has no binding time limit.")


class ClockNeverStops(DomainError):
    """A pause was claimed for a limit that the law never stops."""

    message = _("The law does not let the clock of this step stop.")


class SettingRefused(DomainError):
    """A city's setting asks for what the law does not leave to it; the message names the article."""

    status = 422


class NotTheAdministrator(DomainError):
    """Only the administrator of the Department of Industry and Trade records what the city has set."""

    status = 403
    message = _("This is not yours to do.")


class NoRuleSet(DomainError):
    """No rule set was in force on the day."""

    def __init__(self, day: date) -> None:
        self.day = day
        message = _("No rules on clusters were in force on %(day)s.")
        super().__init__(message % {"day": f"{day:%d/%m/%Y}"}, day=day)
