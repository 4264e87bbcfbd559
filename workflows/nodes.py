"""The nodes that our flows are drawn with: work, a wait for a day, a fan-out chosen at run time.

Only the engine of viewflow is used. Its views, undo, revive and cancel are not: they lock the
process named in the URL, and know nothing of the domain. Each node here takes the moment, the
person and the outcome from the running act (`process.act`), so nothing below reads a clock.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import date
from typing import Any, NamedTuple

from viewflow import this
from viewflow.workflow import flow
from viewflow.workflow.activation import Activation
from viewflow.workflow.base import Edge, Node
from viewflow.workflow.nodes.join import Join
from viewflow.workflow.nodes.start import StartHandleActivation
from viewflow.workflow.status import PROCESS, STATUS
from viewflow.workflow.token import Token

from accounts.states import AgencyKind, Role
from clusters.states import Stage
from workflows.states import MilestoneKind


class Branch(NamedTuple):
    """One arm of a fan-out: the agency that gets a step of its own, and the day asked for."""

    agency_id: int
    due_on: date | None


class Told:
    """An activation that is told the time by the running act, and keeps no link table of its own."""

    process: Any
    task: Any

    @classmethod
    def create(
        cls, flow_task: Any, prev_activation: Any, token: Any, data: Any = None, seed: Any = None
    ) -> Any:
        """Enter a node: a new task, completed by the act; `data` is the branch, in a fan-out."""
        process = prev_activation.process
        task = _new_task(flow_task, process, token)
        process.act.enter(task, flow_task, data)
        task.save(force_insert=True)
        return cls(task)  # type: ignore[call-arg]

    def close(self) -> None:
        """Write the end of the task, at the act's moment."""
        self.task.finished = self.process.act.at
        self.task.save(update_fields=["status", "finished", "outcome", "owner", "claimed_at", "started"])


def _new_task(flow_task: Any, process: Any, token: Any) -> Any:
    return flow_task.flow_class.task_class(
        process=process,
        case=process.case,
        flow_task=flow_task,
        name=flow_task.name,
        token=token,
        created=process.act.at,
    )


class WorkActivation(Told, Activation):
    """A step that waits for somebody; its outcome names the next node."""

    @Activation.status.super()
    def activate(self) -> None:
        """Wait: the service that does the step goes on from here."""

    @Activation.status.transition(source=[STATUS.NEW, STATUS.ASSIGNED], target=STATUS.STARTED)
    def start(self) -> None:
        self.task.started = self.process.act.at

    @Activation.status.transition(source=STATUS.STARTED, target=STATUS.DONE)
    def complete(self) -> None:
        self.close()

    @Activation.status.transition(source=STATUS.DONE)
    def create_next(self) -> Iterator[Any]:
        node = self.flow_task.next_on(self.task.outcome)
        yield node._create(self, self.task.token)

    @Activation.status.transition(source=[STATUS.NEW, STATUS.ASSIGNED], target=STATUS.CANCELED)
    def cancel(self) -> None:
        self.close()


class Work(Node):
    """A step for a person of a kind of agency, in a role, under a limit of the law.

    `actor` None means the applicant; `role` None means that no person does it. `limit` names the
    provision of the case's rule set; `page` the URL name of the step's page; `stages` the stages
    in which the case may be while the step is open. A step `inside` the running clock has no limit
    of its own; `stops_clock` says that the clock stands still meanwhile. Where the law sets no limit,
    `milestone` names the day of the decision's own progress that the step works towards.
    """

    task_type = "HUMAN"
    activation_class = WorkActivation
    bpmn_element = "userTask"
    shape = flow.View.shape

    def __init__(
        self,
        *,
        actor: AgencyKind | None,
        role: Role | None,
        stages: Iterable[Stage],
        title: Any,
        page: str = "",
        limit: str = "",
        inside: bool = False,
        stops_clock: bool = False,
        milestone: MilestoneKind | None = None,
    ) -> None:
        super().__init__()
        self.milestone = milestone
        self.actor, self.role, self.limit = actor, role, limit
        self.page, self.stages = page, frozenset(stages)
        self.inside, self.stops_clock = inside, stops_clock
        self.task_title = title
        self.ways: dict[str, Any] = {}

    def On(self, outcome: str, node: Any) -> Work:
        """Go on to `node` when the step ends with `outcome`."""
        self.ways = {**self.ways, outcome: node}
        return self

    def Next(self, node: Any) -> Work:
        """Go on to `node`: the step has one outcome."""
        return self.On("done", node)

    def next_on(self, outcome: str) -> Any:
        """Return the node that `outcome` leads to; KeyError where the step has no such outcome."""
        return self.ways[outcome]

    def _resolve(self, instance: Any) -> None:
        self.ways = {outcome: this.resolve(instance, node) for outcome, node in self.ways.items()}

    def _outgoing(self) -> Iterator[Edge]:
        for outcome, node in self.ways.items():
            label = outcome if len(self.ways) > 1 else None
            yield Edge(src=self, dst=node, edge_class="next", label=label)


class Wait(Work):
    """A step that ends when its last day has passed; the system closes it."""

    task_type = "WAIT"
    bpmn_element = "intermediateCatchEvent"

    def __init__(self, *, actor: AgencyKind, limit: str, stages: Iterable[Stage], title: Any) -> None:
        super().__init__(actor=actor, role=None, limit=limit, stages=stages, title=title)


