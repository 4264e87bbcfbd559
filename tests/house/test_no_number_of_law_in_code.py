"""No number of the law stands in code: limits, thresholds, shares and days are rows of `law/data/`.

Whatever equals one of them is suspect, wherever it stands. What is something else by chance is argued
below, one by one; a new one has to be argued as well.
"""

import ast
import re
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import NamedTuple

import pytest

from law import rulesets
from law.states import Operator

ROOT = Path(__file__).parents[2]
APPS = (
    *("accounts", "approvals", "clusters", "config", "law", "notifications", "records", "timelines"),
    "workflows",
)
# In every program, and no sign of anything.
TOO_COMMON = frozenset({Decimal(0), Decimal(1), Decimal(2)})
# What measures a field or an answer is no number of the law; nor is a place in a list.
LAYOUT = frozenset(
    {"decimal_places", "digits", "max_digits", "max_length", "maxlength", "maxsize", "rows", "status"}
)
# An amount with its unit, as a sentence would tell it.
TOLD = re.compile(
    r"(?<![\d,/])(?P<number>\d+(?:[.,]\d+)?)"
    r"\s*(working days?|calendar days?|days?|months?|ha\b|% |per cent|points|ngày|tháng|điểm)",
    re.IGNORECASE,
)
EXPRESSION = re.compile(r"\{%.*?%\}|\{\{.*?\}\}", re.DOTALL)

# Whole files that count other things.
FILES = {
    "accounts/agency_file.py": "widths of columns",
    "accounts/names.py": "signs by which Vietnamese is sorted",
    "accounts/rules.py": "the digits of a tax code and the length of a name",
    "approvals/uploads.py": "the marks and sizes of kinds of files",
    "clusters/dates.py": "the months of a year and of its parts",
    "clusters/geometry.py": "degrees, metres and digits",
    "clusters/maps.py": "pixels, seconds of arc, steps of a scale",
    "clusters/register_file.py": "widths of columns",
    "config/settings/base.py": "bytes and seconds",
    "config/settings/demo.py": "seconds",
    "config/settings/production.py": "seconds, and the port of mail",
    "config/formats/vi/formats.py": "how numbers are written",
    "notifications/relay.py": "seconds, and rows of a batch",
    "notifications/rules.py": "seconds, and how often they double",
}
# Lines, by what stands in them.
LINES = {
    ("accounts/selectors.py", "limit: int = 50"): "rows of a page",
    ("accounts/selectors.py", "limit: int = 20"): "rows of a page",
    ("accounts/services/invitations.py", "OPEN_FOR ="): "an invitation of ours",
    ("accounts/views.py", "PAGE ="): "rows of a page",
    ("approvals/feeds.py", "LENGTH ="): "entries of a feed",
    ("approvals/forms.py", "max_value=Decimal(100)"): "a share is no more than the whole",
    ("approvals/fields.py", "max_value=Decimal(100)"): "a share is no more than the whole",
    ("approvals/fields.py", "len(first) <= 3"): "how thousands are set apart",
    ("approvals/log_reader.py", "CHUNK ="): "cases of a batch",
    ("approvals/invariants.py", "_CHUNK ="): "bytes",
    ("approvals/public.py", "PAGE ="): "rows of a page",
    ("approvals/public.py", "TOKEN_SECONDS ="): "how long a link of ours is good",
    ("approvals/rules.py", "FARTHEST_YEARS ="): "a slip of the year",
    ("approvals/step_pages.py", "status: int ="): "an answer of HTTP",
    ("approvals/views.py", "status: int ="): "an answer of HTTP",
    ("clusters/decisions.py", "WIDEST_RANGE ="): "numbers of a written range",
    ("clusters/selectors.py", "PAGE_SIZE ="): "rows of a page",
    ("config/errors.py", "DONE ="): "an answer of HTTP",
    ("config/health.py", "LONGEST_SILENCE ="): "a program of ours",
    ("config/health.py", "NO_DELIVERY ="): "a program of ours",
    ("config/middleware.py", "BUSY_RETRY_SECONDS ="): "a program of ours",
    ("config/templatetags/khoicong.py", "SOON_WORKING_DAYS ="): "a colour",
    ("law/calendars.py", "_SATURDAY ="): "a day of the week",
    ("law/calendars.py", "FIXED_HOLIDAYS ="): "whether a file is whole; no day is counted by it",
    ("law/calendars.py", "FEWEST_DAYS_OFF ="): "whether a file is whole; no day is counted by it",
    ("law/clock.py", "weeks, rest ="): "the days of a week",
    ("law/clock.py", "weekdays ="): "the days of a week",
    ("law/calendars.py", "last = date(first_year"): "the days of a year",
    ("law/conditions.py", "/ _decimal(used"): "per cent",
    ("law/counting.py", "day.year * 12"): "the months of a year",
    ("law/facts.py", "_WHOLE ="): "per cent",
    ("law/facts.py", "above 100 per cent"): "per cent",
    ("law/management/commands/clock.py", "len(amount) < 5"): "digits",
    ("law/year.py", "WEEK ="): "the days of a week",
    ("law/loader.py", "FULL_SCORE ="): "the points of a rule set are checked against it",
    ("notifications/beat.py", "BEAT_EVERY ="): "a program of ours",
    ("notifications/delivery.py", "ERROR_LENGTH ="): "letters",
    ("notifications/messages.py", "KEY_LENGTH ="): "letters",
    ("notifications/models.py", "ROWS_PER_INSERT ="): "rows of a statement",
    ("notifications/selectors.py", "PAGE_SIZE ="): "rows of a page",
    ("timelines/groundbreaking.py", "QUARTERS ="): "quarters of a distribution",
    ("timelines/groundbreaking.py", "round(share * 100)"): "per cent",
    ("timelines/strip.py", "MOST_LABELS ="): "labels of a drawing",
    ("timelines/strip.py", "share * 100"): "per cent",
    ("timelines/views.py", "ROWS ="): "rows of a page",
    ("timelines/waiting.py", "FEW ="): "cases below which a share says little",
    ("workflows/selectors.py", "PAGE ="): "rows of a page",
    ("workflows/selectors.py", "MANY ="): "rows of a page",
    ("workflows/selectors.py", "end_of_week ="): "the days of a week",
}


