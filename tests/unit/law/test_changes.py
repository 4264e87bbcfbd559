"""What a later calendar makes otherwise."""

from dataclasses import replace
from datetime import date

import pytest

from law.calendars import Calendar, DayEntry
from law.changes import counts_otherwise, reasons, words
from law.states import DayBasis, DayKind, DayStatus

DAY = date(2027, 2, 4)  # a Thursday
NEW_YEAR = DayEntry(
    date(2027, 1, 1), DayKind.OFF, "Tết Dương lịch", DayBasis.STATUTE, "", DayStatus.OFFICIAL, None
)
TET = DayEntry(DAY, DayKind.OFF, "28 Tết", DayBasis.SWAP, "9/TB", DayStatus.OFFICIAL, None)
EXPECTED = replace(TET, status=DayStatus.PROVISIONAL)
UNCONFIRMED = replace(TET, status=DayStatus.UNCONFIRMED)


def known(*entries: DayEntry) -> Calendar:
    return Calendar(1, {entry.day: entry for entry in (NEW_YEAR, *entries)})


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        (known(), known(TET), True),
        (known(TET), known(), True),
        (known(EXPECTED), known(TET), True),
        (known(), known(UNCONFIRMED), False),
        (known(TET), known(replace(TET, name="Tết", notice="")), False),
        (Calendar(0, {}), known(), True),
    ],
    ids=["off", "taken back", "official", "unconfirmed", "another name", "a year arrives"],
)
def test_day_counts_otherwise_where_kind_or_certainty_differs(
    before: Calendar, after: Calendar, expected: bool
) -> None:
    assert counts_otherwise(DAY, before, after) is expected


@pytest.mark.parametrize(
    ("since", "until", "found"),
    [(DAY, DAY, [TET]), (date(2027, 2, 5), date(2027, 3, 1), []), (date(2027, 1, 1), date(2027, 2, 3), [])],
)
def test_reasons_lie_between_trigger_and_due_day(since: date, until: date, found: list[DayEntry]) -> None:
    assert reasons([NEW_YEAR, TET], since=since, until=until, before=known(), after=known(TET)) == found


def test_words_name_the_notice_where_there_is_one() -> None:
    assert (words(TET), words(NEW_YEAR)) == ("28 Tết, 9/TB", "Tết Dương lịch")
