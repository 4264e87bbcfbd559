"""Inviting officers, and what a link is worth."""

import re
from collections.abc import Callable
from datetime import date, datetime
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from django.core import mail

from accounts import selectors, services, tokens
from accounts.exceptions import (
    ActionDenied,
    AlreadyInvited,
    AlreadyMember,
    DatesInvalid,
    InvitationOver,
    NeedsSignIn,
    NotInvitable,
    RoleUnfit,
    ServesOtherSide,
)
from accounts.models import SYSTEM_EMAIL, Agency, Invitation, Membership, User
from accounts.services.invitations import OPEN_FOR
from accounts.states import AgencyKind, ChangeAct, InvitationOutcome, Role
from records.clock import local_day
from tests.factories import people

pytestmark = pytest.mark.django_db
EMAIL = "can.bo@hanoi.example.vn"
NAME = "Phạm Thị Ánh"


@pytest.fixture
def office() -> Agency:
    return people.office()


@pytest.fixture
def boss(office: Agency) -> User:
    return people.member(office, Role.ADMINISTRATOR)


@pytest.fixture
def invite(office: Agency, boss: User, at: datetime) -> Callable[..., Invitation]:
    def send(**changes: Any) -> Invitation:
        wanted: dict[str, Any] = {"email": EMAIL, "role": Role.OFFICER, "valid_from": local_day(at)}
        wanted |= {"valid_to": None, "agency_id": office.pk, "by": boss, "at": at}
        return services.invite(**wanted | changes)

    return send


Invite = Callable[..., Invitation]


def register(invitation: Invitation, at: datetime) -> Membership:
    return services.register_invited(
        invitation_id=invitation.pk, full_name=NAME, password=people.PASSWORD, at=at
    )


def test_the_mail_carries_a_link_that_names_the_invitation(invite: Invite) -> None:
    invitation = invite(email=" Can.Bo@Hanoi.example.VN ")
    (message,) = mail.outbox
    found = re.search(r"/accounts/invitation/([^/\s]+)/", str(message.body))
    assert message.to == [EMAIL]
    assert found is not None
    assert tokens.read_invitation(found[1]) == invitation.pk


def test_accepting_opens_a_confirmed_account_and_the_seat(
    invite: Invite, office: Agency, at: datetime
) -> None:
    seat = register(invite(), at)
    assert seat.user.check_password(people.PASSWORD)
    assert EmailAddress.objects.filter(user=seat.user, email=EMAIL, verified=True, primary=True).exists()
    assert selectors.standing(seat.user, on=local_day(at)).has(Role.OFFICER, office.pk)
    assert office.changes.filter(act=ChangeAct.INVITATION_ACCEPTED, user=seat.user).count() == 1


def test_a_link_works_once(invite: Invite, at: datetime) -> None:
    invitation = invite()
    register(invitation, at)
    with pytest.raises(InvitationOver, match="no longer open"):
        register(invitation, at)
    assert User.objects.filter(email=EMAIL).count() == 1


def test_a_link_expires_at_the_told_moment(invite: Invite, at: datetime) -> None:
    invitation = invite()
    with pytest.raises(InvitationOver):
        register(invitation, at + OPEN_FOR)
    assert not User.objects.filter(email=EMAIL).exists()


def test_an_offer_whose_term_is_over_is_not_accepted(
    invite: Invite, at: datetime, days_later: Callable[[int], datetime]
) -> None:
    invitation = invite(valid_to=local_day(at))
    with pytest.raises(InvitationOver):
        register(invitation, days_later(1))


def test_inviting_again_voids_the_old_link(invite: Invite, boss: User, at: datetime) -> None:
    old = invite()
    new = services.invite_again(invitation_id=old.pk, by=boss, at=at + OPEN_FOR)
    with pytest.raises(InvitationOver):
        register(old, at)
    register(new, at + OPEN_FOR)
    old.refresh_from_db()
    assert old.outcome == InvitationOutcome.REPLACED
    with pytest.raises(InvitationOver):
        services.invite_again(invitation_id=old.pk, by=boss, at=at)


def test_a_withdrawn_offer_is_void(invite: Invite, boss: User, at: datetime) -> None:
    invitation = invite()
    services.withdraw_invitation(invitation_id=invitation.pk, by=boss, at=at)
    with pytest.raises(InvitationOver):
        register(invitation, at)


def test_nobody_serves_before_they_accepted(
    invite: Invite, at: datetime, days_later: Callable[[int], datetime]
) -> None:
    seat = register(invite(), days_later(3))
    assert seat.valid_from == local_day(days_later(3))


