import pytest
from django.utils import translation

from clusters import rules
from clusters.states import Kind, Reported, Stage

STAGES = {
    Reported.PROPOSED: Stage.LISTED,
    Reported.DECIDED: Stage.ESTABLISHED,
    Reported.DECIDED_TO_START: Stage.ESTABLISHED,
    Reported.DECIDED_NO_INVESTOR: Stage.ESTABLISHED,
    Reported.DECISION_ISSUED: Stage.ESTABLISHED,
    Reported.ONE_OF_SIX: Stage.ESTABLISHED,
    Reported.STARTED: Stage.UNDER_CONSTRUCTION,
    Reported.UNDER_CONSTRUCTION: Stage.UNDER_CONSTRUCTION,
    Reported.BUILDING: Stage.UNDER_CONSTRUCTION,
    Reported.OPERATING: Stage.OPERATING,
    Reported.OPERATING_FULL: Stage.OPERATING,
    Reported.APPROVED_OR_OPERATING: None,
    Reported.DISPUTE: None,
    "": None,
    "words that nobody used before": None,
}


def test_every_known_word_is_judged():
    assert set(Reported.values) <= set(STAGES)


@pytest.mark.parametrize(("status", "stage"), STAGES.items())
def test_the_stage_follows_from_the_words_of_the_source(status, stage):
    found = rules.adoption(kind=Kind.NEW, status=status)

    assert found.stage is stage
    assert str(found.reason)


def test_an_existing_cluster_with_a_decision_is_taken_to_operate():
    with translation.override("en"):
        found = rules.adoption(kind=Kind.EXISTING_FORMALISED, status=Reported.DECISION_ISSUED)

        assert found.stage is Stage.OPERATING
        assert found.reason == "An existing cluster, for which the source says that the decision was issued."


@pytest.mark.parametrize("kind", Kind)
@pytest.mark.parametrize("status", [*Reported.values, ""])
def test_nobody_is_said_to_operate_without_a_decision(kind, status):
    assert rules.adoption(kind=kind, status=status).stage is not Stage.OPERATING_UNESTABLISHED
