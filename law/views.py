"""The register of rules by date: public, for everybody alike."""

from datetime import date, timedelta
from itertools import pairwise
from typing import cast
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_safe

from accounts.requests import PersonRequest
from law import listing, register, rulesets
from law.forms import CompareForm, DayForm
from law.rows import RuleSet


@require_safe
def rules(request: HttpRequest) -> HttpResponse:
    """Show what was in force on the day `on`, today where the address names none; `q` narrows it down.

    A day typed as 23/11/2026 leads to the address with 2026-11-23, which can be shared.
    """
    today = cast(PersonRequest, request).today
    form = DayForm({"on": request.GET.get("on", f"{today:%d/%m/%Y}"), "q": request.GET.get("q", "")})
    if not form.is_valid():
        return render(request, "law/rules.html", {"form": form, "changes": _changes()}, status=422)
    day, wanted = form.cleaned_data["on"], form.cleaned_data["q"]
    if request.GET.get("on", day.isoformat()) != day.isoformat():
        return redirect(_address("law:rules", on=day.isoformat(), q=wanted))
    found = register.in_force(day)
    own, after = listing.groups(found, wanted)
    readings = listing.readings(wanted)
    context = {
        "form": DayForm({"on": f"{day:%d/%m/%Y}", "q": wanted}),
        "found": found,
        "own": own,
        "after": after,
        "readings": readings,
        "sources": listing.sources([*own, *after, *readings]),
        "changes": _changes(),
        "wanted": wanted,
    }
    return render(request, "law/rules.html", context)


@require_safe
def compare(request: HttpRequest) -> HttpResponse:
    """Show what the later of two days has otherwise; by default what the last change of law changed."""
    earlier, later = _last_change(cast(PersonRequest, request).today)
    asked = {"from": request.GET.get("from", f"{earlier:%d/%m/%Y}")}
    asked["to"] = request.GET.get("to", f"{later:%d/%m/%Y}")
    form = CompareForm(asked)
    if not form.is_valid():
        return render(request, "law/compare.html", {"form": form, "changes": _changes()}, status=422)
    days = {name: day.isoformat() for name, day in form.cleaned_data.items()}
    if any(request.GET.get(name, day) != day for name, day in days.items()):
        return redirect(_address("law:compare", **days))
    earlier, later = form.cleaned_data["from"], form.cleaned_data["to"]
    context = {
        "form": CompareForm({"from": f"{earlier:%d/%m/%Y}", "to": f"{later:%d/%m/%Y}"}),
        "earlier": register.in_force(earlier),
        "later": register.in_force(later),
        "groups": _differences(earlier, later),
        "changes": _changes(),
    }
    return render(request, "law/compare.html", context)


def _address(name: str, **asked: str) -> str:
    return f"{reverse(name)}?{urlencode({key: value for key, value in asked.items() if value})}"


def _differences(earlier: date, later: date) -> list[tuple[str, list[listing.Told]]]:
    """Return the differences in words, by part of the register."""
    found: dict[str, list[listing.Told]] = {}
    for difference in register.differences(earlier, later):
        found.setdefault(str(difference.part.label), []).append(listing.told(difference))
    return list(found.items())


def _last_change(today: date) -> tuple[date, date]:
    """Return the last day of the rule set before today's, and the first day of today's."""
    first = rulesets.rule_set_on(today).valid_from
    return first - timedelta(days=1), first


def _changes() -> list[tuple[RuleSet, RuleSet]]:
    """Return the rule sets in pairs that followed each other, the newest first."""
    return list(pairwise(rulesets.library().rule_sets.values()))[::-1]
