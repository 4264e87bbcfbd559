"""The case, the process that orders its work, its steps with their clocks, and the stays: the log."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, ClassVar, Self

from django.conf import settings
from django.contrib.contenttypes.models import ContentType
from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.utils.translation import gettext_lazy as _
from viewflow.workflow.models import AbstractProcess, AbstractTask
from viewflow.workflow.status import PROCESS, STATUS

from accounts.models import Agency
from accounts.selectors import Standing, predecessors
from clusters.models import Cluster
from clusters.states import Stage
from law.models import LocalSetting
from law.rulesets import limit_text, provision
from workflows.machines import CaseMachine
from workflows.policies import may_see_all
from workflows.states import ENDED, CaseKind, MilestoneKind, Procedure

# What people, or the passing of days, do; all other tasks are the engine's own gates.
WORK_TYPES = ("HUMAN", "WAIT")
# An expansion that operates is over: the next one may come.
EXPANDING = Q(kind=CaseKind.EXPANSION) & ~Q(state__in=[*ENDED, Stage.OPERATING])


class CaseQuerySet(models.QuerySet["Case"]):
    def visible_to(self, who: Standing) -> Self:
        """Keep the cases that `who` is a party to: as applicant, as holder of a step, or city-wide.

        What an agency had a part in is seen by those who took over from it.
        """
        if may_see_all(who):
            return self
        mine = who.agencies()
        before = predecessors(mine, on=who.on)
        held = Step.objects.filter(Q(agency__in=mine) | Q(agency__in=before), case=OuterRef("pk"))
        chosen = SuccessorChoice.objects.filter(
            Q(successor__in=mine) | Q(successor__in=before),
            cluster=OuterRef("cluster"),
            predecessor__steps__case=OuterRef("pk"),
        )
        local = Q(commune__in=mine) | Q(commune__in=before)
        return self.filter(Q(applicant__in=mine) | local | Exists(held) | Exists(chosen))

    def expanding(self) -> Self:
        """Keep expansions that are under way: neither ended nor operating."""
        return self.filter(EXPANDING)

    def lock(self, **which: Any) -> Case:
        """Return the one case of `which`, its row locked until the transaction ends.

        SQLite has no row locks: there every write transaction begins IMMEDIATE and so excludes others.
        """
        return self.select_for_update(of=("self",)).get(**which)


class Case(CaseMachine):
    """One cluster project: a new cluster, or the expansion of an operating one.

    Rule set, clocks, processes, lock and audit chain belong to it.
    """

    code = models.CharField(_("code"), max_length=30, unique=True)
    cluster = models.ForeignKey(Cluster, on_delete=models.PROTECT, related_name="cases")
    kind = models.CharField(_("kind"), max_length=10, choices=CaseKind.choices, default=CaseKind.NEW)
    rule_set = models.CharField(_("rule set"), max_length=5, blank=True)
    applicant = models.ForeignKey(
        Agency, on_delete=models.PROTECT, null=True, blank=True, related_name="applications"
    )
    commune = models.ForeignKey(
        Agency, on_delete=models.PROTECT, null=True, blank=True, related_name="commune_cases"
    )
    opened_at = models.DateTimeField()
    moved_at = models.DateTimeField()
    stay_seq = models.PositiveIntegerField(default=0, editable=False)
    source = models.TextField(blank=True)
    grade = models.CharField(max_length=20, blank=True)

    objects = CaseQuerySet.as_manager()

    class Meta:
        ordering = ["code"]
        verbose_name = _("case")
        constraints = [
            models.UniqueConstraint(
                fields=["cluster", "kind"],
                condition=Q(kind=CaseKind.NEW) & ~Q(state__in=ENDED) | EXPANDING,
                name="case_open_once",
            )
        ]
        indexes = [models.Index(fields=["state", "id"], name="case_state")]

    def __str__(self) -> str:
        return f"{self.code} {self.cluster}"

    @property
    def stage_words(self) -> Any:
        """Return the stage for people; an expansion establishes nothing new."""
        if self.kind == CaseKind.EXPANSION and self.state == Stage.ESTABLISHED:
            return _("Expansion decided")
        return self.get_state_display()


class Process(AbstractProcess, models.Model):
    """One run of a procedure on a case, pinned to the version of the flow that it started with."""

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="processes")
    procedure = models.CharField(max_length=30, choices=Procedure.choices)
    round = models.PositiveSmallIntegerField(default=1)

    # What the running act tells the nodes; set by `workflows.services`, never stored.
    act: Any = None

    objects: ClassVar[models.Manager[Process]] = models.Manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["case", "procedure"],
                condition=Q(status=PROCESS.NEW),
                name="process_active_once",
            ),
            models.UniqueConstraint(fields=["case", "procedure", "round"], name="process_round_once"),
        ]


class Clock(models.Model):
    """A time limit of the law that runs on a case: from `trigger_on`, to `due_on` as counted last.

    `firm` is false where the count crossed a provisional day. `calendar_version` names the calendar
    that the count used. A clock that was `closed_on` a day counts no more: its case moved to another rule
    set. `shorter`, `first_day`, `restart` and `silence` are what the city had set about the limit on the
    trigger day; the clock keeps them, whatever the city sets later.
    """

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="clocks")
    rule_set = models.CharField(max_length=5)
    limit = models.CharField(max_length=5)
    trigger_on = models.DateField()
    due_on = models.DateField()
    firm = models.BooleanField()
    calendar_version = models.PositiveIntegerField()
    closed_on = models.DateField(null=True, blank=True)
    shorter = models.ForeignKey(
        LocalSetting, on_delete=models.PROTECT, null=True, db_index=False, related_name="+"
    )
    first_day = models.ForeignKey(
        LocalSetting, on_delete=models.PROTECT, null=True, db_index=False, related_name="+"
    )
    restart = models.ForeignKey(
        LocalSetting, on_delete=models.PROTECT, null=True, db_index=False, related_name="+"
    )
    silence = models.ForeignKey(
        LocalSetting, on_delete=models.PROTECT, null=True, db_index=False, related_name="+"
    )

    class Meta:
        indexes = [models.Index(fields=["case", "limit"], name="clock_case_limit")]

    def __str__(self) -> str:
        return f"{self.rule_set}/{self.limit}: {self.trigger_on} → {self.due_on}"

    @property
    def shorter_text(self) -> str:
        """Return the city's shorter limit for people, in the law's unit; empty where it has set none."""
        return self.shorter.shorter_text(provision(self.rule_set, self.limit)) if self.shorter else ""


class ClockPause(models.Model):
    """Days on which a clock stood still: from `from_on` to `to_on`, open while nobody answered."""

    clock = models.ForeignKey(Clock, on_delete=models.PROTECT, related_name="pauses")
    from_on = models.DateField()
    to_on = models.DateField(null=True, blank=True)
    reason = models.CharField(max_length=200)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(to_on=None) | Q(to_on__gte=F("from_on")), name="pause_order"),
            models.UniqueConstraint(fields=["clock"], condition=Q(to_on=None), name="pause_open_once"),
        ]


class ClockExtensionQuerySet(models.QuerySet["ClockExtension"]):
    def update(self, **kwargs: Any) -> int:
        """Refuse: what was granted stays."""
        raise TypeError("An extension is only ever added.")

    def delete(self) -> tuple[int, dict[str, int]]:
        """Refuse: what was granted stays."""
        raise TypeError("An extension is only ever added.")


class ClockExtension(models.Model):
    """By how much an agency lengthened its own limit, in its unit, and by which paper. Only ever added."""

    clock = models.ForeignKey(Clock, on_delete=models.PROTECT, related_name="extensions")
    amount = models.PositiveSmallIntegerField()
    granted_on = models.DateField()
    reason = models.TextField()
    paper_number = models.CharField(max_length=100)
    paper_on = models.DateField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    objects = ClockExtensionQuerySet.as_manager()

    class Meta:
        ordering = ["pk"]
        constraints = [models.CheckConstraint(condition=Q(amount__gt=0), name="extension_extends")]

    def __str__(self) -> str:
        return f"{self.clock} + {self.amount}"

    @property
    def amount_text(self) -> str:
        """Return by how much, for people: `5 working days`."""
        return limit_text(self.amount, provision(self.clock.rule_set, self.clock.limit).unit)

    @property
    def paper(self) -> str:
        """Return the paper as people name it: its number and its day."""
        return f"{self.paper_number} ({self.paper_on:%d/%m/%Y})"


class Milestone(models.Model):
    """A day that the decision's own progress fixes for a case; lateness after it is measured by it.

    The decree names no limits there, so it is the decision that the steps' days come from.

    Source: Decree 32/2024/NĐ-CP, Art. 12(1)(d), 19(1).
    """

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="milestones")
    kind = models.CharField(_("milestone"), max_length=20, choices=MilestoneKind.choices)
    planned_on = models.DateField(_("planned for"))
    source = models.CharField(_("source"), max_length=200)
    recorded_at = models.DateTimeField()

    class Meta:
        ordering = ["planned_on", "pk"]
        constraints = [models.UniqueConstraint(fields=["case", "kind"], name="milestone_once")]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}: {self.planned_on:%d/%m/%Y}"


class StepQuerySet(models.QuerySet["Step"]):
    def work(self) -> Self:
        """Keep what people (or the passing of days) do; leave out the engine's own gates."""
        return self.filter(flow_task_type__in=WORK_TYPES)

    def open(self) -> Self:
        """Keep the steps that wait to be done."""
        return self.work().filter(finished=None)

    def visible_to(self, who: Standing) -> Self:
        """Keep the steps of the cases that `who` may see."""
        if may_see_all(who):
            return self
        return self.filter(case__in=Case.objects.visible_to(who))


