"""People over HTTP: they sign in, find their work in the inbox, and send a form until it is answered.

A form keeps its idempotency key however often it is sent. Only what was answered is acknowledged.
"""

from __future__ import annotations

import contextlib
import http.client
import re
import threading
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from html import unescape
from http.cookiejar import CookieJar
from typing import Any
from uuid import uuid4
from zoneinfo import ZoneInfo

from approvals.step_forms import PROGRESS
from demo import people
from demo.walk import paper
from tests.faults.city import Act, City, wait_until
from workflows.states import MilestoneKind

HANOI = ZoneInfo("Asia/Ho_Chi_Minh")
STEP = re.compile(r'href="/steps/(\d+)/(\w+)/"')
NEXT = re.compile(r'href="(\?tab=\w+&amp;after=[^"]+)"')
KEY = re.compile(r'name="key" value="([0-9a-f-]{36})"')
TOKEN = re.compile(r'name="csrfmiddlewaretoken" value="(\w+)"')
ERRORS = re.compile(r'<ul class="[^"]*error[^"]*".*?</ul>', re.DOTALL)
# One that a person waits for: longer than the five seconds for which the database waits for a lock.
ANSWER_SECONDS = 20
TRY_AGAIN_SECONDS = 0.2
GIVE_UP_SECONDS = 90
SEE_OTHER = 302


@dataclass(frozen=True)
class Answer:
    """What the server answered: status, where it leads, and the page."""

    status: int
    location: str
    text: str


class _Stay(urllib.request.HTTPRedirectHandler):
    """Takes a redirect for an answer, since it is one: the act is done."""

    def redirect_request(self, *args: Any, **kwargs: Any) -> None:
        return None


class Browser:
    """One person's browser: cookies, a session, and patience when the line is dead."""

    def __init__(self, site: str, email: str) -> None:
        self.site, self.email, self.retries = site, email, 0
        self._opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(CookieJar()), _Stay)

    def sign_in(self) -> None:
        """Sign in with the password that everybody in the demo has."""
        form = {"login": self.email, "password": people.PASSWORD}
        answer = self.send("/accounts/login/", form, token=self.token(self.get("/accounts/login/")))
        assert answer.status == SEE_OTHER, f"{self.email} cannot sign in: {answer.status}"

    def get(self, path: str) -> Answer:
        """Return the page at `path`, asked for until it is there."""
        return self._until_answered(path, None, {})

    def send(self, path: str, form: Mapping[str, Any], *, token: str, file: bytes | None = None) -> Answer:
        """Send `form`, and the same again, until it is answered."""
        fields = {**form, "csrfmiddlewaretoken": token}
        if file is None:
            body, kind = urllib.parse.urlencode(fields, doseq=True).encode(), "x-www-form-urlencoded"
            return self._until_answered(path, body, {"Content-Type": f"application/{kind}"})
        boundary = uuid4().hex
        body = _multipart(fields, file, boundary)
        return self._until_answered(path, body, {"Content-Type": f"multipart/form-data; boundary={boundary}"})

    def open(self, path: str) -> tuple[str, str]:
        """Return the key and the token of the form at `path`."""
        page = self.get(path)
        key = KEY.search(page.text)
        assert key, f"{path}: no form for {self.email} ({page.status})"
        return key[1], self.token(page)

    @staticmethod
    def token(page: Answer) -> str:
        """Return the token against forgery that `page` carries."""
        found = TOKEN.search(page.text)
        assert found, f"no form on the page: {page.status} {page.location}"
        return found[1]

    def _until_answered(self, path: str, body: bytes | None, headers: dict[str, str]) -> Answer:
        end = time.monotonic() + GIVE_UP_SECONDS
        request = urllib.request.Request(self.site + path, data=body, headers=headers)
        while True:
            try:
                answer = self._ask(request)
                if answer.status < 500:
                    return answer
                last: object = answer.status
            except (OSError, http.client.HTTPException) as error:  # nobody there, or gone meanwhile
                last = repr(error)
            assert time.monotonic() < end, f"{path}: no answer in {GIVE_UP_SECONDS} s, at last {last}"
            self.retries += 1
            time.sleep(TRY_AGAIN_SECONDS)

    def _ask(self, request: urllib.request.Request) -> Answer:
        try:
            response = self._opener.open(request, timeout=ANSWER_SECONDS)
        except urllib.error.HTTPError as error:
            response = error
        with response:
            text = response.read().decode()
            return Answer(response.status, response.headers.get("Location", ""), text)


def _multipart(fields: Mapping[str, Any], file: bytes, boundary: str) -> bytes:
    head = f'--{boundary}\r\nContent-Disposition: form-data; name="'
    parts = [f'{head}{name}"\r\n\r\n{value}\r\n'.encode() for name, value in fields.items()]
    told = f'{head}file"; filename="to-trinh.png"\r\nContent-Type: image/png\r\n\r\n'.encode()
    return b"".join([*parts, told, file, f"\r\n--{boundary}--\r\n".encode()])


