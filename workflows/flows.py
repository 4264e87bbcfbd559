"""The base of every procedure: our process and step tables, our lock, our start."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, ClassVar

from django.db import transaction
from viewflow.workflow import flow

from workflows.models import Case, Process, Step
from workflows.nodes import Work


@contextmanager
def case_lock(flow_class: type[CaseFlow], process_pk: int) -> Iterator[None]:
    """Hold the row of the process's case: the one lock of all that happens to a case."""
    with transaction.atomic():
        Case.objects.lock(processes=process_pk)
        yield


class CaseFlow(flow.Flow):
    """A procedure on a case. A released flow class is never changed in its nodes and never deleted:
    running processes are pinned to it; a new version is a new class. A step may get one more outcome,
    which changes nothing for whoever is on the way.

    `path` lists the steps of the plain course, in order, for trackers and estimates.
    """

    process_class = Process
    task_class = Step
    lock_impl = staticmethod(case_lock)
    procedure: ClassVar[str]
    path: ClassVar[tuple[str, ...]]

    def prepare(self, activation: Any, *, case: Case, act: Any) -> None:
        """Tie the new process and its first task to `case`."""
        process, task = activation.process, activation.task
        process.case, process.procedure, process.created, process.act = case, self.procedure, act.at, act
        process.round = case.processes.filter(procedure=self.procedure).count() + 1
        task.case, task.name, task.created = case, task.flow_task.name, act.at

    @classmethod
    def work_nodes(cls) -> list[Work]:
        """Return the steps that people, or the passing of days, do."""
        return [node for node in cls.instance.nodes() if isinstance(node, Work)]
