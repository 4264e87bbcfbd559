"""The base of the forms on which a step is done."""

from __future__ import annotations

from typing import Any

from django import forms

POINT = "point_"


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
