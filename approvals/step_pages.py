"""The page of one step: what is asked, until when and by which article, and the form that does it."""

from __future__ import annotations

from hashlib import sha256
from typing import Any, ClassVar
from uuid import UUID, uuid4

from django.contrib import messages
from django.contrib.auth.mixins import LoginRequiredMixin
from django.core.files.base import File
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views import View

from accounts.requests import PersonRequest, form_key
from approvals import selectors
from approvals.step_forms import StepForm
from law.clock import working_days_left
from law.selectors import calendar
from records.exceptions import AlreadyDone, DomainError, KeyReused
from records.services import Sent
from workflows import policies, recounts
from workflows import selectors as workflow
from workflows.models import Step


class StepPage(LoginRequiredMixin, View):
    """Base of the pages on which a step is done; a subclass names the form and calls one service.

    A refusal of the domain comes back on the same page with its status and all that was typed. A
    form sent twice leads to where the first one led.
    """

    request: PersonRequest
    name: ClassVar[str]
    form_class: ClassVar[type[StepForm]]
    template_name = "approvals/step.html"
    heading: Any = ""
    button: Any = gettext_lazy("Confirm and send on")
    done: Any = gettext_lazy("Done. The next step has been opened and everybody concerned is told.")

    def may(self, step: Step) -> bool:
        """Tell whether this person may do the step."""
        return policies.may_do(step, self.request.standing)

    def may_answer(self, step: Step) -> bool:
        """Tell whether this person may know why the form came too late: a colleague took or did the step.

        Nobody else may, or the refusal would show an applicant what offices write to each other.
        """
        return policies.is_for(step, self.request.standing)

    def act(self, step: Step, form: Any, **common: Any) -> None:
        """Call the service that does the step with the checked `form`."""
        raise NotImplementedError

    def get(self, request: PersonRequest, step_id: int) -> HttpResponse:
        step = self._step(step_id)
        if not step.is_open:
            return redirect("approvals:case", step.case.code)
        if not self.may(step):
            raise Http404
        form = self.form_class(case=step.case, today=request.today)
        return self._page(step, form, key=uuid4())

    def post(self, request: PersonRequest, step_id: int) -> HttpResponse:
        step = self._step(step_id)
        if not self.may_answer(step):
            raise Http404
        key = form_key(request)
        form = self.form_class(request.POST, request.FILES, case=step.case, today=request.today)
        if not form.is_valid():
            return self._page(step, form, key=key, status=422)
        try:
            sent = Sent(key, {"step": step.pk, "form": self._content(form)})
            self.act(step, form, step_id=step.pk, by=request.user, at=request.now, sent=sent)
        except AlreadyDone:
            messages.info(request, _("This was recorded already; nothing was done twice."))
        except KeyReused:
            raise
        except DomainError as error:
            form.add_error(error.details.get("field"), str(error.message))
            return self._page(step, form, key=key, status=error.status)
        else:
            messages.success(request, str(self.done))
        return redirect("approvals:case", step.case.code)

    def _step(self, step_id: int) -> Step:
        steps = Step.objects.work().visible_to(self.request.standing).filter(name=self.name)
        steps = steps.select_related(
            "case__cluster", "case__applicant", "case__commune", "agency", "owner", "clock", "process"
        )
        return get_object_or_404(steps, pk=step_id)

    def _content(self, form: StepForm) -> dict[str, Any]:
        """Return what was sent, files by their hash, for telling a repeat from a change."""
        typed: dict[str, Any] = {name: self.request.POST.getlist(name) for name in form.fields}
        files = self.request.FILES.lists()
        return typed | {name: [(file.name, _digest(file)) for file in sent] for name, sent in files}

    def _page(self, step: Step, form: StepForm, *, key: UUID, status: int = 200) -> HttpResponse:
        case = step.case
        dossier = case.dossiers.order_by("-pk").first()
        deadline, provision = workflow.deadline_of(step)
        left = None
        if step.due_on:
            left = working_days_left(today=self.request.today, due_on=step.due_on, calendar=calendar())
        context = {
            "step": step,
            "case": case,
            "is_office": policies.is_in_office(self.request.standing),
            "dossier": dossier,
            "form": form,
            "key": key,
            "heading": self.heading or step.label,
            "button": self.button,
            "left": left,
            "deadline": deadline,
            "moved": recounts.last_moves(case).get(step.clock_id) if deadline else None,
            "provision": provision,
            "parts": selectors.parts(dossier, on=self.request.today, supplied_by=("applicant", "commune"))
            if dossier
            else [],
        }
        context |= self.more(step)
        return render(self.request, self.template_name, context, status=status)

    def more(self, step: Step) -> dict[str, Any]:
        """Return what else this step's page shows."""
        return {}


def _digest(file: File[bytes]) -> str:
    """Return the SHA-256 of an upload, and leave it where it can be read again."""
    found = sha256()
    for chunk in file.chunks():
        found.update(chunk)
    file.seek(0)
    return found.hexdigest()
