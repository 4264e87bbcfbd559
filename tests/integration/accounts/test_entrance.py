"""Signing up, confirming, signing in, resetting: allauth in our clothes."""

import re
import unicodedata
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from django.core import mail
from django.test import Client
from django.urls import reverse
from pytest_django import Settings

from accounts.models import User
from accounts.states import Role
from tests.factories import people

pytestmark = pytest.mark.django_db
SIGN_UP = {
    "full_name": "Nguyễn Thị Thu Hà",
    "email": "Ha@Example.vn",
    "password1": people.PASSWORD,
    "password2": people.PASSWORD,
}


@pytest.fixture
def client() -> Client:
    client = Client()
    client.cookies["django_language"] = "en"
    return client


def path_in_mail(part: str) -> str:
    found = re.search(rf"https?://[^/\s]+(/\S*{part}\S*)", str(mail.outbox[-1].body))
    assert found is not None, mail.outbox[-1].body
    return found[1]


def sign_in(client: Client, email: str, password: str = people.PASSWORD) -> Any:
    return client.post(reverse("account_login"), {"login": email, "password": password})


@pytest.mark.parametrize(
    "name", ["account_login", "account_signup", "account_reset_password", "account_reset_password_done",
             "account_reset_password_from_key_done", "account_email_verification_sent", "account_inactive"]
)  # fmt: skip
def test_the_doors_are_open_to_visitors(client: Client, name: str) -> None:
    response = client.get(reverse(name))
    assert response.status_code == 200
    assert "<h1>" in response.content.decode()


def test_nobody_gets_in_before_the_address_is_confirmed(client: Client) -> None:
    name = unicodedata.normalize("NFD", SIGN_UP["full_name"])
    response = client.post(reverse("account_signup"), SIGN_UP | {"full_name": name})
    assert response["Location"] == reverse("account_email_verification_sent")
    user = User.objects.get(email="ha@example.vn")
    assert (user.full_name, user.sort_key != "", user.language) == (SIGN_UP["full_name"], True, "en")
    assert user.joined_at is not None
    assert mail.outbox[0].subject.startswith("[Khởi Công] ")

    assert sign_in(client, user.email)["Location"] == reverse("account_email_verification_sent")
    assert client.get(reverse("accounts:profile")).status_code == 302

    path = path_in_mail("confirm-email")
    assert client.get(path).status_code == 200
    assert not EmailAddress.objects.filter(verified=True).exists()
    client.post(path)
    visitor = Client()
    assert sign_in(visitor, user.email)["Location"] == reverse("accounts:organisation")


@pytest.mark.parametrize(
    ("field", "value"),
    [("full_name", ""), ("full_name", "http://a.vn"), ("email", "ha"), ("password1", "12345678")],
)
def test_sign_up_says_what_is_wrong_at_the_field(client: Client, field: str, value: str) -> None:
    response = client.post(reverse("account_signup"), SIGN_UP | {field: value})
    assert field in response.context["form"].errors
    assert not User.objects.exists()


def test_signing_up_twice_looks_like_once_and_only_the_owner_is_told(client: Client) -> None:
    people.person(email="ha@example.vn")
    response = client.post(reverse("account_signup"), SIGN_UP)
    assert response["Location"] == reverse("account_email_verification_sent")
    assert User.objects.filter(email="ha@example.vn").count() == 1
    assert [message.to for message in mail.outbox] == [["ha@example.vn"]]
    assert "password/reset" in mail.outbox[0].body


def test_a_reset_looks_the_same_for_known_and_unknown_addresses(client: Client) -> None:
    people.person(email="known@example.vn")
    closed = people.person(email="closed@example.vn")
    User.objects.filter(pk=closed.pk).update(is_active=False)
    answers = []
    for email in ("known@example.vn", "unknown@example.vn", "closed@example.vn"):
        response = client.post(reverse("account_reset_password"), {"email": email}, follow=True)
        answers.append(
            (
                response.redirect_chain,
                re.sub(r'nonce="[^"]*"|csrf\S+|value="\w{64}"', "", response.content.decode()),
            )
        )
    assert answers[0][0] == answers[1][0] == answers[2][0]
    assert re.sub(r"[A-Za-z0-9]{64}", "", answers[0][1]) == re.sub(r"[A-Za-z0-9]{64}", "", answers[1][1])
    assert len(mail.outbox) == 3
    assert "password/reset/key" in mail.outbox[0].body
    assert not any("password/reset/key" in message.body for message in mail.outbox[1:])


