"""The frame around all pages: landing, navigation, switches, pages of errors."""

import re

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import translation

from accounts.models import User
from accounts.states import AgencyKind, Role
from config import landing
from tests.factories import people

pytestmark = pytest.mark.django_db


def signed_in(user: User, language: str = "en") -> Client:
    client = speaking(language)
    client.force_login(user)
    return client


def speaking(language: str) -> Client:
    client = Client()
    client.cookies["django_language"] = language
    return client


def nav(page: str) -> list[str]:
    """Return the labels of the navigation, without counts."""
    inside = re.search(r'<nav class="kc-nav".*?</nav>', page, re.DOTALL)
    assert inside
    return [label.strip() for label in re.findall(r"<a [^>]*>([^<]+)", inside[0])]


def test_a_visitor_reads_what_this_is() -> None:
    response = speaking("en").get("/")
    page = response.content.decode()
    assert response.status_code == 200
    assert "From an investor's first request to the city's decision" in page
    assert "20 working days" in page
    assert nav(page) == ["Clusters", "Map", "Decisions", "Look up a dossier", "Rules by date"]


def test_the_way_of_a_proposal_follows_the_law_of_the_day() -> None:
    from datetime import date

    with translation.override("en"):
        assert "20 working days" in [stop.at for stop in landing.way(date(2026, 10, 5)).stops]
        assert "25 calendar days" in [stop.at for stop in landing.way(date(2026, 9, 14)).stops]


def test_an_officer_is_led_to_the_inbox() -> None:
    client = signed_in(people.member(people.office()))
    assert client.get("/")["Location"] == reverse("workflows:inbox")


def test_an_investor_is_led_to_the_proposals() -> None:
    _, owner = people.investor()
    assert signed_in(owner).get("/")["Location"] == reverse("approvals:proposals")


def test_a_leader_is_led_to_the_board() -> None:
    leader = people.member(people.office(AgencyKind.CITY_COMMITTEE), Role.LEADER)
    assert signed_in(leader).get("/")["Location"] == reverse("timelines:board")


@pytest.mark.parametrize(
    ("roles", "labels"),
    [
        ([Role.OFFICER], ["Inbox", "Clusters", "Notifications"]),
        ([Role.LEADER], ["Inbox", "Board", "Clusters", "Notifications"]),
    ],
)
def test_the_navigation_of_an_office(roles: list[Role], labels: list[str]) -> None:
    client = signed_in(people.member(people.office(), *roles))
    assert nav(client.get(reverse("clusters:register")).content.decode()) == labels


def test_the_navigation_of_an_investor() -> None:
    _, owner = people.investor()
    page = signed_in(owner).get(reverse("clusters:register")).content.decode()
    assert nav(page) == ["My proposals", "Clusters", "Notifications"]
    assert 'aria-current="page"' in page


def test_the_language_switch_keeps_the_page_and_tells_the_mails() -> None:
    user = people.person()
    client = signed_in(user, "vi")
    response = client.post(reverse("choose_language"), {"language": "en", "next": "/register/?q=phu"})
    user.refresh_from_db()
    assert response["Location"] == "/register/?q=phu"
    assert client.cookies["django_language"].value == "en"
    assert user.language == "en"


def test_the_theme_is_remembered_and_rendered() -> None:
    client = speaking("en")
    assert "data-bs-theme" not in client.get("/").content.decode()
    client.post(reverse("choose_theme"), {"theme": "dark", "next": "/"})
    assert '<html lang="en" data-bs-theme="dark">' in client.get("/").content.decode()


@pytest.mark.parametrize(("name", "field"), [("choose_language", "language"), ("choose_theme", "theme")])
def test_a_switch_refuses_what_it_does_not_know(name: str, field: str) -> None:
    response = speaking("en").post(reverse(name), {field: "xx", "next": "/"})
    assert response.status_code == 400
    assert "This request cannot be read" in response.content.decode()


@pytest.mark.parametrize("name", ["choose_language", "choose_theme"])
def test_a_switch_is_no_link(name: str) -> None:
    assert speaking("en").get(reverse(name)).status_code == 405


@pytest.mark.parametrize("elsewhere", ["https://evil.example/", "//evil.example/", "javascript:alert(1)", ""])
def test_a_switch_leads_nowhere_else(elsewhere: str) -> None:
    response = speaking("en").post(reverse("choose_theme"), {"theme": "dark", "next": elsewhere})
    assert response["Location"] == "/"


def test_a_page_that_is_not_there_says_so() -> None:
    response = speaking("en").get("/nowhere/")
    assert response.status_code == 404
    assert "Page not found" in response.content.decode()


def test_a_wrong_host_is_answered_without_the_database() -> None:
    response = speaking("en").get("/", headers={"host": "evil.example"})
    assert response.status_code == 400
    assert "This request cannot be read" in response.content.decode()


def test_a_form_without_its_token_is_refused_with_a_page_of_ours() -> None:
    client = Client(enforce_csrf_checks=True)
    client.cookies["django_language"] = "en"
    response = client.post(reverse("choose_theme"), {"theme": "dark"})
    assert response.status_code == 403
    assert "This form has expired" in response.content.decode()


def test_an_error_title_stands_before_the_title_of_the_page() -> None:
    response = speaking("en").post(reverse("account_signup"), {"email": ""})
    assert re.search(r"<title>Error: ", response.content.decode())


def test_the_frame_allows_no_script_of_its_own() -> None:
    response = speaking("en").get("/")
    assert "script-src 'self'" in response["Content-Security-Policy"]
    assert "unsafe" not in response["Content-Security-Policy"]
