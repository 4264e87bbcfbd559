"""What the workflow tells people."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date

from django.utils.translation import gettext_lazy as _

from law.transitions import Change
from notifications.kinds import Kind, register
from notifications.messages import Message, translatable
from workflows.models import Case, ClockExtension, Step
from workflows.recounts import Move

register(
    Kind(
        "step_arrived",
        title=_("{code}: a new step for you"),
        body=_("“{step}” for {cluster} has arrived at your agency. Due: {due}."),
        link="approvals:case",
    )
)
register(
    Kind(
        "step_assigned",
        title=_("{code}: a step was given to you"),
        body=_("“{step}” for {cluster} was given to you by {by}. Due: {due}."),
        link="approvals:case",
    )
)
register(
    Kind(
        "stage_moved",
        title=_("{code}: your proposal has moved on"),
        body=_("{cluster}: {stage}."),
        link="approvals:case",
        legal=True,
    )
)
register(
    Kind(
        "step_soon",
        title=_("{code}: due on {due}"),
        body=_("“{step}” for {cluster} is due on {due}."),
        link="approvals:case",
    )
)
register(
    Kind(
        "step_today",
        title=_("{code}: due today"),
        body=_("“{step}” for {cluster} is due today, {due}."),
        link="approvals:case",
    )
)
register(
    Kind(
        "step_late",
        title=_("{code}: overdue since {due}"),
        body=_("“{step}” for {cluster} was due on {due} and is not done."),
        link="approvals:case",
    )
)
register(
    Kind(
        "step_withdrawn",
        title=_("{code}: withdrawn by the applicant"),
        body=_("“{step}” for {cluster} is closed: the proposal has been withdrawn."),
        link="approvals:case",
    )
)


register(
    Kind(
        "case_ended",
        title=_("{code}: {stage}"),
        body=_("{cluster}, in which your agency had a part: {stage}."),
        link="approvals:case",
    )
)


register(
    Kind(
        "step_passed_on",
        title=_("{code}: a step has come to your agency from {predecessor}"),
        body=_(
            "“{step}” for {cluster} lay at {predecessor}."
            " It has been your agency's since {since}. Due: {due}."
        ),
        link="approvals:case",
    )
)


register(
    Kind(
        "rule_set_asked",
        title=_("{code}: choose the rule set"),
        body=_(
            "{cluster}: {new} is in force since {since}; no clause says whether {old} or {new}"
            " holds for this case."
        ),
        link="workflows:choose_rule_set",
    )
)
register(
    Kind(
        "rule_set_moved",
        title=_("{code}: rule set {new} applies now"),
        body=_("“{step}” for {cluster} was due on {before}; under {new} it is due on {due}."),
        link="approvals:case",
        legal=True,
    )
)
register(
    Kind(
        "deadline_moved",
        title=_("{code}: deadline {moved}"),
        body=_(
            "{cluster}: {moved}. The calendar of days off has changed on these days: {days}."
            " A day that was printed on a receipt stays there as it was."
        ),
        link="approvals:case",
        legal=True,
    )
)
register(
    Kind(
        "clock_extended",
        title=_("{code}: a time limit was extended to {due}"),
        body=_("“{step}” for {cluster} was due on {before} and is now due on {due}, by {paper}: {reason}"),
        link="approvals:case",
        legal=True,
    )
)
register(
    Kind(
        "silence_taken",
        title=_("{code}: your agency's silence counts as consent"),
        body=_("“{step}” for {cluster} was due on {due} and was not answered. Silence is consent: {basis}."),
        link="approvals:case",
    )
)


def about_rule_set_question(case: Case, change: Change, agency_id: int) -> Message:
    """Return the message to the Department that an officer has to choose the rule set of a case."""
    return Message(
        key=f"case:{case.pk}:rule_set:{change.before.code}:{change.after.code}",
        kind="rule_set_asked",
        context={
            "code": case.code,
            "cluster": case.cluster.name,
            "old": change.before.code,
            "new": change.after.code,
            "since": f"{change.day:%d/%m/%Y}",
            "link_args": [case.code],
        },
        agency_id=agency_id,
    )


def about_rule_set_move(case: Case, step: Step, *, before: date | None) -> list[Message]:
    """Return the messages to holder and applicant that an open step stands under another rule set."""
    told = {"new": case.rule_set, "before": f"{before:%d/%m/%Y}" if before else "–"}
    suffix = f"rule_set:{case.audit_seq + 1}"
    return _with_applicant(about_step("rule_set_moved", step, case=case, suffix=suffix, **told), step, case)


def about_extension(extension: ClockExtension, step: Step, *, case: Case, before: date) -> list[Message]:
    """Return the messages to holder and applicant that an open step's limit was extended."""
    told = {"before": f"{before:%d/%m/%Y}", "paper": extension.paper, "reason": extension.reason}
    suffix = f"extended:{extension.pk}"
    return _with_applicant(about_step("clock_extended", step, case=case, suffix=suffix, **told), step, case)