class Step(AbstractTask, models.Model):
    """One task of a process: at which agency it lies, in which role, until when.

    `owner` is the officer who claimed it. `clock` is the law's limit, where there is one; `due_on`
    repeats its day, or is the decision's own milestone, or a day that an officer set (an opinion has
    no limit in law). A step that came over from a dissolved agency names it: `taken_from`, since the
    day `taken_on`; `begun_at` is when the work began there.
    """

    # Of the engine's columns these serve views and timers that are not used here. The generic key
    # cannot be left out of an inherited model, so its two columns stay, empty and without an index.
    previous = None
    external_task_id = None
    scheduled = None
    assigned = None
    owner_permission = None
    owner_permission_content_type = models.ForeignKey(
        ContentType, on_delete=models.PROTECT, null=True, editable=False, db_index=False, related_name="+"
    )
    owner_permission_obj_pk = models.CharField(max_length=1, null=True, editable=False)  # noqa: DJ001

    created = models.DateTimeField(db_index=False)
    status = models.CharField(choices=STATUS.choices, default=STATUS.NEW, max_length=10)
    process = models.ForeignKey(Process, on_delete=models.PROTECT, related_name="task_set")
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="steps")
    name = models.CharField(max_length=40)
    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, null=True, related_name="steps")
    role = models.CharField(max_length=20, blank=True)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="steps"
    )
    claimed_at = models.DateTimeField(null=True)
    clock = models.ForeignKey(Clock, on_delete=models.PROTECT, null=True, related_name="steps")
    due_on = models.DateField(null=True)
    outcome = models.CharField(max_length=30, blank=True)
    taken_from = models.ForeignKey(
        Agency, on_delete=models.PROTECT, null=True, db_index=False, related_name="+", editable=False
    )
    taken_on = models.DateField(null=True, editable=False)
    begun_at = models.DateTimeField(null=True, editable=False)

    objects = StepQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(taken_from=None, taken_on=None, begun_at=None)
                | Q(taken_from__isnull=False, taken_on__isnull=False, begun_at__isnull=False),
                name="step_taken_over_whole",
            )
        ]
        indexes = [
            models.Index(
                fields=["agency", "due_on", "id"], condition=Q(finished=None), name="step_open_agency"
            ),
            models.Index(
                fields=["owner", "due_on", "id"], condition=Q(finished=None), name="step_open_owner"
            ),
            models.Index(fields=["due_on"], condition=Q(finished=None), name="step_open_due"),
            models.Index(fields=["case", "id"], name="step_case"),
            models.Index(fields=["agency", "case"], name="step_agency_case"),
        ]

    def __str__(self) -> str:
        return f"{self.name} #{self.pk}"

    @property
    def is_open(self) -> bool:
        """Tell whether the step still waits to be done."""
        return self.finished is None

    @property
    def holder_id(self) -> int:
        """Return the agency at which the step lies; only the engine's own gates have none."""
        assert self.agency_id is not None
        return self.agency_id

    @property
    def began_at(self) -> datetime:
        """Return when the work began, at the dissolved agency that had it first where there is one."""
        return self.begun_at or self.created

    @property
    def label(self) -> Any:
        """Return the step's name for people, in the active language."""
        return self.flow_task.task_title

    def late_on(self, today: date) -> bool:
        """Tell whether the step's day has passed: an act on the last day is in time."""
        return self.due_on is not None and self.due_on < today


