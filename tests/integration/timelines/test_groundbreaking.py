"""From decision to groundbreaking on the real register, and the page that says so."""

from __future__ import annotations

import csv
from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.test import Client

from accounts.states import Role
from clusters import register_file, services
from clusters.dates import Days, exactly
from clusters.models import Cluster
from clusters.states import FactKind
from demo import people
from tests.factories import cases
from tests.factories import clusters as factory
from tests.factories.cases import case_at, moment
from timelines import groundbreaking
from timelines.groundbreaking import Course, Group
from timelines.waiting import Bounds
from workflows.models import Case
from workflows.states import CaseKind

pytestmark = pytest.mark.django_db

Tell = Callable[[datetime], None]
TODAY = date(2026, 11, 26)
PAGE = "/board/groundbreaking/"


@pytest.fixture
def hanoi() -> None:
    call_command("import_clusters", verbosity=0)


def course_of(code: str) -> Course:
    return next(
        course for course in groundbreaking.answer(today=TODAY).courses if course.cluster.code == code
    )


def page(key: str = "chau") -> Client:
    cases.settle()
    client = Client()
    client.cookies["django_language"] = "en"
    client.force_login(people.user(key))
    return client


# --- the real register ----------------------------------------------------------------------------
def counted_by_hand(path: Path) -> dict[str, int]:
    """Count the file's own cells, without any code of ours but for its name."""
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    new = [row for row in rows if row["kind"] != "existing_formalised"]
    both = [row for row in new if row["decision_date"] and row["groundbreaking_date"]]
    return {
        "both": len(both),
        "exact": sum(len(row["decision_date"]) == len(row["groundbreaking_date"]) == 10 for row in both),
        "waiting": sum(
            bool(row["decision_date"]) and row["status_at_source"].startswith("decided") for row in new
        ),
        "existing": len(rows) - len(new),
        "all": len(rows),
    }


def test_the_answer_counts_what_the_file_holds(hanoi: None) -> None:
    answer = groundbreaking.answer(today=TODAY)
    by_hand = counted_by_hand(register_file.HANOI_FILE)
    assert len(answer.started) == by_hand["both"] == 6
    assert answer.exact == by_hand["exact"] == 1
    assert len(answer.waiting) == by_hand["waiting"] == 15
    assert len(answer.of(Group.EXISTING)) == by_hand["existing"] == 13
    assert sum(len(answer.of(group)) for group in Group) == by_hand["all"] == 71
    assert not answer.of(Group.CONTRADICTORY)


def test_phu_yen_reads_1736_days_to_the_lease_and_1749_to_the_start(hanoi: None) -> None:
    phu_yen = course_of("HN004")
    assert (phu_yen.to_lease, phu_yen.to_start) == (Days(1736, 1736), Days(1749, 1749))


def test_the_real_median_is_not_reached_while_those_decided_still_wait(hanoi: None) -> None:
    answer = groundbreaking.answer(today=TODAY)
    # 17 of the 21 are still at risk when the first starts (the four of 2025 have waited too short):
    # 16, 15, 14, 13 seventeenths wait on until the fifth start, that of Phú Yên: 12/17 is below 3/4.
    assert answer.quarter.today == Bounds(1749, 1749)
    assert answer.median.today == Bounds(None, None)
    # Until their reports only CN3 waited long enough to count: seven at risk, the fourth start is half.
    assert answer.median.heard == Bounds(1401, 1460)
    assert answer.range == Days(1066, 2403)
    assert answer.is_few
    assert len(answer.long_unheard) == 15


def test_made_up_clusters_are_never_mixed_in(hanoi: None) -> None:
    case_at("", at=moment("05/10/2026", 8, 5))
    real = groundbreaking.answer(today=TODAY)
    made_up = groundbreaking.answer(today=TODAY, made_up=True)
    assert len(real.courses) == 71
    assert [course.group for course in made_up.courses] == [Group.WAITING]


def test_a_decision_of_a_procedure_counts_the_same_way() -> None:
    walk = case_at("", at=moment("05/10/2026", 8, 5))
    (course,) = groundbreaking.answer(today=TODAY, made_up=True).courses
    decided = walk.case.cluster.facts.standing().get(kind=FactKind.DECISION)
    assert decided.earliest
    assert course.followed
    assert course.known_waiting == course.waited == Days(n := (TODAY - decided.earliest).days, n)
    services.record_fact(
        cluster=walk.case.cluster, kind=FactKind.GROUNDBREAKING, when=exactly(TODAY), at=walk.now
    )
    (course,) = groundbreaking.answer(today=TODAY, made_up=True).courses
    assert course.group is Group.EXACT
    assert course.to_start == Days(n, n)


def test_a_start_of_a_procedure_counts_the_same_way() -> None:
    walk = case_at("", story="operation", at=moment("01/07/2025", 8, 5))
    (course,) = groundbreaking.answer(today=walk.now.date(), made_up=True).courses
    assert course.group is Group.EXACT
    assert course.to_lease
    assert course.to_start
    assert course.to_lease.is_exact
    assert course.to_start.is_exact
    assert course.to_lease < course.to_start


