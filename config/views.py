"""The landing page, the two switches of the footer, and the pages of errors that have no view."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.csrf import requires_csrf_token
from django.views.decorators.http import require_POST, require_safe

from accounts.models import User
from accounts.requests import PersonRequest
from config import landing
from config.context import THEMES, is_applicant, is_leader, is_officer
from config.errors import error_response

FOUND = 302
YEAR_SECONDS = 365 * 24 * 3600


@require_safe
def home(request: PersonRequest) -> HttpResponse:
    """Send people who are signed in to their work; tell visitors what this is."""
    place = workplace(request)
    return redirect(place) if place else render(request, "home.html", {"way": landing.way(request.today)})


def workplace(request: PersonRequest) -> str:
    """Return the URL name of the page where this person's day begins; empty for a visitor."""
    standing = request.standing
    if is_leader(standing):
        return "timelines:board"
    if is_officer(standing):
        return "workflows:inbox"
    if is_applicant(standing):
        return "approvals:proposals"
    return ""


@require_POST
def choose_language(request: HttpRequest) -> HttpResponse:
    """Remember the language for a year and return to the page; mails follow the choice."""
    response = _remember(request, settings.LANGUAGE_COOKIE_NAME, "language", dict(settings.LANGUAGES))
    if response.status_code == FOUND and request.user.is_authenticated:
        User.objects.filter(pk=request.user.pk).update(language=request.POST["language"])
    return response


@require_POST
def choose_theme(request: HttpRequest) -> HttpResponse:
    """Remember light, dark or automatic for a year and return to the page."""
    return _remember(request, "theme", "theme", THEMES)


def _remember(request: HttpRequest, cookie: str, field: str, allowed: dict[str, Any]) -> HttpResponse:
    value = request.POST.get(field, "")
    if value not in allowed:
        return bad_request(request)
    response = redirect(safe_next(request))
    response.set_cookie(cookie, value, max_age=YEAR_SECONDS, samesite="Lax", secure=request.is_secure())
    return response


def safe_next(request: HttpRequest) -> str:
    """Return the page that the form came from where it is ours, else the home page."""
    wanted = request.POST.get("next", "")
    ours = url_has_allowed_host_and_scheme(
        wanted, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    return wanted if ours else "/"


@requires_csrf_token
def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Answer 400."""
    return error_response(request, status=400)


@requires_csrf_token
def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Answer 403 to an act on something that the person may see."""
    return error_response(request, status=403)


@requires_csrf_token
def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Answer 404, the same for what is not there and for what this person may not see."""
    return error_response(request, status=404)


@requires_csrf_token
def server_error(request: HttpRequest) -> HttpResponse:
    """Answer 500 without asking the database, which may be the reason."""
    return error_response(request, status=500)
