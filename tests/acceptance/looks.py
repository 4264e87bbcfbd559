"""What every page owes to whoever reads it, asked of Chromium: axe's rules of level AA, and a sound frame.

A window shows the answer that Django's test client got, so the browser needs no server and what a POST
did can be rolled back.
"""

from __future__ import annotations

from html.parser import HTMLParser
from typing import Any, Literal
from urllib.parse import unquote, urlsplit

from axe_playwright_python.base import AXE_SCRIPT
from django.contrib.staticfiles import finders
from playwright.sync_api import Browser, ConsoleMessage, Page, Route

ORIGIN = "http://localhost"
LEVEL_AA = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
# The desk by day and the telephone by night: with both languages, every width meets both themes.
VIEWS: tuple[tuple[int, Literal["light", "dark"]], ...] = ((1280, "light"), (390, "dark"))
# What is folded away is opened first: nobody sees that it is well made otherwise. The menu of the header
# would lie over the page, and is looked at by itself.
UNFOLD = "document.querySelectorAll('details:not(.kc-menu)').forEach((fold) => { fold.open = true; })"
LOOK = """async (rules) => {
  const asked = {runOnly: {type: "tag", values: rules}, reporter: "no-passes", preload: false};
  const found = await axe.run({...asked, resultTypes: ["violations"]});
  const root = document.documentElement;
  const broken = found.violations.flatMap((rule) => rule.nodes.map((node) => {
    const why = [...node.any, ...node.all, ...node.none].map((check) => check.message).join(" ");
    return `${rule.id}: ${node.html.slice(0, 160)} (${why.slice(0, 200)})`;
  }));
  const spare = root.scrollWidth - root.clientWidth;
  if (spare > 0) broken.push(`scrolls sideways by ${spare} px`);
  return broken;
}"""
FRAME = """() => ({
  headings: document.querySelectorAll("h1").length,
  language: document.documentElement.lang,
  title: document.title.split("–")[0].trim(),
})"""
VOID = {"br", "hr", "img", "input", "link", "meta", "wbr"}


def faults(page: Page) -> list[str]:
    """Return what axe and a glance at the width find wrong with the page as it stands."""
    page.evaluate(AXE_SCRIPT)
    page.evaluate(UNFOLD)
    found: list[str] = page.evaluate(LOOK, LEVEL_AA)
    return found


class Window:
    """A browser window in one language, which shows what it is given at both widths and finds faults."""

    def __init__(self, chromium: Browser, language: str) -> None:
        self.language = language
        self._context = chromium.new_context(reduced_motion="reduce")
        self._page = self._context.new_page()
        self._page.on("pageerror", lambda error: self._complaints.append(str(error)))
        self._page.on("console", self._hear)
        self._page.route("**/*", self._serve)
        self._complaints: list[str] = []
        self._answer: Any = None

    def faults(self, path: str, answer: Any, *, do: str = UNFOLD) -> list[str]:
        """Return what is wrong with `answer`, the page at `path`; the script `do` runs before the look."""
        self._answer = answer
        self._complaints = []
        self._page.goto(ORIGIN + path)
        self._page.evaluate(AXE_SCRIPT)
        self._page.evaluate(do)
        found = self._frame()
        for width, theme in VIEWS:
            self._page.set_viewport_size({"width": width, "height": 900})
            self._page.emulate_media(color_scheme=theme)
            found += [f"{width} {theme}: {fault}" for fault in self._page.evaluate(LOOK, LEVEL_AA)]
        return found + self._complaints

    def close(self) -> None:
        """Close the window."""
        self._context.close()

    def _frame(self) -> list[str]:
        frame = self._page.evaluate(FRAME)
        wrong = {
            f"{frame['headings']} headings of level 1": frame["headings"] != 1,
            f"the language is {frame['language']!r}": frame["language"] != self.language,
            "no title": not frame["title"],
        }
        return [fault for fault, holds in wrong.items() if holds]

    def _hear(self, line: ConsoleMessage) -> None:
        if line.type in ("error", "warning"):
            self._complaints.append(line.text)

    def _serve(self, route: Route) -> None:
        path = unquote(urlsplit(route.request.url).path)
        if route.request.is_navigation_request():
            headers = {name: value for name, value in self._answer.items() if name != "Content-Length"}
            # An error's own status would be a complaint on the console.
            route.fulfill(status=200, headers=headers, body=self._answer.content)
        elif found := finders.find(path.removeprefix("/static/")):
            route.fulfill(path=found)
        else:
            route.fulfill(status=404)


class Kinds(HTMLParser):
    """Collects the kinds of elements of a page's main part: tag and classes, and those of what is around."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.found: set[tuple[str, str]] = set()
        self._open: list[tuple[str, str]] = []
        self.feed(html[html.index("<main") : html.index("</main>")])

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note the element and what it stands in."""
        kind = f"{tag}.{dict(attrs).get('class')}"
        self.found.add((self._open[-1][1] if self._open else "", kind))
        if tag not in VOID:
            self._open.append((tag, kind))

    def handle_endtag(self, tag: str) -> None:
        """Leave the element, and what was left open in it."""
        while self._open and self._open.pop()[0] != tag:
            pass
