"""What is done here when something happens in a room below."""

from datetime import datetime

from accounts.models import Agency, User
from workflows import services


def hand_back_work(*, user: User, agency: Agency, by: User, at: datetime, **kwargs: object) -> None:
    """Hand back the claimed steps of somebody who stops serving, in the transaction that ends it."""
    services.hand_back(user=user, agency=agency, by=by, at=at)
