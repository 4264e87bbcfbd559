"""Recording what the city has set: by whom, once, kept, and on which days it is in force."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client

from accounts.models import User
from demo import people
from law import services
from law.exceptions import NotTheAdministrator, SettingRefused
from law.invariants import settings_stay_within_the_law
from law.models import LocalSetting, LocalSettingEnd
from law.rulesets import provision
from law.selectors import local_settings
from law.states import SettingKind
from records.exceptions import AlreadyDone, KeyReused
from records.services import Sent
from tests.factories.cases import moment, settle
from tests.factories.fixtures import english, it_is
from tests.unit.law.test_settings import SHORTER

__all__ = ["english", "it_is"]
pytestmark = pytest.mark.django_db
NOW = moment("05/10/2026")
ENDED: dict[str, Any] = {
    "last_on": date(2026, 12, 31),
    "paper_number": "90/QĐ-UBND",
    "paper_on": date(2026, 10, 5),
    "reason": "Thay thế",
}
SENT = {
    "kind": "shorter_limit",
    "limit": "R4/E40",
    "amount": "3",
    "valid_from": "12/10/2026",
    "valid_to": "",
    "paper_number": "25/2026/QĐ-UBND",
    "paper_on": "01/10/2026",
    "reason": "Cải cách thủ tục",
}


@pytest.fixture(autouse=True)
def _now(it_is: Callable[[datetime], None]) -> None:
    it_is(NOW)
    settle()


@pytest.fixture
def quyen() -> User:
    return people.user("quyen")


def record(by: User, **changed: Any) -> LocalSetting:
    return services.set_locally(wanted=replace(SHORTER, **changed), by=by, at=NOW)


def signed_in(key: str) -> Client:
    client = Client()
    client.force_login(people.user(key))
    client.cookies["django_language"] = "en"
    return client


def test_a_setting_is_recorded_with_who_and_when_and_the_citys_act(quyen: User) -> None:
    setting = record(quyen)
    assert (setting.number, setting.amount, setting.recorded_by, setting.recorded_at) == (1, 3, quyen, NOW)
    assert setting.paper == "25/2026/QĐ-UBND (01/10/2026)"
    assert setting.shorter_text(provision("R4", "E40")) == "3 working days"
    assert not list(settings_stay_within_the_law())


@pytest.mark.parametrize("key", [person.key for person in people.PEOPLE if person.key != "quyen"])
def test_nobody_else_records_or_ends_one(key: str, quyen: User) -> None:
    setting = record(quyen)
    with pytest.raises(NotTheAdministrator):
        record(people.user(key), step="E20", amount=1)
    with pytest.raises(NotTheAdministrator):
        services.end_setting(setting_id=setting.pk, **ENDED, by=people.user(key), at=NOW)
    assert LocalSetting.objects.count() == 1
    assert not LocalSettingEnd.objects.exists()


def test_a_refused_setting_leaves_nothing(quyen: User) -> None:
    record(quyen)
    with pytest.raises(SettingRefused, match="another setting of this kind is in force"):
        record(quyen, amount=2)
    assert [one.amount for one in LocalSetting.objects.all()] == [3]


def test_rows_are_never_changed(quyen: User) -> None:
    record(quyen)
    with pytest.raises(TypeError, match="never changed"):
        LocalSetting.objects.update(amount=1)
    with pytest.raises(TypeError, match="never deleted"):
        LocalSetting.objects.all().delete()


def test_the_same_form_records_once_and_another_content_is_refused(quyen: User) -> None:
    sent = Sent(uuid4(), {"amount": 3})
    services.set_locally(wanted=SHORTER, by=quyen, at=NOW, sent=sent)
    with pytest.raises(AlreadyDone):
        services.set_locally(wanted=SHORTER, by=quyen, at=NOW, sent=sent)
    with pytest.raises(KeyReused):
        services.set_locally(wanted=SHORTER, by=quyen, at=NOW, sent=Sent(sent.key, {"amount": 2}))
    assert LocalSetting.objects.count() == 1


@pytest.mark.parametrize(
    ("day", "holds"),
    [
        (date(2026, 10, 11), False),
        (date(2026, 10, 12), True),
        (date(2026, 12, 31), True),
        (date(2027, 1, 1), False),
    ],
)
def test_a_setting_holds_from_its_first_to_its_last_day(quyen: User, day: date, *, holds: bool) -> None:
    setting = record(quyen)
    services.end_setting(setting_id=setting.pk, **ENDED, by=quyen, at=NOW)
    row = provision("R4", "E40")
    assert LocalSetting.objects.on(day).exists() == holds
    assert (local_settings().on(row, day).get(SettingKind.SHORTER_LIMIT) == setting) == holds
    assert not local_settings().on(provision("R4", "E50"), day)


def test_after_its_end_another_may_follow_and_it_is_not_ended_twice(quyen: User) -> None:
    setting = record(quyen)
    services.end_setting(setting_id=setting.pk, **ENDED, by=quyen, at=NOW)
    with pytest.raises(AlreadyDone):
        services.end_setting(setting_id=setting.pk, **ENDED, by=quyen, at=NOW)
    with pytest.raises(SettingRefused, match="ended before"):
        services.end_setting(setting_id=setting.pk, **ENDED | {"reason": "Khác"}, by=quyen, at=NOW)
    record(quyen, amount=2, valid_from=date(2027, 1, 1))
    assert not list(settings_stay_within_the_law())


def test_verify_tells_of_settings_that_the_law_does_not_allow(quyen: User) -> None:
    first = record(quyen)
    same = {name: getattr(first, name) for name in ("kind", "rule_set", "step", "paper_number", "paper_on")}
    by = {"recorded_by": quyen, "recorded_at": NOW}
    LocalSetting.objects.create(number=2, amount=9, valid_from=date(2026, 11, 1), **same, **by)
    LocalSetting.objects.create(
        number=3, amount=1, valid_from=date(2026, 11, 1), **same | {"step": "E80"}, **by
    )
    told = "\n".join(settings_stay_within_the_law())
    assert "9 is not shorter than 5" in told
    assert "setting 2 A shorter limit: R4/E40: another one is in force on 2026-11-01" in told
    assert "setting 3 A shorter limit: R4/E80: the law has no such limit" in told


# --- the pages ------------------------------------------------------------------------------------
def test_the_form_records_a_setting_once(quyen: User) -> None:
    client, sent = signed_in("quyen"), SENT | {"key": str(uuid4())}
    assert client.post("/law/settings/add/", sent)["Location"] == "/law/settings/"
    assert client.post("/law/settings/add/", sent).status_code == 302
    setting = LocalSetting.objects.get()
    assert (setting.amount, setting.valid_from, setting.valid_to) == (3, date(2026, 10, 12), None)


def test_the_form_says_the_laws_own_number_at_the_field_and_keeps_what_was_typed() -> None:
    sent = SENT | {"key": str(uuid4()), "amount": "9"}
    response = signed_in("quyen").post("/law/settings/add/", sent)
    page = response.content.decode()
    assert response.status_code == 422
    assert "The law&#x27;s own limit is 5 working days" in page
    assert 'value="9"' in page
    assert not LocalSetting.objects.exists()


def test_the_list_shows_the_law_beside_the_city_on_the_day_that_is_asked_for(quyen: User) -> None:
    record(quyen)
    client = signed_in("khanh")
    today = client.get("/law/settings/").content.decode()
    assert "The city has set nothing" in today
    assert "In force later" in today
    later = client.get("/law/settings/?on=12/10/2026").content.decode()
    assert "In force on 12/10/2026" in later
    assert "A shorter limit: 3 working days" in later
    assert "5 working days" in later
    assert "25/2026/QĐ-UBND (01/10/2026)" in later
    assert "End it" not in later  # a leader reads, the administrator acts
    assert client.get("/law/settings/?on=31/02/2026").status_code == 422


def test_the_form_of_an_end_records_it(quyen: User) -> None:
    setting = record(quyen)
    page = f"/law/settings/{setting.pk}/end/"
    sent = {**ENDED, "last_on": "31/12/2026", "paper_on": "05/10/2026"}
    client = signed_in("quyen")
    assert client.get(page).status_code == 200
    assert client.post(page, sent | {"last_on": "01/10/2026"}).status_code == 422
    assert client.post(page, sent)["Location"] == "/law/settings/"
    assert LocalSetting.objects.get().last_on == date(2026, 12, 31)
    assert "Ended by 90/QĐ-UBND" in client.get("/law/settings/?on=12/10/2026").content.decode()
