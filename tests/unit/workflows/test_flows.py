"""The establishment procedure as it is drawn: every step has a way on, a page, a limit that exists."""

import pytest
from django.urls import NoReverseMatch, reverse

from approvals.procedures.development.flows import Development
from approvals.procedures.establishment.flows import Establishment
from clusters.states import Stage
from law.rulesets import provision
from workflows.flows import CaseFlow
from workflows.nodes import Start, Wait, Work

FLOWS = (Establishment, Development)
NODES = {node.name: node for node in Establishment.work_nodes()}
AFTER = {node.name: node for node in Development.work_nodes()}
OUTCOMES = {
    "give_notice": {"done"},
    "receive_files": {"done"},
    "submit_file": {"done"},
    "check_intake": {"complete", "incomplete"},
    "supplement": {"to_intake", "to_appraisal"},
    "plan_consultation": {"done"},
    "give_opinion": {"done", "taken_back", "silent"},
    "draft_report": {"submitted", "supplement"},
    "review_report": {"approved", "returned"},
    "decide": {"establish", "expand", "reject"},
    "send_copy": {"done"},
}
# The stage of the law in which each step may be open.
STAGES = {
    "give_notice": {Stage.PROPOSED},
    "receive_files": {Stage.PROPOSED},
    "submit_file": {Stage.PROPOSED},
    "check_intake": {Stage.PROPOSED},
    "supplement": {Stage.PROPOSED, Stage.UNDER_APPRAISAL},
    "plan_consultation": {Stage.UNDER_APPRAISAL},
    "give_opinion": {Stage.UNDER_APPRAISAL},
    "draft_report": {Stage.UNDER_APPRAISAL},
    "review_report": {Stage.UNDER_APPRAISAL},
    "decide": {Stage.APPRAISED},
    "send_copy": {Stage.ESTABLISHED, Stage.PREPARING, Stage.UNDER_CONSTRUCTION, Stage.OPERATING},
}


def test_every_step_has_the_outcomes_and_stages_of_the_law() -> None:
    assert {name: set(node.ways) for name, node in NODES.items()} == OUTCOMES
    assert {name: set(node.stages) for name, node in NODES.items()} == STAGES


@pytest.mark.parametrize("rule_set", ["R2", "R3", "R4"])
def test_every_limit_is_one_of_the_rule_set_and_binds(rule_set: str) -> None:
    for node in NODES.values():
        if node.limit:
            assert provision(rule_set, node.limit).has_limit, f"{rule_set}/{node.limit}"


BUILDING = {
    name: {Stage.UNDER_CONSTRUCTION}
    for name in ("build", "try_wastewater", "accept_wastewater", "accept_works", "adopt_regulation")
}
PREPARING = ("request_licence", "issue_licence", "clear_land", "lease_land", "request_permit", "issue_permit")


def test_the_steps_after_the_decision_stand_in_the_stages_of_the_decree() -> None:
    assert {name: set(node.stages) for name, node in AFTER.items()} == {
        "submit_plan": {Stage.ESTABLISHED, Stage.PREPARING},
        **{name: {Stage.PREPARING} for name in ("approve_plan", *PREPARING, "break_ground")},
        **BUILDING,
        "open_operation": {Stage.UNDER_CONSTRUCTION},
    }


def test_what_is_answered_after_the_decision_can_be_returned_to_who_handed_it_in() -> None:
    returned = {name: node.ways["returned"].name for name, node in AFTER.items() if "returned" in node.ways}
    assert returned == {
        "approve_plan": "submit_plan",
        "issue_licence": "request_licence",
        "lease_land": "clear_land",
        "issue_permit": "request_permit",
        "accept_wastewater": "try_wastewater",
        "accept_works": "build",
        "open_operation": "adopt_regulation",
    }


@pytest.mark.parametrize("rule_set", ["", "R2", "R3", "R4"])
def test_a_step_after_the_decision_has_a_limit_of_the_law_or_a_milestone(rule_set: str) -> None:
    limits = {n.limit for n in AFTER.values() if n.limit and provision(rule_set, n.limit).has_limit}
    assert limits == {"P13", "P22", "P50", "P70"}
    assert all(node.milestone for node in AFTER.values())


@pytest.mark.parametrize("flow", FLOWS)
def test_every_step_of_a_person_has_a_page_and_a_role(flow: type[CaseFlow]) -> None:
    for node in flow.work_nodes():
        if isinstance(node, Wait):
            assert node.role is None
            continue
        assert node.role, node.name
        try:
            reverse(node.page, args=[1])
        except NoReverseMatch:
            pytest.fail(f"{node.name}: {node.page} is no page")


def test_the_plain_course_lists_real_steps_once() -> None:
    assert len(set(Establishment.path)) == len(Establishment.path)
    assert set(NODES) - set(Establishment.path) == {"supplement"}
    assert len(set(Development.path)) == len(Development.path)
    assert set(AFTER) == set(Development.path)


@pytest.mark.parametrize("flow", FLOWS)
def test_every_step_is_reached_from_a_start(flow: type[CaseFlow]) -> None:
    seen, todo = set(), [node for node in flow.instance.nodes() if isinstance(node, Start)]
    while todo:
        node = todo.pop()
        if node.name not in seen:
            seen.add(node.name)
            todo += [edge.dst for edge in node._outgoing()]
    assert {node.name for node in flow.instance.nodes()} == seen


def test_an_unknown_outcome_leads_nowhere() -> None:
    node = NODES["decide"]
    assert isinstance(node, Work)
    with pytest.raises(KeyError):
        node.next_on("postpone")
