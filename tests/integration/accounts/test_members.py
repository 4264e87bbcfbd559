"""Changing and ending memberships, and what a person is on a day."""

from datetime import date, datetime, timedelta
from typing import Any

import pytest

from accounts import selectors, services, signals
from accounts.exceptions import ActionDenied, DatesInvalid, LastAdministrator, MembershipOver
from accounts.models import Membership, User
from accounts.states import AgencyKind, ChangeAct, Role
from records.clock import local_day
from tests.factories import people

pytestmark = pytest.mark.django_db
A_DAY = timedelta(days=1)


def test_a_deactivated_officer_is_nothing_from_that_day_on_and_cannot_sign_in(at: datetime) -> None:
    office = people.office()
    boss, officer = (
        people.member(office, Role.ADMINISTRATOR),
        people.member(office, Role.OFFICER, Role.LEADER),
    )
    today = local_day(at)

    services.deactivate(agency_id=office.pk, user_id=officer.pk, by=boss, at=at)

    officer.refresh_from_db()
    assert not officer.is_active
    assert selectors.standing(officer, on=today).seats == frozenset()
    assert set(Membership.objects.filter(user=officer).values_list("ended_on", flat=True)) == {today}
    acts = office.changes.filter(user=officer).values_list("act", flat=True)
    assert sorted(acts) == [ChangeAct.ACCOUNT_CLOSED, ChangeAct.ENDED, ChangeAct.ENDED]


def test_whoever_serves_elsewhere_keeps_the_account_and_loses_only_this_seat_at_once(at: datetime) -> None:
    here, there = people.office(), people.office(AgencyKind.FINANCE)
    boss, officer = people.member(here, Role.ADMINISTRATOR), people.member(here, Role.OFFICER)
    Membership.objects.create(user=officer, agency=there, role=Role.OFFICER, valid_from=local_day(at))

    services.deactivate(agency_id=here.pk, user_id=officer.pk, by=boss, at=at)

    officer.refresh_from_db()
    assert officer.is_active
    assert selectors.standing(officer, on=local_day(at)).agencies() == {there.pk}
    # History stays: the day before, the seat was there.
    yesterday = selectors.standing(officer, on=local_day(at) - A_DAY)
    assert yesterday.agencies() == {here.pk}


def test_an_investors_account_is_the_persons_own_and_stays(at: datetime) -> None:
    agency, owner = people.investor()
    colleague = people.member(agency, Role.APPLICANT)
    services.deactivate(agency_id=agency.pk, user_id=colleague.pk, by=owner, at=at)
    colleague.refresh_from_db()
    assert colleague.is_active
    assert selectors.standing(colleague, on=local_day(at)).seats == frozenset()


def test_deactivating_twice_changes_nothing_more(at: datetime) -> None:
    office = people.office()
    boss, officer = people.member(office, Role.ADMINISTRATOR), people.member(office)
    for _ in range(2):
        services.deactivate(agency_id=office.pk, user_id=officer.pk, by=boss, at=at)
    assert office.changes.filter(user=officer).count() == 2


def test_apps_above_hear_of_it(at: datetime) -> None:
    office = people.office()
    boss, officer = people.member(office, Role.ADMINISTRATOR), people.member(office)
    heard: list[tuple[User, Any]] = []

    def hear(user: User, agency: Any, **kwargs: Any) -> None:
        heard.append((user, agency))

    signals.membership_ended.connect(hear)
    try:
        services.deactivate(agency_id=office.pk, user_id=officer.pk, by=boss, at=at)
    finally:
        signals.membership_ended.disconnect(hear)
    assert heard == [(officer, office)]


def test_the_last_administrator_stays(at: datetime) -> None:
    office = people.office()
    boss = people.member(office, Role.ADMINISTRATOR)
    with pytest.raises(LastAdministrator, match="last administrator"):
        services.deactivate(agency_id=office.pk, user_id=boss.pk, by=boss, at=at)
    seat = boss.memberships.get()
    with pytest.raises(LastAdministrator):
        services.change_dates(
            membership_id=seat.pk, valid_from=seat.valid_from, valid_to=date(2027, 1, 1), by=boss, at=at
        )
    seat.refresh_from_db()
    assert (seat.valid_to, seat.ended_on) == (None, None)


