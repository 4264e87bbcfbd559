"""Every page that exists, at both widths, in both themes and languages: no failure of AA, a sound frame.

The pages come from the table of all routes, so a new one is looked at without being listed here. Each is
looked at again as often as somebody, or some case, shows a kind of element on it that was not seen yet.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from copy import copy
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from io import StringIO
from typing import Any
from unittest import mock
from uuid import uuid4

import pytest
from django.core.management import call_command
from django.db import OperationalError, transaction
from django.http import HttpResponse
from django.test import Client
from django.urls import NoReverseMatch, Resolver404, resolve, reverse
from playwright.sync_api import Browser

from approvals.forms import SECTIONS
from approvals.models import Dossier
from clusters.services import record_boundary
from demo import people
from tests.acceptance.looks import Kinds, Window
from tests.factories import cases
from tests.factories.cases import case_at
from tests.factories.fixtures import files, it_is
from tests.integration.approvals.test_establishment import drafted
from tests.integration.config.test_no_english_on_vietnamese_pages import addresses
from tests.integration.test_every_route import EVERYBODY, NOW, ROWS, Row, World, address, clients, world
from workflows.models import Step
from workflows.states import CaseKind

__all__ = ["files", "it_is", "world"]
pytestmark = pytest.mark.django_db

LONG_NAME = "Cụm công nghiệp làng nghề truyền thống " + "Nguyễn-Trường-Thượng-Khương-" * 5
# Routes that answer, but with no page.
WITHOUT_PAGE = {"healthz", "approvals:document", "approvals:decision_feed"}
CORNERS = [(20.9, 105.8), (20.9, 105.8048), (20.9045, 105.8048), (20.9045, 105.8)]
# One of each kind of person; all others open only what none of these may.
READERS = ("visitor", "lan", "binh", "minh", "chau", "newcomer")
NO_PAGE = (302, 404, 405)
EMPTY_FORM = {"key": str(uuid4()), "version": "0"}


@dataclass(frozen=True)
class Shown:
    """A page as somebody got it."""

    what: str
    path: str
    answer: Any


@dataclass
class Album:
    """The pages worth a look: for each route, those that show a kind of element for the first time."""

    pages: list[Shown] = field(default_factory=list)
    known: dict[str, set[tuple[str, str]]] = field(default_factory=dict)

    def add(self, key: str, answer: Any) -> None:
        """Keep `answer` if it is a page that shows something new."""
        method, path, query = (
            answer.request[name] for name in ("REQUEST_METHOD", "PATH_INFO", "QUERY_STRING")
        )
        if answer.streaming:
            answer.getvalue()  # else the paper stays open
        elif "html" in answer.get("Content-Type", "") and b"<main" in answer.content:
            route = route_of(path) if answer.status_code in (200, 422) else str(answer.status_code)
            kinds, known = Kinds(answer.content.decode()).found, self.known.setdefault(route, set())
            if not kinds <= known:
                known |= kinds
                self.pages.append(Shown(f"{method} {path}?{query} by {key}", path, answer))


def route_of(path: str) -> str:
    """Return the name of the route behind `path`."""
    try:
        return resolve(path).view_name
    except Resolver404:
        return ""


def ask(album: Album, client: Client, key: str, *, get: list[str], post: list[str]) -> None:
    """Add what `client` gets at all these addresses; nothing that a request did is kept."""
    mine = copy(client.cookies)
    requests: list[Callable[[], Any]] = [partial(client.get, path) for path in get]
    requests += [partial(client.post, path, EMPTY_FORM) for path in post]
    for request in requests:
        with transaction.atomic():
            album.add(key, request())
            transaction.set_rollback(True)
        client.cookies = copy(mine)


def is_read_by(key: str, row: Row | None) -> bool:
    """Tell whether `key` is to open the page of `row`: as one of the readers, or as the first who may."""
    if row is None:
        return key in READERS
    return row.get[key] == 200 and (key in READERS or key == first(row.get, 200))


def to_send(told: dict[str, Row], key: str) -> list[str]:
    """Return where `key` is to send an empty form: where nobody before them is refused in the same way."""
    return [
        path
        for path, row in told.items()
        if row.post[key] not in NO_PAGE and first(row.post, row.post[key]) == key
    ]


def first(expected: dict[str, int], status: int) -> str:
    """Return the first of everybody who gets `status`."""
    return next(key for key in EVERYBODY if expected[key] == status)


def faults(window: Window, pages: list[Shown]) -> dict[str, list[str]]:
    """Return what is wrong, by page."""
    found = {page.what: window.faults(page.path, page.answer) for page in pages}
    return {what: wrong for what, wrong in found.items() if wrong}


@pytest.fixture(params=["vi", "en"])
def window(request: pytest.FixtureRequest, chromium: Browser) -> Iterator[Window]:
    opened = Window(chromium, request.param)
    yield opened
    opened.close()


@pytest.fixture
def city(world: World) -> World:
    """Return a city with its register, a case in every step and at each end, and expansions on their way."""
    call_command("import_clusters", stdout=StringIO())
    for story in ("supplement", "rejection", "withdrawal", "r3", "expansion"):
        case_at("", story=story)
    case_at("check_intake", name=LONG_NAME)
    for step in ("draft_report", "decide"):
        case_at(step, story="expansion")
    walk = cases.begun()
    walk.operate()
    drafted(walk, listed=walk.expands)
    with transaction.atomic():
        record_boundary(
            cluster=world.case().cluster,
            corners=CORNERS,
            decided_on=NOW.date(),
            number_text="5/QĐ-UBND",
            source="Báo",
            at=NOW,
        )
    return world


def addresses_of_expansions() -> list[str]:
    """Return the address of each part of an expansion's draft, and of each step that expansions wait for."""
    draft = Dossier.objects.get(kind=CaseKind.EXPANSION, case=None)
    steps = Step.objects.work().open().filter(case__kind=CaseKind.EXPANSION)
    return [
        f"/proposals/{draft.pk}/",
        f"/proposals/{draft.pk}/check/",
        *(f"/proposals/{draft.pk}/{section}/" for section in SECTIONS[CaseKind.EXPANSION]),
        *(reverse(step.flow_task.page, args=[step.pk]) for step in steps),
    ]