def _with_applicant(holder: Message, step: Step, case: Case) -> list[Message]:
    """Return the message to the step's holder, and the same to the applicant where that is somebody else."""
    if case.applicant_id in (None, step.agency_id):
        return [holder]
    key = f"{holder.key}:applicant"
    return [holder, replace(holder, key=key, agency_id=case.applicant_id, user_id=None)]


def about_step(kind: str, step: Step, *, case: Case, suffix: str = "arrived", **more: str) -> Message:
    """Return the message of `kind` about `step`, for its owner, or for its agency while unclaimed.

    The step's name is translated for each reader.
    """
    return Message(
        key=f"step:{step.pk}:{suffix}",
        kind=kind,
        context={
            "code": case.code,
            "cluster": case.cluster.name,
            "step": translatable(step.label),
            "due": step.due_on.strftime("%d/%m/%Y") if step.due_on else "–",
            "link_args": [case.code],
            **more,
        },
        agency_id=None if step.owner_id else step.agency_id,
        user_id=step.owner_id,
    )


def about_stage(case: Case) -> Message | None:
    """Return the message to the applicant that the case has a new stage; None without applicant."""
    if case.applicant_id is None:
        return None
    return Message(
        key=f"case:{case.pk}:{case.audit_seq}:{case.state}",
        kind="stage_moved",
        context={
            "code": case.code,
            "cluster": case.cluster.name,
            "stage": translatable(case.stage_words),
            "link_args": [case.code],
        },
        agency_id=case.applicant_id,
    )


def about_end(case: Case, agency_id: int) -> Message:
    """Return the message to an office that had a part in the case: how its procedure ended."""
    return Message(
        key=f"case:{case.pk}:{case.audit_seq}:end:{agency_id}",
        kind="case_ended",
        context={
            "code": case.code,
            "cluster": case.cluster.name,
            "stage": translatable(case.stage_words),
            "link_args": [case.code],
        },
        agency_id=agency_id,
    )


def about_moves(
    case: Case, moves: Sequence[Move], changed: Mapping[str, str], *, calendar_version: int
) -> list[Message]:
    """Return the messages that the case's deadlines have moved: one to the applicant, one to each holder.

    `changed` are the days that did it (ISO), with the words of the calendar.
    """
    context = {
        "code": case.code,
        "cluster": case.cluster.name,
        "moved": "; ".join(f"{move.was_on:%d/%m/%Y} → {move.due_on:%d/%m/%Y}" for move in moves),
        "days": "; ".join(f"{date.fromisoformat(day):%d/%m/%Y} {changed[day]}" for day in sorted(changed)),
        "link_args": [case.code],
    }
    key = f"case:{case.pk}:calendar:{calendar_version}"
    return [
        Message(key=f"{key}:{agency}", kind="deadline_moved", context=context, agency_id=agency)
        for agency in concerned(case, moves)
    ]


def concerned(case: Case, moves: Sequence[Move]) -> list[int]:
    """Return the agencies to which it matters that deadlines move: the applicant's, and the holders."""
    holders = [move.holder.agency_id for move in moves if move.holder]
    return [agency for agency in dict.fromkeys([case.applicant_id, *holders]) if agency]
