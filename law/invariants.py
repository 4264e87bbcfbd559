"""What must always hold for the calendar and the city's settings; checked by `manage.py verify`."""

from collections.abc import Iterator
from datetime import date

from law import calendars
from law.exceptions import LawDataError
from law.models import NO_DIGEST, CalendarVersion, LocalSetting, digest
from law.rulesets import own_provision
from law.selectors import calendar
from records.invariants import invariant


@invariant("L1", "the calendar's versions follow each other without a gap, and no row was changed")
def calendar_rows_are_only_added() -> Iterator[str]:
    previous = NO_DIGEST
    versions = CalendarVersion.objects.order_by("number").prefetch_related("days")
    for expected, version in enumerate(versions, start=1):
        if version.number != expected:
            yield f"{version} follows version {expected - 1}"
        previous = digest((row.entry() for row in version.days.all()), previous=previous)
        if version.digest != previous:
            yield f"the rows of {version} are not those that were loaded"


@invariant("L2", "every year of the calendar is known as a whole")
def calendar_years_are_whole() -> Iterator[str]:
    try:
        calendars.check_whole_years(calendar(), file="calendar")
    except LawDataError as error:
        yield str(error)


@invariant("L3", "a setting of the city shortens a limit of the law, and none overlaps another of its kind")
def settings_stay_within_the_law() -> Iterator[str]:
    ends: dict[tuple[str, str, str], date] = {}
    for one in LocalSetting.objects.select_related("ending").order_by("valid_from", "number"):
        row = own_provision(one.rule_set, one.step, on=one.valid_from)
        if row is None or not row.has_limit:
            yield f"setting {one.number} {one}: the law has no such limit"
        elif one.amount is not None and one.amount >= (row.amount or 0):
            yield f"setting {one.number} {one}: {one.amount} is not shorter than {row.amount}"
        if one.last_on and one.last_on < one.valid_from:
            continue  # ended before it came into force
        key = (one.kind, one.rule_set, one.step)
        if one.valid_from <= ends.get(key, date.min):
            yield f"setting {one.number} {one}: another one is in force on {one.valid_from}"
        ends[key] = max(one.last_on or date.max, ends.get(key, date.min))