class Awaited(models.Model):
    """An open step as an agency sees it that took part in the case, while the step lies elsewhere.

    Only the database writes here (`workflows.triggers`); `due_on` repeats the step's. It is there
    for the inbox, which no other index can give in order.
    """

    pk = models.CompositePrimaryKey("step", "agency")
    # The trigger takes both from the table of steps: to check each row again would cost every act.
    step = models.ForeignKey(
        Step, on_delete=models.DO_NOTHING, db_constraint=False, db_index=False, related_name="awaited"
    )
    agency = models.ForeignKey(
        Agency, on_delete=models.DO_NOTHING, db_constraint=False, db_index=False, related_name="+"
    )
    due_on = models.DateField(null=True)

    objects: ClassVar[models.Manager[Awaited]] = models.Manager()

    class Meta:
        indexes = [models.Index(fields=["agency", "due_on", "step"], name="awaited_agency")]


class Assignment(models.Model):
    """Who was given a step, by whom, when; only ever added. No user: it went back to the agency."""

    step = models.ForeignKey(Step, on_delete=models.PROTECT, related_name="assignments")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()


class Stay(models.Model):
    """One stay of a case in a step, written by the transaction that ended it: the log of all measures.

    `seq` numbers the stays of a case and ends every tie. `paused` marks a stay during which the
    law's clock stood still.
    """

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="stays")
    seq = models.PositiveIntegerField()
    step = models.OneToOneField(Step, on_delete=models.PROTECT, related_name="stay")
    name = models.CharField(max_length=40)
    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, null=True, related_name="+")
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    entered_at = models.DateTimeField()
    claimed_at = models.DateTimeField(null=True)
    left_at = models.DateTimeField()
    due_on = models.DateField(null=True)
    outcome = models.CharField(max_length=30)
    next_step = models.CharField(max_length=40, blank=True)
    paused = models.BooleanField(default=False)

    class Meta:
        ordering = ["case", "seq"]
        constraints = [
            models.UniqueConstraint(fields=["case", "seq"], name="stay_seq_once"),
            models.CheckConstraint(condition=Q(left_at__gte=F("entered_at")), name="stay_order"),
        ]
        indexes = [models.Index(fields=["name", "left_at"], name="stay_step")]