class Suspect(NamedTuple):
    """A number in the code that is also one of the law."""

    line: int
    number: Decimal | date


@cache
def numbers_of_the_law() -> frozenset[Decimal]:
    """Return all amounts of the data files; a percentage also as a fraction."""
    library = rulesets.library()
    found = {Decimal(row.amount) for rows in library.provisions.values() for row in rows if row.amount}
    for rows in library.criteria.values():
        found |= {Decimal(points) for row in rows for points in (row.max_points, row.pass_points)}
    for figures in library.figures.values():
        found |= {row.value for row in figures if isinstance(row.value, Decimal)}
    for conditions in library.conditions.values():
        for row in conditions:
            if row.operator not in (Operator.IS_TRUE, Operator.ALL_OF):
                values = row.value if isinstance(row.value, tuple) else (row.value,)
                amounts = {value for value in values if isinstance(value, Decimal)}
                found |= amounts | {amount / 100 for amount in amounts if row.unit.startswith("%")}
    return frozenset(found - TOO_COMMON)


@cache
def days_of_the_law() -> frozenset[date]:
    """Return the first and last days of all rows that have days."""
    library = rulesets.library()
    ends: list[tuple[date | None, date | None]]
    ends = [(row.valid_from, row.valid_to) for row in library.rule_sets.values()]
    ends += [(row.valid_from, row.valid_to) for rows in library.provisions.values() for row in rows]
    return frozenset(day for pair in ends for day in pair if day)


def suspects(code: str) -> Iterator[Suspect]:
    """Yield the numbers and days in `code` that are the law's, but for what measures the layout."""
    tree = ast.parse(code)
    spared = {id(node) for part in _spared(tree) for node in ast.walk(part)}
    for node in ast.walk(tree):
        if id(node) in spared:
            continue
        if isinstance(node, ast.Constant):
            yield from (Suspect(node.lineno, number) for number in _numbers(node.value))
        elif isinstance(node, ast.Call) and (day := _day(node)) in days_of_the_law():
            yield Suspect(node.lineno, day)


def told(template: str) -> Iterator[Suspect]:
    """Yield the amounts of the law that the words of a template tell."""
    words = EXPRESSION.sub(lambda found: "\n" * found[0].count("\n"), template)
    for number, line in enumerate(words.splitlines(), start=1):
        yield from (Suspect(number, amount) for amount in _told(line))


