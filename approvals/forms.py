"""The forms of a draft's sections, and how what was typed is kept and read again."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from typing import Any

from django import forms
from django.utils.formats import get_format, localize_input
from django.utils.translation import gettext_lazy as _

from accounts.models import Agency
from accounts.states import LOCAL_KINDS
from approvals.states import ClusterType
from clusters.models import Cluster
from clusters.states import Stage

NEW_CLUSTER = "new"
_SHORT = {"class": "kc-w-5"}
# After a refusal, a withdrawal or a repeal a cluster may be proposed again.
PROPOSABLE = (Stage.LISTED, Stage.REJECTED, Stage.WITHDRAWN, Stage.REVOKED)


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


class SectionForm(forms.Form):
    """One section of a draft. `today` decides which communes and listed clusters can be chosen."""

    title: Any = ""

    def __init__(self, *args: Any, today: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.today = today

    def to_keep(self) -> dict[str, str]:
        """Return what was typed, valid or not; amounts that could be read, without their local dress."""
        self.full_clean()
        kept: dict[str, str] = {}
        for name in self.fields:
            value = self.cleaned_data.get(name) if hasattr(self, "cleaned_data") else None
            typed = str(self.data.get(name, "")).replace("\0", "")  # which no database keeps in JSON
            kept[name] = str(value) if isinstance(value, Decimal) else typed
        return kept


class ClusterForm(SectionForm):
    """Which cluster, where, how large."""

    title = _("The cluster")
    cluster = forms.ChoiceField(
        label=_("Cluster"),
        help_text=_("Choose one of the register, or propose one that is not there yet."),
    )
    cluster_name = forms.CharField(
        label=_("Name of the proposed cluster"),
        max_length=200,
        required=False,
        help_text=_("Only if the cluster is not in the list above."),
    )
    commune = forms.ChoiceField(
        label=_("Commune that receives the file"),
        help_text=_("If the land lies in several communes, the one that the city named."),
    )
    place = forms.CharField(label=_("Village or area"), max_length=200, required=False)
    cluster_type = forms.ChoiceField(label=_("Type of cluster"), choices=[("", "—"), *ClusterType.choices])
    area_ha = AmountField(label=_("Area (ha)"), min_value=Decimal("0.001"), max_digits=7)
    sectors = forms.CharField(label=_("Main sectors"), max_length=500)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        communes = Agency.objects.serving(self.today).filter(kind__in=LOCAL_KINDS)
        listed = Cluster.objects.filter(stage__in=PROPOSABLE)
        self._choices("commune", [(str(a.pk), str(a)) for a in communes])
        places = [(str(c.pk), f"{c.name} – {c.district_text or c.commune_text or '?'}") for c in listed]
        self._choices("cluster", [*places, (NEW_CLUSTER, _("A cluster that is not in the register yet"))])

    def _choices(self, name: str, choices: list[tuple[str, Any]]) -> None:
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [("", "—"), *choices]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if cleaned.get("cluster") == NEW_CLUSTER and not cleaned.get("cluster_name"):
            self.add_error("cluster_name", _("Name the cluster that you propose."))
        return cleaned


class ProjectForm(SectionForm):
    """What is to be built, with what money, by when."""

    title = _("The project")
    goals = forms.CharField(label=_("Goals and scope"), widget=forms.Textarea(attrs={"rows": 4}))
    capital_bn_vnd = AmountField(
        label=_("Total investment (billion VND)"), min_value=Decimal("0.001"), max_digits=12
    )
    own_capital_bn_vnd = AmountField(
        label=_("Own capital (billion VND)"), min_value=Decimal(0), max_digits=12
    )
    schedule = forms.CharField(
        label=_("Schedule"),
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("From the decision to operation: planning, land, construction, filling."),
    )
    term_years = forms.IntegerField(
        label=_("Term of operation (years)"), min_value=1, max_value=99, widget=forms.NumberInput(_SHORT)
    )
    jobs = forms.IntegerField(label=_("Jobs expected"), min_value=0, widget=forms.NumberInput(_SHORT))

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        own, total = cleaned.get("own_capital_bn_vnd"), cleaned.get("capital_bn_vnd")
        if own is not None and total is not None and own > total:
            self.add_error("own_capital_bn_vnd", _("Own capital cannot exceed the total investment."))
        return cleaned


class EnvironmentForm(SectionForm):
    """Wastewater, waste and fire safety."""

    title = _("Environment and safety")
    environment = forms.CharField(
        label=_("Preliminary environmental assessment"), widget=forms.Textarea(attrs={"rows": 4})
    )
    wastewater_m3_day = forms.IntegerField(
        label=_("Capacity of the wastewater works (m³ a day)"),
        min_value=0,
        widget=forms.NumberInput(_SHORT),
    )
    fire_safety = forms.CharField(label=_("Fire safety and rescue"), widget=forms.Textarea(attrs={"rows": 3}))


class CommitmentForm(SectionForm):
    """The applicant's word, as form 01 asks for it."""

    title = _("Commitment")
    contact_name = forms.CharField(
        label=_("Contact person"), max_length=200, widget=forms.TextInput({"autocomplete": "name"})
    )
    contact_phone = forms.CharField(
        label=_("Telephone"),
        max_length=20,
        widget=forms.TextInput({"type": "tel", "autocomplete": "tel", "class": "kc-w-20"}),
    )
    committed = forms.BooleanField(
        label=_("We commit not to break the law and to bear all costs and risks if we are not chosen.")
    )


SECTIONS: dict[str, type[SectionForm]] = {
    "cluster": ClusterForm,
    "project": ProjectForm,
    "environment": EnvironmentForm,
    "commitment": CommitmentForm,
}


def read_section(section: str, answers: Mapping[str, str], *, today: Any) -> SectionForm:
    """Return the bound form of `section` over the kept answers: it tells what is missing or wrong."""
    return SECTIONS[section](_shown(section, answers), today=today)


def resume_section(section: str, answers: Mapping[str, str], *, today: Any) -> SectionForm:
    """Return the form of `section` as it was left, to go on writing: it holds nothing against anybody."""
    return SECTIONS[section](initial=_shown(section, answers), today=today)


def _shown(section: str, answers: Mapping[str, str]) -> dict[str, str]:
    """Return the kept answers of `section`, amounts in the active language's dress."""
    fields = SECTIONS[section].base_fields
    return {name: _typed(fields[name], answers[name]) for name in fields if name in answers}


def _typed(field: forms.Field, kept: str) -> str:
    if not isinstance(field, forms.DecimalField):
        return kept
    try:
        amount = Decimal(kept)
    except InvalidOperation:
        return kept
    # “NaN” and “Infinity” are read as decimals too, and have no dress.
    return str(localize_input(amount)) if amount.is_finite() else kept


class UploadForm(forms.Form):
    """One paper of the file: what it is, and the file itself."""

    component = forms.ChoiceField(label=_("What is it?"))
    file = forms.FileField(label=_("File"), help_text=_("PDF, Word, Excel, PNG, JPEG or GeoJSON."))

    def __init__(self, *args: Any, components: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["component"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = components


class ReasonForm(forms.Form):
    """Why something is taken back."""

    reason = forms.CharField(label=_("Reason"), widget=forms.Textarea(attrs={"rows": 3}), max_length=2000)
