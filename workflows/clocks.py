"""The law's clocks on a case: begun, stopped, resumed, extended, each time counted anew from the law's row.

What the city had set about a limit on its trigger day is pinned on the clock, and every count uses it.
"""

from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import date, datetime

from django.db import connection, transaction

from accounts.models import User
from law import clock as law_clock
from law.calendars import Calendar
from law.rulesets import Provision, find_provision, provision
from law.selectors import LocalSettings, calendar, local_settings
from law.states import PauseEffect, SettingKind, SilenceRule
from records.clock import local_day
from workflows.models import Case, Clock, ClockExtension, ClockPause, Step

# Where a clock keeps what the city had set.
_PINNED = {
    SettingKind.SHORTER_LIMIT: "shorter",
    SettingKind.FIRST_DAY: "first_day",
    SettingKind.PAUSE_RESTARTS: "restart",
    SettingKind.SILENCE_IS_CONSENT: "silence",
}


def begin(
    case: Case, limit: str, *, trigger_on: date, pauses: Sequence[law_clock.Pause] = ()
) -> Clock | None:
    """Start the clock of provision `limit`, as the case's rule set has it, with what the city has set.

    Return None where the rule set has no such provision, or one without a limit that binds, or one that
    was not in force on the trigger day. `pauses` are those of the clock that this one follows.

    Raises:
        CalendarMissing: the count reaches a year without a calendar.
    """
    clock = foreseen(
        case.rule_set,
        limit,
        trigger_on=trigger_on,
        settings=local_settings(),
        days=calendar(),
        pauses=pauses,
    )
    if clock:
        clock.case = case
        clock.save(force_insert=True)
    return clock


def foreseen(
    rule_set: str,
    limit: str,
    *,
    trigger_on: date,
    settings: LocalSettings,
    days: Calendar,
    pauses: Sequence[law_clock.Pause] = (),
) -> Clock | None:
    """Return the clock that would begin on `trigger_on` under `rule_set`, counted, of no case yet.

    None as `begin`.

    Raises:
        CalendarMissing: the count reaches a year without a calendar.
    """
    row = find_provision(rule_set, limit, on=trigger_on)
    if row is None or not row.has_limit or not row.covers(trigger_on):
        return None
    clock = Clock(rule_set=rule_set, limit=limit, trigger_on=trigger_on)
    for kind, setting in settings.on(row, trigger_on).items():
        setattr(clock, _PINNED[kind], setting)
    _count(clock, days, [pause for pause in pauses if pause.to_on], [])
    return clock


def begin_again(clock: Clock, case: Case, *, on: date) -> Clock | None:
    """Close `clock` on the day `on`, and start its limit as the case's rule set has it now.

    The new clock runs from the same trigger day, and its pauses are the same; one that is open stays so.
    None where no limit binds under that rule set. The old clock stays as it was counted.
    """
    clock.closed_on = on
    clock.save(update_fields=["closed_on"])
    new = begin(case, clock.limit, trigger_on=clock.trigger_on, pauses=pauses_of(clock))
    if new:
        ClockPause.objects.bulk_create(
            ClockPause(clock=new, from_on=pause.from_on, to_on=pause.to_on, reason=pause.reason)
            for pause in clock.pauses.order_by("pk")
        )
    return new


def due_under(code: str, step: Step) -> date | None:
    """Return the day on which the open `step` would be due under the rule set `code`; None without a limit.

    It is the day that `begin` and `begin_again` give when the case is moved there.

    Raises:
        CalendarMissing: the count reaches a year without a calendar.
    """
    old = step.clock
    clock = foreseen(
        code,
        step.flow_task.limit,
        trigger_on=old.trigger_on if old else local_day(step.began_at),
        settings=local_settings(),
        days=calendar(),
        pauses=pauses_of(old) if old else (),
    )
    return clock.due_on if clock else None


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


def provision_of(clock: Clock) -> Provision:
    """Return the row that set the limit of `clock`: the one in force on its trigger day."""
    return provision(clock.rule_set, clock.limit, on=clock.trigger_on)


def limit_of(clock: Clock) -> Provision:
    """Return the row by which the clock is counted: the law's, with the city's shorter limit if any."""
    row = provision_of(clock)
    return replace(row, amount=clock.shorter.amount) if clock.shorter else row


def silence_is_consent(clock: Clock) -> bool:
    """Tell whether who is asked under this clock, and does not answer in time, consents (K-8)."""
    return clock.silence_id is not None or provision_of(clock).silence == SilenceRule.CONSENT


def silence_basis(clock: Clock) -> str:
    """Return by what silence is consent here: the city's act, or the law's article; empty where it is not."""
    if clock.silence:
        return clock.silence.paper
    return provision_of(clock).citation_shown if silence_is_consent(clock) else ""


def follow(clock: Clock, *, due_on: date, firm: bool, calendar_version: int) -> None:
    """Put on an open clock what a newer calendar makes of it; its open steps repeat the day."""
    clock.due_on, clock.firm, clock.calendar_version = due_on, firm, calendar_version
    clock.save(update_fields=["due_on", "firm", "calendar_version"])
    for step in clock.steps.open():
        if step.flow_task.limit:
            step.due_on = due_on
            step.save(update_fields=["due_on"])


def keep(clock_ids: Collection[int], *, calendar_version: int) -> None:
    """Note on clocks that a newer calendar counted them to the same day.

    Needs no lock of their cases: who changes such a clock meanwhile counts it with that calendar too.
    One that somebody holds is left for the next run.
    """
    skip = connection.features.has_select_for_update_skip_locked
    with transaction.atomic():
        older = Clock.objects.filter(pk__in=clock_ids, calendar_version__lt=calendar_version)
        free = list(older.select_for_update(skip_locked=skip).values_list("pk", flat=True))
        Clock.objects.filter(pk__in=free).update(calendar_version=calendar_version)


def deadline(clock: Clock, days: Calendar | None = None) -> law_clock.Deadline:
    """Count `clock` again and return the due day with its ledger.

    Counts with the calendar that the clock was counted with, or with `days`.

    Raises:
        CalendarMissing: the count reaches a year that `days` does not cover.
    """
    return _due(clock, days or calendar(clock.calendar_version), pauses_of(clock), extensions_of(clock))


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
