"""Registering and joining an investor organisation."""

import unicodedata
from datetime import datetime

import pytest
from django.core import mail

from accounts import selectors, services
from accounts.exceptions import (
    ActionDenied,
    AlreadyAnswered,
    AlreadyAsked,
    AlreadyMember,
    ServesOtherSide,
    TaxCodeInvalid,
    TaxCodeTaken,
    TaxCodeUnknown,
)
from accounts.models import Agency, JoinRequest, Membership, MembershipChange
from accounts.states import AgencyKind, ChangeAct, JoinOutcome, Role
from records.clock import local_day
from tests.factories import people

pytestmark = pytest.mark.django_db


def test_whoever_registers_an_organisation_acts_for_it_and_administers_it(at: datetime) -> None:
    owner = people.person()
    name = unicodedata.normalize("NFD", "Công ty  Hạ tầng Sông Hồng")

    agency = services.create_organisation(name=name, tax_code="0100233488", by=owner, at=at)

    assert (agency.name, agency.tax_code) == ("Công ty Hạ tầng Sông Hồng", "0100233488")
    assert selectors.standing(owner, on=local_day(at)).seats == {
        (agency.pk, AgencyKind.INVESTOR, Role.APPLICANT),
        (agency.pk, AgencyKind.INVESTOR, Role.ADMINISTRATOR),
    }
    change = agency.changes.get()
    assert (change.act, change.by, change.at) == (ChangeAct.ORGANISATION_CREATED, owner, at)
    assert change.detail["tax_code"] == "0100233488"


def test_a_tax_code_is_registered_once_however_it_is_typed(at: datetime) -> None:
    services.create_organisation(name="A", tax_code="0314409058-002", by=people.person(), at=at)
    with pytest.raises(TaxCodeTaken, match="is registered"):
        services.create_organisation(name="B", tax_code="0314409058002", by=people.person(), at=at)
    assert Agency.objects.count() == 1
    assert MembershipChange.objects.count() == 1


def test_a_branch_is_an_organisation_of_its_own(at: datetime) -> None:
    services.create_organisation(name="A", tax_code="0314409058", by=people.person(), at=at)
    services.create_organisation(name="A, branch", tax_code="0314409058-002", by=people.person(), at=at)
    assert Agency.objects.organisations().count() == 2


def test_officers_neither_register_nor_join_an_organisation(at: datetime) -> None:
    officer = people.member(people.office(), Role.OFFICER)
    agency, _ = people.investor()
    with pytest.raises(ServesOtherSide, match="cannot serve in an office"):
        services.create_organisation(name="A", tax_code=people.tax_code(), by=officer, at=at)
    with pytest.raises(ServesOtherSide):
        services.ask_to_join(tax_code=agency.tax_code, by=officer, at=at)


def test_asking_to_join_tells_the_administrator_and_gives_nothing_yet(at: datetime) -> None:
    agency, owner = people.investor()
    asker = people.person("Phạm Thị Ánh")

    services.ask_to_join(tax_code=agency.tax_code, by=asker, at=at)

    assert selectors.standing(asker, on=local_day(at)).seats == frozenset()
    assert [message.to for message in mail.outbox] == [[owner.email]]
    assert "Phạm Thị Ánh" in mail.outbox[0].body


def test_asking_twice_asking_as_member_and_asking_nobody_are_refused(at: datetime) -> None:
    agency, owner = people.investor()
    asker = people.person()
    services.ask_to_join(tax_code=agency.tax_code, by=asker, at=at)
    with pytest.raises(AlreadyAsked, match="You asked already"):
        services.ask_to_join(tax_code=agency.tax_code, by=asker, at=at)
    with pytest.raises(AlreadyMember):
        services.ask_to_join(tax_code=agency.tax_code, by=owner, at=at)
    with pytest.raises(TaxCodeUnknown, match="No organisation"):
        services.ask_to_join(tax_code=people.tax_code(), by=asker, at=at)
    with pytest.raises(TaxCodeInvalid):
        services.ask_to_join(tax_code="1", by=asker, at=at)


def test_an_accepted_request_makes_an_applicant_and_tells_the_person(at: datetime) -> None:
    agency, owner = people.investor()
    asker = people.person()
    request = services.ask_to_join(tax_code=agency.tax_code, by=asker, at=at)

    services.accept_join_request(request_id=request.pk, by=owner, at=at)

    assert selectors.standing(asker, on=local_day(at)).has(Role.APPLICANT, agency.pk)
    assert not selectors.standing(asker, on=local_day(at)).has(Role.ADMINISTRATOR, agency.pk)
    assert mail.outbox[-1].to == [asker.email]
    with pytest.raises(AlreadyAnswered):
        services.refuse_join_request(request_id=request.pk, by=owner, at=at)


def test_a_refused_request_gives_nothing_and_may_be_asked_again(at: datetime) -> None:
    agency, owner = people.investor()
    asker = people.person()
    request = services.ask_to_join(tax_code=agency.tax_code, by=asker, at=at)

    answered = services.refuse_join_request(request_id=request.pk, by=owner, at=at)

    assert (answered.outcome, answered.answered_by) == (JoinOutcome.REFUSED, owner)
    assert not Membership.objects.filter(user=asker).exists()
    services.ask_to_join(tax_code=agency.tax_code, by=asker, at=at)
    assert JoinRequest.objects.filter(answered_at=None).count() == 1


@pytest.mark.parametrize("who", ["asker", "applicant", "foreign", "officer"])
def test_only_the_organisations_administrator_answers(at: datetime, who: str) -> None:
    agency, _ = people.investor()
    asker = people.person()
    request = services.ask_to_join(tax_code=agency.tax_code, by=asker, at=at)
    by = {
        "asker": lambda: asker,
        "applicant": lambda: people.member(agency, Role.APPLICANT),
        "foreign": lambda: people.investor("Công ty khác")[1],
        "officer": lambda: people.member(people.office(), Role.ADMINISTRATOR),
    }[who]()
    with pytest.raises(ActionDenied):
        services.accept_join_request(request_id=request.pk, by=by, at=at)
    request.refresh_from_db()
    assert request.answered_at is None


def test_a_corrected_name_keeps_the_old_one_on_record(at: datetime) -> None:
    agency, owner = people.investor("Công ty Sông Hông")
    services.rename_organisation(agency_id=agency.pk, name="Công ty Sông Hồng", by=owner, at=at)
    change = agency.changes.filter(act=ChangeAct.RENAMED).get()
    assert change.detail == {"before": "Công ty Sông Hông", "after": "Công ty Sông Hồng"}
    agency.refresh_from_db()
    assert agency.folded.strip() == "cong ty song hong"


def test_an_office_is_not_renamed_by_its_administrator(at: datetime) -> None:
    office = people.office()
    boss = people.member(office, Role.ADMINISTRATOR)
    with pytest.raises(ActionDenied):
        services.rename_organisation(agency_id=office.pk, name="Sở khác", by=boss, at=at)


def test_what_happened_is_neither_edited_nor_deleted(at: datetime) -> None:
    agency, _ = people.investor()
    change = agency.changes.get()
    for edit in (
        change.save,
        change.delete,
        lambda: MembershipChange.objects.update(act="x"),
        lambda: MembershipChange.objects.all().delete(),
    ):
        with pytest.raises(TypeError, match="only ever added"):
            edit()
