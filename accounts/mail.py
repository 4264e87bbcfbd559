"""Mails about getting in. They leave through the way that the settings name."""

from collections.abc import Callable
from datetime import datetime
from typing import Any, cast

from django.conf import settings
from django.core.mail import send_mail
from django.urls import reverse
from django.utils import timezone
from django.utils.module_loading import import_string
from django.utils.translation import gettext as _
from django.utils.translation import override

from accounts import tokens
from accounts.models import Invitation, JoinRequest, User
from accounts.states import JoinOutcome


def queue(*, key: str, to: str, subject: str, body: str, at: datetime) -> None:
    """Hand one mail to `settings.MAIL_QUEUE`; the same `key` twice is one mail.

    The setting is a dotted path to a function with these arguments, since mails are queued by an
    app above this one. Without it the mail is sent at once.
    """
    path = getattr(settings, "MAIL_QUEUE", "accounts.mail.send_at_once")
    send = cast(Callable[..., Any], import_string(path))
    send(key=key, to=to, subject=subject, body=body, at=at)


def send_at_once(*, key: str, to: str, subject: str, body: str, at: datetime) -> None:
    """Send without a queue; `key` and `at` are for queues."""
    send_mail(subject, body, None, [to])


def prefixed(subject: str) -> str:
    """Return `subject` with the name of the site before it, on one line."""
    return f"[{settings.SITE_NAME}] {' '.join(subject.split())}"


def absolute(path: str) -> str:
    """Return the address of `path` as it is known outside."""
    return f"{settings.SITE_URL.rstrip('/')}{path}"


def invite(invitation: Invitation, *, at: datetime) -> None:
    """Mail the link by which `invitation` can be accepted, in the language of whoever has an account."""
    known = User.objects.filter(email=invitation.email).first()
    with override(known.language if known else settings.LANGUAGE_CODE):
        link = absolute(reverse("accounts:invitation", args=[tokens.for_invitation(invitation)]))
        body = _(
            "Hello,\n\n"
            "%(by)s invites you to serve in %(agency)s as: %(role)s.\n\n"
            "To accept, open this link. It works once, until %(until)s:\n\n%(link)s\n\n"
            "If you do not expect this invitation, do nothing."
        ) % {
            "by": invitation.invited_by.full_name,
            "agency": invitation.agency,
            "role": invitation.get_role_display(),
            "until": f"{timezone.localtime(invitation.expires_at):%H:%M %d/%m/%Y}",
            "link": link,
        }
        subject = _("Invitation to %(agency)s") % {"agency": invitation.agency}
        queue(
            key=f"invitation:{invitation.pk}",
            to=invitation.email,
            subject=prefixed(subject),
            body=body,
            at=at,
        )


def ask_administrators(request: JoinRequest, administrators: list[User], *, at: datetime) -> None:
    """Mail `request` to everybody who may answer it."""
    for administrator in administrators:
        with override(administrator.language):
            body = _(
                "Hello %(name)s,\n\n"
                "%(asker)s (%(email)s) asks to act for %(agency)s.\n\n"
                "Accept or refuse the request here:\n\n%(link)s\n\n"
                "Accept only people whom you know to work for the organisation."
            ) % {
                "name": administrator.full_name,
                "asker": request.user.full_name,
                "email": request.user.email,
                "agency": request.agency,
                "link": absolute(reverse("accounts:members", args=[request.agency_id])),
            }
            subject = prefixed(_("%(asker)s asks to join") % {"asker": request.user.full_name})
            key = f"join:{request.pk}:{administrator.pk}"
            queue(key=key, to=administrator.email, subject=subject, body=body, at=at)


def tell_answer(request: JoinRequest, *, at: datetime) -> None:
    """Mail the answer to whoever asked to join."""
    with override(request.user.language):
        accepted = request.outcome == JoinOutcome.ACCEPTED
        sentence = (
            _("Your request to act for %(agency)s was accepted.")
            if accepted
            else _("Your request to act for %(agency)s was refused.")
        ) % {"agency": request.agency}
        body = _("Hello %(name)s,\n\n%(sentence)s\n\n%(link)s") % {
            "name": request.user.full_name,
            "sentence": sentence,
            "link": absolute(reverse("accounts:organisation")),
        }
        subject = prefixed(_("Your request to join %(agency)s") % {"agency": request.agency})
        queue(key=f"join-answer:{request.pk}", to=request.user.email, subject=subject, body=body, at=at)
