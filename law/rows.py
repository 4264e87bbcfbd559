"""The typed rows of the law: what a line of each data file becomes."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.utils.translation import ngettext

from law import citations
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

Value = bool | Decimal | tuple[Decimal, Decimal] | tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Source:
    """Where a row was read: a text or a summary, and how to find it."""

    key: str
    what: str
    address: str
    path_in_source: str
    kind: str


@dataclass(frozen=True, kw_only=True)
class Cited:
    """What all rows of the law have: where it stands, where we read it, how sure we are."""

    citation: str
    source: tuple[str, ...]
    grade: Grade
    grade_note: str

    @property
    def binds(self) -> bool:
        """Tell whether the row may bind a person: well graded, and its article known."""
        return self.grade.binds and citations.names_article(self.citation)

    @property
    def awaits_gazette(self) -> bool:
        """Tell whether the row was read in a summary only, which every page that shows it must say."""
        return self.grade == Grade.SEEN_SUMMARY

    @property
    def citation_text(self) -> str:
        """The citation in full in Vietnamese: `Điều 10 khoản 1 Nghị định 32/2024/NĐ-CP`."""
        return self.cited_in("vi")

    @property
    def citation_en(self) -> str:
        """The citation in full in English: `Article 10, clause 1, Decree 32/2024/NĐ-CP`."""
        return self.cited_in("en")

    @property
    def citation_shown(self) -> str:
        """The citation in full in the language of the reader."""
        return self.cited_in(citations.reader_language())

    def cited_in(self, language: str) -> str:
        """Return the citation in full in `language`."""
        return citations.full(self.citation, language)


@dataclass(frozen=True, kw_only=True)
class Amended(Cited):
    """A row of an instrument as changed by another one."""

    amended_by: str

    def cited_in(self, language: str) -> str:
        own = super().cited_in(language)
        if not self.amended_by:
            return own
        words = "sửa đổi, bổ sung bởi" if language == "vi" else "as amended by"
        return f"{own} ({words} {citations.full(self.amended_by, language)})"


@dataclass(frozen=True, kw_only=True)
class RuleSet(Cited):
    """The rules on clusters in force from `valid_from` to `valid_to` (both included; None: still)."""

    code: str
    instrument: str
    valid_from: date
    valid_to: date | None
    essence: str
    note: str

    def covers(self, day: date) -> bool:
        """Tell whether the rule set was in force on `day`."""
        return self.valid_from <= day and (self.valid_to is None or day <= self.valid_to)


@dataclass(frozen=True, kw_only=True)
class Provision(Amended):
    """One step of a procedure: who does what for whom, and within what time.

    `amount` and `unit` are the limit, `starts` the event it runs from, `pauses` what is left out,
    `extension` by how much it may be lengthened, `silence` what an agency says by not answering in time.
    `stops` is the step whose clock this one stops, `within` the step whose limit it shares.
    `valid_from` and `valid_to` (both included) are the days of a row of the general laws, None where they
    were not obtained; the rows of a rule set hold as long as it does.
    """

    rule_set: str
    step: str
    seq: int
    phase: str
    actor: str
    recipient: str
    action: str
    output: str
    dossier_sets: int | None
    bound: Bound | None
    amount: int | None
    unit: Unit | None
    starts: Trigger | None
    pauses: PauseRule
    extension: ExtensionRule
    silence: SilenceRule
    stops: str
    within: str
    valid_from: date | None
    valid_to: date | None
    note: str

    def covers(self, day: date) -> bool:
        """Tell whether the row's own days, as far as they are known, include `day`."""
        return (self.valid_from is None or self.valid_from <= day) and (
            self.valid_to is None or day <= self.valid_to
        )

    @property
    def has_limit(self) -> bool:
        """Tell whether the step has a latest day that binds. A minimum is no limit."""
        return self.binds and self.bound == Bound.AT_MOST

    @property
    def limit_text(self) -> str:
        """The amount and unit for people, as `5 working days`; empty without a number."""
        return limit_text(self.amount, self.unit)


@dataclass(frozen=True, kw_only=True)
class Condition(Amended):
    """One test of an area. `alternative` names the condition that may be met instead."""

    rule_set: str
    rule: str
    procedure: Procedure
    parameter: str
    operator: Operator
    value: Value
    unit: str
    scope: Scope
    meaning: str
    alternative: str
    exception: str
    note: str


@dataclass(frozen=True, kw_only=True)
class Criterion(Amended):
    """One criterion by which applicants are scored, with the total that passes."""

    rule_set: str
    criterion: str
    name_vi: str
    name_en: str
    max_points: int
    pass_points: int
    tie_rule: str


@dataclass(frozen=True, kw_only=True)
class Reading:
    """How we read a rule on transition (T-) or on counting (K-)."""

    rule: str
    says: str
    reading: str
    basis: str
    grade: Grade
    grade_note: str


@dataclass(frozen=True, kw_only=True)
class Library:
    """All data files, read and checked against each other."""

    sources: Mapping[str, Source]
    rule_sets: Mapping[str, RuleSet]
    provisions: Mapping[str, Mapping[str, Provision]]
    conditions: Mapping[str, tuple[Condition, ...]]
    criteria: Mapping[str, tuple[Criterion, ...]]
    readings: tuple[Reading, ...]


def limit_text(amount: int | None, unit: Unit | None) -> str:
    """Return `5 working days` in the language of the reader; empty without a number."""
    if amount is None or unit is None:
        return ""
    patterns = {
        Unit.WORKING_DAY: ngettext("%(n)d working day", "%(n)d working days", amount),
        Unit.CALENDAR_DAY: ngettext("%(n)d calendar day", "%(n)d calendar days", amount),
        Unit.MONTH: ngettext("%(n)d month", "%(n)d months", amount),
    }
    return patterns[unit] % {"n": amount}
