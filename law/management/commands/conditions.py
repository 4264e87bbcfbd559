"""Print what the conditions of a rule set make of the facts that come as JSON from standard input."""

import json
import sys
from argparse import ArgumentParser
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from law import facts, rulesets
from law.conditions import Finding, findings, overall
from law.exceptions import FactRefused
from law.states import Procedure


class Command(BaseCommand):
    help = "Judge the facts on standard input (a JSON object) by the conditions of a rule set."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--rules", default="", help="the rule set, as R4")
        parser.add_argument("--kind", default="", help="establish, expand or both")
        parser.add_argument("--json", action="store_true", help="print JSON instead of a table")

    def handle(self, *args: Any, **options: Any) -> None:
        rule_set = _one_of("--rules", options["rules"], rulesets.library().rule_sets)
        kind = Procedure(_one_of("--kind", options["kind"], Procedure.values))
        try:
            stated = facts.read(_parsed(sys.stdin.read()))
        except FactRefused as error:
            raise CommandError(f"The fact {error}.", returncode=2) from error
        except (ValueError, ArithmeticError, RecursionError) as error:
            raise CommandError(f"Standard input is no JSON object: {error}.", returncode=2) from error
        found = findings(rule_set, kind, stated)
        self.stdout.write(_as_json(rule_set, kind, found) if options["json"] else _as_table(found))


def _one_of(option: str, given: str, known: Iterable[str]) -> str:
    if given not in known:
        raise CommandError(f"{option} {given!r} is none of: {', '.join(known)}.", returncode=2)
    return given


def _parsed(text: str) -> Mapping[str, Any]:
    """Return the one JSON object in `text`; every number with a point is a `Decimal`.

    Raises:
        ValueError: it is something else.
        FactRefused: a fact stands there twice.
    """
    found = json.loads(text, parse_float=Decimal, parse_constant=Decimal, object_pairs_hook=_once)
    if not isinstance(found, dict):
        raise ValueError("it is of another type")
    return found


def _once(pairs: Sequence[tuple[str, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, value in pairs:
        if name in found:
            raise FactRefused(name, "stands there twice")
        found[name] = value
    return found


def _as_json(rule_set: str, kind: Procedure, found: Sequence[Finding]) -> str:
    told = {
        "rule_set": rule_set,
        "kind": kind.value,
        "verdicts": [finding.as_json() for finding in found],
        "overall": overall(found).value,
    }
    return json.dumps(told, ensure_ascii=False, indent=2)


def _as_table(found: Sequence[Finding]) -> str:
    lines = [
        f"{finding.row.rule:12} {finding.verdict.label:16} {finding.title}: {finding.asks}"
        f" [{finding.stated_words or '–'}] {finding.reason} ({finding.article}; {finding.row.grade})"
        for finding in found
    ]
    return "\n".join([*lines, f"{'':12} {overall(found).label}"])
