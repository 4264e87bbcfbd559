"""Celery's beat, with a sign of life: without it nobody would notice that reminders are not sent."""

import logging
from datetime import datetime, timedelta
from typing import Any

from celery.beat import PersistentScheduler
from django.db import Error, close_old_connections

from notifications import services
from records import clock

logger = logging.getLogger(__name__)
NAME = "beat"
SCHEDULER = "notifications.beat:Scheduler"
BEAT_EVERY = timedelta(seconds=5)


class Scheduler(PersistentScheduler):
    """The usual scheduler, which wakes every few seconds to say that it lives.

    Set `CELERY_BEAT_SCHEDULER` to `SCHEDULER`.
    """

    beaten_at: datetime | None = None

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # The default is five minutes, five times the silence after which /readyz turns red.
        self.max_interval = BEAT_EVERY.total_seconds()

    def tick(self, *args: Any, **kwargs: Any) -> float:
        """Give a sign of life, then do what is due; return the seconds until the next tick."""
        self._beat()
        return float(super().tick(*args, **kwargs))

    def _beat(self) -> None:
        try:
            close_old_connections()
            at = clock.database_time()
            if self.beaten_at is None or at - self.beaten_at >= BEAT_EVERY:
                services.beat(NAME, at=at)
                self.beaten_at = at
        except Error as error:
            logger.warning("no sign of life written: %s", type(error).__name__)
