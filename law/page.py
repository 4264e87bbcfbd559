"""`docs/law.md`: the data files of the law as a page that people can read and check."""

from collections.abc import Iterable, Iterator, Sequence

from django.utils.translation import override

from law.loader import AFTER_DECISION
from law.rows import Cited, Condition, Criterion, Library, Provision, RuleSet
from law.states import Bound, Grade, Operator

NOT_COMPARED = "**chưa đối chiếu bản gốc / not yet compared with the gazette**"
_MARKS = {
    Grade.SEEN: "read in the text",
    Grade.SEEN_SUMMARY: NOT_COMPARED,
    Grade.RECALLED: "recalled, binds nobody",
    Grade.UNRESOLVED: "unresolved, binds nobody",
}
_HEAD = """# What the law says, and how we read it

Written by `manage.py law_doc` from `law/data/*.csv`; change those files, not this page. PC is a People's
Committee (Ủy ban nhân dân). Every row names its article, the text in which it was read, and how sure we are:

| Grade | Meaning | Binds |
| --- | --- | --- |"""
_AFTER = """Other laws, each with dates of its own; not part of a rule set. Nothing here is enforced yet."""
_TRANSITION = """A case keeps the rule set of its first request. What holds where one followed another:"""
_CLOCK = """The clock (`law/clock.py`) counts as follows, and shows each day in its ledger."""


def render(library: Library) -> str:
    """Return the whole page as Markdown, in English with the citations in Vietnamese."""
    with override("en"):
        return "\n".join(_lines(library)).rstrip() + "\n"


def _lines(library: Library) -> Iterator[str]:
    yield _HEAD
    for grade in Grade:
        yield _line(grade.value, grade.label, "yes" if grade.binds else "no")
    yield from ("", "## Rule sets", "")
    yield from _table(
        ("Code", "Instrument", "In force", "In short", "Article", "Grade"),
        (
            (r.code, r.instrument, _in_force(r), r.essence, r.citation_text, _grade(r, r.note))
            for r in library.rule_sets.values()
        ),
    )
    for code, rule_set in library.rule_sets.items():
        yield from ("", f"## {code}: {rule_set.instrument}", "", f"In force {_in_force(rule_set)}.", "")
        yield from _rules(library, code)
    yield from ("", "## After the decision", "", _AFTER, "")
    yield from _provisions(library.provisions[AFTER_DECISION].values())
    yield from ("", "## How days are counted", "", _CLOCK, "", *_readings(library, "K-"))
    yield from ("", "## Which rule set applies", "", _TRANSITION, "", *_readings(library, "T-"))
    yield from ("", "## Sources", "")
    yield from _table(
        ("Key", "What", "Where", "Kind"),
        ((s.key, s.what, f"{s.address} {s.path_in_source}", s.kind) for s in library.sources.values()),
    )


def _rules(library: Library, code: str) -> Iterator[str]:
    if code not in library.provisions:
        yield "Its steps were not obtained."
        return
    yield from _provisions(library.provisions[code].values())
    if code in library.conditions:
        yield from ("", "Conditions:", "")
        yield from _table(
            ("Rule", "For", "Test", "Over", "Meaning", "Article", "Grade"),
            (_condition(condition) for condition in library.conditions[code]),
        )
    if code in library.criteria:
        yield from ("", "Scoring of applicants:", "")
        yield from _table(
            ("Criterion", "Name", "Points at most", "Passes from", "Tie", "Article", "Grade"),
            (_criterion(criterion) for criterion in library.criteria[code]),
        )


def _provisions(rows: Iterable[Provision]) -> Iterator[str]:
    return _table(
        ("Step", "Who → to whom", "Does", "Limit", "Runs from", "Article", "Grade"),
        (
            (
                p.step,
                " → ".join(part for part in (p.actor, p.recipient) if part),
                p.action,
                _limit(p),
                p.starts.label if p.starts else "",
                p.citation_text,
                _grade(p, p.note),
            )
            for p in rows
        ),
    )


def _limit(provision: Provision) -> str:
    if provision.within:
        return f"within {provision.within}"
    if provision.stops:
        return f"none; stops the clock of {provision.stops}"
    at_least = "at least " if provision.bound == Bound.AT_LEAST else ""
    pauses = f"; {provision.pauses.label}" if provision.pauses else ""
    own_days = f"; {_in_force(provision)}" if provision.valid_from else ""
    more = f"; {provision.extension.label}" if provision.extension else ""
    silence = f"; {provision.silence.label}" if provision.silence else ""
    return f"{at_least}{provision.limit_text or 'none'}{pauses}{more}{silence}{own_days}"


def _condition(row: Condition) -> tuple[object, ...]:
    meaning = _sentences(
        row.meaning,
        row.alternative and f"Or: {row.alternative}",
        row.exception and f"Except: {row.exception}",
    )
    return (
        row.rule,
        row.procedure.label,
        f"{row.parameter} {_test(row)}",
        row.scope.label,
        meaning,
        row.citation_text,
        _grade(row, row.note),
    )


def _test(row: Condition) -> str:
    if isinstance(row.value, tuple):
        joint = " to " if row.operator == Operator.BETWEEN else ", "
        value = joint.join(str(part) for part in row.value)
        return f"{row.operator.label}: {value} {row.unit}".strip()
    if row.operator == Operator.IS_TRUE:
        return str(row.operator.label)
    return f"{row.operator.label} {row.value} {row.unit}".strip()


def _criterion(row: Criterion) -> tuple[object, ...]:
    name = f"{row.name_vi} / {row.name_en}"
    grade = _grade(row, "")
    return (row.criterion, name, row.max_points, row.pass_points, row.tie_rule, row.citation_text, grade)


def _readings(library: Library, prefix: str) -> Iterator[str]:
    return _table(
        ("Rule", "The text or practice", "Our reading", "Basis", "Grade"),
        (
            (r.rule, r.says, r.reading, r.basis, _sentences(_MARKS[r.grade], r.grade_note))
            for r in library.readings
            if r.rule.startswith(prefix)
        ),
    )


def _grade(row: Cited, note: str) -> str:
    source = f"({', '.join(row.source)})" if row.source else ""
    mark = _MARKS[row.grade]
    if row.grade.binds and not row.binds:
        mark = f"{mark}, but the article is not known: binds nobody"
    return _sentences(f"{mark} {source}".strip(), row.grade_note, note)


def _in_force(row: RuleSet | Provision) -> str:
    start = f"{row.valid_from:%d/%m/%Y}"
    return f"{start} – {row.valid_to:%d/%m/%Y}" if row.valid_to else f"from {start}"


def _sentences(*parts: str) -> str:
    return ". ".join(part[0].upper() + part[1:].rstrip(".") for part in parts if part)


def _table(head: Sequence[str], rows: Iterable[Sequence[object]]) -> Iterator[str]:
    yield _line(*head)
    yield _line(*("---" for _ in head))
    for row in rows:
        yield _line(*row)


def _line(*cells: object) -> str:
    return "| " + " | ".join(str(cell).replace("|", "\\|").strip() for cell in cells) + " |"
