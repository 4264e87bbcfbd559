"""The register as pages list it: rows as entries in words, in groups, and what changed in them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.names import fold
from law import rulesets, words
from law.loader import AFTER_DECISION
from law.register import Difference, InForce, Part
from law.rows import Amended, Condition, Criterion, Figure, Provision, Reading, Source

# The kinds of readings, by the letter that begins their names.
READINGS = {
    "K": gettext_lazy("How days are counted"),
    "T": gettext_lazy("Which rule set applies"),
    "L": gettext_lazy("Clusters older than the rules"),
    "A": gettext_lazy("Changing, ending, progress"),
    "O": gettext_lazy("Running clusters"),
}


@dataclass(frozen=True)
class Entry:
    """One row in the words of the reader. `number` is its limit or value, `details` are label and text."""

    row: Amended
    name: str
    title: str
    number: str = ""
    details: tuple[tuple[str, str], ...] = ()

    @property
    def anchor(self) -> str:
        """Where the row is found on the page: `R4-E50`."""
        return anchor(getattr(self.row, "rule_set", ""), self.name)

    @property
    def told(self) -> dict[str, str]:
        """All that the row says, by label, to lay two of them side by side."""
        return {
            _("What it says"): self.title,
            _("Limit or number"): self.number,
            **dict(self.details),
            _("Article"): self.row.citation_shown,
            _("Grade"): words.grade(self.row),
            _("Note on the grade"): str(self.row.grade_note_shown),
        }

    def holds(self, wanted: str) -> bool:
        """Tell whether the folded words `wanted` stand in the entry."""
        texts = (self.name, *self.told.values())
        return wanted in fold(" ".join(texts))


@dataclass(frozen=True)
class Group:
    """Entries under one heading; `part` is what kind of rows they are."""

    title: str
    entries: list[Entry]


@dataclass(frozen=True)
class Told:
    """A difference in words: the row as it was and is, and each text that reads otherwise."""

    entry: Entry
    began: bool
    ended: bool
    changes: list[tuple[str, str, str]]


def anchor(rule_set: str, name: str) -> str:
    """Return the name of a row's place on the page, as `R4-E50`; a reading is `K-5` alone."""
    return f"{rule_set}-{name}" if rule_set else name


def groups(found: InForce, wanted: str = "") -> tuple[list[Group], list[Group]]:
    """Return what the rules on clusters hold, and what follows the decision; only entries with `wanted`."""
    by_part: dict[Part, list[Entry]] = {part: [] for part in Part}
    for (part, _name), row in found.rows().items():
        by_part[part].append(entry(row))
    after = _by_phase(by_part.pop(Part.AFTER))
    general = [one for one in by_part[Part.FIGURE] if one.anchor.startswith(AFTER_DECISION)]
    by_part[Part.FIGURE] = [one for one in by_part[Part.FIGURE] if one not in general]
    own = [Group(str(part.label), entries) for part, entries in by_part.items()]
    figures = Group(str(Part.FIGURE.label), general)
    return _kept(own, wanted), _kept([*after, figures], wanted)


def readings(wanted: str = "") -> list[Group]:
    """Return how we read what the law leaves open, by kind."""
    found = [
        Group(str(title), [entry(row) for row in rulesets.library().readings if row.rule.startswith(letter)])
        for letter, title in READINGS.items()
    ]
    return _kept(found, wanted)


def sources(listed: Iterable[Group]) -> list[Source]:
    """Return the sources of the entries in `listed`, each once, in their order."""
    keys = (key for group in listed for one in group.entries for key in one.row.source)
    return [rulesets.library().sources[key] for key in dict.fromkeys(keys)]


def told(difference: Difference) -> Told:
    """Return `difference` in words."""
    before = entry(difference.before) if difference.before else None
    after = entry(difference.after) if difference.after else None
    present = after or before
    assert present is not None
    return Told(
        entry=present,
        began=before is None,
        ended=after is None,
        changes=list(_changes(before, after)) if before and after else [],
    )


def _changes(before: Entry, after: Entry) -> Iterator[tuple[str, str, str]]:
    old, new = before.told, after.told
    for label in dict.fromkeys([*old, *new]):
        if old.get(label, "") != new.get(label, ""):
            yield label, old.get(label, ""), new.get(label, "")


def _by_phase(entries: list[Entry]) -> list[Group]:
    found: dict[str, list[Entry]] = {}
    for one in entries:
        assert isinstance(one.row, Provision)
        found.setdefault(str(one.row.phase_shown), []).append(one)
    return [Group(phase, rows) for phase, rows in found.items()]


def _kept(found: Iterable[Group], wanted: str) -> list[Group]:
    """Return the groups with the entries that hold `wanted`; without those that hold none."""
    folded = fold(wanted)
    kept = (Group(one.title, [row for row in one.entries if row.holds(folded)]) for one in found)
    return [group for group in kept if group.entries]


# --- rows as entries -------------------------------------------------------------------------------
def entry(row: Amended) -> Entry:
    """Return `row` in words."""
    for kind, build in _BUILD.items():
        if isinstance(row, kind):
            return build(row)
    raise TypeError(f"no row of the register: {row!r}")


def _details(*pairs: tuple[str, object]) -> tuple[tuple[str, str], ...]:
    return tuple((label, str(text)) for label, text in pairs if text)


def _provision(row: Provision) -> Entry:
    details = _details(
        (_("Who"), row.actor_shown),
        (_("To whom"), row.recipient_shown),
        (_("Outcome"), row.output_shown),
        (_("Sets of the file"), row.dossier_sets),
        (_("Runs from"), row.starts.label if row.starts else ""),
        (_("What stops it"), words.stops(row)),
        (_("In force"), words.in_force(row)),
        (_("Note"), row.note_shown),
    )
    return Entry(row, row.step, row.action_shown, words.limit(row), details)


def _condition(row: Condition) -> Entry:
    details = _details(
        (_("For"), row.procedure.label),
        (_("Over"), row.scope.label),
        (_("Meaning"), row.meaning_shown),
        (_("Note"), row.note_shown),
    )
    return Entry(row, row.rule, words.title(row), words.asks(row), details)


def _criterion(row: Criterion) -> Entry:
    details = _details((_("Passes from"), row.pass_points), (_("Tie"), row.tie_rule_shown))
    points = _("%(points)d points at most") % {"points": row.max_points}
    return Entry(row, row.criterion, row.name_shown, points, details)


def _figure(row: Figure) -> Entry:
    details = _details((_("Step"), row.step), (_("In force"), words.in_force(row)))
    return Entry(row, row.figure, row.what_shown, words.figure(row), details)


def _reading(row: Reading) -> Entry:
    return Entry(row, row.rule, row.says_shown, "", _details((_("Our reading"), row.reading_shown)))


_BUILD: dict[type[Amended], Callable[[Any], Entry]] = {
    Provision: _provision,
    Condition: _condition,
    Criterion: _criterion,
    Figure: _figure,
    Reading: _reading,
}
