"""The pages of the establishment procedure: each shows a step and calls the one service that does it."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django_fsm import can_proceed

from accounts.requests import PersonRequest, form_key
from approvals import policies, selectors
from approvals.exceptions import NumberTaken, UploadRefused
from approvals.forms import ReasonForm
from approvals.models import OpinionRequest
from approvals.procedures.establishment import forms, services
from approvals.states import Recommendation, Verdict
from approvals.step_forms import StepForm
from approvals.step_pages import StepPage
from approvals.uploads import check_upload
from records.exceptions import AlreadyDone
from records.services import Sent
from workflows import policies as workflow_policies
from workflows.models import Case, Step


class GiveNotice(StepPage):
    """The commune announces that files are received."""

    name = "give_notice"
    form_class = forms.NoticeForm

    def act(self, step: Step, form: Any, **common: Any) -> None:
        services.give_notice(**form.cleaned_data, **common)


class SubmitFile(StepPage):
    """The commune sends the file on, with the signed submission."""

    name = "submit_file"
    form_class = forms.SubmissionForm

    def act(self, step: Step, form: Any, **common: Any) -> None:
        content = form.cleaned_data.pop("file")
        try:
            upload = check_upload(content, max_bytes=settings.FILE_UPLOAD_MAX_BYTES)
        except UploadRefused as error:
            error.details["field"] = "file"
            raise
        services.submit_file(**form.cleaned_data, upload=upload, content=content, **common)


class CheckIntake(StepPage):
    """The Department finds the file complete, or asks for a supplement."""

    name = "check_intake"
    form_class = forms.IntakeForm

    def act(self, step: Step, form: Any, **common: Any) -> None:
        if form.cleaned_data["result"] == "complete":
            services.accept_file(**common)
        else:
            services.ask_supplement_at_intake(points=form.points(), **common)


class Supplement(StepPage):
    """The applicant answers a request point by point."""

    name = "supplement"
    form_class = forms.SupplementForm
    template_name = "approvals/supplement.html"
    button = gettext_lazy("Send the answer")
    done = gettext_lazy("Sent. The clock runs again, and the Department is told.")

    def act(self, step: Step, form: Any, **common: Any) -> None:
        services.answer_supplement(**form.cleaned_data, **common)

    def more(self, step: Step) -> dict[str, Any]:
        dossier = step.case.dossiers.latest("pk")
        return {"request_": dossier.supplement_requests.prefetch_related("items").order_by("round").last()}


class PlanConsultation(StepPage):
    """The Department chooses whom to ask."""

    name = "plan_consultation"
    form_class = forms.ConsultationForm
    button = gettext_lazy("Ask these agencies")

    def act(self, step: Step, form: Any, **common: Any) -> None:
        services.plan_consultation(**form.cleaned_data, **common)


class GiveOpinion(StepPage):
    """A consulted agency answers."""

    name = "give_opinion"
    form_class = forms.OpinionForm
    template_name = "approvals/opinion.html"
    button = gettext_lazy("Send the opinion")
    done = gettext_lazy("Your opinion is on record.")

    def act(self, step: Step, form: Any, **common: Any) -> None:
        verdict = Verdict(form.cleaned_data.pop("verdict"))
        services.give_opinion(verdict=verdict, **form.cleaned_data, **common)

    def more(self, step: Step) -> dict[str, Any]:
        return _opinion(step)


def _opinion(step: Step) -> dict[str, Any]:
    return {"opinion": OpinionRequest.objects.select_related("agency", "asked_by").get(step=step)}


class ReasonStepForm(StepForm, ReasonForm):
    """Why a consultation is taken back."""


class TakeBackConsultation(StepPage):
    """The Department goes on without an opinion."""

    name = "give_opinion"
    form_class = ReasonStepForm
    template_name = "approvals/opinion.html"
    heading = gettext_lazy("Go on without an opinion")
    button = gettext_lazy("Go on without this opinion")
    done = gettext_lazy("Recorded. The appraisal goes on without this opinion.")

    def may(self, step: Step) -> bool:
        return policies.may_take_back_consultation(step, self.request.standing)

    may_answer = may

    def act(self, step: Step, form: Any, **common: Any) -> None:
        services.take_back_consultation(**form.cleaned_data, **common)

    def more(self, step: Step) -> dict[str, Any]:
        return _opinion(step)


class DraftReport(StepPage):
    """An officer writes the report, the opinions beside it."""

    name = "draft_report"
    form_class = forms.ReportForm
    template_name = "approvals/report.html"
    button = gettext_lazy("Send to review")

    def act(self, step: Step, form: Any, **common: Any) -> None:
        recommendation = Recommendation(form.cleaned_data.pop("recommendation"))
        services.submit_report(recommendation=recommendation, **form.cleaned_data, **common)

    def more(self, step: Step) -> dict[str, Any]:
        return _appraisal(step)


def _appraisal(step: Step) -> dict[str, Any]:
    return {
        "opinions": step.case.opinions.select_related(
            "agency", "answered_by", "step__agency", "step__clock__silence"
        ),
        "report": step.case.reports.select_related("drafted_by", "review__by").order_by("version").last(),
        "findings": selectors.findings(
            step.case.dossiers.order_by("-pk").first(), rule_set=step.case.rule_set
        ),
        "examined": step.case.examined_facts.select_related("by").last(),
    }


class ExamineFacts(StepPage):
    """The Department states what it finds of the facts for the conditions; the report goes on."""

    name = "draft_report"
    form_class = forms.ExaminedFactsForm
    heading = gettext_lazy("Facts for the conditions of the law")
    button = gettext_lazy("Record these facts")
    done = gettext_lazy("Recorded. The conditions are judged by these facts from now on.")

    def act(self, step: Step, form: Any, **common: Any) -> None:
        services.examine_facts(facts=form.facts(), **form.paper(), **common)


class AskSupplement(StepPage):
    """The Department asks for a supplement while the report is drafted."""

    name = "draft_report"
    form_class = forms.PointsForm
    heading = gettext_lazy("Ask the applicant for a supplement")
    button = gettext_lazy("Ask the applicant")
    done = gettext_lazy("Asked. The clock stands still until the applicant answers.")

    def act(self, step: Step, form: Any, **common: Any) -> None:
        services.ask_supplement_in_appraisal(points=form.points(), **common)


class ReviewReport(StepPage):
    """A reviewer approves the report, or returns it."""

    name = "review_report"
    form_class = forms.ReviewForm
    template_name = "approvals/report.html"

    def act(self, step: Step, form: Any, **common: Any) -> None:
        approved = form.cleaned_data["result"] == "approved"
        service = services.approve_report if approved else services.return_report
        service(comments=form.cleaned_data["comments"], **common)

    def more(self, step: Step) -> dict[str, Any]:
        return _appraisal(step)


class Decide(StepPage):
    """A leader of the city People's Committee decides on the report."""

    name = "decide"
    form_class = forms.DecisionForm
    template_name = "approvals/report.html"
    button = gettext_lazy("Issue the decision")
    done = gettext_lazy("The decision is issued. It cannot be undone, only changed by a new one.")

    def act(self, step: Step, form: Any, **common: Any) -> None:
        outcome = Recommendation(form.cleaned_data["outcome"])
        told = {name: form.cleaned_data[name] for name in ("number", "signed_on", "reasons")}
        try:
            services.decide(outcome=outcome, **told, progress=form.progress(), **common)
        except NumberTaken as error:
            error.details["field"] = "number"
            raise

    def more(self, step: Step) -> dict[str, Any]:
        return _appraisal(step)


