"""What is done here when something happens in a room below."""

from datetime import datetime

from approvals.models import OpinionRequest
from approvals.procedures.establishment import services as establishment
from workflows.models import Step


def follow_step(*, old: Step, new: Step, **kwargs: object) -> None:
    """Let a question go with its step to the successor; it keeps the name of the agency that was asked."""
    OpinionRequest.objects.filter(step=old).update(step=new)


def take_silence(*, at: datetime, **kwargs: object) -> None:
    """Let silence speak where the law or the city says that it is consent."""
    establishment.take_silence_for_consent(at=at)
