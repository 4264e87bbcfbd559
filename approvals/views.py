"""Pages of a proposal from draft to receipt, and the page of a case."""

from __future__ import annotations

import json
import logging
from datetime import date
from decimal import Decimal
from typing import Any
from urllib.parse import urlencode
from uuid import uuid4

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.forms import BoundField
from django.http import FileResponse, Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from accounts.models import Agency, User
from accounts.requests import PersonRequest, form_key, read_number
from accounts.states import AgencyKind, Role
from approvals import selectors, services
from approvals.conformance import nothing_found, replay
from approvals.exceptions import StaleForm, Unfinished, UploadRefused
from approvals.forms import SECTIONS, SectionForm, UploadForm, read_section, resume_section
from approvals.log_reader import log_of
from approvals.models import Document, Dossier
from approvals.procedures.establishment import services as establishment
from approvals.procedures.establishment.proposals import read_proposal, stated_facts
from approvals.states import DossierState, Moment
from approvals.uploads import check_upload
from clusters.geometry import area_ha
from clusters.models import Cluster
from law.clock import working_days_left
from law.conditions import Finding, number
from law.rulesets import Provision, rule_set, rule_set_on
from law.selectors import calendar
from records.exceptions import AlreadyDone
from records.services import Sent
from workflows import policies as workflow_policies
from workflows import recounts, rule_sets
from workflows import selectors as workflow
from workflows.clocks import provision_of
from workflows.models import Case, Step
from workflows.states import AFTER_DECISION, UNDER_WAY, CaseKind, Ending

logger = logging.getLogger(__name__)


# --- the draft ------------------------------------------------------------------------------------
@login_required
@require_safe
def proposals(request: PersonRequest) -> HttpResponse:
    """List the proposals of one's own organisations, newest first."""
    organisations = _organisations(request)
    found = Dossier.objects.filter(applicant__in=organisations).select_related("case__cluster", "applicant")
    after = read_number(request.GET.get("after", ""))
    if after is not None:
        found = found.filter(pk__lt=after)
    page = list(found.order_by("-pk")[: workflow.PAGE + 1])
    older = f"?after={page[workflow.PAGE - 1].pk}" if len(page) > workflow.PAGE else ""
    context = {
        "rows": _rows(page[: workflow.PAGE]),
        "organisations": organisations,
        "older": older,
        "newer": "" if after is None else "?",
    }
    return render(request, "approvals/proposals.html", context)


def _rows(dossiers: list[Dossier]) -> list[dict[str, Any]]:
    """Return what the list tells of each proposal; the draft of an expansion by the cluster it names."""
    numbers = {
        d.pk: read_number(d.answers.get("cluster", "")) for d in dossiers if d.kind == CaseKind.EXPANSION
    }
    named = Cluster.objects.in_bulk([number for number in numbers.values() if number is not None])
    return [
        {
            "dossier": d,
            "words": _words(d),
            "name": d.cluster_name or d.answers.get("cluster_name") or named.get(numbers.get(d.pk) or 0, ""),
        }
        for d in dossiers
    ]


def _words(dossier: Dossier) -> Any:
    return selectors.public_words(dossier.case, dossier) if dossier.case else dossier.get_state_display()


def _organisations(request: PersonRequest) -> list[Agency]:
    return list(Agency.objects.filter(pk__in=request.standing.agencies(Role.APPLICANT)))


@login_required
@require_POST
def start(request: PersonRequest) -> HttpResponse:
    """Begin a draft for the organisation that the form names, of a new cluster or of an expansion."""
    organisation = request.POST.get("organisation", "")
    applicant = next((one for one in _organisations(request) if str(one.pk) == organisation), None)
    if applicant is None:
        raise Http404
    expands = request.POST.get("kind") == CaseKind.EXPANSION
    cluster = read_number(request.POST.get("cluster", ""))
    dossier = services.begin(
        applicant=applicant,
        by=request.user,
        at=request.now,
        kind=CaseKind.EXPANSION if expands else CaseKind.NEW,
        answers={"cluster": str(cluster)} if expands and cluster is not None else None,
    )
    return redirect("approvals:dossier", dossier.pk)


@login_required
@require_safe
def dossier(request: PersonRequest, pk: int) -> HttpResponse:
    """Show the draft as a task list; a filed one on its case's page."""
    dossier = _own(request, pk)
    if dossier.case:
        return redirect("approvals:case", dossier.case.code)
    tasks = [_task(request, dossier, name) for name in SECTIONS[dossier.kind]]
    context = {
        "dossier": dossier,
        "tasks": tasks,
        "findings": _self_check(request, dossier),
        "missing": selectors.missing_papers(dossier, on=request.today),
        "done": sum(task["state"] == "done" for task in tasks),
    }
    context["complete"] = context["done"] == len(tasks) and not context["missing"]
    return render(request, "approvals/dossier.html", context)


