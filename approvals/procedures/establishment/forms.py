"""What each step of the establishment procedure asks of the person who does it."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.models import Agency
from accounts.requests import read_number
from accounts.states import CONSULTED_KINDS, LOCAL_KINDS
from approvals import selectors
from approvals.components import components
from approvals.fields import fact_field, fact_initial
from approvals.models import Dossier
from approvals.procedures.establishment.services import Point
from approvals.rules import OF_ANOTHER_KIND
from approvals.states import Recommendation, Verdict
from approvals.step_forms import POINT, PROGRESS, ProgressFields, StepForm
from law.conditions import facts_asked, untold
from law.facts import FACTS
from workflows.models import Case
from workflows.states import CaseKind, MilestoneKind

_TEXT = {"rows": 5}


class NoticeForm(StepForm):
    """The notice that files are received, by which the window counts."""

    number = forms.CharField(label=_("Number of the notice"), max_length=50)
    published_on = forms.DateField(
        label=_("Day of the notice"), help_text=_("The window counts from this day.")
    )
    where = forms.CharField(label=_("Published in"), max_length=300)


class SubmissionForm(StepForm):
    """The signed paper with which the commune sends the file on."""

    number = forms.CharField(label=_("Number of the submission"), max_length=50)
    signed_on = forms.DateField(label=_("Day of signature"))
    file = forms.FileField(label=_("The signed submission"), help_text=_("PDF, Word, PNG or JPEG."))


class PointsForm(StepForm):
    """A field for each component of the file, and one for anything else."""

    def prepare(self) -> None:
        for component in components(self.case.rule_set):
            self._add(component.code, str(component))
        self._add("", _("Anything else"))

    def _add(self, code: str, label: Any) -> None:
        self.fields[f"{POINT}{code}"] = forms.CharField(
            label=label, required=False, max_length=2000, widget=forms.Textarea(attrs={"rows": 2})
        )

    def points(self) -> list[Point]:
        """Return the filled-in points, in the order of the law."""
        return [
            Point(name.removeprefix(POINT), text.strip())
            for name, text in self.cleaned_data.items()
            if name.startswith(POINT) and text.strip()
        ]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if self.wants_points(cleaned) and not self.points():
            raise forms.ValidationError(_("Say at least in one place what is missing or to be amended."))
        return cleaned

    def wants_points(self, cleaned: dict[str, Any]) -> bool:
        """Tell whether the form must name a point."""
        return True


class IntakeForm(PointsForm):
    """Whether the file is complete; if it is not, the points to amend."""

    result = forms.ChoiceField(
        label=_("Is the file complete?"),
        choices=[
            ("complete", _("Complete: begin the appraisal")),
            ("incomplete", _("Incomplete: ask for a supplement")),
        ],
        widget=forms.RadioSelect,
    )

    def wants_points(self, cleaned: dict[str, Any]) -> bool:
        return cleaned.get("result") == "incomplete"

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        if cleaned.get("result") == "complete" and self.points():
            raise forms.ValidationError(
                _("A complete file has no points to amend: empty them, or choose “Incomplete”.")
            )
        return cleaned


class SupplementForm(StepForm):
    """The answer to a request; its papers are added beside the form."""

    answer = forms.CharField(
        label=_("Your answer"),
        widget=forms.Textarea(attrs=_TEXT),
        help_text=_("Say for each point what you changed, and add the papers above first."),
    )


class AgenciesField(forms.ModelMultipleChoiceField):  # type: ignore[type-arg]  # not generic at run time
    """Agencies, by number. One that no row can have is refused before the database chokes on it."""

    def clean(self, value: Any) -> Any:
        for raw in value or ():
            if read_number(str(raw)) is None:
                message = self.error_messages["invalid_pk_value"]
                raise forms.ValidationError(message, code="invalid_pk_value", params={"pk": raw})
        return super().clean(value)


class ConsultationForm(StepForm):
    """Whom to ask, what, and by which day."""

    agencies = AgenciesField(
        label=_("Agencies to consult"), queryset=Agency.objects.none(), widget=forms.CheckboxSelectMultiple
    )
    question = forms.CharField(label=_("Question"), widget=forms.Textarea(attrs={"rows": 3}), required=False)
    answer_by = forms.DateField(
        label=_("Answer by"),
        help_text=_("You set this day; the law names none for opinions."),
    )

    def prepare(self) -> None:
        field = self.fields["agencies"]
        assert isinstance(field, forms.ModelMultipleChoiceField)
        serving = Agency.objects.serving(self.today).filter(kind__in=CONSULTED_KINDS)
        own_commune = serving.filter(pk=self.case.commune_id)
        field.queryset = serving.exclude(kind__in=LOCAL_KINDS) | own_commune


class OpinionForm(StepForm):
    """What a consulted agency says, with what its verdict needs."""

    verdict = forms.ChoiceField(label=_("Opinion"), choices=Verdict.choices, widget=forms.RadioSelect)
    reasons = forms.CharField(
        label=_("Reasons"),
        required=False,
        widget=forms.Textarea(attrs=_TEXT),
        help_text=_("Required where you disagree."),
    )
    conditions = forms.CharField(
        label=_("Conditions"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Required where you agree with conditions."),
    )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if cleaned.get("verdict") == Verdict.DISAGREE and not cleaned.get("reasons"):
            self.add_error("reasons", _("Give the reasons."))
        if cleaned.get("verdict") == Verdict.AGREE_WITH_CONDITIONS and not cleaned.get("conditions"):
            self.add_error("conditions", _("Name the conditions."))
        return cleaned


class ReportForm(StepForm):
    """The report on the appraisal."""

    findings = forms.CharField(
        label=_("Findings"),
        widget=forms.Textarea(attrs={"rows": 12}),
        help_text=_(
            "Validity of the file; need and fit with the plan; conditions; name, area, sectors and"
            " infrastructure; investor and capital; environment, fire safety and housing; costs; incentives."
        ),
    )
    on_untold = forms.CharField(
        label=_("Your word on what cannot be told"), required=False, widget=forms.Textarea(attrs={"rows": 4})
    )
    recommendation = forms.ChoiceField(label=_("Recommendation"), widget=forms.RadioSelect)

    def prepare(self) -> None:
        _offer_outcomes(self, "recommendation")
        open_ = untold(selectors.findings(_dossier(self.case), rule_set=self.case.rule_set))
        if open_:
            titles = "; ".join(finding.title for finding in open_)
            self.fields["on_untold"].help_text = _(
                "Required unless you recommend to reject. The stated facts do not tell: %(titles)s."
            ) % {"titles": titles}
        else:
            del self.fields["on_untold"]


def _dossier(case: Case) -> Dossier | None:
    return case.dossiers.order_by("-pk").first()


class ExaminedFactsForm(StepForm):
    """What the Department finds of the facts that the law's conditions ask for; all may be left open."""

    # Counted from the area that was filed.
    areas = frozenset({"total_area_ha", "area_after_expansion_ha"})

    def prepare(self) -> None:
        dossier = _dossier(self.case)
        stated = selectors.facts(dossier) if dossier else {}
        procedure = selectors.PROCEDURES[CaseKind(self.case.kind)]
        asked = facts_asked(self.case.rule_set, procedure) - self.areas
        for name in FACTS:
            if name in asked:
                self.fields[name] = fact_field(name, initial=fact_initial(stated.get(name)))
        if "load_test_area" in self.fields:
            self.fields["paper_number"] = forms.CharField(
                label=_("The city’s paper on the area: number"), max_length=50, required=False
            )
            self.fields["paper_on"] = forms.DateField(
                label=_("The city’s paper on the area: day"), required=False
            )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        leased, land = cleaned.get("leased_ha"), cleaned.get("industrial_ha")
        if leased is not None and land is not None and leased > land:
            self.add_error("leased_ha", _("No more can be leased than there is industrial land."))
        return cleaned

    def facts(self) -> dict[str, Any]:
        """Return what is stated; None for what is left open."""
        return {name: self.cleaned_data[name] for name in self.fields if name in FACTS}

    def paper(self) -> dict[str, Any]:
        """Return number and day of the city's paper, where the law leaves the area to the city."""
        told = ("paper_number", "paper_on")
        return {name: self.cleaned_data[name] for name in told if name in self.fields}


