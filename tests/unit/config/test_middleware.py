"""What requests are told, and how refusals are answered."""

from typing import Any

import pytest
from django.db import OperationalError
from django.http import HttpRequest, HttpResponse
from django.test import RequestFactory
from django.utils import translation

from config import middleware
from records.exceptions import AlreadyDone, DomainError


class Hidden(DomainError):
    status = 404


class LockNotAvailable(Exception):
    sqlstate = "55P03"


def answer(error: Exception, **headers: str) -> HttpResponse | None:
    request = RequestFactory().post("/cases/HN-7/", headers=headers)
    with translation.override("en"):
        return middleware.DomainErrors(lambda _: HttpResponse()).process_exception(request, error)


def lock_wait() -> OperationalError:
    error = OperationalError("canceling statement due to lock timeout")
    error.__cause__ = LockNotAvailable()
    return error


def spoken(**cookies: str) -> str | None:
    request = RequestFactory().get("/", headers={"accept-language": "en"})
    request.COOKIES.update(cookies)
    heard: list[str | None] = []

    def view(_: HttpRequest) -> HttpResponse:
        heard.append(translation.get_language())
        return HttpResponse()

    middleware.language(view)(request)
    return heard[0]


def test_vietnamese_is_spoken_whatever_the_browser_says() -> None:
    assert spoken() == "vi"


@pytest.mark.parametrize(("cookie", "language"), [("en", "en"), ("vi", "vi"), ("fr", "vi"), ("../en", "vi")])
def test_the_cookie_chooses_among_our_languages(cookie: str, language: str) -> None:
    assert spoken(django_language=cookie) == language


def test_a_refusal_becomes_a_page_with_its_status_and_reason() -> None:
    response = answer(DomainError("Another officer has taken this step."))
    assert response is not None
    assert response.status_code == 409
    assert "Another officer has taken this step." in response.content.decode()
    assert "<html" in response.content.decode()


def test_a_refusal_for_htmx_becomes_a_notice_in_the_live_region() -> None:
    response = answer(DomainError("Another officer has taken this step."), hx_request="true")
    assert response is not None
    assert response.status_code == 409
    assert response["HX-Retarget"] == "#notices"
    assert "Another officer has taken this step." in response.content.decode()
    assert "<html" not in response.content.decode()


def test_not_found_gives_no_reason_away() -> None:
    response = answer(Hidden("You may not see case HN-7."))
    assert response is not None
    assert response.status_code == 404
    assert "You may not see" not in response.content.decode()


@pytest.mark.parametrize(
    ("status", "lost"), [(200, False), (422, False), (403, True), (405, True), (500, True)]
)
def test_an_error_page_never_takes_the_place_of_a_fragment(status: int, lost: bool) -> None:
    request = RequestFactory().post("/", headers={"hx-request": "true"})
    response = middleware.DomainErrors(lambda _: HttpResponse("part", status=status))(request)
    assert response.status_code == status
    assert ("HX-Retarget" in response.headers) is lost
    assert (response.content == b"part") is not lost


def test_a_repeated_act_is_no_error() -> None:
    response = answer(AlreadyDone())
    assert response is not None
    assert response.status_code == 200
    assert "Already recorded" in response.content.decode()


@pytest.mark.parametrize("error", [lock_wait(), OperationalError("database is locked")])
def test_a_wait_for_a_lock_asks_to_try_again(error: OperationalError) -> None:
    response = answer(error)
    assert response is not None
    assert response.status_code == 503
    assert response["Retry-After"] == "5"
    assert "Somebody is just acting on this case" in response.content.decode()


@pytest.mark.parametrize("error", [OperationalError("no such table: x"), ValueError("a bug")])
def test_other_errors_are_left_to_django(error: Exception) -> None:
    assert answer(error) is None


@pytest.mark.parametrize(
    ("referer", "shown"), [("http://testserver/steps/7/", True), ("https://evil.example/", False)]
)
def test_a_refused_form_leads_back_to_our_pages_only(referer: str, shown: bool) -> None:
    response = answer(DomainError("Another officer has taken this step."), referer=referer, host="testserver")
    assert response is not None
    assert (referer in response.content.decode()) is shown


def test_the_process_answers_without_the_clock(monkeypatch: pytest.MonkeyPatch) -> None:
    def no_database() -> Any:
        raise OperationalError("the database is away")

    monkeypatch.setattr("records.clock.now", no_database)
    ask = middleware.told_time(lambda _: HttpResponse("ok"))
    assert ask(RequestFactory().get("/healthz")).content == b"ok"
    with pytest.raises(OperationalError, match="the database is away"):
        ask(RequestFactory().get("/"))
