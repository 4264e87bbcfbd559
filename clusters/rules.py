"""At which stage history has brought a cluster, judged by what its source says and by nothing else."""

from typing import NamedTuple

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from clusters.states import Kind, Reported, Stage


class Adoption(NamedTuple):
    """The stage at which a historical cluster enters as a case; None where no case can be adopted."""

    stage: Stage | None
    reason: str | Promise


_BUILDING = _("The source says that construction has started.")
_DECIDED = _("The source says that the decision was issued, and nothing of a start.")
_OPERATING = _("The source says that it operates; whether there is a decision, it does not say.")

_BY_STATUS: dict[str, Adoption] = {
    Reported.PROPOSED: Adoption(Stage.LISTED, _("The source names it as proposed for the cluster plan.")),
    Reported.DECIDED: Adoption(Stage.ESTABLISHED, _DECIDED),
    Reported.DECIDED_TO_START: Adoption(Stage.ESTABLISHED, _DECIDED),
    Reported.DECIDED_NO_INVESTOR: Adoption(Stage.ESTABLISHED, _DECIDED),
    Reported.DECISION_ISSUED: Adoption(Stage.ESTABLISHED, _DECIDED),
    Reported.ONE_OF_SIX: Adoption(Stage.ESTABLISHED, _DECIDED),
    Reported.STARTED: Adoption(Stage.UNDER_CONSTRUCTION, _BUILDING),
    Reported.UNDER_CONSTRUCTION: Adoption(Stage.UNDER_CONSTRUCTION, _BUILDING),
    Reported.BUILDING: Adoption(Stage.UNDER_CONSTRUCTION, _BUILDING),
    Reported.OPERATING: Adoption(Stage.OPERATING, _OPERATING),
    Reported.OPERATING_FULL: Adoption(Stage.OPERATING, _OPERATING),
    Reported.APPROVED_OR_OPERATING: Adoption(
        None, _("The source leaves open whether it is approved or operates.")
    ),
    Reported.DISPUTE: Adoption(None, _("The source tells a dispute, and no stage.")),
}
_FORMALISED = Adoption(
    Stage.OPERATING, _("An existing cluster, for which the source says that the decision was issued.")
)
_SILENT = Adoption(None, _("The source tells no status from which a stage follows."))


def adoption(*, kind: str, status: str) -> Adoption:
    """Return the stage that follows from the source's words, with the reason.

    `operating_unestablished` never follows: that a decision is unknown to us is no proof that
    there is none, and the stage is a statement of law (Circular 14/2024/TT-BCT, Biểu 03, row 15.2).
    """
    if kind == Kind.EXISTING_FORMALISED and status == Reported.DECISION_ISSUED:
        return _FORMALISED
    return _BY_STATUS.get(status, _SILENT)
