"""A wave: its operations advance step by step, both systems at the same time, until nothing more can go out."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import anyio

from hsqbo_pipeline.apply import recording
from hsqbo_pipeline.apply.consequences import Consequences
from hsqbo_pipeline.apply.delivery import deliver
from hsqbo_pipeline.apply.finding import recover
from hsqbo_pipeline.apply.references import Reference
from hsqbo_pipeline.apply.run import Key, Run
from hsqbo_pipeline.apply.tasks import Entry, Task, entry_of, wanted_partners
from hsqbo_pipeline.apply.uniqueness import CLAIMED, arrange
from hsqbo_pipeline.model.names import System
from hsqbo_pipeline.model.operations import LinkedId, StepAction

_CHANGES = (StepAction.UPDATE, StepAction.ARCHIVE, StepAction.DELETE, StepAction.VOID)


async def run_wave(run: Run, tasks: Sequence[Task]) -> None:
    """Carry out the operations of one wave; afterwards each has its end, in `operations` too."""
    arrange(tasks)
    run.know_partners(wanted_partners(tasks))
    _close_complete(run, tasks)
    while entries := _ready(run, tasks):
        async with anyio.create_task_group() as both:
            for system in System:
                mine = [entry for entry in entries if entry.step.system is system]
                if mine:
                    both.start_soon(deliver, run, system, mine)
        await recover(run, [entry.task for entry in entries])
        with run.warehouse.transaction() as con:
            recording.mark(con, [entry.task for entry in entries])
    for task in tasks:
        if not task.ended:
            _left(run, task)
    with run.warehouse.transaction() as con:
        recording.mark(con, tasks)


def _close_complete(run: Run, tasks: Iterable[Task]) -> None:
    """Operations without a request (a link that needs no mark), and those whose last answer came in an earlier run."""
    done = [task for task in tasks if task.complete and not task.ended]
    if done:
        with run.warehouse.transaction() as con:
            made = Consequences(run)
            for task in done:
                made.complete(task)
            made.keep(con)


def _ready(run: Run, tasks: Sequence[Task]) -> list[Entry]:
    """The requests that can go out now. One record is changed by one request at a time."""
    ended = {task.operation.operation_id: task for task in tasks if task.ended}
    coming = {key for task in tasks if not task.ended for key in task.makes}
    targets: set[tuple[str, str, str]] = set()
    found: list[Entry] = []
    for task in tasks:
        if task.ended or not _may_go(run, task, ended):
            continue
        for step in task.next_steps():
            entry, missing = entry_of(run, task, step)
            if missing:
                _missing(run, task, missing, coming)
                break
            target = (step.system.value, step.object, str(entry.target))
            if step.action in _CHANGES:
                if target in targets:
                    break
                targets.add(target)
            found.append(entry)
    return found


def _may_go(run: Run, task: Task, ended: dict[str, Task]) -> bool:
    """Whether a task may advance: such writes are taken, and whoever holds a value it wants has let go."""
    steps = task.next_steps()
    if not steps or run.held(steps[0]):
        return False
    for name, label in task.after.items():
        if name not in ended:
            return False
        if ended[name].status != "done":
            task.end("refused", CLAIMED, {"id": task.operation.source_id, "holder": label})
            return False
    return True


def _missing(run: Run, task: Task, missing: Sequence[Reference], coming: set[Key]) -> None:
    """End a task whose parent will not come; one that another task of the wave is about to make is waited for."""
    for reference in missing:
        if not isinstance(reference, LinkedId):
            continue
        key = (reference.entity, reference.system, reference.of)
        if key not in coming or key in task.makes:
            name = run.labels.get(key) or reference.of
            slots = {"parent": f"{reference.entity.value} {name}", "number": name}
            task.end("waiting", recording.waiting_code(task), slots)
            return


def _left(run: Run, task: Task) -> None:
    """Why a task got no further."""
    steps = task.next_steps()
    if task.lost:
        system = next((s.system for s in task.operation.steps if s.number in task.lost), task.operation.system)
        task.end("uncertain", "SYS_OUTCOME_UNCERTAIN", {"system": system.value})
    elif steps and (code := run.held(steps[0])):
        task.end("waiting", code, {"system": steps[0].system.value, "diff": "on another invoice"})
    else:
        task.end("waiting", recording.waiting_code(task), {"parent": task.operation.label})