def _spared(tree: ast.Module) -> Iterator[ast.AST]:
    for node in ast.walk(tree):
        if isinstance(node, ast.keyword) and node.arg in LAYOUT:
            yield node.value
        elif isinstance(node, ast.Subscript):
            yield node.slice
        elif isinstance(node, ast.FormattedValue) and node.format_spec:
            yield node.format_spec
        elif isinstance(node, ast.Call) and _day(node):
            yield from node.args
        elif isinstance(node, ast.Assign) and {getattr(name, "id", "") for name in node.targets} & LAYOUT:
            yield node.value
        elif isinstance(node, ast.Dict):
            keys = [getattr(key, "value", None) for key in node.keys]
            yield from (value for key, value in zip(keys, node.values, strict=True) if key in LAYOUT)
        elif isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef) and ast.get_docstring(node):
            yield node.body[0]


def _numbers(value: object) -> Iterator[Decimal]:
    if isinstance(value, str):
        found = [Decimal(value)] if re.fullmatch(r"\d+(\.\d+)?", value) else _told(value)
    elif isinstance(value, int | float) and not isinstance(value, bool):
        found = [Decimal(str(value))]
    else:
        found = []
    yield from (number for number in found if number in numbers_of_the_law())


def _told(text: str) -> list[Decimal]:
    amounts = (Decimal(found["number"].replace(",", ".")) for found in TOLD.finditer(text))
    return [amount for amount in amounts if amount in numbers_of_the_law()]


def _day(call: ast.Call) -> date | None:
    parts = [part.value for part in call.args if isinstance(part, ast.Constant)]
    if getattr(call.func, "id", "") != "date" or len(parts) != 3:
        return None
    return date(*(int(str(part)) for part in parts))


def files(pattern: str, *folders: str) -> list[Path]:
    """Return the files of `folders` that count; what made a table once is history."""
    return [
        path
        for folder in folders
        for path in sorted((ROOT / folder).rglob(pattern))
        if "migrations" not in path.parts
    ]


def argued(path: Path, line: str) -> tuple[str, str] | None:
    """Return the entry of `LINES` that argues for what stands in `line` of `path`."""
    name = path.relative_to(ROOT).as_posix()
    return next((key for key in LINES if key[0] == name and key[1] in line), None)


def found_in(path: Path) -> Iterator[tuple[Suspect, str]]:
    """Yield the suspects in a file with their lines."""
    text = path.read_text(encoding="utf-8")
    lines = text.splitlines()
    for suspect in suspects(text) if path.suffix == ".py" else told(text):
        yield suspect, lines[suspect.line - 1].strip()


CODE = [*files("*.py", *APPS), *files("*.html", "templates")]


def test_no_number_of_the_law_stands_in_code() -> None:
    guilty = [
        f"{path.relative_to(ROOT)}:{suspect.line}: {suspect.number} in {line!r}"
        for path in CODE
        if path.relative_to(ROOT).as_posix() not in FILES
        for suspect, line in found_in(path)
        if not argued(path, line)
    ]
    assert guilty == [], "move it to law/data/, or argue in FILES or LINES what else it is"


def test_no_argument_is_left_over() -> None:
    used = {argued(path, line) for path in CODE for _, line in found_in(path)}
    guilty_files = {path.relative_to(ROOT).as_posix() for path in CODE if any(found_in(path))}
    assert set(LINES) - used == set()
    assert set(FILES) - guilty_files == set()


@pytest.mark.parametrize(
    "code",
    [
        "LIMIT = 25",
        "due = start + timedelta(days=15)",
        "if area > Decimal('75'): pass",
        "if share >= 0.6: pass",
        "LIMITS = {'E50': 20}",
        "SINCE = date(2025, 7, 1)",
        "text = _('The department appraises within 25 days.')",
    ],
)
def test_number_of_the_law_is_found_wherever_it_stands(code: str) -> None:
    assert list(suspects(code))


@pytest.mark.parametrize(
    "code",
    [
        "name = CharField(max_length=200)",
        "attrs = {'rows': 5, 'maxlength': '10'}",
        "first = parts[5]",
        "line = f'{name:20}'",
        "SINCE = date(2025, 7, 2)",
        '"""The appraisal takes 25 days."""',
    ],
)
def test_what_is_no_number_of_the_law_is_left_alone(code: str) -> None:
    assert list(suspects(code)) == []


def test_amount_in_the_words_of_a_template_is_found() -> None:
    assert [found.number for found in told("<p>{% if a == 25 %}\n5 to 75 ha{% endif %}</p>")] == [Decimal(75)]
