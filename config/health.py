"""Is the process up, and is it ready for people?"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from functools import cache
from typing import Any

from django.conf import settings
from django.db import Error, connection
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from law.selectors import calendar
from notifications import beat, relay
from notifications import selectors as notifications
from records import clock

LONGEST_SILENCE = timedelta(seconds=60)
LATE_DELIVERY = timedelta(minutes=1)
NO_DELIVERY = timedelta(minutes=10)


class Status(StrEnum):
    """`WARNING`: somebody should look, people can work. `RED`: what people rely on does not hold."""

    OK = "ok"
    WARNING = "warning"
    RED = "red"


@dataclass(frozen=True)
class Finding:
    """What one check found, in words for whoever keeps the machines."""

    status: Status
    detail: str


@require_safe
@never_cache
def healthz(request: HttpRequest) -> HttpResponse:
    """Answer: the process is up. Asks nobody else."""
    return HttpResponse("ok", content_type="text/plain")


@require_safe
@never_cache
def readyz(request: HttpRequest) -> HttpResponse:
    """Answer in JSON what each check found; 503 where one of them is red."""
    found = findings()
    worst = max((finding.status for finding in found.values()), key=list(Status).index)
    body: dict[str, Any] = {"status": worst, "checks": {}}
    for name, finding in found.items():
        body["checks"][name] = {"status": finding.status, "detail": finding.detail}
    return JsonResponse(body, status=503 if worst == Status.RED else 200)


def findings() -> dict[str, Finding]:
    """Run the checks in their order; those behind the first that cannot even be asked are left out."""
    found: dict[str, Finding] = {}
    for name, check in checks():
        try:
            found[name] = check()
        except Error as error:
            # The text of a database error may name hosts and users; this page is public.
            found[name] = Finding(Status.RED, f"cannot be asked: {type(error).__name__}")
            break
    return found


def checks() -> Iterator[tuple[str, Callable[[], Finding]]]:
    """Yield the checks that this installation needs."""
    yield "database", check_database
    yield "migrations", check_migrations
    yield "relay", lambda: check_alive(relay.NAME, at=clock.database_time())
    if getattr(settings, "CELERY_BEAT_SCHEDULER", "") == beat.SCHEDULER:
        yield "beat", lambda: check_alive(beat.NAME, at=clock.database_time())
    yield "outbox", lambda: check_outbox(at=clock.database_time())
    # The year is the one that people see, since deadlines are counted in it.
    yield "calendar", lambda: check_calendar(on=clock.local_day(clock.now()))


def check_database() -> Finding:
    """Ask the database the time."""
    clock.database_time()
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return Finding(Status.OK, connection.vendor)


def check_migrations() -> Finding:
    """Compare the migrations of this code with those that the database has had."""
    missing = sorted(known_migrations() - set(MigrationRecorder(connection).applied_migrations()))
    if missing:
        return Finding(Status.RED, "not applied: " + ", ".join(".".join(key) for key in missing))
    return Finding(Status.OK, "all applied")


@cache
def known_migrations() -> frozenset[tuple[str, str]]:
    """Return the migrations of this code, read once: they do not change while the process lives."""
    return frozenset(MigrationLoader(None, ignore_no_migrations=True).graph.nodes)


def check_alive(name: str, *, at: datetime) -> Finding:
    """Ask for the last sign of life of a process, by the database's time."""
    silence = notifications.silence(name, at=at)
    if silence is None:
        return Finding(Status.RED, "no sign of life yet")
    status = Status.RED if silence > LONGEST_SILENCE else Status.OK
    return Finding(status, f"last sign of life {seconds(silence)} s ago")


def check_outbox(*, at: datetime) -> Finding:
    """Ask how long the oldest message has been owed.

    Red where nobody works on it (no worker, no broker). A message that is tried and refused, as by a
    mail server, is a warning: one bad address must not take the site down.
    """
    waiting = notifications.oldest_wait(at=at, failed=False)
    failing = notifications.oldest_wait(at=at, failed=True)
    if waiting and waiting > LATE_DELIVERY:
        status = Status.RED if waiting > NO_DELIVERY else Status.WARNING
        return Finding(status, f"oldest message waits for a worker since {seconds(waiting)} s")
    if failing:
        return Finding(Status.WARNING, f"oldest message that is refused is {seconds(failing)} s old")
    return Finding(Status.OK, f"oldest message waits since {seconds(waiting or timedelta(0))} s")


def seconds(time: timedelta) -> int:
    """Return `time` in whole seconds."""
    return int(time.total_seconds())


def check_calendar(*, on: date) -> Finding:
    """Ask whether deadlines of this year and of the next can be counted, and be relied on."""
    known, years = calendar(), (on.year, on.year + 1)
    if missing := [str(year) for year in years if not known.covers(year)]:
        return Finding(Status.RED, f"no calendar for {', '.join(missing)}")
    if any(known.provisional_days(year) for year in years):
        return Finding(Status.WARNING, "some days off are provisional")
    return Finding(Status.OK, f"covers {years[0]} and {years[1]}")
