"""The secret part of links in mails."""

from allauth.account.forms import default_token_generator
from allauth.account.utils import user_pk_to_url_str
from django.core import signing
from django.urls import reverse

from accounts.models import Invitation, User

_INVITATION = "accounts.invitation"


def for_invitation(invitation: Invitation) -> str:
    """Return a signed token that names `invitation`; whether it is still open stands in its row."""
    return signing.dumps(invitation.pk, salt=_INVITATION)


def read_invitation(token: str) -> int | None:
    """Return the number of the invitation that `token` names, or None for a token not of ours."""
    try:
        number = signing.loads(token, salt=_INVITATION)
    except signing.BadSignature:
        return None
    return number if isinstance(number, int) else None


def password_path(user: User) -> str:
    """Return the path by which `user` sets a password, once, within PASSWORD_RESET_TIMEOUT."""
    key = default_token_generator.make_token(user)
    return reverse("account_reset_password_from_key", args=[user_pk_to_url_str(user), key])
