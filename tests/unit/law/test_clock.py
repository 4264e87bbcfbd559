"""The clock against examples counted by hand on the printed calendar of 2026 and 2027."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from django.utils.translation import override

from law import calendars, rulesets
from law.calendars import Calendar
from law.clock import Deadline, Extension, Pause, add_working_days, due, working_days_left
from law.exceptions import CalendarMissing, ClockNeverStops, NoTimeLimit
from law.rulesets import Provision
from law.states import Grade, LedgerKind, PauseEffect, PauseRule, Unit

CALENDAR = Calendar(1, calendars.read(calendars.DEFAULT_FILE))
WORKING, EVERY, MONTH = Unit.WORKING_DAY, Unit.CALENDAR_DAY, Unit.MONTH


def limit(amount: int, unit: Unit) -> Provision:
    pauses = PauseRule.NONE if unit == MONTH else PauseRule.SUPPLEMENT
    return replace(rulesets.provision("R4", "E50"), amount=amount, unit=unit, pauses=pauses)


def count(amount: int, unit: Unit, trigger_on: date, *pauses: Pause) -> Deadline:
    return due(limit(amount, unit), trigger_on=trigger_on, calendar=CALENDAR, pauses=pauses)


@pytest.mark.parametrize(
    ("case", "amount", "unit", "trigger_on", "due_on"),
    [
        ("a plain week, Monday not counted", 5, WORKING, date(2026, 10, 5), date(2026, 10, 12)),
        ("triggered on a Saturday", 5, WORKING, date(2026, 10, 3), date(2026, 10, 9)),
        ("triggered on a Sunday", 5, WORKING, date(2026, 10, 4), date(2026, 10, 9)),
        ("over Tết 2026", 5, WORKING, date(2026, 2, 13), date(2026, 2, 27)),
        ("triggered within Tết 2026", 1, WORKING, date(2026, 2, 18), date(2026, 2, 23)),
        ("Saturday 22/8/2026 is worked", 5, WORKING, date(2026, 8, 20), date(2026, 8, 26)),
        ("due on the worked Saturday", 2, WORKING, date(2026, 8, 20), date(2026, 8, 22)),
        ("31/8 swapped, then National Day", 2, WORKING, date(2026, 8, 28), date(2026, 9, 4)),
        ("Hùng Kings in lieu, 30/4, 1/5", 5, WORKING, date(2026, 4, 24), date(2026, 5, 6)),
        ("over New Year with a swap", 5, WORKING, date(2025, 12, 31), date(2026, 1, 9)),
        ("due on the make-up Saturday of January", 6, WORKING, date(2025, 12, 31), date(2026, 1, 10)),
        ("24/11/2026 is unconfirmed: counted", 2, WORKING, date(2026, 11, 23), date(2026, 11, 25)),
        ("calendar days, notice day not counted", 15, EVERY, date(2026, 7, 22), date(2026, 8, 6)),
        ("calendar days ending on a Saturday", 15, EVERY, date(2026, 10, 2), date(2026, 10, 19)),
        ("calendar days ending on the worked Saturday", 2, EVERY, date(2026, 8, 20), date(2026, 8, 22)),
        ("calendar days ending in Tết", 25, EVERY, date(2026, 1, 22), date(2026, 2, 23)),
        ("a month", 1, MONTH, date(2026, 10, 5), date(2026, 11, 5)),
        ("a month without a 31st", 1, MONTH, date(2026, 8, 31), date(2026, 9, 30)),
        ("a month ending on a Sunday", 1, MONTH, date(2026, 12, 31), date(2027, 2, 1)),
        ("six months ending on Sunday 28/2", 6, MONTH, date(2026, 8, 31), date(2027, 3, 1)),
    ],
)
def test_due_day_is_the_one_counted_by_hand(
    case: str, amount: int, unit: Unit, trigger_on: date, due_on: date
) -> None:
    deadline = count(amount, unit, trigger_on)
    assert (case, deadline.due_on, deadline.firm) == (case, due_on, True)


@pytest.mark.parametrize(
    ("step", "trigger_on", "due_on"),
    [
        ("E20", date(2026, 10, 5), date(2026, 10, 7)),
        ("E30", date(2026, 10, 7), date(2026, 10, 14)),
        ("E40", date(2026, 10, 14), date(2026, 10, 21)),
        ("E50", date(2026, 10, 21), date(2026, 11, 18)),
        ("E70", date(2026, 11, 18), date(2026, 11, 25)),
    ],
)
def test_whole_procedure_under_r4_takes_37_working_days(step: str, trigger_on: date, due_on: date) -> None:
    deadline = due(rulesets.provision("R4", step), trigger_on=trigger_on, calendar=CALENDAR)
    assert deadline.due_on == due_on


@pytest.mark.parametrize(
    ("case", "amount", "unit", "pauses", "due_on"),
    [
        ("over a weekend", 5, WORKING, [(8, 12)], date(2026, 10, 15)),
        ("sent and answered the same day", 5, WORKING, [(8, 8)], date(2026, 10, 13)),
        ("from the day of the event", 5, WORKING, [(5, 6)], date(2026, 10, 13)),
        ("overlapping, counted once", 5, WORKING, [(7, 9), (8, 12)], date(2026, 10, 16)),
        ("two rounds", 5, WORKING, [(6, 6), (8, 8)], date(2026, 10, 14)),
        ("on a weekend only: nothing lost", 5, WORKING, [(10, 11)], date(2026, 10, 12)),
        ("calendar days", 10, EVERY, [(8, 12)], date(2026, 10, 20)),
        ("on the day to which the end was moved", 5, EVERY, [(12, 13)], date(2026, 10, 14)),
    ],
)
def test_days_of_a_pause_are_not_counted(
    case: str, amount: int, unit: Unit, pauses: list[tuple[int, int]], due_on: date
) -> None:
    """Triggered on Monday 05/10/2026; pauses are days of October, both ends included."""
    spans = [Pause(date(2026, 10, first), date(2026, 10, last)) for first, last in pauses]
    deadline = count(amount, unit, date(2026, 10, 5), *spans)
    assert (case, deadline.due_on) == (case, due_on)


def test_open_pause_leaves_no_due_day_and_keeps_the_days_used() -> None:
    deadline = count(5, WORKING, date(2026, 10, 5), Pause(date(2026, 10, 8), None))
    assert deadline.due_on is None
    assert deadline.is_stopped
    assert deadline.days_used == 2
    assert deadline.ledger[-1].day == date(2026, 10, 8)


def test_open_pause_after_the_due_day_changes_nothing() -> None:
    deadline = count(5, WORKING, date(2026, 10, 5), Pause(date(2026, 10, 13), None))
    assert deadline.due_on == date(2026, 10, 12)


def test_pause_that_ends_before_it_starts_is_refused() -> None:
    with pytest.raises(ValueError, match="ends on 2026-10-07, before it starts on 2026-10-08"):
        Pause(date(2026, 10, 8), date(2026, 10, 7))


@pytest.mark.parametrize(
    ("case", "amount", "unit", "trigger_on", "due_on", "firm"),
    [
        ("before the expected days", 5, WORKING, date(2027, 1, 27), date(2027, 2, 3), True),
        ("over the expected days", 5, WORKING, date(2027, 2, 3), date(2027, 2, 17), False),
        ("calendar days only pass over them", 25, EVERY, date(2027, 1, 25), date(2027, 2, 19), True),
        ("calendar days end on one", 15, EVERY, date(2027, 1, 20), date(2027, 2, 11), False),
        ("months end on one", 1, MONTH, date(2027, 1, 5), date(2027, 2, 11), False),
    ],
)
def test_expected_days_off_of_2027_make_the_result_provisional(
    case: str, amount: int, unit: Unit, trigger_on: date, due_on: date, firm: bool
) -> None:
    deadline = count(amount, unit, trigger_on)
    assert (case, deadline.due_on, deadline.firm) == (case, due_on, firm)


@pytest.mark.parametrize(("amount", "unit"), [(5, WORKING), (15, EVERY), (1, MONTH)])
def test_count_into_a_year_without_calendar_is_refused(amount: int, unit: Unit) -> None:
    with pytest.raises(CalendarMissing) as refusal, override("en"):
        count(amount, unit, date(2027, 12, 27))
    assert refusal.value.year == 2028
    assert str(refusal.value) == (
        "The days off of the year 2028 are not known yet, so no date can be promised."
    )


def test_ledger_tells_every_day_with_reason_and_article() -> None:
    with override("en"):
        lines = [
            (f"{line.day:%d/%m}", line.number, str(line.reason), str(line.basis))
            for line in count(3, EVERY, date(2026, 8, 28)).ledger
        ]
    event_day = "Article 147, clause 2, Article 147, clause 3, Civil Code 2015"
    moved = "The limit ended on a day off: moved to the next working day"
    article = "Article 10, Decree 32/2024/NĐ-CP (as amended by Decree 303/2026/NĐ-CP)"
    holiday = ("Quốc khánh", "public holiday (Labour Code, yearly notice)")
    assert lines == [
        ("28/08", None, "Day of the event, not counted", event_day),
        ("29/08", 1, "", article),
        ("30/08", 2, "", article),
        ("31/08", 3, "Ngày nghỉ (thay cho ngày 22/08/2026)", article),
        ("01/09", None, *holiday),
        ("02/09", None, *holiday),
        ("03/09", None, moved, "Article 148, clause 5, Civil Code 2015"),
    ]


def test_ledger_says_why_an_unconfirmed_day_is_counted() -> None:
    with override("en"):
        reason = str(count(1, WORKING, date(2026, 11, 23)).ledger[1].reason)
    assert reason == "Ngày Văn hóa Việt Nam: not confirmed as a day off, so it is counted"


def test_ledger_says_that_a_day_off_is_only_expected() -> None:
    with override("en"):
        reason = str(count(1, WORKING, date(2027, 2, 3)).ledger[1].reason)
    assert reason == "28 Tết (expected, the official notice is not out)"


@pytest.mark.parametrize("grade", [Grade.RECALLED, Grade.UNRESOLVED])
def test_provision_that_nobody_confirmed_has_no_due_day(grade: Grade) -> None:
    weak = replace(limit(5, WORKING), grade=grade)
    with pytest.raises(NoTimeLimit), override("en"):
        due(weak, trigger_on=date(2026, 10, 5), calendar=CALENDAR)


@pytest.mark.parametrize(
    ("code", "step", "why"),
    [
        ("R4", "E10", "no number"),
        ("POST", "P30", "a minimum"),
        ("POST", "P75", "an article that is not known"),
        ("R1b", "E-NOTE", "recalled"),
    ],
)
def test_provision_without_a_binding_limit_has_no_due_day(code: str, step: str, why: str) -> None:
    with pytest.raises(NoTimeLimit):
        due(rulesets.provision(code, step), trigger_on=date(2026, 10, 5), calendar=CALENDAR)


def test_pause_is_refused_where_the_law_knows_none() -> None:
    with pytest.raises(ClockNeverStops):
        due(
            rulesets.provision("R4", "E40"),
            trigger_on=date(2026, 10, 5),
            calendar=CALENDAR,
            pauses=[Pause(date(2026, 10, 6), date(2026, 10, 7))],
        )


@pytest.mark.parametrize(
    ("n", "expected"),
    [
        (0, date(2026, 8, 22)),
        (1, date(2026, 8, 24)),
        (-1, date(2026, 8, 21)),
        (6, date(2026, 9, 3)),
        (-5, date(2026, 8, 17)),
    ],
)
def test_add_working_days_goes_both_ways(n: int, expected: date) -> None:
    assert add_working_days(date(2026, 8, 22), n, CALENDAR) == expected


@pytest.mark.parametrize(
    ("today", "left"),
    [
        (date(2026, 10, 5), 5),
        (date(2026, 10, 9), 1),
        (date(2026, 10, 10), 1),
        (date(2026, 10, 12), 0),
        (date(2026, 10, 13), -1),
        (date(2026, 10, 16), -4),
        (date(2026, 10, 18), -4),
    ],
)
def test_working_days_left_until_monday_12_october(today: date, left: int) -> None:
    assert working_days_left(today=today, due_on=date(2026, 10, 12), calendar=CALENDAR) == left


def test_working_days_left_is_negative_on_the_weekend_after_a_friday() -> None:
    assert working_days_left(today=date(2026, 10, 10), due_on=date(2026, 10, 9), calendar=CALENDAR) == -1


def test_working_days_left_still_counts_in_a_year_without_calendar() -> None:
    assert working_days_left(today=date(2028, 1, 10), due_on=date(2027, 12, 31), calendar=CALENDAR) == -6


def test_real_notice_of_fifteen_days_with_the_first_one_counted() -> None:
    """A province's notice ran from 22/7 to 5/8/2026: 15 days, the day of the notice among them (K-5)."""
    window = rulesets.provision("R3", "E30")
    notice_on = date(2026, 7, 22)
    counted = due(window, trigger_on=notice_on, calendar=CALENDAR, first_day_counted=True)
    not_counted = due(window, trigger_on=notice_on, calendar=CALENDAR)
    assert (counted.due_on, not_counted.due_on) == (date(2026, 8, 5), date(2026, 8, 6))
    assert (counted.ledger[0].day, counted.ledger[0].number) == (notice_on, 1)


