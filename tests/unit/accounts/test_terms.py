"""On which days an agency exists, and a person served in it."""

from datetime import date

import pytest

from accounts.models import Agency, Membership

FIRST, LAST = date(2025, 3, 1), date(2026, 6, 30)
BEFORE, AFTER = date(2025, 2, 28), date(2026, 7, 1)


@pytest.mark.parametrize(("day", "exists"), [(BEFORE, False), (FIRST, True), (LAST, True), (AFTER, False)])
def test_an_agency_exists_from_its_first_to_its_last_day(day: date, exists: bool) -> None:
    assert Agency(valid_from=FIRST, valid_to=LAST).exists_on(day) is exists


@pytest.mark.parametrize("day", [BEFORE, AFTER])
def test_an_agency_whose_days_are_not_known_exists_on_any(day: date) -> None:
    assert Agency().exists_on(day)


@pytest.mark.parametrize(("day", "serves"), [(BEFORE, False), (FIRST, True), (LAST, True), (AFTER, False)])
def test_a_person_serves_from_the_first_to_the_last_day(day: date, serves: bool) -> None:
    assert Membership(valid_from=FIRST, valid_to=LAST).covers(day) is serves


@pytest.mark.parametrize(("day", "serves"), [(date(2025, 3, 31), True), (date(2025, 4, 1), False)])
def test_a_membership_that_was_taken_away_gives_nothing_from_that_day_on(day: date, serves: bool) -> None:
    assert Membership(valid_from=FIRST, ended_on=date(2025, 4, 1)).covers(day) is serves
