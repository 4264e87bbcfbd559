"""The pages between decision and operation: each shows a step and calls the one service that does it."""

from __future__ import annotations

from typing import Any, ClassVar
from uuid import uuid4

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.requests import PersonRequest, form_key
from approvals.procedures.development import forms, services
from approvals.step_forms import StepForm
from approvals.step_pages import StepPage
from records.exceptions import AlreadyDone, DomainError, KeyReused
from records.services import Sent
from workflows import policies
from workflows.models import Case, Step
from workflows.selectors import is_followed
from workflows.states import AFTER_DECISION


class HandIn(StepPage):
    """The investor, or the commune, shows with a paper that the step is done."""

    name: ClassVar[str] = ""
    form_class = forms.PaperForm

    def act(self, step: Step, form: Any, **common: Any) -> None:
        services.hand_in(step=self.name, **form.cleaned_data, **common)


class Answer(StepPage):
    """The competent agency issues its paper, or returns what was handed in."""

    name: ClassVar[str] = ""
    form_class: ClassVar[type[StepForm]] = forms.AnswerForm

    def act(self, step: Step, form: Any, **common: Any) -> None:
        cleaned = form.cleaned_data
        if (outcome := cleaned.pop("result")) == "returned":
            services.give_back(step=self.name, reasons=cleaned["note"], **common)
        else:
            services.grant(step=self.name, outcome=outcome, **cleaned, **common)


class BreakGround(StepPage):
    """The investor starts the works, the five conditions met."""

    name = "break_ground"
    form_class = forms.GroundbreakingForm
    template_name = "approvals/groundbreaking.html"
    button = gettext_lazy("Start the works")
    done = gettext_lazy("Ground is broken. The cluster is under construction.")

    def act(self, step: Step, form: Any, **common: Any) -> None:
        services.break_ground(papers=form.papers(), started_on=form.cleaned_data["started_on"], **common)


@login_required
def take_up(request: PersonRequest, code: str) -> HttpResponse:
    """Follow a cluster of the register from where it stands to operation."""
    cases = Case.objects.visible_to(request.standing).select_related("cluster")
    case = get_object_or_404(cases, code=code)
    if not policies.may_follow(case, request.standing):
        raise Http404
    if request.method != "POST" and (case.state not in AFTER_DECISION or is_followed(case)):
        told = _("This cluster is followed already, or is not between decision and operation.")
        messages.info(request, told)
        return redirect("approvals:case", case.code)
    known = {"applicant": case.applicant_id, "commune": case.commune_id}
    form = forms.TakeUpForm(request.POST or None, today=request.today, initial=known)
    if request.method == "POST" and form.is_valid() and _taken_up(request, case, form):
        return redirect("approvals:case", case.code)
    context = {"case": case, "form": form, "key": request.POST.get("key") or uuid4()}
    return render(request, "approvals/take_up.html", context, status=422 if form.is_bound else 200)


def _taken_up(request: PersonRequest, case: Case, form: forms.TakeUpForm) -> bool:
    progress = form.progress()
    parties = {name: form.cleaned_data[name].pk for name in ("applicant", "commune")}
    days = {str(kind): day.isoformat() for kind, day in progress.items()}
    try:
        services.take_up(
            case_id=case.pk,
            applicant_id=parties["applicant"],
            commune_id=parties["commune"],
            progress=progress,
            by=request.user,
            at=request.now,
            sent=Sent(form_key(request), {"case": case.pk, **parties, **days}),
        )
    except AlreadyDone:
        messages.info(request, _("This was recorded already; nothing was done twice."))
    except KeyReused:
        raise
    except DomainError as error:
        form.add_error(error.details.get("field"), str(error.message))
        return False
    else:
        messages.success(request, _("The cluster is followed from here; its investor has the next step."))
    return True
