"""Codes that are read out on the telephone: a slip of one digit, or of two neighbours, shows."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from approvals.codes import dossier_code, has_shape, is_well_formed, tidied

CODES = st.builds(
    dossier_code, st.integers(min_value=1, max_value=99_999), st.integers(min_value=2024, max_value=2099)
)
DIGITS = [*range(4, 8), *range(9, 14)]  # where they stand in H26-2026-00017-D


def test_a_code_names_city_year_and_number() -> None:
    assert dossier_code(17, 2026)[:-1] == "H26-2026-00017-"
    assert is_well_formed(dossier_code(17, 2026))
    assert is_well_formed(f" {dossier_code(17, 2026).lower()} ")


@given(CODES)
def test_a_code_is_well_formed_and_fits_its_column(code: str) -> None:
    assert is_well_formed(code)
    assert len(code) <= 20


@given(CODES, st.sampled_from(DIGITS), st.sampled_from("0123456789"))
def test_one_wrong_digit_is_noticed(code: str, place: int, digit: str) -> None:
    wrong = code[:place] + digit + code[place + 1 :]
    assert is_well_formed(wrong) is (wrong == code)


@given(CODES, st.sampled_from([(4, 5), (5, 6), (6, 7), (7, 9), (9, 10), (10, 11), (11, 12), (12, 13)]))
def test_two_swapped_neighbours_are_noticed(code: str, places: tuple[int, int]) -> None:
    signs = list(code)
    first, second = places
    signs[first], signs[second] = signs[second], signs[first]
    swapped = "".join(signs)
    assert is_well_formed(swapped) is (swapped == code)


@given(CODES, st.sampled_from("ABCDEFGHJKLMNPQRSTVWXYZIOU"))
def test_another_letter_is_noticed(code: str, letter: str) -> None:
    assert is_well_formed(code[:-1] + letter) is (letter == code[-1])


@pytest.mark.parametrize(
    "text",
    [
        "",
        "H26",
        "H26-2026-00017",
        "X26" + dossier_code(17, 2026)[3:],
        dossier_code(17, 2026).replace("-", ""),
        dossier_code(17, 2026) + "-1",
        "H26-20260-0017-" + dossier_code(17, 2026)[-1],
        "H26-2026-0001²-K",
        "H26-2026-٠٠٠١٧-" + dossier_code(17, 2026)[-1],
    ],
)
def test_what_is_no_code_is_refused(text: str) -> None:
    assert not is_well_formed(text)


@pytest.mark.parametrize("typed", ["h26-2026-00017-d", " H26 - 2026 - 00017 - D\n", "H26–2026−00017‑D"])
def test_a_code_is_tidied_as_it_is_printed(typed: str) -> None:
    assert tidied(typed) == dossier_code(17, 2026)


def test_a_wrong_letter_keeps_the_shape() -> None:
    assert has_shape("H26-2026-00017-K")
    assert not has_shape("H26-2026-17-K")


@given(st.text(max_size=30))
def test_any_text_gets_an_answer(text: str) -> None:
    assert is_well_formed(text) in (True, False)


def test_a_number_beyond_five_digits_still_has_a_code() -> None:
    assert is_well_formed(dossier_code(123_456, 2026))
