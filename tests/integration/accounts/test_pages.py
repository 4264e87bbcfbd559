"""The pages: who sees them, what they answer, what they say at which field."""

from datetime import timedelta
from typing import Any

import pytest
from django.core import mail
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from pytest_django import Settings

from accounts import selectors, services, tokens
from accounts.models import Agency, Invitation, JoinRequest, User
from accounts.states import AgencyKind, Role
from records import clock
from tests.factories import people

pytestmark = pytest.mark.django_db


def signed_in(user: User) -> Client:
    client = Client()
    client.cookies["django_language"] = "en"
    client.force_login(user)
    return client


def text(response: Any) -> str:
    page: str = response.content.decode()
    return page


@pytest.fixture
def office() -> Agency:
    return people.office()


@pytest.fixture
def boss(office: Agency) -> User:
    return people.member(office, Role.ADMINISTRATOR, name="Trần Văn Bình")


def invitation_to(office: Agency, boss: User, email: str = "moi@example.vn", **changes: Any) -> Invitation:
    at = clock.now()
    wanted: dict[str, Any] = {"role": Role.OFFICER, "valid_from": clock.local_day(at), "valid_to": None}
    return services.invite(agency_id=office.pk, email=email, by=boss, at=at, **wanted | changes)


def link(invitation: Invitation) -> str:
    return reverse("accounts:invitation", args=[tokens.for_invitation(invitation)])


PRIVATE = ["profile", "organisation", "organisation_create", "organisation_join", "agencies"]


@pytest.mark.parametrize("name", PRIVATE)
def test_visitors_are_sent_to_sign_in(client: Client, name: str) -> None:
    path = reverse(f"accounts:{name}")
    response = client.get(path)
    assert response.status_code == 302
    assert response["Location"] == f"{reverse('account_login')}?next={path}"


@pytest.mark.parametrize("name", ["members", "invite", "rename"])
def test_a_foreign_agency_looks_like_one_that_does_not_exist(office: Agency, boss: User, name: str) -> None:
    foreign = signed_in(people.member(people.office(AgencyKind.FINANCE), Role.ADMINISTRATOR))
    officer = signed_in(people.member(office, Role.OFFICER, Role.LEADER))
    for client in (foreign, officer):
        existing = client.get(reverse(f"accounts:{name}", args=[office.pk]))
        absent = client.get(reverse(f"accounts:{name}", args=[999_999]))
        assert existing.status_code == absent.status_code == 404


def test_acts_on_a_foreign_agency_are_not_found_and_change_nothing(office: Agency, boss: User) -> None:
    officer, offer = people.member(office), invitation_to(office, boss)
    client = signed_in(people.member(people.office(AgencyKind.FINANCE), Role.ADMINISTRATOR))
    paths = [
        reverse("accounts:deactivate", args=[office.pk, officer.pk]),
        reverse("accounts:membership_dates", args=[officer.memberships.get().pk]),
        reverse("accounts:invitation_again", args=[offer.pk]),
        reverse("accounts:invitation_withdraw", args=[offer.pk]),
    ]
    before = office.changes.count()
    assert [client.post(path).status_code for path in paths] == [404] * 4
    assert office.changes.count() == before


def test_the_list_shows_people_offers_and_changes(office: Agency, boss: User) -> None:
    people.member(office, name="Lê Thị Ánh")
    invitation_to(office, boss)
    page = text(signed_in(boss).get(reverse("accounts:members", args=[office.pk])))
    page = page[page.index('id="serving"') :]
    assert page.index("Lê Thị Ánh") < page.index("Trần Văn Bình")
    assert "moi@example.vn" in page
    assert "Invited" in page


def test_the_list_asks_the_same_number_of_queries_for_few_and_many(office: Agency, boss: User) -> None:
    client, path = signed_in(boss), reverse("accounts:members", args=[office.pk])
    invitation_to(office, boss, "first@example.vn")
    client.get(path)
    with CaptureQueriesContext(connection) as few:
        client.get(path)
    for number in range(6):
        people.member(office)
        invitation_to(office, boss, f"n{number}@example.vn")
    with CaptureQueriesContext(connection) as many:
        client.get(path)
    assert len(many) == len(few)


def test_the_list_pages_by_key(office: Agency, boss: User) -> None:
    for _ in range(51):
        people.member(office, name="Nguyễn An")
    client, path = signed_in(boss), reverse("accounts:members", args=[office.pk])
    first = client.get(path)
    assert len(first.context["seats"]) == 50
    second = client.get(path + first.context["older"])
    assert [seat.user.full_name for seat in second.context["seats"]] == ["Nguyễn An", "Trần Văn Bình"]
    assert second.context["older"] == ""
    assert client.get(path + "?after=nonsense").status_code == 200


