"""What every request is told before a view sees it, and what people read when an act is refused."""

from collections.abc import Callable
from typing import cast

from django.conf import settings
from django.db import OperationalError
from django.http import HttpRequest, HttpResponse
from django.template.defaultfilters import filesizeformat
from django.utils import translation
from django.utils.functional import SimpleLazyObject
from django.utils.translation import gettext_lazy as _

from accounts import selectors
from accounts.requests import PersonRequest
from accounts.selectors import Standing
from config.errors import TOO_LARGE, asks_for_fragment, error_response
from records import clock
from records.exceptions import DomainError

GetResponse = Callable[[HttpRequest], HttpResponse]

# The process answers here even when the database, which tells the time, does not.
UNTOLD_PATHS = frozenset({"/healthz", "/readyz"})
# PostgreSQL: lock_not_available, deadlock_detected.
LOCK_SQLSTATES = frozenset({"55P03", "40P01"})
BUSY = _("Somebody is just acting on this case. Nothing was changed; please try again in a moment.")
TOO_LARGE_WORDS = _(
    "A file may have %(size)s at most. Go back, make it smaller or split it, and send it again."
)
# What the other fields of a form may weigh beside its file.
FORM_BYTES = 1024 * 1024
BUSY_RETRY_SECONDS = "5"
UNPROCESSABLE = 422


def language(get_response: GetResponse) -> GetResponse:
    """Speak the language of the cookie, or Vietnamese.

    The browser's own wish (Accept-Language) is ignored: on most machines nobody ever chose it.
    """

    def middleware(request: HttpRequest) -> HttpResponse:
        code = chosen_language(request)
        request.LANGUAGE_CODE = code
        with translation.override(code):
            response = get_response(request)
        response.headers.setdefault("Content-Language", code)
        return response

    return middleware


def chosen_language(request: HttpRequest) -> str:
    """Return the language code of the cookie where it is one of ours, else the first language."""
    chosen = request.COOKIES.get(settings.LANGUAGE_COOKIE_NAME, "")
    return chosen if chosen in dict(settings.LANGUAGES) else settings.LANGUAGE_CODE


def bounded(get_response: GetResponse) -> GetResponse:
    """Refuse a body that is too large before a byte of it is read, let alone written to the disk."""

    def middleware(request: HttpRequest) -> HttpResponse:
        length = request.META.get("CONTENT_LENGTH") or "0"
        if length.isdigit() and int(length) > settings.FILE_UPLOAD_MAX_BYTES + FORM_BYTES:
            message = TOO_LARGE_WORDS % {"size": filesizeformat(settings.FILE_UPLOAD_MAX_BYTES)}
            return error_response(request, status=TOO_LARGE, message=message)
        return get_response(request)

    return middleware


def told_time(get_response: GetResponse) -> GetResponse:
    """Read the clock once: `request.now`, `request.today`, and `request.standing` on that day."""

    def middleware(request: HttpRequest) -> HttpResponse:
        if request.path not in UNTOLD_PATHS:
            tell(request)
        response = get_response(request)
        if settings.SESSION_COOKIE_NAME in request.COOKIES:
            # After signing out, the browser must not show again what was seen before.
            response.headers.setdefault("Cache-Control", "private, no-cache")
        return response

    return middleware


def tell(request: HttpRequest) -> None:
    """Set the moment, the local day, and the (lazy) standing of the person on that day."""
    told = cast(PersonRequest, request)
    told.now = clock.now()
    told.today = clock.local_day(told.now)
    told.standing = cast(Standing, SimpleLazyObject(lambda: selectors.standing(told.user, on=told.today)))


class DomainErrors:
    """Turn refusals of the domain, and waits for a colleague's lock, into a page with their status."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        return (
            error_response(request, status=response.status_code) if is_lost(request, response) else response
        )

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        """Answer the errors that speak to a person; leave all others to Django."""
        if isinstance(error, DomainError):
            return error_response(request, status=error.status, message=error.message)
        if isinstance(error, OperationalError) and is_lock_wait(error):
            response = error_response(request, status=503, message=BUSY)
            response.headers["Retry-After"] = BUSY_RETRY_SECONDS
            return response
        return None


domain_errors = DomainErrors


def is_lost(request: HttpRequest, response: HttpResponse) -> bool:
    """Tell whether htmx would put a page of errors, or nothing, in the place of a fragment.

    A form with its errors (422) is a fragment that was asked for.
    """
    failed = response.status_code >= 400 and response.status_code != UNPROCESSABLE
    return failed and asks_for_fragment(request) and "HX-Retarget" not in response.headers


def is_lock_wait(error: OperationalError) -> bool:
    """Tell whether the database gave up waiting for somebody else's lock (PostgreSQL or SQLite)."""
    if getattr(error.__cause__, "sqlstate", None) in LOCK_SQLSTATES:
        return True
    return "database is locked" in str(error) or "database table is locked" in str(error)
