"""Who may move a case, and who may do a step. Facts in, yes or no out."""

from __future__ import annotations

from typing import TYPE_CHECKING

from accounts.selectors import Standing
from accounts.states import AgencyKind, Role

if TYPE_CHECKING:
    from workflows.machines import CaseMachine
    from workflows.models import Step


def may_file(case: CaseMachine, who: Standing) -> bool:
    """An applicant files, and takes back, what their own organisation filed."""
    return who.has(Role.APPLICANT, case.applicant_id)


def may_accept(case: CaseMachine, who: Standing) -> bool:
    """An officer of the Department of Industry and Trade takes a complete file into appraisal."""
    return who.serves(Role.OFFICER, AgencyKind.INDUSTRY_TRADE)


def may_review(case: CaseMachine, who: Standing) -> bool:
    """A reviewer of the Department of Industry and Trade ends the appraisal."""
    return who.serves(Role.REVIEWER, AgencyKind.INDUSTRY_TRADE)


def may_decide(case: CaseMachine, who: Standing) -> bool:
    """A leader of the city People's Committee decides."""
    return who.serves(Role.LEADER, AgencyKind.CITY_COMMITTEE)


def may_build(case: CaseMachine, who: Standing) -> bool:
    """The infrastructure investor prepares and builds; the Department's officers may record it for them."""
    return may_file(case, who) or may_follow(case, who)


def may_follow(case: CaseMachine, who: Standing) -> bool:
    """An officer of the Department of Industry and Trade records what happened after the decision."""
    return who.serves(Role.OFFICER, AgencyKind.INDUSTRY_TRADE)


def may_adopt(case: CaseMachine, who: Standing) -> bool:
    """The system, when it reads the register; or the administrator of the Department."""
    return who.is_system or who.serves(Role.ADMINISTRATOR, AgencyKind.INDUSTRY_TRADE)


def may_choose_successor(who: Standing) -> bool:
    """An officer of the Department says who took over from a dissolved agency, where that is not certain."""
    return who.serves(Role.OFFICER, AgencyKind.INDUSTRY_TRADE)


def may_choose_rule_set(who: Standing) -> bool:
    """Whoever works on files in the Department says whether one stays under its rule set, where none says."""
    roles = (Role.OFFICER, Role.REVIEWER, Role.LEADER)
    return any(who.serves(role, AgencyKind.INDUSTRY_TRADE) for role in roles)


def may_move_rule_set(who: Standing) -> bool:
    """A reviewer or leader of the Department moves a case to another rule set."""
    return any(who.serves(role, AgencyKind.INDUSTRY_TRADE) for role in (Role.REVIEWER, Role.LEADER))


def may_see_impact(who: Standing) -> bool:
    """The Department and all leaders read what a change of law means for the cases that they see."""
    return may_lead(who) or AgencyKind.INDUSTRY_TRADE in who.kinds()


def may_see_all(who: Standing) -> bool:
    """The Department and the city People's Committee follow every case; the system acts on any."""
    return who.is_system or bool(who.kinds() & {AgencyKind.INDUSTRY_TRADE, AgencyKind.CITY_COMMITTEE})


def may_lead(who: Standing) -> bool:
    """Leaders see the board; that of their own agency, unless they follow every case."""
    return who.leads() and is_in_office(who)


def is_in_office(who: Standing) -> bool:
    """Whoever serves in a public agency reads what offices write to each other; an investor does not."""
    return bool(who.kinds() - {AgencyKind.INVESTOR})


def is_for(step: Step, who: Standing) -> bool:
    """The role that the step asks for, in the agency that holds it, whoever has claimed or done it."""
    return who.has(Role(step.role), step.agency_id) if step.role else who.is_system


def may_do(step: Step, who: Standing) -> bool:
    """The role that the step asks for, in the agency that holds it, unless somebody else claimed it."""
    return is_for(step, who) and step.owner_id in (None, who.user_id)


def may_extend(step: Step, who: Standing) -> bool:
    """Reviewers and leaders of the agency whose own limit it is; who is only asked within it may not."""
    return bool(step.flow_task.limit) and step.agency_id in who.agencies(Role.REVIEWER, Role.LEADER)


def may_assign(step: Step, who: Standing) -> bool:
    """Whoever could do the step may claim or release it; reviewers and leaders of the agency assign it."""
    return may_do(step, who) or bool(step.role and step.agency_id in who.agencies(Role.REVIEWER, Role.LEADER))
