"""Two officers race over the same step of many cases: one does it, the other is told who did, and when."""

from __future__ import annotations

import re
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.utils import translation
from django.utils.translation import gettext

from demo import people
from tests.faults.city import Act, City
from tests.faults.clients import SEE_OTHER, Answer, Browser, today

CONFLICT = 409
START_SECONDS = 60
TOLD_SECONDS = 600  # not what is promised: here nothing died, and a thousand cases are a lot to tell


@pytest.fixture(params=[pytest.param("sqlite", marks=pytest.mark.serverless), "postgresql"])
def city(request: pytest.FixtureRequest) -> City:
    found: City = request.getfixturevalue(request.param)
    return found


def race(browsers: list[Browser], steps: list[int]) -> list[tuple[int, dict[str, tuple[str, Answer]]]]:
    """Let all send each step's form at the same moment; return key and answer by person, step by step."""
    start = Barrier(len(browsers), timeout=START_SECONDS)

    def run(browser: Browser) -> Iterator[tuple[str, Answer]]:
        for step in steps:
            path = f"/steps/{step}/notice/"
            key, token = browser.open(path)
            start.wait()
            yield key, browser.send(path, notice(step) | {"key": key}, token=token)

    with ThreadPoolExecutor(len(browsers)) as pool:
        ran = list(pool.map(lambda browser: list(run(browser)), browsers))
    emails = [browser.email for browser in browsers]
    return [
        (step, dict(zip(emails, answers, strict=True))) for step, *answers in zip(steps, *ran, strict=True)
    ]


def notice(step: int) -> dict[str, str]:
    """Return what an officer of a commune fills in to announce that files are received."""
    return {"number": f"{step}/TB", "published_on": today(), "where": "Cổng thông tin điện tử xã"}


def told_who_and_when(name: str) -> re.Pattern[str]:
    """Return what the loser has to read: that `name` did it, today."""
    with translation.override("vi"):
        words = gettext("%(who)s already completed this step on %(when)s. Nothing was changed by you.")
    told = words % {"who": name, "when": f"{today()} 99:99"}
    return re.compile(re.escape(told).replace("99:99", r"\d\d:\d\d"))


def test_one_officer_wins_each_case_and_the_other_is_told_who_and_when(
    city: City, note: Callable[[str], None]
) -> None:
    dao, second = people.person("dao"), city.seeded["colleague"]
    names = {dao.email: dao.full_name, second["email"]: second["full_name"]}
    browsers = [Browser(city.site, email) for email in names]
    for browser in browsers:
        browser.sign_in()
    acts = city.sql("SELECT count(*) FROM records_auditrow WHERE key IS NOT NULL")

    began = time.monotonic()
    races = race(browsers, city.seeded["steps"]["give_notice"])
    seconds = time.monotonic() - began

    wins: Counter[str] = Counter()
    for step, by_email in races:
        (winner, (key, _)), *others = sorted(by_email.items(), key=lambda item: item[1][1].status)
        assert sorted(answer.status for _, answer in by_email.values()) == [SEE_OTHER, CONFLICT], step
        for _loser, (_, answer) in others:
            assert told_who_and_when(names[winner]).search(answer.text), answer.text
        wins[names[winner]] += 1
        city.acknowledged.append(Act(key, step, "notice", winner))
    assert city.sql("SELECT count(*) FROM records_auditrow WHERE key IS NOT NULL") == acts + len(races)
    assert len(wins) == 2, f"nothing raced: {dict(wins)}"
    city.assert_all_told(seconds=TOLD_SECONDS)
    told = ", ".join(f"{name} {times}" for name, times in wins.most_common())
    note(f"race on {city.database_name}: {len(races)} cases in {seconds:.0f} s; wins: {told}")
