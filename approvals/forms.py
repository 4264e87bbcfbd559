"""The forms of a draft's sections, and how what was typed is kept and read again."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal, InvalidOperation
from typing import Any

from django import forms
from django.utils.formats import localize_input
from django.utils.translation import gettext_lazy as _

from accounts.models import Agency
from accounts.states import LOCAL_KINDS
from approvals.fields import AmountField, CornersField, ask_only, fact_field
from clusters.models import Cluster
from clusters.states import Kind, Stage
from law import conditions
from law.rulesets import rule_set_on
from law.states import ClusterType, Procedure
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
    """What the law asks of a cluster before the decision, as the applicant states it.

    A subclass names the procedure; only what the law of the day may use for it is asked.
    """

    procedure: Procedure
    service_land_share_pct = fact_field("service_land_share_pct")
    craft_land_share_pct = fact_field("craft_land_share_pct", help_text=_("Craft-village clusters only."))
    same_sector_land_share_pct = fact_field(
        "same_sector_land_share_pct", help_text=_("Specialised clusters only.")
    )
    supporting_industry_land_share_pct = fact_field(
        "supporting_industry_land_share_pct", help_text=_("Clusters of supporting industry only.")
    )
    hightech_land_share_pct = fact_field("hightech_land_share_pct", help_text=_("High-tech clusters only."))
    mountain_district = fact_field("mountain_district")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        ask_only(self, rule_set_on(self.today).code, self.procedure)


class EstablishmentConditionsForm(ConditionsForm):
    """What the law asks of a cluster before it may be established."""

    title = _("Conditions of the establishment")
    procedure = Procedure.ESTABLISH
    field_order = (
        "in_approved_list",
        "area_has_established_clusters",
        "avg_occupancy_pct",
        "unleased_industrial_ha",
    )
    in_approved_list = fact_field("in_approved_list")
    area_has_established_clusters = fact_field(
        "area_has_established_clusters",
        help_text=_("In the commune; under earlier law in the district, or in the area that the city chose."),
    )
    avg_occupancy_pct = fact_field("avg_occupancy_pct")
    unleased_industrial_ha = fact_field("unleased_industrial_ha")


class ExpansionConditionsForm(ConditionsForm):
    """What the law asks of a cluster before it may be expanded."""

    title = _("Conditions of the expansion")
    procedure = Procedure.EXPAND
    field_order = ("occupancy_pct", "no_plan", "industrial_ha", "demand_ha", "works", "cluster_type")
    occupancy_pct = AmountField(
        label=_("Occupancy of the cluster now (%)"),
        min_value=Decimal(0),
        max_value=Decimal(100),
        max_digits=6,
        required=False,
        help_text=_(
            "Industrial land leased, or with approved production, in per cent of all industrial land."
        ),
    )
    no_plan = forms.BooleanField(
        label=_("No detailed plan is approved yet, so there is no occupancy"), required=False
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
    cluster_type = fact_field("cluster_type")
    formed_before_qd105 = fact_field("formed_before_qd105")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        works = conditions.works(rule_set_on(self.today).code)
        field = self.fields["works"]
        assert isinstance(field, forms.MultipleChoiceField)
        field.choices = [(work, conditions.work_words(work)) for work in works]
        if not works:
            del self.fields["works"]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        demand, land = cleaned.get("demand_ha"), cleaned.get("industrial_ha")
        if demand is not None and land is None and "industrial_ha" not in self.errors:
            self.add_error("industrial_ha", _("State the existing industrial land beside the lease demand."))
        self._check_occupancy(cleaned)
        return cleaned

    def _check_occupancy(self, cleaned: dict[str, Any]) -> None:
        """Ask for the occupancy, or for the word that there is none; for one of them."""
        occupancy, no_plan = cleaned.get("occupancy_pct"), cleaned.get("no_plan")
        if occupancy is None and not no_plan and "occupancy_pct" not in self.errors:
            self.add_error("occupancy_pct", forms.Field.default_error_messages["required"])
        elif occupancy is not None and no_plan:
            self.add_error("no_plan", _("Without a detailed plan no occupancy can be stated."))


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
    CaseKind.NEW: {"cluster": ClusterForm, "conditions": EstablishmentConditionsForm, **_SHARED},
    CaseKind.EXPANSION: {"expansion": ExpansionForm, "conditions": ExpansionConditionsForm, **_SHARED},
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
