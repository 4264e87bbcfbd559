import re
from datetime import date

import pytest
from django.utils import translation

from clusters import dates
from clusters.dates import ImpreciseDate
from clusters.states import DatePrecision as P

TOLD = {
    ("2018-06-15", "day"): (P.DAY, date(2018, 6, 15), date(2018, 6, 15), "15/06/2018"),
    ("2017-12", "month"): (P.MONTH, date(2017, 12, 1), date(2017, 12, 31), "12/2017"),
    ("2024-02", ""): (P.MONTH, date(2024, 2, 1), date(2024, 2, 29), "02/2024"),
    ("2019", "year"): (P.YEAR, date(2019, 1, 1), date(2019, 12, 31), "2019"),
    ("2024-H1", "half-year"): (P.HALF_YEAR, date(2024, 1, 1), date(2024, 6, 30), "first half of 2024"),
    ("2024-H2", "half-year"): (P.HALF_YEAR, date(2024, 7, 1), date(2024, 12, 31), "second half of 2024"),
    ("2024-Q3", "quarter"): (P.QUARTER, date(2024, 7, 1), date(2024, 9, 30), "quarter 3/2024"),
    ("Q1/2021", ""): (P.QUARTER, date(2021, 1, 1), date(2021, 3, 31), "quarter 1/2021"),
    ("2019", "year (before 2019-07-19)"): (
        P.YEAR,
        date(2019, 1, 1),
        date(2019, 7, 18),
        "2019, before 19/07/2019",
    ),
    ("2023-09", "month (reported 2023-09-06)"): (
        P.MONTH,
        date(2023, 9, 1),
        date(2023, 9, 30),
        "09/2023 (reported on 06/09/2023)",
    ),
    ("", "day-month known (11/4), year not stated"): (P.NO_YEAR, None, None, "11/4, year not stated"),
}


@pytest.fixture(autouse=True)
def _english():
    with translation.override("en"):
        yield


@pytest.mark.parametrize(("told", "expected"), TOLD.items())
def test_a_date_is_as_exact_as_it_is_told(told, expected):
    when = dates.parse(*told)

    assert when is not None
    assert (when.precision, when.earliest, when.latest, dates.words(when)) == expected
    assert when.is_exact is (when.precision is P.DAY)


def test_the_text_and_the_remark_of_the_source_are_kept():
    when = dates.parse("2023-09", "month (reported 2023-09-06)")

    assert when == ImpreciseDate(
        P.MONTH,
        date(2023, 9, 1),
        date(2023, 9, 30),
        "2023-09",
        "reported 2023-09-06",
        date(2023, 9, 6),
    )


def test_nothing_said_is_nothing_known():
    assert dates.parse("") is None
    assert dates.words(ImpreciseDate()) == "not known"


WRONG = {
    ("15/06/2018", "day"): "This is no date. Write 2018-06-15, 2018-06, 2018-Q2, 2018-H1 or 2018.",
    ("2018-02-30", "day"): "This is no date. Write 2018-06-15, 2018-06, 2018-Q2, 2018-H1 or 2018.",
    ("2018-13", ""): "This is no date. Write 2018-06-15, 2018-06, 2018-Q2, 2018-H1 or 2018.",
    ("0000", "year"): "This is no date. Write 2018-06-15, 2018-06, 2018-Q2, 2018-H1 or 2018.",
    ("2018-06", "day"): "The date is not as precise as stated: day.",
    ("2018-06", "roughly"): "“roughly” is no precision of a date.",
    ("2018-06", "month (reported 2018-02-31)"): "The remark has no valid day: reported 2018-02-31.",
    ("2018-06", "month (before 2018-06-01)"): "The remark contradicts the date: before 2018-06-01.",
    ("", "day"): "A precision without a date: day.",
}


@pytest.mark.parametrize(("told", "message"), WRONG.items())
def test_a_date_that_cannot_be_is_refused(told, message):
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        dates.parse(*told)


@pytest.mark.parametrize("language", ["vi", "en"])
def test_days_are_written_day_first(language):
    with translation.override(language):
        assert dates.words(dates.exactly(date(2026, 4, 3))) == "03/04/2026"
