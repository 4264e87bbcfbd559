"""Who gets a step, and who takes over from a dissolved agency."""

from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.models import Agency, Membership, User
from workflows import successors
from workflows.models import Step


class AssignForm(forms.Form):
    """One of the people who serve in the step's role at its agency."""

    to = forms.ModelChoiceField(label=_("Give it to"), queryset=User.objects.none())

    def __init__(self, *args: Any, step: Step, today: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        serving = Membership.objects.active(today).filter(agency=step.agency_id, role=step.role)
        field = self.fields["to"]
        assert isinstance(field, forms.ModelChoiceField)
        field.queryset = User.objects.filter(pk__in=serving.values("user_id"))


class SuccessorForm(forms.Form):
    """Which agency took over, and by which paper."""

    successor = forms.TypedChoiceField(
        label=_("Successor"),
        coerce=int,
        help_text=_("Ordered by place. Only agencies that exist today and can take over are listed."),
    )
    reason = forms.CharField(
        label=_("Paper or reason"),
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_(
            "Number and date of the paper that says so. All offices with a part in the case can read it."
        ),
    )

    def __init__(self, *args: Any, predecessor: Agency, today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["successor"]
        assert isinstance(field, forms.ChoiceField)
        fit = successors.candidates(predecessor, on=today)
        field.choices = [("", "—"), *((str(agency.pk), _known_as(agency)) for agency in fit)]


class ExtensionForm(forms.Form):
    """By how much the limit is extended, why, and by which paper."""

    amount = forms.IntegerField(
        label=_("Extended by"), min_value=1, help_text=_("In the unit of the limit itself.")
    )
    reason = forms.CharField(
        label=_("Reason"),
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("The applicant reads it."),
    )
    paper_number = forms.CharField(label=_("Number of the paper"), max_length=100)
    paper_on = forms.DateField(label=_("Day of the paper"))


def _known_as(agency: Agency) -> str:
    """Return the place first: in a list of communes all names begin alike."""
    known = successors.place(agency)
    return str(agency) if known == agency.name else f"{known} – {agency}"