class AddedOnlyQuerySet(models.QuerySet[Any]):
    def update(self, **kwargs: Any) -> int:
        """Refuse: what was chosen stays."""
        raise TypeError("A choice is only ever added.")

    def delete(self) -> tuple[int, dict[str, int]]:
        """Refuse: what was chosen stays."""
        raise TypeError("A choice is only ever added.")


class AddedOnly(models.Model):
    """Something that an officer chose once: rows are added, never changed or taken away."""

    objects = AddedOnlyQuerySet.as_manager()

    class Meta:
        abstract = True

    def save(self, *args: Any, **kwargs: Any) -> None:
        if not self._state.adding:
            raise TypeError("A choice is only ever added.")
        super().save(*args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> tuple[int, dict[str, int]]:
        raise TypeError("A choice is only ever added.")


class SuccessorChoice(AddedOnly):
    """Which agency an officer chose to take over, for one cluster, from a dissolved one. Only ever added.

    Source: Decree 139/2025/NĐ-CP, Art. 22(2): what lay at a district is handed to the commune of the
    place. Which communes cover which old one is not in our data.
    """

    cluster = models.ForeignKey(Cluster, on_delete=models.PROTECT, related_name="successor_choices")
    predecessor = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="+")
    successor = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="chosen_for")
    reason = models.TextField()
    chosen_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    chosen_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["cluster", "predecessor"], name="successor_choice_once"),
            models.CheckConstraint(
                condition=~Q(predecessor=F("successor")), name="successor_choice_of_another"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.cluster}: {self.predecessor} → {self.successor}"


class RuleSetQuestion(models.Model):
    """That an officer has to say whether a case keeps its rule set, since no clause says so for certain.

    Written once, when `to_set` has come into force; it is answered by a `RuleSetChoice` of the same two
    rule sets, or falls away as the case moves on. `clause` is the rule that asks, where there is one.

    Source: Decree 32/2024/NĐ-CP, Art. 35(2), as amended (T-4); `law/data/transitions.csv`.
    """

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="rule_set_questions")
    from_set = models.CharField(max_length=5)
    to_set = models.CharField(max_length=5)
    clause = models.CharField(max_length=5, blank=True)
    asked_at = models.DateTimeField()

    objects: ClassVar[models.Manager[RuleSetQuestion]] = models.Manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["case", "from_set", "to_set"], name="rule_set_asked_once")
        ]

    def __str__(self) -> str:
        return f"{self.case}: {self.from_set} / {self.to_set}?"


class RuleSetChoice(AddedOnly):
    """What the Department chose for a case: to stay under a rule set, or to move. Only ever added.

    `moves` false: the case stays under `from_set` though `to_set` is in force. A move names its paper.
    """

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="rule_set_choices")
    from_set = models.CharField(max_length=5)
    to_set = models.CharField(max_length=5)
    moves = models.BooleanField()
    clause = models.CharField(max_length=5, blank=True)
    reason = models.TextField()
    paper_number = models.CharField(max_length=100, blank=True)
    paper_on = models.DateField(null=True)
    chosen_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    chosen_at = models.DateTimeField()

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["case", "from_set", "to_set"],
                condition=Q(moves=False),
                name="rule_set_choice_to_stay_once",
            ),
            models.CheckConstraint(condition=~Q(from_set=F("to_set")), name="rule_set_choice_of_another"),
            models.CheckConstraint(
                condition=Q(moves=False, paper_number="", paper_on=None)
                | Q(moves=True, paper_on__isnull=False) & ~Q(paper_number=""),
                name="rule_set_move_by_paper",
            ),
        ]

    def __str__(self) -> str:
        chosen = self.to_set if self.moves else self.from_set
        return f"{self.case}: {self.from_set} / {self.to_set} → {chosen}"
