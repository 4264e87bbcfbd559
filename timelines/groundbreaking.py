"""From decision to groundbreaking, cluster by cluster: who started when, who waits, what nobody knows.

Reads only, and only what the register says; no figure stands here that is not in its rows.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cached_property

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from clusters.dates import Days, ImpreciseDate, days_between, exactly
from clusters.models import Cluster, DatedFact
from clusters.states import FactKind, Kind, Stage
from timelines import waiting
from timelines.waiting import Bounds, Wait
from workflows.models import Process

A_YEAR = timedelta(days=365)
QUARTERS = (0.25, 0.5, 0.75)
DECIDED = (Stage.ESTABLISHED, Stage.PREPARING)
BEGUN = (Stage.UNDER_CONSTRUCTION, Stage.OPERATING, Stage.CLOSED)


class Group(TextChoices):
    """What is known of a cluster's way from decision to groundbreaking; each cluster is in one group."""

    EXACT = "exact", _("Started; both days known exactly")
    IMPRECISE = "imprecise", _("Started; days known by the month, the half-year or the year")
    WAITING = "waiting", _("Decided, and not started as far as the sources say")
    START_ONLY = "start_only", _("Started, day of the decision not known")
    DECISION_UNDATED = "decision_undated", _("Decided, day not known; not started as far as the sources say")
    EXISTING = "existing", _("Existing before, and formalised by its decision: nothing was to be started")
    REPEALED = "repealed", _("Decision repealed before a start")
    CONTRADICTORY = (
        "contradictory",
        _("Start reported before the decision: the sources contradict each other"),
    )
    NO_DECISION = "no_decision", _("No decision known")


STARTED = (Group.EXACT, Group.IMPRECISE)
COUNTED = (*STARTED, Group.WAITING)
# Shown with a reason, and not counted: a day is missing, or there was nothing to wait for.
LEFT_OUT = (
    Group.START_ONLY,
    Group.DECISION_UNDATED,
    Group.EXISTING,
    Group.REPEALED,
    Group.CONTRADICTORY,
)


@dataclass(frozen=True)
class Course:
    """One cluster between its decision and its groundbreaking, on the day `today`.

    `followed` says that a procedure runs on it here, so that a start would be known; of all others
    only what their source reported, and when, is known.
    """

    cluster: Cluster
    facts: Mapping[str, DatedFact]
    today: date
    followed: bool = False

    @property
    def decision(self) -> DatedFact | None:
        """Return the decision, where one is known."""
        return self.facts.get(FactKind.DECISION)

    @property
    def lease(self) -> DatedFact | None:
        """Return the decision to lease the land, where one is known."""
        return self.facts.get(FactKind.LAND_LEASE)

    @property
    def start(self) -> DatedFact | None:
        """Return the groundbreaking, where its day is told at least in part."""
        return self.facts.get(FactKind.GROUNDBREAKING)

    @property
    def status(self) -> DatedFact | None:
        """Return the status as its source words it, with the day of that source."""
        return self.facts.get(FactKind.STATUS)

    @cached_property
    def decided(self) -> ImpreciseDate:
        """Return the day of the decision, as exactly as it is known."""
        return self.decision.when if self.decision else ImpreciseDate()

    @cached_property
    def started(self) -> ImpreciseDate:
        """Return the day of the groundbreaking, as exactly as it is known.

        A start that is reported without a day lies between the decision and the report.
        """
        if self.start and self.start.earliest:
            return self.start.when
        if self.decided.earliest and self._has_begun:
            reported = self.status.latest if self.status and not self.followed else None
            latest = max(reported or self.today, self.decided.earliest)
            return ImpreciseDate(earliest=self.decided.earliest, latest=latest)
        return ImpreciseDate()

    @property
    def heard(self) -> ImpreciseDate:
        """Return when the cluster was last heard of: today where it is followed here."""
        if self.followed:
            return exactly(self.today)
        if self.status and self.status.earliest:
            return self.status.when
        return self.decided

    @property
    def _has_begun(self) -> bool:
        return self.start is not None or self.cluster.stage in BEGUN

    @cached_property
    def group(self) -> Group:
        """Return what is known of this cluster's way."""
        if self.cluster.kind == Kind.EXISTING_FORMALISED and not self.start:
            return Group.EXISTING
        if not self._has_begun and self.cluster.stage == Stage.REVOKED:
            return Group.REPEALED
        if self._has_begun:
            return self._group_of_a_start()
        if self.decided.earliest:
            return Group.WAITING
        return Group.DECISION_UNDATED if self.decision or self.cluster.stage in DECIDED else Group.NO_DECISION

    def _group_of_a_start(self) -> Group:
        took = days_between(self.decided, self.started)
        if took is None:
            # Of one that operates and of which nothing else is told, there is nothing to measure.
            is_measured = self.start or self.decision or self.cluster.stage == Stage.UNDER_CONSTRUCTION
            return Group.START_ONLY if is_measured else Group.NO_DECISION
        if took.longest < 0:
            return Group.CONTRADICTORY
        return Group.EXACT if self.decided.is_exact and self.started.is_exact else Group.IMPRECISE

    @property
    def is_started(self) -> bool:
        """Tell whether it is counted as one that started."""
        return self.group in STARTED

    @property
    def to_lease(self) -> Days | None:
        """Return the days from the decision to the lease of the land; None where a day is missing."""
        return _in_order(days_between(self.decided, self.lease.when)) if self.lease else None

    @property
    def to_start(self) -> Days | None:
        """Return the days from the decision to the groundbreaking; None where a day is missing."""
        return _in_order(days_between(self.decided, self.started))

    @property
    def waited(self) -> Days | None:
        """Return the days since the decision, up to today; None where its day is not known."""
        return _not_ahead(days_between(self.decided, exactly(self.today)))

    @property
    def known_waiting(self) -> Days | None:
        """Return the days since the decision, up to the last report; what came after, nobody told."""
        known, waited = _not_ahead(days_between(self.decided, self.heard)), self.waited
        if known is None or waited is None:
            return None
        return Days(min(known.shortest, waited.shortest), min(known.longest, waited.longest))

    def wait(self, *, until_today: bool) -> Wait:
        """Return this course as the estimate counts it; only for a group that is counted."""
        days = self.to_start if self.is_started else self.waited if until_today else self.known_waiting
        assert days is not None
        return Wait(days, ended=self.is_started)


