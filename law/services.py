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
    changes = _changes(calendars.read(path), before)
    if not changes:
        return CalendarLoad(before.version, ())
    calendars.check_whole_years(_after(before, changes), file=path.name)
    version = _new_version(path.name, changes, at)
    CalendarDay.objects.bulk_create(CalendarDay.from_entry(entry, version) for entry in changes.values())
    return CalendarLoad(version.number, tuple(sorted(changes)))


def _changes(entries: Mapping[date, DayEntry], before: Calendar) -> dict[date, DayEntry]:
    """Return the entries that say something else than `before` does."""
    return {
        day: entry
        for day, entry in entries.items()
        if before.entry(day) != (None if entry.withdrawn else entry)
    }


def _after(before: Calendar, changes: Mapping[date, DayEntry]) -> Calendar:
    entries = {**before.entries, **changes}
    return Calendar(before.version, {day: e for day, e in entries.items() if not e.withdrawn})


def _new_version(file_name: str, changes: Mapping[date, DayEntry], at: datetime) -> CalendarVersion:
    newest = selectors.newest_version()
    return CalendarVersion.objects.create(
        number=newest.number + 1 if newest else 1,
        recorded_at=at,
        file_name=file_name,
        digest=digest(changes.values(), previous=newest.digest if newest else NO_DIGEST),
    )
