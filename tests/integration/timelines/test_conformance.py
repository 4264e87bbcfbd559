"""The running cases that depart from their procedure, for leaders: counted by kind, a part at a time."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

import pytest
from django.test import Client

from accounts.selectors import standing
from approvals.models import Decision
from approvals.states import DeviationKind
from demo import people
from law.selectors import calendar
from tests.factories.cases import case_at, moment
from timelines import selectors

pytestmark = pytest.mark.django_db
NOW = moment("10/11/2026")


def replayed(key: str = "khanh", after: int = 0) -> selectors.Replayed:
    who = standing(people.user(key), on=NOW.date())
    return selectors.replayed(who, today=NOW.date(), calendar=calendar(), after=after)


def page(query: str = "") -> str:
    client = Client()
    client.force_login(people.user("khanh"))
    client.cookies["django_language"] = "en"
    return client.get(f"/board/conformance/{query}").content.decode()


def test_cases_are_counted_once_for_each_kind_of_deviation() -> None:
    case_at("give_notice")
    late = case_at("decide")
    wrong = case_at("send_copy")
    case_at(story="withdrawal")
    Decision.objects.update(issuer=people.agency_of(people.person("binh")), signed_on=moment("01/10/2026"))

    found = replayed()

    assert found.n == 3  # the withdrawn case runs no more
    assert [one.case for one in found.departures][1:] == [late.case, wrong.case]
    assert dict(found.by_kind()) == {
        DeviationKind.LATE: 2,
        DeviationKind.WITHOUT_COMPETENCE: 1,
        DeviationKind.PAPER_OUT_OF_ORDER: 1,
    }


def test_a_leader_of_another_agency_counts_only_the_cases_that_they_may_see() -> None:
    case_at("give_notice", commune="dao")
    assert replayed("khanh").n == 1
    assert replayed("tai").n == 0


def test_cases_come_a_part_at_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(selectors, "CHUNK", 1)
    first, second = case_at("give_notice").case, case_at("give_notice").case

    begin = replayed()
    rest = replayed(after=first.pk)

    assert [one.case for one in begin.departures] == [first]
    assert begin.following == first.pk
    assert [one.case for one in rest.departures] == [second]
    assert rest.following is None


def test_the_page_leads_from_a_kind_to_its_cases(it_is: Callable[[datetime], None]) -> None:
    it_is(NOW)
    late, wrong = case_at("decide").case.code, case_at("send_copy").case.code
    Decision.objects.update(issuer=people.agency_of(people.person("binh")))

    whole, of_one_kind = page(), page("?kind=without_competence")

    assert "2 running cases were replayed against their procedures; 2 of them depart." in whole
    assert f"/cases/{late}/#conformance" in whole
    assert f"/cases/{wrong}/#conformance" in of_one_kind
    assert f"/cases/{late}/#conformance" not in of_one_kind


def test_the_page_says_where_nothing_departs(it_is: Callable[[datetime], None]) -> None:
    it_is(moment("06/10/2026"))
    case_at("give_notice", at=moment("05/10/2026", 8, 5))
    assert "No deviation found in these cases" in page()
