"""What can be refused about dossiers and decisions."""

from django.utils.translation import gettext_lazy as _

from records.exceptions import DomainError


class Unfinished(DomainError):
    """A dossier is filed only when every section is complete."""

    status = 422
    message = _("The proposal is not complete yet. Open the marked sections and finish them.")


class StaleForm(DomainError):
    """Somebody else saved this section after the page was opened."""

    message = _(
        "Somebody else changed this section after you opened it."
        " Your text is kept below; compare and save again."
    )


class NotADraft(DomainError):
    """A filed dossier changes only on request."""

    message = _("This proposal has been filed and can no longer be changed here.")


class UploadRefused(DomainError):
    """A file is too large, or is not what its name says, or carries something that could harm."""

    status = 422
    message = _("This file was refused.")


class AlreadyFollowed(DomainError):
    """A cluster of the register is taken up once."""

    message = _("This cluster is being followed already.")


class NumberTaken(DomainError):
    """A number of a paper stands for one paper of an issuer and year."""

    message = _("This number was already given to another paper of this year.")
