"""What anybody may read about cases, dossiers and decisions. Whatever is public passes through here.

No person is named, and no applicant before the decision; of the time before it, only the words of the
national portal are told; a decision not to establish is no news to anybody but its parties.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, NamedTuple

from django.core import signing
from django.db.models import F, OuterRef, Q, QuerySet, Subquery
from django.utils.crypto import constant_time_compare
from django.utils.functional import Promise
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from accounts.models import Agency
from accounts.states import AgencyKind
from approvals.models import Decision, Dossier
from approvals.selectors import PUBLIC_WORDS, public_words
from approvals.states import DossierState, Recommendation
from clusters import services as register
from clusters.models import Cluster, DatedFact
from clusters.states import FactKind, Stage
from law.clock import Deadline
from law.rulesets import Provision
from records.clock import local_day
from records.models import AuditRow
from workflows import clocks
from workflows import selectors as workflow
from workflows.models import Case, Clock
from workflows.states import AFTER_DECISION, UNDER_WAY, CaseKind

PAGE = 25
# From here on the decision, and so the investor whom it names, is public.
DECIDED = (*AFTER_DECISION, Stage.OPERATING, Stage.CLOSED, Stage.REVOKED)


# --- the cases of a cluster -----------------------------------------------------------------------
@dataclass(frozen=True)
class Event:
    """Something that a case has come to, on a day."""

    on: date
    words: str | Promise


@dataclass(frozen=True)
class PublicCase:
    """A case as its cluster's page tells it: what it is about, how it stands, how it came there."""

    title: str | Promise
    words: str | Promise
    under_way: bool
    investor: str
    events: list[Event]


def cases_of(cluster: Cluster) -> list[PublicCase]:
    """Return the cases of the cluster, newest first. Takes three queries, however many there are."""
    cases = list(cluster.cases.select_related("applicant").order_by("-opened_at", "-pk"))
    rows = AuditRow.objects.filter(
        subject_kind=Case.subject_kind(), subject_id__in=[case.pk for case in cases]
    ).exclude(source=F("target"))
    moves = list(rows.order_by("seq"))
    decisions = list(_in_favour().filter(case__in=cases))
    return [
        _public_case(
            case,
            [row for row in moves if row.subject_id == case.pk],
            [decision for decision in decisions if decision.case_id == case.pk],
        )
        for case in cases
    ]


def _public_case(case: Case, moves: list[AuditRow], decisions: list[Decision]) -> PublicCase:
    told = sorted([*_moved(moves), *_decided(case, decisions)], key=lambda one: one.at)
    decided = case.state in DECIDED
    return PublicCase(
        title=_("Expansion of the cluster") if case.kind == CaseKind.EXPANSION else _("Establishment"),
        words=case.stage_words if decided else public_words(case, None),
        under_way=case.state in UNDER_WAY,
        investor=str(case.applicant) if decided and case.applicant else "",
        events=list(_without_repeats(told)),
    )


class _Told(NamedTuple):
    at: datetime
    event: Event


def _moved(moves: Iterable[AuditRow]) -> Iterator[_Told]:
    for row in moves:
        if row.act == "adopt":
            words = format_lazy(
                _("Entered here from the sources of the register as: {stage}"), stage=Stage(row.target).label
            )
        elif row.target == Stage.ESTABLISHED:
            continue  # told by the decision itself, with its number
        else:
            words = PUBLIC_WORDS.get(Stage(row.target), Stage(row.target).label)
        yield _Told(row.at, Event(local_day(row.at), words))


def _decided(case: Case, decisions: Iterable[Decision]) -> Iterator[_Told]:
    words = _("The city decides to establish the cluster: decision {number}")
    if case.kind == CaseKind.EXPANSION:
        words = _("The city decides to expand the cluster: decision {number}")
    for decision in decisions:
        event = Event(decision.signed_on, format_lazy(words, number=decision.number))
        yield _Told(decision.decided_at, event)


def _without_repeats(told: Iterable[_Told]) -> Iterator[Event]:
    """Leave out the moves that change nothing in public: the words stay the same."""
    before: str | Promise = ""
    for one in told:
        if one.event.words != before:
            yield one.event
        before = one.event.words


# --- one dossier, for who knows its code ----------------------------------------------------------
_SALT = "approvals.look_up"
TOKEN_SECONDS = 15 * 60
DIGITS = 4


@dataclass(frozen=True)
class Limit:
    """The limit of the law that runs now: until when, by which row, and how the day was counted."""

    due_on: date
    provision: Provision
    deadline: Deadline


@dataclass(frozen=True)
class LookedUp:
    """What a look-up shows of a dossier, and nothing else. Offices and next step end with its way."""

    code: str
    cluster: Cluster
    filed_on: date
    words: str | Promise
    is_open: bool
    waits_for_applicant: bool
    offices: list[Agency]
    limit: Limit | None
    next_step: str | Promise


def find_dossier(*, code: str, digits: str) -> Dossier | None:
    """Return the filed dossier `code` of an applicant whose tax code ends in the four `digits`.

    None says the same of an unknown code and of wrong digits, so that codes cannot be tried out.
    """
    dossier = Dossier.objects.filter(code=code).select_related("applicant").first()
    known = re.sub(r"\D", "", dossier.applicant.tax_code)[-DIGITS:] if dossier else ""
    return dossier if constant_time_compare(known, digits) and len(known) == DIGITS else None


def token_for(dossier: Dossier) -> str:
    """Return the signed part of an address that shows the dossier for a quarter of an hour."""
    return signing.dumps(dossier.pk, salt=_SALT)


