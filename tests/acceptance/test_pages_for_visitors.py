"""What anybody sees without signing in, on a telephone and on a desk, with scripts and without."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.acceptance.conftest import PHONE


@pytest.mark.parametrize(
    "address", ["/", "/register/", "/register/map/", "/decisions/", "/lookup/", "/accounts/login/"]
)
def test_page_fits_a_telephone(new_page: Callable[..., Page], address: str) -> None:
    page = new_page(viewport=PHONE)

    page.goto(address)

    expect(page.locator("h1")).to_be_visible()
    width = page.evaluate("document.documentElement.scrollWidth")
    assert width <= PHONE["width"], f"{address} is {width} px wide"


def test_register_can_be_searched_without_scripts(new_page: Callable[..., Page]) -> None:
    page = new_page(java_script_enabled=False)
    page.goto("/register/")

    page.locator("input[name=q]").first.fill("binh phu")
    page.locator("input[name=q]").first.press("Enter")

    expect(page).to_have_url(re.compile("q=binh"))
    expect(page.locator("h1")).to_be_visible()
