"""The typed rows of the law: what a line of each data file becomes."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.utils.translation import ngettext

from law import citations
from law.states import (
    Applies,
    Bound,
    ExtensionRule,
    Grade,
    Operator,
    PauseRule,
    Procedure,
    Scope,
    SilenceRule,
    Situation,
    Trigger,
    Unit,
)

Value = bool | Decimal | tuple[Decimal, Decimal] | tuple[str, ...]


def _shown(column: str) -> property:
    """Return the property that gives a text of the data files in the language of the reader."""

    def read(row: object) -> str:
        name = f"{column}_vi" if citations.reader_language() == "vi" else column
        return str(getattr(row, name))

    return property(read)


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
    """What all rows of the law have: where it stands, where we read it, how sure we are.

    A text `x` has its Vietnamese in `x_vi`; `x_shown` is the one in the language of the reader.
    """

    citation: str
    source: tuple[str, ...]
    grade: Grade
    grade_note: str
    grade_note_vi: str

    grade_note_shown = _shown("grade_note")

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
    instrument_vi: str
    valid_from: date
    valid_to: date | None
    essence: str
    essence_vi: str
    note: str
    note_vi: str

    instrument_shown = _shown("instrument")
    essence_shown = _shown("essence")
    note_shown = _shown("note")

    def covers(self, day: date) -> bool:
        """Tell whether the rule set was in force on `day`."""
        return covers(self.valid_from, self.valid_to, day)


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
    phase_vi: str
    actor: str
    actor_vi: str
    recipient: str
    recipient_vi: str
    action: str
    action_vi: str
    output: str
    output_vi: str
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
    note_vi: str

    phase_shown = _shown("phase")
    actor_shown = _shown("actor")
    recipient_shown = _shown("recipient")
    action_shown = _shown("action")
    output_shown = _shown("output")
    note_shown = _shown("note")

    def covers(self, day: date) -> bool:
        """Tell whether the row's own days, as far as they are known, include `day`."""
        return covers(self.valid_from, self.valid_to, day)

    @property
    def has_limit(self) -> bool:
        """Tell whether the step has a latest day that binds. A minimum is no limit."""
        return self.binds and self.bound == Bound.AT_MOST

    @property
    def limit_text(self) -> str:
        """The amount and unit for people, as `5 working days`; empty without a number."""
        return limit_text(self.amount, self.unit)


@dataclass(frozen=True)
class When:
    """That a fact is so: yes, or of the type that `value` names."""

    fact: str
    value: bool | str = True


@dataclass(frozen=True)
class Comparison:
    """That one amount is above another: strictly, as the law prints it ("exceeds")."""

    greater: str
    smaller: str


@dataclass(frozen=True, kw_only=True)
class Condition(Amended):
    """One test of an area. What may be met instead is the condition that `alternative` names, or `compares`.

    The condition is tested only where `tested_if` is so, and for nobody of whom one of `exceptions` is so;
    with an `exception_value` those are tested by that value instead.
    """

    rule_set: str
    rule: str
    procedure: Procedure
    parameter: str
    operator: Operator
    value: Value
    unit: str
    scope: Scope
    meaning: str
    meaning_vi: str
    tested_if: When | None
    alternative: str
    compares: Comparison | None
    exceptions: tuple[When, ...]
    exception_value: Value | None
    note: str
    note_vi: str

    meaning_shown = _shown("meaning")
    note_shown = _shown("note")


@dataclass(frozen=True, kw_only=True)
class Figure(Amended):
    """A number of the law that is neither a time limit nor a condition of an area, such as a threshold.

    `step` is the step that it belongs to, empty for none; `value` a day where the unit is `date`. The days
    are those of a row of the general laws, as of a `Provision`.
    """

    rule_set: str
    figure: str
    step: str
    what: str
    what_vi: str
    operator: Operator
    value: Decimal | date
    unit: str
    unit_vi: str
    valid_from: date | None
    valid_to: date | None

    what_shown = _shown("what")
    unit_shown = _shown("unit")

    def covers(self, day: date) -> bool:
        """Tell whether the row's own days, as far as they are known, include `day`."""
        return covers(self.valid_from, self.valid_to, day)


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
    tie_rule_vi: str

    tie_rule_shown = _shown("tie_rule")

    @property
    def name_shown(self) -> str:
        """The name in the language of the reader."""
        return self.name_vi if citations.reader_language() == "vi" else self.name_en


@dataclass(frozen=True, kw_only=True)
class Transition(Amended):
    """What holds for a file of `from_set` in one situation, as `to_set` comes into force on `day`.

    `clause` is the rule of the readings that it follows (`T-3`); empty where no clause was found.
    """

    from_set: str
    to_set: str
    day: date
    situation: Situation
    applies: Applies
    clause: str
    note: str
    note_vi: str

    note_shown = _shown("note")


@dataclass(frozen=True, kw_only=True)
class LegacyRule(Amended):
    """A clause for clusters older than the rules: the numbers by which one is known.

    Areas in hectares, None where the clause sets none; `below_special_ha` is for mountain areas and craft
    villages. `formed_before` and `established_before` are the first day that is too late; what is due
    `complete_before` a day is late on that day. `established` tells whether a formal decision exists.
    """

    clause: str
    established: bool
    below_ha: Decimal | None
    below_special_ha: Decimal | None
    above_ha: Decimal | None
    formed_before: date | None
    established_before: date | None
    in_list: bool
    complete_before: date | None
    note: str
    note_vi: str

    note_shown = _shown("note")


@dataclass(frozen=True, kw_only=True)
class Reading(Amended):
    """How we read a rule: on transition (T-), on old clusters (L-), on counting (K-), on a changed
    decision (A-), on operation (O-)."""

    rule: str
    says: str
    says_vi: str
    reading: str
    reading_vi: str

    says_shown = _shown("says")
    reading_shown = _shown("reading")


@dataclass(frozen=True, kw_only=True)
class Library:
    """All data files, read and checked against each other."""

    sources: Mapping[str, Source]
    rule_sets: Mapping[str, RuleSet]
    provisions: Mapping[str, tuple[Provision, ...]]
    conditions: Mapping[str, tuple[Condition, ...]]
    criteria: Mapping[str, tuple[Criterion, ...]]
    figures: Mapping[str, tuple[Figure, ...]]
    readings: tuple[Reading, ...]
    transitions: Mapping[tuple[str, str], Mapping[Situation, Transition]]
    legacy: Mapping[str, LegacyRule]


def covers(first: date | None, last: date | None, day: date) -> bool:
    """Tell whether `day` lies from `first` to `last`, both included; None is open on that side."""
    return (first is None or first <= day) and (last is None or day <= last)


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
