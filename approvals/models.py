"""The dossier with its documents, and what agencies and deciders leave on it. Papers are only ever added."""

from __future__ import annotations

from decimal import Decimal
from typing import Any, Self

from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models import Agency
from accounts.selectors import Standing
from approvals.machines import DossierMachine
from approvals.states import DossierState, Moment, PaperKind, Recommendation, Verdict
from clusters import geometry
from law import citations
from law.states import ClusterType
from workflows import clocks
from workflows.models import Case, Step
from workflows.states import CaseKind, Procedure

USER = settings.AUTH_USER_MODEL


class DossierQuerySet(models.QuerySet["Dossier"]):
    def visible_to(self, who: Standing) -> Self:
        """Keep one's own organisation's dossiers, and filed ones of the cases that one may see."""
        filed = ~Q(state=DossierState.DRAFT) & Q(case__in=Case.objects.visible_to(who))
        return self.filter(Q(applicant__in=who.agencies()) | filed)


class Dossier(DossierMachine):
    """One applicant's proposal. Until it is filed, `answers` holds what was typed, as it was typed.

    Filing writes the typed columns from the checked answers. `versions` counts the saves of each
    section, so that a stale form is told. `area_ha` is the whole area, for an expansion as it will be
    with what is added; `facts` is what is stated for the conditions of the law (`law.conditions`),
    `corners` the boundary around the whole area, where it is proposed.
    """

    kind = models.CharField(_("kind"), max_length=10, choices=CaseKind.choices, default=CaseKind.NEW)
    applicant = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="dossiers")
    created_by = models.ForeignKey(USER, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField()
    edited_at = models.DateTimeField()
    answers = models.JSONField(default=dict)
    versions = models.JSONField(default=dict)

    code = models.CharField(_("code"), max_length=20, blank=True)
    case = models.ForeignKey(Case, on_delete=models.PROTECT, null=True, related_name="dossiers")
    filed_at = models.DateTimeField(null=True)
    promised_on = models.DateField(null=True)
    estimated_on = models.DateField(null=True)
    cluster_name = models.CharField(_("cluster"), max_length=200, blank=True)
    cluster_type = models.CharField(_("type"), max_length=20, choices=ClusterType.choices, blank=True)
    area_ha = models.DecimalField(_("area"), max_digits=7, decimal_places=3, null=True)
    added_ha = models.DecimalField(_("area added"), max_digits=7, decimal_places=3, null=True)
    capital_bn_vnd = models.DecimalField(_("capital"), max_digits=12, decimal_places=3, null=True)
    facts = models.JSONField(default=dict, encoder=DjangoJSONEncoder)
    corners = models.JSONField(default=list)

    objects = DossierQuerySet.as_manager()

    class Meta:
        ordering = ["-pk"]
        verbose_name = _("dossier")
        constraints = [
            models.UniqueConstraint(fields=["code"], condition=~Q(code=""), name="dossier_code_once"),
            models.CheckConstraint(
                condition=Q(state=DossierState.DRAFT, filed_at=None, case=None)
                | Q(filed_at__isnull=False, case__isnull=False) & ~Q(code=""),
                name="dossier_filed_together",
            ),
            models.CheckConstraint(
                condition=Q(filed_at=None)
                | Q(kind=CaseKind.NEW, added_ha=None)
                | Q(kind=CaseKind.EXPANSION, added_ha__gt=0),
                name="dossier_adds_area",
            ),
        ]

    def __str__(self) -> str:
        return self.code or _("Draft %(number)s") % {"number": self.pk}

    @property
    def corners_ha(self) -> Decimal | None:
        """Return the area inside the proposed boundary; None where none is proposed."""
        return geometry.area_ha(self.boundary) if self.corners else None

    @property
    def boundary(self) -> tuple[geometry.Corner, ...]:
        """Return the corners (latitude, longitude) of the proposed boundary."""
        return tuple((latitude, longitude) for latitude, longitude in self.corners)


class DocumentQuerySet(models.QuerySet["Document"]):
    def visible_to(self, who: Standing) -> Self:
        """Keep the documents of the dossiers that `who` may see."""
        return self.filter(dossier__in=Dossier.objects.visible_to(who))


class Document(models.Model):
    """One checked upload: what it is in the file (`component`), its bytes by hash, who brought it."""

    dossier = models.ForeignKey(Dossier, on_delete=models.PROTECT, related_name="documents")
    component = models.CharField(max_length=5)
    name = models.CharField(max_length=200)
    media_type = models.CharField(max_length=100)
    size = models.PositiveIntegerField()
    sha256 = models.CharField(max_length=64)
    file = models.FileField(max_length=200)
    uploaded_by = models.ForeignKey(USER, on_delete=models.PROTECT, related_name="+")
    uploaded_at = models.DateTimeField()

    objects = DocumentQuerySet.as_manager()

    class Meta:
        ordering = ["component", "pk"]

    def __str__(self) -> str:
        return self.name


class SupplementRequest(models.Model):
    """What the Department asks the applicant to add: items, once per round, answered together."""

    dossier = models.ForeignKey(Dossier, on_delete=models.PROTECT, related_name="supplement_requests")
    round = models.PositiveSmallIntegerField()
    asked_by = models.ForeignKey(USER, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()
    answered_by = models.ForeignKey(USER, on_delete=models.PROTECT, null=True, related_name="+")
    answered_at = models.DateTimeField(null=True)
    answer = models.TextField(blank=True)

    class Meta:
        ordering = ["round"]
        constraints = [
            models.UniqueConstraint(fields=["dossier", "round"], name="supplement_round_once"),
            models.CheckConstraint(
                condition=Q(answered_at=None, answered_by=None)
                | Q(answered_at__isnull=False, answered_by__isnull=False),
                name="supplement_answered_together",
            ),
        ]


class SupplementItem(models.Model):
    """One point of a request: the component it is about, and what is wanted."""

    request = models.ForeignKey(SupplementRequest, on_delete=models.PROTECT, related_name="items")
    component = models.CharField(max_length=5, blank=True)
    text = models.TextField()


class Paper(models.Model):
    """An official paper of a step: notice, submission, permit. `issued_on` is the day on the paper."""

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="papers")
    step = models.ForeignKey(Step, on_delete=models.PROTECT, related_name="papers")
    kind = models.CharField(max_length=20, choices=PaperKind.choices)
    number = models.CharField(max_length=50)
    issued_on = models.DateField()
    note = models.TextField(blank=True)
    by = models.ForeignKey(USER, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        ordering = ["pk"]
        # Only groundbreaking leaves several, and each of another kind.
        constraints = [models.UniqueConstraint(fields=["step", "kind"], name="paper_kind_once")]


class OpinionRequest(models.Model):
    """A question to a consulted agency and its answer; `taken_back` where the Department went on without.

    `silent_on` is the day on which silence was taken for consent, as the clock's setting or the law says.
    """

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="opinions")
    step = models.OneToOneField(Step, on_delete=models.PROTECT, related_name="opinion")
    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="+")
    question = models.TextField(blank=True)
    answer_by = models.DateField()
    asked_by = models.ForeignKey(USER, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()
    verdict = models.CharField(max_length=30, choices=Verdict.choices, blank=True)
    reasons = models.TextField(blank=True)
    conditions = models.TextField(blank=True)
    answered_by = models.ForeignKey(USER, on_delete=models.PROTECT, null=True, related_name="+")
    answered_at = models.DateTimeField(null=True)
    taken_back = models.TextField(blank=True)
    silent_on = models.DateField(null=True)

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(verdict="", answered_at=None, answered_by=None)
                | ~Q(verdict="") & Q(answered_at__isnull=False, answered_by__isnull=False),
                name="opinion_answered_together",
            ),
            models.CheckConstraint(
                condition=Q(silent_on=None) | Q(verdict="", taken_back=""), name="opinion_silent_alone"
            ),
        ]

    @property
    def silence_basis(self) -> str:
        """Return by what silence is consent: the city's act, or the law's article; empty where it is not."""
        clock = self.step.clock
        return clocks.silence_basis(clock) if clock else ""


