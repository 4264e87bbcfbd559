"""The request as our views get it, for the type checker."""

from datetime import date, datetime

from django.http import HttpRequest

from accounts.models import User
from accounts.selectors import Standing


class PersonRequest(HttpRequest):
    """A request of somebody who is signed in, told the time by the middleware."""

    user: User
    now: datetime
    today: date
    standing: Standing
