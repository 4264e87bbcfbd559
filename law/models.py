"""The calendar of days off, and what the city has set, as they became known: rows are only ever added.

What the law *says* is no table: it stands in data files (`law.rulesets`).
"""

import hashlib
import json
from collections.abc import Iterable
from datetime import date
from typing import Any, NoReturn

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from law.calendars import DayEntry
from law.rows import Provision, limit_text
from law.states import DayBasis, DayKind, DayStatus, SettingKind

NO_DIGEST = "0" * 64


class AppendOnly(models.QuerySet[Any]):
    """Rows that may be added and read. A correction is a new row."""

    def update(self, **kwargs: Any) -> NoReturn:
        raise TypeError(f"rows of {self.model._meta.verbose_name} are never changed: add a corrected one")

    def delete(self) -> NoReturn:
        raise TypeError(f"rows of {self.model._meta.verbose_name} are never deleted: add a corrected one")


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


class LocalSettingQuerySet(AppendOnly):
    """The city's settings; one that was ended holds until the earlier of its two last days."""

    def on(self, day: date) -> "LocalSettingQuerySet":
        """Keep what is in force on `day`."""
        begun = self.filter(valid_from__lte=day)
        not_over = Q(valid_to=None) | Q(valid_to__gte=day)
        return begun.filter(not_over, Q(ending=None) | Q(ending__last_on__gte=day))


class LocalSetting(models.Model):
    """What the city has settled about the limit of `step`, by which act of its own, from when to when.

    `amount` is the shorter limit, in the law's own unit; the other kinds have none. `number` counts the
    settings: of two that are entered at once, one fails on it. `key` and `fingerprint` are of the form.

    Source: Decree 139/2025/NĐ-CP, Art. 22(2): the province may not add documents, time or cost.
    """

    number = models.PositiveIntegerField(unique=True)
    kind = models.CharField(_("what is set"), max_length=20, choices=SettingKind.choices)
    rule_set = models.CharField(_("rule set"), max_length=5)
    step = models.CharField(_("step"), max_length=10)
    amount = models.PositiveIntegerField(_("limit"), null=True)
    valid_from = models.DateField(_("from"))
    valid_to = models.DateField(_("to"), null=True)
    paper_number = models.CharField(_("number of the city's act"), max_length=100)
    paper_on = models.DateField(_("day of the city's act"))
    reason = models.TextField(_("reason"))
    recorded_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField()
    key = models.UUIDField(unique=True, null=True, editable=False)
    fingerprint = models.CharField(max_length=64, blank=True, editable=False)

    objects = LocalSettingQuerySet.as_manager()

    class Meta:
        ordering = ["number"]
        verbose_name = _("setting of the city")
        constraints = [
            models.CheckConstraint(
                condition=Q(valid_to=None) | Q(valid_to__gte=F("valid_from")), name="local_setting_order"
            ),
            models.CheckConstraint(
                condition=Q(kind=SettingKind.SHORTER_LIMIT, amount__gt=0)
                | ~Q(kind=SettingKind.SHORTER_LIMIT) & Q(amount=None),
                name="local_setting_amount",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}: {self.rule_set}/{self.step}"

    @property
    def last_on(self) -> date | None:
        """Return the last day on which the setting is in force; None while that is open."""
        ending = getattr(self, "ending", None)
        days = [day for day in (self.valid_to, ending.last_on if ending else None) if day]
        return min(days, default=None)

    def shorter_text(self, row: Provision) -> str:
        """Return the city's limit for people, in the unit of the law's `row`; empty for other kinds."""
        return limit_text(self.amount, row.unit)

    @property
    def paper(self) -> str:
        """Return the city's act as people name it: its number and its day."""
        return f"{self.paper_number} ({self.paper_on:%d/%m/%Y})"


class LocalSettingEnd(models.Model):
    """The act by which the city ended a setting: `last_on` is the last day on which it holds."""

    setting = models.OneToOneField(LocalSetting, on_delete=models.PROTECT, related_name="ending")
    last_on = models.DateField(_("last day"))
    paper_number = models.CharField(_("number of the city's act"), max_length=100)
    paper_on = models.DateField(_("day of the city's act"))
    reason = models.TextField(_("reason"))
    recorded_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField()

    objects = AppendOnly.as_manager()

    class Meta:
        verbose_name = _("end of a setting of the city")

    def __str__(self) -> str:
        return f"{self.setting} – {self.last_on:%d/%m/%Y}"


def digest(entries: Iterable[DayEntry], *, previous: str) -> str:
    """Return SHA-256 (64 hex digits) over the digest before and `entries`, in the order of days."""
    rows = [vars(entry) for entry in sorted(entries, key=lambda entry: entry.day)]
    body = json.dumps(rows, default=str, ensure_ascii=False, sort_keys=True)
    return hashlib.sha256(f"{previous}{body}".encode()).hexdigest()
