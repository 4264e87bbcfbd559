"""The calendar by year, for anybody: as known in a version, and what that version changed."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime
from functools import partial
from pathlib import Path

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from law.models import CalendarDay, CalendarVersion
from law.services import load_calendar
from tests.factories.calendars import SWAP, WHOLE_2028, calendar_file
from tests.factories.cases import moment
from tests.factories.fixtures import english, it_is

__all__ = ["english", "it_is"]

pytestmark = pytest.mark.django_db
WriteFile = Callable[..., Path]


@pytest.fixture
def file_of(tmp_path: Path) -> WriteFile:
    return partial(calendar_file, tmp_path)


@pytest.fixture(autouse=True)
def _today(it_is: Callable[[datetime], None]) -> None:
    it_is(moment("06/10/2026"))


def page(query: str = "", *, language: str = "en", status: int = 200) -> str:
    client = Client()
    client.cookies["django_language"] = language
    response = client.get(reverse("calendar:year") + query)
    assert response.status_code == status
    return " ".join(response.content.decode().split())


def cell(body: str, day: int, month: str) -> str:
    table = body[body.index(f"<caption>{month}</caption>") :]
    found = re.search(rf'<td class="([^"]*)">{day}[ <]', table)
    assert found
    return found[1]


def test_this_year_is_shown_where_none_is_named() -> None:
    body = page()
    assert "<h1>Calendar of days off 2026</h1>" in body
    assert body.count("<caption>") == 12
    assert '<a href="?year=2026" aria-current="page">2026</a>' in body


@pytest.mark.parametrize(
    ("year", "month", "day", "sign"),
    [
        (2026, "September", 2, "kc-cal-off"),
        (2026, "August", 22, "kc-cal-work"),
        (2026, "November", 24, "kc-cal-unconfirmed"),
        (2027, "February", 4, "kc-cal-expected"),
        (2026, "October", 10, "kc-cal-weekend"),
        (2026, "October", 7, ""),
    ],
)
def test_each_kind_of_day_is_marked(year: int, month: str, day: int, sign: str) -> None:
    assert cell(page(f"?year={year}"), day, month) == sign


def test_marks_are_words_in_both_languages() -> None:
    assert '2 <span class="kc-cal-word">off</span>' in page()
    vietnamese = page("?year=2027", language="vi")
    assert "<h1>Lịch ngày nghỉ 2027</h1>" in vietnamese
    assert '4 <span class="kc-cal-word">dự kiến</span>' in vietnamese


def test_list_names_basis_notice_and_both_times() -> None:
    row = page().split("02/01/2026", 1)[1].split("</tr>", 1)[0]
    assert "Ngày nghỉ (thay cho ngày 10/01/2026)" in row
    assert "12729/VPCP-KGVX, 25/12/2025 (24h.com.vn)" in row
    assert "day off swapped with a make-up Saturday by notice" in row
    assert 'data-label="Known to the world">25/12/2025' in row
    assert 'data-label="On record here">05/10/2026 <span class="kc-under">version 1' in row


def test_version_shows_what_it_changed_and_an_earlier_one_what_was_known_then(file_of: WriteFile) -> None:
    load_calendar(file_of(*SWAP, "2027-02-04,off,28 Tết,rule,,provisional,,yes"), at=moment("06/10/2026"))
    newest, first = page(), page("?version=1")
    assert cell(newest, 7, "October") == "kc-cal-off"
    assert "“Nghỉ hoán đổi” is new (day off, official) – 77/VPCP-KGVX" in newest
    assert "“28 Tết” was taken back" in newest
    assert cell(first, 7, "October") == ""
    assert "A newer version is in force." in first
    assert "no version lies before it" in first
    assert '<option value="1" selected>1 (05/10/2026)</option>' in first


def test_change_of_certainty_is_told_with_old_and_new(file_of: WriteFile) -> None:
    load_calendar(file_of("2027-02-04,off,Tết,holiday,9/TB,official,,"), at=moment("06/10/2026"))
    assert (
        "“28 Tết” (day off, expected, the official notice is not out) became “Tết” (day off, official) – 9/TB"
        in page()
    )


def test_year_that_is_not_known_says_so_until_it_arrives(file_of: WriteFile) -> None:
    body = page("?year=2028")
    assert "The days off of this year are not known in this version" in body
    assert "<caption>" not in body
    load_calendar(file_of(*WHOLE_2028), at=moment("06/10/2026"))
    assert cell(page("?year=2028"), 28, "January") == "kc-cal-expected"


@pytest.mark.parametrize("number", ["7", "0"])
def test_version_that_is_not_there_is_not_found(number: str) -> None:
    page(f"?version={number}", status=404)


@pytest.mark.parametrize("year", ["0", "99999", "9999"])
def test_any_number_may_be_asked_for(year: str) -> None:
    assert "are not known in this version" in page(f"?year={year}")


def test_empty_calendar_says_what_follows() -> None:
    for model in (CalendarDay, CalendarVersion):
        with connection.cursor() as cursor:
            cursor.execute(f"DELETE FROM {model._meta.db_table}")
    assert "No calendar is on record yet" in page()


def test_page_asks_the_database_as_often_for_many_versions(file_of: WriteFile) -> None:
    page()
    with CaptureQueriesContext(connection) as once:
        page()
    for number in range(2, 6):
        load_calendar(file_of(f"2026-12-{number:02},off,Nghỉ,swap,,official,,"), at=moment("06/10/2026"))
    page()
    with CaptureQueriesContext(connection) as later:
        page()
    assert len(later) <= len(once) + 2, "the version before, and what changed since"


def test_footer_leads_there() -> None:
    assert f'<a href="{reverse("calendar:year")}">Calendar of days off</a>' in page()
