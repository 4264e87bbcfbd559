"""The one place that tells the time. Views and tasks ask; everything below is told."""

from collections.abc import Callable
from datetime import date, datetime
from typing import cast

from django.conf import settings
from django.db import connection
from django.utils import timezone
from django.utils.module_loading import import_string


def now() -> datetime:
    """Return the present moment, aware, from the clock that the profile names."""
    return cast(Callable[[], datetime], import_string(settings.CLOCK))()


def database_time() -> datetime:
    """Return the database's time, so that web and workers with skewed clocks agree.

    SQLite has no clock but this machine's.
    """
    if connection.vendor != "postgresql":
        return timezone.now()
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        return cast(datetime, cursor.fetchone()[0])


def local_day(moment: datetime) -> date:
    """Return the day of `moment` in Asia/Ho_Chi_Minh: the day that deadlines count."""
    return timezone.localtime(moment).date()
