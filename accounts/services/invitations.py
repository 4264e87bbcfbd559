"""Inviting people by e-mail: how officers get in."""

from datetime import date, datetime, timedelta

from django.db import IntegrityError, transaction

from accounts import mail, policies, rules, selectors
from accounts.exceptions import (
    ActionDenied,
    AlreadyInvited,
    AlreadyMember,
    InvitationOver,
    NeedsSignIn,
    NotInvitable,
    ServesOtherSide,
)
from accounts.models import SYSTEM_EMAIL, Agency, Invitation, Membership, User
from accounts.services import changes, people
from accounts.states import AgencyKind, ChangeAct, InvitationOutcome
from records.clock import local_day

OPEN_FOR = timedelta(days=7)


@transaction.atomic
def invite(
    *,
    agency_id: int,
    email: str,
    role: str,
    valid_from: date,
    valid_to: date | None,
    by: User,
    at: datetime,
) -> Invitation:
    """Offer a seat in the agency and mail the link to accept it, open for seven days.

    Whether the address has an account is not told: the inviter sees the same either way.

    Raises:
        ActionDenied: `by` is no administrator of the agency.
        RoleUnfit, DatesInvalid: the seat cannot be.
        AlreadyMember, AlreadyInvited: the person has this seat, or the offer of it.
        NotInvitable: the address of automatic acts.
    """
    agency = changes.lock(agency_id)
    changes.check_administers(agency, by=by, at=at)
    rules.check_role(agency.kind, role)
    rules.check_dates(valid_from=valid_from, valid_to=valid_to, today=local_day(at))
    address = email.strip().lower()
    if address == SYSTEM_EMAIL:
        raise NotInvitable
    if _has_seat(agency, address, role, at=at):
        raise AlreadyMember
    offer = Invitation(agency=agency, email=address, role=role, valid_from=valid_from, valid_to=valid_to)
    return _send(offer, ChangeAct.INVITED, by=by, at=at)


@transaction.atomic
def invite_again(*, invitation_id: int, by: User, at: datetime) -> Invitation:
    """Replace an open or expired invitation by a new one; the old link stops working.

    Raises:
        ActionDenied: `by` is no administrator of the agency.
        InvitationOver: it was accepted, replaced or withdrawn.
    """
    old = _open_invitation(invitation_id)
    changes.check_administers(old.agency, by=by, at=at)
    rules.check_dates(valid_from=old.valid_from, valid_to=old.valid_to, today=local_day(at))
    _close(old, InvitationOutcome.REPLACED, at=at)
    offer = Invitation(
        agency=old.agency, email=old.email, role=old.role, valid_from=old.valid_from, valid_to=old.valid_to
    )
    return _send(offer, ChangeAct.INVITED_AGAIN, by=by, at=at)


@transaction.atomic
def withdraw_invitation(*, invitation_id: int, by: User, at: datetime) -> Invitation:
    """Take the offer back; its link stops working.

    Raises:
        ActionDenied: `by` is no administrator of the agency.
        InvitationOver: it was accepted, replaced or withdrawn.
    """
    invitation = _open_invitation(invitation_id)
    changes.check_administers(invitation.agency, by=by, at=at)
    _close(invitation, InvitationOutcome.WITHDRAWN, at=at)
    _record(ChangeAct.INVITATION_WITHDRAWN, invitation, user=None, by=by, at=at)
    return invitation


@transaction.atomic
def accept_invitation(*, invitation_id: int, by: User, at: datetime) -> Membership:
    """Take the seat, as the owner of the invited address who has signed in.

    Raises:
        InvitationOver: the offer is not open any more.
        ActionDenied: `by` has another address.
        ServesOtherSide: `by` acts for an investor and the seat is in an office, or the reverse.
    """
    invitation = _acceptable(invitation_id, at=at)
    if by.email != invitation.email:
        raise ActionDenied
    return _take_seat(invitation, by, at=at)


@transaction.atomic
def register_invited(*, invitation_id: int, full_name: str, password: str, at: datetime) -> Membership:
    """Open the account of the invited address, which the link has confirmed, and take the seat.

    Raises:
        InvitationOver: the offer is not open any more.
        NeedsSignIn: the address has an account that works; a link alone must not change its password.
        NameInvalid: `full_name` is no name.
    """
    invitation = _acceptable(invitation_id, at=at)
    if selectors.has_account(invitation.email):
        raise NeedsSignIn
    user = people.open_account(email=invitation.email, full_name=full_name, password=password, at=at)
    return _take_seat(invitation, user, at=at)


def _open_invitation(invitation_id: int) -> Invitation:
    invitation = Invitation.objects.select_related("agency").get(pk=invitation_id)
    changes.lock(invitation.agency_id)
    invitation.refresh_from_db(fields=["closed_at", "outcome"])
    if invitation.closed_at is not None:
        raise InvitationOver
    return invitation


def _acceptable(invitation_id: int, *, at: datetime) -> Invitation:
    invitation = _open_invitation(invitation_id)
    if not selectors.is_acceptable(invitation, at=at):
        raise InvitationOver
    return invitation


def _has_seat(agency: Agency, email: str, role: str, *, at: datetime) -> bool:
    seats = Membership.objects.open(local_day(at))
    return seats.filter(agency=agency, user__email=email, role=role).exists()


def _send(offer: Invitation, act: ChangeAct, *, by: User, at: datetime) -> Invitation:
    offer.invited_by, offer.invited_at, offer.expires_at = by, at, at + OPEN_FOR
    try:
        with transaction.atomic():
            offer.save()
    except IntegrityError as error:
        raise AlreadyInvited from error
    _record(act, offer, user=None, by=by, at=at)
    mail.invite(offer, at=at)
    return offer


def _close(invitation: Invitation, outcome: InvitationOutcome, *, at: datetime) -> None:
    invitation.closed_at, invitation.outcome = at, outcome
    invitation.save(update_fields=["closed_at", "outcome"])


def _take_seat(invitation: Invitation, user: User, *, at: datetime) -> Membership:
    _check_side(invitation.agency, user, at=at)
    if _has_seat(invitation.agency, invitation.email, invitation.role, at=at):
        raise AlreadyMember
    _close(invitation, InvitationOutcome.ACCEPTED, at=at)
    # Nobody served before they accepted.
    starts = max(invitation.valid_from, local_day(at))
    seat = Membership.objects.create(
        user=user,
        agency=invitation.agency,
        role=invitation.role,
        valid_from=starts,
        valid_to=invitation.valid_to,
    )
    _record(ChangeAct.INVITATION_ACCEPTED, invitation, user=user, by=user, at=at)
    return seat


def _check_side(agency: Agency, user: User, *, at: datetime) -> None:
    standing = selectors.standing(user, on=local_day(at))
    may_take = (
        policies.may_join_organisation(standing)
        if agency.kind == AgencyKind.INVESTOR
        else policies.may_join_office(standing)
    )
    if not may_take:
        raise ServesOtherSide


def _record(act: ChangeAct, invitation: Invitation, *, user: User | None, by: User, at: datetime) -> None:
    changes.record(
        act,
        agency=invitation.agency,
        user=user,
        by=by,
        at=at,
        email=invitation.email,
        role=invitation.role,
        valid_from=invitation.valid_from,
        valid_to=invitation.valid_to,
    )
