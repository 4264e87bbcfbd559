"""What a tax code, a name, a role and a pair of dates must be like."""

from datetime import date

from django.utils.translation import gettext_lazy as _

from accounts.exceptions import DatesInvalid, NameInvalid, RoleUnfit, TaxCodeInvalid
from accounts.names import tidy
from accounts.states import OFFICE_ROLES, ORGANISATION_ROLES, AgencyKind, Role

_WEIGHTS = (31, 29, 23, 19, 17, 13, 7, 5, 3)
_NAME_MARKS = " .'’-"


def tax_code(text: str) -> str:
    """Return `text` as a tax code is written: `0100233488`, or `0100233488-001` for a branch.

    Spaces, dots and hyphens are left out before the check.

    Raises:
        TaxCodeInvalid: not 10 or 13 digits, no serial number, a wrong check digit, or branch 000.

    Source: Circular 86/2024/TT-BTC, Art. 5 (structure, recalled and not re-read). The check digit is
    10 less the remainder, by 11, of the first nine digits times 31, 29, 23, 19, 17, 13, 7, 5, 3; the
    weights are those of python-stdnum's `stdnum.vn.mst`.
    """
    digits = "".join(tidy(text).split()).replace("-", "").replace(".", "")
    if not (digits.isascii() and digits.isdigit() and len(digits) in (10, 13)):
        raise TaxCodeInvalid
    if digits[2:9] == "0000000" or digits[9] != _check_digit(digits):
        raise TaxCodeInvalid(
            _("This is no valid tax code: its check digit does not fit. Compare it digit by digit.")
        )
    branch = digits[10:]
    if branch == "000":
        raise TaxCodeInvalid(_("The last three digits of a branch start at 001."))
    return f"{digits[:10]}-{branch}" if branch else digits


def _check_digit(digits: str) -> str:
    # A remainder of 0 gives "10", which is no digit: such a code is never issued.
    return str(10 - sum(weight * int(digit) for weight, digit in zip(_WEIGHTS, digits, strict=False)) % 11)


def person_name(text: str) -> str:
    """Return `text` as a person's name is stored.

    Raises:
        NameInvalid: empty, too long, or with other signs than letters, spaces, hyphens, dots and
            apostrophes. Names stand in mails, so a web address must not pass as one.
    """
    name = tidy(text)
    if not name:
        raise NameInvalid(_("Enter your full name."))
    if len(name) > 200:
        raise NameInvalid(_("A name has at most 200 letters."))
    if not all(sign.isalpha() or sign in _NAME_MARKS for sign in name) or not any(map(str.isalpha, name)):
        raise NameInvalid(_("A name has only letters, spaces, hyphens, dots and apostrophes."))
    return name


def organisation_name(text: str) -> str:
    """Return `text` as an organisation's name is stored.

    Raises:
        NameInvalid: without a letter, or longer than 200 signs.
    """
    name = tidy(text)
    if not any(map(str.isalpha, name)) or not name.isprintable():
        raise NameInvalid(_("Enter the name of the organisation as on its registration certificate."))
    if len(name) > 200:
        raise NameInvalid(_("A name has at most 200 letters."))
    return name


def roles_of(kind: str) -> tuple[Role, ...]:
    """Return the roles that exist in an agency of `kind`."""
    return ORGANISATION_ROLES if kind == AgencyKind.INVESTOR else OFFICE_ROLES


def check_role(kind: str, role: str) -> None:
    """Refuse a role that does not exist in an agency of `kind`.

    Raises:
        RoleUnfit: an officer in an organisation, or an applicant in an office: nobody judges a
            dossier of their own.
    """
    if role not in roles_of(kind):
        raise RoleUnfit


def check_dates(*, valid_from: date, valid_to: date | None, today: date) -> None:
    """Refuse a term that ends before it starts, or that is over already.

    Raises:
        DatesInvalid: `details["field"]` is the field to correct.
    """
    if valid_to is not None and valid_to < valid_from:
        raise DatesInvalid(field="valid_to")
    if valid_to is not None and valid_to < today:
        raise DatesInvalid(
            _("This day is over. To end a membership now, deactivate the person."), field="valid_to"
        )


def check_start(*, old: date, new: date, today: date) -> None:
    """Refuse to rewrite when somebody started: the first day is settled once it has come.

    Raises:
        DatesInvalid: the first day has come and would change, or would move into the past.
    """
    if new == old:
        return
    if old <= today:
        raise DatesInvalid(
            _("This person has started. The first day cannot change any more."), field="valid_from"
        )
    if new < today:
        raise DatesInvalid(_("The first day cannot be moved into the past."), field="valid_from")
