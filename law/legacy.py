"""Clusters older than the rules: which clause on them (L-1, L-2, L-4) holds, as far as facts tell."""

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from law.rows import LegacyRule
from law.rulesets import library


@dataclass(frozen=True, kw_only=True)
class ClusterFacts:
    """What is known of a cluster; None where no source says it.

    `formed_by` is the latest day by which it was there; `established_from` and `established_to` span the
    days on which it may have been established, `is_established` tells whether it was at all. `is_special`:
    in a mountain area, or for a craft village.
    """

    area_ha: Decimal | None = None
    is_special: bool | None = None
    formed_by: date | None = None
    is_established: bool | None = None
    established_from: date | None = None
    established_to: date | None = None
    in_list: bool | None = None


@dataclass(frozen=True)
class Finding:
    """A clause that holds; or, where `is_certain` is false, one that cannot be told from what is known."""

    rule: LegacyRule
    is_certain: bool


def classify(facts: ClusterFacts) -> Finding | None:
    """Return the legacy clause for a cluster, or the first that cannot be ruled out; None where none fits.

    Source: Decree 32/2024/NĐ-CP, Art. 35(1) and 35(4), as amended; the numbers stand in `legacy.csv`.
    """
    tried = [(rule, _fits(rule, facts)) for rule in library().legacy.values()]
    certain = [Finding(rule, True) for rule, fits in tried if fits]
    possible = [Finding(rule, False) for rule, fits in tried if fits is None]
    return next(iter([*certain, *possible]), None)


def days_left(rule: LegacyRule, *, today: date) -> int | None:
    """Return how many days are left until the last day in time, below zero after it; None without a day."""
    if rule.complete_before is None:
        return None
    return (rule.complete_before - timedelta(days=1) - today).days


def _fits(rule: LegacyRule, facts: ClusterFacts) -> bool | None:
    """Tell whether the clause holds; None where it cannot be told."""
    tests = [None if facts.is_established is None else facts.is_established == rule.established]
    if rule.below_ha is not None:
        tests.append(_below(rule, facts))
    if rule.above_ha is not None:
        tests.append(None if facts.area_ha is None else facts.area_ha > rule.above_ha)
    if rule.formed_before:
        # That nothing is told of it before the day does not show that it was not there.
        tests.append(True if facts.formed_by and facts.formed_by < rule.formed_before else None)
    if rule.established_before:
        tests.append(_before(rule.established_before, facts.established_from, facts.established_to))
    if rule.in_list:
        tests.append(facts.in_list)
    if False in tests:
        return False
    return None if None in tests else True


def _below(rule: LegacyRule, facts: ClusterFacts) -> bool | None:
    if facts.area_ha is None or rule.below_ha is None or rule.below_special_ha is None:
        return None
    if facts.area_ha < rule.below_special_ha:
        return True
    if facts.area_ha >= rule.below_ha:
        return False
    return None if facts.is_special is None else not facts.is_special


def _before(day: date, first: date | None, last: date | None) -> bool | None:
    """Tell whether an event between `first` and `last` came before `day`."""
    if last and last < day:
        return True
    return False if first and first >= day else None