@dataclass
class Officer:
    """Somebody with a browser who does, page by page, what lies in the inbox."""

    browser: Browser
    # What this person fills in, by the last part of the page's address.
    forms: Mapping[str, Callable[[int], dict[str, Any]]]
    book: list[Act]  # what the whole city was told
    acts: list[Act] = field(default_factory=list)
    may_begin: Callable[[], bool] = lambda: True

    def work(self, enough: threading.Event) -> None:
        """Do what is there, and wait for more, until it is enough; an act that was begun is ended."""
        while not enough.is_set():
            if not self.may_begin() or not self._look(enough):
                enough.wait(TRY_AGAIN_SECONDS)

    def _look(self, enough: threading.Event) -> bool:
        mine, path = self._read("")
        while path and not mine:
            mine, path = self._read(path)
        for pk, page in mine:
            if enough.is_set() or not self.may_begin():
                break
            self.do(pk, page)
        return bool(mine)

    def _read(self, query: str) -> tuple[list[tuple[int, str]], str]:
        """Return this person's steps on one page of the inbox, and where the next page is."""
        text = self.browser.get(f"/inbox/{query}").text
        more = NEXT.search(text)
        mine = [(int(pk), page) for pk, page in STEP.findall(text) if page in self.forms]
        return mine, unescape(more[1]) if more else ""

    def do(self, step: int, page: str) -> None:
        """Open the page of `step`, fill it in, and send it until it is answered."""
        path = f"/steps/{step}/{page}/"
        key, token = self.browser.open(path)
        file = paper(f"Tờ trình {step}")[1].read() if page == "submission" else None
        answer = self.browser.send(path, {**self.forms[page](step), "key": key}, token=token, file=file)
        told = ERRORS.findall(answer.text)
        assert answer.status == SEE_OTHER, f"{path}: {self.browser.email} was refused: {answer.status} {told}"
        self.acts.append(act := Act(key, step, page, self.browser.email))
        self.book.append(act)


def today(*, plus: int = 0) -> str:
    """Return today in Hanoi, or so many days later, as people write it."""
    return f"{datetime.now(HANOI) + timedelta(days=plus):%d/%m/%Y}"


def forms(seeded: Mapping[str, Any]) -> dict[str, dict[str, Callable[[int], dict[str, Any]]]]:
    """Return who fills in what, from the commune's submission to the copy for the ministry."""
    return {
        "binh": {"submission": lambda pk: {"number": f"{pk}/TTr", "signed_on": today()}},
        "minh": {
            "intake": lambda pk: {"result": "complete"},
            "consultation": lambda pk: {
                "agencies": seeded["agencies"],
                "question": "Đề nghị cho ý kiến.",
                "answer_by": seeded["answer_by"],
            },
            "report": lambda pk: {
                "findings": "Hồ sơ hợp lệ.",
                "on_untold": "Nhà đầu tư đủ năng lực.",
                "recommendation": "establish",
            },
        },
        "tai": {"opinion": lambda pk: {"verdict": "agree"}},
        "xuan": {"opinion": lambda pk: {"verdict": "no_comment"}},
        "thao": {"review": lambda pk: {"result": "approved"}},
        "chau": {
            "decision": lambda pk: {
                "outcome": "establish",
                "number": f"{pk}/QĐ-UBND",
                "signed_on": today(),
                "reasons": "Theo báo cáo thẩm định.",
                **{f"{PROGRESS}{kind}": today(plus=100 * n) for n, kind in enumerate(MilestoneKind, 1)},
            }
        },
        "van": {"copy": lambda pk: {"number": f"{pk}/UBND", "sent_on": today()}},
    }


class Crowd:
    """The people of the procedure, at work at once on some cases at a time."""

    def __init__(self, city: City, *, at_a_time: int) -> None:
        self.at_a_time = at_a_time
        self.failures: list[BaseException] = []
        self.officers = {
            key: Officer(Browser(city.site, people.person(key).email), fields, city.acknowledged)
            for key, fields in forms(city.seeded).items()
        }
        self.officers["binh"].may_begin = self._has_room
        for officer in self.officers.values():
            officer.browser.sign_in()

    def _has_room(self) -> bool:
        return self.begun() - self.ended() < self.at_a_time

    def begun(self) -> int:
        """Return how many cases were sent to the Department."""
        return len(self.officers["binh"].acts)

    def ended(self) -> int:
        """Return how many cases have come to their end."""
        return len(self.officers["van"].acts)

    @property
    def acts(self) -> list[Act]:
        return [act for officer in self.officers.values() for act in officer.acts]

    @property
    def retries(self) -> int:
        return sum(officer.browser.retries for officer in self.officers.values())

    @contextlib.contextmanager
    def at_work(self) -> Iterator[None]:
        """Let all work until the end of the block; then each ends the act they are in.

        Raises:
            AssertionError: somebody was refused, or gave up.
        """
        enough = threading.Event()

        def work(officer: Officer) -> None:
            try:
                officer.work(enough)
            except BaseException as error:
                self.failures.append(error)

        threads = [threading.Thread(target=work, args=[one], daemon=True) for one in self.officers.values()]
        for thread in threads:
            thread.start()
        try:
            yield
        finally:
            enough.set()
            for thread in threads:
                thread.join(timeout=GIVE_UP_SECONDS + ANSWER_SECONDS)
        self._raise_failures()

    def _raise_failures(self) -> None:
        if self.failures:
            raise self.failures.pop()

    def wait_for(self, count: int) -> None:
        """Wait until `count` more acts are acknowledged."""
        wanted = len(self.acts) + count
        self._wait(lambda: len(self.acts) >= wanted, f"{count} more acts")

    def wait_for_a_story(self) -> None:
        """Wait until a case that is not begun yet has come to its end."""
        wanted = self.begun() + 1
        self._wait(lambda: self.ended() >= wanted, "a whole story")

    def wait_for_the_end(self) -> None:
        """Begin no more cases, and wait until each that was begun has come to its end."""
        self.at_a_time = 0
        self._wait(lambda: self.ended() == self.begun(), "every case at its end")

    def _wait(self, state: Callable[[], bool], what: str) -> None:
        def holds() -> bool:
            self._raise_failures()
            return state()

        wait_until(holds, what)
