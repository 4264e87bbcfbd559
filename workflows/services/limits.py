"""What moves a time limit while it runs: an extension, a new calendar."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from datetime import date, datetime
from typing import Any

from accounts.models import User
from law.calendars import Calendar
from law.changes import reasons, words
from law.selectors import calendar, statements
from records.services import Sent
from workflows import clocks, messages, policies, recounts, rules
from workflows.exceptions import NotYours, StepClosed
from workflows.models import (
    ClockExtension,
    Step,
)
from workflows.recounts import Move
from workflows.services.acts import Act, act_on_case, check_open

logger = logging.getLogger(__name__)


def extend_clock(
    *,
    step_id: int,
    amount: int,
    reason: str,
    paper_number: str,
    paper_on: date,
    by: User,
    at: datetime,
    sent: Sent | None = None,
) -> ClockExtension:
    """Lengthen the limit of an open step as the law allows; its due day moves, those concerned are told.

    `amount` is in the limit's own unit.

    Raises:
        StepClosed: the step is done.
        NotYours: `by` is no reviewer or leader of the agency whose limit it is, or the step has none.
        RuleBroken: the law allows no extension, or not this one; the message names the article.
    """
    with act_on_case("extend_clock", by=by, at=at, sent=sent, steps=step_id) as act:
        step = Step.objects.select_related("process", "clock").get(pk=step_id)
        check_open(step)
        if step.clock is None or not policies.may_extend(step, act.who):
            raise NotYours
        limit, before = clocks.limit_of(step.clock), step.clock.due_on
        granted = step.clock.extensions.count()
        rules.check_extension(limit, amount=amount, granted=granted, due_on=before, today=act.on)
        rules.check_grounds(reason, paper_number=paper_number, paper_on=paper_on, today=act.on)
        extension = clocks.extend(
            step.clock,
            amount=amount,
            reason=reason,
            paper_number=paper_number,
            paper_on=paper_on,
            by=by,
            at=act.at,
        )
        _move_steps(act, extension, before)
    return extension


def _move_steps(act: Act, extension: ClockExtension, before: date) -> None:
    """Give the open steps under the extended clock its new day; put it on record, and tell about it."""
    clock = extension.clock
    act.data |= {
        "limit": clock.limit,
        "amount": extension.amount,
        "from": before.isoformat(),
        "to": clock.due_on.isoformat(),
        "number": extension.paper_number,
        "reason": extension.reason,
    }
    open_steps = act.case.steps.open().filter(clock=clock).select_related("process")
    for step in open_steps.order_by("pk"):
        if step.flow_task.limit:
            step.due_on = clock.due_on
            step.save(update_fields=["due_on"])
            act.messages += messages.about_extension(extension, step, case=act.case, before=before)


def _untold(move: Move) -> None:
    pass


def follow_calendar(*, at: datetime, tell: Callable[[Move], None] = _untold) -> int:
    """Count the open deadlines anew that an older calendar counted; return how many have another day.

    Only the cases in which one moves are locked, one after the other, so a run that was broken off is
    finished by the next. What reaches a year without calendar is logged, and left until that year is
    known. `tell` hears of each move once it is on record.
    """
    days, moved = calendar(), 0
    for scan in recounts.scan(days):
        clocks.keep(scan.same, calendar_version=days.version)
        if scan.uncounted:
            logger.error("clocks %s reach a year without calendar and stay as they were", scan.uncounted)
        for case_id in sorted({move.clock.case_id for move in scan.moves}):
            for move in move_deadlines(case_id, at=at):
                moved += move.is_to_another_day
                tell(move)
    return moved


def move_deadlines(case_id: int, *, at: datetime) -> list[Move]:
    """Let the open deadlines of one case follow the newest calendar, as the system; return what moved."""
    days = calendar()
    try:
        with act_on_case(recounts.ACT, by=User.objects.system(), at=at, pk=case_id) as act:
            moves = recounts.recount(recounts.stale(days).filter(case=act.case), days).moves
            if not moves:
                raise StepClosed  # somebody was faster, while this waited for the case
            _move_deadlines(act, moves, days)
    except StepClosed:
        return []
    return moves


def _move_deadlines(act: Act, moves: Sequence[Move], days: Calendar) -> None:
    act.data |= {"calendar": days.version, "moved": []}
    for move in moves:
        clocks.follow(move.clock, due_on=move.due_on, firm=move.firm, calendar_version=days.version)
        act.data["moved"].append(_on_record(move, days))
    others = [move for move in moves if move.is_to_another_day]
    if others:
        changed = {day["day"]: day["words"] for one in act.data["moved"] for day in one["days"]}
        act.messages += messages.about_moves(act.case, others, changed, calendar_version=days.version)


def _on_record(move: Move, days: Calendar) -> dict[str, Any]:
    """Return the old and the new deadline, both calendars, and the days that make the difference."""
    said = [row.entry() for row in statements(after=move.calendar_version, upto=days.version)]
    behind = reasons(
        said,
        since=move.clock.trigger_on,
        until=max(move.was_on, move.due_on),
        before=calendar(move.calendar_version),
        after=days,
    )
    return {
        "clock": move.clock.pk,
        "limit": move.clock.limit,
        "from": move.was_on.isoformat(),
        "to": move.due_on.isoformat(),
        "firm": move.firm,
        "calendar": move.calendar_version,
        "days": [{"day": entry.day.isoformat(), "words": words(entry)} for entry in behind],
    }
