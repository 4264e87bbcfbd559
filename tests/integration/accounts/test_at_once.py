"""Two acts at the same moment. Only PostgreSQL lets two writers in at once."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime

import pytest
from django.db import connection

from accounts import selectors, services
from accounts.exceptions import ActionDenied, AlreadyAnswered, InvitationOver
from accounts.models import Membership, User
from accounts.states import Role
from records.clock import local_day
from records.exceptions import DomainError
from tests.factories import people

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite has one writer"),
]


def both(*acts: Callable[[], object]) -> list[type[DomainError] | None]:
    """Return what each act, done at once, was refused with."""

    def attempt(act: Callable[[], object]) -> type[DomainError] | None:
        try:
            act()
        except DomainError as error:
            return type(error)
        finally:
            connection.close()
        return None

    with ThreadPoolExecutor(len(acts)) as pool:
        return list(pool.map(attempt, acts))


def test_two_administrators_who_end_each_other_leave_one(at: datetime) -> None:
    office = people.office()
    one, two = people.member(office, Role.ADMINISTRATOR), people.member(office, Role.ADMINISTRATOR)

    refused = both(
        lambda: services.deactivate(agency_id=office.pk, user_id=one.pk, by=two, at=at),
        lambda: services.deactivate(agency_id=office.pk, user_id=two.pk, by=one, at=at),
    )

    assert set(refused) == {None, ActionDenied}
    assert len(selectors.administrators(office, on=local_day(at))) == 1


def test_a_link_opened_twice_at_once_makes_one_account(at: datetime) -> None:
    office = people.office()
    offer = services.invite(
        agency_id=office.pk,
        email="moi@example.vn",
        role=Role.OFFICER,
        valid_from=local_day(at),
        valid_to=None,
        by=people.member(office, Role.ADMINISTRATOR),
        at=at,
    )

    def register() -> object:
        return services.register_invited(
            invitation_id=offer.pk, full_name="Phạm Ánh", password=people.PASSWORD, at=at
        )

    refused = both(register, register)
    assert set(refused) == {None, InvitationOver}
    assert User.objects.filter(email="moi@example.vn").count() == 1


def test_two_answers_at_once_are_one_answer(at: datetime) -> None:
    agency, owner = people.investor()
    asker = people.person()
    request = services.ask_to_join(tax_code=agency.tax_code, by=asker, at=at)
    refused = both(
        lambda: services.accept_join_request(request_id=request.pk, by=owner, at=at),
        lambda: services.refuse_join_request(request_id=request.pk, by=owner, at=at),
    )
    assert set(refused) == {None, AlreadyAnswered}
    assert Membership.objects.filter(user=asker).count() <= 1
