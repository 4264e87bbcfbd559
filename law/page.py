"""`docs/law.md`: the data files of the law as a page that people can read and check, in both languages."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import TypeVar

from django.utils.translation import override

from law import words
from law.loader import AFTER_DECISION
from law.rows import Cited, Condition, Criterion, Figure, Library, Provision, Reading, RuleSet, Transition
from law.states import Grade

_HEAD = """# Pháp luật nói gì, và cách hiểu ở đây / What the law says, and how we read it

Written by `manage.py law_doc` from `law/data/*.csv`; change those files, not this page. Each cell says it in
Vietnamese, then in English. PC is a People's Committee (Ủy ban nhân dân). Every row names its article, the
text in which it was read, and how sure we are:
"""
_AFTER = """Other laws, each with dates of its own; not part of a rule set."""
_READINGS = (
    ("K-", "Cách tính ngày / How days are counted"),
    ("T-", "Áp dụng bộ quy định nào / Which rule set applies"),
    ("L-", "Cụm có trước các quy định / Clusters older than the rules"),
    ("A-", "Điều chỉnh, chấm dứt, tiến độ / Changing, ending, progress"),
    ("O-", "Cụm đang hoạt động / Running clusters"),
)

Cells = Sequence[object]
Row = TypeVar("Row")


def render(library: Library) -> str:
    """Return the whole page as Markdown."""
    with override("en"):
        return "\n".join(_lines(library)).rstrip() + "\n"


def _lines(library: Library) -> Iterator[str]:
    yield _HEAD
    yield from _table(("Grade", "Nghĩa / Meaning", "Ràng buộc / Binds"), Grade, _meaning)
    yield from ("", "## Các bộ quy định / Rule sets", "")
    yield from _table(_RULE_SET, library.rule_sets.values(), _rule_set)
    for code, rule_set in library.rule_sets.items():
        yield from ("", f"## {code}: {rule_set.instrument_vi} / {rule_set.instrument}", "")
        yield from (f"{words.in_force(rule_set)}.", "")
        yield from _rules(library, code)
    yield from ("", "## Sau quyết định / After the decision", "", _AFTER, "")
    yield from _rules(library, AFTER_DECISION)
    for prefix, title in _READINGS:
        yield from ("", f"## {title}", "")
        rows = [row for row in library.readings if row.rule.startswith(prefix)]
        yield from _table(_READING, rows, _reading)
    yield from ("", "## Khi bộ quy định thay đổi / As one rule set follows another", "")
    changes = (row for rows in library.transitions.values() for row in rows.values())
    yield from _table(_TRANSITION, changes, _transition)
    yield from ("", "## Nguồn / Sources", "")
    yield from (_line("Key", "What", "Where", "Kind"), _line("---", "---", "---", "---"))
    for source in library.sources.values():
        yield _line(source.key, source.what, f"{source.address} {source.path_in_source}", source.kind)


def _rules(library: Library, code: str) -> Iterator[str]:
    if code not in library.provisions:
        yield "Không có được các bước / Its steps were not obtained."
        return
    yield from _table(_PROVISION, library.provisions[code], _provision)
    if code in library.conditions:
        yield from ("", "### Điều kiện / Conditions", "")
        yield from _table(_CONDITION, library.conditions[code], _condition)
    if code in library.criteria:
        yield from ("", "### Chấm điểm / Scoring of applicants", "")
        yield from _table(_CRITERION, library.criteria[code], _criterion)
    if code in library.figures:
        yield from ("", "### Ngưỡng, mức khác / Other thresholds and shares", "")
        yield from _table(_FIGURE, library.figures[code], _figure)


def _meaning(grade: Grade) -> Cells:
    return grade.value, grade.label, words.yes_no(grade.binds)


_ARTICLE = ("Điều khoản / Article", "Mức độ xác nhận / Grade")
_RULE_SET = ("Code", "Văn bản / Instrument", "Hiệu lực / In force", "Tóm tắt / In short", *_ARTICLE)


def _rule_set(row: RuleSet) -> Cells:
    return (
        row.code,
        row.instrument_shown,
        words.in_force(row),
        row.essence_shown,
        *_cited(row, row.note_shown),
    )


_PROVISION = (
    *("Bước / Step", "Ai → cho ai / Who → to whom", "Việc / Does", "Kết quả / Outcome"),
    *("Thời hạn / Limit", "Tính từ / Runs from", *_ARTICLE),
)


def _provision(row: Provision) -> Cells:
    return (
        row.step,
        " → ".join(part for part in (row.actor_shown, row.recipient_shown) if part),
        row.action_shown,
        row.output_shown,
        "; ".join(part for part in (words.limit(row), words.stops(row), words.in_force(row)) if part),
        row.starts.label if row.starts else "",
        *_cited(row, row.note_shown),
    )


_CONDITION = (
    *("Điều kiện / Rule", "Áp dụng cho / For", "Yêu cầu / Test", "Phạm vi / Over", "Nghĩa / Meaning"),
    *_ARTICLE,
)


def _condition(row: Condition) -> Cells:
    return (
        row.rule,
        row.procedure.label,
        f"{words.title(row)}: {words.asks(row)}",
        row.scope.label,
        row.meaning_shown,
        *_cited(row, row.note_shown),
    )


_CRITERION = (
    *("Tiêu chí / Criterion", "Tên / Name", "Điểm tối đa / Points at most", "Đạt từ / Passes from"),
    *("Bằng điểm / Tie", *_ARTICLE),
)


def _criterion(row: Criterion) -> Cells:
    return (
        row.criterion,
        row.name_shown,
        row.max_points,
        row.pass_points,
        row.tie_rule_shown,
        *_cited(row, ""),
    )


_FIGURE = ("Mã / Name", "Bước / Step", "Nội dung / What", "Mức / Number", "Hiệu lực / In force", *_ARTICLE)


def _figure(row: Figure) -> Cells:
    number = words.figure(row)
    return row.figure, row.step, row.what_shown, number, words.in_force(row), *_cited(row, "")


_READING = ("Rule", "Văn bản, thực tế / The text or practice", "Cách hiểu / Our reading", *_ARTICLE)


def _reading(row: Reading) -> Cells:
    return row.rule, row.says_shown, row.reading_shown, *_cited(row, "")


_TRANSITION = (
    *("Thay đổi / Change", "Ngày / On", "Hồ sơ / A file", "Áp dụng / What holds", "Quy tắc / Rule"),
    *_ARTICLE,
)


def _transition(row: Transition) -> Cells:
    return (
        f"{row.from_set} → {row.to_set}",
        f"{row.day:%d/%m/%Y}",
        row.situation.label,
        row.applies.label,
        row.clause or "–",
        *_cited(row, row.note_shown),
    )


def _cited(row: Cited, note: str) -> Cells:
    source = f"({', '.join(row.source)})" if row.source else ""
    return row.citation_shown, _sentences(f"{words.grade(row)} {source}", row.grade_note_shown, note)


def _sentences(*parts: str) -> str:
    told = (part.strip() for part in parts if part.strip())
    return ". ".join(part[0].upper() + part[1:].rstrip(".") for part in told)


def _table(head: Sequence[str], rows: Iterable[Row], cells: Callable[[Row], Cells]) -> Iterator[str]:
    """Yield a table in which each cell says it in Vietnamese, then in English where that is otherwise."""
    yield _line(*head)
    yield _line(*("---" for _ in head))
    for row in rows:
        with override("vi"):
            vietnamese = [str(cell) for cell in cells(row)]
        english = (str(cell) for cell in cells(row))
        yield _line(
            *(vi if vi == en else f"{vi}<br>{en}" for vi, en in zip(vietnamese, english, strict=True))
        )


def _line(*cells: object) -> str:
    return "| " + " | ".join(str(cell).replace("|", "\\|").strip() for cell in cells) + " |"
