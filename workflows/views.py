"""The inbox, who works on which step, and who took over from a dissolved agency."""

from __future__ import annotations

from datetime import date
from typing import Any
from urllib.parse import urlencode
from uuid import uuid4

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from accounts.models import Agency
from accounts.requests import PersonRequest, form_key, read_number
from clusters.models import Cluster
from law.calendars import Calendar
from law.clock import working_days_left
from law.selectors import calendar
from records.exceptions import AlreadyDone, DomainError, KeyReused
from records.services import Sent
from workflows import clocks, policies, rule_sets, selectors, services
from workflows.forms import AssignForm, ExtensionForm, SuccessorForm
from workflows.models import Step, SuccessorChoice

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
    context: dict[str, Any] = {
        "tabs": [{"name": name, "label": label, "count": counts[name]} for name, label in TABS.items()],
        "most": selectors.MANY - 1,
        "tab": tab,
        "rows": [_row(request, step, days) for step in steps],
        "empty": EMPTY[tab],
        "older": _next_page(tab, steps[-1]) if more else "",
        "newer": f"?tab={tab}" if "after" in request.GET else "",
    }
    if policies.may_choose_successor(request.standing):
        context["orphans"] = selectors.count_without_successor(on=request.today)
    if policies.may_choose_rule_set(request.standing):
        context["questions"] = rule_sets.waiting().count()
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


@login_required
def extend(request: PersonRequest, step_id: int) -> HttpResponse:
    """Extend the limit of an open step, where the law allows it."""
    step = _visible(request, step_id)
    if step.clock is None or not policies.may_extend(step, request.standing):
        raise Http404
    if request.method == "GET" and not step.is_open:
        return redirect("approvals:case", step.case.code)
    form = ExtensionForm(request.POST or None)
    status = 422 if form.is_bound else 200
    if request.method == "POST" and form.is_valid():
        try:
            _extend(request, step, form)
        except KeyReused:
            raise
        except DomainError as error:
            form.add_error(error.details.get("field"), str(error.message))
            status = error.status
        else:
            return redirect("approvals:case", step.case.code)
    context = {
        "form": form,
        "step": step,
        "limit": clocks.limit_of(step.clock),
        "key": request.POST.get("key") or uuid4(),
    }
    return render(request, "workflows/extend.html", context, status=status)


def _extend(request: PersonRequest, step: Step, form: ExtensionForm) -> None:
    sent = Sent(form_key(request), {"step": step.pk, **form.cleaned_data})
    try:
        granted = services.extend_clock(
            step_id=step.pk, **form.cleaned_data, by=request.user, at=request.now, sent=sent
        )
    except AlreadyDone:
        messages.info(request, _("This was recorded already; nothing was done twice."))
    else:
        told = {"day": f"{granted.clock.due_on:%d/%m/%Y}"}
        messages.success(request, _("Extended to %(day)s; everybody concerned is told.") % told)


def _visible(request: PersonRequest, step_id: int) -> Step:
    steps = (
        Step.objects.work()
        .visible_to(request.standing)
        .select_related("case__cluster", "agency", "process", "clock")
    )
    return get_object_or_404(steps, pk=step_id)


@login_required
@require_safe
def orphans(request: PersonRequest) -> HttpResponse:
    """List the clusters whose open steps lie at an agency that has ended and has no known successor."""
    _check_may_choose(request)
    cluster, _sep, agency = request.GET.get("after", "").partition("_")
    after = (read_number(cluster) or 0, read_number(agency) or 0)
    found = selectors.orphans(on=request.today, after=after)
    rows = found[: selectors.PAGE]
    more = len(found) > selectors.PAGE
    context = {
        "rows": rows,
        "older": f"?after={rows[-1].cluster.pk}_{rows[-1].agency.pk}" if more else "",
        "newer": "?" if "after" in request.GET else "",
    }
    return render(request, "workflows/orphans.html", context)


@login_required
def choose_successor(request: PersonRequest, code: str, agency_id: int) -> HttpResponse:
    """Say who took over from a dissolved agency, for one cluster, once."""
    _check_may_choose(request)
    cluster = get_object_or_404(Cluster, code=code)
    predecessor = get_object_or_404(Agency.objects.ended(request.today), pk=agency_id)
    steps = selectors.without_successor(on=request.today).filter(agency=predecessor, case__cluster=cluster)
    choice = SuccessorChoice.objects.filter(cluster=cluster, predecessor=predecessor)
    if not steps and not choice:
        raise Http404
    form = SuccessorForm(request.POST or None, predecessor=predecessor, today=request.today)
    status = 422 if form.is_bound else 200
    if request.method == "POST" and form.is_valid():
        try:
            _choose(request, cluster, predecessor, form)
        except KeyReused:
            raise
        except DomainError as error:
            form.add_error(error.details.get("field"), str(error.message))
            status = error.status
        else:
            return redirect("workflows:successors")
    context = {
        "cluster": cluster,
        "predecessor": predecessor,
        "steps": steps.select_related("case", "process"),
        "choice": choice.select_related("successor", "chosen_by").first(),
        "form": form,
        "key": request.POST.get("key") or uuid4(),
    }
    return render(request, "workflows/choose_successor.html", context, status=status)


def _choose(request: PersonRequest, cluster: Cluster, predecessor: Agency, form: SuccessorForm) -> None:
    told = {"cluster": cluster.pk, "predecessor": predecessor.pk, **form.cleaned_data}
    try:
        choice = services.choose_successor(
            cluster_id=cluster.pk,
            predecessor_id=predecessor.pk,
            successor_id=form.cleaned_data["successor"],
            reason=form.cleaned_data["reason"],
            by=request.user,
            at=request.now,
            sent=Sent(form_key(request), told),
        )
    except AlreadyDone:
        messages.info(request, _("This was recorded already; nothing was done twice."))
    else:
        messages.success(
            request, _("%(agency)s has taken over; its people are told.") % {"agency": choice.successor}
        )


def _check_may_choose(request: PersonRequest) -> None:
    if not policies.may_choose_successor(request.standing):
        raise Http404
