"""A crawl of the Vietnamese site: no text of the code is left in English, none stands there untranslated.

Two nets: the English texts of both catalogues, whole, and the small words that no Vietnamese sentence
has. What a source tells in English may stay, where its element says so (`lang="en"`).
"""

from __future__ import annotations

import gettext
import re
from collections.abc import Iterator
from copy import copy
from html.parser import HTMLParser
from io import StringIO
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from django.core.management import call_command
from django.db import transaction
from django.test import Client

from accounts.models import User
from approvals.forms import SECTIONS
from clusters.models import Cluster
from demo import people
from tests.factories.cases import case_at
from tests.factories.fixtures import files, it_is
from tests.integration.test_every_route import ROWS, World, address, world
from workflows.models import Case
from workflows.views import TABS

__all__ = ["files", "it_is", "world"]
pytestmark = pytest.mark.django_db

CATALOGUES = sorted(Path("locale").glob("*/vi/LC_MESSAGES/django.mo"))
SHORTEST = 13  # letters; below, too many words are the same in both languages
PEOPLE = ("lan", "hung", "binh", "minh", "thao", "khanh", "quyen", "tai", "chau", "van")
READ = ("aria-label", "alt", "content", "data-label", "placeholder", "title")
VOID = {"br", "hr", "img", "input", "link", "meta", "wbr"}
SMALL_WORDS = re.compile(
    r"(?<![-\w])(and|are|been|for|from|has|is|not|of|or|please|the|there|this|was|were|with|you|your)(?![-\w])",
    re.IGNORECASE,
)
PLACEHOLDER = re.compile(r"%\(\w+\)[sd]|%[sd]|\{\w*\}")


class Reader(HTMLParser):
    """Collect what a page shows or reads out, but for what is marked as being in another language."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[tuple[str, bool]] = []
        self.texts: list[str] = []

    @property
    def listens(self) -> bool:
        return not self.open or self.open[-1][1]

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        given = dict(attributes)
        foreign = given.get("lang", "vi") != "vi" or tag in ("script", "style")
        heard = self.listens and not foreign
        if heard and given.get("name") not in ("htmx-config", "viewport", "color-scheme"):
            self.texts += [" ".join((given[name] or "").split()) for name in READ if name in given]
        if tag not in VOID:
            self.open.append((tag, heard))

    def handle_endtag(self, tag: str) -> None:
        while self.open and self.open.pop()[0] != tag:
            pass

    def handle_data(self, data: str) -> None:
        if self.listens and data.strip():
            self.texts.append(" ".join(data.split()))


# --- the nets -------------------------------------------------------------------------------------
def english_texts() -> Iterator[str]:
    """Yield every text that has a Vietnamese one of its own, in the pieces that elements cut it into."""
    for path in CATALOGUES:
        with path.open("rb") as compiled:
            catalogue: dict[Any, str] = gettext.GNUTranslations(compiled)._catalog  # type: ignore[attr-defined]
        for key, translated in catalogue.items():
            text = (key[0] if isinstance(key, tuple) else key).rpartition("\x04")[2]
            if text and text != translated:
                yield from (piece.strip() for piece in re.split(r"<[^>]+>|\n", text))


def patterns() -> list[re.Pattern[str]]:
    """Return an expression for each English text, with anything where its placeholders stand."""
    long = {text for text in english_texts() if len(PLACEHOLDER.sub("", text)) >= SHORTEST}
    return [re.compile(".+".join(map(re.escape, PLACEHOLDER.split(text)))) for text in sorted(long)]


def left_in_english(text: str, net: list[re.Pattern[str]]) -> bool:
    return bool(SMALL_WORDS.search(text)) or any(pattern.fullmatch(text) for pattern in net)


# --- the crawl ------------------------------------------------------------------------------------
def client_of(user: User | None) -> Client:
    client = Client()
    client.cookies["django_language"] = "vi"
    if user:
        client.force_login(user)
    return client


def addresses(world: World) -> list[str]:
    """Return the address of every page: each route, each tab, each case, each part of a draft."""
    draft = world.draft.pk
    sections = SECTIONS[world.draft.kind]
    found = [address(name, world) for name in ROWS]
    found += [f"/inbox/?tab={tab}" for tab in TABS]
    found += [f"/proposals/{draft}/{section}/" for section in sections]
    found += [f"/cases/{code}/" for code in Case.objects.values_list("code", flat=True)]
    found += [f"/proposals/{walk.dossier.pk}/receipt/" for walk in world.walks.values() if walk.dossier]
    return [*dict.fromkeys(found), "/nowhere/"]


def texts_of(response: Any) -> list[str]:
    """Return what the answer shows, if it is a page."""
    if response.streaming:
        b"".join(response.streaming_content)  # else the paper stays open
        return []
    if "html" not in response.get("Content-Type", ""):
        return []
    reader = Reader()
    reader.feed(response.content.decode())
    return reader.texts


def gather(client: Client, paths: list[str], *, post: bool = False) -> dict[str, str]:
    """Return each text that `client` meets, with the address where it was met; nothing is kept.

    With `post`, each form is sent empty too, so that its refusals are read.
    """
    met: dict[str, str] = {}
    mine = copy(client.cookies)  # signing out, or in as somebody else, is undone with all the rest
    for path in paths:
        with transaction.atomic():
            answers = [client.get(path)]
            answers += [client.post(path, {"key": uuid4(), "version": "0"})] if post else []
            for response in answers:
                met |= dict.fromkeys(texts_of(response), path)
            transaction.set_rollback(True)
        client.cookies = copy(mine)
    return met


def assert_vietnamese(met: dict[str, str]) -> None:
    net = patterns()
    assert {text: path for text, path in met.items() if left_in_english(text, net)} == {}


@pytest.fixture
def city(world: World) -> World:
    """Return a city with a case in every step, and with one at each end."""
    for story in ("single", "rejection", "withdrawal", "r3"):
        case_at("", story=story)
    return world


def test_every_page_speaks_vietnamese_to_everybody(city: World) -> None:
    visitor, newcomer = client_of(None), client_of(city.newcomer)
    met = gather(visitor, addresses(city), post=True) | gather(newcomer, addresses(city))
    for key in PEOPLE:
        met |= gather(client_of(people.user(key)), addresses(city), post=True)
    assert len(met) > 900
    assert_vietnamese(met)


def test_the_register_of_hanoi_speaks_vietnamese() -> None:
    call_command("import_clusters", stdout=StringIO())
    codes = Cluster.objects.values_list("code", flat=True)
    paths = ["/register/", "/register/?q=khong-co-cum-nao", *(f"/register/{code}/" for code in codes)]
    met = gather(client_of(None), paths)
    assert len(met) > 400
    assert_vietnamese(met)


# --- the nets hold --------------------------------------------------------------------------------
@pytest.mark.parametrize(
    "text", ["Skip to the main content", "Due 12/10/2026 and late", "Decision No. 5/QĐ of 01/02/2026"]
)
def test_the_nets_catch_english(text: str) -> None:
    assert left_in_english(text, patterns())


@pytest.mark.parametrize("text", ["Chuyển đến nội dung chính", "Công an Thành phố", "khoi-cong-demo"])
def test_the_nets_let_vietnamese_pass(text: str) -> None:
    assert not left_in_english(text, patterns())


def test_the_reader_skips_what_is_marked_as_english() -> None:
    reader = Reader()
    reader.feed('<p title="Một">Hai <span lang="en">three <b>four</b></span> năm</p><script>six</script>')
    assert reader.texts == ["Một", "Hai", "năm"]