def test_every_page_of_a_busy_city(city: World, window: Window) -> None:
    album = Album()
    told = {address(name, city): row for name, row in ROWS.items()}
    paths = dict.fromkeys([*addresses(city), *addresses_of_expansions()])
    for key, client in clients(city).items():
        client.cookies["django_language"] = window.language
        get = [path for path in paths if is_read_by(key, told.get(path))]
        ask(album, client, key, get=get, post=to_send(told, key))

    assert faults(window, album.pages) == {}
    assert {name for name, row in ROWS.items() if 200 in row.get.values()} - set(album.known) == WITHOUT_PAGE


def test_every_page_of_an_empty_city(it_is: Callable[[datetime], None], window: Window) -> None:
    it_is(NOW)
    cases.settle()
    album = Album()
    for key in EVERYBODY[:-1]:  # the newcomer is the busy city's
        ask(album, client_of(key, window.language), key, get=list(addresses_of_lists()), post=[])

    assert faults(window, album.pages) == {}
    assert "workflows:inbox" in album.known


def client_of(key: str, language: str) -> Client:
    """Return a client for the demo's person `key`, or for a visitor."""
    client = Client()
    client.cookies["django_language"] = language
    if key != "visitor":
        client.force_login(people.user(key))
    return client


def addresses_of_lists() -> Iterator[str]:
    """Yield the address of every route that names no single thing."""
    for name in ROWS:
        try:
            yield reverse(name)
        except NoReverseMatch:
            continue


def test_every_page_of_an_error(window: Window, settings: Any) -> None:
    settings.FILE_UPLOAD_MAX_BYTES = 10
    settings.ACCOUNT_RATE_LIMITS = {"login": "1/m/ip"}
    visitor, strict = Client(raise_request_exception=False), Client(enforce_csrf_checks=True)
    for client in (visitor, strict):
        client.cookies["django_language"] = window.language
    stranger = {"login": "nobody@example.vn", "password": "wrong"}
    visitor.post("/accounts/login/", stranger)
    answers = {
        400: visitor.post("/theme/", {"theme": "plaid"}),
        403: strict.post("/theme/", {"theme": "dark"}),
        404: visitor.get("/nowhere/"),
        413: visitor.post("/theme/", {"theme": "x" * 2_000_000}),
        429: visitor.post("/accounts/login/", stranger),
    }
    with mock.patch("config.landing.way", side_effect=ZeroDivisionError):
        answers[500] = visitor.get("/")
    with mock.patch("config.landing.way", side_effect=OperationalError("database is locked")):
        answers[503] = visitor.get("/")

    assert {status: answer.status_code for status, answer in answers.items()} == {s: s for s in answers}
    assert faults(window, [Shown(str(status), "/", answer) for status, answer in answers.items()]) == {}


def test_the_open_menu(window: Window) -> None:
    cases.settle()
    client = client_of("quyen", window.language)
    found = window.faults("/", client.get("/register/"), do="document.querySelector('.kc-menu').open = true")
    assert found == []


# --- the window finds what is wrong ---------------------------------------------------------------
SICK = """<!doctype html><html lang="fr"><head><title> – Khởi Công</title>
<link rel="stylesheet" href="/static/nowhere.css"></head><body>
<p style="color: red">inline</p><img src="/static/img/favicon.svg" width="1500">
</body></html>"""


def test_the_window_finds_faults(window: Window) -> None:
    answer = HttpResponse(SICK, headers={"Content-Security-Policy": "default-src 'self'"})
    found = " | ".join(window.faults("/", answer))
    for fault in (
        "0 headings of level 1",
        "the language is 'fr'",
        "no title",
        "1280 light: image-alt",
        "390 dark: image-alt",
        "390 dark: scrolls sideways",
        "Content Security Policy",
        "404",
    ):
        assert fault in found
