"""What must always hold for the calendar; checked by `manage.py verify`."""

from collections.abc import Iterator

from law import calendars
from law.exceptions import LawDataError
from law.models import NO_DIGEST, CalendarVersion, digest
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
