"""The state machines and procedures as pages: drawn from the code, so that they cannot lag behind it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.conf import settings
from django.utils import translation

from accounts.states import AgencyKind
from records.models import Recorded
from records.triggers import guarded_models
from workflows.flows import CaseFlow
from workflows.nodes import FanIn, FanOut, Wait, Work

FOLDER = Path(settings.BASE_DIR) / "docs" / "reference"
NOTE = "<!-- Drawn by `manage.py state_diagrams`; do not edit. -->"


def pages() -> dict[Path, str]:
    """Return the text of every generated page, by file."""
    with translation.override("en"):
        return {
            FOLDER / "state-machines.md": "\n".join(_machines()) + "\n",
            FOLDER / "procedures.md": "\n".join(_procedures()) + "\n",
        }


def _machines() -> Iterator[str]:
    yield f"# State machines\n\n{NOTE}\n"
    yield "Nothing else moves a state. Each change is one audit row; a database trigger refuses any other."
    for model in sorted(guarded_models(), key=lambda model: model._meta.label):
        yield from _machine(model)


def _machine(model: type[Recorded]) -> Iterator[str]:
    field = model.state_field()
    moves = sorted(_moves(field, model))
    yield f"\n## {model._meta.verbose_name}\n\n```mermaid\nstateDiagram-v2"
    yield f"    [*] --> {field.get_default()}"
    yield from (f"    {source} --> {target}: {name}" for source, target, name, _who in moves)
    yield "```\n\n| Transition | From | To | Who may |\n|---|---|---|---|"
    yield from (f"| `{name}` | {source} | {target} | {who} |" for source, target, name, who in moves)


def _moves(field: Any, model: type[Recorded]) -> Iterator[tuple[str, str, str, str]]:
    for move in field.get_all_transitions(model):
        targets = getattr(move.target, "allowed_states", None) or [move.target]
        # A transition that keeps the stage is drawn as a loop, not towards every stage it knows.
        if move.name == "adjust":
            targets = [move.source]
        who = (move.permission.__doc__ or "").strip().splitlines()[0]
        yield from ((str(move.source), str(target), move.name, who) for target in targets)


def _procedures() -> Iterator[str]:
    yield f"# Procedures\n\n{NOTE}\n"
    yield "Limits are rows of the law (`docs/law.md`); the rule set pinned on the case supplies them."
    for flow in sorted(CaseFlow.__subclasses__(), key=lambda flow: flow.__name__):
        yield from _procedure(flow)


def _procedure(flow: type[CaseFlow]) -> Iterator[str]:
    yield f"\n## {flow.process_title}\n\n```mermaid\nflowchart TD"
    for node in flow.instance.nodes():
        yield f"    {node.name}{_shape(node)}"
    for node in flow.instance.nodes():
        for edge in node._outgoing():
            label = f"|{edge.label}| " if edge.label else ""
            yield f"    {node.name} -->{label}{edge.dst.name}"
    yield "```\n\n| Step | Who | Role | Limit | Stages | Outcomes |\n|---|---|---|---|---|---|"
    for node in sorted(flow.work_nodes(), key=lambda node: _order(flow, node)):
        yield _row(node)


def _order(flow: type[CaseFlow], node: Work) -> tuple[int, str]:
    return (flow.path.index(node.name) if node.name in flow.path else len(flow.path), node.name)


def _shape(node: Any) -> str:
    if isinstance(node, Wait):
        return f"([{node.task_title}])"
    if isinstance(node, Work):
        return f"[{node.task_title}]"
    return (
        "{{"
        + ("fork" if isinstance(node, FanOut) else "join" if isinstance(node, FanIn) else node.name)
        + "}}"
    )


def _row(node: Work) -> str:
    actor = AgencyKind(node.actor).label if node.actor else _other_actor(node)
    role = node.role.label if node.role else "nobody: the day passes"
    limit = node.limit or (
        "clock stopped" if node.stops_clock else "day set by the asker" if node.inside else "–"
    )
    stages = ", ".join(sorted(node.stages))
    outcomes = ", ".join(f"{outcome} → `{target.name}`" for outcome, target in node.ways.items())
    return f"| `{node.name}` {node.task_title} | {actor} | {role} | {limit} | {stages} | {outcomes} |"


def _other_actor(node: Work) -> str:
    return "Applicant" if node.stops_clock else "Agency chosen at run time"
