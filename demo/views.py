"""Signing in at a click, and moving the clock ahead. This app is not installed in production."""

from datetime import timedelta

from django.contrib import messages
from django.contrib.auth import login
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.models import User
from demo import clock
from demo.people import PEOPLE
from workflows import services

BACKEND = "allauth.account.auth_backends.AuthenticationBackend"


@require_POST
def sign_in(request: HttpRequest, key: str) -> HttpResponse:
    """Sign in as one of the demo's people."""
    person = next((person for person in PEOPLE if person.key == key), None)
    user = User.objects.filter(email=person.email, is_active=True).first() if person else None
    if user is None:
        raise Http404
    login(request, user, backend=BACKEND)
    return redirect("home")


@require_POST
def move_clock(request: HttpRequest) -> HttpResponse:
    """Move the demo's time ahead, and do at once what the passing of these days asks for."""
    days = request.POST.get("days", "")
    try:
        clock.move(timedelta(days=int(days)))
    except (ValueError, OverflowError):
        messages.error(request, _("Move the clock ahead by 1 to 366 days at a time."))
    else:
        now = clock.moved_time()
        services.let_days_pass(at=now)
        messages.success(
            request, _("It is now %(now)s.") % {"now": f"{timezone.localtime(now):%d/%m/%Y %H:%M}"}
        )
    return redirect(_back(request))


def _back(request: HttpRequest) -> str:
    back = request.POST.get("next", "") or request.headers.get("Referer", "")
    if url_has_allowed_host_and_scheme(back, allowed_hosts={request.get_host()}):
        return back
    return "/"