def test_an_officer_is_invited_and_gets_in(office: Agency, boss: User) -> None:
    today = f"{clock.local_day(clock.now()):%d/%m/%Y}"
    form = {"email": "moi@example.vn", "role": "officer", "valid_from": today, "valid_to": ""}
    response = signed_in(boss).post(reverse("accounts:invite", args=[office.pk]), form)
    assert response["Location"] == reverse("accounts:members", args=[office.pk])

    path = link(Invitation.objects.get())
    visitor = Client()
    assert visitor.get(path).status_code == 200
    form = {"full_name": "Phạm Thị Ánh", "password1": people.PASSWORD, "password2": people.PASSWORD}
    assert visitor.post(path, form)["Location"] == reverse("account_login")
    signed = visitor.post(reverse("account_login"), {"login": "moi@example.vn", "password": people.PASSWORD})
    assert signed["Location"] == reverse("home")
    assert visitor.get(path).status_code == 410


@pytest.mark.parametrize(
    ("field", "value", "sentence"),
    [
        ("email", "nobody", "valid email"),
        ("role", "applicant", "valid choice"),
        ("valid_from", "2026-31-12", "valid date"),
        ("valid_to", "01/01/2026", "before the first day"),
    ],
)
def test_the_invitation_form_says_what_is_wrong_at_the_field(
    office: Agency, boss: User, field: str, value: str, sentence: str
) -> None:
    form = {"email": "a@example.vn", "role": "officer", "valid_from": "01/12/2026", "valid_to": ""} | {
        field: value
    }
    response = signed_in(boss).post(reverse("accounts:invite", args=[office.pk]), form)
    assert response.status_code == 422
    assert sentence in str(response.context["form"].errors[field])
    assert not Invitation.objects.exists()


def test_a_second_invitation_is_refused_at_the_address(office: Agency, boss: User) -> None:
    offer = invitation_to(office, boss)
    form = {"email": offer.email, "role": "officer", "valid_from": "01/12/2026"}
    response = signed_in(boss).post(reverse("accounts:invite", args=[office.pk]), form)
    assert response.status_code == 422
    assert "has been invited" in str(response.context["form"].errors["email"])


def test_an_expired_or_unknown_link_says_so(office: Agency, boss: User) -> None:
    offer = invitation_to(office, boss)
    Invitation.objects.filter(pk=offer.pk).update(expires_at=clock.now() - timedelta(seconds=1))
    assert Client().get(link(offer)).status_code == 410
    assert Client().post(link(offer), {}).status_code == 410
    assert Client().get(reverse("accounts:invitation", args=["no-token"])).status_code == 404


def test_a_weak_password_is_refused_at_its_field(office: Agency, boss: User) -> None:
    response = Client().post(
        link(invitation_to(office, boss)),
        {"full_name": "Phạm Ánh", "password1": "12345678", "password2": "12345678"},
    )
    assert response.status_code == 422
    assert "password1" in response.context["form"].errors
    assert not User.objects.filter(email="moi@example.vn").exists()


def test_the_owner_of_an_account_accepts_signed_in(office: Agency, boss: User) -> None:
    owner = people.person(email="moi@example.vn")
    path = link(invitation_to(office, boss))
    assert reverse("account_login") + "?next=/accounts/invitation/" in text(Client().get(path))
    assert signed_in(people.person()).post(path).status_code == 403
    assert signed_in(owner).post(path)["Location"] == reverse("home")
    assert selectors.standing(owner, on=clock.local_day(clock.now())).has(Role.OFFICER, office.pk)


def test_deactivating_asks_once_more_and_signs_the_person_out(office: Agency, boss: User) -> None:
    officer = people.member(office, name="Phạm Dũng")
    theirs, client = signed_in(officer), signed_in(boss)
    path = reverse("accounts:deactivate", args=[office.pk, officer.pk])
    assert "Phạm Dũng" in text(client.get(path))
    assert theirs.get(reverse("accounts:profile")).status_code == 200
    assert client.post(path).status_code == 302
    assert theirs.get(reverse("accounts:profile")).status_code == 302
    assert client.get(path).status_code == 404


def test_the_last_administrator_is_told_why_not(office: Agency, boss: User) -> None:
    response = signed_in(boss).post(reverse("accounts:deactivate", args=[office.pk, boss.pk]))
    assert response.status_code == 409
    assert "last administrator" in text(response)


