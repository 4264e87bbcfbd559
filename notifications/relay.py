"""The relay: finds what is owed and wakes a worker for it, again and again, until a worker has done it.

A message on the broker is only a wake-up. The row is marked done by the worker, in the transaction
of its effect; so a broker that forgets everything, or a worker that dies, only costs time.

All moments here are the database's own time, never the clock that people see: the demo moves that
one ahead, which would make every row due at once and the relay look dead.
"""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from threading import Event

from django.db import DatabaseError, InterfaceError, close_old_connections, transaction
from django.db.models import F

from notifications import rules, services, tasks
from notifications.models import OutboxRow
from records import clock

logger = logging.getLogger(__name__)
NAME = "relay"
BATCH = 100
PAUSE = timedelta(seconds=0.5)
BEAT_EVERY = timedelta(seconds=5)
LONGEST_PAUSE = timedelta(seconds=15)  # well below the minute after which /readyz calls the relay dead

Send = Callable[[int], None]


def wake_worker(outbox_id: int) -> None:
    """Put the wake-up for one row on the broker; try a broken connection once more, then give up."""
    policy = {"max_retries": 1, "interval_start": 0, "interval_max": 0.2}
    tasks.deliver.apply_async(kwargs={"outbox_id": outbox_id}, retry=True, retry_policy=policy)


def claim(*, at: datetime, limit: int = BATCH) -> list[int]:
    """Take up to `limit` rows that are due at `at`, oldest first, and put off their next try.

    Two relays take different rows. Whoever dies after this has only put the rows off.
    """
    if not OutboxRow.objects.due(at).exists():
        return []  # on SQLite the transaction below would hold up every writer twice a second
    with transaction.atomic():
        rows = list(OutboxRow.objects.due(at).locked().order_by("next_attempt_at", "pk")[:limit])
        for row in rows:
            row.attempts += 1
            row.next_attempt_at = at + rules.wait(row.attempts)
        OutboxRow.objects.bulk_update(rows, ["attempts", "next_attempt_at"])
    return [row.pk for row in rows]


def release(outbox_ids: list[int], *, at: datetime) -> None:
    """Make rows due again that no broker took: its failure is not theirs and must not slow them.

    The try does not count either. Counted, an hour without a broker would make each row wait ten
    minutes should the first wake-up after it be lost.
    """
    taken_back = {"next_attempt_at": at, "attempts": F("attempts") - 1}
    OutboxRow.objects.undone().filter(pk__in=outbox_ids).update(**taken_back)


def forward(outbox_ids: list[int], *, at: datetime, send: Send) -> bool:
    """Wake workers for the rows, outside of any transaction; tell whether the broker took them all."""
    for position, outbox_id in enumerate(outbox_ids):
        try:
            send(outbox_id)
        except Exception as error:  # each broker has errors of its own
            logger.warning("the broker takes nothing: %s: %s", type(error).__name__, error)
            release(outbox_ids[position:], at=at)
            return False
    return True


@dataclass
class Relay:
    """The loop, until `stop` is set. `send` wakes a worker for one row."""

    stop: Event
    send: Send = wake_worker
    failures: int = 0
    beaten_at: datetime | None = None

    def run(self) -> None:
        """Work until `stop` is set; a broker or a database that is away is waited for."""
        while not self.stop.is_set():
            close_old_connections()  # one that broke with the database would stay broken
            self.stop.wait(self.turn().total_seconds())

    def turn(self) -> timedelta:
        """Do what is due now; return how long to wait before the next turn."""
        try:
            busy = self._turn(clock.database_time())
        except (DatabaseError, InterfaceError) as error:
            logger.warning("the database is away: %s", type(error).__name__)
            return self._failed()
        if busy is None:
            return self._failed()
        self.failures = 0
        return timedelta(0) if busy else PAUSE

    def _turn(self, at: datetime) -> bool | None:
        """Return whether more may be waiting; None if the broker takes nothing."""
        self._beat(at)
        outbox_ids = claim(at=at)
        if not forward(outbox_ids, at=at, send=self.send):
            return None
        return len(outbox_ids) == BATCH

    def _beat(self, at: datetime) -> None:
        if self.beaten_at is None or at - self.beaten_at >= BEAT_EVERY:
            services.beat(NAME, at=at)
            self.beaten_at = at

    def _failed(self) -> timedelta:
        self.failures += 1
        return min(LONGEST_PAUSE, rules.wait(self.failures) / 5)
