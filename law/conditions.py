"""Whether what is stated of an area meets the conditions of a rule set: facts in, findings out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.utils.formats import number_format
from django.utils.text import format_lazy
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from law.rows import Condition
from law.rulesets import conditions
from law.states import Operator, Procedure

# What is stated, by the parameter of a condition: an amount in the condition's unit, yes or no, or the
# members of a list. An amount may come as text, as JSON keeps it. None: not stated.
Fact = Decimal | str | bool | Sequence[str] | None
Facts = Mapping[str, Fact]
# Under this name stand the rules of which somebody says that their exception applies.
EXCEPTED = "excepted"

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
WORKS = {
    "internal roads": gettext_lazy("Internal roads"),
    "water supply": gettext_lazy("Water supply"),
    "wastewater": gettext_lazy("Wastewater"),
    "wastewater collection and treatment": gettext_lazy("Wastewater collection and treatment"),
    "solid waste": gettext_lazy("Solid waste"),
    "fire protection": gettext_lazy("Fire protection"),
}
EXCEPTIONS = {
    "5..75 ha for mountainous districts and craft-village clusters": gettext_lazy(
        "5 to 75 ha for mountainous districts and craft-village clusters"
    ),
    "clusters formed before QĐ 105/2009": gettext_lazy("clusters formed before Decision 105/2009/QĐ-TTg"),
    "not tested for high-tech and eco clusters": gettext_lazy("not tested for high-tech and eco clusters"),
}
# The amounts that an alternative compares, as the data files word them: parameter and words.
AMOUNTS = {
    "demand": ("demand_ha", gettext_lazy("lease demand")),
    "existing industrial land": ("industrial_ha", gettext_lazy("existing industrial land")),
    "remaining industrial land": ("unleased_industrial_ha", gettext_lazy("industrial land not leased yet")),
}


@dataclass(frozen=True, kw_only=True)
class Finding:
    """What one condition makes of the facts.

    `met` is None where nothing is stated, where an exception is claimed, and where the row binds nobody:
    then an officer judges. `instead` are the two amounts of an alternative that compares; `by_alternative`:
    the row itself is not met, what may be met instead is.
    """

    row: Condition
    stated: Fact
    met: bool | None
    instead: tuple[Fact, Fact] = (None, None)
    by_alternative: bool = False
    is_excepted: bool = False

    @property
    def title(self) -> str:
        """Return what the condition is about."""
        return str(TITLES.get(self.row.rule, self.row.rule))

    @property
    def is_stated(self) -> bool:
        """Tell whether the facts say anything about it."""
        return self.stated is not None

    @property
    def asks(self) -> str:
        """Return what the law asks for, with its alternative."""
        return requirement(self.row)

    @property
    def stated_words(self) -> str:
        """Return what was stated, as people write it; empty where nothing was."""
        if self.stated is None:
            return ""
        own = _words(self.stated, self.row)
        if None in self.instead:
            return own
        names = [AMOUNTS[part][1] for part in compared_parts(self.row)]
        told = (f"{name} {number(amount)} ha" for name, amount in zip(names, self.instead, strict=True))
        return "; ".join([own, *told])

    @property
    def exception_words(self) -> str:
        """Return for whom the law makes an exception; empty where for nobody."""
        return exception_words(self.row)


def findings(rule_set: str, procedure: Procedure, facts: Facts) -> list[Finding]:
    """Return what each condition of `rule_set` on `procedure` makes of `facts`, in the order of the law.

    Operators are as strict as printed: `gt` is not `gte`. Where the row is not met and what may be met
    instead is not stated, it is not met. A row that binds nobody is never met nor broken.
    """
    by_rule = {row.rule: row for row in conditions(rule_set)}
    return [_finding(row, by_rule, facts) for row in rows(rule_set, procedure)]


def rows(rule_set: str, procedure: Procedure) -> list[Condition]:
    """Return the conditions of `rule_set` that are tested in `procedure`, in the order of the law."""
    return [row for row in conditions(rule_set) if row.procedure in (procedure, Procedure.BOTH)]


def broken(found: Sequence[Finding]) -> list[Finding]:
    """Return the findings that bind and are not met."""
    return [finding for finding in found if finding.met is False]


def works(rule_set: str) -> list[str]:
    """Return the shared works that `rule_set` wants in use before an expansion, worded as there."""
    lists = [row.value for row in rows(rule_set, Procedure.EXPAND) if row.operator == Operator.ALL_OF]
    return [str(work) for value in lists if isinstance(value, tuple) for work in value]


def _finding(row: Condition, by_rule: Mapping[str, Condition], facts: Facts) -> Finding:
    stated = facts.get(row.parameter)
    own = _test(row, stated)
    compared = _compared(row, by_rule, facts)
    instead = _alternative(row, by_rule, facts, compared)
    excepted = bool(row.exception) and row.rule in _members(facts.get(EXCEPTED))
    met = True if own or instead else own
    if not row.binds or (excepted and met is False):
        met = None
    return Finding(
        row=row,
        stated=stated,
        met=met,
        instead=compared,
        by_alternative=bool(met and not own),
        is_excepted=excepted,
    )


def _test(row: Condition, stated: Fact) -> bool | None:
    if stated is None:
        return None
    if row.operator == Operator.IS_TRUE:
        return stated is True
    if row.operator == Operator.ALL_OF:
        assert isinstance(row.value, tuple)
        return set(row.value) <= set(_members(stated))
    return _compare(row.operator, Decimal(str(stated)), row.value)


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


def _compared(row: Condition, by_rule: Mapping[str, Condition], facts: Facts) -> tuple[Fact, Fact]:
    """Return the two amounts that the alternative of `row` compares; None for each that is not stated."""
    if not row.alternative or row.alternative in by_rule:
        return (None, None)
    left, right = compared_parts(row)
    return facts.get(AMOUNTS[left][0]), facts.get(AMOUNTS[right][0])


def _alternative(
    row: Condition, by_rule: Mapping[str, Condition], facts: Facts, compared: tuple[Fact, Fact]
) -> bool | None:
    """Return whether what may be met instead is met; None where there is none, or it is not stated."""
    if other := by_rule.get(row.alternative):
        return _test(other, facts.get(other.parameter)) if other.binds else None
    left, right = compared
    if left is None or right is None:
        return None
    return Decimal(str(left)) > Decimal(str(right))


def compared_parts(row: Condition) -> tuple[str, str]:
    """Return the two amounts of an alternative such as `demand > existing industrial land`.

    Raises:
        ValueError: the alternative is worded otherwise.
    """
    left, right = row.alternative.split(" > ")
    return left, right


def _members(stated: Fact) -> Sequence[str]:
    return stated if isinstance(stated, list | tuple) else ()


def requirement(row: Condition) -> str:
    """Return what `row` asks for, in the language of the reader, with what may be met instead."""
    own = _requirement(row)
    if not row.alternative:
        return own
    return _("%(condition)s, or: %(alternative)s") % {"condition": own, "alternative": _instead(row)}


def _requirement(row: Condition) -> str:
    if row.operator == Operator.IS_TRUE:
        return _("must be the case")
    if row.operator == Operator.ALL_OF:
        assert isinstance(row.value, tuple)
        return _("all of: %(works)s") % {"works": _list(row.value)}
    if row.operator == Operator.BETWEEN:
        assert isinstance(row.value, tuple)
        low, high = (_amount(bound, row) for bound in row.value)
        return _("%(low)s to %(high)s, both included") % {"low": low, "high": high}
    return f"{row.operator.label} {_amount(row.value, row)}"


def _instead(row: Condition) -> str:
    for other in conditions(row.rule_set):
        if other.rule == row.alternative:
            return f"{TITLES[other.rule]} {_requirement(other)}"
    left, right = (AMOUNTS[part][1] for part in compared_parts(row))
    return f"{left} > {right}"


def _words(stated: Fact, row: Condition) -> str:
    if isinstance(stated, bool):
        return _("Yes") if stated else _("No")
    if row.operator == Operator.ALL_OF:
        return _list(_members(stated)) or _("none")
    return _amount(stated, row)


def _amount(value: object, row: Condition) -> str:
    return f"{number(value)} {UNITS.get(row.unit, row.unit)}".strip()


def number(value: object) -> str:
    """Return an amount as the reader's language writes it, without zeros that say nothing."""
    plain = f"{Decimal(str(value)):f}"
    trimmed = plain.rstrip("0").rstrip(".") if "." in plain else plain
    return str(number_format(trimmed, use_l10n=True))


def _list(works: Sequence[Any]) -> str:
    return ", ".join(str(work_words(str(work))) for work in works)


def work_words(work: str) -> Any:
    """Return the words for a shared work as the data files name it; an unknown one as it stands."""
    return WORKS.get(work, work)


def exception_words(row: Condition) -> str:
    """Return for whom `row` makes an exception, in the language of the reader; empty without one."""
    return str(EXCEPTIONS.get(row.exception, row.exception))


def claim_words(row: Condition) -> Any:
    """Return the words with which somebody claims the exception of `row`."""
    return format_lazy("{}: {}", TITLES.get(row.rule, row.rule), EXCEPTIONS.get(row.exception, row.exception))
