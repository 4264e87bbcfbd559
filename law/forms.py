"""Which day, or which two days, of the law a reader asks for."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from django import forms
from django.utils.formats import get_format
from django.utils.translation import gettext_lazy as _

_ISO = "%Y-%m-%d"


class DayField(forms.DateField):
    """A day as people type it, or as an address has it: 23/11/2026 or 2026-11-23."""

    def __init__(self, **kwargs: Any) -> None:
        errors = {
            "required": _("Enter a day, such as 23/11/2026."),
            "invalid": _("This is no day. Write it as in 23/11/2026."),
        }
        super().__init__(error_messages=errors, **kwargs)

    def to_python(self, value: Any) -> date | None:
        self.input_formats = [_ISO, *get_format("DATE_INPUT_FORMATS")]
        return super().to_python(value)


class DayForm(forms.Form):
    """The register of one day, narrowed down by words."""

    on = DayField(label=_("In force on"))
    q = forms.CharField(
        label=_("Search"),
        required=False,
        max_length=100,
        help_text=_("A step such as E50, or words; marks are not needed."),
        widget=forms.TextInput(attrs={"type": "search", "autocomplete": "off", "enterkeyhint": "search"}),
    )


class CompareForm(forms.Form):
    """Two days, of which the first is the earlier. Their names in an address are `from` and `to`."""

    def __init__(self, data: Mapping[str, str]) -> None:
        super().__init__(data)
        self.fields["from"] = DayField(label=_("From"))
        self.fields["to"] = DayField(label=_("To"))

    def clean(self) -> dict[str, Any]:
        asked = self.cleaned_data
        if "from" in asked and "to" in asked and asked["to"] < asked["from"]:
            self.add_error("to", _("This day is before the other one."))
        return asked
