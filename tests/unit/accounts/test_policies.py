"""Who may: every role in every kind of agency."""

import pytest

from accounts import policies
from accounts.selectors import Standing
from accounts.states import AgencyKind, Role

OWN, FOREIGN = 1, 2
NOBODY = Standing(0, frozenset())


def one(kind: AgencyKind, role: Role) -> Standing:
    return Standing(7, frozenset({(OWN, str(kind), str(role))}))


@pytest.mark.parametrize("kind", AgencyKind)
@pytest.mark.parametrize("role", Role)
def test_only_an_administrator_administers_and_only_the_own_agency(kind: AgencyKind, role: Role) -> None:
    standing = one(kind, role)
    assert policies.may_administer(standing, OWN) is (role == Role.ADMINISTRATOR)
    assert not policies.may_administer(standing, FOREIGN)


@pytest.mark.parametrize("kind", AgencyKind)
@pytest.mark.parametrize("role", Role)
def test_only_organisations_are_renamed_by_their_administrator(kind: AgencyKind, role: Role) -> None:
    may = kind == AgencyKind.INVESTOR and role == Role.ADMINISTRATOR
    assert policies.may_rename(one(kind, role), OWN, kind) is may


@pytest.mark.parametrize("kind", AgencyKind)
def test_nobody_serves_on_both_sides(kind: AgencyKind) -> None:
    standing = one(kind, Role.ADMINISTRATOR)
    assert policies.may_join_organisation(standing) is (kind == AgencyKind.INVESTOR)
    assert policies.may_join_office(standing) is (kind != AgencyKind.INVESTOR)


def test_whoever_serves_nowhere_may_join_and_administers_nothing() -> None:
    assert policies.may_join_organisation(NOBODY)
    assert policies.may_join_office(NOBODY)
    assert not policies.may_administer(NOBODY, OWN)
