"""What must always hold between cases, steps, clocks and stays."""

from collections.abc import Iterator
from datetime import timedelta

from django.db import connection
from django.db.models import Count, Exists, F, OuterRef, Q
from viewflow.workflow.status import PROCESS

from accounts.models import Agency
from records import clock as present
from records.clock import local_day
from records.invariants import invariant
from workflows import clocks, successors, triggers
from workflows.models import Case, Clock, Process, Stay, Step
from workflows.states import CaseKind


@invariant(
    "I6",
    "every deadline can be counted again from law, city's setting, calendar, pauses and extensions,"
    " with the same result",
)
def deadlines_recompute() -> Iterator[str]:
    counted_from = Clock.objects.select_related("shorter").prefetch_related("pauses", "extensions")
    for clock in counted_from.iterator(chunk_size=500):
        counted = clocks.deadline(clock)
        if counted.due_on not in (None, clock.due_on):
            yield f"clock {clock.pk} {clock}: counted again it is due on {counted.due_on}"
    for step in Step.objects.open().exclude(clock=None).select_related("clock").iterator():
        if step.clock and step.flow_task.limit and step.due_on != step.clock.due_on:
            yield f"{step} says {step.due_on}, its clock {step.clock}"


@invariant(
    "I6s", "what the city had set, as a clock keeps it, is about its own limit and held on its first day"
)
def clocks_keep_settings_of_their_own() -> Iterator[str]:
    for clock in Clock.objects.select_related("shorter", "first_day", "restart", "silence").iterator():
        row = clocks.provision_of(clock)
        for setting in filter(None, (clock.shorter, clock.first_day, clock.restart, clock.silence)):
            if (setting.rule_set, setting.step) != (row.rule_set, row.step):
                yield f"clock {clock.pk} {clock}: {setting} is about another limit"
            if setting.valid_from > clock.trigger_on:
                yield f"clock {clock.pk} {clock}: {setting} was not in force yet"


@invariant("W1", "an open step's node allows the stage of its case")
def steps_fit_stages() -> Iterator[str]:
    for step in Step.objects.open().select_related("case").iterator():
        if step.case.state not in step.flow_task.stages:
            yield f"{step} is open while {step.case.code} is {step.case.state}"


@invariant("W2", "a running process has an open step, and an ended one has none")
def processes_have_steps() -> Iterator[str]:
    open_step = Exists(Step.objects.open().filter(process=OuterRef("pk")))
    for process in Process.objects.filter(Q(status=PROCESS.NEW) & ~open_step).select_related("case"):
        yield f"process {process.pk} of {process.case.code} is stuck: nothing is open"
    for process in Process.objects.exclude(status=PROCESS.NEW).filter(open_step).select_related("case"):
        yield f"process {process.pk} of {process.case.code} has ended, yet a step is open"


@invariant("W3", "every closed step of a person or of a window has one stay, and no open one has any")
def stays_match_steps() -> Iterator[str]:
    work = Step.objects.work()
    for step in work.exclude(finished=None).filter(stay=None):
        yield f"{step} is closed without a stay"
    for stay in Stay.objects.filter(step__finished=None):
        yield f"stay {stay.pk} of an open step"
    for case in Case.objects.annotate(n=Count("stays")).exclude(n=F("stay_seq")):
        yield f"{case.code} has {case.n} stays and counts {case.stay_seq}"


@invariant("W4", "the register's copy of a stage is that of the newest case which is no expansion, if any")
def register_copies_stage() -> Iterator[str]:
    by_rank = Case.objects.alias(adds=~Q(kind=CaseKind.NEW)).order_by("cluster_id", "adds", "-pk")
    seen: set[int] = set()
    for case in by_rank.select_related("cluster").iterator():
        if case.cluster_id not in seen and case.cluster.stage != case.state:
            yield f"{case.cluster.code} shows {case.cluster.stage}, {case.code} is {case.state}"
        seen.add(case.cluster_id)


@invariant("W5", "every agency that took part in a case awaits its open steps elsewhere, and no others")
def awaited_steps_are_those() -> Iterator[str]:
    right, kept = triggers.awaited_rows(), f"SELECT step_id, agency_id, due_on FROM {triggers.AWAITED}"  # noqa: S608
    with connection.cursor() as cursor:
        cursor.execute(f"{right} EXCEPT {kept}")
        lacking = cursor.fetchall()
        cursor.execute(f"{kept} EXCEPT {right}")
        too_many = cursor.fetchall()
    for step, agency, _day in lacking:
        yield f"agency {agency} waits for step {step}, and its inbox does not tell"
    for step, agency, _day in too_many:
        yield f"agency {agency} does not wait for step {step}, or not to the day that its inbox tells"


@invariant("W7", "no open step lies at an agency that has ended and whose successor is known")
def nothing_is_left_behind() -> Iterator[str]:
    # What ends today is passed on by the day's next run.
    yesterday = local_day(present.now()) - timedelta(days=1)
    known = successors.heirs(on=yesterday)
    for step in Step.objects.open().filter(agency__in=Agency.objects.ended(yesterday)).select_related("case"):
        if known.of(step.agency_id, cluster_id=step.case.cluster_id):
            yield f"{step} of {step.case.code} still lies at an agency that has ended"


@invariant("W8", "no open step stands under a clock that was closed as its case moved to another rule set")
def closed_clocks_are_left() -> Iterator[str]:
    for step in Step.objects.open().exclude(clock__closed_on=None).select_related("case"):
        yield f"{step} of {step.case.code} is still under a closed clock"