def _offer_outcomes(form: StepForm, name: str) -> None:
    """Offer in the field `name` what can become of the case: established or expanded, or rejected."""
    wrong = OF_ANOTHER_KIND[CaseKind(form.case.kind)]
    field = form.fields[name]
    assert isinstance(field, forms.ChoiceField)
    field.choices = [(value, label) for value, label in Recommendation.choices if value != wrong]


class ReviewForm(StepForm):
    """Whether the report goes to the city, or back to its drafter."""

    result = forms.ChoiceField(
        label=_("Review"),
        choices=[
            ("approved", _("Approve and send to the city People's Committee")),
            ("returned", _("Return to the drafter")),
        ],
        widget=forms.RadioSelect,
    )
    comments = forms.CharField(
        label=_("Comments"),
        required=False,
        widget=forms.Textarea(attrs=_TEXT),
        help_text=_("Required where you return the report."),
    )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if cleaned.get("result") == "returned" and not cleaned.get("comments"):
            self.add_error("comments", _("Say what is to be changed."))
        return cleaned


class DecisionForm(StepForm, ProgressFields):
    """The decision, with its number and day as signed, and the progress that it fixes."""

    progress_required = False

    outcome = forms.ChoiceField(label=_("Decision"), widget=forms.RadioSelect)
    number = forms.CharField(
        label=_("Number and symbol"),
        max_length=50,
        help_text=_("As the records office gave it, e.g. 5123/QĐ-UBND."),
    )
    signed_on = forms.DateField(label=_("Day of signature"))
    reasons = forms.CharField(label=_("Grounds"), widget=forms.Textarea(attrs=_TEXT))

    def prepare(self) -> None:
        _offer_outcomes(self, "outcome")

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if cleaned.get("outcome") not in (None, Recommendation.REJECT):
            for kind in MilestoneKind:
                name = f"{PROGRESS}{kind}"
                if name not in self.errors and not cleaned.get(name):
                    self.add_error(name, _("The decision fixes a day for this."))
        return cleaned


class CopyForm(StepForm):
    """The letter with which the decision was sent on."""

    number = forms.CharField(label=_("Number of the letter"), max_length=50)
    sent_on = forms.DateField(label=_("Sent on"))