@pytest.mark.parametrize(
    ("case", "amount", "unit", "trigger_on", "due_on"),
    [
        ("a working day", 5, WORKING, date(2026, 10, 5), date(2026, 10, 9)),
        ("a Saturday is no working day", 5, WORKING, date(2026, 10, 3), date(2026, 10, 9)),
        ("a month, to the day before", 1, MONTH, date(2026, 10, 6), date(2026, 11, 5)),
        ("a month from the 31st", 1, MONTH, date(2026, 8, 31), date(2026, 9, 30)),
        ("a month from the first", 1, MONTH, date(2026, 9, 1), date(2026, 9, 30)),
    ],
)
def test_first_day_is_counted_on_demand(
    case: str, amount: int, unit: Unit, trigger_on: date, due_on: date
) -> None:
    deadline = due(limit(amount, unit), trigger_on=trigger_on, calendar=CALENDAR, first_day_counted=True)
    assert (case, deadline.due_on) == (case, due_on)


@pytest.mark.parametrize(
    ("case", "unit", "pauses", "due_on"),
    [
        ("one pause", WORKING, [(8, 12)], date(2026, 10, 19)),
        ("two rounds", WORKING, [(6, 6), (8, 8)], date(2026, 10, 15)),
        ("a pause on the last day", WORKING, [(12, 12)], date(2026, 10, 19)),
        ("a pause after the last day", WORKING, [(13, 13)], date(2026, 10, 12)),
        ("calendar days", EVERY, [(8, 12)], date(2026, 10, 19)),
        ("on the day to which the end was moved", EVERY, [(12, 13)], date(2026, 10, 19)),
    ],
)
def test_count_begins_anew_after_a_pause_where_that_is_the_rule(
    case: str, unit: Unit, pauses: list[tuple[int, int]], due_on: date
) -> None:
    """Five days from Monday 05/10/2026; pauses are days of October, both ends included (K-4)."""
    deadline = due(
        limit(5, unit),
        trigger_on=date(2026, 10, 5),
        calendar=CALENDAR,
        pauses=[Pause(date(2026, 10, first), date(2026, 10, last)) for first, last in pauses],
        pause_effect=PauseEffect.RESTARTS,
    )
    assert (case, deadline.due_on, deadline.days_used) == (case, due_on, 5)


