"""Amounts are read as the reader's language writes them, and never silently ten times too large."""

from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError
from django.utils import translation

from approvals.fields import AmountField

FIELD = AmountField(min_value=Decimal(0), max_digits=12)


@pytest.mark.parametrize(
    ("language", "written", "amount"),
    [
        ("vi", "491,7", "491.7"),
        ("vi", "1.234", "1234"),
        ("vi", "1.234.567,5", "1234567.5"),
        ("vi", "1234,5", "1234.5"),
        ("en", "491.7", "491.7"),
        ("en", "1,234", "1234"),
        ("en", "1,234,567.5", "1234567.5"),
    ],
)
def test_amount_is_read_in_the_readers_language(language: str, written: str, amount: str) -> None:
    with translation.override(language):
        assert FIELD.clean(written) == Decimal(amount)


@pytest.mark.parametrize(
    ("language", "written", "example"),
    [
        ("vi", "491.7", "1.234,5"),
        ("vi", "12.34", "1.234,5"),
        ("vi", "1234.567", "1.234,5"),
        ("en", "491,7", "1,234.5"),
        ("en", "20,98", "1,234.5"),
    ],
)
def test_amount_with_the_other_languages_point_is_refused(language: str, written: str, example: str) -> None:
    with translation.override(language), pytest.raises(ValidationError) as refused:
        FIELD.clean(written)

    assert example in refused.value.messages[0]
