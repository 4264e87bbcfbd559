"""The register: clusters, and what sources tell about them with a day. Facts only, no procedure."""

import re
from decimal import Decimal
from typing import Any, Self

from django.db import models
from django.db.models import F, Q
from django.utils.formats import number_format
from django.utils.translation import gettext_lazy as _

from accounts.models import Area
from accounts.names import collation_key, fold
from clusters import geometry
from clusters.dates import ImpreciseDate, words
from clusters.states import GRADE_WORDS, UNPLACED, DatePrecision, FactKind, Kind, Relation, Reported, Stage
from law.states import Grade

# How the words of a fact about the area end.
HECTARES = " ha"


def search_words(text: str) -> list[str]:
    """Return the words of `text` as the search column holds them: small, without marks or punctuation."""
    return re.findall(r"\w+", fold(text))


class ClusterQuerySet(models.QuerySet["Cluster"]):
    def search(self, text: str) -> Self:
        """Keep clusters with every word of `text` in code, name, place or investor, marks or not."""
        found = self
        for word in search_words(text):
            found = found.filter(folded__contains=word)
        return found

    def in_order(self) -> Self:
        """Order by name; clusters of one name by their number here."""
        return self.order_by("sort_key", "id")


class Cluster(models.Model):
    """An industrial cluster, or a project of one, as sources tell it; names are those of the time.

    None and "" mean that no source says it. `stage` is a copy of the state of the newest case that is
    no expansion (else of the newest), written by the transaction that moves the case; blank without a case.
    """

    code = models.CharField(_("code"), max_length=12, unique=True)
    name = models.CharField(_("name"), max_length=200)
    kind = models.CharField(_("kind"), max_length=20, choices=Kind.choices, default=Kind.UNSPECIFIED)
    stage = models.CharField(_("stage"), max_length=30, choices=Stage.choices, blank=True, editable=False)
    craft_village = models.BooleanField(_("craft village"), null=True, blank=True)
    commune_text = models.CharField(_("commune, as the source names it"), max_length=200, blank=True)
    district_text = models.CharField(_("district, as the source names it"), max_length=100, blank=True)
    commune = models.ForeignKey(
        Area, on_delete=models.PROTECT, null=True, blank=True, related_name="clusters"
    )
    area_ha = models.DecimalField(_("area (ha)"), max_digits=9, decimal_places=3, null=True, blank=True)
    capital_bn_vnd = models.DecimalField(
        _("capital (billion VND)"), max_digits=12, decimal_places=3, null=True, blank=True
    )
    investor_text = models.CharField(_("investor, as the source names it"), max_length=200, blank=True)
    planned_period = models.CharField(_("planned period"), max_length=100, blank=True)
    part_of = models.ForeignKey("self", on_delete=models.PROTECT, null=True, blank=True, related_name="parts")
    relation = models.CharField(_("relation"), max_length=20, choices=Relation.choices, blank=True)
    source = models.TextField(_("source"), blank=True)
    grade = models.CharField(_("grade"), max_length=20, choices=Grade.choices, blank=True)
    grade_note = models.CharField(_("remark on the grade"), max_length=100, blank=True)
    inferred = models.CharField(_("deduced fields"), max_length=200, blank=True)
    note = models.TextField(_("note"), blank=True)
    is_demo = models.BooleanField(_("made up"), default=False)
    recorded_at = models.DateTimeField(editable=False)
    changed_at = models.DateTimeField(editable=False)
    folded = models.CharField(max_length=1000, editable=False)
    sort_key = models.CharField(max_length=1300, editable=False)

    objects = ClusterQuerySet.as_manager()

    class Meta:
        ordering = ["sort_key", "id"]
        verbose_name = _("cluster")
        constraints = [
            models.CheckConstraint(condition=~Q(code=""), name="cluster_has_code"),
            models.CheckConstraint(
                condition=Q(area_ha=None) | Q(area_ha__gt=0), name="cluster_area_positive"
            ),
            models.CheckConstraint(
                condition=Q(capital_bn_vnd=None) | Q(capital_bn_vnd__gt=0), name="cluster_capital_positive"
            ),
            models.CheckConstraint(
                condition=Q(part_of=None, relation="") | Q(part_of__isnull=False) & ~Q(relation=""),
                name="cluster_relation_whole",
            ),
            models.CheckConstraint(
                condition=Q(part_of=None) | ~Q(part_of=F("id")), name="cluster_not_part_of_itself"
            ),
        ]
        indexes = [
            models.Index(fields=["sort_key", "id"], name="cluster_order"),
            models.Index(fields=["kind", "sort_key", "id"], name="cluster_kind"),
            models.Index(fields=["district_text", "sort_key", "id"], name="cluster_district"),
            models.Index(fields=["stage", "sort_key", "id"], name="cluster_stage"),
        ]

    def __str__(self) -> str:
        return self.name

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.index()
        super().save(*args, **kwargs)

    def index(self) -> None:
        """Set the columns by which the cluster is found and ordered; bulk writers call it themselves."""
        told = (self.code, self.name, self.commune_text, self.district_text, self.investor_text)
        self.folded = " ".join(search_words(" ".join(told)))
        self.sort_key = collation_key(self.name)

    @property
    def grade_words(self) -> str:
        """Return for a reader how well the row is confirmed."""
        return str(GRADE_WORDS.get(Grade(self.grade), "")) if self.grade else ""

    @property
    def inferences(self) -> dict[str, str]:
        """Return which fields were deduced, not read: `{"commune": "from the cluster name"}`."""
        parts = (part.strip() for part in self.inferred.split(";") if part.strip())
        return {name: why.rstrip(")") for name, __, why in (part.partition(" (") for part in parts)}