def test_a_seat_to_come_starts_on_its_day(invite: Invite, at: datetime) -> None:
    seat = register(invite(valid_from=date(2026, 11, 1)), at)
    assert not selectors.standing(seat.user, on=local_day(at)).seats
    assert selectors.standing(seat.user, on=date(2026, 11, 1)).seats


def test_a_link_alone_never_changes_the_password_of_a_working_account(invite: Invite, at: datetime) -> None:
    owner = people.person(email=EMAIL)
    invitation = invite()
    with pytest.raises(NeedsSignIn, match="Sign in"):
        services.register_invited(invitation_id=invitation.pk, full_name=NAME, password="x", at=at)
    owner.refresh_from_db()
    assert owner.check_password(people.PASSWORD)
    services.accept_invitation(invitation_id=invitation.pk, by=owner, at=at)
    assert selectors.standing(owner, on=local_day(at)).seats


def test_nobody_accepts_the_invitation_of_another(invite: Invite, at: datetime) -> None:
    people.person(email=EMAIL)
    with pytest.raises(ActionDenied):
        services.accept_invitation(invitation_id=invite().pk, by=people.person(), at=at)


def test_an_account_that_reserved_the_address_without_confirming_it_is_taken_over(
    invite: Invite, at: datetime
) -> None:
    squatter = User.objects.create_user(EMAIL, "password of the squatter", full_name="Kẻ Giả Danh")
    EmailAddress.objects.create(user=squatter, email=EMAIL, verified=False, primary=True)

    seat = register(invite(), at)

    assert seat.user == squatter
    assert seat.user.full_name == NAME
    assert not seat.user.check_password("password of the squatter")


def test_a_closed_account_opens_again_by_an_invitation(
    invite: Invite, office: Agency, boss: User, at: datetime, days_later: Callable[[int], datetime]
) -> None:
    officer = register(invite(), at).user
    services.deactivate(agency_id=office.pk, user_id=officer.pk, by=boss, at=at)
    register(invite(at=days_later(1)), days_later(1))
    officer.refresh_from_db()
    assert officer.is_active
    assert selectors.standing(officer, on=local_day(days_later(1))).seats


def test_the_inviter_sees_the_same_whether_or_not_there_is_an_account(invite: Invite) -> None:
    people.person(email="known@example.vn")
    known, unknown = invite(email="known@example.vn"), invite(email="unknown@example.vn")
    assert (known.outcome, known.closed_at) == (unknown.outcome, unknown.closed_at)


def test_refusals(invite: Invite, office: Agency, at: datetime) -> None:
    people.member(office, Role.OFFICER, email="here@example.vn")
    invite()
    with pytest.raises(AlreadyInvited, match="Send the invitation again"):
        invite()
    with pytest.raises(AlreadyMember):
        invite(email="here@example.vn")
    with pytest.raises(NotInvitable):
        invite(email=SYSTEM_EMAIL)
    with pytest.raises(RoleUnfit):
        invite(email="a@example.vn", role=Role.APPLICANT)
    with pytest.raises(DatesInvalid):
        invite(email="a@example.vn", valid_to=date(2026, 1, 1))
    assert Invitation.objects.count() == 1
    assert len(mail.outbox) == 1


def test_whoever_acts_for_an_investor_takes_no_seat_in_an_office(invite: Invite, at: datetime) -> None:
    owner = people.person(email=EMAIL)
    people.investor(by=owner)
    invitation = invite()
    with pytest.raises(ServesOtherSide):
        services.accept_invitation(invitation_id=invitation.pk, by=owner, at=at)
    invitation.refresh_from_db()
    assert invitation.closed_at is None


@pytest.mark.parametrize("role", [role for role in Role if role != Role.ADMINISTRATOR])
def test_no_other_role_invites(invite: Invite, office: Agency, role: Role) -> None:
    with pytest.raises(ActionDenied):
        invite(by=people.member(office, role))


def test_no_administrator_invites_into_another_agency(invite: Invite, boss: User, at: datetime) -> None:
    foreign = people.member(people.office(AgencyKind.FINANCE), Role.ADMINISTRATOR)
    invitation = invite()
    for act in (
        lambda: invite(email="b@example.vn", by=foreign),
        lambda: services.invite_again(invitation_id=invitation.pk, by=foreign, at=at),
        lambda: services.withdraw_invitation(invitation_id=invitation.pk, by=foreign, at=at),
    ):
        with pytest.raises(ActionDenied):
            act()


def test_a_token_of_another_making_names_nothing() -> None:
    assert tokens.read_invitation("1:abc:def") is None
    assert tokens.read_invitation("") is None
