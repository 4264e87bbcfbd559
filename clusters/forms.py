"""What a reader of the register may ask for."""

from typing import Any, cast

from django import forms
from django.utils.translation import gettext_lazy as _

from clusters import selectors
from clusters.selectors import Wanted
from clusters.states import UNKNOWN, Kind, Stage

ANY = ("", _("Any"))
NOT_STATED = (UNKNOWN, _("Not stated"))


class RegisterForm(forms.Form):
    """Search and filters, kept in the page's address so that a list can be shared."""

    q = forms.CharField(
        label=_("Search"),
        required=False,
        max_length=100,
        help_text=_("Name, code, place or investor; marks are not needed."),
        widget=forms.TextInput(attrs={"type": "search", "autocomplete": "off", "enterkeyhint": "search"}),
    )
    kind = forms.ChoiceField(label=_("Kind"), required=False)
    stage = forms.ChoiceField(label=_("Stage"), required=False)
    district = forms.ChoiceField(label=_("District, as the source names it"), required=False)
    craft_village = forms.ChoiceField(
        label=_("Craft village"),
        required=False,
        choices=[ANY, ("yes", _("Yes")), ("no", _("No")), NOT_STATED],
    )
    made_up = forms.ChoiceField(
        label=_("Made up for the demo"),
        required=False,
        choices=[ANY, ("yes", _("Made up only")), ("no", _("Real only"))],
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offers: dict[str, list[tuple[str, Any]]] = {
            "kind": [ANY, *Kind.choices],
            "stage": [ANY, *Stage.choices, (UNKNOWN, _("No case"))],
            "district": [ANY, *((name, name) for name in selectors.districts()), NOT_STATED],
        }
        for name, choices in offers.items():
            cast(forms.ChoiceField, self.fields[name]).choices = choices

    @property
    def wanted(self) -> Wanted:
        """Return what is asked for; what is no valid wish is left out, its field says why."""
        self.is_valid()
        asked = self.cleaned_data
        return Wanted(
            text=asked.get("q", ""),
            **{name: asked.get(name, "") for name in self.fields if name != "q"},
        )

    @property
    def filters(self) -> int:
        """Return how many filters are set, search words not counted."""
        self.is_valid()
        return sum(1 for name, value in self.cleaned_data.items() if value and name != "q")
