"""Reads about people and agencies."""

from dataclasses import dataclass
from datetime import date

from accounts.models import Agency, Membership, User
from accounts.states import AgencyKind, Role


@dataclass(frozen=True)
class Standing:
    """What a person is on one day: their (agency, kind, role) triples. Policies judge by it alone."""

    user_id: int
    seats: frozenset[tuple[int, str, str]]

    def agencies(self, *roles: Role) -> frozenset[int]:
        """Return the agencies in which the person has one of `roles` (any role, if none is named)."""
        return frozenset(agency for agency, _, role in self.seats if not roles or role in roles)

    def has(self, role: Role, agency_id: int) -> bool:
        """Tell whether the person serves as `role` in that agency."""
        return any(agency == agency_id and held == role for agency, _, held in self.seats)

    def kinds(self) -> frozenset[str]:
        """Return the kinds of agency in which the person serves."""
        return frozenset(kind for _, kind, _ in self.seats)

    def leads(self, *kinds: AgencyKind) -> bool:
        """Tell whether the person is a leader in an agency of one of `kinds` (any, if none)."""
        return any(role == Role.LEADER and (not kinds or kind in kinds) for _, kind, role in self.seats)


def standing(user: User, *, on: date) -> Standing:
    """Return what `user` is on the day `on`; nothing, for somebody who may not sign in."""
    if not user.is_authenticated or not user.is_active:
        return Standing(0, frozenset())
    seats = Membership.objects.active(on).filter(user=user)
    return Standing(user.pk, frozenset(seats.values_list("agency_id", "agency__kind", "role")))


def members(agency: Agency, *, on: date) -> list[User]:
    """Return the people serving in `agency` on `on`, by given name."""
    serving = Membership.objects.active(on).filter(agency=agency)
    return list(User.objects.filter(pk__in=serving.values("user_id")))
