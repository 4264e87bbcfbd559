"""What is done here when something happens in a room below."""

from approvals.models import OpinionRequest
from workflows.models import Step


def follow_step(*, old: Step, new: Step, **kwargs: object) -> None:
    """Let a question go with its step to the successor; it keeps the name of the agency that was asked."""
    OpinionRequest.objects.filter(step=old).update(step=new)
