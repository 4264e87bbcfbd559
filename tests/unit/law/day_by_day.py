"""The clock a second time: one day after the other, as a person would tick them off; slow on purpose.

It shares no code with `law.clock` beyond the plain values, so that both can only agree by being right.
"""

from collections.abc import Iterator
from datetime import date, timedelta
from random import Random

from law.calendars import Calendar, DayEntry
from law.clock import Count, Extension, Pause
from law.exceptions import CalendarMissing
from law.states import DayBasis, DayKind, DayStatus, PauseEffect, Unit

DAY = timedelta(days=1)


def works(day: date, calendar: Calendar) -> bool:
    """Tell whether `day` is worked; refuse a year of which the calendar knows nothing."""
    if day.year not in calendar.years:
        raise CalendarMissing(day.year)
    one = calendar.entries.get(day)
    if one is None or one.status == DayStatus.UNCONFIRMED:
        return day.weekday() < 5
    return one.kind == DayKind.WORK


def due_on(count: Count, calendar: Calendar) -> date | None:
    """Return the due day, ticking off one day after the other."""
    day = count.trigger_on if count.first_day_counted else count.trigger_on + DAY
    left = -1  # the count has not begun
    while True:
        is_worked = works(day, calendar)
        if left < 0:
            left = length(count, day)
        pause = covering(day, count)
        if pause and pause.to_on is None:
            return None
        if pause and count.pause_effect == PauseEffect.RESTARTS:
            left = -1
        elif not pause:
            if left and (is_worked or count.unit != Unit.WORKING_DAY):
                left -= 1
            if not left and is_worked:
                return day
        day += DAY


def covering(day: date, count: Count) -> Pause | None:
    """Return a pause in which `day` lies, one that still stands before others."""
    found = [one for one in count.pauses if one.from_on <= day and (not one.to_on or day <= one.to_on)]
    return next((one for one in found if one.to_on is None), found[0] if found else None)


def length(count: Count, first: date) -> int:
    """Return how many days to tick off from `first` on, where the first of them may be counted."""
    amount = count.amount + sum(one.amount for one in count.extensions)
    if count.unit != Unit.MONTH:
        return amount
    if count.first_day_counted and first == count.trigger_on:
        return (month_by_month(first, amount, inclusive=True) - first).days + 1
    event = first - DAY
    return (month_by_month(event, amount, inclusive=False) - event).days


def month_by_month(day: date, months: int, *, inclusive: bool) -> date:
    """Return the day of the same number `months` later; the day before it, if the first day counts."""
    year, month = day.year, day.month
    for _ in range(months):
        year, month = (year + 1, 1) if month == 12 else (year, month + 1)
    last = date(year + month // 12, month % 12 + 1, 1) - DAY
    if day.day > last.day:
        return last
    return date(year, month, day.day) - (DAY if inclusive else timedelta())


def some_counts(
    random: Random, n: int, calendars: list[Calendar], first: date, span: int
) -> Iterator[tuple[Count, Calendar]]:
    """Yield `n` made-up counts of every kind, each with one of the calendars."""
    for _ in range(n):
        unit = random.choice([Unit.WORKING_DAY, Unit.WORKING_DAY, Unit.CALENDAR_DAY, Unit.MONTH])
        trigger_on = first + random.randrange(span) * DAY
        amount = random.randint(1, 4 if unit == Unit.MONTH else 40)
        pauses = [_pause(random, trigger_on) for _ in range(random.choice([0, 0, 1, 2, 4]))]
        if random.random() < 0.03:
            pauses.append(Pause(trigger_on + random.randint(-5, 60) * DAY, None))
        extensions = [
            Extension(amount=random.randint(1, 3), granted_on=None, reason="x", paper="y")
            for _ in range(random.choice([0, 0, 0, 1, 2]))
        ]
        count = Count(
            amount=amount,
            unit=unit,
            trigger_on=trigger_on,
            pauses=pauses,
            first_day_counted=random.random() < 0.3,
            pause_effect=random.choice(list(PauseEffect)),
            extensions=extensions,
        )
        yield count, random.choice(calendars)


def _pause(random: Random, trigger_on: date) -> Pause:
    start = trigger_on + random.randint(-10, 70) * DAY
    return Pause(start, start + random.choice([0, 1, 3, 8, 20]) * DAY)


def some_calendar(random: Random, years: range) -> Calendar:
    """Return a made-up calendar of `years`, with every kind of entry on any day."""
    days = [date(year, 1, 1) + n * DAY for year in years for n in range(364)]
    drawn = random.sample(days, 25 * len(years))
    entries = {day: entry(day, random.choice(list(DayKind)), random.choice(list(DayStatus))) for day in drawn}
    # Each year is known, whatever was drawn.
    always = {date(year, 1, 1): entry(date(year, 1, 1)) for year in years}
    return Calendar(1, entries | always)


def entry(day: date, kind: DayKind = DayKind.OFF, status: DayStatus = DayStatus.OFFICIAL) -> DayEntry:
    """Return an entry without a name worth reading."""
    return DayEntry(day, kind, "x", DayBasis.HOLIDAY, "", status, None)
