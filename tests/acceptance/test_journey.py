"""One proposal, from the investor's draft to the city's decision, in a real browser."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from playwright.sync_api import Page, expect

from clusters.states import Stage
from demo import people, walk
from law.clock import add_working_days
from law.selectors import calendar
from notifications import delivery
from notifications.models import OutboxRow
from records.clock import database_time
from tests.acceptance.conftest import PHONE
from workflows.models import Case

pytestmark = pytest.mark.django_db(transaction=True)
CLUSTER = "Cụm công nghiệp Thử Nghiệm"


@pytest.fixture(autouse=True)
def _demo(settings: Any, tmp_path: Path, transactional_db: None) -> None:
    settings.CLOCK = "demo.clock.moved_time"
    settings.MEDIA_ROOT = tmp_path / "files"
    call_command("create_agencies", verbosity=0)
    people.settle(at=database_time())


def sign_in(page: Page, key: str) -> None:
    page.goto("/accounts/login/")
    page.locator(f"form[action='/demo/sign-in/{key}/'] button").click()
    expect(page.locator("h1")).to_be_visible()


def send(page: Page) -> None:
    """Press the main button of the form in the page's main part."""
    page.locator("main form[method=post] button.btn-primary").first.click()


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
    before = today(page)
    page.locator(f".kc-demo-clock button[value='{days}']").click()
    expect(page.locator(".kc-demo-clock")).not_to_contain_text(before)


def paper(tmp_path: Path, title: str) -> Path:
    _upload, content = walk.paper(title)
    path = tmp_path / f"{title}.png"
    path.write_bytes(content.read())
    return path


def write_proposal(page: Page, tmp_path: Path) -> None:
    """Fill in the task list of the draft that is open, amounts as the page's language writes them."""
    point = "," if page.locator("html").get_attribute("lang") == "vi" else "."
    sections: dict[str, dict[str, str]] = {
        "cluster": {
            "cluster": "new",
            "cluster_name": CLUSTER,
            "commune": "Thường Tín",
            "place": "Thôn Thử",
            "cluster_type": "general",
            "area_ha": f"20{point}98",
            "sectors": "Cơ khí",
        },
        "project": {
            "goals": "Hạ tầng đồng bộ",
            "capital_bn_vnd": f"491{point}7",
            "own_capital_bn_vnd": "100",
            "schedule": "24 tháng",
            "term_years": "50",
            "jobs": "500",
        },
        "environment": {"environment": "Trạm xử lý chung", "wastewater_m3_day": "600", "fire_safety": "Có"},
        "commitment": {"contact_name": "Nguyễn Thị Lan", "contact_phone": "024 3825 0000", "committed": "on"},
    }
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


def fill(page: Page, name: str, answer: str) -> None:
    field = page.locator(f"main [name={name}]").first
    if field.evaluate("node => node.tagName") == "SELECT":
        options = field.locator("option")
        texts = options.all_inner_texts()
        values = [options.nth(n).get_attribute("value") for n in range(len(texts))]
        chosen = answer if answer in values else values[[answer in text for text in texts].index(True)]
        field.select_option(chosen)
    elif field.get_attribute("type") == "checkbox":
        field.check()
    else:
        field.fill(answer)


