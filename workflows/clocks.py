"""The law's clocks on a case: begun, stopped, resumed, each time counted anew from the law's row."""

from collections.abc import Collection, Sequence
from datetime import date

from django.db import connection, transaction

from law import clock as law_clock
from law.calendars import Calendar
from law.rulesets import Provision, find_provision, provision
from law.selectors import calendar
from records.clock import local_day
from workflows.models import Case, Clock, ClockPause, Step


def begin(
    case: Case, limit: str, *, trigger_on: date, pauses: Sequence[law_clock.Pause] = ()
) -> Clock | None:
    """Start the clock of provision `limit`, as the case's rule set has it; the trigger day is not counted.

    Return None where the rule set has no such provision, or one without a limit that binds, or one that
    was not in force on the trigger day. `pauses` are those of the clock that this one follows.

    Raises:
        CalendarMissing: the count reaches a year without a calendar.
    """
    row = find_provision(case.rule_set, limit, on=trigger_on)
    if row is None or not row.has_limit or not row.covers(trigger_on):
        return None
    clock = Clock(case=case, rule_set=case.rule_set, limit=limit, trigger_on=trigger_on)
    _count(clock, [pause for pause in pauses if pause.to_on])
    clock.save(force_insert=True)
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
    clock = step.clock
    trigger_on = clock.trigger_on if clock else local_day(step.began_at)
    row = find_provision(code, step.flow_task.limit, on=trigger_on)
    if row is None or not row.has_limit or not row.covers(trigger_on):
        return None
    pauses = [pause for pause in pauses_of(clock) if pause.to_on] if clock else []
    return law_clock.due(row, trigger_on=trigger_on, calendar=calendar(), pauses=pauses).due_on


def stop(clock: Clock, *, on: date, reason: str) -> None:
    """Let `clock` stand still from the day `on`."""
    ClockPause.objects.create(clock=clock, from_on=on, reason=reason)


def resume(clock: Clock, *, on: date) -> None:
    """Let `clock` run again after the day `on`. No step is open under a clock that stands still."""
    clock.pauses.filter(to_on=None).update(to_on=on)
    _count(clock, pauses_of(clock))
    clock.save()


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
    return law_clock.due(
        provision_of(clock),
        trigger_on=clock.trigger_on,
        calendar=days or calendar(clock.calendar_version),
        pauses=pauses_of(clock),
    )


def provision_of(clock: Clock) -> Provision:
    """Return the row that set the limit of `clock`: the one in force on its trigger day."""
    return provision(clock.rule_set, clock.limit, on=clock.trigger_on)


def pauses_of(clock: Clock) -> list[law_clock.Pause]:
    """Return the pauses of `clock`, oldest first."""
    # Sorted here, so that pauses that were fetched along are not asked for again.
    pauses = sorted(clock.pauses.all(), key=lambda pause: (pause.from_on, pause.pk))
    return [law_clock.Pause(from_on=pause.from_on, to_on=pause.to_on) for pause in pauses]


def _count(clock: Clock, pauses: list[law_clock.Pause]) -> None:
    days = calendar()
    counted = law_clock.due(provision_of(clock), trigger_on=clock.trigger_on, calendar=days, pauses=pauses)
    assert counted.due_on is not None, "only a limit runs as a clock"
    clock.due_on, clock.firm, clock.calendar_version = counted.due_on, counted.firm, days.version
