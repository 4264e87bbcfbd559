"""Reading the law's data files: every row typed, and all of them checked against each other."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from itertools import groupby, pairwise
from pathlib import Path
from typing import Any, TypeVar

from law import citations, tables
from law.exceptions import LawDataError
from law.rows import Condition, Criterion, Library, Provision, Reading, RuleSet, Source, Value
from law.states import (
    Bound,
    ExtensionRule,
    Grade,
    Operator,
    PauseRule,
    Procedure,
    Scope,
    SilenceRule,
    Trigger,
    Unit,
)
from law.tables import Row

# Steps after the decision follow other laws, each with dates of its own: no rule set of clusters.
AFTER_DECISION = "POST"
FULL_SCORE = 100

_GRADED = ("source", "grade", "grade_note")
RULE_SET_COLUMNS = ("code", "instrument", "valid_from", "valid_to", "essence", "citation", *_GRADED, "note")
PROVISION_COLUMNS = (
    *("rule_set", "step", "seq", "phase", "actor", "recipient", "action", "output", "dossier_sets"),
    *("bound", "amount", "unit", "starts", "pauses", "extension", "silence", "stops", "within"),
    *("valid_from", "valid_to"),
    *("citation", "amended_by", *_GRADED, "note"),
)
CONDITION_COLUMNS = (
    *("rule_set", "rule", "procedure", "parameter", "operator", "value", "unit", "scope", "meaning"),
    *("alternative", "exception", "citation", "amended_by", *_GRADED, "note"),
)
CRITERION_COLUMNS = (
    *("rule_set", "criterion", "name_vi", "name_en", "max_points", "pass_points", "tie_rule"),
    *("citation", "amended_by", *_GRADED),
)
SOURCE_COLUMNS = ("key", "what", "address", "path_in_source", "kind")
READING_COLUMNS = ("rule", "says", "reading", "basis", "grade", "grade_note")

Typed = TypeVar("Typed")


@dataclass(frozen=True)
class _File:
    """A file being read: its rows with what they became, so that later checks can name the line."""

    name: str
    pairs: Sequence[tuple[Row, Any]]

    def by_key(self, column: str, key: Callable[[Any], str]) -> dict[str, Any]:
        """Return the typed rows by `key`, which may not repeat."""
        found: dict[str, Any] = {}
        for row, typed in self.pairs:
            if key(typed) in found:
                raise row.error(column, "stands here twice")
            found[key(typed)] = typed
        return found


def read(folder: Path) -> Library:
    """Read and check all data files in `folder`.

    Raises:
        LawDataError: a cell is wrong, rule sets overlap or leave a gap, a row names a step, a rule set or
            a source that is not there, a limit lacks a part of its clock.
    """
    sources = _read(folder / "sources.csv", SOURCE_COLUMNS, _source).by_key("key", lambda s: s.key)
    reader = _Reader(frozenset(sources))
    rule_sets = _read(folder / "rule_sets.csv", RULE_SET_COLUMNS, reader.rule_set)
    _check_no_gap(rule_sets)
    by_code = rule_sets.by_key("code", lambda r: r.code)
    reader = _Reader(frozenset(sources), frozenset(by_code))
    provisions = _read(folder / "provisions.csv", PROVISION_COLUMNS, reader.provision)
    _check_steps(provisions)
    conditions = _read(folder / "conditions.csv", CONDITION_COLUMNS, reader.condition)
    criteria = _read(folder / "scoring.csv", CRITERION_COLUMNS, reader.criterion)
    _check_scores(criteria)
    readings = _read(folder / "readings.csv", READING_COLUMNS, _reading)
    return Library(
        sources=sources,
        rule_sets=by_code,
        provisions={code: own.by_key("step", lambda p: p.step) for code, own in _by_rule_set(provisions)},
        conditions={
            code: tuple(own.by_key("rule", lambda c: c.rule).values())
            for code, own in _by_rule_set(conditions)
        },
        criteria={
            code: tuple(own.by_key("criterion", lambda c: c.criterion).values())
            for code, own in _by_rule_set(criteria)
        },
        readings=tuple(readings.by_key("rule", lambda r: r.rule).values()),
    )


def _read(path: Path, columns: Sequence[str], build: Callable[[Row], Typed]) -> _File:
    return _File(path.name, [(row, build(row)) for row in tables.read(path, columns)])


def _by_rule_set(file: _File) -> Iterable[tuple[str, _File]]:
    ordered = sorted(file.pairs, key=lambda pair: pair[1].rule_set)  # stable: keeps the file's order
    for code, pairs in groupby(ordered, key=lambda pair: pair[1].rule_set):
        yield code, _File(file.name, list(pairs))


@dataclass(frozen=True)
class _Reader:
    """Types rows that cite the law; knows which sources and rule sets may be named."""

    sources: frozenset[str]
    rule_sets: frozenset[str] = frozenset()

    def rule_set(self, row: Row) -> RuleSet:
        valid_from, valid_to = row.day("valid_from"), row.day("valid_to")
        if valid_from is None:
            raise row.error("valid_from", "is missing")
        if valid_to and valid_to < valid_from:
            raise row.error("valid_to", "is before valid_from")
        return RuleSet(
            code=row.text("code"),
            instrument=row.text("instrument"),
            valid_from=valid_from,
            valid_to=valid_to,
            essence=row.text("essence"),
            note=row.optional("note"),
            **self._cited(row),
        )

    def provision(self, row: Row) -> Provision:
        seq = row.whole("seq")
        if seq is None:
            raise row.error("seq", "is missing")
        return Provision(
            rule_set=self._rule_set(row, AFTER_DECISION),
            step=row.text("step"),
            seq=seq,
            phase=row.text("phase"),
            actor=row.optional("actor"),
            recipient=row.optional("recipient"),
            action=row.text("action"),
            output=row.optional("output"),
            dossier_sets=row.whole("dossier_sets"),
            stops=row.optional("stops"),
            within=row.optional("within"),
            note=row.optional("note"),
            **_own_force(row),
            **_clock(row),
            **self._amended(row),
        )

    def condition(self, row: Row) -> Condition:
        operator = row.choice("operator", Operator)
        return Condition(
            rule_set=self._rule_set(row),
            rule=row.text("rule"),
            procedure=row.choice("procedure", Procedure),
            parameter=row.text("parameter"),
            operator=operator,
            value=_value(row, operator),
            unit=row.optional("unit"),
            scope=row.choice("scope", Scope),
            meaning=row.text("meaning"),
            alternative=row.optional("alternative"),
            exception=row.optional("exception"),
            note=row.optional("note"),
            **self._amended(row),
        )

    def criterion(self, row: Row) -> Criterion:
        points, pass_points = row.whole("max_points"), row.whole("pass_points")
        if points is None:
            raise row.error("max_points", "is missing")
        if pass_points is None:
            raise row.error("pass_points", "is missing")
        return Criterion(
            rule_set=self._rule_set(row),
            criterion=row.text("criterion"),
            name_vi=row.text("name_vi"),
            name_en=row.text("name_en"),
            max_points=points,
            pass_points=pass_points,
            tie_rule=row.text("tie_rule"),
            **self._amended(row),
        )

    def _rule_set(self, row: Row, *others: str) -> str:
        code = row.text("rule_set")
        if code not in self.rule_sets and code not in others:
            raise row.error("rule_set", "is no rule set of rule_sets.csv")
        return code

    def _amended(self, row: Row) -> dict[str, Any]:
        return self._cited(row) | {"amended_by": _citation(row, "amended_by")}

    def _cited(self, row: Row) -> dict[str, Any]:
        grade = row.choice("grade", Grade)
        sources = row.parts("source")
        for key in sources:
            if key not in self.sources:
                raise row.error("source", f"names {key!r}, which is not in sources.csv")
        if grade.binds and not sources:
            raise row.error("source", f"is missing, though the grade is {grade}")
        row.text("citation")
        citation = _citation(row, "citation")
        if grade.binds and any(not cited.places for cited in citations.parse(citation)):
            raise row.error("citation", "names no article (write Đ? where it is not known)")
        return {
            "citation": citation,
            "source": sources,
            "grade": grade,
            "grade_note": row.optional("grade_note"),
        }


def _citation(row: Row, column: str) -> str:
    text = row.optional(column)
    if text:
        try:
            citations.parse(text)
        except ValueError as error:
            raise row.error(column, f"is no citation: {error}") from None
    return text


def _own_force(row: Row) -> dict[str, Any]:
    """Return the days between which a row of the general laws holds; a rule set's rows have its days."""
    first, last = row.day("valid_from"), row.day("valid_to")
    if row.text("rule_set") != AFTER_DECISION and (first or last):
        raise row.error("valid_from", "belongs to the rule set, which has its own days")
    if first and last and last < first:
        raise row.error("valid_to", "is before valid_from")
    return {"valid_from": first, "valid_to": last}


