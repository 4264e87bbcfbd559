"""Loading the calendar of days off."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

from django.db import transaction

from law import calendars, selectors
from law.calendars import Calendar, DayEntry
from law.models import NO_DIGEST, CalendarDay, CalendarVersion, digest


@dataclass(frozen=True)
class CalendarLoad:
    """What a loading did: the version that now holds, and the days on which it changed something."""

    version: int
    changed: tuple[date, ...]


@transaction.atomic
def load_calendar(path: Path = calendars.DEFAULT_FILE, *, at: datetime) -> CalendarLoad:
    """Add what the file `path` says about days off, as a new version; all of it or nothing.

    Days that the file leaves out stay as they were; a row with `withdrawn` takes one back. A file that
    says nothing new makes no version. Of two loadings at once, one fails on the number of its version.

    Raises:
        LawDataError: a cell is wrong, or a year would be known only in part.
    """
    before = selectors.calendar()
    changes, _calendar = _read(path, before)
    if not changes:
        return CalendarLoad(before.version, ())
    version = _new_version(path.name, changes, at)
    CalendarDay.objects.bulk_create(CalendarDay.from_entry(entry, version) for entry in changes.values())
    return CalendarLoad(version.number, tuple(sorted(changes)))


def preview(path: Path) -> tuple[CalendarLoad, Calendar]:
    """Return what loading the file `path` would do, and the calendar as it would be; nothing is written.

    Raises:
        LawDataError: as `load_calendar`.
    """
    before = selectors.calendar()
    changes, after = _read(path, before)
    return CalendarLoad(after.version, tuple(sorted(changes))), after


def _read(path: Path, before: Calendar) -> tuple[dict[date, DayEntry], Calendar]:
    """Return what the file changes, and the calendar after it."""
    changes = _changes(calendars.read(path), before)
    if not changes:
        return changes, before
    entries = {**before.entries, **changes}
    after = Calendar(before.version + 1, {day: e for day, e in entries.items() if not e.withdrawn})
    calendars.check_whole_years(after, file=path.name)
    return changes, after


def _changes(entries: Mapping[date, DayEntry], before: Calendar) -> dict[date, DayEntry]:
    """Return the entries that say something else than `before` does."""
    return {
        day: entry
        for day, entry in entries.items()
        if before.entry(day) != (None if entry.withdrawn else entry)
    }


def _new_version(file_name: str, changes: Mapping[date, DayEntry], at: datetime) -> CalendarVersion:
    newest = selectors.newest_version()
    return CalendarVersion.objects.create(
        number=newest.number + 1 if newest else 1,
        recorded_at=at,
        file_name=file_name,
        digest=digest(changes.values(), previous=newest.digest if newest else NO_DIGEST),
    )
