"""What the law says, looked up: rule sets, their provisions, conditions and scoring.

The rows stand in `law/data/*.csv`, for a lawyer to read and review; they are read once, checked as a
whole, and never change while the program runs. A change of law is new rows of a new rule set, in force
from a day, never an edit of old ones. Only rows graded SEEN or SEEN-SUMMARY bind anybody.
"""

from datetime import date
from functools import cache
from pathlib import Path

from law import loader
from law.exceptions import NoRuleSet
from law.loader import AFTER_DECISION
from law.rows import Condition, Criterion, Library, Provision, Reading, RuleSet, Source, limit_text

__all__ = [
    "Condition",
    "Criterion",
    "Library",
    "Provision",
    "Reading",
    "RuleSet",
    "Source",
    "conditions",
    "criteria",
    "find_provision",
    "library",
    "limit_text",
    "provision",
    "provisions",
    "rule_set",
    "rule_set_on",
]

DATA = Path(__file__).parent / "data"


def rule_set(code: str) -> RuleSet:
    """Return the rule set named `code`, as `R4`; KeyError if there is none."""
    return library().rule_sets[code]


def rule_set_on(day: date) -> RuleSet:
    """Return the rule set in force on `day`.

    A case asks once, on the day of its first request, and keeps the answer (T-1, T-3).

    Raises:
        NoRuleSet: none was in force yet.
    """
    for candidate in library().rule_sets.values():
        if candidate.covers(day):
            return candidate
    raise NoRuleSet(day)


def provision(code: str, step: str) -> Provision:
    """Return the provision on `step` that holds for a case of the rule set `code`, as `("R4", "E40")`.

    What comes after the decision is the same for all (`P13`): the general laws set it, not the rules on
    clusters; so a case that was adopted without a rule set ("") has it too. KeyError if there is none.
    """
    found = find_provision(code, step)
    if found is None:
        raise KeyError(step)
    return found


def find_provision(code: str, step: str) -> Provision | None:
    """Return the provision on `step` for a case of the rule set `code`; None where that rule set has none.

    R1 knows no public notice and no window, of R1b no step was confirmed.
    """
    return library().provisions.get(code, {}).get(step) or library().provisions[AFTER_DECISION].get(step)


def provisions(code: str) -> tuple[Provision, ...]:
    """Return the provisions of the rule set `code` (or `POST`) in the order of the procedure."""
    return tuple(library().provisions.get(code, {}).values())


def conditions(code: str) -> tuple[Condition, ...]:
    """Return the conditions of the rule set `code`."""
    return library().conditions.get(code, ())


def criteria(code: str) -> tuple[Criterion, ...]:
    """Return the scoring criteria of the rule set `code`."""
    return library().criteria.get(code, ())


@cache
def library() -> Library:
    """Return the data files of the project, read on the first call."""
    return loader.read(DATA)
