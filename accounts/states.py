"""Kinds of agency, levels of area, roles."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class AgencyKind(TextChoices):
    """What an agency is competent for; routing asks for a kind and a territory."""

    CITY_COMMITTEE = "city_committee", _("City People's Committee")
    INDUSTRY_TRADE = "industry_trade", _("Department of Industry and Trade")
    FINANCE = "finance", _("Department of Finance")
    CONSTRUCTION = "construction", _("Department of Construction")
    AGRICULTURE_ENVIRONMENT = "agriculture_environment", _("Department of Agriculture and Environment")
    PLANNING_ARCHITECTURE = "planning_architecture", _("Department of Planning and Architecture")
    POLICE = "police", _("City Police")
    ONE_STOP = "one_stop", _("Public Administration Service Centre")
    LAND_FUND = "land_fund", _("Land Fund Development Centre")
    STATISTICS = "statistics", _("Statistics office")
    MINISTRY = "ministry", _("Ministry of Industry and Trade")
    COMMUNE = "commune", _("Commune People's Committee")
    DISTRICT = "district", _("District People's Committee")
    INVESTOR = "investor", _("Investor organisation")
    # The kinds that ended on 28/02/2025; what was open there went to their successors.
    PLANNING_INVESTMENT = "planning_investment", _("Department of Planning and Investment")
    NATURAL_RESOURCES = "natural_resources", _("Department of Natural Resources and Environment")
    TRANSPORT = "transport", _("Department of Transport")


# Who receives the first request: the district until 30/06/2025, the commune since.
LOCAL_KINDS = (AgencyKind.COMMUNE, AgencyKind.DISTRICT)

CONSULTED_KINDS = (
    AgencyKind.FINANCE,
    AgencyKind.CONSTRUCTION,
    AgencyKind.AGRICULTURE_ENVIRONMENT,
    AgencyKind.PLANNING_ARCHITECTURE,
    AgencyKind.POLICE,
    AgencyKind.PLANNING_INVESTMENT,
    AgencyKind.NATURAL_RESOURCES,
    AgencyKind.TRANSPORT,
    *LOCAL_KINDS,
)


class AreaLevel(TextChoices):
    CITY = "city", _("City")
    DISTRICT = "district", _("District")
    COMMUNE = "commune", _("Commune or ward")


class Role(TextChoices):
    """What a member does in an agency."""

    APPLICANT = "applicant", _("Applicant")
    OFFICER = "officer", _("Officer")
    REVIEWER = "reviewer", _("Reviewer")
    LEADER = "leader", _("Leader")
    ADMINISTRATOR = "administrator", _("Agency administrator")


ORGANISATION_ROLES = (Role.APPLICANT, Role.ADMINISTRATOR)
OFFICE_ROLES = (Role.OFFICER, Role.REVIEWER, Role.LEADER, Role.ADMINISTRATOR)


class InvitationOutcome(TextChoices):
    ACCEPTED = "accepted", _("Accepted")
    WITHDRAWN = "withdrawn", _("Withdrawn")
    REPLACED = "replaced", _("Replaced by a new invitation")


class JoinOutcome(TextChoices):
    ACCEPTED = "accepted", _("Accepted")
    REFUSED = "refused", _("Refused")


class ChangeAct(TextChoices):
    """What can happen to who serves in an agency; each act leaves a `MembershipChange`."""

    AGENCY_RECORDED = "agency_recorded", _("Agency recorded")
    SUCCESSION_RECORDED = "succession_recorded", _("Successor recorded")
    ORGANISATION_CREATED = "organisation_created", _("Organisation created")
    RENAMED = "renamed", _("Name corrected")
    JOIN_ASKED = "join_asked", _("Asked to join")
    JOIN_ACCEPTED = "join_accepted", _("Request to join accepted")
    JOIN_REFUSED = "join_refused", _("Request to join refused")
    INVITED = "invited", _("Invited")
    INVITED_AGAIN = "invited_again", _("Invited again")
    INVITATION_WITHDRAWN = "invitation_withdrawn", _("Invitation withdrawn")
    INVITATION_ACCEPTED = "invitation_accepted", _("Invitation accepted")
    DATES_CHANGED = "dates_changed", _("Dates changed")
    ENDED = "ended", _("Membership ended")
    ACCOUNT_CLOSED = "account_closed", _("Account closed")
    ADMINISTRATOR_CREATED = "administrator_created", _("First administrator created")
