"""The calendar of days off, as it became known: rows are only ever added.

What the law *says* is no table: it stands in data files (`law.rulesets`).
"""

import hashlib
import json
from collections.abc import Iterable
from typing import Any, NoReturn

from django.db import models

from law.calendars import DayEntry
from law.states import DayBasis, DayKind, DayStatus

NO_DIGEST = "0" * 64


class AppendOnly(models.QuerySet[Any]):
    """Rows that may be added and read. A correction is a new row."""

    def update(self, **kwargs: Any) -> NoReturn:
        raise TypeError("rows of the calendar are never changed: load a corrected calendar")

    def delete(self) -> NoReturn:
        raise TypeError("rows of the calendar are never deleted: load a corrected calendar")


class CalendarVersion(models.Model):
    """One loading of days off. A deadline computed with version n is recomputed with version n.

    `digest` covers this version's rows and the digest before, so it names everything known so far.
    """

    number = models.PositiveIntegerField(primary_key=True)
    recorded_at = models.DateTimeField()
    file_name = models.CharField(max_length=200)
    digest = models.CharField(max_length=64)

    objects = AppendOnly.as_manager()

    class Meta:
        ordering = ["number"]

    def __str__(self) -> str:
        return f"calendar version {self.number}"


class CalendarDay(models.Model):
    """What was made known about one day; the row of the latest version holds.

    Two times: `known_from` is when the notice made it known to the world (empty: by statute),
    `version.recorded_at` when we knew it. `withdrawn` takes back what an earlier version said.
    """

    version = models.ForeignKey(CalendarVersion, on_delete=models.PROTECT, related_name="days")
    day = models.DateField()
    kind = models.CharField(max_length=10, choices=DayKind.choices)
    name = models.CharField(max_length=200)
    basis = models.CharField(max_length=20, choices=DayBasis.choices)
    notice = models.CharField(max_length=200, blank=True)
    status = models.CharField(max_length=20, choices=DayStatus.choices)
    known_from = models.DateField(null=True)
    withdrawn = models.BooleanField(default=False)

    objects = AppendOnly.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["version", "day"], name="calendar_day_once")]

    def __str__(self) -> str:
        return f"{self.day:%d/%m/%Y} {self.kind} (version {self.version_id})"

    @classmethod
    def from_entry(cls, entry: DayEntry, version: CalendarVersion) -> "CalendarDay":
        """Return the row, not yet saved, by which `version` states `entry`."""
        return cls(version=version, **vars(entry))

    def entry(self) -> DayEntry:
        """Return the row as the plain value that the clock counts with."""
        return DayEntry(
            day=self.day,
            kind=DayKind(self.kind),
            name=self.name,
            basis=DayBasis(self.basis),
            notice=self.notice,
            status=DayStatus(self.status),
            known_from=self.known_from,
            withdrawn=self.withdrawn,
        )


def digest(entries: Iterable[DayEntry], *, previous: str) -> str:
    """Return SHA-256 (64 hex digits) over the digest before and `entries`, in the order of days."""
    rows = [vars(entry) for entry in sorted(entries, key=lambda entry: entry.day)]
    body = json.dumps(rows, default=str, ensure_ascii=False, sort_keys=True)
    return hashlib.sha256(f"{previous}{body}".encode()).hexdigest()