def test_open_pause_that_will_restart_the_count_leaves_no_day_used() -> None:
    deadline = due(
        limit(5, WORKING),
        trigger_on=date(2026, 10, 5),
        calendar=CALENDAR,
        pauses=[Pause(date(2026, 10, 8), None)],
        pause_effect=PauseEffect.RESTARTS,
    )
    kinds = [line.kind for line in deadline.ledger]
    assert (deadline.due_on, deadline.days_used) == (None, 0)
    assert kinds == [LedgerKind.TRIGGER, LedgerKind.RESTARTED, LedgerKind.RESTARTED, LedgerKind.PAUSE]


@pytest.mark.parametrize(
    ("case", "pauses", "due_on"),
    [
        ("moves by its days", [(8, 12)], date(2026, 11, 10)),
        ("overlapping ones count once", [(8, 12), (10, 14)], date(2026, 11, 12)),
        ("after the end it changes nothing", [(40, 45)], date(2026, 11, 5)),
    ],
)
def test_pause_moves_the_end_of_months(case: str, pauses: list[tuple[int, int]], due_on: date) -> None:
    """A month from 05/10/2026; pauses are days since 30/09/2026."""
    first = date(2026, 9, 30)
    spans = [Pause(first + timedelta(days=start), first + timedelta(days=end)) for start, end in pauses]
    months = replace(limit(1, MONTH), pauses=PauseRule.SUPPLEMENT)
    deadline = due(months, trigger_on=date(2026, 10, 5), calendar=CALENDAR, pauses=spans)
    assert (case, deadline.due_on) == (case, due_on)


