"""Changing and ending how long somebody serves."""

from datetime import date, datetime

from django.db import transaction

from accounts import rules, signals
from accounts.exceptions import LastAdministrator, MembershipOver
from accounts.models import Agency, Membership, User
from accounts.services import changes
from accounts.states import AgencyKind, ChangeAct, Role
from records.clock import local_day


@transaction.atomic
def change_dates(
    *, membership_id: int, valid_from: date, valid_to: date | None, by: User, at: datetime
) -> Membership:
    """Change from when to when somebody serves.

    Raises:
        ActionDenied: `by` is no administrator of the agency.
        MembershipOver: it was ended, or its last day is over.
        DatesInvalid: the term would end before it starts or before today, or rewrite a start that was.
        LastAdministrator: the agency would be left without an administrator one day.
    """
    agency = changes.lock(Membership.objects.get(pk=membership_id).agency_id)
    changes.check_administers(agency, by=by, at=at)
    today = local_day(at)
    seat = Membership.objects.open(today).filter(pk=membership_id).select_related("user", "agency").first()
    if seat is None:
        raise MembershipOver
    rules.check_dates(valid_from=valid_from, valid_to=valid_to, today=today)
    rules.check_start(old=seat.valid_from, new=valid_from, today=today)
    if valid_to is not None or valid_from > today:
        _check_administrator_left(seat.agency, leaving=seat.user, roles={seat.role}, today=today)
    before = {"valid_from": seat.valid_from, "valid_to": seat.valid_to}
    seat.valid_from, seat.valid_to = valid_from, valid_to
    seat.save(update_fields=["valid_from", "valid_to"])
    changes.record(
        ChangeAct.DATES_CHANGED,
        agency=seat.agency,
        user=seat.user,
        by=by,
        at=at,
        role=seat.role,
        before=before,
        after={"valid_from": valid_from, "valid_to": valid_to},
    )
    return seat


@transaction.atomic
def deactivate(*, agency_id: int, user_id: int, by: User, at: datetime) -> User:
    """End whatever `user_id` is in the agency, from this moment on.

    An officer who serves nowhere else any more can also no longer sign in. An investor's account
    is the person's own and stays. Somebody who serves here no more changes nothing.

    Raises:
        ActionDenied: `by` is no administrator of the agency.
        LastAdministrator: nobody could administer the agency any more.
    """
    agency = changes.lock(agency_id)
    changes.check_administers(agency, by=by, at=at)
    user = User.objects.select_for_update().get(pk=user_id)
    today = local_day(at)
    seats = list(Membership.objects.open(today).filter(agency=agency, user=user))
    if not seats:
        return user
    _check_administrator_left(agency, leaving=user, roles={seat.role for seat in seats}, today=today)
    for seat in seats:
        seat.ended_on = today
        seat.save(update_fields=["ended_on"])
        changes.record(
            ChangeAct.ENDED, agency=agency, user=user, by=by, at=at, role=seat.role, ended_on=today
        )
    _close_account(agency, user, by=by, at=at)
    signals.membership_ended.send(sender=Membership, user=user, agency=agency, by=by, at=at)
    return user


def _check_administrator_left(agency: Agency, *, leaving: User, roles: set[str], today: date) -> None:
    """Refuse that `leaving` gives up `roles` where no other administrator without an end remains."""
    if Role.ADMINISTRATOR not in roles:
        return
    others = Membership.objects.active(today).filter(agency=agency, role=Role.ADMINISTRATOR, valid_to=None)
    if not others.exclude(user=leaving).exists():
        raise LastAdministrator


def _close_account(agency: Agency, user: User, *, by: User, at: datetime) -> None:
    if (
        agency.kind == AgencyKind.INVESTOR
        or Membership.objects.open(local_day(at)).filter(user=user).exists()
    ):
        return
    user.is_active = False
    user.save(update_fields=["is_active"])
    changes.record(ChangeAct.ACCOUNT_CLOSED, agency=agency, user=user, by=by, at=at)