def _task(request: PersonRequest, dossier: Dossier, name: str) -> dict[str, Any]:
    form = read_section(_section_form(dossier, name), dossier.answers, today=request.today)
    touched = name in dossier.versions
    state = "done" if touched and form.is_valid() else "begun" if touched else "new"
    return {"name": name, "title": form.title, "state": state, "form": form}


def _section_form(dossier: Dossier, name: str) -> type[SectionForm]:
    """Return the form of a section; not found where this kind of proposal has none of that name."""
    try:
        return SECTIONS[dossier.kind][name]
    except KeyError:
        raise Http404 from None


def _self_check(request: PersonRequest, dossier: Dossier) -> list[Finding]:
    """Return what the law of today would find in a draft, as far as it is written."""
    stated = stated_facts(dossier, today=request.today)
    return selectors.findings(dossier, rule_set=rule_set_on(request.today).code, stated=stated)


@login_required
@never_cache  # on the way back the browser asks again, and gets the version that stands now
def section(request: PersonRequest, pk: int, section: str) -> HttpResponse:
    """Show and save one section of the draft."""
    dossier = _draft(request, pk)
    form_class = _section_form(dossier, section)
    if request.method != "POST":
        read = read_section if request.GET.keys() & {"problems", "back"} else resume_section
        form = read(form_class, dossier.answers, today=request.today)
        return _section_page(request, dossier, section, form)
    form = form_class(request.POST, today=request.today)
    version = _version(request)
    try:
        _save(request, dossier, section, form, version)
    except StaleForm as error:
        form.add_error(None, str(error.message))
        return _section_page(request, dossier, section, form, status=error.status)
    if not form.is_valid():
        return redirect(f"{request.path}?{urlencode({**request.GET.dict(), 'problems': 'yes'})}")
    back = "approvals:check" if request.GET.get("back") == "check" else "approvals:dossier"
    return redirect(back, dossier.pk)


@login_required
@require_POST
def autosave(request: PersonRequest, pk: int, section: str) -> HttpResponse:
    """Keep what has been typed so far; answer with the time, and the version to save on."""
    dossier = _draft(request, pk)
    form = _section_form(dossier, section)(request.POST, today=request.today)
    saved = _save(request, dossier, section, form, _version(request))
    context = {"at": timezone.localtime(request.now), "saves": saved.versions[section]}
    return render(request, "approvals/autosaved.html", context)


def _version(request: PersonRequest) -> int:
    version = read_number(request.POST.get("version", ""))
    return -1 if version is None else version


def _save(request: PersonRequest, dossier: Dossier, section: str, form: SectionForm, version: int) -> Dossier:
    return services.save_section(
        dossier_id=dossier.pk,
        section=section,
        answers=form.to_keep(),
        version=version,
        by=request.user,
        at=request.now,
    )


def _section_page(
    request: PersonRequest, dossier: Dossier, section: str, form: SectionForm, status: int = 200
) -> HttpResponse:
    context = {
        "dossier": dossier,
        "section": section,
        "title": form.title,
        "form": form,
        "findings": _self_check(request, dossier) if section == "conditions" else [],
        "saves": dossier.versions.get(section, 0),
        "back": request.GET.get("back", ""),
    }
    if status == StaleForm.status:
        stands = read_section(type(form), dossier.answers, today=request.today)
        context["theirs"] = _answers(stands)
    return render(request, "approvals/section.html", context, status=status)


@login_required
def papers(request: PersonRequest, pk: int) -> HttpResponse:
    """Show and add the papers of a draft, or of a dossier that awaits a supplement."""
    dossier = _own(request, pk)
    if dossier.state not in (DossierState.DRAFT, DossierState.AWAITING_SUPPLEMENT):
        raise Http404
    found = selectors.parts(dossier, on=request.today)
    choices = [(part.component.code, str(part.component)) for part in found]
    form = UploadForm(request.POST or None, request.FILES or None, components=choices)
    if request.method == "POST" and form.is_valid() and _attach(request, dossier, form):
        return redirect("approvals:papers", dossier.pk)
    until = services.handed_in_until(dossier)
    context = {"dossier": dossier, "parts": found, "form": form, "handed_in_until": until}
    return render(request, "approvals/papers.html", context, status=422 if form.is_bound else 200)


