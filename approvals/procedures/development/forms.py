"""What each step between decision and operation asks of the person who does it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.models import Agency
from accounts.states import AgencyKind
from approvals.procedures.development.services import StartPaper
from approvals.step_forms import PROGRESS, ProgressFields, StepForm
from workflows.states import MilestoneKind

_NUMBER = _("Number and symbol of the paper")
_DAY = _("Day on the paper")


class PaperForm(StepForm):
    """The paper that shows that the step is done."""

    number = forms.CharField(label=_NUMBER, max_length=50)
    issued_on = forms.DateField(label=_DAY)
    note = forms.CharField(
        label=_("Remark"), required=False, max_length=2000, widget=forms.Textarea(attrs={"rows": 3})
    )


class AnswerForm(StepForm):
    """The agency's answer: the paper that it issues, or the reasons why it returns what came."""

    result = forms.ChoiceField(label=_("Answer"), widget=forms.RadioSelect)
    number = forms.CharField(
        label=_NUMBER, max_length=50, required=False, help_text=_("Not needed where you return it.")
    )
    issued_on = forms.DateField(label=_DAY, required=False)
    note = forms.CharField(
        label=_("Remark, or reasons"),
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("Required where you return it: say what is to be changed."),
    )

    # Filled in by the page: what the answers are called at its step.
    answers: tuple[tuple[str, Any], ...] = ()

    def prepare(self) -> None:
        field = self.fields["result"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [*self.answers, ("returned", _("Return it to be changed"))]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if cleaned.get("result") == "returned":
            if not cleaned.get("note"):
                self.add_error("note", _("Say what is to be changed."))
        elif "result" in cleaned:
            for name in ("number", "issued_on"):
                if name not in self.errors and not cleaned.get(name):
                    self.add_error(name, _("Needed for this answer."))
        return cleaned


class PlanAnswerForm(AnswerForm):
    answers = (("granted", _("The detailed plan is approved")),)


class LicenceAnswerForm(AnswerForm):
    answers = (
        ("granted", _("The licence is issued")),
        ("registered", _("No licence is needed: the registration is confirmed")),
    )


class LeaseAnswerForm(AnswerForm):
    answers = (("granted", _("The land is leased and handed over")),)


class PermitAnswerForm(AnswerForm):
    answers = (
        ("granted", _("The permit is issued")),
        ("exempt", _("No permit is needed: the appraised project is exempt")),
    )


class WastewaterAnswerForm(AnswerForm):
    answers = (("granted", _("The wastewater works are accepted")),)


class WorksAnswerForm(AnswerForm):
    answers = (("granted", _("The completed works are accepted")),)


class OperationAnswerForm(AnswerForm):
    answers = (("granted", _("The cluster may operate")),)


CONDITIONS = {
    "site": _("Site handed over, whole or the part that is started"),
    "permit": _("Building permit, or the paper that exempts from it"),
    "drawings": _("Approved working drawings of the part that is started"),
    "contract": _("Signed construction contract"),
    "notice": _("Commencement notice, sent to the local construction authority"),
}


class GroundbreakingForm(StepForm):
    """The five conditions, each ticked and shown by a paper; and the day on which the works start."""

    started_on = forms.DateField(label=_("Start of the works"))

    def prepare(self) -> None:
        for n, name in enumerate(CONDITIONS, 1):
            # The number tells the five apart where a mistake is named away from its field.
            self.fields[f"{name}_met"] = forms.BooleanField(
                label=_("Condition %(n)s is met") % {"n": n},
                error_messages={"required": _("Tick this condition: all five must be met.")},
            )
            self.fields[f"{name}_number"] = forms.CharField(label=f"{_NUMBER} ({n})", max_length=50)
            self.fields[f"{name}_on"] = forms.DateField(label=f"{_DAY} ({n})")
        self.order_fields([*(name for name in self.fields if name != "started_on"), "started_on"])

    def conditions(self) -> Iterator[tuple[Any, list[forms.BoundField]]]:
        """Yield each condition's name with its fields."""
        for name, label in CONDITIONS.items():
            yield label, [self[f"{name}_{part}"] for part in ("met", "number", "on")]

    def own_fields(self) -> list[forms.BoundField]:
        return [self["started_on"]]

    def papers(self) -> dict[str, StartPaper]:
        """Return the paper of each condition."""
        cleaned = self.cleaned_data
        return {name: StartPaper(cleaned[f"{name}_number"], cleaned[f"{name}_on"]) for name in CONDITIONS}


class TakeUpForm(ProgressFields):
    """Who builds the cluster, which commune it lies in, and the days of its decision where known."""

    applicant = forms.ModelChoiceField(
        label=_("Infrastructure investor"),
        queryset=Agency.objects.none(),
        help_text=_("Organisations that are registered here. Another one registers itself first."),
    )
    commune = forms.ModelChoiceField(label=_("Commune"), queryset=Agency.objects.none())
    progress_required = False

    def __init__(self, *args: Any, today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        serving = Agency.objects.serving(today)
        for name, kind in (("applicant", AgencyKind.INVESTOR), ("commune", AgencyKind.COMMUNE)):
            field = self.fields[name]
            assert isinstance(field, forms.ModelChoiceField)
            field.queryset = serving.filter(kind=kind)
        self.order_fields(["applicant", "commune", *(f"{PROGRESS}{kind}" for kind in MilestoneKind)])
