"""The people of the demo: one for each role, with one password that everybody may know."""

from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from accounts.models import Agency, Area, Membership, User
from accounts.services.people import open_account
from accounts.states import LOCAL_KINDS, AgencyKind, AreaLevel, Role

PASSWORD = "khoi-cong-demo"  # noqa: S105
SINCE = date(2025, 7, 1)  # the first day of the communes
SERVING_SINCE = date(2024, 5, 1)


@dataclass(frozen=True)
class Person:
    """One sign-in of the demo. `place` is the commune or the organisation, where there are several."""

    key: str
    full_name: str
    kind: AgencyKind
    role: Role
    task: object
    place: str = ""

    @property
    def email(self) -> str:
        """Return the address to sign in with."""
        return f"{self.key}@demo.khoicong.example"


COMMUNES = ("Thường Tín", "Phú Xuyên", "Gia Lâm", "Thạch Thất")
INVESTORS = {
    "Công ty cổ phần Hạ tầng Minh Hoạ": "0109998883",
    "Công ty TNHH Phát triển cụm công nghiệp Thí Dụ": "0109998890",
}
FIRST_INVESTOR, SECOND_INVESTOR = INVESTORS

PEOPLE = (
    Person(
        "lan",
        "Nguyễn Thị Lan",
        AgencyKind.INVESTOR,
        Role.APPLICANT,
        _("Start a proposal, follow it, answer a supplement"),
        FIRST_INVESTOR,
    ),
    Person(
        "hung",
        "Phạm Quốc Hùng",
        AgencyKind.INVESTOR,
        Role.APPLICANT,
        _("The second investor: sees only their own proposals"),
        SECOND_INVESTOR,
    ),
    Person(
        "binh",
        "Trần Văn Bình",
        AgencyKind.COMMUNE,
        Role.OFFICER,
        _("Give public notice, submit the file to the Department"),
        "Thường Tín",
    ),
    Person(
        "dao", "Lê Thị Đào", AgencyKind.COMMUNE, Role.OFFICER, _("The same, in another commune"), "Phú Xuyên"
    ),
    Person(
        "giang",
        "Vũ Trường Giang",
        AgencyKind.COMMUNE,
        Role.OFFICER,
        _("The same, in another commune"),
        "Gia Lâm",
    ),
    Person(
        "thach",
        "Đỗ Ngọc Thạch",
        AgencyKind.COMMUNE,
        Role.OFFICER,
        _("The same, in another commune"),
        "Thạch Thất",
    ),
    Person(
        "minh",
        "Hoàng Đức Minh",
        AgencyKind.INDUSTRY_TRADE,
        Role.OFFICER,
        _("Check the file, consult, draft the appraisal report"),
    ),
    Person(
        "thao",
        "Bùi Phương Thảo",
        AgencyKind.INDUSTRY_TRADE,
        Role.REVIEWER,
        _("Review the report, assign steps"),
    ),
    Person(
        "khanh",
        "Ngô Gia Khánh",
        AgencyKind.INDUSTRY_TRADE,
        Role.LEADER,
        _("See what is open where, who holds the oldest, how long a start takes"),
    ),
    Person("quyen", "Lý Thu Quyên", AgencyKind.INDUSTRY_TRADE, Role.ADMINISTRATOR, _("Invite officers")),
    Person(
        "tai", "Đặng Văn Tài", AgencyKind.FINANCE, Role.OFFICER, _("Give the Department of Finance's opinion")
    ),
    Person("xuan", "Mai Thanh Xuân", AgencyKind.CONSTRUCTION, Role.OFFICER, _("Give an opinion")),
    Person("moc", "Dương Thị Mộc", AgencyKind.AGRICULTURE_ENVIRONMENT, Role.OFFICER, _("Give an opinion")),
    Person("kien", "Trịnh Trung Kiên", AgencyKind.PLANNING_ARCHITECTURE, Role.OFFICER, _("Give an opinion")),
    Person("an", "Phan Bảo An", AgencyKind.POLICE, Role.OFFICER, _("Give an opinion")),
    Person(
        "chau",
        "Nguyễn Minh Châu",
        AgencyKind.CITY_COMMITTEE,
        Role.LEADER,
        _("Decide; see the board of the city"),
    ),
    Person(
        "van",
        "Tạ Hồng Vân",
        AgencyKind.CITY_COMMITTEE,
        Role.OFFICER,
        _("Send the copy of a decision to the ministry"),
    ),
)
# Officers of agencies that have ended: they act in stories of those days, and nobody signs in as them.
PAST_PEOPLE = (
    Person("phuc", "Nguyễn Hữu Phúc", AgencyKind.DISTRICT, Role.OFFICER, "", "Thường Tín"),
    Person("duc", "Lương Minh Đức", AgencyKind.PLANNING_INVESTMENT, Role.OFFICER, ""),
    Person("hoa", "Đinh Thị Hòa", AgencyKind.NATURAL_RESOURCES, Role.OFFICER, ""),
)


@transaction.atomic
def settle(*, at: datetime) -> None:
    """Enter communes, investor organisations and people of the demo; those that stand are left alone."""
    for name in COMMUNES:
        area, _new = Area.objects.get_or_create(name=name, level=AreaLevel.COMMUNE, valid_from=SINCE)
        Agency.objects.get_or_create(
            kind=AgencyKind.COMMUNE,
            area=area,
            defaults={
                "name": f"Ủy ban nhân dân xã {name}",
                "name_en": f"People's Committee of {name} commune",
                "valid_from": SINCE,
            },
        )
    for name, tax_code in INVESTORS.items():
        Agency.objects.get_or_create(kind=AgencyKind.INVESTOR, tax_code=tax_code, defaults={"name": name})
    for person in (*PEOPLE, *PAST_PEOPLE):
        _enter(person, at=at)


def agency_of(person: Person) -> Agency:
    """Return the agency in which `person` serves."""
    agencies = Agency.objects.filter(kind=person.kind)
    if person.kind in LOCAL_KINDS:
        agencies = agencies.filter(area__name=person.place)
    elif person.place:
        agencies = agencies.filter(name=person.place)
    return agencies.order_by("pk").get()


def person(key: str) -> Person:
    """Return the demo person named `key`."""
    return next(person for person in (*PEOPLE, *PAST_PEOPLE) if person.key == key)


def user(key: str) -> User:
    """Return the account of the demo person named `key`."""
    return User.objects.get(email=person(key).email)


def _enter(person: Person, *, at: datetime) -> None:
    if User.objects.filter(email=person.email).exists():
        return
    user = open_account(email=person.email, full_name=person.full_name, password=PASSWORD, at=at)
    roles = [person.role]
    if person.kind == AgencyKind.INVESTOR:
        roles.append(Role.ADMINISTRATOR)
    agency = agency_of(person)
    since = max(SERVING_SINCE, agency.valid_from or SERVING_SINCE)
    for role in roles:
        Membership.objects.create(user=user, agency=agency, role=role, valid_from=since)
