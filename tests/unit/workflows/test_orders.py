"""The order of a flow, read from its drawing: what leads where, and what must come before."""

from typing import Any

import pytest

from approvals.procedures.development.flows import Development
from approvals.procedures.establishment.flows import Establishment
from workflows.orders import Way, order_of


def test_a_step_beside_the_plain_course_leads_back_into_it() -> None:
    ways = order_of(Establishment).ways["check_intake"]
    assert {(way.start, way.outcome) for way in ways} == {
        ("submit_file", "done"),
        ("supplement", "to_intake"),
    }


def test_a_fan_out_opens_many_and_its_gate_waits_for_all() -> None:
    order = order_of(Establishment)
    assert order.ways["give_opinion"] == (Way("plan_consultation", "done", "", many=True),)
    assert {way.join for way in order.ways["draft_report"] if way.start == "give_opinion"} == {"opinions_in"}
    assert order.arms("opinions_in") == {"give_opinion"}


def test_a_gate_waits_for_the_last_step_of_each_drawn_arm() -> None:
    assert order_of(Development).arms("prepared") == {"issue_licence", "lease_land"}


@pytest.mark.parametrize(
    ("step", "before"),
    [
        ("submit_plan", set()),
        ("issue_licence", {"submit_plan", "approve_plan", "request_licence"}),
        ("clear_land", {"submit_plan", "approve_plan"}),
        (
            "request_permit",
            {"submit_plan", "approve_plan", "request_licence", "issue_licence", "clear_land", "lease_land"},
        ),
    ],
)
def test_what_must_come_before_a_step_leaves_the_other_arm_out(step: str, before: set[str]) -> None:
    assert order_of(Development).needed("submit_plan")[step] == before


def test_nothing_is_asked_before_the_step_with_which_a_run_began() -> None:
    needed = order_of(Development).needed("build")
    assert needed["try_wastewater"] == {"build"}
    assert "submit_plan" not in needed


@pytest.mark.parametrize(
    ("step", "outcome", "asks"),
    [
        ("check_intake", "incomplete", True),
        ("check_intake", "complete", False),
        ("draft_report", "supplement", True),
        ("draft_report", "withdrawn", False),
    ],
)
def test_what_asks_the_applicant_stops_the_clock(step: str, outcome: str, asks: bool) -> None:
    assert order_of(Establishment).asks_applicant(step, outcome) is asks


@pytest.mark.parametrize("flow", [Establishment, Development])
def test_the_plain_course_comes_to_each_step_in_one_way_or_through_one_gate(flow: Any) -> None:
    order = order_of(flow)
    for number, step in enumerate(order.path):
        before = [way for way in order.ways[step] if way.start in order.path[:number]]
        gates = {way.join for way in before}
        assert len({way.start for way in before}) <= 1 or (len(gates) == 1 and "" not in gates), step
