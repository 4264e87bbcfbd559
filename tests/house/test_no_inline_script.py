"""Templates keep the Content Security Policy: no script, style or handler inside a page."""

import re
from html.parser import HTMLParser
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
TEMPLATES = sorted((ROOT / "templates").rglob("*.html"))
TAG_OR_COMMENT = re.compile(r"\{%.*?%\}|\{\{.*?\}\}|\{#.*?#\}", re.DOTALL)


class Inline(HTMLParser):
    """Collects what a browser under our policy would refuse to run or to apply."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        names = [name for name, _ in attrs]
        if tag == "style" or (tag == "script" and "src" not in names):
            self.found.append(f"line {self.getpos()[0]}: <{tag}>")
        for name, value in attrs:
            if name == "style" or name.startswith(("on", "hx-on")) or "javascript:" in (value or "").lower():
                self.found.append(f"line {self.getpos()[0]}: {name}=")


def inline_parts(html: str) -> list[str]:
    """Return what `html`, a template, holds inside the page instead of in a file."""
    # Template tags may hold < and quotes; only their line ends stay, so that lines keep their number.
    plain = TAG_OR_COMMENT.sub(lambda match: "\n" * match[0].count("\n"), html)
    parser = Inline()
    parser.feed(plain)
    return parser.found


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda path: str(path.relative_to(ROOT)))
def test_template_has_nothing_inline(template: Path) -> None:
    assert not inline_parts(template.read_text())


@pytest.mark.parametrize(
    "html",
    [
        "<script>go()</script>",
        "<style>p {}</style>",
        '<p style="color: red">',
        '<a onclick="go()">',
        '<a href="javascript:go()">',
        '<p hx-on:click="go()">',
    ],
)
def test_inline_part_is_found(html: str) -> None:
    assert inline_parts(html)


def test_script_from_a_file_is_allowed() -> None:
    assert not inline_parts("""<script src="{% static "js/khoicong.js" %}" defer></script>""")