def _attach(request: PersonRequest, dossier: Dossier, form: UploadForm) -> bool:
    content = form.cleaned_data["file"]
    try:
        upload = check_upload(content, max_bytes=settings.FILE_UPLOAD_MAX_BYTES)
    except UploadRefused as error:
        form.add_error("file", str(error.message))
        return False
    services.attach(
        dossier_id=dossier.pk,
        component=form.cleaned_data["component"],
        upload=upload,
        content=content,
        by=request.user,
        at=request.now,
    )
    messages.success(request, _("“%(name)s” has been added.") % {"name": upload.name})
    return True


@login_required
@require_safe
def document(request: PersonRequest, pk: int) -> HttpResponse | FileResponse:
    """Hand out a document, as an attachment that no browser will run."""
    document = get_object_or_404(Document.objects.visible_to(request.standing), pk=pk)
    try:
        content = document.file.open("rb")
    except FileNotFoundError as error:
        logger.error("document %s has no file", document.pk)
        raise Http404 from error
    response = FileResponse(
        content, as_attachment=True, filename=document.name, content_type=document.media_type
    )
    response.headers["Content-Security-Policy"] = "sandbox; default-src 'none'"
    response.headers["Cache-Control"] = "private, no-store"
    return response


@login_required
@require_POST
def remove_document(request: PersonRequest, pk: int) -> HttpResponse:
    """Remove a paper from a draft."""
    document = get_object_or_404(Document.objects.visible_to(request.standing), pk=pk)
    dossier = services.detach(document_id=document.pk, by=request.user, at=request.now)
    messages.success(request, _("“%(name)s” has been removed.") % {"name": document.name})
    return redirect("approvals:papers", dossier.pk)


@login_required
@require_POST
def delete_draft(request: PersonRequest, pk: int) -> HttpResponse:
    """Throw a draft away."""
    dossier = _draft(request, pk)
    services.delete_draft(dossier_id=dossier.pk, by=request.user, at=request.now)
    messages.success(request, _("The draft has been deleted."))
    return redirect("approvals:proposals")


@login_required
def check(request: PersonRequest, pk: int) -> HttpResponse:
    """Show all answers for a last look, and file them."""
    dossier = _own(request, pk)
    if dossier.state != DossierState.DRAFT:
        return redirect("approvals:receipt", dossier.pk)
    if request.method == "POST":
        return _file(request, dossier)
    tasks = [_task(request, dossier, name) for name in SECTIONS[dossier.kind]]
    complete = all(task["state"] == "done" for task in tasks)
    missing = selectors.missing_papers(dossier, on=request.today)
    context = {
        "dossier": dossier,
        "tasks": [task | {"answers": _answers(task["form"])} for task in tasks],
        "parts": selectors.parts(dossier, on=request.today),
        "missing": missing,
        "findings": _self_check(request, dossier),
        "complete": complete and not missing,
        "key": uuid4(),
        "seen": _state_of(dossier),
    }
    return render(request, "approvals/check.html", context)


def _state_of(dossier: Dossier) -> str:
    """Return what tells whether a section changed after a page showed it."""
    return json.dumps(dossier.versions, sort_keys=True)


def _answers(form: SectionForm) -> list[dict[str, Any]]:
    """Return label and answer of every field, choices by their words, mistakes as such."""
    form.is_valid()
    shown = []
    for bound in form:
        shown.append({"label": bound.label, "value": _answer(bound), "errors": bound.errors})
    if corners := form.cleaned_data.get("corners"):
        shown.append({"label": _("Area inside the corners"), "value": _hectares(area_ha(corners))})
    if after := form.cleaned_data.get("area_after_ha"):
        shown.append({"label": _("Area after the expansion"), "value": _hectares(after)})
    return shown


def _hectares(area: Decimal) -> str:
    return f"{number(area)} ha"


def _answer(bound: BoundField) -> Any:
    value = bound.value()
    choices = dict(getattr(bound.field, "choices", ()))
    if isinstance(value, list):
        return ", ".join(str(choices.get(one, one)) for one in value)
    if value is True:
        return _("Yes")
    return choices.get(str(value), value) if value else ""


def _file(request: PersonRequest, dossier: Dossier) -> HttpResponse:
    if request.POST.get("seen") != _state_of(dossier):
        messages.error(request, _("The answers changed after this page was opened. Look at them again."))
        return redirect("approvals:check", dossier.pk)
    try:
        proposal = read_proposal(dossier, today=request.today)
        establishment.file_dossier(
            dossier_id=dossier.pk,
            proposal=proposal,
            versions=dossier.versions,
            by=request.user,
            at=request.now,
            sent=Sent(form_key(request), {"dossier": dossier.pk, "answers": dossier.answers}),
        )
    except Unfinished as error:
        messages.error(request, str(error.message))
        return redirect("approvals:dossier", dossier.pk)
    except AlreadyDone:
        pass
    return redirect("approvals:receipt", dossier.pk)


