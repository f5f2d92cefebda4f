"""Carrying out an approved plan: waves in order, each request journalled before it goes out, each answer kept at once.

Killed anywhere and started again, it sends nothing twice: what the journal knows as confirmed is taken as done, and what
it knows as sent without an answer is left to `settle`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from hsqbo_pipeline.apply import afterwards, history, setup
from hsqbo_pipeline.apply.run import Key, Progress, Run
from hsqbo_pipeline.apply.tasks import Task, take_up
from hsqbo_pipeline.apply.waves import run_wave
from hsqbo_pipeline.clients.pair import Clients
from hsqbo_pipeline.core.decisions import Situation
from hsqbo_pipeline.core.tables import Row, Statements
from hsqbo_pipeline.model.names import Entity, System
from hsqbo_pipeline.model.operations import Wave
from hsqbo_pipeline.model.progress import Counted, unwatched
from hsqbo_pipeline.store import journal, plans
from hsqbo_pipeline.store.operation_rows import operation_of

if TYPE_CHECKING:
    from hsqbo_pipeline.store.warehouse import Warehouse

SQL = Statements(Path(__file__).parent / "sql")


@dataclass(frozen=True)
class ApplyResult:
    """What became of the operations: how many by (entity, system, action, status); which systems stopped, and why.

    `closed` names objects of a system that our login may not write. `overwritten` counts values of people in HubSpot
    that fell between our look and our write. `tax_recalculated`: QuickBooks worked a tax out anew, so that no invoice may
    be changed there any more in this run.
    """

    counts: Mapping[tuple[str, str, str, str], int] = field(default_factory=dict)
    stopped: Mapping[System, str] = field(default_factory=dict)
    closed: Mapping[tuple[System, str], str] = field(default_factory=dict)
    overwritten: int = 0
    tax_recalculated: bool = False

    def total(self, status: str) -> int:
        """How many operations came to this end."""
        return sum(count for key, count in self.counts.items() if key[3] == status)


async def apply(
    warehouse: Warehouse,
    clients: Clients,
    plan_hash: str,
    situation: Situation,
    *,
    waves: Iterable[Wave] = tuple(Wave),
    on_progress: Progress | None = None,
    counted: Counted = unwatched,
) -> ApplyResult:
    """Write the planned operations of a plan (of some waves of it). Raises only for what is wrong in our own house.

    Refusals, waits and lost answers are ends of operations, in `operations`; a system that stops answering leaves the
    rest of its operations waiting with the code that says why.
    """
    run = Run(warehouse, clients, situation, progress=on_progress or (lambda _stage, _said: None), counted=counted)
    wanted = {wave.value for wave in waves}
    rows = plans.operation_rows(warehouse.con, plan_hash)
    run.labels = _labels(rows)
    planned = [row for row in rows if row["status"] == "planned" and row["wave"] in wanted]
    tasks = tasks_of(run, planned)
    if not tasks:
        return ApplyResult()
    await setup.prepare(run, [task.operation for task in tasks])
    _hold_unsettled(run)
    for wave in Wave:
        mine = [task for task in tasks if task.operation.wave is wave]
        if mine:
            run.progress("apply", f"{wave.value}: {len(mine)} operations")
            run.begin(wave.value, sum(len(task.operation.steps) for task in mine))
            if wave is Wave.FIGURES:
                await afterwards.check_figures(run, mine)
            await run_wave(run, mine)
            await afterwards.after_wave(run, mine)
    overwritten = await history.check(run)
    return ApplyResult(_counts(tasks), dict(run.stopped), dict(run.closed), overwritten, run.tax_recalculated)


def _labels(rows: Sequence[Row]) -> dict[Key, str]:
    """What people call the records that the plan's references speak of."""
    return {
        (Entity(row["entity"]), System(row["system"]), row["source_id"]): row["label"] for row in rows if row["label"]
    }


def tasks_of(run: Run, rows: Sequence[Row]) -> list[Task]:
    """Rows of `operations` as tasks, each with what the journal knows of it."""
    tasks = [Task(operation_of(row), row["plan_hash"]) for row in rows]
    ids = [task.operation.operation_id for task in tasks]
    entries: dict[str, list[Row]] = {}
    for entry in SQL.rows(run.warehouse.con, "journal_of_operations", ids=ids) if ids else []:
        entries.setdefault(entry["operation_id"], []).append(entry)
    for task in tasks:
        take_up(task, entries.get(task.operation.operation_id, ()))
    return tasks


def _hold_unsettled(run: Run) -> None:
    """Nothing new goes to a system from which an earlier run still awaits an answer (`settle` could not get one)."""
    for entry in journal.open_entries(run.warehouse.con):
        if entry["run_id"] != run.situation.run_id:
            run.stop(System(entry["system"]), "SYS_OUTCOME_UNCERTAIN")


def _counts(tasks: Sequence[Task]) -> dict[tuple[str, str, str, str], int]:
    return dict(
        Counter(
            (task.operation.entity.value, task.operation.system.value, task.operation.action.value, task.status)
            for task in tasks
        )
    )
