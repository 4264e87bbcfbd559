"""Loading the calendar of days off, and recording what the city has set."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.selectors import standing
from law import calendars, policies, rules, selectors
from law.calendars import Calendar, DayEntry
from law.exceptions import NotTheAdministrator, SettingRefused
from law.models import NO_DIGEST, CalendarDay, CalendarVersion, LocalSetting, LocalSettingEnd, digest
from law.rules import Wanted
from law.rulesets import own_provision
from records.clock import local_day
from records.exceptions import AlreadyDone, KeyReused
from records.services import Sent


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


def set_locally(*, wanted: Wanted, by: User, at: datetime, sent: Sent | None = None) -> LocalSetting:
    """Record what the city has set. Clocks that run keep what was in force on their first day.

    Raises:
        NotTheAdministrator: `by` is not the administrator of the Department of Industry and Trade.
        SettingRefused: the law does not leave this to the city (`rules.check_setting`).
        AlreadyDone, KeyReused: the form `sent` came before.

    Source: Decree 139/2025/NĐ-CP, Art. 22(2).
    """
    _check_may_set(by, at)
    _check_repeat(sent, by)
    try:
        with transaction.atomic():
            return _set(wanted, by, at, sent)
    except IntegrityError as error:
        _check_repeat(sent, by)
        told = _("Somebody else entered a setting in this moment. Look at the list.")
        raise SettingRefused(told) from error


def _set(wanted: Wanted, by: User, at: datetime, sent: Sent | None) -> LocalSetting:
    # The number is taken before the others are looked at: who looked too early fails on the number.
    last = LocalSetting.objects.aggregate(last=Max("number"))["last"] or 0
    row = own_provision(wanted.rule_set, wanted.step, on=wanted.valid_from)
    same = {"kind": wanted.kind, "rule_set": wanted.rule_set, "step": wanted.step}
    others = LocalSetting.objects.filter(**same).select_related("ending")
    rules.check_setting(wanted, row, others, today=local_day(at))
    return LocalSetting.objects.create(
        number=last + 1,
        **vars(wanted),
        recorded_by=by,
        recorded_at=at,
        key=sent.key if sent else None,
        fingerprint=sent.fingerprint if sent else "",
    )


def end_setting(
    *,
    setting_id: int,
    last_on: date,
    paper_number: str,
    paper_on: date,
    reason: str,
    by: User,
    at: datetime,
) -> LocalSettingEnd:
    """Record that the city has ended a setting: it holds up to and including `last_on`.

    Raises:
        LocalSetting.DoesNotExist: there is no such setting.
        NotTheAdministrator: `by` is not the administrator of the Department of Industry and Trade.
        SettingRefused: it has ended before, or the day or the paper is not fit.
        AlreadyDone: the same person recorded the very same end before.
    """
    _check_may_set(by, at)
    today = local_day(at)
    with transaction.atomic():
        # Its own row makes a second one who ends it wait, and then find it ended.
        setting = LocalSetting.objects.select_for_update().get(pk=setting_id)
        end = {"last_on": last_on, "paper_number": paper_number, "paper_on": paper_on, "reason": reason}
        _check_not_ended(setting, end, by)
        rules.check_end(last_on, valid_from=setting.valid_from, before=setting.valid_to, today=today)
        rules.check_paper(paper_number, paper_on, reason, today=today)
        return LocalSettingEnd.objects.create(setting=setting, **end, recorded_by=by, recorded_at=at)


def _check_not_ended(setting: LocalSetting, end: dict[str, Any], by: User) -> None:
    before = LocalSettingEnd.objects.filter(setting=setting)
    if before.filter(**end, recorded_by=by).exists():
        raise AlreadyDone
    if before.exists():
        raise SettingRefused(_("This setting has been ended before."))


def _check_may_set(by: User, at: datetime) -> None:
    if not policies.may_set_locally(standing(by, on=local_day(at))):
        raise NotTheAdministrator


def _check_repeat(sent: Sent | None, by: User) -> None:
    """Tell whether the form was recorded before: by the same person with the same content, or not."""
    before = LocalSetting.objects.filter(key=sent.key).first() if sent else None
    if before is None or sent is None:
        return
    if (before.recorded_by_id, before.fingerprint) == (by.pk, sent.fingerprint):
        raise AlreadyDone
    raise KeyReused
