"""The register of rules by date: what was in force on a day, and what another day has otherwise.

The rules that follow the decision (`POST`) have days of their own, all others those of their rule set.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from law import rulesets
from law.exceptions import NoRuleSet
from law.loader import AFTER_DECISION
from law.rows import (
    Amended,
    Cited,
    Comparison,
    Condition,
    Criterion,
    Figure,
    Provision,
    RuleSet,
    Source,
    When,
)


class Part(TextChoices):
    """The parts of the register, as files of their own hold them."""

    PROVISION = "provision", _("Procedure")
    AFTER = "after_decision", _("After the decision")
    CONDITION = "condition", _("Conditions")
    CRITERION = "criterion", _("Scoring of applicants")
    FIGURE = "figure", _("Thresholds and shares")


@dataclass(frozen=True)
class InForce:
    """All rows that were in force on `day`. `rule_set` is None before the first rules on clusters."""

    day: date
    rule_set: RuleSet | None
    provisions: tuple[Provision, ...]
    after_decision: tuple[Provision, ...]
    conditions: tuple[Condition, ...]
    criteria: tuple[Criterion, ...]
    figures: tuple[Figure, ...]

    def rows(self) -> dict[tuple[Part, str], Amended]:
        """Return the rows by their part and their name there, as `(Part.PROVISION, "E50")`."""
        found: dict[tuple[Part, str], Amended] = {}
        found |= {(Part.PROVISION, row.step): row for row in self.provisions}
        found |= {(Part.CONDITION, row.rule): row for row in self.conditions}
        found |= {(Part.CRITERION, row.criterion): row for row in self.criteria}
        found |= {(Part.FIGURE, row.figure): row for row in self.figures}
        found |= {(Part.AFTER, row.step): row for row in self.after_decision}
        return found


@dataclass(frozen=True)
class Change:
    """One cell of a row that reads otherwise on the later day; as the data files hold it."""

    field: str
    old: Any
    new: Any


@dataclass(frozen=True)
class Difference:
    """One row that began (`before` is None), ended (`after` is None) or changed between two days."""

    part: Part
    name: str
    before: Amended | None
    after: Amended | None
    changes: tuple[Change, ...] = ()


def in_force(day: date) -> InForce:
    """Return the rows that were in force on `day`; a row whose days were not obtained counts."""
    try:
        rule_set = rulesets.rule_set_on(day)
    except NoRuleSet:
        rule_set = None
    code = rule_set.code if rule_set else ""
    return InForce(
        day=day,
        rule_set=rule_set,
        provisions=rulesets.provisions(code),
        after_decision=tuple(row for row in rulesets.provisions(AFTER_DECISION) if row.covers(day)),
        conditions=rulesets.conditions(code),
        criteria=rulesets.criteria(code),
        figures=(
            *rulesets.figures(code),
            *(row for row in rulesets.figures(AFTER_DECISION) if row.covers(day)),
        ),
    )


def differences(earlier: date, later: date) -> tuple[Difference, ...]:
    """Return what began, ended or changed from `earlier` to `later`, in the order of the register.

    A row is the same row in every rule set by its part and name. Where it is kept (rule set, order, days,
    source) is no difference; what it says, and how sure we are, is.
    """
    old, new = in_force(earlier).rows(), in_force(later).rows()
    keys = sorted(dict.fromkeys([*old, *new]), key=lambda key: list(Part).index(key[0]))
    found = (_difference(key, old.get(key), new.get(key)) for key in keys)
    return tuple(one for one in found if one.changes or one.before is None or one.after is None)


_KEPT = frozenset({"rule_set", "seq", "valid_from", "valid_to", "source"})


def _difference(key: tuple[Part, str], before: Amended | None, after: Amended | None) -> Difference:
    part, name = key
    if before is None or after is None:
        return Difference(part, name, before, after)
    changes = [
        Change(field.name, getattr(before, field.name), getattr(after, field.name))
        for field in fields(after)
        if field.name not in _KEPT and getattr(before, field.name) != getattr(after, field.name)
    ]
    return Difference(part, name, before, after, tuple(changes))


def as_json(day: date) -> dict[str, Any]:
    """Return everything that was in force on `day` as plain values for JSON.

    The keys of a row are the columns of its data file, with `article` and `article_en` (the citation in
    full), `binds` and `awaits_gazette` beside them. `rule_set` is None before the first one.
    """
    found = in_force(day)
    days = found.rule_set
    return {
        "on": day.isoformat(),
        "rule_set": _row(found.rule_set) if found.rule_set else None,
        "provisions": [_row(row) | _days_of(days, row) for row in found.provisions],
        "conditions": [_row(row) | _days_of(days, row) for row in found.conditions],
        "scoring": [_row(row) | _days_of(days, row) for row in found.criteria],
        "figures": [_row(row) | _days_of(days, row) for row in found.figures],
        "after_decision": [_row(row) for row in found.after_decision],
        "readings": [_row(row) for row in rulesets.library().readings],
        "sources": [_row(row) for row in rulesets.library().sources.values()],
    }


def _row(row: Cited | Source) -> dict[str, Any]:
    plain = {field.name: _plain(getattr(row, field.name)) for field in fields(row)}
    if not isinstance(row, Cited):
        return plain
    return plain | {
        "article": row.citation_text,
        "article_en": row.citation_en,
        "binds": row.binds,
        "awaits_gazette": row.awaits_gazette,
    }


def _days_of(rule_set: RuleSet | None, row: Amended) -> dict[str, Any]:
    """Return the days of a row of `rule_set`, which are those of the rule set; nothing for other rows."""
    if rule_set is None or getattr(row, "rule_set", "") != rule_set.code:
        return {}
    return {"valid_from": _plain(rule_set.valid_from), "valid_to": _plain(rule_set.valid_to)}


def _plain(value: Any) -> Any:
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Decimal):
        return int(value) if value == int(value) else float(value)
    if isinstance(value, When | Comparison):
        return {name: _plain(part) for name, part in vars(value).items()}
    if isinstance(value, Sequence) and not isinstance(value, str):
        return [_plain(part) for part in value]
    return value
