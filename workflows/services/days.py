"""What the passing of days asks for."""

from __future__ import annotations

import logging
from datetime import date, datetime, timedelta

from django.db.models import Q

from accounts.models import User
from law.clock import working_days_left
from law.selectors import calendar
from notifications import services as notifications
from notifications.messages import Message
from records.clock import local_day
from records.exceptions import DomainError
from workflows import messages
from workflows.exceptions import StepClosed
from workflows.models import (
    Process,
    Step,
)
from workflows.nodes import Wait
from workflows.services.acts import act_on_step
from workflows.services.assigning import hand_back_expired
from workflows.services.law_of_case import ask_rule_sets
from workflows.services.limits import follow_calendar
from workflows.services.succession import pass_on
from workflows.signals import days_passed
from workflows.states import Ending

logger = logging.getLogger(__name__)


def let_days_pass(*, at: datetime) -> None:
    """Do what the days up to `at` ask for.

    Dissolved agencies hand over, officers are asked which rule set holds, deadlines follow a new calendar,
    windows close, leavers' steps go back, silence speaks where it may (the rooms above know where),
    reminders are owed.
    """
    pass_on(at=at)
    ask_rule_sets(at=at)
    follow_calendar(at=at)
    close_windows(at=at)
    hand_back_expired(at=at)
    days_passed.send(sender=Step, at=at)
    remind(at=at)


def close_windows(*, at: datetime) -> list[int]:
    """Close every waiting step whose last day has passed; return the ids of the closed ones.

    One without a last day is not waited for: its rule set knows no window (R1), or none that was confirmed.
    One that cannot be closed is logged and left for the next run; the others are closed all the same.
    """
    over = Q(due_on__lt=local_day(at)) | Q(due_on=None)
    waiting = Step.objects.open().filter(over, flow_task_type=Wait.task_type)
    closed = []
    for step_id in list(waiting.values_list("pk", flat=True)):
        try:
            if close_window(step_id, at=at):
                closed.append(step_id)
        except DomainError as error:
            logger.error("window %s cannot be closed: %s", step_id, error)
    return closed


def close_window(step_id: int, *, at: datetime) -> bool:
    """Close one window as the system; tell whether it was still open."""
    system = User.objects.system()
    step = Step.objects.get(pk=step_id)
    try:
        with act_on_step(step.name, step_id=step_id, by=system, at=at) as act:
            act.data["reason"] = Ending.WINDOW_CLOSED.value
            # The next limit counts from the last day of the window, not from the day this job ran. A rule
            # set without a window counts it from the request (R1, E40).
            act.proceed(trigger_on=act.step.due_on or _requested_on(act.step.process))
    except StepClosed:
        return False
    return True


def _requested_on(process: Process) -> date:
    return local_day(process.task_set.earliest("pk").created)


SOON_WORKING_DAYS = 2
LONGEST_HOLIDAY_DAYS = 14


def remind(*, at: datetime) -> int:
    """Queue the reminders that are owed by now; return how many.

    Each step is reminded once as its day comes near, once on the day and once when it has passed.
    What a missed run owed is sent by the next one: the latest of the three, once.
    """
    today, days = local_day(at), calendar()
    owed: list[Message] = []
    # Wide enough for any holiday; which of these are near is counted below, in a year not known yet too.
    horizon = today + timedelta(days=LONGEST_HOLIDAY_DAYS + SOON_WORKING_DAYS)
    steps = Step.objects.open().exclude(role="").filter(due_on__lte=horizon).select_related("case__cluster")
    for step in steps.order_by("pk").iterator(chunk_size=500):
        assert step.due_on is not None
        left = working_days_left(today=today, due_on=step.due_on, calendar=days)
        if kind := _reminder(left, is_today=step.due_on == today, late=step.late_on(today)):
            suffix = f"{kind}:{step.due_on:%Y-%m-%d}"
            owed.append(messages.about_step(kind, step, case=step.case, suffix=suffix))
    return notifications.queue(owed, at=at)


def _reminder(left: int, *, is_today: bool, late: bool) -> str:
    if late:
        return "step_late"
    if is_today:
        return "step_today"
    return "step_soon" if left <= SOON_WORKING_DAYS else ""
