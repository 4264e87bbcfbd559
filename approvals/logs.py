"""The log of a case as plain facts: what `approvals.conformance` replays. No queries."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from accounts.states import AgencyKind
from approvals.states import PaperKind
from workflows.orders import Order
from workflows.states import Procedure


@dataclass(frozen=True, kw_only=True)
class Visit:
    """One stay in a step, or an open step (`left_at` None). What a successor took over is one visit.

    `clock` is the id of the law's clock that it stood under, `due_on` the last day by that clock as it
    stood at the end. `agency` is the kind of agency where it lay, which `existed` when it ended; `roles`
    are those in which whoever did it served there that day, None where nobody did it.
    """

    step: str
    agency: AgencyKind
    entered_at: datetime
    left_at: datetime | None = None
    outcome: str = ""
    existed: bool = True
    roles: frozenset[str] | None = None
    due_on: date | None = None
    clock: int | None = None


@dataclass(frozen=True, kw_only=True)
class Run:
    """One run of a procedure on the case: its visits in the order of their beginning."""

    procedure: Procedure
    order: Order
    visits: tuple[Visit, ...]


@dataclass(frozen=True, kw_only=True)
class Opinion:
    """A question to `agency` and its answer; `ended_at` is when its step was closed."""

    agency: str
    asked_at: datetime
    answer_by: date
    answered_at: datetime | None = None
    taken_back: bool = False
    ended_at: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class Version:
    """A version of the appraisal report and what its reviewer said; people are ids."""

    drafted_by: int
    reviewed_by: int | None = None
    reviewed_at: datetime | None = None
    approved: bool = False


@dataclass(frozen=True, kw_only=True)
class Ruling:
    """A decision: when it was signed and taken, by whom, and the kind of agency that issued it."""

    signed_on: date
    decided_at: datetime
    decided_by: int
    issuer: AgencyKind


@dataclass(frozen=True, kw_only=True)
class Leaf:
    """An official paper of the step `step`: the day on it, and when it was entered."""

    kind: PaperKind
    step: str
    issued_on: date
    at: datetime


@dataclass(frozen=True, kw_only=True)
class Log:
    """All that was put on record of one case. `supplements` are the moments at which one was asked for."""

    code: str
    rule_set: str
    runs: tuple[Run, ...] = ()
    supplements: tuple[datetime, ...] = ()
    opinions: tuple[Opinion, ...] = ()
    versions: tuple[Version, ...] = ()
    rulings: tuple[Ruling, ...] = ()
    papers: tuple[Leaf, ...] = ()

    @property
    def steps(self) -> int:
        """Return how many stays and open steps there are to replay."""
        return sum(len(run.visits) for run in self.runs)
