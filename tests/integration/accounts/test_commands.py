"""What the operator of an installation types."""

import io
import re
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.test import Client

from accounts.agency_file import COLUMNS, HANOI
from accounts.models import Agency, Area, MembershipChange, User
from accounts.states import AgencyKind, ChangeAct, Role
from tests.factories import people

pytestmark = pytest.mark.django_db


def run(*args: object, **options: Any) -> str:
    out = io.StringIO()
    call_command(*map(str, args), stdout=out, **options)
    return out.getvalue()


def test_agencies_of_hanoi_are_recorded_once(tmp_path: Path) -> None:
    assert run("create_agencies") == "11 agencies: 11 created, 0 changed, 0 unchanged.\n"
    changes = MembershipChange.objects.count()
    assert run("create_agencies", HANOI) == "11 agencies: 0 created, 0 changed, 11 unchanged.\n"
    assert (Agency.objects.count(), MembershipChange.objects.count(), Area.objects.count()) == (
        11,
        changes,
        1,
    )
    assert Agency.objects.get(kind=AgencyKind.STATISTICS).valid_from is None


def test_a_changed_file_changes_and_records_only_what_differs(tmp_path: Path) -> None:
    run("create_agencies")
    changed = tmp_path / "agencies.csv"
    changed.write_text(
        HANOI.read_text(encoding="utf-8").replace("Hanoi City Police", "Police"), encoding="utf-8"
    )
    assert run("create_agencies", changed) == "11 agencies: 0 created, 1 changed, 10 unchanged.\n"
    last = MembershipChange.objects.filter(act=ChangeAct.AGENCY_RECORDED).first()
    assert last is not None
    assert last.detail["name_en"] == "Police"
    assert last.by == User.objects.system()


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
