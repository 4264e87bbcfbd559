from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest
from django.test import Client

from accounts.models import User
from notifications import selectors, tasks
from notifications.models import Notification, OutboxRow
from tests.factories import people
from tests.factories.notifications import owed

pytestmark = pytest.mark.django_db
LIST = "/notifications/"


@pytest.fixture
def reader() -> User:
    return people.person()


@pytest.fixture
def browser(client: Client, reader: User) -> Client:
    client.force_login(reader)
    client.cookies["django_language"] = "en"
    return client


def shown(user: User, *, at: datetime, times: int = 1, **context: Any) -> list[Notification]:
    """Return notices that a worker has shown to `user`, oldest first."""
    rows = [owed(at=at, user=user, **context) for _ in range(times)]
    for row in rows:
        tasks.deliver(outbox_id=row.pk)
    return list(Notification.objects.filter(outbox__in=rows).order_by("pk"))


def test_an_empty_list_says_what_will_appear(browser: Client) -> None:
    page = browser.get(LIST).content.decode()

    assert "No notifications yet" in page
    assert "Mark all as read" not in page


def test_the_list_shows_text_moment_and_what_is_new(browser: Client, reader: User, at: datetime) -> None:
    shown(reader, at=at)

    page = browser.get(LIST).content.decode()

    assert "HS-1: opened" in page
    assert "The round for HS-1 is open." in page
    assert "05/10/2026 09:00" in page
    assert "Mark all as read" in page


def test_the_list_escapes_what_people_wrote(browser: Client, reader: User, at: datetime) -> None:
    shown(reader, at=at, code="<script>alert(1)</script>")

    assert "<script>alert" not in browser.get(LIST).content.decode()


def test_the_list_costs_the_same_for_one_notice_and_for_a_page(
    browser: Client, reader: User, at: datetime, django_assert_max_num_queries: Callable[[int], Any]
) -> None:
    def queries() -> int:
        with django_assert_max_num_queries(15) as captured:
            browser.get(LIST)
        return len(captured)

    shown(reader, at=at)
    one = queries()
    shown(reader, at=at, times=25)

    assert queries() == one


def test_pages_meet_without_gap_or_repetition(reader: User, at: datetime) -> None:
    made = [notice.pk for notice in shown(reader, at=at, times=7)]

    first = selectors.page(reader, size=3)
    second = selectors.page(reader, before=first.older, size=3)
    third = selectors.page(reader, before=second.older, size=3)
    back = selectors.page(reader, after=third.newer, size=3)
    start = selectors.page(reader, after=back.newer, size=3)

    pages = [[notice.pk for notice in page.notices] for page in (first, second, third)]
    assert [pk for page in pages for pk in page] == made[::-1]
    assert [notice.pk for notice in back.notices] == pages[1]
    assert [notice.pk for notice in start.notices] == pages[0]
    assert (first.newer, third.older, start.newer) == (None, None, None)


def test_the_list_leads_to_older_notices_and_back(browser: Client, reader: User, at: datetime) -> None:
    made = shown(reader, at=at, times=21)

    first = browser.get(LIST)
    second = browser.get(first.context["older"])

    assert [told.notice for told in second.context["notices"]] == [made[0]]
    assert (second.context["older"], first.context["newer"]) == ("", "")
    assert second.context["newer"] == f"{LIST}?after={made[0].pk}"


@pytest.mark.parametrize("query", ["before=x", "before=-1", "after=²", f"before={'9' * 30}", "after="])
def test_a_page_number_that_is_none_shows_the_first_page(
    browser: Client, reader: User, at: datetime, query: str
) -> None:
    shown(reader, at=at)

    assert len(browser.get(f"{LIST}?{query}").context["notices"]) == 1


def test_open_marks_as_read_once_and_leads_on(browser: Client, reader: User, at: datetime) -> None:
    (notice,) = shown(reader, at=at)

    answer = browser.get(f"{LIST}{notice.pk}/")
    notice.refresh_from_db()
    first_read = notice.read_at
    browser.get(f"{LIST}{notice.pk}/")
    notice.refresh_from_db()

    assert (answer.status_code, answer.headers["Location"]) == (302, "/")
    assert first_read is not None
    assert notice.read_at == first_read
    assert selectors.unread_count(reader) == 0


def test_open_leads_to_the_list_where_the_kind_has_gone(browser: Client, reader: User, at: datetime) -> None:
    (notice,) = shown(reader, at=at)
    OutboxRow.objects.filter(pk=notice.outbox_id).update(kind="old_times")

    assert "old times" in browser.get(LIST).content.decode()
    assert browser.get(f"{LIST}{notice.pk}/").headers["Location"] == LIST


def test_open_of_anothers_notice_looks_like_none(browser: Client, at: datetime) -> None:
    (notice,) = shown(people.person(), at=at)

    anothers = browser.get(f"{LIST}{notice.pk}/")
    none = browser.get(f"{LIST}{notice.pk + 1}/")
    far = browser.get(f"{LIST}{'9' * 40}/")

    assert [answer.status_code for answer in (anothers, none, far)] == [404, 404, 404]
    notice.refresh_from_db()
    assert notice.read_at is None


def test_read_all_touches_ones_own_only(browser: Client, reader: User, at: datetime) -> None:
    shown(reader, at=at, times=3)
    other = people.person()
    shown(other, at=at)

    answer = browser.post(f"{LIST}read-all/")

    assert answer.headers["Location"] == LIST
    assert (selectors.unread_count(reader), selectors.unread_count(other)) == (0, 1)


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("post", LIST, 405),
        ("post", f"{LIST}1/", 405),
        ("head", f"{LIST}1/", 405),
        ("get", f"{LIST}read-all/", 405),
    ],
)
def test_other_methods_are_refused(browser: Client, method: str, path: str, status: int) -> None:
    assert getattr(browser, method)(path).status_code == status


@pytest.mark.parametrize(
    ("method", "path"), [("get", LIST), ("get", f"{LIST}1/"), ("post", f"{LIST}read-all/")]
)
def test_visitors_are_asked_to_sign_in(client: Client, method: str, path: str) -> None:
    answer = getattr(client, method)(path)

    assert answer.status_code == 302
    assert answer.headers["Location"].startswith("/accounts/login/")
