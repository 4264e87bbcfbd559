"""The request as our views get it, and how numbers and keys are read from it."""

from datetime import date, datetime
from uuid import UUID

from django.http import Http404, HttpRequest

from accounts.models import User
from accounts.selectors import Standing

MOST_DIGITS = 18  # what a BIGINT column holds


class PersonRequest(HttpRequest):
    """A request of somebody who is signed in, told the time by the middleware."""

    user: User
    now: datetime
    today: date
    standing: Standing


def read_number(raw: str) -> int | None:
    """Return the number that `raw` is; None for anything that no row of ours can have as its number."""
    return int(raw) if raw.isascii() and raw.isdigit() and len(raw) <= MOST_DIGITS else None


def form_key(request: HttpRequest) -> UUID:
    """Return the idempotency key that the sent form carries.

    Raises:
        Http404: it carries none, so it is no form of ours.
    """
    try:
        return UUID(request.POST.get("key", ""))
    except ValueError as error:
        raise Http404 from error
