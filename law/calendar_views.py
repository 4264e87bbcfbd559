"""The calendar of days off, year by year and version by version: public, as the law is."""

from dataclasses import dataclass

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from accounts.requests import PersonRequest, read_number
from law import selectors
from law import year as pages
from law.calendars import Calendar, DayEntry
from law.models import CalendarDay, CalendarVersion
from law.states import DaySign


@dataclass(frozen=True)
class Said:
    """What a version says about a day, and what was known of that day in the version before."""

    row: CalendarDay
    before: DayEntry | None

    @property
    def sign(self) -> DaySign | None:
        """Return how the day is marked now."""
        return None if self.row.withdrawn else pages.sign(self.row.entry())


@require_safe
def year(request: PersonRequest) -> HttpResponse:
    """Show a year as one version of the calendar knows it, and what that version changed."""
    versions = selectors.versions()
    if not versions:
        return render(request, "law/calendar.html", {"year": request.today.year})
    version = _version(request, versions)
    days = selectors.calendar(version.number)
    shown = _number(request, "year", default=request.today.year)
    known = days.covers(shown)
    context = {
        "year": shown,
        "years": sorted(days.years),
        "versions": versions,
        "calendar_version": version,
        "is_newest": version == versions[0],
        "known": known,
        "months": pages.months(shown, days) if known else [],
        "weekdays": pages.weekdays(),
        "signs": DaySign,
        "rows": _rows(shown, days) if known else [],
        "changes": _changes(version),
    }
    return render(request, "law/calendar.html", context)


def _version(request: PersonRequest, versions: list[CalendarVersion]) -> CalendarVersion:
    wanted = _number(request, "version", default=versions[0].number)
    found = next((version for version in versions if version.number == wanted), None)
    if found is None:
        raise Http404
    return found


def _number(request: PersonRequest, name: str, *, default: int) -> int:
    """Return the number that the address names, `default` where it names none."""
    found = read_number(request.GET.get(name, ""))
    return default if found is None else found


def _rows(year: int, days: Calendar) -> list[Said]:
    rows = selectors.statements(after=0, upto=days.version, year=year)
    return [Said(row, None) for row in rows if not row.withdrawn]


def _changes(version: CalendarVersion) -> list[Said]:
    """Return what the version says otherwise than the one before; the first one only began the calendar."""
    before = version.number - 1
    if not before:
        return []
    known = selectors.calendar(before)
    return [
        Said(row, known.entry(row.day)) for row in selectors.statements(after=before, upto=version.number)
    ]