@login_required
@require_safe
def receipt(request: PersonRequest, pk: int) -> HttpResponse:
    """Show the receipt: code, promised day, what comes next. It stays as it was printed.

    Where the promised day has moved since, the present one is told beside it.
    """
    dossier = _own(request, pk)
    if dossier.case is None:
        return redirect("approvals:dossier", dossier.pk)
    clock = dossier.case.clocks.order_by("pk").first() if dossier.promised_on else None
    context = {
        "dossier": dossier,
        "case": dossier.case,
        "promise": selectors.promise(dossier),
        "documents": dossier.documents.filter(uploaded_at__lte=dossier.filed_at),
        "provision": provision_of(clock) if clock else None,
        "first_step": clock.steps.order_by("pk").first() if clock else None,
    }
    return render(request, "approvals/receipt.html", context)


def _own(request: PersonRequest, pk: int) -> Dossier:
    own = Dossier.objects.filter(applicant__in=request.standing.agencies(Role.APPLICANT))
    return get_object_or_404(own.select_related("case__cluster", "case__commune", "applicant"), pk=pk)


def _draft(request: PersonRequest, pk: int) -> Dossier:
    dossier = _own(request, pk)
    if dossier.state != DossierState.DRAFT:
        raise Http404
    return dossier


# --- the case -------------------------------------------------------------------------------------
@login_required
@require_safe
def case(request: PersonRequest, code: str) -> HttpResponse:
    """Show a case: what to do next, the way it has come and has to go, its papers, its history."""
    cases = Case.objects.visible_to(request.standing).select_related("cluster", "applicant", "commune")
    case = get_object_or_404(cases, code=code)
    dossier = case.dossiers.select_related("applicant").order_by("-pk").first()
    days = calendar()
    moves = recounts.last_moves(case)
    present = workflow.open_steps(case)
    steps = [_open_step(request, step, days, moves) for step in present]
    is_office = workflow_policies.is_in_office(request.standing)
    context = {
        "case": case,
        "dossier": dossier,
        "words": selectors.public_words(case, dossier),
        "rules": rule_set(case.rule_set) if case.rule_set else None,
        "is_office": is_office,
        "steps": steps,
        "tracker": _stations(case, steps),
        "times": workflow.times_used(case, present, today=request.today),
        "parts": selectors.parts(dossier, on=request.today, supplied_by=("applicant", "commune"))
        if dossier
        else [],
        "requests": dossier.supplement_requests.prefetch_related("items") if dossier else [],
        "papers": case.papers.select_related("by"),
        "decision": case.decisions.select_related("issuer", "decided_by").first(),
        "milestones": case.milestones.all(),
        "may_take_up": case.state in AFTER_DECISION
        and workflow_policies.may_follow(case, request.standing)
        and not workflow.is_followed(case),
        "may_withdraw": workflow_policies.may_file(case, request.standing)
        and any(move.name == "withdraw" for move in case.get_available_state_transitions()),
    }
    context |= _conditions(case, dossier, is_decided=bool(context["decision"]), is_office=is_office)
    if is_office:
        log = log_of(case)
        context |= {
            "deviations": replay(log, today=request.today, calendar=days),
            "nothing_found": nothing_found(log),
            "opinions": case.opinions.select_related(
                "agency", "answered_by", "step__agency", "step__clock__silence"
            ),
            "reports": case.reports.select_related("drafted_by", "review__by").order_by("-version"),
            "rule_set_choices": case.rule_set_choices.select_related("chosen_by"),
            "may_choose_rule_set": workflow_policies.may_choose_rule_set(request.standing)
            and rule_sets.question_of(case) is not None,
            "may_move_rule_set": case.state in UNDER_WAY
            and workflow_policies.may_move_rule_set(request.standing),
            "history": workflow.history(case),
            "system_id": User.objects.system().pk,
        }
    return render(request, "approvals/case.html", context)