def _clock(row: Row) -> dict[str, Any]:
    """Return the typed parts of a limit: all of them, or none; what may change it, only beside one."""
    amount = row.whole("amount")
    pauses = row.choice("pauses", PauseRule)
    changes = {
        "pauses": pauses,
        "extension": row.choice("extension", ExtensionRule),
        "silence": row.choice("silence", SilenceRule),
    }
    if amount is None:
        for column in ("bound", "unit", "starts", *changes):
            if row.optional(column):
                raise row.error(column, "belongs to a limit, but there is no amount")
        return {"bound": None, "amount": None, "unit": None, "starts": None, **changes}
    unit = row.choice("unit", Unit)
    if unit == Unit.MONTH and pauses:
        raise row.error("pauses", "cannot be left out of a limit in months")
    return {
        "bound": row.choice("bound", Bound),
        "amount": amount,
        "unit": unit,
        "starts": row.choice("starts", Trigger),
        **changes,
    }


def _value(row: Row, operator: Operator) -> Value:
    if operator == Operator.IS_TRUE:
        if row.optional("value"):
            raise row.error("value", "must be empty: the condition is the case or not")
        return True
    if operator == Operator.ALL_OF:
        row.text("value")
        return row.parts("value")
    if operator == Operator.BETWEEN:
        low, separator, high = row.text("value").partition("..")
        bounds = row.decimal(low, "value"), row.decimal(high, "value")
        if not separator or bounds[0] >= bounds[1]:
            raise row.error("value", "is not written low..high")
        return bounds
    return row.decimal(row.text("value"), "value")


