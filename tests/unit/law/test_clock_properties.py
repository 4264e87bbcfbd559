"""The clock against a second way of counting: list all days, strike out, take the n-th."""

from dataclasses import replace
from datetime import date, timedelta

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from law import rulesets
from law.calendars import Calendar, DayEntry, is_weekday
from law.clock import Count, Pause, add_working_days, due, due_days, working_days_left
from law.exceptions import CalendarMissing
from law.rulesets import Provision
from law.states import DayBasis, DayKind, DayStatus, PauseEffect, PauseRule, Unit

FIRST, SPAN = date(2026, 1, 1), 730
_EVERY_YEAR = [date(year, 1, 1) for year in range(2025, 2030)]


def entry(day: date, kind: DayKind, status: DayStatus) -> DayEntry:
    return DayEntry(day, kind, "x", DayBasis.HOLIDAY, "", status, None)


days = st.integers(0, SPAN).map(lambda n: FIRST + timedelta(days=n))
entries = st.builds(entry, days, st.sampled_from(DayKind), st.sampled_from(DayStatus))
pauses = st.builds(
    lambda start, length: Pause(start, start + timedelta(days=length)), days, st.integers(0, 20)
)
amounts = st.integers(1, 60)


@st.composite
def some_calendars(draw: st.DrawFn) -> Calendar:
    known = {day: entry(day, DayKind.OFF, DayStatus.OFFICIAL) for day in _EVERY_YEAR}
    drawn = draw(st.lists(entries, max_size=60))
    # Each year stays known, whatever was drawn for its first day.
    return Calendar(1, {one.day: one for one in drawn} | known)


def limit(amount: int, unit: Unit) -> Provision:
    return replace(rulesets.provision("R4", "E50"), amount=amount, unit=unit, pauses=PauseRule.SUPPLEMENT)


def works(day: date, calendar: Calendar) -> bool:
    one = calendar.entries.get(day)
    if one is None or one.status == DayStatus.UNCONFIRMED:
        return is_weekday(day)
    return one.kind == DayKind.WORK


def running_days(trigger_on: date, spans: list[Pause]) -> list[date]:
    """Return the days after the event on which no pause lies, for longer than any count here."""
    struck = {
        span.from_on + timedelta(days=n)
        for span in spans
        if span.to_on
        for n in range((span.to_on - span.from_on).days + 1)
    }
    after = [trigger_on + timedelta(days=n) for n in range(1, 600)]
    return [day for day in after if day not in struck]


@given(amounts, days, some_calendars(), st.lists(pauses, max_size=4))
def test_working_days_equal_the_nth_of_the_list(
    amount: int, trigger_on: date, calendar: Calendar, spans: list[Pause]
) -> None:
    worked = [day for day in running_days(trigger_on, spans) if works(day, calendar)]
    deadline = due(limit(amount, Unit.WORKING_DAY), trigger_on=trigger_on, calendar=calendar, pauses=spans)
    assert deadline.due_on == worked[amount - 1]


@given(amounts, days, some_calendars(), st.lists(pauses, max_size=4))
def test_calendar_days_equal_the_nth_of_the_list_moved_to_a_working_day(
    amount: int, trigger_on: date, calendar: Calendar, spans: list[Pause]
) -> None:
    running = running_days(trigger_on, spans)
    expected = next(day for day in running[amount - 1 :] if works(day, calendar))
    deadline = due(limit(amount, Unit.CALENDAR_DAY), trigger_on=trigger_on, calendar=calendar, pauses=spans)
    assert deadline.due_on == expected


@given(
    amounts,
    st.sampled_from([Unit.WORKING_DAY, Unit.CALENDAR_DAY]),
    days,
    some_calendars(),
    st.lists(pauses, max_size=4),
)
def test_ledger_accounts_for_every_day_once(
    amount: int, unit: Unit, trigger_on: date, calendar: Calendar, spans: list[Pause]
) -> None:
    deadline = due(limit(amount, unit), trigger_on=trigger_on, calendar=calendar, pauses=spans)
    told = [line.day for line in deadline.ledger]
    assert told == [trigger_on + timedelta(days=n) for n in range(len(told))]
    assert told[-1] == deadline.due_on
    assert [line.number for line in deadline.ledger if line.counted] == list(range(1, amount + 1))


