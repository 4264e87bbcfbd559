"""The registry of what must always hold. Apps register; `manage.py verify` checks."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from records.models import GENESIS, AuditRow, Recorded
from records.triggers import guarded_models

Check = Callable[[], Iterable[str]]


@dataclass(frozen=True)
class Invariant:
    """A named statement about the records; `check` yields a sentence for every break."""

    name: str
    states: str
    check: Check


_registry: dict[str, Invariant] = {}


def invariant(name: str, states: str) -> Callable[[Check], Check]:
    """Register the decorated function, which yields a sentence for each break it finds."""

    def register(check: Check) -> Check:
        _registry[name] = Invariant(name, states, check)
        return check

    return register


def all_invariants() -> list[Invariant]:
    """Return the registered invariants by name."""
    return [_registry[name] for name in sorted(_registry)]


@invariant("I3", "every state change has exactly one audit row, and the last one names the present state")
def states_match_audit() -> Iterator[str]:
    for model in guarded_models():
        kind = model.subject_kind()
        last = {
            row.subject_id: row
            for row in AuditRow.objects.filter(subject_kind=kind).order_by("seq").iterator()
        }
        for subject in model._default_manager.iterator():
            yield from _compare(subject, last.get(subject.pk))


def _compare(subject: Recorded, row: AuditRow | None) -> Iterator[str]:
    state = getattr(subject, subject.STATE_FIELD)
    first = subject.state_field().get_default()
    expected = (row.target, row.seq, row.hash) if row else (first, 0, GENESIS)
    if (state, subject.audit_seq, subject.audit_head) != expected:
        yield f"{subject._meta.label} {subject.pk}: is {state}, its audit says {expected[0]}"


@invariant("I4", "the path in the audit is one that the state machine allows")
def paths_are_allowed() -> Iterator[str]:
    for model in guarded_models():
        allowed = set(_moves(model))
        rows = AuditRow.objects.filter(subject_kind=model.subject_kind()).order_by("subject_id", "seq")
        first = model.state_field().get_default()
        at: dict[int, str] = {}
        for row in rows.iterator():
            before = at.get(row.subject_id, first)
            if row.source != before or (row.source != row.target and (row.source, row.target) not in allowed):
                yield f"{row}: {before} → {row.source} → {row.target}"
            at[row.subject_id] = row.target


def _moves(model: type[Recorded]) -> Iterator[tuple[str, str]]:
    for move in model.state_field().get_all_transitions(model):
        targets = getattr(move.target, "allowed_states", None) or [move.target]
        yield from ((str(move.source), str(target)) for target in targets)


@invariant("I7", "the hash chain of every subject verifies, without a gap")
def chains_verify() -> Iterator[str]:
    head: dict[tuple[str, int], tuple[int, str]] = {}
    for row in AuditRow.objects.order_by("subject_kind", "subject_id", "seq").iterator():
        subject = (row.subject_kind, row.subject_id)
        seq, previous = head.get(subject, (0, GENESIS))
        if row.seq != seq + 1 or row.previous_hash != previous or row.hash != row.compute_hash():
            yield f"{row}: the chain is broken here"
        head[subject] = (row.seq, row.hash)


@invariant("I3t", "the triggers that tie a state to its audit row are in place")
def triggers_exist() -> Iterator[str]:
    from django.db import connection

    query = (
        "SELECT name FROM sqlite_master WHERE type = 'trigger'"
        if connection.vendor == "sqlite"
        else "SELECT tgname FROM pg_trigger WHERE NOT tgisinternal"
    )
    with connection.cursor() as cursor:
        cursor.execute(query)
        present = {name for (name,) in cursor.fetchall()}
    for model in guarded_models():
        for part in ("moved", "born"):
            if f"{model._meta.db_table}_{part}" not in present:
                yield f"trigger {model._meta.db_table}_{part} is missing"