def _source(row: Row) -> Source:
    return Source(
        key=row.text("key"),
        what=row.text("what"),
        address=row.text("address"),
        path_in_source=row.optional("path_in_source"),
        kind=row.text("kind"),
    )


def _reading(row: Row) -> Reading:
    return Reading(
        rule=row.text("rule"),
        says=row.text("says"),
        reading=row.text("reading"),
        basis=row.text("basis"),
        grade=row.choice("grade", Grade),
        grade_note=row.optional("grade_note"),
    )


def _check_no_gap(rule_sets: _File) -> None:
    """Refuse rule sets that overlap, leave a day without law, or end."""
    for (_, before), (row, after) in pairwise(rule_sets.pairs):
        expected = before.valid_to and before.valid_to + timedelta(days=1)
        if after.valid_from != expected:
            word = "leaves a gap after" if expected and after.valid_from > expected else "overlaps"
            raise row.error(
                "valid_from", f"{word} {before.code}, which ends on {before.valid_to or 'no day'}"
            )
    if not rule_sets.pairs:
        raise LawDataError("has no rule set", file=rule_sets.name)
    row, last = rule_sets.pairs[-1]
    if last.valid_to:
        raise row.error("valid_to", "ends the last rule set: no law would be in force after it")


def _check_steps(provisions: _File) -> None:
    """Refuse steps out of order, and references to steps that are not there."""
    for _, own in _by_rule_set(provisions):
        steps: Mapping[str, Provision] = own.by_key("step", lambda p: p.step)
        for (_, before), (row, after) in pairwise(own.pairs):
            if after.seq <= before.seq:
                raise row.error("seq", f"is not above {before.seq}, the one before")
        for row, provision in own.pairs:
            if provision.within and provision.within not in steps:
                raise row.error("within", "is no step of this rule set")
            if provision.stops and not (provision.stops in steps and steps[provision.stops].pauses):
                raise row.error("stops", "is no step of this rule set whose clock may stop")


def _check_scores(criteria: _File) -> None:
    for code, own in _by_rule_set(criteria):
        row = own.pairs[-1][0]
        total = sum(criterion.max_points for _, criterion in own.pairs)
        if total != FULL_SCORE:
            raise row.error("max_points", f"brings {code} to {total} points, not {FULL_SCORE}")
        if len({criterion.pass_points for _, criterion in own.pairs}) != 1:
            raise row.error("pass_points", f"differs within {code}")
