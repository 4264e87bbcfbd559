"""What the workflow tells people."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date

from django.utils.translation import gettext_lazy as _

from notifications.kinds import Kind, register
from notifications.messages import Message, translatable
from workflows.models import Case, ClockExtension, Step

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


def about_extension(extension: ClockExtension, step: Step, *, case: Case, before: date) -> Iterator[Message]:
    """Yield what the step's agency, and the applicant, are told of an extension of the step's limit."""
    told = {"before": f"{before:%d/%m/%Y}", "paper": extension.paper, "reason": extension.reason}
    suffix = f"extended:{extension.pk}"
    own = about_step("clock_extended", step, case=case, suffix=suffix, **told)
    yield own
    if case.applicant_id and step.agency_id != case.applicant_id:
        yield replace(own, key=f"{own.key}:applicant", agency_id=case.applicant_id, user_id=None)


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