class Report(models.Model):
    """One version of the appraisal report. A changed text is a new version, so a review cannot go stale.

    `on_untold` is the drafter's word on the conditions of the law that the facts could not tell.
    """

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="reports")
    version = models.PositiveSmallIntegerField()
    findings = models.TextField()
    on_untold = models.TextField(blank=True)
    recommendation = models.CharField(max_length=20, choices=Recommendation.choices)
    drafted_by = models.ForeignKey(USER, on_delete=models.PROTECT, related_name="+")
    drafted_at = models.DateTimeField()

    class Meta:
        ordering = ["version"]
        constraints = [models.UniqueConstraint(fields=["case", "version"], name="report_version_once")]


class ExaminedFacts(models.Model):
    """What the Department states for the conditions of the law, in place of the applicant's own word.

    The newest row of a case holds; a fact that is null in it is not stated. `paper_number` and `paper_on`
    are of the paper by which the city chose the area of the load test, where it did.

    Source: Decree 139/2025/NĐ-CP, Art. 12 (the area).
    """

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="examined_facts")
    facts = models.JSONField(encoder=DjangoJSONEncoder)
    paper_number = models.CharField(max_length=50, blank=True)
    paper_on = models.DateField(null=True)
    by = models.ForeignKey(USER, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(paper_number="", paper_on=None) | ~Q(paper_number="") & Q(paper_on__isnull=False),
                name="examined_facts_paper_whole",
            )
        ]


class ConditionSnapshot(models.Model):
    """What the conditions of the law came to at one moment of a case, with the facts that were used.

    Frozen: what changes later, facts or law, does not change it. `verdicts` holds by language what people
    read then, each as `law.conditions.Finding.as_json`.
    """

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="condition_snapshots")
    moment = models.CharField(max_length=10, choices=Moment.choices)
    taken_at = models.DateTimeField()
    rule_set = models.CharField(max_length=5, blank=True)
    facts = models.JSONField(encoder=DjangoJSONEncoder)
    verdicts = models.JSONField()

    class Meta:
        ordering = ["pk"]

    @property
    def told(self) -> list[dict[str, Any]]:
        """Return the verdicts in the language of the reader."""
        found: list[dict[str, Any]] = self.verdicts[citations.reader_language()]
        return found


class Review(models.Model):
    """A reviewer's word on one version of the report."""

    report = models.OneToOneField(Report, on_delete=models.PROTECT, related_name="review")
    approved = models.BooleanField()
    comments = models.TextField(blank=True)
    by = models.ForeignKey(USER, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()


class Decision(models.Model):
    """The city's decision. At most one per case, procedure and round; the number stands once a year."""

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="decisions")
    procedure = models.CharField(max_length=30, choices=Procedure.choices)
    round = models.PositiveSmallIntegerField()
    outcome = models.CharField(max_length=20, choices=Recommendation.choices)
    issuer = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="+")
    number = models.CharField(max_length=50)
    year = models.PositiveSmallIntegerField()
    signed_on = models.DateField()
    reasons = models.TextField()
    decided_by = models.ForeignKey(USER, on_delete=models.PROTECT, related_name="+")
    decided_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["case", "procedure", "round"], name="decision_once"),
            models.UniqueConstraint(fields=["issuer", "year", "number"], name="decision_number_once"),
        ]

    def __str__(self) -> str:
        return self.number
