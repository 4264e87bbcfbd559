"""Tax codes, names, roles and terms."""

import unicodedata
from datetime import date

import pytest

from accounts import rules
from accounts.exceptions import DatesInvalid, NameInvalid, RoleUnfit, TaxCodeInvalid
from accounts.states import AgencyKind, Role

TODAY = date(2026, 10, 5)


@pytest.mark.parametrize(
    ("typed", "stored"),
    [
        ("0100233488", "0100233488"),
        (" 0100 233 488 ", "0100233488"),
        ("0314409058-002", "0314409058-002"),
        ("0314409058002", "0314409058-002"),
    ],
)
def test_tax_code_is_stored_as_it_is_written_officially(typed: str, stored: str) -> None:
    assert rules.tax_code(typed) == stored


@pytest.mark.parametrize(
    ("typed", "reason"),
    [
        ("0100233489", "check digit"),
        ("0000000000", "check digit"),
        ("010023348", "10 digits"),
        ("01002334880", "10 digits"),
        ("٠١٠٠٢٣٣٤٨٨", "10 digits"),
        ("01002334ab", "10 digits"),
        ("", "10 digits"),
        ("0100233488-000", "start at 001"),
    ],
)
def test_tax_code_refuses_with_the_reason(typed: str, reason: str) -> None:
    with pytest.raises(TaxCodeInvalid, match=reason):
        rules.tax_code(typed)


def test_every_single_wrong_digit_is_found() -> None:
    right = "0100233488"
    for place in range(10):
        for digit in set("0123456789") - {right[place]}:
            with pytest.raises(TaxCodeInvalid):
                rules.tax_code(right[:place] + digit + right[place + 1 :])


def test_names_typed_in_composed_and_decomposed_letters_are_stored_the_same() -> None:
    name = "Nguyễn Thị  Thu Hoà"
    assert (
        rules.person_name(unicodedata.normalize("NFD", name))
        == rules.person_name(name)
        == "Nguyễn Thị Thu Hoà"
    )


@pytest.mark.parametrize("name", ["", "   ", "-", "https://a.vn", "An\x00Bình", "Hà 2", "x" * 201])
def test_person_name_refuses_what_is_no_name(name: str) -> None:
    with pytest.raises(NameInvalid):
        rules.person_name(name)


def test_organisation_name_allows_digits_and_marks() -> None:
    assert rules.organisation_name(" Công ty TNHH 1-5 (Hà Nội) ") == "Công ty TNHH 1-5 (Hà Nội)"


@pytest.mark.parametrize("kind", AgencyKind)
@pytest.mark.parametrize("role", Role)
def test_only_listed_roles_exist_in_a_kind_of_agency(kind: AgencyKind, role: Role) -> None:
    is_organisation = kind == AgencyKind.INVESTOR
    fits = role == Role.ADMINISTRATOR or (role == Role.APPLICANT) == is_organisation
    if fits:
        rules.check_role(kind, role)
    else:
        with pytest.raises(RoleUnfit, match="no such role"):
            rules.check_role(kind, role)


def test_check_dates_refuses_an_end_before_the_start() -> None:
    with pytest.raises(DatesInvalid, match="before the first day") as refusal:
        rules.check_dates(valid_from=date(2026, 12, 2), valid_to=date(2026, 12, 1), today=TODAY)
    assert refusal.value.details["field"] == "valid_to"


def test_check_dates_refuses_an_end_that_is_over() -> None:
    with pytest.raises(DatesInvalid, match="This day is over"):
        rules.check_dates(valid_from=date(2026, 1, 1), valid_to=date(2026, 10, 4), today=TODAY)


def test_check_dates_allows_a_last_day_today() -> None:
    rules.check_dates(valid_from=date(2026, 1, 1), valid_to=TODAY, today=TODAY)


def test_check_start_keeps_a_first_day_that_has_come() -> None:
    with pytest.raises(DatesInvalid, match="has started"):
        rules.check_start(old=date(2026, 1, 1), new=date(2026, 2, 1), today=TODAY)


def test_check_start_moves_a_first_day_to_come_but_not_into_the_past() -> None:
    rules.check_start(old=date(2026, 11, 1), new=date(2026, 10, 20), today=TODAY)
    with pytest.raises(DatesInvalid, match="into the past"):
        rules.check_start(old=date(2026, 11, 1), new=date(2026, 10, 4), today=TODAY)
