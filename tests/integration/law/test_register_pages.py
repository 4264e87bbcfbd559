"""The register of rules by date, as its pages show it."""

import re
from datetime import date
from typing import Any

import pytest
from django.template import Context, Template
from django.test import Client

from law.addresses import law_row_url
from tests.factories.cases import moment
from tests.factories.fixtures import it_is
from tests.integration.config.test_no_english_on_vietnamese_pages import (
    client_of,
    gather,
    left_in_english,
    patterns,
)

__all__ = ["it_is"]
pytestmark = pytest.mark.django_db


@pytest.fixture
def english(client: Client) -> None:
    client.cookies["django_language"] = "en"


def text(response: Any) -> str:
    """Return the words of a page, without tags and with single spaces."""
    return " ".join(re.sub(r"<[^>]+>", " ", response.content.decode()).split())


def row(response: Any, anchor: str) -> str:
    """Return the words of one row of the page."""
    found = re.search(rf'<tr id="{anchor}">.*?</tr>', response.content.decode(), re.DOTALL)
    assert found, anchor
    return " ".join(re.sub(r"<[^>]+>", " ", found[0]).split())


def test_register_shows_each_limit_with_its_article_in_full(client: Client, english: None) -> None:
    shown = row(client.get("/law/?on=2026-01-05"), "R3-E50")
    assert "25 calendar days" in shown
    assert "Article 10, clause 3, Decree 32/2024/NĐ-CP" in shown
    assert "Runs from: receipt of a complete file" in shown
    assert "What stops it: the time to supplement the file is not counted" in shown


def test_register_is_in_vietnamese_for_those_who_read_it(client: Client) -> None:
    shown = row(client.get("/law/?on=2026-11-23"), "R4-E50")
    assert "20 ngày làm việc" in shown
    assert "Sở Công Thương" in shown
    assert "chưa đối chiếu bản gốc" in shown


@pytest.mark.parametrize(
    ("day", "anchor"),
    [("2018-01-01", "R1-C-FILL"), ("2026-11-23", "POST-P05"), ("2026-11-23", "POST-P75")],
)
def test_row_that_binds_nobody_says_so(client: Client, day: str, anchor: str) -> None:
    assert "không ràng buộc" in row(client.get(f"/law/?on={day}"), anchor)


def test_register_of_today_is_shown_where_the_address_names_no_day(
    client: Client, english: None, it_is: Any
) -> None:
    it_is(moment("14/09/2026"))
    assert "R3: NĐ 32/2024" in text(client.get("/law/"))


def test_typed_day_leads_to_an_address_that_can_be_shared(client: Client) -> None:
    assert client.get("/law/?on=23/11/2026&q=E50").headers["Location"] == "/law/?on=2026-11-23&q=E50"


@pytest.mark.parametrize(
    ("asked", "reason"),
    [
        ("on=", "In force on: Enter a day, such as 23/11/2026."),
        ("on=31/02/2026", "In force on: This is no day. Write it as in 23/11/2026."),
        ("on=tomorrow", "In force on: This is no day."),
    ],
)
def test_bad_day_is_refused_with_its_field_and_reason(
    client: Client, english: None, asked: str, reason: str
) -> None:
    answer = client.get(f"/law/?{asked}")
    assert answer.status_code == 422
    assert reason in text(answer)


def test_day_before_the_first_rules_says_that_there_were_none(client: Client, english: None) -> None:
    shown = text(client.get("/law/?on=2009-10-04"))
    assert "On 04/10/2009 no rules on clusters were in force yet." in shown


def test_words_without_marks_find_their_rows_alone(client: Client) -> None:
    shown = client.get("/law/?on=2026-11-23&q=giay phep xay dung").content.decode()
    assert 'id="POST-P50"' in shown
    assert 'id="R4-E50"' not in shown


def test_readings_stand_with_our_reading(client: Client, english: None) -> None:
    shown = row(client.get("/law/"), "K-6")
    assert "Our reading: Applied to limits in calendar days and months" in shown
    assert "Article 148, clause 5, Civil Code 2015" in shown


def test_comparison_tells_what_changed_in_words(client: Client, english: None) -> None:
    shown = text(client.get("/law/compare/?from=2026-09-14&to=2026-09-15"))
    assert "before: 25 calendar days now: 20 working days" in shown
    assert "F-BID new" in shown


def test_comparison_of_days_under_one_law_finds_nothing(client: Client, english: None) -> None:
    shown = text(client.get("/law/compare/?from=2026-09-15&to=2026-11-23"))
    assert "Nothing that the register holds changed between these days." in shown


def test_comparison_shows_the_last_change_by_default(client: Client, english: None, it_is: Any) -> None:
    it_is(moment("01/08/2025"))
    assert "From 30/06/2025 (R2) to 01/07/2025 (R3):" in text(client.get("/law/compare/"))


@pytest.mark.parametrize(
    ("asked", "reason"),
    [
        ("from=x&to=2026-09-15", "From: This is no day. Write it as in 23/11/2026."),
        ("from=2026-09-15&to=", "To: Enter a day, such as 23/11/2026."),
        ("from=2026-09-15&to=2026-09-14", "To: This day is before the other one."),
    ],
)
def test_bad_comparison_is_refused_with_its_field_and_reason(
    client: Client, english: None, asked: str, reason: str
) -> None:
    answer = client.get(f"/law/compare/?{asked}")
    assert answer.status_code == 422
    assert reason in text(answer)


@pytest.mark.parametrize(
    ("rule_set", "step", "on", "address"),
    [
        ("R4", "E50", None, "/law/?on=2026-09-15#R4-E50"),
        ("R2", "E40", None, "/law/?on=2024-05-01#R2-E40"),
        ("POST", "P13", None, "/law/?on=2026-04-29#POST-P13"),
        ("POST", "P30", None, "/law/#POST-P30"),
        ("POST", "P14", date(2026, 5, 4), "/law/?on=2026-05-04#POST-P14"),
    ],
)
def test_address_of_a_row_leads_to_it(
    client: Client, rule_set: str, step: str, on: date | None, address: str
) -> None:
    found = law_row_url(rule_set, step, on=on)
    assert found == address
    page, _, anchor = found.partition("#")
    assert f'id="{anchor}"' in client.get(page).content.decode()


def test_template_word_gives_the_address_of_a_row() -> None:
    page = Template("{% load law %}{% law_row_url 'R4' 'E50' %}")
    assert page.render(Context()) == "/law/?on=2026-09-15#R4-E50"


def test_no_text_is_left_in_english_for_those_who_read_vietnamese() -> None:
    days = ("2009-10-04", "2018-01-01", "2021-01-01", "2024-06-03", "2026-01-05", "2026-11-23")
    pages = [
        *(f"/law/?on={day}" for day in days),
        "/law/?on=x",
        "/law/compare/?from=2018-01-01&to=2026-11-23",
    ]
    met, net = gather(client_of(None), pages), patterns()
    assert [text for text in met if left_in_english(text, net)] == []
