"""The establishment procedure as it is drawn: every step has a way on, a page, a limit that exists."""

import pytest
from django.urls import NoReverseMatch, reverse

from approvals.procedures.establishment.flows import Establishment
from clusters.states import Stage
from law.rulesets import provision
from workflows.nodes import Wait, Work

NODES = {node.name: node for node in Establishment.work_nodes()}
OUTCOMES = {
    "give_notice": {"done"},
    "receive_files": {"done"},
    "submit_file": {"done"},
    "check_intake": {"complete", "incomplete"},
    "supplement": {"to_intake", "to_appraisal"},
    "plan_consultation": {"done"},
    "give_opinion": {"done", "taken_back"},
    "draft_report": {"submitted", "supplement"},
    "review_report": {"approved", "returned"},
    "decide": {"establish", "reject"},
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
    "send_copy": {Stage.ESTABLISHED, Stage.PREPARING, Stage.UNDER_CONSTRUCTION},
}


def test_every_step_has_the_outcomes_and_stages_of_the_law() -> None:
    assert {name: set(node.ways) for name, node in NODES.items()} == OUTCOMES
    assert {name: set(node.stages) for name, node in NODES.items()} == STAGES


@pytest.mark.parametrize("rule_set", ["R2", "R3", "R4"])
def test_every_limit_is_one_of_the_rule_set_and_binds(rule_set: str) -> None:
    for node in NODES.values():
        if node.limit:
            assert provision(rule_set, node.limit).has_limit, f"{rule_set}/{node.limit}"


def test_every_step_of_a_person_has_a_page_and_a_role() -> None:
    for node in NODES.values():
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


def test_every_step_is_reached_from_the_start() -> None:
    seen, todo = set(), [Establishment.instance.start]
    while todo:
        node = todo.pop()
        if node.name not in seen:
            seen.add(node.name)
            todo += [edge.dst for edge in node._outgoing()]
    assert {node.name for node in Establishment.instance.nodes()} == seen


def test_an_unknown_outcome_leads_nowhere() -> None:
    node = NODES["decide"]
    assert isinstance(node, Work)
    with pytest.raises(KeyError):
        node.next_on("postpone")
