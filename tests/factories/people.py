"""People and agencies, made through the services where a service makes them."""

import itertools
from datetime import date, datetime
from zoneinfo import ZoneInfo

from accounts import services
from accounts.models import Agency, Area, Membership, User
from accounts.states import AgencyKind, AreaLevel, Role

LONG_AGO = date(2025, 3, 1)
A_MORNING = datetime(2026, 10, 5, 9, 0, tzinfo=ZoneInfo("Asia/Ho_Chi_Minh"))
PASSWORD = "mùa-thu-Hà-Nội-1954"
_numbers = itertools.count(1)
_WEIGHTS = (31, 29, 23, 19, 17, 13, 7, 5, 3)


def person(name: str = "Nguyễn Thị Thu Hà", *, email: str = "", password: str = PASSWORD) -> User:
    """Return somebody who can sign in with PASSWORD and serves nowhere."""
    return services.open_account(
        email=email or f"person{next(_numbers)}@example.vn", full_name=name, password=password, at=A_MORNING
    )


def office(kind: AgencyKind = AgencyKind.INDUSTRY_TRADE, name: str = "") -> Agency:
    """Return a public agency of the city, the same one for the same kind and name."""
    area, _ = Area.objects.get_or_create(name="Hà Nội", level=AreaLevel.CITY)
    agency, _ = Agency.objects.get_or_create(kind=kind, name=name or str(kind.value), area=area)
    return agency


def member(agency: Agency, *roles: Role, name: str = "Trần Văn Bình", email: str = "") -> User:
    """Return somebody who has served in `agency` as each of `roles` for a long time."""
    user = person(name, email=email)
    for role in roles or (Role.OFFICER,):
        Membership.objects.create(user=user, agency=agency, role=role, valid_from=LONG_AGO)
    return user


def investor(
    name: str = "Công ty Cổ phần Hạ tầng Sông Hồng", *, by: User | None = None
) -> tuple[Agency, User]:
    """Return an organisation and the person who registered it."""
    owner = by or person("Lê Minh Đức")
    return services.create_organisation(name=name, tax_code=tax_code(), by=owner, at=A_MORNING), owner


def tax_code() -> str:
    """Return a valid tax code that no other call returned."""
    while True:
        digits = f"{next(_numbers) + 10_000_000:09d}"
        rest = sum(w * int(d) for w, d in zip(_WEIGHTS, digits, strict=True)) % 11
        if rest:
            return f"{digits}{10 - rest}"