def looked_up(token: str) -> LookedUp | None:
    """Return what the address with `token` shows; None where it is not ours, or too old."""
    try:
        number = signing.loads(token, salt=_SALT, max_age=TOKEN_SECONDS)
    except signing.BadSignature:
        return None
    found = Dossier.objects.select_related("case__cluster").filter(pk=number).first()
    return _look(found) if found else None


def _look(dossier: Dossier) -> LookedUp:
    case = dossier.case
    assert case is not None
    assert dossier.filed_at is not None
    is_open = case.state in UNDER_WAY and dossier.state in (
        DossierState.FILED,
        DossierState.AWAITING_SUPPLEMENT,
    )
    steps = workflow.open_steps(case) if is_open else []
    holders = dict.fromkeys(step.agency for step in steps if step.agency)
    clock = next((step.clock for step in steps if step.clock), None)
    ahead = (stop.title for stop in workflow.tracker(case) if stop.state == "next") if is_open else ()
    return LookedUp(
        code=dossier.code,
        cluster=case.cluster,
        filed_on=local_day(dossier.filed_at),
        words=_words(case, dossier),
        is_open=is_open,
        waits_for_applicant=any(holder.kind == AgencyKind.INVESTOR for holder in holders),
        offices=[holder for holder in holders if holder.kind != AgencyKind.INVESTOR],
        limit=_limit(clock) if clock else None,
        next_step=next(iter(ahead), ""),
    )


def _limit(clock: Clock) -> Limit:
    return Limit(clock.due_on, clocks.provision_of(clock), clocks.deadline(clock))


def _words(case: Case, dossier: Dossier) -> str | Promise:
    """Return how the dossier stands; its case may have gone on without it."""
    ended = {
        DossierState.RECALLED: PUBLIC_WORDS[Stage.WITHDRAWN],
        DossierState.NOT_SELECTED: PUBLIC_WORDS[Stage.REJECTED],
    }
    return ended.get(DossierState(dossier.state)) or public_words(case, dossier)


# --- decisions ------------------------------------------------------------------------------------
_KEY = re.compile(r"(?P<day>[0-9]{4}-[0-9]{2}-[0-9]{2}|-)\.(?P<told>[01])\.(?P<pk>[0-9]{1,18})")


class Key(NamedTuple):
    """Where a decision stands in the list: by day (None: unknown, at the end), those made here first."""

    day: date | None
    told: bool
    pk: int

    def __str__(self) -> str:
        return f"{self.day or '-'}.{int(self.told)}.{self.pk}"

    @property
    def rank(self) -> tuple[date, bool, int]:
        """Return what the list is ordered by, largest first."""
        return self.day or date.min, not self.told, self.pk


def read_key(text: str) -> Key | None:
    """Return the key that an address names, None for anything else."""
    match = _KEY.fullmatch(text)
    if not match:
        return None
    try:
        day = None if match["day"] == "-" else date.fromisoformat(match["day"])
    except ValueError:
        return None
    return Key(day, match["told"] == "1", int(match["pk"]))


@dataclass(frozen=True)
class Issued:
    """A line of the list: a decision that was issued here, or one that a source tells of (`fact`)."""

    key: Key
    cluster: Cluster
    area_ha: Any
    decision: Decision | None = None
    fact: DatedFact | None = None


@dataclass(frozen=True)
class DecisionPage:
    """One page of the list; `older` is the key that leads on, "" at the end."""

    lines: list[Issued]
    older: str


def decisions_issued() -> QuerySet[Decision]:
    """Return the decisions issued here that establish or expand a cluster, newest first."""
    return _in_favour().select_related("case__cluster", "issuer").order_by("-signed_on", "-pk")


def _in_favour() -> QuerySet[Decision]:
    chosen = Dossier.objects.filter(case=OuterRef("case"), state=DossierState.CHOSEN).order_by("-pk")
    found = Decision.objects.exclude(outcome=Recommendation.REJECT)
    return found.annotate(decided_ha=Subquery(chosen.values("area_ha")[:1]))


def _told_by_sources() -> QuerySet[DatedFact]:
    """Return the decisions that only a source tells of: those issued here leave a fact of our own."""
    facts = DatedFact.objects.standing().filter(kind=FactKind.DECISION).exclude(source=register.OWN)
    return facts.select_related("cluster").order_by(F("earliest").desc(nulls_last=True), "-pk")


def decisions_page(after: Key | None = None, *, size: int = PAGE) -> DecisionPage:
    """Return the page of the list that follows `after`. Takes two queries, however long the list is."""
    issued, told = decisions_issued(), _told_by_sources()
    if after:
        issued = issued.filter(_beyond("signed_on", after, told=False))
        told = told.filter(_beyond("earliest", after, told=True))
    lines = [_line_issued(decision) for decision in issued[: size + 1]]
    lines += [_line_told(fact) for fact in told[: size + 1]]
    lines.sort(key=lambda line: line.key.rank, reverse=True)
    older = str(lines[size - 1].key) if len(lines) > size else ""
    return DecisionPage(lines[:size], older)


def _beyond(day: str, key: Key, *, told: bool) -> Q:
    """Return what comes after `key` among those issued here, or among those that sources tell of."""
    same = Q(pk__lt=key.pk) if told == key.told else Q(pk__isnull=not told)
    if key.day is None:
        return Q(**{day: None}) & same
    return Q(**{f"{day}__lt": key.day}) | Q(**{day: key.day}) & same | Q(**{day: None})


def _line_issued(decision: Decision) -> Issued:
    cluster = decision.case.cluster
    area = getattr(decision, "decided_ha", None) or cluster.area_ha
    return Issued(Key(decision.signed_on, False, decision.pk), cluster, area, decision=decision)


def _line_told(fact: DatedFact) -> Issued:
    return Issued(Key(fact.earliest, True, fact.pk), fact.cluster, fact.cluster.area_ha, fact=fact)
