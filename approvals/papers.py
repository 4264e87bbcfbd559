"""The official paper that a step leaves behind: its number and its day, checked against the act."""

from __future__ import annotations

from datetime import date

from approvals import rules
from approvals.models import Paper
from approvals.states import PaperKind
from records.clock import local_day
from workflows.services import Act


def leave_paper(act: Act, kind: PaperKind, *, number: str, issued_on: date, note: str = "") -> Paper:
    """Put the paper of the step that `act` does on record, and its number in the audit row."""
    act.data["number"] = number.strip()
    return Paper.objects.create(
        case=act.case,
        step=act.step,
        kind=kind,
        number=number.strip(),
        issued_on=issued_on,
        note=note,
        by=act.by,
        at=act.at,
    )


def check_paper_day(act: Act, day: date, *, field: str) -> None:
    """Refuse a paper that is dated ahead of the act, or before the step began.

    Raises:
        RuleBroken: it names the day; `field` is the form's field that the reason belongs to.
    """
    rules.check_not_future(day, today=act.on, field=field)
    rules.check_not_before(day, earliest=local_day(act.step.began_at), field=field)