class StartActivation(StartHandleActivation):
    """The filing that starts a process; it is no stay, so it closes at once."""

    @Activation.status.transition(source=STATUS.NEW, target=STATUS.DONE)
    def complete(self) -> None:
        self.task.finished = self.process.act.at
        self.task.save(force_insert=True)


class Start(flow.StartHandle):
    """Starts a process on a case, from code: `run(case=…, act=…)`."""

    activation_class = StartActivation

    def __init__(self) -> None:
        super().__init__(this.prepare)


class FanOutActivation(Told, Activation):
    """Creates the first step of each arm, under a token of its own."""

    @Activation.status.super()
    def activate(self) -> None:
        """The node, or the act, names the arms."""

    @Activation.status.transition(source=STATUS.NEW, target=STATUS.DONE)
    def complete(self) -> None:
        self.close()

    @Activation.status.transition(source=STATUS.DONE)
    def create_next(self) -> Iterator[Any]:
        tokens = Token.split_token_source(self.task.token, self.task.pk)
        for node, branch in self.flow_task.arms(self.process.act):
            yield node._create(self, next(tokens), data=branch)


class FanOut(flow.Split):
    """A parallel split whose number of arms is known only at run time.

    Takes the arms from `act.branches` (at least one; the service checks). The open-source engine
    has only splits that are drawn in advance.
    """

    activation_class = FanOutActivation
    _next: Any = None

    def Next(self, node: Any, case: Callable[..., bool] | None = None) -> FanOut:
        self._next = node
        return self

    def arms(self, act: Any) -> list[tuple[Any, Branch | None]]:
        """Return node and branch of every arm: the same node for each branch that the act chose."""
        return [(self._next, branch) for branch in act.branches]

    def _resolve(self, instance: Any) -> None:
        self._next = this.resolve(instance, self._next)

    def _outgoing(self) -> Iterator[Edge]:
        yield Edge(src=self, dst=self._next, edge_class="next")


class Fork(flow.Split):
    """A parallel split whose arms are drawn: `.Next(a).Next(b)`. A `FanIn` waits for all of them."""

    activation_class = FanOutActivation

    def __init__(self) -> None:
        super().__init__()
        self._arms: list[Any] = []

    def Next(self, node: Any, case: Callable[..., bool] | None = None) -> Fork:
        self._arms = [*self._arms, node]
        return self

    def arms(self, act: Any) -> list[tuple[Any, Branch | None]]:
        """Return the first node of every arm."""
        return [(node, None) for node in self._arms]

    def _resolve(self, instance: Any) -> None:
        self._arms = [this.resolve(instance, node) for node in self._arms]

    def _outgoing(self) -> Iterator[Edge]:
        for node in self._arms:
            yield Edge(src=self, dst=node, edge_class="next")


class FanInActivation(Told, Activation):
    """Waits for all arms of one fan-out, the one whose token the arms carry."""

    type = "join"

    @classmethod
    def create(
        cls, flow_task: Any, prev_activation: Any, token: Any, data: Any = None, seed: Any = None
    ) -> Any:
        """Enter the join: the task that waits for this fork, or a new one for its first arm."""
        fork = Token(token.token.rsplit("_", 1)[0])
        process = prev_activation.process
        waiting = {"process": process, "flow_task": flow_task, "token": fork, "finished": None}
        task = flow_task.flow_class.task_class.objects.filter(**waiting).first()
        if task is None:
            task = _new_task(flow_task, process, fork)
            task.save(force_insert=True)
        task.process = process
        return cls(task)

    @Activation.status.super()
    def activate(self) -> None:
        """Nothing to do before the last arm arrives."""

    @Activation.status.transition(source=STATUS.NEW, target=STATUS.DONE, conditions=[this.all_arrived])
    def complete(self) -> None:
        self.close()

    def all_arrived(self) -> bool:
        """Tell whether no arm of this fork is still open."""
        arms = self.flow_class.task_class.objects.filter(
            process=self.process, finished=None, token__startswith=f"{self.task.token}_"
        )
        return not arms.exists()

    @Activation.status.transition(source=STATUS.DONE)
    def create_next(self) -> Iterator[Any]:
        yield self.flow_task._next._create(self, Token(self.task.token.token.rsplit("/", 1)[0]))


class FanIn(Join):
    """The join of a `FanOut` or a `Fork`, keyed on the token of its split: rounds may repeat and nest."""

    activation_class = FanInActivation


class EndActivation(Told, Activation):
    """Finishes the process."""

    @Activation.status.super()
    def activate(self) -> None:
        self.process.status = PROCESS.DONE
        self.process.finished = self.process.act.at
        self.process.save(update_fields=["status", "finished"])

    @Activation.status.transition(source=STATUS.NEW, target=STATUS.DONE)
    def complete(self) -> None:
        self.close()

    @Activation.status.transition(source=STATUS.DONE)
    def create_next(self) -> Iterator[Any]:
        return iter(())


class End(flow.End):
    """The end of the procedure. Our flows reach it on one path only, with nothing else open."""

    activation_class = EndActivation
