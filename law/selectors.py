"""Reads of the calendar, and of what the city has set."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from law.calendars import Calendar, standing
from law.models import NO_DIGEST, CalendarDay, CalendarVersion, LocalSetting
from law.rows import Provision
from law.states import SettingKind


def calendar(version: int | None = None) -> Calendar:
    """Return the calendar as known in `version`; the newest, if none is named.

    Costs one small query; the rows are read once per process and version. Before the first loading it
    is version 0, which covers no year.

    Raises:
        CalendarVersion.DoesNotExist: there is no such version.
    """
    number, digest = _newest() if version is None else _named(version)
    return _calendar(number, digest)


def newest_version() -> CalendarVersion | None:
    """Return the newest version of the calendar; None before the first loading."""
    return CalendarVersion.objects.order_by("-number").first()


def versions() -> list[CalendarVersion]:
    """Return all versions of the calendar, newest first."""
    return list(CalendarVersion.objects.order_by("-number"))


def statements(*, after: int, upto: int, year: int | None = None) -> list[CalendarDay]:
    """Return what the versions after `after`, up to `upto`, say: the latest row of each day, by day.

    A row that takes a day back is among them. `year` leaves out the days of other years.
    """
    rows = CalendarDay.objects.filter(version__gt=after, version__lte=upto).select_related("version")
    if year is not None:
        rows = rows.filter(day__year=year)
    return sorted({row.day: row for row in rows.order_by("version")}.values(), key=lambda row: row.day)


def _newest() -> tuple[int, str]:
    versions = CalendarVersion.objects.order_by("-number").values_list("number", "digest")
    return versions.first() or (0, NO_DIGEST)


def _named(version: int) -> tuple[int, str]:
    found: tuple[int, str] = CalendarVersion.objects.values_list("number", "digest").get(number=version)
    return found


@lru_cache(maxsize=16)
def _calendar(version: int, digest: str) -> Calendar:
    """Build a calendar. The digest is part of the key: a number alone may come back after a restore."""
    rows = CalendarDay.objects.filter(version__lte=version).order_by("version", "day")
    history = [row.entry() for row in rows]
    return Calendar(version, standing(history), history)


@dataclass(frozen=True)
class LocalSettings:
    """All that the city has set, read at once: there are a few dozen rows at most."""

    rows: tuple[LocalSetting, ...]

    def on(self, row: Provision, day: date) -> Mapping[SettingKind, LocalSetting]:
        """Return what holds on `day` for the step of `row`: at most one setting of each kind."""
        return {
            SettingKind(one.kind): one
            for one in self.rows
            if (one.rule_set, one.step) == (row.rule_set, row.step)
            and one.valid_from <= day
            and (one.last_on is None or day <= one.last_on)
        }


def local_settings() -> LocalSettings:
    """Return all settings of the city on record."""
    return LocalSettings(tuple(LocalSetting.objects.select_related("ending")))
