"""Who may do what to people and agencies: facts in, verdict out."""

from typing import Protocol

from accounts.states import AgencyKind, Role


class Seats(Protocol):
    """What a person is on one day, as far as these policies ask."""

    def has(self, role: Role, agency_id: int) -> bool: ...

    def kinds(self) -> frozenset[str]: ...


def may_administer(standing: Seats, agency_id: int) -> bool:
    """Tell whether the person may invite, change and end memberships of that agency, and sees them."""
    return standing.has(Role.ADMINISTRATOR, agency_id)


def may_rename(standing: Seats, agency_id: int, kind: str) -> bool:
    """Tell whether the person may correct that agency's name: only an organisation's own administrator.

    The name of an office comes from a decision and is loaded from a file.
    """
    return kind == AgencyKind.INVESTOR and may_administer(standing, agency_id)


def may_join_organisation(standing: Seats) -> bool:
    """Tell whether the person may create or join an investor organisation: not one who serves in an office.

    Nobody prepares a dossier and judges it.
    """
    return not standing.kinds() - {AgencyKind.INVESTOR}


def may_join_office(standing: Seats) -> bool:
    """Tell whether the person may come to serve in an office: not one who acts for an investor."""
    return AgencyKind.INVESTOR not in standing.kinds()
