"""The words and colours in which pages tell what happened to a case."""

from typing import Any

from django import template
from django.utils.translation import gettext_lazy as _

from accounts.models import Agency
from accounts.states import Role
from approvals.components import components
from clusters.models import Cluster
from clusters.states import Stage
from records.models import AuditRow
from workflows import recounts
from workflows.recounts import Moved
from workflows.selectors import expandable

register = template.Library()

# What an audit row of a case tells: by its act, and by the outcome where an act has several.
ACTS: dict[tuple[str, str], Any] = {
    ("adopt", ""): _("Entered the case from the register"),
    ("file", ""): _("Filed the proposal"),
    ("give_notice", "done"): _("Gave public notice"),
    ("receive_files", "done"): _("Closed the window for receiving files"),
    ("submit_file", "done"): _("Submitted the file to the Department"),
    ("check_intake", "complete"): _("Found the file complete"),
    ("check_intake", "incomplete"): _("Asked for a supplement"),
    ("supplement", "to_intake"): _("Answered the request for a supplement"),
    ("supplement", "to_appraisal"): _("Answered the request for a supplement"),
    ("plan_consultation", "done"): _("Asked agencies for their opinion"),
    ("give_opinion", "done"): _("Gave an opinion"),
    ("examine_facts", ""): _("Stated the facts for the conditions of the law"),
    ("give_opinion", "silent"): _("Took silence for consent: the day has passed without an answer"),
    ("draft_report", "submitted"): _("Handed the appraisal report to review"),
    ("draft_report", "supplement"): _("Asked for a supplement"),
    ("review_report", "approved"): _("Approved the appraisal report"),
    ("review_report", "returned"): _("Returned the appraisal report"),
    ("decide", "establish"): _("Decided to establish the cluster"),
    ("decide", "expand"): _("Decided to expand the cluster"),
    ("decide", "reject"): _("Decided to reject the proposal"),
    ("send_copy", "done"): _("Sent the copy to the ministry"),
    ("take_up", ""): _("Took up the cluster, to follow it to operation"),
    ("submit_plan", "done"): _("Handed in the detailed plan"),
    ("approve_plan", "granted"): _("Approved the detailed plan"),
    ("approve_plan", "returned"): _("Returned the detailed plan"),
    ("request_licence", "done"): _("Requested the environmental licence"),
    ("issue_licence", "granted"): _("Issued the environmental licence"),
    ("issue_licence", "registered"): _("Confirmed the registration instead of a licence"),
    ("issue_licence", "returned"): _("Returned the request for the licence"),
    ("clear_land", "done"): _("Cleared the land"),
    ("lease_land", "granted"): _("Leased and handed over the land"),
    ("lease_land", "returned"): _("Returned the land file"),
    ("request_permit", "done"): _("Requested the building permit"),
    ("issue_permit", "granted"): _("Issued the building permit"),
    ("issue_permit", "exempt"): _("Confirmed that no permit is needed"),
    ("issue_permit", "returned"): _("Returned the request for the permit"),
    ("break_ground", "done"): _("Broke ground"),
    ("build", "done"): _("Reported the works complete"),
    ("try_wastewater", "done"): _("Handed in the result of the trial run"),
    ("accept_wastewater", "granted"): _("Accepted the wastewater works"),
    ("accept_wastewater", "returned"): _("Asked for another trial run"),
    ("accept_works", "granted"): _("Accepted the completed works"),
    ("accept_works", "returned"): _("Did not accept the works"),
    ("adopt_regulation", "done"): _("Handed in the services regulation"),
    ("open_operation", "granted"): _("Opened the cluster"),
    ("open_operation", "returned"): _("Returned the services regulation"),
    ("withdraw", ""): _("Withdrew the proposal"),
    ("extend_clock", ""): _("Extended a time limit"),
    ("pass_on", ""): _("Passed the open steps of a dissolved agency on to its successor"),
    ("choose_successor", ""): _("Chose who took over from a dissolved agency"),
    ("ask_rule_set", ""): _("Asked the Department which rule set holds"),
    ("choose_rule_set", ""): _("Chose the rule set"),
    ("move_to_rule_set", ""): _("Moved the case to another rule set"),
    ("follow_calendar", ""): _("Counted open deadlines anew: the calendar of days off has changed"),
    ("hand_back", ""): _("Laid the step back at the agency: its officer serves there no more"),
}
WENT_ON = _("Went on without an opinion")
TOOK = _("Took a step")
GAVE_BACK = _("Gave a step back to the agency")
ASSIGNED = _("Gave a step to a colleague")

TONES = {
    "agree": "good",
    "agree_with_conditions": "warn",
    "disagree": "bad",
    "no_comment": "neutral",
    "establish": "good",
    "expand": "good",
    "reject": "bad",
}


@register.filter
def act_words(row: Any) -> Any:
    """Say in words what an audit row of a case tells; an unknown act by its own name."""
    if "taken_back" in row.data:
        return WENT_ON
    if row.act == "assign":
        return _assigned(row)
    return ACTS.get((row.act, row.data.get("outcome", "")), row.act)


def _assigned(row: Any) -> Any:
    to = row.data.get("to")
    if to is None:
        return GAVE_BACK
    return TOOK if to == row.actor_id else ASSIGNED


@register.filter
def stage_words(stage: str) -> Any:
    """Return the words for a stage of a case; what is none, as it stands."""
    return Stage(stage).label if stage in Stage.values else stage


@register.filter
def verdict_tone(verdict: str) -> str:
    """Return the colour tone of an opinion, a recommendation or a decision."""
    return TONES.get(verdict, "info")


@register.filter
def component_name(code: str, rule_set: str) -> str:
    """Return the name of a component of the file; empty for a point about none of them."""
    return next((str(part) for part in components(rule_set) if part.code == code), "")


@register.filter
def moved(row: AuditRow) -> list[Moved]:
    """Return the deadlines that a new calendar moved, where the row tells of any."""
    return recounts.moved(row)


@register.inclusion_tag("approvals/parts/expansion.html", takes_context=True)
def expansion(context: dict[str, Any], cluster: Cluster) -> dict[str, Any]:
    """Print for an applicant the way to an expansion of `cluster`; for all others nothing."""
    found: dict[str, Any] = {"cluster": cluster, "csrf_token": context.get("csrf_token")}
    applicants = context["request"].standing.agencies(Role.APPLICANT)
    if applicants and expandable().filter(pk=cluster.pk).exists():
        found["organisations"] = Agency.objects.filter(pk__in=applicants)
    return found
