"""Somebody in each role, as policies see them: no database."""

from accounts.selectors import Standing
from accounts.states import AgencyKind, Role

APPLICANT, OTHER_APPLICANT = 7, 8

_SEATS: dict[str, tuple[int, AgencyKind, Role]] = {
    "applicant": (APPLICANT, AgencyKind.INVESTOR, Role.APPLICANT),
    "applicant's administrator": (APPLICANT, AgencyKind.INVESTOR, Role.ADMINISTRATOR),
    "other investor": (OTHER_APPLICANT, AgencyKind.INVESTOR, Role.APPLICANT),
    "commune officer": (21, AgencyKind.COMMUNE, Role.OFFICER),
    "commune leader": (21, AgencyKind.COMMUNE, Role.LEADER),
    "department officer": (31, AgencyKind.INDUSTRY_TRADE, Role.OFFICER),
    "department reviewer": (31, AgencyKind.INDUSTRY_TRADE, Role.REVIEWER),
    "department leader": (31, AgencyKind.INDUSTRY_TRADE, Role.LEADER),
    "department administrator": (31, AgencyKind.INDUSTRY_TRADE, Role.ADMINISTRATOR),
    "finance officer": (41, AgencyKind.FINANCE, Role.OFFICER),
    "finance leader": (41, AgencyKind.FINANCE, Role.LEADER),
    "city officer": (51, AgencyKind.CITY_COMMITTEE, Role.OFFICER),
    "city reviewer": (51, AgencyKind.CITY_COMMITTEE, Role.REVIEWER),
    "city leader": (51, AgencyKind.CITY_COMMITTEE, Role.LEADER),
    "ministry leader": (61, AgencyKind.MINISTRY, Role.LEADER),
}

STANDINGS: dict[str, Standing] = {
    **{name: Standing(n, frozenset({seat})) for n, (name, seat) in enumerate(_SEATS.items(), 100)},
    "system": Standing(1, frozenset(), is_system=True),
    "nobody": Standing(0, frozenset()),
}
