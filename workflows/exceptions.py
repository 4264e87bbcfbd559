"""What can be refused when a case is to be moved."""

from django.utils.translation import gettext_lazy as _

from records.exceptions import DomainError


class NotYours(DomainError):
    """The person may see this, but may not do it."""

    status = 403
    message = _("This is not yours to do.")


class StepClosed(DomainError):
    """The step was completed before; the message names who did it and when."""

    message = _("This step is already done.")


class NoAgency(DomainError):
    """Routing found no serving agency of the kind and territory that a step needs."""

    message = _("No agency is on record that could take this step. Ask the administrator to enter it.")


class WrongStage(DomainError):
    """The case is not in a stage that allows this."""

    message = _("The case has moved on; this is no longer possible.")


class AlreadyChosen(DomainError):
    """Another officer chose the successor before; the message names who, whom and when."""

    message = _("The successor has been chosen already.")


class RuleBroken(DomainError):
    """The law does not allow this; the message names the article."""

    status = 422
