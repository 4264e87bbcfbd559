"""A real Chromium, the machine's own, before a live server."""

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

PATIENCE_MS = 15_000  # on a machine that has other things to do
PHONE = {"width": 390, "height": 844}
TEST_DIR = Path(__file__).parent

# Playwright's synchronous calls run inside an event loop, where Django suspects every query.
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"


expect.set_options(timeout=PATIENCE_MS)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if item.path.is_relative_to(TEST_DIR):
            item.add_marker(pytest.mark.browser)


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """Start the Chromium that CHROMIUM names, or that is on PATH; without one, skip."""
    path = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("google-chrome")
    if not path:
        pytest.skip("no Chromium on PATH")
    # Everything that is asked for comes from this machine; it should not call home meanwhile.
    arguments = ["--disable-background-networking", "--disable-component-update", "--disable-sync"]
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=path,
            args=arguments,
            chromium_sandbox=os.geteuid() != 0,  # Chromium's sandbox refuses to work for root
        )
        yield browser
        browser.close()


@pytest.fixture
def new_page(chromium: Browser, live_server: Any) -> Iterator[Callable[..., Page]]:
    """Return a function that opens a page for one more person, with cookies of their own.

    `new_page()` is 1280 × 900; `new_page(viewport=PHONE)` a telephone; `new_page(java_script_enabled=False)`
    does without scripts. An error in a script fails the test.
    """
    contexts = []
    errors: list[str] = []

    def open_page(**options: Any) -> Page:
        context = chromium.new_context(
            **{"base_url": live_server.url, "viewport": {"width": 1280, "height": 900}, "locale": "vi-VN"}
            | options
        )
        context.set_default_timeout(PATIENCE_MS)
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.on("console", lambda line: errors.append(line.text) if "Content Security" in line.text else None)
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert not errors, errors
