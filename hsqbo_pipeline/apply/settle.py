"""Before anything new is sent: what became of every request whose answer this house never got.

A creation is looked for on the other side, a change by what stands in its target now. Found means confirmed, exactly as
if it had been answered; not found means that the record is simply still due. The rest of a half-done operation is then
sent, so that an invoice never stays without its lines.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import anyio

from hsqbo_pipeline.apply import afterwards, finding, history, setup
from hsqbo_pipeline.apply.run import Run
from hsqbo_pipeline.apply.standing import settle_changes
from hsqbo_pipeline.apply.tasks import Task
from hsqbo_pipeline.apply.waves import run_wave
from hsqbo_pipeline.apply.writer import tasks_of
from hsqbo_pipeline.clients.pair import Clients
from hsqbo_pipeline.core.decisions import Situation
from hsqbo_pipeline.core.tables import Row, Statements
from hsqbo_pipeline.errors import HsqboError
from hsqbo_pipeline.model.names import System
from hsqbo_pipeline.model.operations import Wave
from hsqbo_pipeline.model.rules import Mode
from hsqbo_pipeline.store import journal
from hsqbo_pipeline.store.journal import Outcome

if TYPE_CHECKING:
    from hsqbo_pipeline.store.warehouse import Warehouse

SQL = Statements(Path(__file__).parent / "sql")
# A request may still be worked on by the other side for as long as its edge lets it (QuickBooks 120 s, HubSpot 100 s).
STILL_UNDER_WAY = timedelta(seconds=120)


@dataclass(frozen=True)
class SettleResult:
    """What became of open requests. `left` could not be looked up, with the code why, by system; `resumed` operations
    were taken to their end."""

    confirmed: int = 0
    abandoned: int = 0
    resumed: int = 0
    left: dict[System, str] = field(default_factory=dict)


async def settle(
    warehouse: Warehouse,
    clients: Clients,
    situation: Situation,
    *,
    may_write: bool | None = None,
    sleep: Callable[[float], object] | None = None,
) -> SettleResult:
    """Settle every open journal entry, by reads alone; then carry half-done operations on, if `may_write`. What people
    lost to changes of a run that died is told (H30).

    By default that is so unless the rules say `observe`: what is carried on was approved when it was begun.

    Where a request may still be under way (it was sent less than two minutes ago, and not into a sandbox), it is waited
    for before "not found" is believed. `sleep` is awaited with the seconds.
    """
    run = Run(warehouse, clients, situation)
    entries = finding.parsed(journal.open_entries(warehouse.con))
    if entries:
        setup.remember_known(run)
        tasks = _tasks(run, entries)
        await _wait(run, entries, sleep or anyio.sleep)
        for system in System:
            try:
                await _settle_system(run, system, tasks)
            except HsqboError as error:
                run.stop(system, error.code)
    confirmed, abandoned = _counts(run, entries)
    observing = situation.rules.mode_in(situation.environment) is Mode.OBSERVE
    resumed = await _resume(run) if (not observing if may_write is None else may_write) else 0
    await history.check(run)
    return SettleResult(confirmed, abandoned, resumed, dict(run.stopped))


def _counts(run: Run, entries: Sequence[Row]) -> tuple[int, int]:
    """How many of the open entries are confirmed now, and how many were let go."""
    ids = sorted({row["operation_id"] for row in entries})
    now = SQL.rows(run.warehouse.con, "journal_of_operations", ids=ids) if ids else []
    status = {row["write_id"]: row["status"] for row in now}
    found = [status[row["write_id"]] for row in entries]
    return found.count("confirmed"), found.count("abandoned")


def _tasks(run: Run, entries: Sequence[Row]) -> dict[str, Task]:
    """The operations that the open entries belong to, by id."""
    found: dict[str, Task] = {}
    for row in entries:
        if row["operation_id"] not in found:
            plan_hash = str((row["on_done"] or {}).get("plan") or "")
            rows = SQL.rows(run.warehouse.con, "plan_of_journal", operation_id=row["operation_id"], plan_hash=plan_hash)
            for task in tasks_of(run, rows):
                found[row["operation_id"]] = task
    return found


async def _wait(run: Run, entries: Sequence[Row], sleep: Callable[[float], object]) -> None:
    """Give a request that was just sent the time it may take to arrive."""
    if run.situation.environment == "sandbox":
        return
    newest: datetime = max(row["intended_at"] for row in entries)
    rest = (STILL_UNDER_WAY - (run.now() - newest)).total_seconds()
    if rest > 0:
        waited = sleep(rest)
        if hasattr(waited, "__await__"):
            await waited


async def _settle_system(run: Run, system: System, tasks: dict[str, Task]) -> None:
    """Look up one system's open entries: creations first, by step, for a child is looked for at its parent."""
    entries = [row for row in finding.parsed(journal.open_entries(run.warehouse.con)) if row["system"] == system.value]
    creations = [row for row in entries if row["action"] == "create"]
    found = await finding.FINDERS[system](run, creations) if creations else {}
    hits = [(row, found[row["write_id"]]) for row in creations if row["write_id"] in found]
    finding.keep(run, [(row, tasks.get(row["operation_id"]), record) for row, record in hits])
    await finding.read_ties(run, hits)
    missed = [row for row in creations if row["write_id"] not in found]
    abandon(run, missed, tasks)
    await settle_changes(run, system, [row for row in entries if row["action"] != "create"], tasks)


def abandon(run: Run, rows: Sequence[Row], tasks: dict[str, Task]) -> None:
    """These never took effect: their records stay due, under the same names."""
    with run.warehouse.transaction() as con:
        journal.settle(con, [Outcome(row["write_id"], "abandoned", run.now()) for row in rows])
    for row in rows:
        task = tasks.get(row["operation_id"])
        if task is not None:
            task.lost.discard(int(row["step"]))


async def _resume(run: Run) -> int:
    """Carry on what was begun: operations of which something is confirmed and something was never sent."""
    begun = tasks_of(run, SQL.rows(run.warehouse.con, "begun"))
    begun = [task for task in begun if not task.ended and not task.lost]
    if begun:
        await setup.prepare(run, [task.operation for task in begun])
    for wave in Wave:
        mine = [task for task in begun if task.operation.wave is wave]
        if mine:
            await run_wave(run, mine)
            await afterwards.after_wave(run, mine)
    return sum(task.status == "done" for task in begun)