@given(amounts, st.sampled_from([Unit.WORKING_DAY, Unit.CALENDAR_DAY]), days, some_calendars())
def test_firm_result_does_not_depend_on_expected_days(
    amount: int, unit: Unit, trigger_on: date, calendar: Calendar
) -> None:
    deadline = due(limit(amount, unit), trigger_on=trigger_on, calendar=calendar)
    official = {d: one for d, one in calendar.entries.items() if one.status != DayStatus.PROVISIONAL}
    without = due(limit(amount, unit), trigger_on=trigger_on, calendar=Calendar(2, official))
    assert not deadline.firm or deadline.due_on == without.due_on


@given(amounts, days, some_calendars())
def test_days_left_on_the_day_of_the_event_are_the_whole_limit(
    amount: int, trigger_on: date, calendar: Calendar
) -> None:
    due_on = add_working_days(trigger_on, amount, calendar)
    assert working_days_left(today=trigger_on, due_on=due_on, calendar=calendar) == amount
    assert (add_working_days(due_on, -amount, calendar) == trigger_on) is works(trigger_on, calendar)


@given(days, days, some_calendars())
def test_the_days_left_are_the_working_days_listed_one_by_one(
    today: date, due_on: date, calendar: Calendar
) -> None:
    first, last = sorted((today, due_on))
    listed = [first + timedelta(days=n) for n in range(1, (last - first).days + 1)]
    between = sum(works(day, calendar) for day in listed)
    expected = between if today <= due_on else -max(1, between)
    assert working_days_left(today=today, due_on=due_on, calendar=calendar) == expected


@given(amounts, days, st.sets(days, max_size=60))
def test_plain_working_days_are_those_of_numpy(amount: int, trigger_on: date, off: set[date]) -> None:
    known = {day: entry(day, DayKind.OFF, DayStatus.OFFICIAL) for day in {*off, *_EVERY_YEAR}}
    deadline = due(limit(amount, Unit.WORKING_DAY), trigger_on=trigger_on, calendar=Calendar(1, known))
    theirs = np.busday_offset(trigger_on, amount, roll="backward", holidays=list(known))
    assert deadline.due_on == theirs.astype(date)


@st.composite
def counts(draw: st.DrawFn) -> Count:
    unit = draw(st.sampled_from(Unit))
    return Count(
        amount=draw(st.integers(1, 6) if unit == Unit.MONTH else amounts),
        unit=unit,
        trigger_on=draw(days),
        pauses=draw(st.lists(pauses, max_size=3)),
        first_day_counted=draw(st.booleans()),
        pause_effect=draw(st.sampled_from(PauseEffect)),
    )


def end(count: Count, calendar: Calendar) -> date:
    """Return the due day; the end of time, where it lies in a year without calendar."""
    try:
        found = next(due_days([count], calendar))
    except CalendarMissing:
        return date.max
    assert found is not None
    return found


@given(counts(), pauses, some_calendars())
def test_another_pause_never_makes_it_earlier(count: Count, another: Pause, calendar: Calendar) -> None:
    paused = replace(count, pauses=[*count.pauses, another])
    assert end(paused, calendar) >= end(count, calendar)


@given(counts(), st.integers(1, 20), some_calendars())
def test_shorter_limit_never_ends_later(count: Count, less: int, calendar: Calendar) -> None:
    shorter = replace(count, amount=max(1, count.amount - less))
    assert end(shorter, calendar) <= end(count, calendar)


@given(counts(), pauses, st.integers(0, 20), some_calendars())
def test_splitting_a_pause_changes_nothing(count: Count, pause: Pause, at: int, calendar: Calendar) -> None:
    assert pause.to_on
    cut = min(pause.from_on + timedelta(days=at), pause.to_on)
    rest = [Pause(cut + timedelta(days=1), pause.to_on)] if cut < pause.to_on else []
    whole = replace(count, pauses=[*count.pauses, pause])
    split = replace(count, pauses=[*count.pauses, Pause(pause.from_on, cut), *rest])
    assert end(split, calendar) == end(whole, calendar)


@given(st.lists(counts(), max_size=20), some_calendars())
def test_many_at_once_are_counted_like_each_alone(many: list[Count], calendar: Calendar) -> None:
    known = [count for count in many if end(count, calendar) != date.max]
    assert list(due_days(known, calendar)) == [end(count, calendar) for count in known]
