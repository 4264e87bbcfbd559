"""The fields of what is proposed and stated: amounts, corners, facts for the conditions of the law."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django import forms
from django.utils.formats import get_format, localize_input
from django.utils.text import capfirst, format_lazy
from django.utils.translation import gettext_lazy as _

from clusters.exceptions import CornersInvalid
from clusters.geometry import read_corners
from law.conditions import facts_asked
from law.facts import FACTS, WORKS
from law.states import ClusterType, Measure, Procedure

_YES_NO = [("", "—"), ("yes", _("Yes")), ("no", _("No"))]


class AmountField(forms.DecimalField):
    """A positive amount as the reader's language writes it.

    A separator that does not set off thousands is refused: dropped, it would make 491.7 of 4917.
    """

    def __init__(self, **kwargs: Any) -> None:
        attrs = {"inputmode": "decimal", "class": "kc-w-10"}
        super().__init__(decimal_places=3, localize=True, widget=forms.TextInput(attrs), **kwargs)

    def to_python(self, value: Any) -> Any:
        whole, _point, _rest = str(value or "").strip().partition(get_format("DECIMAL_SEPARATOR"))
        first, *groups = whole.split(get_format("THOUSAND_SEPARATOR"))
        if groups and not (1 <= len(first) <= 3 and all(len(group) == 3 for group in groups)):
            example = localize_input(Decimal("1234.5"))
            raise forms.ValidationError(_("Write the amount as in %(example)s.") % {"example": example})
        return super().to_python(value)


class CornersField(forms.CharField):
    """A boundary, told one corner a line; its value is the corners (latitude, longitude)."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(
            label=_("Corners of the boundary"),
            required=False,
            max_length=50_000,
            widget=forms.Textarea(attrs={"rows": 5}),
            **kwargs,
        )

    def clean(self, value: Any) -> Any:
        text = super().clean(value)
        try:
            return read_corners(text) if text else ()
        except CornersInvalid as error:
            raise forms.ValidationError(str(error.message)) from error


def fact_field(name: str, **how: Any) -> forms.Field:
    """Return the field for the fact `name`, which may be left open; its value is as `law.facts` takes it."""
    measure = FACTS[name].measure
    how = {"label": capfirst(FACTS[name].title), "required": False, **how}
    if measure in (Measure.HECTARES, Measure.PERCENT):
        return _amount_field(measure, **how)
    if measure == Measure.YES_NO:
        return forms.TypedChoiceField(choices=_YES_NO, coerce=_is_yes, empty_value=None, **how)
    if measure == Measure.TYPE:
        types = [("", "—"), *ClusterType.choices]
        return forms.TypedChoiceField(choices=types, empty_value=None, **how)
    if measure == Measure.WORKS:
        return forms.MultipleChoiceField(
            choices=list(WORKS.items()), widget=forms.CheckboxSelectMultiple, **how
        )
    return forms.CharField(max_length=200, empty_value=None, **how)


def _amount_field(measure: Measure, **how: Any) -> AmountField:
    if measure == Measure.PERCENT:
        label = format_lazy("{} (%)", how.pop("label"))
        return AmountField(label=label, min_value=Decimal(0), max_value=Decimal(100), max_digits=6, **how)
    return AmountField(
        label=format_lazy("{} (ha)", how.pop("label")), min_value=Decimal(0), max_digits=7, **how
    )


def _is_yes(typed: Any) -> bool:
    return bool(typed == "yes")


def fact_initial(stated: Any) -> Any:
    """Return what a `fact_field` shows first where `stated` is known."""
    return {True: "yes", False: "no"}[stated] if isinstance(stated, bool) else stated


def ask_only(form: forms.Form, rule_set: str, procedure: Procedure) -> None:
    """Take out of `form` the facts that the conditions of `rule_set` on `procedure` do not use."""
    for name in (form.fields.keys() & FACTS.keys()) - facts_asked(rule_set, procedure):
        del form.fields[name]