def test_an_administrator_whose_end_is_known_does_not_count_as_another(at: datetime) -> None:
    office = people.office()
    boss, deputy = people.member(office, Role.ADMINISTRATOR), people.member(office, Role.ADMINISTRATOR)
    Membership.objects.filter(user=deputy).update(valid_to=date(2026, 12, 31))
    with pytest.raises(LastAdministrator):
        services.deactivate(agency_id=office.pk, user_id=boss.pk, by=deputy, at=at)
    services.deactivate(agency_id=office.pk, user_id=deputy.pk, by=boss, at=at)


def test_changed_dates_leave_before_and_after(at: datetime) -> None:
    office = people.office()
    boss, officer = people.member(office, Role.ADMINISTRATOR), people.member(office)
    seat = officer.memberships.get()

    services.change_dates(
        membership_id=seat.pk, valid_from=seat.valid_from, valid_to=date(2026, 12, 31), by=boss, at=at
    )

    detail = office.changes.filter(act=ChangeAct.DATES_CHANGED).get().detail
    assert detail["before"] == {"valid_from": "2025-03-01", "valid_to": None}
    assert detail["after"] == {"valid_from": "2025-03-01", "valid_to": "2026-12-31"}
    assert selectors.standing(officer, on=date(2026, 12, 31)).seats
    assert not selectors.standing(officer, on=date(2027, 1, 1)).seats


def test_a_membership_that_is_over_is_history(at: datetime) -> None:
    office = people.office()
    boss, officer = people.member(office, Role.ADMINISTRATOR), people.member(office)
    seat = officer.memberships.get()
    services.deactivate(agency_id=office.pk, user_id=officer.pk, by=boss, at=at)
    with pytest.raises(MembershipOver, match="Invite the person again"):
        services.change_dates(
            membership_id=seat.pk, valid_from=seat.valid_from, valid_to=None, by=boss, at=at
        )


def test_a_first_day_that_has_come_is_not_moved(at: datetime) -> None:
    office = people.office()
    boss, officer = people.member(office, Role.ADMINISTRATOR), people.member(office)
    with pytest.raises(DatesInvalid, match="has started"):
        services.change_dates(
            membership_id=officer.memberships.get().pk,
            valid_from=date(2026, 12, 1),
            valid_to=None,
            by=boss,
            at=at,
        )


@pytest.mark.parametrize("role", [role for role in Role if role != Role.ADMINISTRATOR])
def test_no_other_role_ends_or_changes_a_membership(at: datetime, role: Role) -> None:
    office = people.office()
    people.member(office, Role.ADMINISTRATOR)
    officer, other = people.member(office), people.member(office, role)
    seat = officer.memberships.get()
    with pytest.raises(ActionDenied):
        services.deactivate(agency_id=office.pk, user_id=officer.pk, by=other, at=at)
    with pytest.raises(ActionDenied):
        services.change_dates(
            membership_id=seat.pk, valid_from=seat.valid_from, valid_to=None, by=other, at=at
        )


def test_an_administrator_of_another_agency_or_of_yesterday_may_nothing(at: datetime) -> None:
    office = people.office()
    people.member(office, Role.ADMINISTRATOR)
    officer, former = people.member(office), people.member(office, Role.ADMINISTRATOR)
    foreign = people.member(people.office(AgencyKind.FINANCE), Role.ADMINISTRATOR)
    Membership.objects.filter(user=former).update(valid_to=local_day(at) - A_DAY)
    for by in (foreign, former):
        with pytest.raises(ActionDenied):
            services.deactivate(agency_id=office.pk, user_id=officer.pk, by=by, at=at)


def test_people_are_listed_by_given_name_and_paged_without_a_gap(at: datetime) -> None:
    office = people.office()
    for name in ("Trần Văn Ý", "Lê Thị Ánh", "Nguyễn Văn Đạt", "Bùi An", "Bùi An"):
        people.member(office, name=name)
    first = selectors.seats(office, on=local_day(at), limit=3)
    rest = selectors.seats(office, on=local_day(at), after=first[-1], limit=3)
    assert [seat.user.full_name for seat in first + rest] == [
        "Bùi An",
        "Bùi An",
        "Lê Thị Ánh",
        "Nguyễn Văn Đạt",
        "Trần Văn Ý",
    ]
