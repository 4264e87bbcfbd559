"""The inbox, and who works on which step."""

from __future__ import annotations

from datetime import date
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from accounts.requests import PersonRequest, read_number
from law.calendars import Calendar
from law.clock import working_days_left
from law.selectors import calendar
from workflows import policies, selectors, services
from workflows.forms import AssignForm
from workflows.models import Step

TABS = {
    "mine": gettext_lazy("Mine"),
    "agency": gettext_lazy("My agency's"),
    "week": gettext_lazy("Due this week"),
    "overdue": gettext_lazy("Overdue"),
    "others": gettext_lazy("Waiting on others"),
}
EMPTY = {
    "mine": gettext_lazy("You have claimed no step. Open “My agency's” and take one."),
    "agency": gettext_lazy("Nothing lies at your agency. New steps appear here as soon as they arrive."),
    "week": gettext_lazy("Nothing of your agency is due this week."),
    "overdue": gettext_lazy("Nothing is overdue."),
    "others": gettext_lazy("No case of yours waits for anybody else."),
}


@login_required
@require_safe
def inbox(request: PersonRequest) -> HttpResponse:
    """Show one tab of the open steps, a page at a time, by due day."""
    tab = request.GET.get("tab", "agency")
    if tab not in TABS:
        raise Http404
    steps = selectors.inbox(request.standing, tab=tab, today=request.today, after=_after(request))
    more = len(steps) > selectors.PAGE
    steps = steps[: selectors.PAGE]
    days = calendar()
    counts = selectors.inbox_counts(request.standing, today=request.today)
    context = {
        "tabs": [{"name": name, "label": label, "count": counts[name]} for name, label in TABS.items()],
        "most": selectors.MANY - 1,
        "tab": tab,
        "rows": [_row(request, step, days) for step in steps],
        "empty": EMPTY[tab],
        "older": _next_page(tab, steps[-1]) if more else "",
        "newer": f"?tab={tab}" if "after" in request.GET else "",
    }
    return render(request, "workflows/inbox.html", context)


def _row(request: PersonRequest, step: Step, days: Calendar) -> dict[str, Any]:
    may_do = policies.may_do(step, request.standing)
    left = None
    if step.due_on:
        left = working_days_left(today=request.today, due_on=step.due_on, calendar=days)
    return {
        "step": step,
        "left": left,
        "may_claim": may_do and step.owner_id is None,
        "may_open": may_do and bool(step.flow_task.page),
    }


def _after(request: PersonRequest) -> selectors.Key | None:
    day, _sep, raw = request.GET.get("after", "").partition("_")
    number = read_number(raw)
    try:
        return None if number is None else (date.fromisoformat(day) if day else None, number)
    except ValueError:
        return None


def _next_page(tab: str, last: Step) -> str:
    key = f"{last.due_on:%Y-%m-%d}" if last.due_on else ""
    return "?" + urlencode({"tab": tab, "after": f"{key}_{last.pk}"})


@login_required
@require_POST
def claim(request: PersonRequest, step_id: int) -> HttpResponse:
    """Take a step of one's agency."""
    step = _visible(request, step_id)
    services.claim(step_id=step.pk, by=request.user, at=request.now)
    messages.success(request, _("You have taken this step."))
    return redirect("approvals:case", step.case.code)


@login_required
@require_POST
def release(request: PersonRequest, step_id: int) -> HttpResponse:
    """Give a step back to the agency."""
    step = _visible(request, step_id)
    services.assign(step_id=step.pk, to=None, by=request.user, at=request.now)
    messages.success(request, _("The step lies at the agency again."))
    return redirect("approvals:case", step.case.code)


@login_required
def assign(request: PersonRequest, step_id: int) -> HttpResponse:
    """Give a step to a colleague."""
    step = _visible(request, step_id)
    if not policies.may_assign(step, request.standing):
        raise Http404
    form = AssignForm(request.POST or None, step=step, today=request.today)
    if request.method == "POST" and form.is_valid():
        to = form.cleaned_data["to"]
        services.assign(step_id=step.pk, to=to, by=request.user, at=request.now)
        messages.success(request, _("%(who)s has the step now.") % {"who": to})
        return redirect("approvals:case", step.case.code)
    status = 422 if form.is_bound else 200
    return render(
        request, "workflows/assign.html", {"form": form, "step": step, "case": step.case}, status=status
    )


def _visible(request: PersonRequest, step_id: int) -> Step:
    steps = (
        Step.objects.work().visible_to(request.standing).select_related("case__cluster", "agency", "process")
    )
    return get_object_or_404(steps, pk=step_id)