class DatedFactQuerySet(models.QuerySet["DatedFact"]):
    def standing(self) -> Self:
        """Keep what is held true now; leave out what a later row replaced."""
        return self.filter(superseded_at=None)


class DatedFact(models.Model):
    """Something that a source tells of a cluster, with the day as exactly as it is told.

    Only ever added: a correction supersedes the row before it. `number_text` is no key; where the
    source leaves a choice, `candidates` names all of it.
    """

    cluster = models.ForeignKey(Cluster, on_delete=models.PROTECT, related_name="facts")
    kind = models.CharField(_("kind"), max_length=20, choices=FactKind.choices)
    number_text = models.CharField(_("number"), max_length=100, blank=True)
    candidates = models.JSONField(default=list, blank=True)
    text = models.CharField(_("words of the source"), max_length=200, blank=True)
    precision = models.CharField(max_length=10, choices=DatePrecision.choices, default=DatePrecision.UNKNOWN)
    earliest = models.DateField(null=True, blank=True)
    latest = models.DateField(null=True, blank=True)
    date_text = models.CharField(max_length=30, blank=True)
    date_remark = models.CharField(max_length=100, blank=True)
    reported_on = models.DateField(null=True, blank=True)
    source = models.TextField(_("source"), blank=True)
    grade = models.CharField(_("grade"), max_length=20, choices=Grade.choices, blank=True)
    grade_note = models.CharField(max_length=100, blank=True)
    recorded_at = models.DateTimeField()
    superseded_at = models.DateTimeField(null=True, blank=True)

    objects = DatedFactQuerySet.as_manager()

    class Meta:
        ordering = ["cluster_id", "kind", "id"]
        verbose_name = _("dated fact")
        constraints = [
            models.UniqueConstraint(
                fields=["cluster", "kind"], condition=Q(superseded_at=None), name="fact_standing_once"
            ),
            models.CheckConstraint(
                condition=Q(precision__in=UNPLACED, earliest=None, latest=None)
                | ~Q(precision__in=UNPLACED) & Q(earliest__isnull=False, latest__gte=F("earliest")),
                name="fact_span_as_precise",
            ),
            models.CheckConstraint(
                condition=~Q(precision=DatePrecision.DAY) | Q(earliest=F("latest")),
                name="fact_day_is_one_day",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}: {self.number_text or self.text} {self.when_words}".strip()

    @property
    def when(self) -> ImpreciseDate:
        """Return the day as exactly as it is known."""
        return ImpreciseDate(
            DatePrecision(self.precision),
            self.earliest,
            self.latest,
            self.date_text,
            self.date_remark,
            self.reported_on,
        )

    @when.setter
    def when(self, when: ImpreciseDate) -> None:
        self.precision, self.earliest, self.latest = when.precision, when.earliest, when.latest
        self.date_text, self.date_remark, self.reported_on = when.text, when.remark, when.reported_on

    @property
    def when_words(self) -> str:
        """Return the day for a reader, no more precise than it is known."""
        return words(self.when)

    @property
    def is_one_of_several(self) -> bool:
        """Tell whether the source leaves open which number is meant."""
        return len(self.candidates) > 1

    @property
    def grade_words(self) -> str:
        """Return for a reader how well the fact is confirmed."""
        return str(GRADE_WORDS.get(Grade(self.grade), "")) if self.grade else ""

    @property
    def area_ha(self) -> Decimal | None:
        """Return the area that a fact of that kind tells, in hectares; None for any other fact."""
        return Decimal(self.text.removesuffix(HECTARES)) if self.kind == FactKind.AREA else None

    @property
    def status_words(self) -> str:
        """Return the source's words for a status in the reader's language, where we know them."""
        known = dict(Reported.choices)
        return str(known.get(self.text, self.text))


class BoundaryQuerySet(models.QuerySet["Boundary"]):
    def standing(self) -> Self:
        """Keep the boundaries that hold now."""
        return self.filter(superseded_at=None)


class Boundary(models.Model):
    """Where a cluster lies, by a decision. Only ever added: a new boundary supersedes the one before.

    `corners` is a list of [latitude, longitude] in WGS84 degrees, as `clusters.geometry` checks them;
    `area_ha` is what they enclose, not what the decision states.
    """

    cluster = models.ForeignKey(Cluster, on_delete=models.PROTECT, related_name="boundaries")
    corners = models.JSONField()
    area_ha = models.DecimalField(_("area (ha)"), max_digits=10, decimal_places=3)
    decided_on = models.DateField(_("decided on"))
    number_text = models.CharField(_("number"), max_length=100, blank=True)
    source = models.TextField(_("source"), blank=True)
    recorded_at = models.DateTimeField()
    superseded_at = models.DateTimeField(null=True, blank=True)

    objects = BoundaryQuerySet.as_manager()

    class Meta:
        ordering = ["cluster_id", "id"]
        verbose_name = _("boundary")
        constraints = [
            models.UniqueConstraint(
                fields=["cluster"], condition=Q(superseded_at=None), name="boundary_standing_once"
            ),
            models.CheckConstraint(condition=Q(area_ha__gt=0), name="boundary_area_positive"),
            models.CheckConstraint(
                condition=Q(superseded_at=None) | Q(superseded_at__gte=F("recorded_at")),
                name="boundary_superseded_later",
            ),
        ]

    def __str__(self) -> str:
        return self.number_text

    @property
    def ring(self) -> tuple[geometry.Corner, ...]:
        """Return the corners as pairs of latitude and longitude."""
        return tuple((latitude, longitude) for latitude, longitude in self.corners)

    @property
    def corner_words(self) -> list[str]:
        """Return the corners for a reader, in the form in which they can be read in again."""
        return [_degrees(corner) for corner in self.ring]

    @property
    def centre_words(self) -> str:
        """Return the centre for a reader, to 0.0001 degrees (some 10 m)."""
        return _degrees(geometry.centre(self.ring), places=4)


def _degrees(corner: geometry.Corner, *, places: int = geometry.PLACES) -> str:
    return "; ".join(number_format(f"{degrees:.{places}f}") for degrees in corner)
