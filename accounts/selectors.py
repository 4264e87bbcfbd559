"""Reads about people and agencies."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime

from django.contrib.auth.models import AnonymousUser
from django.db.models import Q, QuerySet
from django.db.models.expressions import RawSQL

from accounts.models import Agency, Invitation, JoinRequest, Membership, MembershipChange, Succession, User
from accounts.states import AgencyKind, Role
from records.clock import local_day


@dataclass(frozen=True)
class Standing:
    """What a person is on the day `on`: their (agency, kind, role) triples. Policies judge by it alone."""

    user_id: int
    seats: frozenset[tuple[int, str, str]]
    is_system: bool = False
    on: date = date.max

    def agencies(self, *roles: Role) -> frozenset[int]:
        """Return the agencies in which the person has one of `roles` (any role, if none is named)."""
        return frozenset(agency for agency, _, role in self.seats if not roles or role in roles)

    def has(self, role: Role, agency_id: int | None) -> bool:
        """Tell whether the person serves as `role` in that agency; in no agency (None) nobody does."""
        return any(agency == agency_id and held == role for agency, _, held in self.seats)

    def kinds(self) -> frozenset[str]:
        """Return the kinds of agency in which the person serves."""
        return frozenset(kind for _, kind, _ in self.seats)

    def serves(self, role: Role, *kinds: AgencyKind) -> bool:
        """Tell whether the person serves as `role` in an agency of one of `kinds`."""
        return any(held == role and kind in kinds for _, kind, held in self.seats)

    def leads(self, *kinds: AgencyKind) -> bool:
        """Tell whether the person is a leader in an agency of one of `kinds` (any, if none)."""
        return any(role == Role.LEADER and (not kinds or kind in kinds) for _, kind, role in self.seats)


def standing(user: User | AnonymousUser, *, on: date) -> Standing:
    """Return what `user` is on the day `on`; nothing, for somebody who may not sign in."""
    if user.is_authenticated and user.is_system:
        return Standing(user.pk, frozenset(), is_system=True)
    if not user.is_authenticated or not user.is_active:
        return Standing(0, frozenset())
    seats = Membership.objects.active(on).filter(user=user)
    return Standing(user.pk, frozenset(seats.values_list("agency_id", "agency__kind", "role")), on=on)


def predecessors(agencies: Collection[int], *, on: date) -> RawSQL:
    """Return, as a subquery, the agencies whose work has come to one of `agencies` by the day `on`.

    Certain successions only, over any number of them; `agencies` are not among what it returns.
    """
    table = Succession._meta.db_table
    heirs = ", ".join(["%s"] * len(agencies)) or "NULL"
    return RawSQL(  # noqa: S611
        f"WITH RECURSIVE line(id) AS ("  # noqa: S608
        f'SELECT predecessor_id FROM {table} WHERE successor_id IN ({heirs}) AND "on" <= %s'
        f" UNION SELECT s.predecessor_id FROM {table} s JOIN line ON s.successor_id = line.id"
        f") SELECT id FROM line",
        [*agencies, on],
    )


def members(agency: Agency, *, on: date) -> list[User]:
    """Return the people serving in `agency` on `on`, by given name."""
    serving = Membership.objects.active(on).filter(agency=agency)
    return list(User.objects.filter(pk__in=serving.values("user_id")))


def administrators(agency: Agency, *, on: date) -> list[User]:
    """Return the administrators of `agency` on `on`, by given name."""
    seats = Membership.objects.active(on).filter(agency=agency, role=Role.ADMINISTRATOR)
    return list(User.objects.filter(pk__in=seats.values("user_id")))


def administered(standing: Standing) -> QuerySet[Agency]:
    """Return the agencies whose people the person sees and changes; all others look like not found."""
    return Agency.objects.filter(pk__in=standing.agencies(Role.ADMINISTRATOR))


def seats(agency: Agency, *, on: date, after: Membership | None = None, limit: int = 50) -> list[Membership]:
    """Return who serves in `agency` on `on` or later, by given name, at most `limit` after `after`."""
    found = Membership.objects.open(on).filter(agency=agency).select_related("user", "agency")
    if after is not None:
        key = after.user.sort_key
        found = found.filter(Q(user__sort_key__gt=key) | Q(user__sort_key=key, pk__gt=after.pk))
    return list(found.order_by("user__sort_key", "pk")[:limit])


def open_invitations(agency: Agency) -> QuerySet[Invitation]:
    """Return the offers that nobody has accepted or taken back; some may have expired."""
    return Invitation.objects.filter(agency=agency, closed_at=None).select_related("agency", "invited_by")


def open_join_requests(agency: Agency) -> QuerySet[JoinRequest]:
    """Return the requests that wait for the administrator of `agency`, oldest first."""
    return JoinRequest.objects.filter(agency=agency, answered_at=None).select_related("user")


def recent_changes(agency: Agency, limit: int = 20) -> QuerySet[MembershipChange]:
    """Return the last acts on the people of `agency`, newest first."""
    return MembershipChange.objects.filter(agency=agency).select_related("user", "by")[:limit]


def is_acceptable(invitation: Invitation, *, at: datetime) -> bool:
    """Tell whether the offer can be accepted at `at`: not closed, not expired, its term not over."""
    in_term = invitation.valid_to is None or invitation.valid_to >= local_day(at)
    return invitation.closed_at is None and at < invitation.expires_at and in_term


def has_account(email: str) -> bool:
    """Tell whether somebody can sign in with `email`: active, and the address confirmed."""
    return User.objects.filter(
        is_active=True, emailaddress__email=email, emailaddress__verified=True
    ).exists()
