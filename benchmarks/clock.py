"""Open deadlines re-derived after a change of the calendar: 100,000 of them beside `numpy.busday_offset`.

The change is one more day off, as when 24/11 is confirmed. Both are given the same triggers and amounts
and the new calendar, and each has to number it first; ours is plain Python and yields one due day after
the other. numpy knows no pauses, no limits in days or months and no worked Saturdays: these are timed
beside it, as cases of their own. Then the same with 10⁴, 10⁵ and 10⁶ deadlines, for growth and memory.

    make bench BENCH=clock

Prints last one JSON line. Exits with 1 where ours takes more than `BOUND` times what numpy takes, where
the time for one grows by more than `GROWTH`, or where memory grows with the number of deadlines.
"""

from __future__ import annotations

import json
import os
import platform
import statistics
import sys
import time
import tracemalloc
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from datetime import date, timedelta
from random import Random
from typing import Any

os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings.demo"

import django

django.setup()

import numpy as np
from django.utils import timezone

from law import calendars, rulesets
from law.calendars import Calendar
from law.clock import Count, Pause, due, due_days
from law.states import DayKind, DayStatus, Unit

N = 100_000
SIZES = (10_000, 100_000, 1_000_000)
RUNS = 9
BOUND, GROWTH = 20, 1.5
MEMORY_KB = 64
CONFIRMED = date(2026, 11, 24)


def calendar_after_the_change() -> Calendar:
    """Return the calendar that ships without its worked Saturdays, and with one more day off."""
    entries = {
        day: one for day, one in calendars.read(calendars.DEFAULT_FILE).items() if one.kind == DayKind.OFF
    }
    entries[CONFIRMED] = replace(entries[CONFIRMED], status=DayStatus.OFFICIAL)
    return Calendar(2, entries)


def deadlines(n: int) -> Iterator[Count]:
    """Yield `n` open deadlines of the year, with the limits of R4."""
    random = Random(1)
    amounts = [row.amount for row in rulesets.provisions("R4") if row.has_limit]
    first = date(2026, 1, 1)
    for _ in range(n):
        trigger_on = first + timedelta(days=random.randrange(365))
        yield Count(amount=random.choice(amounts), unit=Unit.WORKING_DAY, trigger_on=trigger_on)


def paused(counts: Iterable[Count]) -> Iterator[Count]:
    """Yield the deadlines, each with two pauses."""
    for count in counts:
        early, late = (count.trigger_on + timedelta(days=n) for n in (2, 9))
        yield replace(count, pauses=(Pause(early, early), Pause(late, late + timedelta(days=6))))


def exhaust(days: Iterable[date | None]) -> None:
    for _day in days:
        pass


def seconds(run: Callable[[], Any]) -> float:
    """Return the processor time of one run, which what else the machine does disturbs least."""
    before = time.process_time()
    run()
    return time.process_time() - before


def median_seconds(counts: list[Count], calendar: Calendar) -> float:
    return statistics.median(seconds(lambda: exhaust(due_days(counts, calendar))) for _ in range(RUNS))


def beside_numpy(counts: list[Count], calendar: Calendar) -> tuple[float, float]:
    """Return what the derivation takes here and in numpy, after making sure that both say the same."""
    off = [day for day, one in calendar.entries.items() if one.is_observed]
    triggers = np.array([count.trigger_on for count in counts], dtype="datetime64[D]")
    amounts = np.array([count.amount for count in counts])

    def theirs() -> Any:
        days = np.busdaycalendar(holidays=off)
        return np.busday_offset(triggers, amounts, roll="backward", busdaycal=days)

    def ours() -> None:
        exhaust(due_days(counts, fresh(calendar)))

    assert list(due_days(counts, calendar)) == theirs().tolist(), "not the due days of numpy"
    # One after the other, so that what else the machine does befalls both.
    pairs = [(seconds(ours), seconds(theirs)) for _ in range(RUNS)]
    return statistics.median(pair[0] for pair in pairs), statistics.median(pair[1] for pair in pairs)


def fresh(calendar: Calendar) -> Calendar:
    """Return the calendar with nothing numbered yet, as after a change."""
    return Calendar(calendar.version, calendar.entries)


def explained(counts: list[Count], calendar: Calendar) -> float:
    """Return what a due day takes with its whole ledger."""
    limits = {row.amount: row for row in rulesets.provisions("R4") if row.has_limit}

    def run() -> None:
        for count in counts:
            assert due(limits[count.amount], trigger_on=count.trigger_on, calendar=calendar).spans

    return seconds(run) / len(counts)


def peak_kb(n: int, calendar: Calendar) -> float:
    """Return how much memory deriving `n` deadlines takes at most, beside the numbered calendar."""
    tracemalloc.start()
    exhaust(due_days(deadlines(n), calendar))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return peak / 1024


def main() -> None:
    calendar, counts = calendar_after_the_change(), list(deadlines(N))
    ours, theirs = beside_numpy(counts, calendar)
    ratio = ours / theirs
    print(f"{N} deadlines: {ours * 1000:.0f} ms, numpy {theirs * 1000:.1f} ms, ratio {ratio:.1f}", flush=True)

    others = {
        "with_two_pauses": list(paused(counts)),
        "calendar_days": [replace(count, unit=Unit.CALENDAR_DAY) for count in counts],
        "months": [replace(count, unit=Unit.MONTH, amount=1 + count.amount % 6) for count in counts],
    }
    per_deadline = {"plain": ours / N}
    for name, some in others.items():
        per_deadline[name] = median_seconds(some, calendar) / N
    per_deadline["plain_with_ledger"] = explained(counts[: N // 100], calendar)
    for name, each in per_deadline.items():
        print(f"{name:>18}: {each * 1e6:7.2f} µs each")

    each, kb = [], []
    for size in SIZES:
        some = counts * (size // N) if size >= N else counts[:size]
        each.append(median_seconds(some, calendar) / size)
        kb.append(peak_kb(size, calendar))
        print(f"{size:>9} deadlines: {each[-1] * 1e6:.2f} µs each, {kb[-1]:.1f} KB at most", flush=True)
    growth = max(each) / min(each)
    summary = {
        "ratio": round(ratio, 1),
        "ms": round(ours * 1000, 1),
        "numpy_ms": round(theirs * 1000, 1),
        "us_each": {name: round(value * 1e6, 2) for name, value in per_deadline.items()},
        "sizes": SIZES,
        "us_each_by_size": [round(value * 1e6, 2) for value in each],
        "growth": round(growth, 2),
        "peak_kb_by_size": [round(value, 1) for value in kb],
        "python": platform.python_version(),
        "numpy": np.__version__,
        "machine": f"{platform.machine()}, {os.cpu_count()} cores",
        "day": f"{timezone.localdate():%Y-%m-%d}",
    }
    print(json.dumps(summary))
    sys.exit(ratio > BOUND or growth > GROWTH or max(kb) > kb[0] + MEMORY_KB)


if __name__ == "__main__":
    main()
