"""What can go wrong when something is to be put on record."""

from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

Text = str | Promise


class DomainError(Exception):
    """Refused by a rule of the domain: a person is told why, and nothing has changed.

    `status` is the HTTP status of the page that says so; `message` is a sentence for the person;
    `details["field"]`, where given, is the form's field that it is about.
    """

    status = 409
    message: Text = _("This is not possible.")

    def __init__(self, message: Text | None = None, **details: Any) -> None:
        self.message = message if message is not None else type(self).message
        self.details = details
        super().__init__(str(self.message))


class KeyReused(DomainError):
    """The same idempotency key came back with another content."""

    status = 422
    message = _(
        "This form was already sent with another content. Open the page again and check what is there."
    )


class AlreadyDone(DomainError):
    """The same act came twice. No error for the person: the first one holds, the page shows it."""

    status = 200
    message = _("Already recorded.")
