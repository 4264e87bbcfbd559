"""What only the operator of an installation does: the agencies themselves, and the first administrator."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from accounts.agency_file import AgencyRow
from accounts.exceptions import EmailTaken
from accounts.models import Agency, Area, User
from accounts.services import changes, people
from accounts.states import ChangeAct, Role


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
