"""Which rule set holds for a file when another one comes into force: facts in, the clause out.

A file keeps the rule set of its first request; no clause moves one by itself. Where the text does not
say, or was not found, the clause asks an officer, and the file keeps its rule set until somebody chooses.
"""

from dataclasses import dataclass
from datetime import date, timedelta

from law.rows import RuleSet, Transition
from law.rulesets import library
from law.states import Situation


@dataclass(frozen=True, kw_only=True)
class FileFacts:
    """What of a file tells a clause: days, and where it lay when the other rule set came into force.

    A decision known only by its month has the month's first and last day; one known by its day has that
    day twice; None where there is none.
    """

    requested_on: date
    appraised_on: date | None = None
    decided_from: date | None = None
    decided_to: date | None = None
    at_district: bool = False


@dataclass(frozen=True)
class Change:
    """One rule set follows another, from `day` on."""

    before: RuleSet
    after: RuleSet

    @property
    def day(self) -> date:
        """The first day of the rule set that follows."""
        return self.after.valid_from


def change_from(code: str) -> Change | None:
    """Return the change that ended the rule set `code`; None where it is in force without an end.

    Raises:
        KeyError: there is no such rule set.
    """
    before = library().rule_sets[code]
    if before.valid_to is None:
        return None
    following = before.valid_to + timedelta(days=1)
    return next(Change(before, after) for after in library().rule_sets.values() if after.covers(following))


def decision_stands() -> Transition:
    """Return the clause by which an issued decision stays valid (T-5), as the newest change has it."""
    *_earlier, newest = library().transitions.values()
    return newest[Situation.DECIDED]


def changes(*, by: date) -> list[Change]:
    """Return the changes that have come into force by the day `by`, oldest first."""
    found = [change_from(code) for code in library().rule_sets]
    return [change for change in found if change and change.day <= by]


def verdict(facts: FileFacts, change: Change) -> Transition | None:
    """Return the clause for a file of the rule set that `change` ended; None where it is not touched.

    What begins on the very day of the change was not yet so when the rule set took effect.

    Source: Decree 32/2024/NĐ-CP, Art. 35(2), as amended; Decree 139/2025/NĐ-CP, Art. 22; each row of
    `law/data/transitions.csv` names its own.
    """
    rows = library().transitions[change.before.code, change.after.code]
    stood = _situation(facts, change.day, district=Situation.AT_DISTRICT in rows)
    return rows[stood] if stood else None


def _situation(facts: FileFacts, day: date, *, district: bool) -> Situation | None:
    """Tell how the file stood on `day`; `district` where the change knows what lay at a district."""
    if facts.decided_to and facts.decided_to < day:
        return Situation.DECIDED
    if facts.decided_from and facts.decided_from < day:
        return Situation.MONTH_ONLY
    if facts.requested_on >= day:
        return None
    if facts.at_district and district:
        return Situation.AT_DISTRICT
    if facts.appraised_on and facts.appraised_on < day:
        return Situation.UNDER_APPRAISAL
    return Situation.REQUESTED
