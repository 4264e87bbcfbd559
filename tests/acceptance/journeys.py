"""What people do with the pages, in a real browser: sign in, write a proposal, fill in a step and send it."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

from playwright.sync_api import Locator, Page, expect

from clusters.states import Stage
from demo import people, walk
from law.clock import add_working_days
from law.selectors import calendar
from notifications import delivery
from notifications.models import OutboxRow
from records.clock import database_time
from tests.acceptance.looks import faults
from workflows.models import Case

Answer = str | Decimal | Path | list[str]
TODAY = "today"  # the answer to a question for a day
MOST_TABS = 80


def sign_in(page: Page, key: str) -> None:
    """Sign in as the demo's person `key`, at the click that the page of sign-in offers."""
    page.goto("/accounts/login/")
    page.locator(f"form[action='/demo/sign-in/{key}/'] button").click()
    expect(page.locator("h1")).to_be_visible()


def sign_in_by_password(page: Page, email: str) -> None:
    """Sign in as somebody who has an account, but no button of the demo."""
    page.goto("/accounts/login/")
    fill(page, "login", email)
    fill(page, "password", people.PASSWORD)
    page.locator("main form[action='/accounts/login/'] button.btn-primary").click()
    expect(page.locator(".kc-menu")).to_be_visible()


def main_button(page: Page) -> Locator:
    """Return the main button of the form in the page's main part."""
    return page.locator("main form[method=post] button.btn-primary").first


def send(page: Page) -> None:
    """Press the main button."""
    main_button(page).click()


def open_step(page: Page, case: Case, name: str) -> None:
    """Open the page of the one open step `name` the way an officer does, from the case."""
    page.goto(f"/cases/{case.code}/")
    step = case.steps.get(name=name, finished=None)
    page.locator(f"main a[href^='/steps/{step.pk}/']").first.click()
    expect(page.locator("main form[method=post]").first).to_be_visible()


def today(page: Page) -> str:
    """Return the demo's day as it stands in the banner."""
    found = re.search(r"\d\d/\d\d/\d{4}", page.locator(".kc-demo-clock").inner_text())
    assert found, "no day in the banner"
    return found[0]


def move_clock(page: Page, days: int) -> None:
    """Move the demo's clock ahead with the banner's button of so many days."""
    before = today(page)
    page.locator(f".kc-demo-clock button[value='{days}']").click()
    expect(page.locator(".kc-demo-clock")).not_to_contain_text(before)


def paper(tmp_path: Path, title: str) -> Path:
    """Return the file of a scanned paper, to be uploaded."""
    _upload, content = walk.paper(title)
    path = tmp_path / f"{title}.png"
    path.write_bytes(content.read())
    return path


def write_proposal(page: Page, sections: dict[str, dict[str, Answer]], tmp_path: Path) -> None:
    """Fill in the sections of the open draft, and add each paper that its file has to hold."""
    task_list = page.url
    for section, answers in sections.items():
        page.goto(f"{task_list}{section}/")
        for name, answer in answers.items():
            fill(page, name, answer)
        send(page)
        expect(page).to_have_url(task_list)
    for component in ("D-b1", "D-b2", "D-b3", "D-d"):
        page.goto(f"{task_list}papers/")
        form = page.locator(f"main form[enctype]:has(input[value='{component}'])")
        form.locator("input[type=file]").set_input_files(paper(tmp_path, f"Giấy tờ {component}"))
        form.locator("button").click()
        expect(page.locator("main")).to_contain_text(f"Giấy tờ {component}")
    page.goto(task_list)


def fill(page: Page, name: str, answer: Answer) -> None:
    """Answer the field `name`, whatever its kind; an option is known by its value, or a part of its text."""
    field = page.locator(f"main [name={name}]").first
    kind = field.get_attribute("type")
    if field.evaluate("node => node.tagName") == "SELECT":
        options = field.locator("option")
        texts = options.all_inner_texts()
        values = [options.nth(n).get_attribute("value") for n in range(len(texts))]
        chosen = answer if answer in values else values[[str(answer) in text for text in texts].index(True)]
        field.select_option(str(chosen))
    elif kind == "file":
        field.set_input_files(str(answer))
    elif kind == "radio":
        page.locator(f"main [name={name}][value={answer}]").check()
    elif kind == "checkbox" and isinstance(answer, list):
        for value in answer:
            page.locator(f"main [name={name}][value='{value}']").check()
    elif kind == "checkbox":
        field.check()
    else:
        field.fill(written(page, answer))


def written(page: Page, answer: Answer) -> str:
    """Return the answer as it is typed: amounts as the page's language writes them, days as they are."""
    if isinstance(answer, Decimal):
        vietnamese = page.locator("html").get_attribute("lang") == "vi"
        return str(answer).replace(".", "," if vietnamese else ".")
    return today(page) if answer == TODAY else str(answer)


def tab_to(page: Page, wanted: Locator) -> None:
    """Press Tab until `wanted` has the focus, as somebody without a mouse does."""
    for _press in range(MOST_TABS):
        if wanted.evaluate("node => node === document.activeElement"):
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"{MOST_TABS} times Tab do not lead to {wanted}")


def working_days_after(day: str, days: int) -> str:
    """Return the day so many working days after `day`, both written dd/mm/yyyy."""
    first = datetime.strptime(day, "%d/%m/%Y").date()  # noqa: DTZ007
    return f"{add_working_days(first, days, calendar()):%d/%m/%Y}"


def deliver_all() -> None:
    """Do what relay and worker do: here the browser is what is tested."""
    for pk in list(OutboxRow.objects.undone().values_list("pk", flat=True)):
        delivery.send(outbox_id=pk, at=database_time())


class Journey:
    """A case on its way, and those who bring it forward: each in a window of their own, all of one look."""

    def __init__(self, new_page: Callable[..., Page], language: str, options: dict[str, Any]) -> None:
        self.language = language
        self._new_page = new_page
        self._options = options
        self._windows: dict[str, Page] = {}
        self.case: Case

    def window(self, **options: Any) -> Page:
        """Return a new window in the journey's language, with nobody signed in."""
        page = self._new_page(**self._options | options)
        page.goto("/")
        cookie = {"name": "django_language", "value": self.language, "url": page.url}
        page.context.add_cookies([cookie])  # type: ignore[list-item]
        return page

    def person(self, key: str, **options: Any) -> Page:
        """Return the window of the demo's person `key`, who signs in when first asked for."""
        if key not in self._windows:
            self._windows[key] = self.window(**options)
            sign_in(self._windows[key], key)
        return self._windows[key]

    def start(self, key: str, step: str, **answers: Answer) -> Page:
        """Open the step as the person `key` and fill it in; what is left is to send it."""
        page = self.person(key)
        open_step(page, self.case, step)
        for name, answer in answers.items():
            fill(page, name, answer)
        return page

    def act(self, key: str, step: str, **answers: Answer) -> Page:
        """Do the step as the person `key`, who is led back to the case."""
        page = self.start(key, step, **answers)
        send(page)
        self.led_back(page)
        return page

    def stage(self) -> Stage:
        """Return where the case stands."""
        self.case = Case.objects.get(pk=self.case.pk)
        return Stage(self.case.state)

    def led_back(self, page: Page) -> None:
        """Expect the case's page, told in a notice what was done, and without a fault."""
        expect(page).to_have_url(re.compile(f"/cases/{self.case.code}/$"))
        expect(page.locator("#notices .kc-notice").first).to_be_visible()
        assert faults(page) == []