@pytest.mark.parametrize(
    ("language", "options"),
    [("vi", {}), ("en", {"viewport": PHONE, "color_scheme": "dark"})],
    ids=["vi-1280-light", "en-390-dark"],
)
def test_from_draft_to_decision(
    new_page: Callable[..., Page], live_server: Any, tmp_path: Path, language: str, options: dict[str, Any]
) -> None:
    def person(key: str) -> Page:
        page = new_page(**options)
        page.context.add_cookies([{"name": "django_language", "value": language, "url": live_server.url}])
        sign_in(page, key)
        return page

    investor = person("lan")
    investor.locator("form[action='/proposals/new/'] button").first.click()
    write_proposal(investor, tmp_path)
    investor.goto(f"{investor.url}check/")
    expect(investor.locator("main")).to_contain_text(CLUSTER)
    send(investor)
    expect(investor.locator("main")).to_contain_text(re.compile(r"H26-\d{4}-\d{5}-[A-Z]"))
    case = Case.objects.get(cluster__name=CLUSTER)
    assert case.state == Stage.PROPOSED

    commune = person("binh")
    commune.goto("/inbox/")
    expect(commune.locator("main")).to_contain_text(CLUSTER)
    open_step(commune, case, "give_notice")
    fill(commune, "number", "12/TB-UBND")
    fill(commune, "published_on", today(commune))
    fill(commune, "where", "Cổng thông tin điện tử xã")
    send(commune)
    expect(commune).to_have_url(re.compile(case.code))

    move_clock(commune, 15)
    open_step(commune, case, "submit_file")
    fill(commune, "number", "34/TTr-UBND")
    fill(commune, "signed_on", today(commune))
    commune.locator("main input[type=file]").set_input_files(paper(tmp_path, "Tờ trình"))
    send(commune)
    expect(commune).to_have_url(re.compile(case.code))

    officer = person("minh")
    open_step(officer, case, "check_intake")
    officer.locator("main input[name=result][value=complete]").check()
    send(officer)
    expect(officer).to_have_url(re.compile(case.code))
    open_step(officer, case, "plan_consultation")
    for name in ("Tài chính", "Finance"):
        for box in officer.locator("main label", has_text=name).all():
            box.click()
    fill(officer, "answer_by", _working_days_after(today(officer), 5))
    send(officer)
    expect(officer).to_have_url(re.compile(case.code))

    finance = person("tai")
    open_step(finance, case, "give_opinion")
    finance.locator("main input[name=verdict][value=agree]").check()
    send(finance)
    expect(finance).to_have_url(re.compile(case.code))

    open_step(officer, case, "draft_report")
    fill(officer, "findings", "Hồ sơ hợp lệ, nhà đầu tư đủ năng lực.")
    officer.locator("main input[name=recommendation][value=establish]").check()
    send(officer)
    expect(officer).to_have_url(re.compile(case.code))

    reviewer = person("thao")
    open_step(reviewer, case, "review_report")
    reviewer.locator("main input[name=result][value=approved]").check()
    send(reviewer)
    expect(reviewer).to_have_url(re.compile(case.code))

    leader = person("chau")
    open_step(leader, case, "decide")
    leader.locator("main input[name=outcome][value=establish]").check()
    fill(leader, "number", "5123/QĐ-UBND")
    fill(leader, "signed_on", today(leader))
    fill(leader, "reasons", "Theo báo cáo thẩm định.")
    send(leader)
    expect(leader.locator("main")).to_contain_text("5123/QĐ-UBND")
    leader.goto("/board/")
    expect(leader.locator("main table")).to_be_visible()

    office = person("van")
    open_step(office, case, "send_copy")
    fill(office, "number", "77/UBND-KT")
    fill(office, "sent_on", today(office))
    send(office)
    expect(office).to_have_url(re.compile(case.code))

    case.refresh_from_db()
    assert case.state == Stage.ESTABLISHED
    assert not case.steps.filter(finished=None).exists()
    call_command("verify", verbosity=0)
    _deliver_all()
    investor.goto("/notifications/")
    expect(investor.locator("main")).to_contain_text(case.code)
    investor.goto(f"/cases/{case.code}/")
    expect(investor.locator("main")).to_contain_text("5123/QĐ-UBND")
    for page in (investor, commune, officer, leader):
        width = page.evaluate("document.documentElement.scrollWidth")
        assert width <= (options.get("viewport") or {"width": 1280})["width"], page.url


def _working_days_after(day: str, days: int) -> str:
    first = datetime.strptime(day, "%d/%m/%Y").date()  # noqa: DTZ007
    return f"{add_working_days(first, days, calendar()):%d/%m/%Y}"


def _deliver_all() -> None:
    """Do what relay and worker do: here the browser is what is tested."""
    for pk in list(OutboxRow.objects.undone().values_list("pk", flat=True)):
        delivery.send(outbox_id=pk, at=database_time())


def test_autosave_keeps_what_was_typed(new_page: Callable[..., Page], live_server: Any) -> None:
    page = new_page()
    sign_in(page, "lan")
    page.locator("form[action='/proposals/new/'] button").first.click()
    task_list = page.url
    page.goto(f"{task_list}project/")

    page.locator("[name=goals]").press_sequentially("Cụm cho doanh nghiệp nhỏ")
    expect(page.locator("[data-autosave-status]")).to_contain_text(re.compile(r"\d\d:\d\d"))

    other_device = new_page(viewport=PHONE)
    sign_in(other_device, "lan")
    other_device.goto(f"{task_list}project/")
    expect(other_device.locator("[name=goals]")).to_have_value("Cụm cho doanh nghiệp nhỏ")


def test_draft_can_be_filed_without_scripts(new_page: Callable[..., Page], tmp_path: Path) -> None:
    page = new_page(java_script_enabled=False)
    page.goto("/accounts/login/")
    page.locator("form[action='/demo/sign-in/lan/'] button").click()
    page.locator("form[action='/proposals/new/'] button").first.click()
    task_list = page.url
    page.goto(f"{task_list}environment/")
    page.locator("[name=environment]").fill("Trạm xử lý chung")
    page.locator("main form[method=post] button.btn-primary").first.click()

    expect(page.locator("main form [name=environment]")).to_have_value("Trạm xử lý chung")
    expect(page.locator("[name=wastewater_m3_day]")).to_have_attribute(
        "aria-describedby", re.compile("error")
    )
