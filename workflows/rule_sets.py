"""Which cases a change of law touches, and under which clause: facts of cases for `law.transitions`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time

from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.utils import timezone

from accounts.selectors import Standing
from accounts.states import AgencyKind
from clusters.models import DatedFact
from clusters.states import FactKind, Stage
from law import transitions
from law.rows import RuleSet, Transition
from law.rulesets import library, rule_set
from law.states import Applies
from law.transitions import Change, FileFacts
from records.clock import local_day
from records.models import AuditRow
from workflows import clocks
from workflows.models import Case, RuleSetChoice, RuleSetQuestion, Step
from workflows.selectors import open_steps
from workflows.states import UNDER_WAY


@dataclass(frozen=True)
class Touched:
    """A running case that a change of law touches, its clause, and what was chosen where it asks."""

    case: Case
    change: Change
    clause: Transition
    choice: RuleSetChoice | None

    @property
    def must_choose(self) -> bool:
        """Tell whether an officer has still to choose."""
        return self.clause.applies == Applies.ASK and self.choice is None


def touched(change: Change, who: Standing) -> list[Touched]:
    """Return the running cases that `who` may see and `change` touches, by code, in a few queries.

    Those that were moved because of this change are among them.
    """
    choices = RuleSetChoice.objects.filter(from_set=change.before.code, to_set=change.after.code)
    moved = Exists(choices.filter(case=OuterRef("pk"), moves=True))
    running = Case.objects.visible_to(who).filter(state__in=UNDER_WAY)
    under = running.filter(Q(rule_set=change.before.code) | moved)
    cases = list(under.select_related("cluster").order_by("code"))
    chosen = {one.case_id: one for one in choices.filter(case__in=cases).select_related("chosen_by")}
    clauses = clauses_of(cases, change)
    return [
        Touched(case, change, clause, chosen.get(case.pk))
        for case in cases
        if (clause := clauses[case.pk]) is not None
    ]


def clauses_of(cases: Sequence[Case], change: Change) -> dict[int, Transition | None]:
    """Return the clause for each of `cases` by its id, in a few queries; None where it is not touched."""
    facts = file_facts(cases, on=change.day)
    return {case.pk: transitions.verdict(facts[case.pk], change) for case in cases}


def clause_against(case: Case, code: str) -> Transition | None:
    """Return the first clause on the way to the later rule set `code` that keeps the case from it.

    None where no clause does, and for an earlier rule set: to put a case back is a correction.
    """
    if not case.rule_set or rule_set(code).valid_from <= rule_set(case.rule_set).valid_from:
        return None
    change = transitions.change_from(case.rule_set)
    while change and change.before.code != code:
        clause = clauses_of([case], change)[case.pk]
        if clause and clause.applies != Applies.ASK:
            return clause
        change = transitions.change_from(change.after.code)
    return None


def file_facts(cases: Sequence[Case], *, on: date) -> dict[int, FileFacts]:
    """Return what tells the clause for each of `cases`, as they stood when the day `on` began.

    The first request and the begin of the appraisal are the days on which they were recorded here.
    """
    days, decided = _days(cases), _decided(cases)
    midnight = timezone.make_aware(datetime.combine(on, time()))
    lay = Step.objects.filter(case__in=cases, agency__kind=AgencyKind.DISTRICT, created__lt=midnight)
    there = set(lay.filter(Q(finished=None) | Q(finished__gte=midnight)).values_list("case", flat=True))
    return {
        case.pk: FileFacts(
            requested_on=days.get((case.pk, Stage.PROPOSED), local_day(case.opened_at)),
            appraised_on=days.get((case.pk, Stage.UNDER_APPRAISAL)),
            decided_from=decided[case.cluster_id][0] if not case.rule_set else None,
            decided_to=decided[case.cluster_id][1] if not case.rule_set else None,
            at_district=case.pk in there,
        )
        for case in cases
    }


def _decided(cases: Sequence[Case]) -> dict[int, tuple[date | None, date | None]]:
    """Return the span of days of the decision that sources tell of, for the clusters of adopted cases."""
    clusters = {case.cluster_id for case in cases if not case.rule_set}
    if not clusters:
        return {}
    told = DatedFact.objects.standing().filter(cluster__in=clusters, kind=FactKind.DECISION)
    spans = {fact.cluster_id: (fact.earliest, fact.latest) for fact in told}
    return dict.fromkeys(clusters, (None, None)) | spans


def _days(cases: Sequence[Case]) -> dict[tuple[int, str], date]:
    """Return the day on which each case came to a stage, the last time."""
    rows = AuditRow.objects.filter(
        subject_kind=Case.subject_kind(),
        subject_id__in=[case.pk for case in cases],
        target__in=(Stage.PROPOSED, Stage.UNDER_APPRAISAL),
    ).order_by("seq")
    return {
        (subject, target): local_day(at)
        for subject, source, target, at in rows.values_list("subject_id", "source", "target", "at")
        if source != target
    }


def unasked(change: Change) -> QuerySet[Case]:
    """Return the cases about which nobody was asked yet, and which `change` may touch.

    They run under the rule set that it ended; or they were adopted, and of their decision only a span of
    days is known, in which the law changed.
    """
    pair = {"case": OuterRef("pk"), "from_set": change.before.code, "to_set": change.after.code}
    asked, chosen = RuleSetQuestion.objects.filter(**pair), RuleSetChoice.objects.filter(**pair)
    around = DatedFact.objects.standing().filter(
        cluster=OuterRef("cluster"),
        kind=FactKind.DECISION,
        earliest__lt=change.day,
        latest__gte=change.day,
    )
    running = Q(state__in=UNDER_WAY, rule_set=change.before.code)
    cases = Case.objects.filter(running | Q(rule_set="") & ~Q(state=Stage.LISTED) & Exists(around))
    return cases.exclude(Exists(asked)).exclude(Exists(chosen)).order_by("pk")


def waiting() -> QuerySet[RuleSetQuestion]:
    """Return the questions that wait for a choice, by case: it still stands as it was asked about."""
    same = RuleSetChoice.objects.filter(
        case=OuterRef("case"), from_set=OuterRef("from_set"), to_set=OuterRef("to_set")
    )
    as_asked = Q(case__state__in=UNDER_WAY, case__rule_set=F("from_set")) | Q(case__rule_set="")
    return RuleSetQuestion.objects.filter(as_asked).exclude(Exists(same)).order_by("case", "pk")


def question_of(case: Case) -> RuleSetQuestion | None:
    """Return the question about the case that waits for a choice."""
    return waiting().filter(case=case).first()


@dataclass(frozen=True)
class Renewed:
    """What a move to the rule set `code` would make of an open step's last day; None: it would have none."""

    code: str
    step: Step
    due_on: date | None


def preview(case: Case, codes: Sequence[str]) -> list[Renewed]:
    """Return what each of the rule sets `codes` would make of the open steps that have a limit of the law."""
    steps = [step for step in open_steps(case) if step.flow_task.limit]
    return [Renewed(code, step, clocks.due_under(code, step)) for code in codes for step in steps]


def others(case: Case, *, on: date) -> list[RuleSet]:
    """Return the rule sets to which a case may be moved by a paper: in force by the day `on`, not its own.

    One that a clause keeps the case from is not among them.
    """
    known = [row for row in library().rule_sets.values() if row.valid_from <= on]
    return [row for row in known if row.code != case.rule_set and not clause_against(case, row.code)]
