"""Who may do what with a dossier. Facts in, yes or no out."""

from __future__ import annotations

from typing import TYPE_CHECKING

from accounts.selectors import Standing
from accounts.states import AgencyKind, Role

if TYPE_CHECKING:
    from approvals.machines import DossierMachine
    from workflows.models import Step


def may_file(dossier: DossierMachine, who: Standing) -> bool:
    """The applicant organisation's own people write, file, supplement and take back its dossier."""
    return who.has(Role.APPLICANT, dossier.applicant_id)


def may_appraise(dossier: DossierMachine, who: Standing) -> bool:
    """Officers of the Department of Industry and Trade appraise."""
    return who.serves(Role.OFFICER, AgencyKind.INDUSTRY_TRADE)


def may_decide(dossier: DossierMachine, who: Standing) -> bool:
    """Leaders of the city People's Committee decide."""
    return who.serves(Role.LEADER, AgencyKind.CITY_COMMITTEE)


def may_take_silence(step: Step, who: Standing) -> bool:
    """The system alone, when the day has passed, takes silence for consent."""
    return who.is_system


def may_take_back_consultation(step: Step, who: Standing) -> bool:
    """The Department that asked for an opinion may go on without it."""
    return who.serves(Role.OFFICER, AgencyKind.INDUSTRY_TRADE)