def test_the_lease_of_an_expansion_leaves_the_cluster_its_own() -> None:
    walk = case_at("lease_land", story="operation", at=moment("01/07/2025", 8, 5))
    cluster, lease = walk.case.cluster, FactKind.LAND_LEASE
    own = services.record_fact(cluster=cluster, kind=lease, when=exactly(date(2020, 1, 1)), at=walk.now)
    Case.objects.filter(pk=walk.case.pk).update(kind=CaseKind.EXPANSION)
    walk.grant("lease_land", "moc", "QĐ-UBND")
    assert cluster.facts.standing().get(kind=lease) == own


def test_a_corrected_day_counts_and_the_one_before_it_does_not(at: datetime) -> None:
    services.import_rows([factory.register_row()], at=at)
    cluster = Cluster.objects.get()
    services.record_fact(cluster=cluster, kind=FactKind.DECISION, when=exactly(date(2020, 1, 1)), at=at)
    (course,) = groundbreaking.answer(today=TODAY).courses
    assert course.waited == Days(2521, 2521)


def test_the_answer_takes_three_queries(hanoi: None, django_assert_num_queries: Any) -> None:
    with django_assert_num_queries(3):
        assert groundbreaking.answer(today=TODAY).shares


# --- the page -------------------------------------------------------------------------------------
def test_the_page_answers_in_words_first(hanoi: None, it_is: Tell) -> None:
    it_is(moment("26/11/2026"))
    text = " ".join(page().get(PAGE).content.decode().split())
    assert "Of the 21 clusters whose day of decision is known, 6 have started construction" in text
    assert "after 1,066 to 2,403 days" in text
    assert "15 have not, as far as the sources say." in text
    assert "a quarter start within 1,749 days, and fewer than half have started to this day." in text
    assert "Below 15 that is too few for a firm statement" in text
    assert "of 15 of the 15 that are not reported as started, the last report is more than a year old" in text


def test_the_page_shows_phu_yen_with_its_days_numbers_source_and_grade(hanoi: None, it_is: Tell) -> None:
    it_is(moment("26/11/2026"))
    text = page().get(PAGE).content.decode()
    for part in ("1,736 days", "1,749 days", "2952/QĐ-UBND", "15/06/2018", "1591/QĐ-UBND", "17/03/2023"):
        assert part in text
    assert "/register/HN004/" in text
    assert "nguoihanoi.vn (article 68701)" in text
    assert "read in the source" in text


def test_the_page_keeps_one_wave_on_request(hanoi: None, it_is: Tell) -> None:
    it_is(moment("26/11/2026"))
    client = page()
    wave = client.get(PAGE, {"wave": "2018"})
    assert [row["course"].cluster.code for row in wave.context["rows"]] == ["HN005", "HN004"]
    assert "decided in 2018" in wave.content.decode()
    assert "No decision of this year is known" in client.get(PAGE, {"wave": "1999"}).content.decode()
    for odd in ("²", "-1", "9" * 30, "x", ""):
        assert len(client.get(PAGE, {"wave": odd}).context["rows"]) == 21


def test_the_page_shows_made_up_clusters_apart(hanoi: None, it_is: Tell) -> None:
    it_is(moment("26/11/2026"))
    walk = case_at("", at=moment("05/10/2026", 8, 5))
    client = page()
    assert walk.case.cluster.name not in client.get(PAGE).content.decode()
    text = client.get(PAGE, {"made_up": "yes"}).content.decode()
    assert walk.case.cluster.name in text
    assert "Made up for the demo" in text
    assert "over what is made up for the demo: 1 in all." in text
    assert "press and city pages" not in text
    assert "Phú Yên" not in text


def test_an_empty_register_is_said_so(it_is: Tell) -> None:
    it_is(moment("26/11/2026"))
    assert "No cluster with a known day of decision" in page().get(PAGE).content.decode()


def test_a_long_register_is_shown_page_by_page(at: datetime, it_is: Tell) -> None:
    it_is(moment("26/11/2026"))
    services.import_rows(factory.register_rows(120), at=at)
    client, address, seen = page(), PAGE, []
    while address:
        response = client.get(address)
        seen += [row["course"].cluster.code for row in response.context["rows"]]
        address = PAGE + response.context["older"] if response.context["older"] else ""
    assert len(seen) == len(set(seen)) == 120
    assert client.get(PAGE, {"rows": "50"}).context["newer"] == "?rows=0"
    assert len(client.get(PAGE, {"rows": "9999"}).context["rows"]) == 50


@pytest.mark.parametrize("key", ["minh", "lan", "binh", "van"])
def test_whoever_leads_nothing_does_not_find_the_page(key: str) -> None:
    assert page(key).get(PAGE).status_code == 404


def test_a_leader_of_any_office_reads_the_whole_city(hanoi: None, it_is: Tell) -> None:
    it_is(moment("26/11/2026"))
    client = page("tai")
    cases.appoint("tai", Role.LEADER)
    assert len(client.get(PAGE).context["rows"]) == 21
