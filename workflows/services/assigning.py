"""Who of an agency does a step: claimed, given, handed back."""

from __future__ import annotations

from contextlib import suppress
from datetime import datetime

from django.db.models import Exists, OuterRef, QuerySet
from django.utils.translation import gettext as _
from viewflow.workflow.status import STATUS

from accounts.models import Agency, Membership, User
from accounts.selectors import standing
from accounts.states import Role
from records.clock import local_day
from workflows import messages, policies
from workflows.exceptions import NotYours, StepClosed
from workflows.models import (
    Assignment,
    Step,
)
from workflows.services.acts import Act, act_on_case, check_open, claimed_by


def claim(*, step_id: int, by: User, at: datetime) -> None:
    """Take an unclaimed step of one's own agency and role."""
    assign(step_id=step_id, to=by, by=by, at=at)


def assign(*, step_id: int, to: User | None, by: User, at: datetime) -> None:
    """Give the open step to `to`, or back to the agency (None); the history keeps every turn.

    Raises:
        StepClosed: the step is done.
        NotYours: `by` may not assign it, or `to` has not its role in its agency.
    """
    with act_on_case("assign", by=by, at=at, steps=step_id) as act:
        step = Step.objects.select_related("process").get(pk=step_id)
        check_open(step)
        if not policies.may_assign(step, act.who):
            raise NotYours(claimed_by(step))
        if to is not None and not standing(to, on=act.on).has(Role(step.role), step.agency_id):
            raise NotYours(_("%(who)s does not serve in this role at this agency.") % {"who": to})
        turn = _give(act, step, to)
        if to is not None and to != by:
            given = messages.about_step(
                "step_assigned", step, case=act.case, suffix=f"assigned:{turn.pk}", by=by.full_name
            )
            act.messages.append(given)


def _give(act: Act, step: Step, to: User | None) -> Assignment:
    step.owner, step.claimed_at = to, act.at if to else None
    step.status = STATUS.ASSIGNED if to else STATUS.NEW
    step.save(update_fields=["owner", "claimed_at", "status"])
    act.data.update(step=step.pk, to=to.pk if to else None)
    return Assignment.objects.create(step=step, user=to, by=act.by, at=act.at)


def hand_back(*, user: User, agency: Agency, by: User, at: datetime) -> None:
    """Lay the open steps that `user` had claimed in `agency` back to the agency: they serve there no more."""
    _hand_back(Step.objects.open().filter(owner=user, agency=agency), by=by, at=at)


def hand_back_expired(*, at: datetime) -> int:
    """Lay back the open steps whose owner serves in their role no more; return how many.

    A term ends by its date, without an act of anybody; the colleagues could not take the step.
    """
    serving = Membership.objects.active(local_day(at)).filter(
        user=OuterRef("owner"), agency=OuterRef("agency"), role=OuterRef("role")
    )
    expired = Step.objects.open().exclude(owner=None).exclude(Exists(serving))
    return _hand_back(expired, by=User.objects.system(), at=at)


def _hand_back(steps: QuerySet[Step], *, by: User, at: datetime) -> int:
    # In one order for all, so that two who leave at once never wait for each other's cases.
    held = list(steps.order_by("case_id", "pk").values_list("pk", "owner_id"))
    for step_id, owner_id in held:
        with suppress(StepClosed), act_on_case("hand_back", by=by, at=at, steps=step_id) as act:
            step = Step.objects.get(pk=step_id)
            if not step.is_open or step.owner_id != owner_id:
                raise StepClosed  # done, or given to somebody else, while this waited for the case
            _give(act, step, None)
    return len(held)
