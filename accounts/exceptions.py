"""What is refused to a person, and why."""

from django.utils.translation import gettext_lazy as _

from records.exceptions import DomainError


class ActionDenied(DomainError):
    """The person may not do this. The page looks like one that does not exist."""

    status = 403
    message = _("You may not do this.")


class TaxCodeInvalid(DomainError):
    """What was typed is no Vietnamese tax code."""

    status = 422
    message = _("Enter a tax code of 10 digits, or of 13 digits for a branch.")


class TaxCodeTaken(DomainError):
    """Another organisation has this tax code."""

    message = _("An organisation with this tax code is registered. Ask to join it.")


class TaxCodeUnknown(DomainError):
    """No organisation has this tax code."""

    status = 422
    message = _("No organisation with this tax code is registered. Register it.")


class NameInvalid(DomainError):
    """What was typed is no name of a person or organisation."""

    status = 422
    message = _("Enter a name.")


class AlreadyMember(DomainError):
    """The person serves there already."""

    message = _("This person serves here in this role already.")


class AlreadyAsked(DomainError):
    """A request of the same person is waiting for its answer."""

    message = _("You asked already. The administrator of the organisation has not answered yet.")


class AlreadyAnswered(DomainError):
    """Somebody answered this request before."""

    message = _("This request was answered already.")


class AlreadyInvited(DomainError):
    """An invitation to the same address and role is open."""

    message = _("This address has been invited in this role. Send the invitation again instead.")


class NotInvitable(DomainError):
    """This address belongs to nobody who could accept."""

    status = 422
    message = _("This address cannot be invited.")


class InvitationOver(DomainError):
    """The link was used, replaced or withdrawn, or its time is over."""

    status = 410
    message = _("This invitation is no longer open. Ask the administrator of your agency for a new one.")


class NeedsSignIn(DomainError):
    """The invited address has an account; its owner accepts, signed in."""

    message = _("This address has an account. Sign in to accept the invitation.")


class LastAdministrator(DomainError):
    """Without this person nobody could administer the agency."""

    message = _("This is the last administrator of the agency. Name another administrator first.")


class MembershipOver(DomainError):
    """What is over is history."""

    message = _("This membership is over. Invite the person again.")


class DatesInvalid(DomainError):
    """The days do not fit together. `details["field"]` names the one to correct."""

    status = 422
    message = _("The last day is before the first day.")


class RoleUnfit(DomainError):
    """An office has no applicants, an organisation no officers."""

    status = 422
    message = _("There is no such role in this agency.")


class ServesOtherSide(DomainError):
    """Nobody may prepare a dossier and judge it."""

    message = _("Whoever acts for an investor cannot serve in an office, and the other way round.")


class EmailTaken(DomainError):
    """The address has an account already."""

    message = _("There is an account with this e-mail address already.")


class AgencyFileError(DomainError):
    """A file of agencies that cannot be read; nothing of it was taken over."""

    status = 422

    def __init__(self, *, row: int, column: str, value: str, reason: str) -> None:
        self.row, self.column, self.value, self.reason = row, column, value, reason
        super().__init__(f"row {row}, column {column}, value {value!r}: {reason}")
