"""Fan-outs that repeat and nest: a join waits for the arms of its own split, and for no others."""

from __future__ import annotations

from typing import Any

import pytest
from viewflow import this

from accounts.models import User
from accounts.states import AgencyKind, Role
from approvals.procedures.establishment import flows
from clusters.models import Cluster
from clusters.states import Kind, Stage
from demo import people
from tests.factories import cases
from tests.factories.cases import moment
from workflows.flows import CaseFlow
from workflows.models import Case
from workflows.nodes import Branch, End, FanIn, FanOut, Start, Work
from workflows.services import act_on_case, act_on_step, open_case, start_process
from workflows.states import CaseKind

pytestmark = pytest.mark.django_db

AT = moment("05/10/2026")
DEPARTMENT = (AgencyKind.INDUSTRY_TRADE, Role.OFFICER)


def work(actor: AgencyKind | None, role: Role) -> Work:
    return Work(actor=actor, role=role, stages=Stage, title="A step")


class Rounds(CaseFlow):
    """Ask, hear, and ask again; whoever was asked may ask others first."""

    # The engine finds a flow by its module, which has to lie in an app.
    __module__ = flows.__name__
    procedure = "establishment"
    path = ()
    start = Start().Next(this.plan)
    plan = work(*DEPARTMENT).Next(this.consult)
    consult = FanOut().Next(this.answer)
    answer = work(None, Role.OFFICER).On("done", this.joined).On("ask_others", this.consult_others)
    consult_others = FanOut().Next(this.answer_inside)
    answer_inside = work(None, Role.OFFICER).Next(this.joined_inside)
    joined_inside = FanIn().Next(this.joined)
    joined = FanIn().Next(this.report)
    report = work(*DEPARTMENT).On("again", this.plan).On("done", this.end)
    end = End()


@pytest.fixture
def case(monkeypatch: pytest.MonkeyPatch) -> Case:
    monkeypatch.setattr(flows, "Rounds", Rounds, raising=False)
    cases.settle()
    cluster = Cluster.objects.create(code="X1", name="Cụm", kind=Kind.NEW, recorded_at=AT, changed_at=AT)
    applicant = people.agency_of(people.person("lan"))
    case = open_case(cluster=cluster, kind=CaseKind.NEW, code="X1", at=AT, applicant=applicant, commune=None)
    with act_on_case("begin", by=User.objects.system(), at=AT, pk=case.pk) as act:
        start_process(act, Rounds)
    return case


def do(case: Case, name: str, key: str, outcome: str = "done", *ask: str) -> None:
    """Let `key` do the oldest open step `name` of their agency, asking the agencies of `ask`."""
    agency = people.agency_of(people.person(key))
    step = case.steps.open().filter(name=name, agency=agency).order_by("pk")[0]
    branches = [Branch(people.agency_of(people.person(one)).pk, None) for one in ask]
    with act_on_step(name, step_id=step.pk, by=people.user(key), at=AT) as act:
        act.proceed(outcome, branches=branches)


def opened(case: Case) -> list[str]:
    return sorted(case.steps.open().values_list("name", flat=True))


def finished(case: Case, name: str) -> int:
    return case.steps.filter(name=name).exclude(finished=None).count()


def test_a_second_round_in_one_process_joins_its_own_arms(case: Case) -> None:
    for rounds, voices in enumerate((("tai", "xuan"), ("tai", "xuan", "moc"), ("an",)), 1):
        do(case, "plan", "minh", "done", *voices)
        for key in voices:
            assert "report" not in opened(case)
            do(case, "answer", key)
        assert opened(case) == ["report"]
        assert finished(case, "joined") == rounds
        do(case, "report", "minh", "again")
    assert opened(case) == ["plan"]


def test_a_nested_fan_out_holds_its_outer_join(case: Case) -> None:
    do(case, "plan", "minh", "done", "tai", "xuan")
    do(case, "answer", "tai", "ask_others", "moc", "kien")
    do(case, "answer", "xuan")
    assert opened(case) == ["answer_inside", "answer_inside"]
    do(case, "answer_inside", "kien")
    assert opened(case) == ["answer_inside"]
    do(case, "answer_inside", "moc")
    assert opened(case) == ["report"]
    assert (finished(case, "joined_inside"), finished(case, "joined")) == (1, 1)


def test_two_nested_fan_outs_do_not_meet(case: Case) -> None:
    do(case, "plan", "minh", "done", "tai", "xuan")
    do(case, "answer", "tai", "ask_others", "moc")
    do(case, "answer", "xuan", "ask_others", "kien", "an")
    do(case, "answer_inside", "moc")
    assert finished(case, "joined_inside") == 1
    assert opened(case) == ["answer_inside", "answer_inside"]
    do(case, "answer_inside", "kien")
    do(case, "answer_inside", "an")
    assert (finished(case, "joined_inside"), finished(case, "joined")) == (2, 1)
    do(case, "report", "minh")
    process: Any = case.processes.get()
    assert (process.status, opened(case)) == ("DONE", [])


def test_ten_arms_are_ten_arms(case: Case) -> None:
    """Arm 1 and arm 10 share their first sign."""
    do(case, "plan", "minh", "done", *["tai"] * 11)
    for left in range(10, 0, -1):
        do(case, "answer", "tai")
        assert opened(case) == ["answer"] * left
    do(case, "answer", "tai")
    assert opened(case) == ["report"]
    assert finished(case, "joined") == 1


def test_an_unknown_outcome_changes_nothing(case: Case) -> None:
    with pytest.raises(KeyError):
        do(case, "plan", "minh", "postpone")
    assert opened(case) == ["plan"]
    assert Case.objects.get().stay_seq == 0
