"""Whether what is stated of an area meets the conditions of a rule set: facts in, verdicts out.

Each condition holds, fails, or cannot be told. An alternative or an exception helps only whoever states it:
where nothing is stated of it, the condition stands as printed. `law.facts` names what may be stated.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import ROUND_DOWN, Decimal
from typing import Any

from django.utils.formats import number_format
from django.utils.text import format_lazy
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from law.facts import FACTS, WORKS, Fact, Facts
from law.rows import Condition, Value, When
from law.rulesets import conditions
from law.states import ClusterType, Measure, Operator, Procedure, Scope, Verdict

TITLES = {
    "C-AREA": gettext_lazy("Size of a cluster"),
    "C-CRAFT": gettext_lazy("Craft-village cluster: land for craft producers"),
    "C-TYPE-SPEC": gettext_lazy("Specialised cluster: land for one sector"),
    "C-TYPE-SUPP": gettext_lazy("Supporting-industry cluster: land for supporting industry"),
    "C-TYPE-HT": gettext_lazy("High-tech cluster: land for high technology"),
    "C-LIST": gettext_lazy("In the approved list, and the land fits the plan"),
    "C-INVESTOR": gettext_lazy("An investor with legal standing and capacity"),
    "C-FILL": gettext_lazy("Average occupancy of the clusters"),
    "C-REMAIN": gettext_lazy("Industrial land not leased yet"),
    "C-XAREA": gettext_lazy("Size after the expansion"),
    "C-XFILL": gettext_lazy("Occupancy of the cluster"),
    "C-XINFRA": gettext_lazy("Shared works in use"),
    "C-SERVICE": gettext_lazy("Land for services"),
}
UNITS = {
    "ha": "ha",
    "%": "%",
    "% of industrial land": format_lazy("% {}", gettext_lazy("of the industrial land")),
    "% of cluster area": format_lazy("% {}", gettext_lazy("of the cluster’s area")),
}
_MEASURE_UNITS = {Measure.HECTARES: "ha", Measure.PERCENT: "%"}
# A share that was counted has no end; rounded down, what fails does not read as if it held.
_FINEST = Decimal("0.000001")


@dataclass(frozen=True, kw_only=True)
class Finding:
    """What one condition makes of the facts: its verdict, and all that led there.

    `row` is the condition as it applies: with the value of an exception where one is so (`excepted`).
    `numbers` are the facts that were used. `by_alternative`: the row itself does not hold, what may be met
    instead does. What is not `tested` holds for nobody to break. `reason` says why it is not tested, cannot
    be told, or why its alternative does not help.
    """

    row: Condition
    verdict: Verdict
    stated: Fact = None
    numbers: Mapping[str, Fact]
    tested: bool = True
    by_alternative: bool = False
    excepted: When | None = None
    reason: str = ""

    @property
    def title(self) -> str:
        """Return what the condition is about."""
        return str(TITLES.get(self.row.rule, self.row.rule))

    @property
    def binds(self) -> bool:
        """Tell whether the verdict may bind anybody; else it is a hint."""
        return self.row.binds

    @property
    def asks(self) -> str:
        """Return what the law asks for, with its alternative."""
        return requirement(self.row)

    @property
    def stated_words(self) -> str:
        """Return the facts that were used, as people write them; empty where there were none."""
        own = [] if self.stated is None else [_words(self.stated, self.row)]
        others = ((name, fact) for name, fact in self.numbers.items() if name != self.row.parameter)
        return "; ".join([*own, *(f"{FACTS[name].title} {fact_words(name, fact)}" for name, fact in others)])

    @property
    def exception_words(self) -> str:
        """Return for whom the law makes an exception, and which; empty where for nobody."""
        return exception_words(self.row)

    @property
    def article(self) -> str:
        """Return the article in full, in the language of the reader."""
        return self.row.citation_shown

    @property
    def awaits_gazette(self) -> bool:
        """Tell whether the condition was read in a summary only."""
        return self.row.awaits_gazette

    def as_json(self) -> dict[str, Any]:
        """Return the finding as it is kept and printed, its words in the language of the reader."""
        return {
            "rule": self.row.rule,
            "title": self.title,
            "verdict": self.verdict.value,
            "binds": self.binds,
            "operator": self.row.operator.value,
            "required": plain(self.row.value),
            "unit": self.row.unit,
            "asks": self.asks,
            "stated": plain(self.stated),
            "stated_words": self.stated_words,
            "numbers": {name: plain(fact) for name, fact in self.numbers.items()},
            "tested": self.tested,
            "by_alternative": self.by_alternative,
            "excepted": when_words(self.excepted) if self.excepted else None,
            "exception_words": self.exception_words,
            "reason": self.reason,
            "article": self.article,
            "grade": self.row.grade.value,
            "awaits_gazette": self.awaits_gazette,
        }


def findings(rule_set: str, procedure: Procedure, facts: Facts) -> list[Finding]:
    """Return what each condition of `rule_set` on `procedure` makes of `facts`, in the order of the law.

    Operators are as strict as printed: `gt` is not `gte`. A row that binds nobody has its verdict too.
    """
    by_rule = {row.rule: row for row in conditions(rule_set)}
    return [_finding(row, by_rule, facts) for row in rows(rule_set, procedure)]


def rows(rule_set: str, procedure: Procedure) -> list[Condition]:
    """Return the conditions of `rule_set` that are tested in `procedure`, in the order of the law.

    `Procedure.BOTH` returns those of establishment and those of expansion.
    """
    wanted = set(Procedure) if procedure == Procedure.BOTH else {procedure, Procedure.BOTH}
    return [row for row in conditions(rule_set) if row.procedure in wanted]


def broken(found: Sequence[Finding]) -> list[Finding]:
    """Return the findings that bind and fail."""
    return [finding for finding in found if finding.binds and finding.verdict == Verdict.FAILS]


def untold(found: Sequence[Finding]) -> list[Finding]:
    """Return the findings that bind and cannot be told: somebody has to judge them."""
    return [finding for finding in found if finding.binds and finding.verdict == Verdict.CANNOT_BE_TOLD]


def overall(found: Sequence[Finding]) -> Verdict:
    """Return what all binding conditions come to together; nothing can be told where none binds."""
    if broken(found):
        return Verdict.FAILS
    if untold(found) or not any(finding.binds for finding in found):
        return Verdict.CANNOT_BE_TOLD
    return Verdict.HOLDS


def facts_asked(rule_set: str, procedure: Procedure) -> set[str]:
    """Return the names of the facts that the conditions of `rule_set` on `procedure` may use."""
    return {name for row in rows(rule_set, procedure) for name in _facts_of(row)}


def _facts_of(row: Condition) -> Iterator[str]:
    yield row.parameter
    yield from _DENOMINATORS.get(row.parameter, ())
    yield from (when.fact for when in (*row.exceptions, row.tested_if) if when)
    if row.compares:
        yield from (row.compares.greater, row.compares.smaller)
    if row.scope == Scope.DECIDED_AREA:
        yield "load_test_area"


def works(rule_set: str) -> list[str]:
    """Return the shared works that `rule_set` wants in use before an expansion, worded as there."""
    lists = [row.value for row in rows(rule_set, Procedure.EXPAND) if row.operator == Operator.ALL_OF]
    return [str(work) for value in lists if isinstance(value, tuple) for work in value]


# --- the verdict ----------------------------------------------------------------------------------
# What the share of leased land is counted from, and what says that it can be counted.
_DENOMINATORS = {"occupancy_pct": ("has_detailed_plan", "leased_ha", "industrial_ha")}


def _finding(row: Condition, by_rule: Mapping[str, Condition], facts: Facts) -> Finding:
    excepted = next((when for when in row.exceptions if _is_so(when, facts)), None)
    if excepted and row.exception_value is None:
        return _not_tested(row, excepted, facts, when_words(excepted), excepted=excepted)
    if row.tested_if and _is_so(row.tested_if, facts) is False:
        return _not_tested(row, row.tested_if, facts, _("only if: %s") % when_words(row.tested_if))
    if row.scope == Scope.DECIDED_AREA and not facts.get("load_test_area"):
        reason = _("The area of this test, which the city chooses, is not recorded.")
        return Finding(row=row, verdict=Verdict.CANNOT_BE_TOLD, numbers={}, reason=reason)
    if excepted:
        assert row.exception_value is not None
        row = replace(row, value=row.exception_value)
    return replace(_tested(row, by_rule, facts), excepted=excepted)


def _not_tested(
    row: Condition, when: When, facts: Facts, why: str, *, excepted: When | None = None
) -> Finding:
    return Finding(
        row=row,
        verdict=Verdict.HOLDS,
        numbers={when.fact: facts.get(when.fact)},
        tested=False,
        excepted=excepted,
        reason=_("Not tested: %(why)s.") % {"why": why},
    )


def _is_so(when: When, facts: Facts) -> bool | None:
    """Tell whether the facts say so; None where they say nothing."""
    stated = facts.get(when.fact)
    return None if stated is None else stated == when.value


def _tested(row: Condition, by_rule: Mapping[str, Condition], facts: Facts) -> Finding:
    stated, own_numbers, reason = _own_fact(row, facts)
    own = None if stated is None else _holds(row, stated)
    instead, other_numbers = _alternative(row, by_rule, facts)
    holds = True if own or instead else own
    has_other = bool(row.alternative or row.compares)
    if holds is False and has_other and instead is None:
        reason = _("Nothing is stated of the alternative.")
    return Finding(
        row=row,
        verdict=_VERDICTS[holds],
        stated=stated,
        numbers=own_numbers | other_numbers,
        by_alternative=bool(instead and not own),
        reason="" if holds else reason,
    )


_VERDICTS = {True: Verdict.HOLDS, False: Verdict.FAILS, None: Verdict.CANNOT_BE_TOLD}


def _own_fact(row: Condition, facts: Facts) -> tuple[Fact, dict[str, Fact], str]:
    """Return the fact that `row` tests, what it was taken from, and why there is none."""
    names = _DENOMINATORS.get(row.parameter, ())
    used = {name: facts[name] for name in names if facts.get(name) is not None}
    if names and not _has_denominator(facts):
        return None, used, _("Not defined before a detailed plan fixes the industrial land.")
    if (stated := facts.get(row.parameter)) is not None:
        return stated, {row.parameter: stated}, ""
    if names and {"leased_ha", "industrial_ha"} <= used.keys():
        share = _decimal(used["leased_ha"]) / _decimal(used["industrial_ha"]) * 100
        return share, {row.parameter: share, **used}, ""
    return None, {}, _("Not stated: %(fact)s.") % {"fact": FACTS[row.parameter].title}


def _has_denominator(facts: Facts) -> bool:
    """Tell whether a share of the industrial land is defined, as far as the facts say.

    Source: Decree 32/2024/NĐ-CP, Art. 2(6), 2(7): the land as fixed in the approved detailed plan.
    """
    if facts.get("has_detailed_plan") is False:
        return False
    if "industrial_ha" in facts:
        land = facts["industrial_ha"]
        return land is not None and _decimal(land) > 0
    return facts.get("leased_ha") is None or facts.get("occupancy_pct") is not None


def _alternative(
    row: Condition, by_rule: Mapping[str, Condition], facts: Facts
) -> tuple[bool | None, dict[str, Fact]]:
    """Return whether what may be met instead is met, and by which facts; None where that cannot be told."""
    if row.compares:
        names = (row.compares.greater, row.compares.smaller)
        used = {name: facts[name] for name in names if facts.get(name) is not None}
        if len(used) < len(names):
            return None, {}
        return _decimal(used[names[0]]) > _decimal(used[names[1]]), used
    other = by_rule.get(row.alternative)
    # What binds nobody may stand in only for what binds nobody.
    if other is None or (row.binds and not other.binds):
        return None, {}
    stated = facts.get(other.parameter)
    return (None, {}) if stated is None else (_holds(other, stated), {other.parameter: stated})


def _holds(row: Condition, stated: Fact) -> bool:
    if row.operator == Operator.IS_TRUE:
        return stated is True
    if row.operator == Operator.ALL_OF:
        assert isinstance(row.value, tuple)
        return set(row.value) <= set(_members(stated))
    return _compare(row.operator, _decimal(stated), row.value)


def _compare(operator: Operator, amount: Decimal, value: Any) -> bool:
    if operator == Operator.BETWEEN:
        low, high = value
        return bool(low <= amount <= high)
    compared = {
        Operator.GT: amount > value,
        Operator.GTE: amount >= value,
        Operator.LT: amount < value,
        Operator.LTE: amount <= value,
    }
    return bool(compared[operator])


def _decimal(stated: Fact) -> Decimal:
    return Decimal(str(stated))


def _members(stated: Fact) -> Sequence[str]:
    return stated if isinstance(stated, list | tuple) else ()


# --- in words -------------------------------------------------------------------------------------
def requirement(row: Condition) -> str:
    """Return what `row` asks for, in the language of the reader, with what may be met instead."""
    own = _requirement(row, row.value)
    instead = _instead(row)
    if not instead:
        return own
    return _("%(condition)s, or: %(alternative)s") % {"condition": own, "alternative": instead}


def _requirement(row: Condition, value: Value) -> str:
    if row.operator == Operator.IS_TRUE:
        return _("must be the case")
    if row.operator == Operator.ALL_OF:
        assert isinstance(value, tuple)
        return _("all of: %(works)s") % {"works": _list(value)}
    if row.operator == Operator.BETWEEN:
        assert isinstance(value, tuple)
        low, high = (_amount(bound, row) for bound in value)
        return _("%(low)s to %(high)s, both included") % {"low": low, "high": high}
    return f"{row.operator.label} {_amount(value, row)}"


def _instead(row: Condition) -> str:
    if row.compares:
        return f"{FACTS[row.compares.greater].title} > {FACTS[row.compares.smaller].title}"
    others = (other for other in conditions(row.rule_set) if other.rule == row.alternative)
    return "".join(f"{TITLES[other.rule]} {_requirement(other, other.value)}" for other in others)


def exception_words(row: Condition) -> str:
    """Return which exception `row` makes for whom, in the language of the reader; empty without one."""
    if not row.exceptions:
        return ""
    value = row.exception_value
    instead = _("not tested") if value is None else _requirement(row, value)
    return f"{instead} ({'; '.join(when_words(when) for when in row.exceptions)})"


def when_words(when: When) -> str:
    """Return what has to be so, in the language of the reader."""
    title = str(FACTS[when.fact].title)
    return title if when.value is True else f"{title}: {ClusterType(str(when.value)).label}"


def fact_words(name: str, fact: Fact) -> str:
    """Return a fact as people write it."""
    measure = FACTS[name].measure
    if isinstance(fact, bool):
        return _("Yes") if fact else _("No")
    if measure == Measure.WORKS:
        return _list(_members(fact)) or _("none")
    if measure == Measure.TYPE:
        return str(ClusterType(str(fact)).label)
    if measure == Measure.TEXT:
        return str(fact)
    return f"{number(fact)} {_MEASURE_UNITS[measure]}"


def _words(stated: Fact, row: Condition) -> str:
    if isinstance(stated, bool) or row.operator == Operator.ALL_OF:
        return fact_words(row.parameter, stated)
    return _amount(stated, row)


def _amount(value: object, row: Condition) -> str:
    return f"{number(value)} {UNITS.get(row.unit, row.unit)}".strip()


def number(value: object) -> str:
    """Return an amount as the reader's language writes it, without zeros that say nothing."""
    told = f"{Decimal(str(value)).quantize(_FINEST, ROUND_DOWN):f}".rstrip("0").rstrip(".")
    return str(number_format(told, use_l10n=True))


def plain(value: Fact | Value) -> Any:
    """Return a fact or a required value as JSON has it: amounts as numbers, written out in full."""
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    if isinstance(value, list | tuple):
        return [plain(part) for part in value]
    return value


def _list(works: Sequence[Any]) -> str:
    return ", ".join(str(work_words(str(work))) for work in works)


def work_words(work: str) -> Any:
    """Return the words for a shared work as the data files name it; an unknown one as it stands."""
    return WORKS.get(work, work)
