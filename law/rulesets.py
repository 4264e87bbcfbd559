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
from law.rows import Condition, Criterion, Figure, Library, Provision, Reading, RuleSet, Source, limit_text

__all__ = [
    "Condition",
    "Criterion",
    "Figure",
    "Library",
    "Provision",
    "Reading",
    "RuleSet",
    "Source",
    "conditions",
    "criteria",
    "figures",
    "find_provision",
    "library",
    "limit_text",
    "own_provision",
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


def provision(code: str, step: str, *, on: date | None = None) -> Provision:
    """Return the provision on `step` that holds for a case of the rule set `code`, as `("R4", "E40")`.

    What comes after the decision is the same for all (`P13`): the general laws set it, not the rules on
    clusters; so a case that was adopted without a rule set ("") has it too. Of rows that followed each
    other it is the one in force `on` a day, else the last. KeyError if there is none.
    """
    found = find_provision(code, step, on=on)
    if found is None:
        raise KeyError(step)
    return found


def find_provision(code: str, step: str, *, on: date | None = None) -> Provision | None:
    """Return what `provision` returns, but None where the rule set has no such step.

    R1 knows no public notice and no window, of R1b no step was confirmed.
    """
    return own_provision(code, step, on=on) or own_provision(AFTER_DECISION, step, on=on)


def own_provision(code: str, step: str, *, on: date | None = None) -> Provision | None:
    """Return the row on `step` of the rule set `code` (or `POST`) itself; None where it has no such step.

    Of rows that followed each other it is the one in force `on` a day, else the last.
    """
    rows = _by_step(code).get(step)
    if not rows:
        return None
    return next((row for row in rows if on and row.covers(on)), rows[-1])


@cache
def _by_step(code: str) -> dict[str, list[Provision]]:
    found: dict[str, list[Provision]] = {}
    for row in provisions(code):
        found.setdefault(row.step, []).append(row)
    return found


def provisions(code: str) -> tuple[Provision, ...]:
    """Return the provisions of the rule set `code` (or `POST`) in the order of the procedure."""
    return library().provisions.get(code, ())


def conditions(code: str) -> tuple[Condition, ...]:
    """Return the conditions of the rule set `code`."""
    return library().conditions.get(code, ())


def figures(code: str) -> tuple[Figure, ...]:
    """Return the other numbers of the rule set `code` (or `POST`): thresholds, shares, counts."""
    return library().figures.get(code, ())


def criteria(code: str) -> tuple[Criterion, ...]:
    """Return the scoring criteria of the rule set `code`."""
    return library().criteria.get(code, ())


@cache
def library() -> Library:
    """Return the data files of the project, read on the first call."""
    return loader.read(DATA)
