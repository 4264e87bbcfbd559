"""What anybody does without signing in and without scripts."""

import re
from collections.abc import Callable

from playwright.sync_api import Page, expect


def test_register_can_be_searched_without_scripts(new_page: Callable[..., Page]) -> None:
    page = new_page(java_script_enabled=False)
    page.goto("/register/")

    page.locator("input[name=q]").first.fill("binh phu")
    page.locator("input[name=q]").first.press("Enter")

    expect(page).to_have_url(re.compile("q=binh"))
    expect(page.locator("h1")).to_be_visible()
