"""What people change about themselves, and accounts that others open for them."""

from datetime import datetime

from allauth.account.models import EmailAddress
from django.db import transaction

from accounts import rules
from accounts.models import User


@transaction.atomic
def change_profile(*, full_name: str, language: str, by: User) -> User:
    """Change the name and the language of `by`. Audit rows keep the name of their day.

    Raises:
        NameInvalid: `full_name` is no name.
    """
    user = User.objects.select_for_update().get(pk=by.pk)
    user.full_name = rules.person_name(full_name)
    user.language = language
    user.save(update_fields=["full_name", "sort_key", "language"])
    return user


@transaction.atomic
def open_account(*, email: str, full_name: str, password: str | None, at: datetime) -> User:
    """Return the account of `email` with this name and password, its address confirmed.

    An account of that address which never confirmed it, or was closed, is taken over: whoever
    reads the mails is its owner, and whatever password it had is void.
    """
    user = User.objects.select_for_update().filter(email=email).first() or User(email=email, joined_at=at)
    user.full_name = rules.person_name(full_name)
    user.is_active = True
    user.set_password(password)
    user.save()
    # The same address may stand, unconfirmed, with another account; confirmed here, it is settled.
    EmailAddress.objects.filter(email=email).exclude(user=user).delete()
    EmailAddress.objects.update_or_create(
        user=user, email=email, defaults={"verified": True, "primary": True}
    )
    return user
