"""Who gets a step."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.models import Membership, User
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
