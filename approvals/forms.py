"""The forms of a draft's sections, and how what was typed is kept and read again."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal, InvalidOperation
from typing import Any

from django import forms
from django.utils.formats import get_format, localize_input
from django.utils.translation import gettext_lazy as _

from accounts.models import Agency
from accounts.states import LOCAL_KINDS
from approvals.states import ClusterType
from clusters.exceptions import CornersInvalid
from clusters.geometry import read_corners
from clusters.models import Cluster
from clusters.states import Kind, Stage
from law import conditions
from law.rulesets import rule_set_on
from law.states import Procedure
from workflows.selectors import expandable
from workflows.states import CaseKind

NEW_CLUSTER = "new"
# What the columns of an area hold; far above any cluster.
LARGEST_HA = Decimal(10_000)
# Between the choices of a field that takes several, as they are kept.
_JOINT = "; "
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
        for name, field in self.fields.items():
            value = self.cleaned_data.get(name) if hasattr(self, "cleaned_data") else None
            typed = str(self._typed(name, field)).replace("\0", "")  # which no database keeps in JSON
            kept[name] = str(value) if isinstance(value, Decimal) else typed
        return kept

    def _typed(self, name: str, field: forms.Field) -> Any:
        if not isinstance(field, forms.MultipleChoiceField):
            return self.data.get(name, "")
        return _JOINT.join(field.widget.value_from_datadict(self.data, self.files, name) or ())

    def _offer(self, name: str, choices: list[tuple[str, Any]]) -> None:
        """Offer `choices` in the field `name`, none of them chosen."""
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [("", "—"), *choices]

    def _offer_communes(self) -> None:
        communes = Agency.objects.serving(self.today).filter(kind__in=LOCAL_KINDS)
        self._offer("commune", [(str(a.pk), str(a)) for a in communes])


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
    corners = CornersField(
        help_text=_(
            "If they are surveyed: one corner a line, latitude and longitude in WGS84, as 21.0285; 105.8542."
        )
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._offer_communes()
        listed = _places(Cluster.objects.filter(stage__in=PROPOSABLE).exclude(kind=Kind.EXPANSION))
        self._offer("cluster", [*listed, (NEW_CLUSTER, _("A cluster that is not in the register yet"))])

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if cleaned.get("cluster") == NEW_CLUSTER and not cleaned.get("cluster_name"):
            self.add_error("cluster_name", _("Name the cluster that you propose."))
        return cleaned


def _places(clusters: Iterable[Cluster]) -> list[tuple[str, str]]:
    return [(str(c.pk), f"{c.name} – {c.district_text or c.commune_text or '?'}") for c in clusters]


class ExpansionForm(SectionForm):
    """Which operating cluster, and what is added to it."""

    title = _("The expansion")
    cluster = forms.ChoiceField(
        label=_("Cluster to expand"),
        help_text=_("One that operates, and of which no expansion is under way."),
        error_messages={
            "invalid_choice": _(
                "This cluster cannot be expanded now: it does not operate, or an expansion of it is under"
                " way. Choose another one."
            )
        },
    )
    area_ha = AmountField(
        label=_("Area of the cluster now (ha)"),
        min_value=Decimal("0.001"),
        max_digits=7,
        required=False,
        help_text=_("Only where the register does not know it."),
    )
    added_ha = AmountField(
        label=_("Area added (ha)"),
        min_value=Decimal("0.001"),
        max_digits=7,
        help_text=_("What the expansion adds; the area after it is counted for you."),
    )
    commune = forms.ChoiceField(
        label=_("Commune that receives the file"),
        help_text=_("If the land lies in several communes, the one that the city named."),
    )
    place = forms.CharField(label=_("Village or area"), max_length=200, required=False)
    sectors = forms.CharField(label=_("Main sectors"), max_length=500)
    corners = CornersField(
        help_text=_(
            "Of the whole cluster after the expansion, if they are surveyed: one corner a line, latitude and"
            " longitude in WGS84, as 21.0285; 105.8542."
        )
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._offer_communes()
        self._offer("cluster", _places(expandable()))

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if cleaned.get("cluster"):
            self._read_area(cleaned, Cluster.objects.get(pk=cleaned["cluster"]))
        return cleaned

    def _read_area(self, cleaned: dict[str, Any], cluster: Cluster) -> None:
        """Take the area from the register; what was typed counts only where that does not know it."""
        typed = cleaned.get("area_ha")
        if cluster.area_ha is None and typed is None and "area_ha" not in self.errors:
            self.add_error("area_ha", _("The register does not know the area of this cluster: state it."))
        elif cluster.area_ha is not None and typed not in (None, cluster.area_ha):
            told = {"area": conditions.number(cluster.area_ha)}
            self.add_error("area_ha", _("The register tells %(area)s ha. Leave this field empty.") % told)
        cleaned["area_now_ha"] = cluster.area_ha if cluster.area_ha is not None else typed
        if cleaned["area_now_ha"] and cleaned.get("added_ha"):
            cleaned["area_after_ha"] = cleaned["area_now_ha"] + cleaned["added_ha"]
            if cleaned["area_after_ha"] >= LARGEST_HA:
                self.add_error("added_ha", _("The cluster would be larger than the city's districts."))


class ConditionsForm(SectionForm):
    """What the law asks of a cluster before it may be expanded, as the applicant states it."""

    title = _("Conditions of the expansion")
    occupancy_pct = AmountField(
        label=_("Occupancy of the cluster now (%)"),
        min_value=Decimal(0),
        max_value=Decimal(100),
        max_digits=6,
        help_text=_(
            "Industrial land leased, or with approved production, in per cent of all industrial land."
        ),
    )
    industrial_ha = AmountField(
        label=_("Existing industrial land (ha)"),
        min_value=Decimal("0.001"),
        max_digits=7,
        required=False,
        help_text=_("With the lease demand: what counts instead, where the occupancy is too low."),
    )
    demand_ha = AmountField(label=_("Lease demand (ha)"), min_value=Decimal(0), max_digits=7, required=False)
    works = forms.MultipleChoiceField(
        label=_("Shared works that are built and in use"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    excepted = forms.MultipleChoiceField(
        label=_("Exceptions of the law that apply to this cluster"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("Tick one only if it applies; the Department examines it."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        law = rule_set_on(self.today).code
        works = [(work, conditions.work_words(work)) for work in conditions.works(law)]
        self._offer_many("works", works)
        excepted = [row for row in conditions.rows(law, Procedure.EXPAND) if row.exception]
        self._offer_many("excepted", [(row.rule, conditions.claim_words(row)) for row in excepted])

    def _offer_many(self, name: str, choices: list[tuple[str, Any]]) -> None:
        field = self.fields[name]
        assert isinstance(field, forms.MultipleChoiceField)
        field.choices = choices
        if not choices:
            del self.fields[name]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        demand, land = cleaned.get("demand_ha"), cleaned.get("industrial_ha")
        if demand is not None and land is None and "industrial_ha" not in self.errors:
            self.add_error("industrial_ha", _("State the existing industrial land beside the lease demand."))
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


_SHARED: dict[str, type[SectionForm]] = {
    "project": ProjectForm,
    "environment": EnvironmentForm,
    "commitment": CommitmentForm,
}
# The sections of a draft, by what is proposed.
SECTIONS: dict[str, dict[str, type[SectionForm]]] = {
    CaseKind.NEW: {"cluster": ClusterForm, **_SHARED},
    CaseKind.EXPANSION: {"expansion": ExpansionForm, "conditions": ConditionsForm, **_SHARED},
}


def read_section(form: type[SectionForm], answers: Mapping[str, str], *, today: Any) -> SectionForm:
    """Return the section `form` bound to the kept answers: it tells what is missing or wrong."""
    return form(_shown(form, answers), today=today)


def resume_section(form: type[SectionForm], answers: Mapping[str, str], *, today: Any) -> SectionForm:
    """Return the section `form` as it was left, to go on writing: it holds nothing against anybody."""
    return form(initial=_shown(form, answers), today=today)


def _shown(form: type[SectionForm], answers: Mapping[str, str]) -> dict[str, Any]:
    """Return the kept answers of a section, amounts in the active language's dress."""
    fields = form.base_fields
    return {name: _typed(fields[name], answers[name]) for name in fields if name in answers}


def _typed(field: forms.Field, kept: str) -> Any:
    if isinstance(field, forms.MultipleChoiceField):
        return [part for part in kept.split(_JOINT) if part]
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
