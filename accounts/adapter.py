"""Where allauth meets the house: its mails are queued, its sign-in leads on."""

from typing import Any
from uuid import uuid4

from allauth.account.adapter import DefaultAccountAdapter
from allauth.core import context as allauth_context
from django.contrib.auth.base_user import AbstractBaseUser
from django.http import HttpRequest
from django.urls import reverse
from django.utils.encoding import force_str

from accounts import mail
from accounts.models import User
from records import clock


class AccountAdapter(DefaultAccountAdapter):
    """allauth's defaults, but for mails and for where a person without a place lands."""

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Queue the mail; the request never waits for a mail server."""
        told = {"email": email} | context
        message = self.render_mail(template_prefix, email, told)
        mail.queue(
            key=f"{template_prefix}:{uuid4()}",
            to=email,
            subject=force_str(message.subject),
            body=force_str(message.body),
            at=clock.now(),
        )

    def format_email_subject(self, subject: str) -> str:
        """Return `subject` with our name, not with the host name of the request."""
        return mail.prefixed(force_str(subject))

    def new_user(self, request: HttpRequest) -> AbstractBaseUser:
        """Return the account to be filled by the sign-up form."""
        return User(joined_at=clock.now(), language=request.LANGUAGE_CODE)

    def get_login_redirect_url(self, request: HttpRequest) -> str:
        """Lead people who serve nowhere yet to the page where they register or join an organisation."""
        user = allauth_context.request.user
        if isinstance(user, User) and not user.memberships.exists():
            return reverse("accounts:organisation")
        return str(super().get_login_redirect_url(request))