def test_a_reset_link_works_once(client: Client) -> None:
    user = people.person(email="ha@example.vn")
    client.post(reverse("account_reset_password"), {"email": "HA@example.vn"})
    path = path_in_mail("password/reset/key")
    form_page = client.get(path, follow=True)
    form = {"password1": "một-mật-khẩu-mới", "password2": "một-mật-khẩu-mới"}
    done = client.post(form_page.redirect_chain[-1][0], form)
    assert done["Location"] == reverse("account_reset_password_from_key_done")
    user.refresh_from_db()
    assert user.check_password("một-mật-khẩu-mới")
    again = Client().get(path, follow=True)
    assert again.context["token_fail"]


def test_a_wrong_password_an_unknown_address_and_a_closed_account_are_answered_alike(client: Client) -> None:
    people.person(email="ha@example.vn")
    wrong = sign_in(client, "ha@example.vn", "wrong")
    unknown = sign_in(client, "nobody@example.vn", "wrong")
    assert wrong.context["form"].non_field_errors() == unknown.context["form"].non_field_errors()
    assert sign_in(client, "system@khoicong.invalid", "").status_code == 200


def test_a_closed_account_does_not_get_in(client: Client) -> None:
    user = people.person(email="ha@example.vn")
    User.objects.filter(pk=user.pk).update(is_active=False)
    sign_in(client, user.email)
    assert client.get(reverse("accounts:profile")).status_code == 302


def test_guessing_is_stopped(client: Client) -> None:
    people.person(email="ha@example.vn")
    for _ in range(5):
        sign_in(client, "ha@example.vn", "wrong")
    right = sign_in(client, "ha@example.vn")
    assert right.status_code == 200
    assert client.get(reverse("accounts:profile")).status_code == 302


def test_too_many_requests_get_a_page_of_ours(client: Client, settings: Settings) -> None:
    settings.ACCOUNT_RATE_LIMITS = {"reset_password": "1/m/ip"}
    form = {"email": "ha@example.vn"}
    client.post(reverse("account_reset_password"), form)
    response = client.post(reverse("account_reset_password"), form)
    assert response.status_code == 429
    assert "Too many attempts" in response.content.decode()


def test_an_officer_who_signs_in_lands_at_home_and_changes_the_password(client: Client) -> None:
    officer = people.member(people.office(), Role.OFFICER)
    assert sign_in(client, officer.email)["Location"] == reverse("home")
    path = reverse("account_change_password")
    assert client.get(path).status_code == 200
    form = {"oldpassword": people.PASSWORD, "password1": "một-mật-khẩu-mới", "password2": "một-mật-khẩu-mới"}
    assert client.post(path, form).status_code == 302
    officer.refresh_from_db()
    assert officer.check_password("một-mật-khẩu-mới")


def test_signing_out_asks_and_then_happens(client: Client) -> None:
    client.force_login(people.person())
    path = reverse("account_logout")
    assert client.get(path).status_code == 200
    assert client.post(path)["Location"] == reverse("home")
    assert client.get(reverse("accounts:profile")).status_code == 302


def test_mails_leave_by_the_way_that_the_settings_name(client: Client, settings: Settings) -> None:
    settings.MAIL_QUEUE = f"{__name__}.keep"
    kept.clear()
    client.post(reverse("account_signup"), SIGN_UP)
    assert mail.outbox == []
    assert [(message["to"], set(message)) for message in kept] == [
        ("ha@example.vn", {"key", "to", "subject", "body", "at"})
    ]


kept: list[dict[str, object]] = []


def keep(**message: object) -> None:
    kept.append(message)
