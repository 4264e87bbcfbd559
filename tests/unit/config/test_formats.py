"""Dates and numbers as they are written in Vietnam. A swapped day and month would be the worst bug here."""

import random
from datetime import date, timedelta
from decimal import Decimal

import pytest
from django import forms
from django.utils import formats, translation

LANGUAGES = ("vi", "en")
DATES = 10_000


class DayForm(forms.Form):
    day = forms.DateField()


class AmountForm(forms.Form):
    amount = forms.DecimalField(localize=True)


def read(text: str) -> date | None:
    form = DayForm({"day": text})
    return form.cleaned_data["day"] if form.is_valid() else None


@pytest.mark.parametrize("language", LANGUAGES)
def test_ten_thousand_days_come_back_as_they_went_out(language: str) -> None:
    chance = random.Random(32_2024)
    days = [date(1990, 1, 1) + timedelta(days=chance.randrange(36_500)) for _ in range(DATES)]
    with translation.override(language):
        swapped = [day for day in days if read(formats.localize_input(day)) != day]
    assert swapped == []


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("03/04/2026", date(2026, 4, 3)),
        ("3/4/2026", date(2026, 4, 3)),
        ("24/12/2026", date(2026, 12, 24)),
        ("24-12-2026", date(2026, 12, 24)),
        ("24.12.2026", date(2026, 12, 24)),
        ("2026-12-24", date(2026, 12, 24)),
    ],
)
def test_the_day_comes_first(language: str, text: str, day: date) -> None:
    with translation.override(language):
        assert read(text) == day


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("text", ["12/24/2026", "26/03/04", "31/02/2026", "tomorrow"])
def test_a_day_that_could_be_misread_is_refused(language: str, text: str) -> None:
    with translation.override(language):
        assert read(text) is None


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_day_is_shown_day_first_and_the_week_begins_on_monday(language: str) -> None:
    with translation.override(language):
        assert formats.date_format(date(2026, 4, 3)) == "03/04/2026"
        assert formats.get_format("FIRST_DAY_OF_WEEK") == 1


@pytest.mark.parametrize(("language", "shown"), [("vi", "1.234.567,5"), ("en", "1,234,567.5")])
def test_numbers_are_grouped_and_read_back(language: str, shown: str) -> None:
    amount = Decimal("1234567.5")
    with translation.override(language):
        form = AmountForm({"amount": shown})
        assert formats.number_format(amount, use_l10n=True) == shown
        assert form.is_valid()
        assert form.cleaned_data["amount"] == amount