def test_dates_are_changed_and_refused_at_the_field(office: Agency, boss: User) -> None:
    seat = people.member(office).memberships.get()
    client, path = signed_in(boss), reverse("accounts:membership_dates", args=[seat.pk])
    assert 'value="01/03/2025"' in text(client.get(path))
    refused = client.post(path, {"valid_from": "02/03/2025", "valid_to": ""})
    assert refused.status_code == 422
    assert "has started" in str(refused.context["form"].errors["valid_from"])
    assert client.post(path, {"valid_from": "01/03/2025", "valid_to": "31/12/2027"}).status_code == 302
    seat.refresh_from_db()
    assert f"{seat.valid_to:%d/%m/%Y}" == "31/12/2027"


def test_an_organisation_is_registered_and_its_administrator_lands_on_its_people() -> None:
    owner = people.person()
    client = signed_in(owner)
    form = {"name": "Công ty Sông Hồng", "tax_code": "0100233488"}
    assert client.post(reverse("accounts:organisation_create"), form)["Location"] == reverse(
        "accounts:organisation"
    )
    agency = Agency.objects.get(tax_code="0100233488")
    assert client.get(reverse("accounts:agencies"))["Location"] == reverse(
        "accounts:members", args=[agency.pk]
    )
    assert "Công ty Sông Hồng" in text(client.get(reverse("accounts:organisation")))


@pytest.mark.parametrize(
    ("tax_code", "sentence"),
    [("0100233489", "check digit"), ("12", "10 digits"), ("", "Enter the tax code")],
)
def test_a_wrong_tax_code_is_refused_at_its_field(tax_code: str, sentence: str) -> None:
    client = signed_in(people.person())
    response = client.post(reverse("accounts:organisation_create"), {"name": "A", "tax_code": tax_code})
    assert response.status_code == 422
    assert sentence in str(response.context["form"].errors["tax_code"])


def test_a_registered_tax_code_points_to_joining() -> None:
    agency, owner = people.investor()
    client = signed_in(people.person("Phạm Dũng"))
    response = client.post(
        reverse("accounts:organisation_create"), {"name": "B", "tax_code": agency.tax_code}
    )
    assert response.status_code == 422
    assert "Ask to join" in str(response.context["form"].errors["tax_code"])
    client.post(reverse("accounts:organisation_join"), {"tax_code": agency.tax_code})
    request = JoinRequest.objects.get()
    answer = reverse("accounts:join_request_answer", args=[request.pk])
    assert client.post(answer, {"answer": "accept"}).status_code == 404
    assert signed_in(owner).post(answer, {"answer": "perhaps"}).status_code == 404
    assert signed_in(owner).post(answer, {"answer": "accept"}).status_code == 302
    assert len(mail.outbox) == 2


def test_a_name_is_corrected_by_the_organisation_and_not_by_an_office(office: Agency, boss: User) -> None:
    agency, owner = people.investor()
    path = reverse("accounts:rename", args=[agency.pk])
    assert signed_in(owner).post(path, {"name": "Công ty Hồng Hà"}).status_code == 302
    agency.refresh_from_db()
    assert agency.name == "Công ty Hồng Hà"
    assert signed_in(boss).get(reverse("accounts:rename", args=[office.pk])).status_code == 404


def test_the_profile_changes_name_and_language() -> None:
    user = people.person("Lê An")
    client = signed_in(user)
    response = client.post(reverse("accounts:profile"), {"full_name": " Lê  Ân ", "language": "vi"})
    assert response.status_code == 302
    assert response.cookies["django_language"].value == "vi"
    user.refresh_from_db()
    assert (user.full_name, user.language) == ("Lê Ân", "vi")
    refused = client.post(reverse("accounts:profile"), {"full_name": "http://a", "language": "fr"})
    assert refused.status_code == 422
    assert set(refused.context["form"].errors) == {"full_name", "language"}


@pytest.mark.parametrize("name", ["organisation", "agencies", "members"])
def test_pages_that_only_show_refuse_a_post(office: Agency, boss: User, name: str) -> None:
    args = [office.pk] if name == "members" else []
    assert signed_in(boss).post(reverse(f"accounts:{name}", args=args)).status_code == 405


def test_too_many_invitations_are_stopped(office: Agency, boss: User, settings: Settings) -> None:
    settings.ACCOUNT_RATE_LIMITS = {"invite": "1/m/user"}
    client, path = signed_in(boss), reverse("accounts:invite", args=[office.pk])
    assert client.post(path, {}).status_code == 422
    assert client.post(path, {}).status_code == 429
