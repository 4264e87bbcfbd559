"""The leader's board: what is open where, for how long, how late; and the cases behind each figure."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from accounts.requests import PersonRequest, read_number
from approvals.states import DeviationKind
from law.calendars import Calendar
from law.clock import working_days_left
from law.selectors import calendar
from timelines import selectors, strip
from timelines.groundbreaking import Course
from timelines.groundbreaking import answer as groundbreaking_answer
from timelines.waiting import FEW
from workflows.models import Step
from workflows.policies import may_lead, may_see_all
from workflows.selectors import PAGE
from workflows.states import Procedure

# So many clusters are drawn on one page.
ROWS = 50


@login_required
@require_safe
def board(request: PersonRequest) -> HttpResponse:
    """Show the open work by step and agency, who holds the oldest, and how long a start takes."""
    _check(request)
    days = calendar()
    piles = selectors.piles(request.standing, now=request.now, calendar=days)
    longest = max((pile.oldest_days for pile in piles), default=0)
    context = {
        "piles": piles,
        "totals": selectors.totals(piles),
        "longest": longest,
        "oldest": selectors.oldest(request.standing, now=request.now, calendar=days),
        "procedures": {pile.procedure for pile in piles},
        "answer": groundbreaking_answer(today=request.today),
        "least": FEW,
        "city_wide": may_see_all(request.standing),
    }
    return render(request, "timelines/board.html", context)


@login_required
@require_safe
def groundbreaking(request: PersonRequest) -> HttpResponse:
    """Show how long it takes from the decision to the groundbreaking, and who still waits.

    The register is public, so every leader sees the whole city. `?wave=2019` keeps the clusters that
    were decided in a year, `?made_up=yes` shows those of the demo instead of the real ones.
    """
    _check(request)
    made_up = request.GET.get("made_up") == "yes"
    whole = groundbreaking_answer(today=request.today, made_up=made_up)
    wave = read_number(request.GET.get("wave", ""))
    answer = whole if wave is None else whole.wave(wave)
    shown = [*answer.started, *answer.waiting]
    first = _first_row(request, len(shown))
    page = shown[first : first + ROWS]
    axis = strip.axis(page, today=request.today)
    context = {
        "answer": answer,
        "whole": whole,
        "wave": wave,
        "made_up": made_up,
        "axis": axis,
        "least": FEW,
        "sources": _sources(page),
        "rows": [{"course": course, "marks": axis.marks(course)} for course in page],
        "newer": _address(request, rows=first - ROWS) if first else "",
        "older": _address(request, rows=first + ROWS) if first + ROWS < len(shown) else "",
    }
    return render(request, "timelines/groundbreaking.html", context)


def _sources(courses: list[Course]) -> list[str]:
    """Return the sources of the days of `courses`, each once, in their order."""
    facts = [fact for one in courses for fact in (one.decision, one.lease, one.start, one.status) if fact]
    return list(dict.fromkeys(fact.source for fact in facts if fact.source))


def _first_row(request: PersonRequest, number: int) -> int:
    """Return the number of the first row that the address asks for; 0 where there is none such."""
    asked = read_number(request.GET.get("rows", "")) or 0
    return asked if asked < number else 0


def _address(request: PersonRequest, *, rows: int) -> str:
    query = request.GET.copy()
    query["rows"] = str(max(0, rows))
    return f"?{query.urlencode()}"


@login_required
@require_safe
def conformance(request: PersonRequest) -> HttpResponse:
    """Show the running cases that depart from their procedure, out of as many as are replayed at once.

    To replay every case of a large city is work for `manage.py conformance --all`. `?kind=late` keeps the
    cases of one kind, `?after=…` goes on to the next ones.
    """
    _check(request)
    after = read_number(request.GET.get("after", ""))
    replayed = selectors.replayed(
        request.standing, today=request.today, calendar=calendar(), after=after or 0
    )
    kind = request.GET.get("kind", "")
    departures = [
        one
        for one in replayed.departures
        if kind not in DeviationKind.values or any(each.kind == kind for each in one.deviations)
    ]
    context = {
        "replayed": replayed,
        "departures": departures,
        "kind": kind,
        "after": after,
        "older": f"?after={replayed.following}" if replayed.following else "",
        "newer": "" if after is None else "?",
    }
    return render(request, "timelines/conformance.html", context)


@login_required
@require_safe
def open_steps(request: PersonRequest) -> HttpResponse:
    """Show the cases behind one figure of the board, the oldest first, a page at a time."""
    _check(request)
    steps = selectors.open_work(request.standing).select_related(
        "case__cluster", "agency", "owner", "process"
    )
    step, agency = request.GET.get("step", ""), read_number(request.GET.get("agency", ""))
    if step.isidentifier():
        steps = steps.filter(name=step)
    if request.GET.get("procedure") in Procedure.values:
        steps = steps.filter(process__procedure=request.GET["procedure"])
    if agency is not None:
        steps = steps.filter(agency=agency)
    if request.GET.get("late"):
        steps = steps.filter(due_on__lt=request.today)
    after = read_number(request.GET.get("after", ""))
    if after is not None:
        steps = steps.filter(pk__gt=after)
    page = list(steps.order_by("pk")[: PAGE + 1])
    days = calendar()
    rows = [_row(one, today=request.today, days=days) for one in page[:PAGE]]
    context: dict[str, Any] = {"rows": rows, "older": "", "newer": ""}
    if len(page) > PAGE:
        query = request.GET.copy()
        query["after"] = str(page[PAGE - 1].pk)
        context["older"] = f"?{query.urlencode()}"
    if after is not None:
        query = request.GET.copy()
        del query["after"]
        context["newer"] = f"?{query.urlencode()}"
    return render(request, "timelines/open_steps.html", context)


def _row(step: Step, *, today: date, days: Calendar) -> dict[str, Any]:
    left = None
    if step.due_on:
        left = working_days_left(today=today, due_on=step.due_on, calendar=days)
    return {
        "step": step,
        "waited": selectors.waited_days(step, today=today, calendar=days),
        "left": left,
        "paused": step.flow_task.stops_clock,
    }


def _check(request: PersonRequest) -> None:
    if not may_lead(request.standing):
        raise Http404