def extension(amount: int) -> Extension:
    return Extension(amount=amount, granted_on=date(2026, 10, 9), reason="phức tạp", paper="VB 12/UBND")


@pytest.mark.parametrize(
    ("amount", "unit", "due_on"),
    [
        (5, WORKING, date(2026, 10, 15)),
        (5, EVERY, date(2026, 10, 13)),
        (1, MONTH, date(2027, 1, 5)),
    ],
)
def test_extension_is_added_in_the_unit_of_the_limit(amount: int, unit: Unit, due_on: date) -> None:
    added = [extension(1), extension(2)] if unit != MONTH else [extension(2)]
    deadline = due(limit(amount, unit), trigger_on=date(2026, 10, 5), calendar=CALENDAR, extensions=added)
    assert deadline.due_on == due_on


def test_ledger_tells_the_days_of_an_extension_with_reason_and_paper() -> None:
    deadline = due(
        limit(1, WORKING), trigger_on=date(2026, 10, 5), calendar=CALENDAR, extensions=[extension(1)]
    )
    with override("en"):
        last = deadline.ledger[-1]
        assert (str(last.reason), last.basis) == ("Extended on 09/10/2026: phức tạp", "VB 12/UBND")
    assert (last.number, last.kind) == (2, LedgerKind.EXTENSION)


