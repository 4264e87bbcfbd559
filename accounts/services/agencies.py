"""What only the operator of an installation does: agencies, their successions, the first administrator."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from accounts.agency_file import AgencyRow, SuccessionRow
from accounts.exceptions import EmailTaken
from accounts.models import Agency, Area, Succession, User
from accounts.services import changes, people
from accounts.states import AgencyKind, ChangeAct, Role


@dataclass(frozen=True)
class AgencyResult:
    """What became of one row of a file of agencies."""

    agency: Agency
    created: bool
    changed: bool


@transaction.atomic
def record_agencies(rows: Iterable[AgencyRow], *, by: User, at: datetime) -> list[AgencyResult]:
    """Create the agencies that are missing and correct those that differ; all or none.

    An agency is known by its kind, its name and its area. The same rows again change nothing.
    """
    return [_record_agency(row, by=by, at=at) for row in rows]


def _record_agency(row: AgencyRow, *, by: User, at: datetime) -> AgencyResult:
    area = _area(row)
    agency = Agency.objects.filter(kind=row.kind, name=row.name, area=area).first()
    created = agency is None
    agency = agency or Agency(kind=row.kind, name=row.name, area=area)
    told = {"name_en": row.name_en, "valid_from": row.valid_from, "valid_to": row.valid_to}
    changed = {field: value for field, value in told.items() if getattr(agency, field) != value}
    if created or changed:
        for field, value in changed.items():
            setattr(agency, field, value)
        agency.save()
        changes.record(
            ChangeAct.AGENCY_RECORDED, agency=agency, user=None, by=by, at=at, source=row.source, **changed
        )
    return AgencyResult(agency, created, changed=bool(changed) and not created)


def _area(row: AgencyRow) -> Area | None:
    if not row.area:
        return None
    known = Area.objects.filter(level=row.area_level, name=row.area).order_by("valid_from", "pk").first()
    return known or Area.objects.create(level=row.area_level, name=row.area)


@transaction.atomic
def record_successions(rows: Iterable[SuccessionRow], *, by: User, at: datetime) -> int:
    """Record who took over from whom, or correct it; all or none. Return how many are new or changed.

    Raises:
        AgencyFileError: an agency is not on record, the predecessor has not ended before the day, or
            the successor does not exist on it; names row, column, value and reason.
    """
    return sum(_record_succession(row, by=by, at=at) for row in rows)


def _record_succession(row: SuccessionRow, *, by: User, at: datetime) -> bool:
    predecessor = _named(row, "predecessor", row.predecessor_kind)
    successor = _named(row, "successor", row.successor_kind)
    if not predecessor.has_ended(row.on):
        raise row.refused("on", f"{row.predecessor} has not ended before this day")
    if not Agency.objects.serving(row.on).filter(pk=successor.pk).exists():
        raise row.refused("successor", "does not exist on the day of the succession")
    known = Succession.objects.filter(predecessor=predecessor).first()
    told = {"successor": successor, "on": row.on, "source": row.source, "grade": row.grade}
    if known and all(getattr(known, field) == value for field, value in told.items()):
        return False
    Succession.objects.update_or_create(predecessor=predecessor, defaults=told)
    changes.record(
        ChangeAct.SUCCESSION_RECORDED,
        agency=predecessor,
        user=None,
        by=by,
        at=at,
        **told | {"successor": successor.name},
    )
    return True


def _named(row: SuccessionRow, column: str, kind: AgencyKind) -> Agency:
    found = list(Agency.objects.filter(kind=kind, name=getattr(row, column))[:2])
    if len(found) != 1:
        raise row.refused(column, "stands on record more than once" if found else "is not on record")
    return found[0]


@transaction.atomic
def create_first_administrator(
    *, email: str, full_name: str, password: str | None, agency: Agency, by: User, at: datetime
) -> User:
    """Open the account from which all others are invited; its address counts as confirmed.

    Without a password nobody can sign in until one is set through a link.

    Raises:
        EmailTaken: the address has an account, of whatever kind.
        NameInvalid: `full_name` is no name.
    """
    address = email.strip().lower()
    agency = changes.lock(agency.pk)
    if User.objects.filter(email=address).exists():
        raise EmailTaken
    user = people.open_account(email=address, full_name=full_name, password=password, at=at)
    changes.seat(user, agency, Role.ADMINISTRATOR, at=at)
    changes.record(ChangeAct.ADMINISTRATOR_CREATED, agency=agency, user=user, by=by, at=at)
    return user