def _in_order(days: Days | None) -> Days | None:
    return days if days and days.longest >= 0 else None


def _not_ahead(days: Days | None) -> Days | None:
    return Days(max(0, days.shortest), max(0, days.longest)) if days else None


@dataclass(frozen=True)
class Share:
    """After how many days so many per cent have started.

    `today`: whoever is not reported as started still waits. `heard`: each is counted only until its
    source's report, since it may have started after it.
    """

    percent: int
    today: Bounds
    heard: Bounds


@dataclass(frozen=True)
class Answer:
    """From decision to groundbreaking: all courses, and what follows from them."""

    courses: list[Course] = field(default_factory=list)

    def of(self, *groups: Group) -> list[Course]:
        """Return the courses of these groups, by day of decision and name."""
        return [course for course in self.courses if course.group in groups]

    @cached_property
    def counted(self) -> list[Course]:
        """Return the courses that the estimate counts: a decision day, and a start or none."""
        return self.of(*COUNTED)

    @cached_property
    def started(self) -> list[Course]:
        """Return those that have started."""
        return self.of(*STARTED)

    @cached_property
    def waiting(self) -> list[Course]:
        """Return those that have not started as far as the sources say, the first decided first."""
        return self.of(Group.WAITING)

    @property
    def long_unheard(self) -> list[Course]:
        """Return those that wait and of which the last report is more than a year old."""
        return [c for c in self.waiting if c.heard.latest and c.heard.latest + A_YEAR < c.today]

    @property
    def exact(self) -> int:
        """Return of how many both days are known exactly."""
        return len(self.of(Group.EXACT))

    @property
    def is_few(self) -> bool:
        """Tell whether too few have started for a firm statement."""
        return len(self.started) < waiting.FEW

    @property
    def range(self) -> Days | None:
        """Return the shortest and the longest that those who started may have taken."""
        took = [days for course in self.started if (days := course.to_start)]
        return Days(min(d.shortest for d in took), max(d.longest for d in took)) if took else None

    @cached_property
    def shares(self) -> list[Share]:
        """Return after how many days a quarter, half and three quarters have started."""
        today = [course.wait(until_today=True) for course in self.counted]
        heard = [course.wait(until_today=False) for course in self.counted]
        return [
            Share(round(share * 100), waiting.quantile(today, share), waiting.quantile(heard, share))
            for share in QUARTERS
        ]

    @property
    def median(self) -> Share:
        """Return after how many days half have started."""
        return self.shares[1]

    @property
    def quarter(self) -> Share:
        """Return after how many days a quarter have started."""
        return self.shares[0]

    @property
    def left_out(self) -> list[tuple[Group, list[Course]]]:
        """Return the groups that are not counted, and who is in each; empty ones left out."""
        return [(group, courses) for group in LEFT_OUT if (courses := self.of(group))]

    def wave(self, year: int) -> Answer:
        """Return the answer for the clusters that were decided in `year`."""
        return Answer([course for course in self.courses if year_of(course) == year])

    @property
    def waves(self) -> dict[int, int]:
        """Return the years of decision with the number of clusters that are counted."""
        years = [year for course in self.counted if (year := year_of(course))]
        return {year: years.count(year) for year in sorted(set(years))}


def year_of(course: Course) -> int | None:
    """Return the year of the decision; every precision that the register knows lies within one."""
    return course.decided.earliest.year if course.decided.earliest else None


def answer(*, today: date, made_up: bool = False) -> Answer:
    """Return the answer over the real clusters, or over those made up for a demo. Three queries."""
    clusters = Cluster.objects.filter(is_demo=made_up).only("code", "name", "sort_key", "kind", "stage")
    standing = DatedFact.objects.standing().filter(cluster__is_demo=made_up)
    followed = set(
        Process.objects.filter(case__cluster__is_demo=made_up).values_list("case__cluster", flat=True)
    )
    facts: dict[int, dict[str, DatedFact]] = {}
    for fact in standing:
        facts.setdefault(fact.cluster_id, {})[fact.kind] = fact
    return Answer(_in_time(Course(one, facts.get(one.pk, {}), today, one.pk in followed) for one in clusters))


def _in_time(courses: Iterable[Course]) -> list[Course]:
    def key(course: Course) -> tuple[date, date, str, int]:
        decided = course.decided
        first, last = decided.earliest or date.max, decided.latest or date.max
        return first, last, course.cluster.sort_key, course.cluster.pk

    return sorted(courses, key=key)
