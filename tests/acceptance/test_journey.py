"""A cluster from the investor's draft to operation, and the expansion of one, in a real browser.

On the way people click twice, go back, come second, and do without a mouse or without scripts.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.utils import translation
from django.utils.formats import number_format
from playwright.sync_api import Page, expect

from accounts.states import AgencyKind
from approvals.models import Dossier
from approvals.procedures.development.services import START_PAPERS
from approvals.states import Recommendation
from clusters.states import Stage
from demo import people
from demo.walk import Walk
from law import conditions
from law.rulesets import rule_set_on
from records.clock import database_time, local_day
from tests.acceptance.conftest import PHONE
from tests.acceptance.journeys import (
    TODAY,
    Answer,
    Journey,
    deliver_all,
    fill,
    main_button,
    move_clock,
    open_step,
    paper,
    send,
    sign_in,
    sign_in_by_password,
    tab_to,
    today,
    working_days_after,
    write_proposal,
)
from tests.acceptance.looks import faults
from tests.factories import cases
from workflows.models import Case, Stay
from workflows.states import CaseKind, MilestoneKind

pytestmark = pytest.mark.django_db(transaction=True)
CLUSTER = "Cụm công nghiệp Thử Nghiệm"
NEW_CLUSTER: dict[str, Answer] = {
    "cluster": "new",
    "cluster_name": CLUSTER,
    "commune": "Thường Tín",
    "place": "Thôn Thử",
    "cluster_type": "general",
    "area_ha": Decimal("20.98"),
    "sectors": "Cơ khí",
}
NEW_CONDITIONS: dict[str, Answer] = {
    "in_approved_list": "yes",
    "area_has_established_clusters": "no",
    "service_land_share_pct": Decimal("6.5"),
}
COMMON_SECTIONS: dict[str, dict[str, Answer]] = {
    "project": {
        "goals": "Hạ tầng đồng bộ",
        "capital_bn_vnd": Decimal("491.7"),
        "own_capital_bn_vnd": "100",
        "schedule": "24 tháng",
        "term_years": "50",
        "jobs": "500",
    },
    "environment": {"environment": "Trạm xử lý chung", "wastewater_m3_day": "600", "fire_safety": "Có"},
    "commitment": {"contact_name": "Nguyễn Thị Lan", "contact_phone": "024 3825 0000", "committed": "on"},
}


@pytest.fixture(autouse=True)
def _demo(settings: Any, tmp_path: Path, transactional_db: None) -> None:
    settings.CLOCK = "demo.clock.moved_time"
    settings.MEDIA_ROOT = tmp_path / "files"
    call_command("create_agencies", verbosity=0)
    people.settle(at=database_time())


LOOKS: dict[str, tuple[str, dict[str, Any]]] = {
    "vi-1280-light": ("vi", {}),
    "en-390-dark": ("en", {"viewport": PHONE, "color_scheme": "dark"}),
    "vi-390-dark": ("vi", {"viewport": PHONE, "color_scheme": "dark"}),
    "en-1280-light": ("en", {}),
}


@pytest.fixture
def journey(request: pytest.FixtureRequest, new_page: Callable[..., Page]) -> Iterator[Journey]:
    """Return a journey as it looks under `request.param`; what is expected speaks its language too."""
    language, options = LOOKS[request.param]
    with translation.override(language):
        yield Journey(new_page, language, options)


# Each journey goes once in either language, at either width, in either theme.
@pytest.mark.parametrize("journey", ["vi-1280-light", "en-390-dark"], indirect=True)
def test_from_draft_to_operation(journey: Journey, tmp_path: Path) -> None:
    investor = journey.person("lan")
    investor.locator("form[action='/proposals/new/'] button").first.click()
    file_proposal(
        journey, {"cluster": NEW_CLUSTER, "conditions": NEW_CONDITIONS, **COMMON_SECTIONS}, tmp_path
    )
    receive(journey, tmp_path)
    appraise(journey, Recommendation.ESTABLISH)
    decide(journey, Recommendation.ESTABLISH)
    assert journey.stage() == Stage.ESTABLISHED

    prepare(journey)
    assert journey.stage() == Stage.UNDER_CONSTRUCTION

    build(journey)
    assert journey.stage() == Stage.OPERATING
    assert not journey.case.steps.open().exists()
    call_command("verify", verbosity=0)

    visitor = see_the_cluster(journey)
    expect(visitor.locator("main .kc-badge").first).to_have_text(str(Stage.OPERATING.label))
    deliver_all()
    investor.goto("/notifications/")
    expect(investor.locator("main")).to_contain_text(journey.case.code)
    leader = journey.person("chau")
    leader.goto("/board/groundbreaking/")
    expect(leader.locator("main")).to_contain_text(CLUSTER)


@pytest.mark.parametrize("journey", ["vi-390-dark", "en-1280-light"], indirect=True)
def test_an_expansion(journey: Journey, tmp_path: Path) -> None:
    now = database_time()
    walk = Walk(name=CLUSTER, now=now, end=now)
    walk.operate()
    assert walk.expands
    investor = journey.person("lan")
    investor.goto(f"/register/{walk.expands.code}/")
    investor.locator("main button[name=kind][value=expansion]").click()
    file_proposal(journey, {**expansion_sections(local_day(now)), **COMMON_SECTIONS}, tmp_path)
    assert journey.case.kind == CaseKind.EXPANSION

    receive(journey, tmp_path)
    appraise(journey, Recommendation.EXPAND)
    decide(journey, Recommendation.EXPAND)

    assert journey.stage() == Stage.ESTABLISHED
    call_command("verify", verbosity=0)
    visitor = see_the_cluster(journey)
    expect(visitor.locator("main .kc-badge").first).to_have_text(str(Stage.OPERATING.label))
    expect(visitor.locator("main")).to_contain_text(f"{number_format(Decimal('33.5'))} ha")


def expansion_sections(on: date) -> dict[str, dict[str, Answer]]:
    """Return what an expansion is asked for beside the rest: all conditions of the law of the day are met."""
    return {
        "expansion": {
            "added_ha": Decimal("8.5"),
            "commune": "Thường Tín",
            "sectors": "Cơ khí",
            "corners": "20.9; 105.8\n20.9; 105.8048\n20.906; 105.8048\n20.906; 105.8",
        },
        "conditions": {"occupancy_pct": Decimal("82.5"), "works": conditions.works(rule_set_on(on).code)},
    }


def see_the_cluster(journey: Journey) -> Page:
    """Return the public page of the cluster, as a visitor sees it."""
    visitor = journey.window()
    visitor.goto(f"/register/{journey.case.cluster.code}/")
    assert faults(visitor) == []
    return visitor


def file_proposal(journey: Journey, sections: dict[str, dict[str, Answer]], tmp_path: Path) -> None:
    investor = journey.person("lan")
    write_proposal(investor, sections, tmp_path)
    investor.goto(f"{investor.url}check/")
    expect(investor.locator("main")).to_contain_text(CLUSTER)
    main_button(investor).dblclick()
    expect(investor.locator("main")).to_contain_text(re.compile(r"H26-\d{4}-\d{5}-[A-Z]"))
    assert Dossier.objects.count() == 1
    journey.case = Case.objects.get(dossiers=Dossier.objects.get())
    assert journey.stage() == Stage.PROPOSED


def receive(journey: Journey, tmp_path: Path) -> None:
    commune = journey.person("binh")
    commune.goto("/inbox/")
    expect(commune.locator("main")).to_contain_text(CLUSTER)
    where = "Cổng thông tin điện tử xã"
    journey.act("binh", "give_notice", number="12/TB-UBND", published_on=TODAY, where=where)
    go_back_after_the_act(journey, commune)
    move_clock(commune, 15)
    paper_of_commune = paper(tmp_path, "Tờ trình")
    journey.act("binh", "submit_file", number="34/TTr-UBND", signed_on=TODAY, file=paper_of_commune)


def go_back_after_the_act(journey: Journey, page: Page) -> None:
    """Go back to the form that was just sent: it leads on to the case, and nothing is done twice."""
    stays = Stay.objects.count()
    page.go_back()
    expect(page).to_have_url(re.compile(f"/cases/{journey.case.code}/$"))
    assert Stay.objects.count() == stays


def appraise(journey: Journey, recommendation: Recommendation) -> None:
    check_intake_on_two_desks(journey)
    officer = journey.start("minh", "plan_consultation")
    officer.locator("main label", has_text=str(AgencyKind.FINANCE.label)).first.click()
    fill(officer, "answer_by", working_days_after(today(officer), 5))
    send(officer)
    journey.led_back(officer)
    give_opinion_by_keyboard(journey)
    findings = "Hồ sơ hợp lệ, nhà đầu tư đủ năng lực."
    journey.act(
        "minh",
        "draft_report",
        findings=findings,
        on_untold="Nhà đầu tư đủ tư cách pháp lý và năng lực.",
        recommendation=recommendation,
    )
    review_with_two_clicks(journey)


def check_intake_on_two_desks(journey: Journey) -> None:
    """Open the step on two desks: whoever comes second is told who was first, and when."""
    colleague = journey.window()
    sign_in_by_password(colleague, cases.colleague("minh").email)
    open_step(colleague, journey.case, "check_intake")
    fill(colleague, "result", "complete")

    journey.act("minh", "check_intake", result="complete")
    send(colleague)

    told = re.compile(people.person("minh").full_name + r".*\d\d/\d\d/\d{4}")
    expect(colleague.locator("main #error-summary")).to_contain_text(told)
    assert faults(colleague) == []


def give_opinion_by_keyboard(journey: Journey) -> None:
    """Open the step, answer and send it with Tab, Space and Enter."""
    page = journey.person("tai")
    page.goto(f"/cases/{journey.case.code}/")
    step = journey.case.steps.open().get(name="give_opinion")
    tab_to(page, page.locator(f"main a[href='/steps/{step.pk}/opinion/']").first)
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/steps/{step.pk}/opinion/")
    agree = page.locator("main [name=verdict][value=agree]")
    tab_to(page, agree)
    page.keyboard.press("Space")
    expect(agree).to_be_checked()
    tab_to(page, main_button(page))
    page.keyboard.press("Enter")
    journey.led_back(page)


def review_with_two_clicks(journey: Journey) -> None:
    """Click twice where no script is there to stop the second one: it leads to the same place."""
    page = journey.person("thao", java_script_enabled=False)
    journey.start("thao", "review_report", result="approved")
    main_button(page).dblclick()
    expect(page).to_have_url(re.compile(f"/cases/{journey.case.code}/$"))
    assert journey.case.steps.filter(name="decide").count() == 1


def decide(journey: Journey, outcome: Recommendation) -> None:
    page = journey.start(
        "chau",
        "decide",
        outcome=outcome,
        number="5123/QĐ-UBND",
        signed_on=TODAY,
        reasons="Theo báo cáo thẩm định.",
    )
    for n, kind in enumerate(MilestoneKind, 1):
        fill(page, f"progress_{kind}", working_days_after(today(page), 60 * n))
    main_button(page).dblclick()
    journey.led_back(page)
    expect(page.locator("main")).to_contain_text("5123/QĐ-UBND")
    journey.act("van", "send_copy", number="77/UBND-KT", sent_on=TODAY)


def prepare(journey: Journey) -> None:
    hand_in(journey, "lan", "submit_plan")
    journey.act("kien", "approve_plan", result="returned", note="Bổ sung cao độ nền.")
    hand_in(journey, "lan", "submit_plan")
    answer(journey, "kien", "approve_plan")
    hand_in(journey, "lan", "request_licence")
    hand_in(journey, "binh", "clear_land")
    answer(journey, "moc", "issue_licence")
    answer(journey, "moc", "lease_land")
    hand_in(journey, "lan", "request_permit")
    answer(journey, "xuan", "issue_permit")
    conditions = {
        f"{name}_{part}": value
        for name in START_PAPERS
        for part, value in (("met", "on"), ("number", f"{name}/2026"), ("on", TODAY))
    }
    journey.act("lan", "break_ground", **conditions, started_on=TODAY)


def build(journey: Journey) -> None:
    hand_in(journey, "lan", "build")
    hand_in(journey, "lan", "try_wastewater")
    answer(journey, "moc", "accept_wastewater")
    answer(journey, "xuan", "accept_works")
    hand_in(journey, "lan", "adopt_regulation")
    answer(journey, "minh", "open_operation")


def hand_in(journey: Journey, key: str, step: str) -> None:
    journey.act(key, step, number=f"{step}/2026", issued_on=TODAY)


def answer(journey: Journey, key: str, step: str) -> None:
    journey.act(key, step, result="granted", number=f"{step}/2026", issued_on=TODAY)


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
