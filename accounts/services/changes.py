"""What the acts share: the locked agency, the permission, the record."""

from datetime import datetime
from typing import Any

from accounts import policies, selectors
from accounts.exceptions import ActionDenied
from accounts.models import Agency, Membership, MembershipChange, User
from accounts.states import ChangeAct, Role
from records.clock import local_day


def lock(agency_id: int) -> Agency:
    """Take the agency's row, so that two acts on its people follow one another."""
    return Agency.objects.select_for_update().get(pk=agency_id)


def check_administers(agency: Agency, *, by: User, at: datetime) -> None:
    """Refuse whoever is no administrator of `agency` on that day.

    Raises:
        ActionDenied: `by` is none.
    """
    if not policies.may_administer(selectors.standing(by, on=local_day(at)), agency.pk):
        raise ActionDenied


def record(
    act: ChangeAct, *, agency: Agency, user: User | None, by: User, at: datetime, **detail: Any
) -> MembershipChange:
    """Write down one act, in the transaction of the act."""
    if user is not None:
        detail = {"name": user.full_name, "email": user.email} | detail
    return MembershipChange.objects.create(agency=agency, user=user, act=act, by=by, at=at, detail=detail)


def seat(user: User, agency: Agency, role: Role | str, *, at: datetime) -> Membership:
    """Let `user` serve in `agency` as `role` from that day on, without an end."""
    return Membership.objects.create(user=user, agency=agency, role=role, valid_from=local_day(at))
