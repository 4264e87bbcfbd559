"""The base of the forms on which a step is done."""

from __future__ import annotations

from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext as _

from workflows.states import MilestoneKind

POINT = "point_"
PROGRESS = "progress_"


class ProgressFields(forms.Form):
    """A day for each milestone of the decision's own progress."""

    progress_required = True

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for kind in MilestoneKind:
            self.fields[f"{PROGRESS}{kind}"] = forms.DateField(
                label=_("By the decision: %(milestone)s") % {"milestone": kind.label},
                required=self.progress_required,
            )

    def progress(self) -> dict[MilestoneKind, date]:
        """Return the days that were given."""
        given = {kind: self.cleaned_data.get(f"{PROGRESS}{kind}") for kind in MilestoneKind}
        return {kind: day for kind, day in given.items() if day}


class StepForm(forms.Form):
    """The base: `case` and `today` are there for forms whose fields depend on them."""

    def __init__(self, *args: Any, case: Any, today: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.case, self.today = case, today
        self.prepare()

    def prepare(self) -> None:
        """Add what depends on the case."""

    def own_fields(self) -> list[forms.BoundField]:
        """Return the fields that are no points, in their order."""
        return [bound for bound in self if not bound.name.startswith(POINT)]

    def point_fields(self) -> list[forms.BoundField]:
        """Return the fields for points to amend, in the order of the law."""
        return [bound for bound in self if bound.name.startswith(POINT)]
