import pytest

from clusters.decisions import candidates

PRINTED = {
    "2952/QĐ-UBND": ("2952/QĐ-UBND",),
    "8202–8204/QĐ-UBND (one of three)": ("8202/QĐ-UBND", "8203/QĐ-UBND", "8204/QĐ-UBND"),
    "4584, 4587, 4592 or 4593/QĐ-UBND": (
        "4584/QĐ-UBND",
        "4587/QĐ-UBND",
        "4592/QĐ-UBND",
        "4593/QĐ-UBND",
    ),
    "": (),
    "as announced": (),
    "9000–8000/QĐ-UBND": (),
    "1–4000000/QĐ-UBND": (),
}


@pytest.mark.parametrize(("text", "expected"), PRINTED.items())
def test_a_printed_number_names_its_candidates(text, expected):
    assert candidates(text) == expected
