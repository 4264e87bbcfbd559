"""Reading the law's data files: every row typed, and all of them checked against each other."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from itertools import groupby, pairwise
from pathlib import Path
from typing import Any, TypeVar

from law import citations, tables
from law.exceptions import LawDataError
from law.facts import FACTS
from law.rows import (
    Comparison,
    Condition,
    Criterion,
    Figure,
    LegacyRule,
    Library,
    Provision,
    Reading,
    RuleSet,
    Source,
    Transition,
    Value,
    When,
)
from law.states import (
    Applies,
    Bound,
    ClusterType,
    ExtensionRule,
    Grade,
    Measure,
    Operator,
    PauseRule,
    Procedure,
    Scope,
    SilenceRule,
    Situation,
    Trigger,
    Unit,
)
from law.tables import Row

# Steps after the decision follow other laws, each with dates of its own: no rule set of clusters.
AFTER_DECISION = "POST"
FULL_SCORE = 100
# The unit of a figure whose value is a day.
DATE = "date"


def _texts(*columns: str) -> tuple[str, ...]:
    """Return the names of columns with texts, each with that of its Vietnamese beside it."""
    return tuple(name for column in columns for name in (column, f"{column}_vi"))


_NOTE = _texts("note")
_GRADED = ("source", "grade", *_texts("grade_note"))
RULE_SET_COLUMNS = (
    *("code", *_texts("instrument"), "valid_from", "valid_to", *_texts("essence")),
    *("citation", *_GRADED, *_NOTE),
)
PROVISION_COLUMNS = (
    *("rule_set", "step", "seq", *_texts("phase", "actor", "recipient", "action", "output"), "dossier_sets"),
    *("bound", "amount", "unit", "starts", "pauses", "extension", "silence", "stops", "within"),
    *("valid_from", "valid_to", "citation", "amended_by", *_GRADED, *_NOTE),
)
CONDITION_COLUMNS = (
    *("rule_set", "rule", "procedure", "parameter", "operator", "value", "unit", "scope"),
    *_texts("meaning"),
    *("tested_if", "alternative", "exception", "exception_value"),
    *("citation", "amended_by", *_GRADED, *_NOTE),
)
FIGURE_COLUMNS = (
    *("rule_set", "figure", "step", *_texts("what"), "operator", "value", *_texts("unit")),
    *("valid_from", "valid_to", "citation", "amended_by", *_GRADED),
)
CRITERION_COLUMNS = (
    *("rule_set", "criterion", "name_vi", "name_en", "max_points", "pass_points", *_texts("tie_rule")),
    *("citation", "amended_by", *_GRADED),
)
SOURCE_COLUMNS = ("key", "what", "address", "path_in_source", "kind")
TRANSITION_COLUMNS = (
    *("from_set", "to_set", "day", "situation", "applies", "clause", "citation", "amended_by"),
    *(*_GRADED, *_NOTE),
)
LEGACY_COLUMNS = (
    *("clause", "established", "below_ha", "below_special_ha", "above_ha", "formed_before"),
    *("established_before", "in_list", "complete_before", "citation", "amended_by", *_GRADED, *_NOTE),
)
READING_COLUMNS = ("rule", *_texts("says", "reading"), "citation", "amended_by", *_GRADED)

Typed = TypeVar("Typed")


@dataclass(frozen=True)
class _File:
    """A file being read: its rows with what they became, so that later checks can name the line."""

    name: str
    pairs: Sequence[tuple[Row, Any]]

    @property
    def typed(self) -> tuple[Any, ...]:
        """The typed rows, in the order of the file."""
        return tuple(typed for _, typed in self.pairs)

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
    _check_alternatives(conditions)
    criteria = _read(folder / "scoring.csv", CRITERION_COLUMNS, reader.criterion)
    _check_scores(criteria)
    figures = _read(folder / "figures.csv", FIGURE_COLUMNS, reader.figure)
    _check_figures(figures, provisions)
    readings = _read(folder / "readings.csv", READING_COLUMNS, reader.reading)
    rules = readings.by_key("rule", lambda r: r.rule)
    transitions = _read(folder / "transitions.csv", TRANSITION_COLUMNS, reader.transition)
    _check_transitions(transitions, tuple(by_code.values()), rules)
    legacy = _read(folder / "legacy.csv", LEGACY_COLUMNS, reader.legacy_rule)
    _check_clauses(legacy, rules)
    return Library(
        sources=sources,
        rule_sets=by_code,
        provisions={code: own.typed for code, own in _by_rule_set(provisions)},
        conditions={
            code: tuple(own.by_key("rule", lambda c: c.rule).values())
            for code, own in _by_rule_set(conditions)
        },
        criteria={
            code: tuple(own.by_key("criterion", lambda c: c.criterion).values())
            for code, own in _by_rule_set(criteria)
        },
        figures={code: own.typed for code, own in _by_rule_set(figures)},
        readings=tuple(rules.values()),
        transitions=_by_change(transitions),
        legacy=legacy.by_key("clause", lambda rule: rule.clause),
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
            valid_from=valid_from,
            valid_to=valid_to,
            **_told(row, "instrument", "essence"),
            **row.both("note"),
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
            dossier_sets=row.whole("dossier_sets"),
            stops=row.optional("stops"),
            within=row.optional("within"),
            **_told(row, "phase", "action"),
            **row.both("actor"),
            **row.both("recipient"),
            **row.both("output"),
            **row.both("note"),
            **_own_force(row),
            **_clock(row),
            **self._amended(row),
        )

    def condition(self, row: Row) -> Condition:
        operator = row.choice("operator", Operator)
        alternative, compares = _alternative(row)
        return Condition(
            rule_set=self._rule_set(row),
            rule=row.text("rule"),
            procedure=row.choice("procedure", Procedure),
            parameter=_fact(row, "parameter", row.text("parameter"), _MEASURES[operator]),
            operator=operator,
            value=_value(row, "value", operator),
            unit=row.optional("unit"),
            scope=row.choice("scope", Scope),
            tested_if=_when(row, "tested_if", only) if (only := row.optional("tested_if")) else None,
            alternative=alternative,
            compares=compares,
            exceptions=tuple(_when(row, "exception", part) for part in row.parts("exception")),
            exception_value=_exception_value(row, operator),
            **_told(row, "meaning"),
            **row.both("note"),
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
            **_told(row, "tie_rule"),
            **self._amended(row),
        )

    def figure(self, row: Row) -> Figure:
        operator = row.choice("operator", Operator)
        if operator in (Operator.BETWEEN, Operator.IS_TRUE, Operator.ALL_OF):
            raise row.error("operator", "does not compare one number")
        return Figure(
            rule_set=self._rule_set(row, AFTER_DECISION),
            figure=row.text("figure"),
            step=row.optional("step"),
            operator=operator,
            value=_number_or_day(row),
            **_told(row, "what", "unit"),
            **_own_force(row),
            **self._amended(row),
        )

    def reading(self, row: Row) -> Reading:
        texts = _told(row, "says", "reading")
        return Reading(rule=row.text("rule"), **texts, **self._amended(row, needs_source=False))

    def transition(self, row: Row) -> Transition:
        day = row.day("day")
        if day is None:
            raise row.error("day", "is missing")
        return Transition(
            from_set=self._rule_set(row, column="from_set"),
            to_set=self._rule_set(row, column="to_set"),
            day=day,
            situation=row.choice("situation", Situation),
            applies=row.choice("applies", Applies),
            clause=row.optional("clause"),
            **row.both("note"),
            **self._amended(row),
        )

    def legacy_rule(self, row: Row) -> LegacyRule:
        return LegacyRule(
            clause=row.text("clause"),
            established=_yes(row, "established"),
            below_ha=_hectares(row, "below_ha"),
            below_special_ha=_hectares(row, "below_special_ha"),
            above_ha=_hectares(row, "above_ha"),
            formed_before=row.day("formed_before"),
            established_before=row.day("established_before"),
            in_list=_yes(row, "in_list"),
            complete_before=row.day("complete_before"),
            **row.both("note"),
            **self._amended(row),
        )

    def _rule_set(self, row: Row, *others: str, column: str = "rule_set") -> str:
        code = row.text(column)
        if code not in self.rule_sets and code not in others:
            raise row.error(column, "is no rule set of rule_sets.csv")
        return code

    def _amended(self, row: Row, *, needs_source: bool = True) -> dict[str, Any]:
        return self._cited(row, needs_source=needs_source) | {"amended_by": _citation(row, "amended_by")}

    def _cited(self, row: Row, *, needs_source: bool = True) -> dict[str, Any]:
        grade = row.choice("grade", Grade)
        sources = row.parts("source")
        for key in sources:
            if key not in self.sources:
                raise row.error("source", f"names {key!r}, which is not in sources.csv")
        if grade.binds and needs_source and not sources:
            raise row.error("source", f"is missing, though the grade is {grade}")
        row.text("citation")
        citation = _citation(row, "citation")
        if grade.binds and any(not cited.places for cited in citations.parse(citation)):
            raise row.error("citation", "names no article (write Đ? where it is not known)")
        return {
            "citation": citation,
            "source": sources,
            "grade": grade,
            **row.both("grade_note"),
        }


def _told(row: Row, *columns: str) -> dict[str, Any]:
    """Return texts that have to be there, with their Vietnamese."""
    for column in columns:
        row.text(column)
    return {name: text for column in columns for name, text in row.both(column).items()}


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


_AMOUNTS = (Measure.HECTARES, Measure.PERCENT)
# What a condition's own fact has to take, by how the condition compares.
_MEASURES = {
    **dict.fromkeys(Operator, _AMOUNTS),
    Operator.IS_TRUE: (Measure.YES_NO,),
    Operator.ALL_OF: (Measure.WORKS,),
}


def _fact(row: Row, column: str, name: str, measures: Sequence[Measure]) -> str:
    """Return the name of a fact that takes one of `measures`."""
    if name not in FACTS or FACTS[name].measure not in measures:
        raise row.error(column, f"names {name!r}, which is no such fact")
    return name


def _when(row: Row, column: str, text: str) -> When:
    name, separator, value = text.partition("=")
    if not separator:
        return When(_fact(row, column, name, (Measure.YES_NO,)))
    if value not in ClusterType.values:
        raise row.error(column, f"names {value!r}, which is no type of cluster")
    return When(_fact(row, column, name, (Measure.TYPE,)), value)


def _alternative(row: Row) -> tuple[str, Comparison | None]:
    """Return the rule that may be met instead, or the two amounts that are compared instead."""
    greater, separator, smaller = row.optional("alternative").partition(">")
    if not separator:
        return greater, None
    names = (_fact(row, "alternative", name, _AMOUNTS) for name in (greater, smaller))
    return "", Comparison(*names)


def _exception_value(row: Row, operator: Operator) -> Value | None:
    if not row.optional("exception_value"):
        return None
    if not row.optional("exception"):
        raise row.error("exception_value", "belongs to an exception, but there is none")
    return _value(row, "exception_value", operator)


def _value(row: Row, column: str, operator: Operator) -> Value:
    if operator == Operator.IS_TRUE:
        if row.optional(column):
            raise row.error(column, "must be empty: the condition is the case or not")
        return True
    if operator == Operator.ALL_OF:
        row.text(column)
        return row.parts(column)
    if operator == Operator.BETWEEN:
        low, separator, high = row.text(column).partition("..")
        bounds = row.decimal(low, column), row.decimal(high, column)
        if not separator or bounds[0] >= bounds[1]:
            raise row.error(column, "is not written low..high")
        return bounds
    return row.decimal(row.text(column), column)


def _yes(row: Row, column: str) -> bool:
    if row.optional(column) not in ("", "yes"):
        raise row.error(column, "is neither yes nor empty")
    return row.optional(column) == "yes"


def _hectares(row: Row, column: str) -> Decimal | None:
    text = row.optional(column)
    return row.decimal(text, column) if text else None


def _number_or_day(row: Row) -> Decimal | date:
    value = row.text("value")
    day = row.day("value") if row.text("unit") == DATE else None
    return day or row.decimal(value, "value")


def _source(row: Row) -> Source:
    return Source(
        key=row.text("key"),
        what=row.text("what"),
        address=row.text("address"),
        path_in_source=row.optional("path_in_source"),
        kind=row.text("kind"),
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
        steps: Mapping[str, Provision] = {provision.step: provision for provision in own.typed}
        _check_once(own, "step")
        for (_, before), (row, after) in pairwise(own.pairs):
            if after.seq <= before.seq and after.step != before.step:
                raise row.error("seq", f"is not above {before.seq}, the one before")
        for row, provision in own.pairs:
            if provision.within and provision.within not in steps:
                raise row.error("within", "is no step of this rule set")
            if provision.stops and not (provision.stops in steps and steps[provision.stops].pauses):
                raise row.error("stops", "is no step of this rule set whose clock may stop")


def _check_once(own: _File, column: str) -> None:
    """Refuse what two rows hold on one day, named by `column`. Rows of the general laws may follow others."""
    last: dict[str, Provision | Figure] = {}
    for row, typed in own.pairs:
        name = getattr(typed, column)
        before = last.get(name)
        if before and typed.rule_set != AFTER_DECISION:
            raise row.error(column, "stands here twice")
        if before and not _follows(before, typed):
            raise row.error("valid_from", f"overlaps the row of {name} before it")
        last[name] = typed


def _follows(before: Provision | Figure, after: Provision | Figure) -> bool:
    return bool(before.valid_to and after.valid_from and before.valid_to < after.valid_from)


def _check_figures(figures: _File, provisions: _File) -> None:
    """Refuse a figure that stands twice on one day, or belongs to a step that is not there."""
    for _, own in _by_rule_set(figures):
        _check_once(own, "figure")
    steps = {(provision.rule_set, provision.step) for provision in provisions.typed}
    for row, figure in figures.pairs:
        if figure.step and (figure.rule_set, figure.step) not in steps:
            raise row.error("step", "is no step of this rule set")


def _check_alternatives(conditions: _File) -> None:
    """Refuse an alternative that is no condition of the same rule set, or the row itself."""
    for _, own in _by_rule_set(conditions):
        rules = {condition.rule for _, condition in own.pairs}
        for row, condition in own.pairs:
            if condition.alternative and condition.alternative not in rules - {condition.rule}:
                raise row.error("alternative", "is no other condition of this rule set")


def _check_scores(criteria: _File) -> None:
    for code, own in _by_rule_set(criteria):
        row = own.pairs[-1][0]
        total = sum(criterion.max_points for _, criterion in own.pairs)
        if total != FULL_SCORE:
            raise row.error("max_points", f"brings {code} to {total} points, not {FULL_SCORE}")
        if len({criterion.pass_points for _, criterion in own.pairs}) != 1:
            raise row.error("pass_points", f"differs within {code}")


# How a file stands on the day; what lay at a district is under one of the other situations elsewhere.
ALWAYS_SAID = frozenset(Situation) - {Situation.AT_DISTRICT}


def _check_transitions(file: _File, rule_sets: Sequence[RuleSet], readings: Mapping[str, Reading]) -> None:
    """Refuse a change that is none, a clause that binds nobody and asks nobody, a change left unsaid."""
    changes = {(before.code, after.code): after.valid_from for before, after in pairwise(rule_sets)}
    for row, transition in file.pairs:
        change = (transition.from_set, transition.to_set)
        if change not in changes:
            raise row.error("to_set", f"does not follow {transition.from_set}")
        if transition.day != changes[change]:
            raise row.error("day", f"is not the first day of {transition.to_set}")
        if transition.binds == (transition.applies == Applies.ASK):
            raise row.error("applies", "must be ask where the clause binds nobody, and only there")
    _check_clauses(file, readings)
    said = {change: set(rows) for change, rows in _by_change(file).items()}
    for before, after in changes:
        if unsaid := ALWAYS_SAID - said.get((before, after), set()):
            names = ", ".join(sorted(unsaid))
            raise LawDataError(f"does not say what holds from {before} to {after}: {names}", file=file.name)


def _check_clauses(file: _File, readings: Mapping[str, Reading]) -> None:
    for row, typed in file.pairs:
        if typed.clause and typed.clause not in readings:
            raise row.error("clause", "is no rule of readings.csv")


def _by_change(file: _File) -> dict[tuple[str, str], dict[Situation, Transition]]:
    found: dict[tuple[str, str], dict[Situation, Transition]] = {}
    for row, transition in file.pairs:
        rows = found.setdefault((transition.from_set, transition.to_set), {})
        if transition.situation in rows:
            raise row.error("situation", "stands here twice for this change")
        rows[transition.situation] = transition
    return found
