"""What the administrator enters about an act of the city that settles a time limit."""

from collections.abc import Iterator
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from law.loader import AFTER_DECISION
from law.rows import Provision
from law.rules import Wanted
from law.rulesets import library, own_provision, provisions
from law.states import SettingKind


class DayForm(forms.Form):
    """The day on which the settings are asked for."""

    on = forms.DateField(label=_("In force on"))


class PaperForm(forms.Form):
    """The city's act, and why."""

    paper_number = forms.CharField(
        label=_("Number of the city's act"),
        max_length=100,
        help_text=_("For example, 25/2026/QĐ-UBND."),
    )
    paper_on = forms.DateField(label=_("Day of the city's act"))
    reason = forms.CharField(label=_("Reason"), max_length=2000, widget=forms.Textarea(attrs={"rows": 3}))


class SettingForm(PaperForm):
    """One setting: what, for which limit of the law, from when to when, by which act of the city."""

    kind = forms.ChoiceField(label=_("What is set"), choices=SettingKind.choices, widget=forms.RadioSelect)
    limit = forms.ChoiceField(label=_("For which limit of the law"))
    amount = forms.IntegerField(
        label=_("The city's limit"),
        required=False,
        min_value=1,
        help_text=_("Only for a shorter limit, in the unit of the law."),
    )
    valid_from = forms.DateField(label=_("First day"))
    valid_to = forms.DateField(
        label=_("Last day"), required=False, help_text=_("Leave it empty where the act names none.")
    )
    field_order = ("kind", "limit", "amount", "valid_from", "valid_to", "paper_number", "paper_on", "reason")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["limit"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [("", "—"), *((f"{row.rule_set}/{row.step}", limit_words(row)) for row in limits())]

    def wanted(self) -> Wanted:
        """Return the checked answers as the rules take them."""
        asked = dict(self.cleaned_data)
        rule_set, step = asked.pop("limit").split("/")
        return Wanted(rule_set=rule_set, step=step, **asked | {"kind": SettingKind(asked["kind"])})


class EndForm(PaperForm):
    """The last day of a setting, by which act of the city."""

    last_on = forms.DateField(label=_("Last day"), help_text=_("The setting still holds on this day."))
    field_order = ("last_on", "paper_number", "paper_on", "reason")


def limits() -> Iterator[Provision]:
    """Yield the provisions with a limit that binds: of the newest rule set first, the general laws last."""
    for code in (*reversed(list(library().rule_sets)), AFTER_DECISION):
        steps = dict.fromkeys(row.step for row in provisions(code))
        rows = (own_provision(code, step) for step in steps)  # of rows that followed each other the last
        yield from (row for row in rows if row and row.has_limit)


def limit_words(row: Provision) -> str:
    """Return how people tell limits apart: code, number of days, event, article."""
    event = row.starts.label if row.starts else ""
    return f"{row.rule_set} {row.step}: {row.limit_text}, {event} ({row.citation_shown})"
