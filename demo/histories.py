"""Stories of real clusters, told from the register's own facts; nothing in them is made up.

What a source does not say, such as who signed, stays empty.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import Any

from django.db import transaction

from accounts.models import User
from clusters import register_file
from clusters import services as register
from clusters.dates import Days, ImpreciseDate, days_between, exactly, words
from clusters.models import Cluster, DatedFact
from clusters.selectors import Entry, entry
from clusters.states import FactKind
from demo.walk import Event
from records.clock import local_day
from records.models import AuditRow
from workflows.models import Case
from workflows.selectors import history
from workflows.services import adopt_all

ADOPTION = "adopt"


@dataclass(frozen=True)
class Told(Event):
    """A dated fact, or the adoption. `at` is its first possible day, `precision` how exact it is.

    `days` are the calendar days since the decision: a number, or the shortest and the longest.
    """

    when: str
    precision: str
    days: int | list[int] | None
    number: str
    text: str
    source: str
    grade: str


@dataclass(frozen=True)
class History:
    """What the register tells of one cluster: its case, its dated facts, and its adoption."""

    case: Case
    entry: Entry
    adoption: AuditRow

    @property
    def days(self) -> dict[str, int | list[int] | None]:
        """Return the days from the decision to the lease and to the start, counted from the facts."""
        measured = {"decision_to_lease": FactKind.LAND_LEASE, "decision_to_start": FactKind.GROUNDBREAKING}
        facts = self.entry.facts
        return {name: self._since(facts[kind].when) for name, kind in measured.items() if kind in facts}

    @property
    def events(self) -> list[Told]:
        """Return the facts in the order of their days, and the adoption last."""
        facts = [fact for _, fact in self.entry.timeline if fact]
        in_time = sorted(facts, key=lambda fact: fact.earliest or date.max)
        return [*(self._fact(fact) for fact in in_time), self._adoption()]

    def _since(self, when: ImpreciseDate) -> int | list[int] | None:
        decision = self.entry.decision
        return _plain(days_between(decision.when, when)) if decision else None

    def _fact(self, fact: DatedFact) -> Told:
        return _told(
            at=fact.earliest.isoformat() if fact.earliest else "",
            act=fact.kind,
            when=fact.when_words,
            precision=fact.precision,
            days=0 if fact.kind == FactKind.DECISION else self._since(fact.when),
            number=fact.number_text,
            text=fact.text,
            source=fact.source,
            grade=fact.grade,
        )

    def _adoption(self) -> Told:
        day = exactly(local_day(self.adoption.at))
        return _told(
            at=day.text,
            act=ADOPTION,
            by=self.adoption.actor_name,
            stage=self.adoption.target,
            when=words(day),
            precision=day.precision,
            days=self._since(day),
            source=self.case.source,
            grade=self.case.grade,
        )


def _told(**known: Any) -> Told:
    """Return an event of which only `known` is known."""
    return Told(**{**dict.fromkeys(Told.__dataclass_fields__, ""), **known})


def _plain(days: Days | None) -> int | list[int] | None:
    if days is None:
        return None
    return days.shortest if days.is_exact else list(days)


def tell(code: str, *, at: datetime) -> History:
    """Return the history of the Hanoi cluster `code`; it is adopted where it does not stand yet."""
    with transaction.atomic():
        case = Case.objects.filter(cluster__code=code).order_by("pk").first() or _adopt(code, at=at)
    adoption = history(case).filter(act=ADOPTION).get()
    return History(case, entry(code), adoption)


def _adopt(code: str, *, at: datetime) -> Case:
    """Adopt one cluster from the register's own file; what stands in the register stays as it is."""
    row = next(row for row in register_file.read(register_file.HANOI_FILE) if row.code == code)
    standing = Cluster.objects.filter(code=code).first()
    if standing:
        results = [register.ImportResult(standing, row, created=False, changed=False)]
    else:
        results = register.import_rows([row], at=at)
    adopt_all(results, by=User.objects.system(), at=at, progress=lambda done, total: None)
    return Case.objects.get(cluster__code=code)


def as_json(told: History) -> dict[str, Any]:
    """Return the history as plain values, as other stories are told."""
    return {
        "case": told.case.code,
        "cluster": told.case.cluster.name,
        "rule_set": told.entry.law.code if told.entry.law else "",
        "law": told.entry.law.instrument if told.entry.law else "",
        "stage": told.case.state,
        "dossier": "",
        "days": told.days,
        "events": [asdict(event) for event in told.events],
    }


def lines(told: History) -> Iterator[str]:
    """Yield the history line by line, for a terminal."""
    for event in told.events:
        days = "" if event.days is None else f"day {event.days}"
        what = " ".join(filter(None, [event.number, event.text, event.stage]))
        yield f"{event.when:<12}  {event.act:<14} {days:<9}  {what} ({event.grade}: {event.source})"
    if told.entry.law:
        yield f"In force on the day of the decision: {told.entry.law.code}, {told.entry.law.instrument}"
    yield f"{told.case.code}: {told.case.state}; days from the decision: {told.days}"
