"""Reads the logs of cases from the tables, many at a time: as often for one case as for hundreds."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from typing import Any

from django.db.models import F, QuerySet

from accounts.models import Membership
from accounts.states import AgencyKind
from approvals.logs import Leaf, Log, Opinion, Ruling, Run, Version, Visit
from approvals.models import Decision, OpinionRequest, Paper, Report, SupplementRequest
from approvals.states import PaperKind
from records.clock import local_day
from workflows.models import Case, Step
from workflows.orders import order_of
from workflows.states import Ending, Procedure

CHUNK = 200

Terms = dict[tuple[int, int], list[Membership]]


def log_of(case: Case) -> Log:
    """Return the log of one case."""
    return logs([case])[0]


def every_log(cases: QuerySet[Case]) -> Iterator[Log]:
    """Yield the log of each of `cases`, in their order, never more than `CHUNK` of them in memory."""
    found: list[Case] = []
    for case in cases.iterator(chunk_size=CHUNK):
        found.append(case)
        if len(found) == CHUNK:
            yield from logs(found)
            found = []
    yield from logs(found)


def logs(cases: Sequence[Case]) -> list[Log]:
    """Return the logs of `cases`, in their order, in seven queries."""
    ids = [case.pk for case in cases]
    runs = _runs(ids)
    supplements = _by_case(SupplementRequest.objects.filter(dossier__case__in=ids), "dossier__case_id")
    opinions = _by_case(OpinionRequest.objects.filter(case__in=ids).select_related("agency", "step"))
    reports = _by_case(Report.objects.filter(case__in=ids).select_related("review"))
    decisions = _by_case(Decision.objects.filter(case__in=ids).select_related("issuer"))
    papers = _by_case(Paper.objects.filter(case__in=ids).select_related("step"))
    return [
        Log(
            code=case.code,
            rule_set=case.rule_set,
            runs=runs[case.pk],
            supplements=tuple(sorted(request.asked_at for request in supplements[case.pk])),
            opinions=tuple(_opinion(request) for request in opinions[case.pk]),
            versions=tuple(_version(report) for report in reports[case.pk]),
            rulings=tuple(_ruling(decision) for decision in decisions[case.pk]),
            papers=tuple(_leaf(paper) for paper in papers[case.pk]),
        )
        for case in cases
    ]


def _by_case(rows: QuerySet[Any], path: str = "case_id") -> dict[int, list[Any]]:
    found: dict[int, list[Any]] = defaultdict(list)
    for row in rows.annotate(of_case=F(path)).order_by("pk"):
        found[row.of_case].append(row)
    return found


def _runs(ids: Sequence[int]) -> dict[int, tuple[Run, ...]]:
    """Return the runs of the cases; what was passed on to a successor is told once, by its step there."""
    steps = Step.objects.work().filter(case__in=ids).exclude(outcome=Ending.PASSED_ON)
    read = list(steps.select_related("process", "agency", "stay__agency").order_by("process_id", "pk"))
    terms = _terms(read)
    by_process: dict[int, list[Step]] = defaultdict(list)
    for step in read:
        by_process[step.process_id].append(step)
    found: dict[int, tuple[Run, ...]] = defaultdict(tuple)
    for held in by_process.values():
        found[held[0].case_id] += (_run(held, terms),)
    return found


def _run(steps: Sequence[Step], terms: Terms) -> Run:
    process = steps[0].process
    visits = sorted((_visit(step, terms) for step in steps), key=lambda visit: visit.entered_at)
    return Run(
        procedure=Procedure(process.procedure), order=order_of(process.flow_class), visits=tuple(visits)
    )


def _visit(step: Step, terms: Terms) -> Visit:
    """Return the stay of `step` as it was logged, or the step as it stands while it is open."""
    stay = getattr(step, "stay", None)
    told = stay or step
    left_at = stay.left_at if stay else None
    agency, on = told.agency, local_day(left_at) if left_at else None
    assert agency is not None, "only the engine's own gates lie nowhere"
    return Visit(
        step=step.name,
        entered_at=step.begun_at or (stay.entered_at if stay else step.created),
        left_at=left_at,
        outcome=told.outcome,
        agency=AgencyKind(agency.kind),
        existed=on is None or agency.exists_on(on),
        roles=_roles(terms, told.owner_id, agency.pk, on),
        due_on=told.due_on,
        clock=step.clock_id,
    )


def _roles(terms: Terms, user: int | None, agency: int, on: date | None) -> frozenset[str] | None:
    """Return the roles in which `user` served at `agency` on that day; None where nobody acted."""
    if user is None or on is None:
        return None
    return frozenset(term.role for term in terms.get((user, agency), []) if term.covers(on))


def _terms(steps: Iterable[Step]) -> Terms:
    owners = {step.owner_id for step in steps if step.owner_id is not None}
    found: Terms = defaultdict(list)
    for term in Membership.objects.filter(user__in=owners):
        found[term.user_id, term.agency_id].append(term)
    return found


def _opinion(request: OpinionRequest) -> Opinion:
    return Opinion(
        agency=str(request.agency),
        asked_at=request.asked_at,
        answer_by=request.answer_by,
        answered_at=request.answered_at,
        taken_back=bool(request.taken_back),
        ended_at=request.step.finished,
    )


def _version(report: Report) -> Version:
    review = getattr(report, "review", None)
    if review is None:
        return Version(drafted_by=report.drafted_by_id)
    return Version(
        drafted_by=report.drafted_by_id,
        reviewed_by=review.by_id,
        reviewed_at=review.at,
        approved=review.approved,
    )


def _ruling(decision: Decision) -> Ruling:
    return Ruling(
        signed_on=decision.signed_on,
        decided_at=decision.decided_at,
        decided_by=decision.decided_by_id,
        issuer=AgencyKind(decision.issuer.kind),
    )


def _leaf(paper: Paper) -> Leaf:
    return Leaf(kind=PaperKind(paper.kind), step=paper.step.name, issued_on=paper.issued_on, at=paper.at)
