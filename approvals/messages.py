"""What applicants and agencies are told about dossiers."""

from django.utils.translation import gettext_lazy as _

from approvals.models import Dossier
from notifications.kinds import Kind, register
from notifications.messages import Message

register(
    Kind(
        "dossier_filed",
        title=_("{dossier}: your proposal has been received"),
        body=_("{cluster}: filed on {filed}. The commune answers by {promised}. Receipt: {dossier}."),
        link="approvals:case",
        legal=True,
    )
)
register(
    Kind(
        "supplement_asked",
        title=_("{dossier}: a supplement is asked for"),
        body=_("{cluster}: {count} points are to be amended. The clock stands still until you answer."),
        link="approvals:case",
        legal=True,
    )
)
register(
    Kind(
        "supplement_answered",
        title=_("{dossier}: the supplement has arrived"),
        body=_("{cluster}: the applicant has answered the request."),
        link="approvals:case",
    )
)


def about_dossier(kind: str, dossier: Dossier, *, suffix: str, agency_id: int, **more: str | int) -> Message:
    """Return the message of `kind` about a filed dossier, for the people of an agency."""
    assert dossier.case is not None
    return Message(
        key=f"dossier:{dossier.pk}:{suffix}",
        kind=kind,
        context={
            "dossier": dossier.code,
            "cluster": dossier.cluster_name,
            "link_args": [dossier.case.code],
            **more,
        },
        agency_id=agency_id,
    )
