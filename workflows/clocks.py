"""The law's clocks on a case: begun, stopped, resumed, each time counted anew from the law's row."""

from datetime import date

from law import clock as law_clock
from law.rulesets import Provision, provision
from law.selectors import calendar
from workflows.models import Case, Clock, ClockPause


def begin(case: Case, limit: str, *, trigger_on: date) -> Clock | None:
    """Start the clock of provision `limit`, as the case's rule set has it; the trigger day is not counted.

    Return None where the provision sets no limit that binds, or was not in force on the trigger day.

    Raises:
        CalendarMissing: the count reaches a year without a calendar.
    """
    row = provision(case.rule_set, limit, on=trigger_on)
    if not row.has_limit or not row.covers(trigger_on):
        return None
    clock = Clock(case=case, rule_set=case.rule_set, limit=limit, trigger_on=trigger_on)
    _count(clock, [])
    clock.save(force_insert=True)
    return clock


def stop(clock: Clock, *, on: date, reason: str) -> None:
    """Let `clock` stand still from the day `on`."""
    ClockPause.objects.create(clock=clock, from_on=on, reason=reason)


def resume(clock: Clock, *, on: date) -> None:
    """Let `clock` run again after the day `on`. No step is open under a clock that stands still."""
    clock.pauses.filter(to_on=None).update(to_on=on)
    _count(clock, pauses_of(clock))
    clock.save()


def deadline(clock: Clock) -> law_clock.Deadline:
    """Count `clock` again and return the due day with its ledger."""
    return law_clock.due(
        provision_of(clock),
        trigger_on=clock.trigger_on,
        calendar=calendar(clock.calendar_version),
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
