"""The law's clocks on a case: begun, stopped, resumed, extended, each time counted anew from the law's row.

What the city had set about a limit on its trigger day is pinned on the clock, and every count uses it.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime

from accounts.models import User
from law import clock as law_clock
from law.calendars import Calendar
from law.rulesets import Provision, provision
from law.selectors import LocalSettings, calendar, local_settings
from law.states import PauseEffect, SettingKind, SilenceRule
from records.clock import local_day
from workflows.models import Case, Clock, ClockExtension, ClockPause

# Where a clock keeps what the city had set.
_PINNED = {
    SettingKind.SHORTER_LIMIT: "shorter",
    SettingKind.FIRST_DAY: "first_day",
    SettingKind.PAUSE_RESTARTS: "restart",
    SettingKind.SILENCE_IS_CONSENT: "silence",
}


def begin(case: Case, limit: str, *, trigger_on: date) -> Clock | None:
    """Start the clock of provision `limit`, as the case's rule set has it, with what the city has set.

    Return None where the provision sets no limit that binds, or was not in force on the trigger day.

    Raises:
        CalendarMissing: the count reaches a year without a calendar.
    """
    clock = foreseen(case, limit, trigger_on=trigger_on, settings=local_settings(), days=calendar())
    if clock:
        clock.save(force_insert=True)
    return clock


def foreseen(
    case: Case, limit: str, *, trigger_on: date, settings: LocalSettings, days: Calendar
) -> Clock | None:
    """Return the clock that would begin on `trigger_on`, counted and not saved; None as `begin`.

    Raises:
        CalendarMissing: the count reaches a year without a calendar.
    """
    row = provision(case.rule_set, limit)
    if not row.has_limit or not row.covers(trigger_on):
        return None
    clock = Clock(case=case, rule_set=case.rule_set, limit=limit, trigger_on=trigger_on)
    for kind, setting in settings.on(row, trigger_on).items():
        setattr(clock, _PINNED[kind], setting)
    _count(clock, days, [], [])
    return clock


def stop(clock: Clock, *, on: date, reason: str) -> None:
    """Let `clock` stand still from the day `on`."""
    ClockPause.objects.create(clock=clock, from_on=on, reason=reason)


def resume(clock: Clock, *, on: date) -> None:
    """Let `clock` run again after the day `on`. No step is open under a clock that stands still."""
    clock.pauses.filter(to_on=None).update(to_on=on)
    _recount(clock)


def extend(
    clock: Clock,
    *,
    amount: int,
    reason: str,
    paper_number: str,
    paper_on: date,
    by: User,
    at: datetime,
) -> ClockExtension:
    """Lengthen `clock` by `amount` of its own unit and count it again; the caller moves the steps' days."""
    granted = ClockExtension.objects.create(
        clock=clock,
        amount=amount,
        granted_on=local_day(at),
        reason=reason,
        paper_number=paper_number,
        paper_on=paper_on,
        by=by,
        at=at,
    )
    _recount(clock)
    return granted


def law_of(clock: Clock) -> Provision:
    """Return the law's own row of the limit."""
    return provision(clock.rule_set, clock.limit)


def limit_of(clock: Clock) -> Provision:
    """Return the row by which the clock is counted: the law's, with the city's shorter limit if any."""
    row = law_of(clock)
    return replace(row, amount=clock.shorter.amount) if clock.shorter else row


def silence_is_consent(clock: Clock) -> bool:
    """Tell whether who is asked under this clock, and does not answer in time, consents (K-8)."""
    return clock.silence_id is not None or law_of(clock).silence == SilenceRule.CONSENT


def silence_basis(clock: Clock) -> str:
    """Return by what silence is consent here: the city's act, or the law's article; empty where it is not."""
    if clock.silence:
        return clock.silence.paper
    return law_of(clock).citation_shown if silence_is_consent(clock) else ""


def deadline(clock: Clock) -> law_clock.Deadline:
    """Count `clock` again, by the calendar of its last count, and return the due day with its ledger."""
    return _due(clock, calendar(clock.calendar_version), pauses_of(clock), extensions_of(clock))


def pauses_of(clock: Clock) -> list[law_clock.Pause]:
    """Return the pauses of `clock`, oldest first."""
    # Sorted here, so that pauses that were fetched along are not asked for again.
    pauses = sorted(clock.pauses.all(), key=lambda pause: (pause.from_on, pause.pk))
    return [law_clock.Pause(from_on=pause.from_on, to_on=pause.to_on) for pause in pauses]


def extensions_of(clock: Clock) -> list[law_clock.Extension]:
    """Return the extensions of `clock`, oldest first."""
    granted = sorted(clock.extensions.all(), key=lambda extension: extension.pk)
    return [
        law_clock.Extension(amount=one.amount, granted_on=one.granted_on, reason=one.reason, paper=one.paper)
        for one in granted
    ]


def _recount(clock: Clock) -> None:
    _count(clock, calendar(), pauses_of(clock), extensions_of(clock))
    clock.save()


def _count(
    clock: Clock,
    days: Calendar,
    pauses: Sequence[law_clock.Pause],
    extensions: Sequence[law_clock.Extension],
) -> None:
    counted = _due(clock, days, pauses, extensions)
    assert counted.due_on is not None, "only a limit runs as a clock"
    clock.due_on, clock.firm, clock.calendar_version = counted.due_on, counted.firm, days.version


def _due(
    clock: Clock,
    days: Calendar,
    pauses: Sequence[law_clock.Pause],
    extensions: Sequence[law_clock.Extension],
) -> law_clock.Deadline:
    return law_clock.due(
        limit_of(clock),
        trigger_on=clock.trigger_on,
        calendar=days,
        pauses=pauses,
        extensions=extensions,
        first_day_counted=clock.first_day_id is not None,
        pause_effect=PauseEffect.CONTINUES if clock.restart_id is None else PauseEffect.RESTARTS,
    )
