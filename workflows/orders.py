"""Which step may follow which, as a flow draws it: what a log is compared with. Pure reading of the flow."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from workflows.flows import CaseFlow
from workflows.nodes import FanIn, FanOut, Start, Work


@dataclass(frozen=True)
class Way:
    """One way to a step: from the step `start` when it ends with `outcome`.

    `join` names the gate at which all arms wait for each other, empty where there is none; `many`: one
    end opens any number of arms.
    """

    start: str
    outcome: str
    join: str
    many: bool


@dataclass(frozen=True)
class Order:
    """The order of one flow: its steps, the ways to each, and the steps with which it may begin."""

    path: tuple[str, ...]
    nodes: Mapping[str, Work]
    starts: frozenset[str]
    ways: Mapping[str, tuple[Way, ...]]

    def arms(self, join: str) -> frozenset[str]:
        """Return the steps that end at the gate `join`."""
        return frozenset(way.start for ways in self.ways.values() for way in ways if way.join == join)

    def needed(self, first: str) -> dict[str, frozenset[str]]:
        """Return, for each step of the plain course that begins with `first`, all that must come before.

        A step that the plain course reaches in two ways, other than through a gate, does not exist here.
        """
        found: dict[str, frozenset[str]] = {first: frozenset()}
        for step in self.path[self.path.index(first) + 1 :]:
            before = {way.start for way in self.ways[step] if way.start in found}
            found[step] = frozenset(before).union(*(found[one] for one in before))
        return found

    def asks_applicant(self, step: str, outcome: str) -> bool:
        """Tell whether `step` ended by asking for something while the law's clock stands still."""
        node = self.nodes[step].ways.get(outcome)
        return isinstance(node, Work) and node.stops_clock


@cache
def order_of(flow: type[CaseFlow]) -> Order:
    """Return the order of `flow`."""
    nodes = {node.name: node for node in flow.work_nodes()}
    ways: dict[str, list[Way]] = {name: [] for name in nodes}
    for node in nodes.values():
        for outcome, target in node.ways.items():
            for name, join, many in _reached(target):
                ways[name].append(Way(node.name, outcome, join, many))
    begins = [node for node in flow.instance.nodes() if isinstance(node, Start)]
    starts = frozenset(name for node in begins for name, _join, _many in _reached(node))
    return Order(flow.path, nodes, starts, {name: tuple(found) for name, found in ways.items()})


def _reached(node: Any, join: str = "", many: bool = False) -> Iterator[tuple[str, str, bool]]:
    """Yield the steps that `node` is or leads to through gates alone."""
    if isinstance(node, Work):
        yield node.name, join, many
        return
    for edge in node._outgoing():
        gate = node.name if isinstance(node, FanIn) else join
        yield from _reached(edge.dst, gate, many or isinstance(node, FanOut))
