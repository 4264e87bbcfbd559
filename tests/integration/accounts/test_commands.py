"""What the operator of an installation types."""

import io
import re
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.test import Client

from accounts import agency_file
from accounts.agency_file import COLUMNS, HANOI
from accounts.models import Agency, Area, MembershipChange, Succession, User
from accounts.states import AgencyKind, ChangeAct, Role
from tests.factories import people

pytestmark = pytest.mark.django_db


def run(*args: object, **options: Any) -> str:
    out = io.StringIO()
    call_command(*map(str, args), stdout=out, **options)
    return out.getvalue()


AGENCIES = len(agency_file.read(HANOI))


def counts() -> list[int]:
    models = (Agency, Area, MembershipChange, Succession)
    return [model._default_manager.count() for model in models]


def test_agencies_of_hanoi_are_recorded_once() -> None:
    assert run("create_agencies") == (
        f"{AGENCIES} agencies: {AGENCIES} created, 0 changed, 0 unchanged.\n"
        "3 successions: 3 recorded, 0 unchanged.\n"
    )
    before = counts()
    assert run("create_agencies", HANOI) == (
        f"{AGENCIES} agencies: 0 created, 0 changed, {AGENCIES} unchanged.\n"
        "3 successions: 0 recorded, 3 unchanged.\n"
    )
    assert counts() == before
    assert Agency.objects.get(kind=AgencyKind.STATISTICS).valid_from is None


def test_a_changed_file_changes_and_records_only_what_differs(tmp_path: Path) -> None:
    run("create_agencies")
    changed = tmp_path / "agencies.csv"
    changed.write_text(
        HANOI.read_text(encoding="utf-8").replace("Hanoi City Police", "Police"), encoding="utf-8"
    )
    assert run("create_agencies", changed) == (
        f"{AGENCIES} agencies: 0 created, 1 changed, {AGENCIES - 1} unchanged.\n"
    )
    last = MembershipChange.objects.filter(act=ChangeAct.AGENCY_RECORDED).first()
    assert last is not None
    assert last.detail["name_en"] == "Police"
    assert last.by == User.objects.system()


def successions(tmp_path: Path, *rows: str) -> Path:
    path = tmp_path / "successions.csv"
    path.write_text("\n".join([",".join(agency_file.SUCCESSION_COLUMNS), *rows]), encoding="utf-8")
    return path


OFFICES = (
    "transport,Sở Giao thông vận tải,,city,Hà Nội,,2025-02-28,law,SEEN",
    "transport,Ban An toàn giao thông,,city,Hà Nội,,,law,SEEN",
    "construction,Sở Xây dựng,,city,Hà Nội,2025-03-01,,law,SEEN",
    "construction,Sở Xây dựng cũ,,city,Hà Nội,,2025-02-28,law,SEEN",
)


@pytest.mark.parametrize(
    ("row", "words"),
    [
        ("transport,Sở Lạ,construction,Sở Xây dựng,2025-03-01,l,SEEN", "predecessor, .* is not on record"),
        ("transport,Sở Giao thông vận tải,police,Sở Lạ,2025-03-01,l,SEEN", "successor, .* not on record"),
        ("transport,Ban An toàn giao thông,construction,Sở Xây dựng,2025-03-01,l,SEEN", "on, .* not ended"),
        (
            "transport,Sở Giao thông vận tải,construction,Sở Xây dựng cũ,2025-03-01,l,SEEN",
            "successor, .* does not exist on the day",
        ),
    ],
)
def test_a_succession_that_cannot_be_is_refused_with_all_agencies(
    tmp_path: Path, row: str, words: str
) -> None:
    offices = tmp_path / "agencies.csv"
    offices.write_text("\n".join([",".join(COLUMNS), *OFFICES]), encoding="utf-8")
    with pytest.raises(CommandError, match=f"row 2, column {words}.* Nothing was recorded"):
        run("create_agencies", offices, successions=successions(tmp_path, row))
    assert not Agency.objects.exists()


def test_a_corrected_succession_is_recorded_with_who_and_when(tmp_path: Path) -> None:
    run("create_agencies")
    row = "transport,Sở Giao thông vận tải Hà Nội,police,Công an thành phố Hà Nội,2025-03-02,law,SEEN-SUMMARY"
    said = run("create_agencies", successions=successions(tmp_path, row))
    assert said.endswith("1 successions: 1 recorded, 0 unchanged.\n")
    assert Succession.objects.get(predecessor__kind=AgencyKind.TRANSPORT).on == date(2025, 3, 2)
    last = MembershipChange.objects.filter(act=ChangeAct.SUCCESSION_RECORDED).first()
    assert last is not None
    assert (last.detail["successor"], last.by) == ("Công an thành phố Hà Nội", User.objects.system())


def test_one_bad_row_records_nothing(tmp_path: Path) -> None:
    bad = tmp_path / "agencies.csv"
    rows = ["police,Công an,,city,Hà Nội,,,law,SEEN", "finance,Sở,,city,Hà Nội,1.3.2025,,law,SEEN"]
    bad.write_text("\n".join([",".join(COLUMNS), *rows]), encoding="utf-8")
    with pytest.raises(
        CommandError, match=r"row 3, column valid_from, value '1\.3\.2025': .* Nothing was recorded"
    ):
        run("create_agencies", bad)
    assert not Agency.objects.exists()


def administrator(**changes: object) -> str:
    options = {"email": "Boss@Example.vn", "name": "Trần Văn Bình", "agency_kind": "industry_trade"}
    return run("create_administrator", **options | {"link": True} | changes)


def test_the_first_administrator_sets_a_password_through_a_link_once() -> None:
    run("create_agencies")
    printed = administrator()
    user = User.objects.get(email="boss@example.vn")
    seat = user.memberships.get()
    assert (seat.role, seat.agency.kind) == (Role.ADMINISTRATOR, AgencyKind.INDUSTRY_TRADE)
    assert not user.has_usable_password()

    found = re.search(r"http://127\.0\.0\.1:8000(/\S+)", printed)
    assert found is not None
    client = Client()
    page = client.get(found[1], follow=True)
    form = {"password1": people.PASSWORD, "password2": people.PASSWORD}
    assert client.post(page.redirect_chain[-1][0], form).status_code == 302
    user.refresh_from_db()
    assert user.check_password(people.PASSWORD)
    assert Client().get(found[1]).context["token_fail"]


def test_an_existing_address_is_refused() -> None:
    run("create_agencies")
    people.person(email="boss@example.vn")
    with pytest.raises(CommandError, match="an account with this e-mail"):
        administrator()
    assert not User.objects.filter(memberships__isnull=False).exists()


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"email": "boss"}, "no e-mail address"),
        ({"name": "1"}, "only letters"),
        ({}, "Run create_agencies first"),
    ],
)
def test_bad_input_is_refused_with_its_reason(changes: dict[str, object], reason: str) -> None:
    if changes:
        run("create_agencies")
    with pytest.raises(CommandError, match=reason):
        administrator(**changes)
    assert not User.objects.filter(email__startswith="boss").exists()


def test_only_the_two_leading_agencies_have_a_first_administrator() -> None:
    with pytest.raises(CommandError, match="invalid choice"):
        run("create_administrator", "--email=a@b.vn", "--name=A", "--agency-kind=police")