def test_extension_by_nothing_is_refused() -> None:
    with pytest.raises(ValueError, match="an extension by 0 extends nothing"):
        extension(0)


def test_ledger_of_months_tells_only_the_days_on_which_they_end() -> None:
    deadline = due(
        limit(1, MONTH), trigger_on=date(2026, 8, 31), calendar=CALENDAR, extensions=[extension(1)]
    )
    assert [(line.day, line.kind) for line in deadline.ledger] == [
        (date(2026, 8, 31), LedgerKind.TRIGGER),
        (date(2026, 9, 30), LedgerKind.CALENDAR_DAY),
        (date(2026, 10, 31), LedgerKind.EXTENSION),
        (date(2026, 11, 1), LedgerKind.WEEKEND),
        (date(2026, 11, 2), LedgerKind.MOVED),
    ]
    assert sum(span.days for span in deadline.spans) == 64


@pytest.mark.parametrize(
    ("case", "amount", "unit", "trigger_on", "alternative"),
    [
        ("over the announced day", 2, WORKING, date(2026, 11, 23), date(2026, 11, 26)),
        ("ending on it", 1, WORKING, date(2026, 11, 23), date(2026, 11, 25)),
        ("before it", 1, WORKING, date(2026, 11, 20), None),
        ("calendar days only pass over it", 5, EVERY, date(2026, 11, 21), None),
        ("calendar days ending on it", 3, EVERY, date(2026, 11, 21), date(2026, 11, 25)),
    ],
)
def test_result_tells_the_day_it_would_be_if_the_announced_day_were_off(
    case: str, amount: int, unit: Unit, trigger_on: date, alternative: date | None
) -> None:
    assert (case, count(amount, unit, trigger_on).alternative) == (case, alternative)


def test_no_alternative_is_told_where_it_would_lie_in_a_year_without_calendar() -> None:
    to_the_end_of_2027 = 29
    deadline = count(to_the_end_of_2027, WORKING, date(2027, 11, 22))
    assert (deadline.due_on, deadline.alternative) == (date(2027, 12, 31), None)


def test_spans_merge_days_in_a_row_of_one_kind() -> None:
    deadline = due(
        limit(4, WORKING),
        trigger_on=date(2026, 10, 5),
        calendar=CALENDAR,
        pauses=[Pause(date(2026, 10, 8), date(2026, 10, 12))],
        extensions=[extension(2)],
    )
    assert [(span.from_on.day, span.to_on.day, span.counted, span.kind.value) for span in deadline.spans] == [
        (5, 5, False, "trigger"),
        (6, 7, True, "working_day"),
        (8, 12, False, "pause"),
        (13, 14, True, "working_day"),
        (15, 16, True, "extension"),
    ]


@pytest.mark.parametrize(
    ("amount", "unit", "trigger_on", "kinds"),
    [
        (2, WORKING, date(2026, 8, 20), ["trigger", "working_day", "make_up_day"]),
        (2, WORKING, date(2026, 11, 23), ["trigger", "unconfirmed", "working_day"]),
        (
            1,
            WORKING,
            date(2027, 2, 3),
            ["trigger", "provisional", "day_off", "weekend", "provisional", "working_day"],
        ),
        (3, EVERY, date(2026, 8, 28), ["trigger", "calendar_day", "day_off", "moved"]),
        (2, EVERY, date(2026, 10, 8), ["trigger", "calendar_day", "weekend", "moved"]),
    ],
)
def test_kinds_of_days(amount: int, unit: Unit, trigger_on: date, kinds: list[str]) -> None:
    assert [span.kind for span in count(amount, unit, trigger_on).spans] == kinds


def test_span_as_json() -> None:
    with override("en"):
        assert count(1, WORKING, date(2026, 10, 9)).spans[1].as_json() == {
            "from": "2026-10-10",
            "to": "2026-10-11",
            "counted": False,
            "kind": "weekend",
            "basis": "Article 1, Decision 188/1999/QĐ-TTg",
        }
