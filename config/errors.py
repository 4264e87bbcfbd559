"""One look for everything that a person could not do: a page, or a notice in the page for htmx."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext_lazy as _

NOT_FOUND = 404
TOO_LARGE = 413
# Answered before it is known who asks, or when nothing more may be asked.
BEFORE_SIGN_IN = (TOO_LARGE, 500)
DONE = 200

TITLES = {
    DONE: _("Already recorded"),
    400: _("This request cannot be read"),
    403: _("You may not do this"),
    NOT_FOUND: _("Page not found"),
    409: _("This is not possible now"),
    TOO_LARGE: _("This file is too large"),
    422: _("This form cannot be accepted"),
    429: _("Too many attempts"),
    500: _("Something went wrong"),
    503: _("Please try again in a moment"),
}


def error_response(request: HttpRequest, *, status: int, message: object = "") -> HttpResponse:
    """Render `message` with `status`: as a whole page, or as a notice where htmx asked.

    Not found never shows its message: what a person may not see looks exactly like what is not there.
    """
    if status == NOT_FOUND:
        message = ""
    context = {
        "status": status,
        "title": TITLES.get(status, TITLES[409]),
        "message": message,
        "tone": "info" if status == DONE else "bad",
        "bare": status in BEFORE_SIGN_IN,
        "back": way_back(request),
    }
    if not asks_for_fragment(request):
        return render(request, "error.html", context, status=status)
    response = render(request, "components/notice.html", context, status=status)
    # The fragment that was asked for stays as it is; the notice goes to the page's live region.
    response.headers["HX-Retarget"] = "#notices"
    response.headers["HX-Reswap"] = "innerHTML show:window:top"
    return response


def asks_for_fragment(request: HttpRequest) -> bool:
    """Tell whether htmx asks, for a part of a page."""
    return request.headers.get("HX-Request") == "true" and request.headers.get("HX-Boosted") != "true"


def way_back(request: HttpRequest) -> str:
    """Return the page of ours from which a refused form was sent; empty where there is none."""
    referer = request.headers.get("Referer", "")
    sent_from = request.method == "POST" and url_has_allowed_host_and_scheme(
        referer, allowed_hosts={request.META.get("HTTP_HOST", "")}, require_https=request.is_secure()
    )
    return referer if sent_from else ""