@login_required
@require_safe
def why(request: PersonRequest, step_id: int) -> HttpResponse:
    """Tell why a step is due on its day: the limit with its article, and every day that was counted."""
    steps = Step.objects.work().visible_to(request.standing)
    step = get_object_or_404(
        steps.select_related("case__cluster", "case__applicant", "agency", "clock", "process"), pk=step_id
    )
    deadline, row = workflow.deadline_of(step)
    left = None
    if step.is_open and step.due_on:
        left = working_days_left(today=request.today, due_on=step.due_on, calendar=calendar())
    context = {
        "step": step,
        "case": step.case,
        "is_office": workflow_policies.is_in_office(request.standing),
        "rules": rule_set(step.clock.rule_set) if step.clock and step.clock.rule_set else None,
        "left": left,
        "deadline": deadline,
        "provision": row,
        "moved": recounts.last_moves(step.case).get(step.clock_id) if deadline else None,
    }
    return render(request, "approvals/why.html", context)


def _conditions(case: Case, dossier: Dossier | None, *, is_decided: bool, is_office: bool) -> dict[str, Any]:
    """Return what the law's conditions come to until the decision, and what they came to when.

    What the Department finds is for offices until the city has decided on it.
    """
    snapshots = case.condition_snapshots.all()
    shown: dict[str, Any] = {"snapshots": snapshots}
    if is_office:
        shown["examined"] = case.examined_facts.select_related("by").last()
    else:
        shown["snapshots"] = snapshots.exclude(moment=Moment.APPRAISED)
    if dossier and not is_decided:
        stated = selectors.facts(dossier, examined=is_office)
        shown["findings"] = selectors.findings(dossier, rule_set=case.rule_set, stated=stated)
    return shown


def _open_step(
    request: PersonRequest, step: Any, days: Any, moves: dict[int | None, recounts.Moved]
) -> dict[str, Any]:
    left = working_days_left(today=request.today, due_on=step.due_on, calendar=days) if step.due_on else None
    deadline, row = workflow.deadline_of(step)
    may_do = workflow_policies.may_do(step, request.standing)
    orphaned = workflow.is_orphaned(step, on=request.today)
    return {
        "step": step,
        "left": left,
        "deadline": deadline,
        "moved": moves.get(step.clock_id) if deadline else None,
        "provision": row,
        "may_do": may_do and bool(step.flow_task.page),
        "may_claim": may_do and step.owner_id is None,
        "may_release": may_do and step.owner_id == request.user.pk,
        "may_assign": workflow_policies.may_assign(step, request.standing) and bool(step.role),
        "orphaned": orphaned,
        "may_choose": orphaned and workflow_policies.may_choose_successor(request.standing),
        "may_extend": bool(step.clock and row and row.extension)
        and workflow_policies.may_extend(step, request.standing),
        "may_take_back": step.name == "give_opinion"
        and request.standing.serves(Role.OFFICER, AgencyKind.INDUSTRY_TRADE),
    }


def _stations(case: Case, steps: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return the tracker's stations; steps under one limit name it, and its estimated day, once."""
    left = {row["step"].pk: row["left"] for row in steps}
    stations, limit, day = [], None, None
    for stop in workflow.tracker(case):
        stations.append(_station(stop, left) | {"note": _note(stop, limit, day)})
        limit, day = stop.provision or limit, stop.by_estimate or day
    return stations


def _station(stop: workflow.Stop, left: dict[int, int | None]) -> dict[str, Any]:
    step = stop.step
    moment = stop.left_at or stop.entered_at
    return {
        "title": stop.title,
        "state": stop.state,
        "agency": stop.agency,
        "at": f"{timezone.localtime(moment):%d/%m/%Y}" if moment else "",
        "due_on": step.due_on if step else None,
        "left": left.get(step.pk) if step else None,
        "paused": bool(step and step.flow_task.stops_clock),
        "why": reverse("approvals:why", args=[step.pk]) if step else "",
    }


def _note(stop: workflow.Stop, limit: Provision | None, day: date | None) -> str:
    """Tell what lies ahead of a station, as far as it differs from the station before."""
    if stop.outcome == Ending.WITHDRAWN:
        return _("ended by the withdrawal")
    if stop.outcome == Ending.PASSED_ON:
        return _("passed on to the successor")
    if stop.step and stop.step.taken_from:
        told = {"agency": stop.step.taken_from, "day": f"{stop.step.taken_on:%d/%m/%Y}"}
        return _("took over from %(agency)s on %(day)s") % told
    if stop.state != "next":
        return ""
    row = stop.provision
    parts = [row.limit_text] if row and row.has_limit and row != limit else []
    if stop.planned_on:
        parts.append(_("by the decision: %(day)s") % {"day": f"{stop.planned_on:%d/%m/%Y}"})
    if stop.by_estimate and stop.by_estimate != day:
        parts.append(_("about %(day)s at the latest (estimate)") % {"day": f"{stop.by_estimate:%d/%m/%Y}"})
    return " · ".join(parts)