class SendCopy(StepPage):
    """The city sends the decision on, which ends the procedure."""

    name = "send_copy"
    form_class = forms.CopyForm
    button = gettext_lazy("Record and close")
    done = gettext_lazy("Recorded. The procedure is complete.")

    def act(self, step: Step, form: Any, **common: Any) -> None:
        services.send_copy(**form.cleaned_data, **common)


@login_required
def withdraw(request: PersonRequest, code: str) -> HttpResponse:
    """Take one's own proposal back, with a reason."""
    cases = Case.objects.visible_to(request.standing).select_related("cluster", "applicant")
    case = get_object_or_404(cases, code=code)
    if not workflow_policies.may_file(case, request.standing):
        raise Http404
    if request.method != "POST" and not can_proceed(case.withdraw):
        messages.info(request, _("This proposal can no longer be withdrawn."))
        return redirect("approvals:case", case.code)
    form = ReasonForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        key = form_key(request)
        try:
            sent = Sent(key, {"case": case.pk, **form.cleaned_data})
            services.withdraw(
                case_id=case.pk, **form.cleaned_data, by=request.user, at=request.now, sent=sent
            )
        except AlreadyDone:
            pass
        messages.success(request, _("The proposal has been withdrawn."))
        return redirect("approvals:case", case.code)
    context = {"case": case, "form": form, "key": request.POST.get("key") or uuid4()}
    return render(request, "approvals/withdraw.html", context, status=422 if form.is_bound else 200)
