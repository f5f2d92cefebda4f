"""Changes whose answer was lost: the target says what stands there now.

An ending (archived, deleted, voided) that shows is confirmed. Any other change is let go: its target enters the mirror
as it is, and the next comparison finds it agreed or still due.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from hsqbo_pipeline.apply import recording, ties
from hsqbo_pipeline.apply.consequences import Consequences
from hsqbo_pipeline.apply.run import Run
from hsqbo_pipeline.apply.tasks import Task
from hsqbo_pipeline.clients.pages import Record
from hsqbo_pipeline.core.tables import Row
from hsqbo_pipeline.mapping.paths import value_at
from hsqbo_pipeline.mapping.properties import hubspot_properties
from hsqbo_pipeline.model.names import HUBSPOT_OBJECTS, System
from hsqbo_pipeline.model.operations import StepAction
from hsqbo_pipeline.store import journal, mirror, reads
from hsqbo_pipeline.store.journal import Outcome
from hsqbo_pipeline.store.mirror import Gone

_ASSOCIATING = (StepAction.ASSOCIATE.value, StepAction.DISSOCIATE.value)


async def settle_changes(run: Run, system: System, rows: Sequence[Row], tasks: Mapping[str, Task]) -> None:
    """Settle lost changes of one system. Raises what the clients raise."""
    plain = [row for row in rows if row["action"] not in _ASSOCIATING]
    for name in dict.fromkeys(row["object"] for row in plain):
        mine = [row for row in plain if row["object"] == name]
        records = await _read(run, system, name, [str(row["target_id"]) for row in mine])
        for row in mine:
            _conclude(run, row, records.get(str(row["target_id"])), tasks.get(row["operation_id"]))
    for ends in dict.fromkeys((row["object"], str(row["body"]["to_object"])) for row in rows if row not in plain):
        mine = [row for row in rows if (row["object"], row["body"].get("to_object")) == ends]
        await ties.reread(run, *ends, [str(row["target_id"]) for row in mine])
        for row in mine:
            _let_go(run, row, tasks.get(row["operation_id"]))


async def _read(run: Run, system: System, name: str, ids: Sequence[str]) -> dict[str, Record]:
    """The targets as they are now, whole, into the mirror; what is not there any more is marked so."""
    if system is System.QUICKBOOKS:
        records = await run.clients.quickbooks.query_in(name, "Id", ids)
        there = {str(record["Id"]): record for record in records}
        gone = [Gone(each, "deleted") for each in ids if each not in there]
    else:
        found = await run.clients.hubspot.batch_read(name, ids, _properties(run, name))
        there = {str(record["id"]): record for record in found.records}
        gone = [Gone(each, "archived") for each in found.missing]
        gone += [Gone(old, "merged", merged_into=new) for old, new in found.moved.items()]
    with run.warehouse.transaction() as con:
        known = mirror.live(con, system.value, name, list(ids))
        kept = [record for found_id, record in there.items() if found_id in known]
        mirror.load_answer(con, run.situation.run_id, system.value, name, kept)
        mirror.mark_gone(con, run.situation.run_id, system.value, name, gone)
    return there


def _properties(run: Run, name: str) -> tuple[str, ...]:
    state = reads.states(run.warehouse.con).get((System.HUBSPOT.value, name))
    if state and state.properties:
        return state.properties
    return hubspot_properties(name) if name in HUBSPOT_OBJECTS else ()


def _conclude(run: Run, row: Row, record: Record | None, task: Task | None) -> None:
    if not _ended(row["action"], record):
        _let_go(run, row, task)
        return
    with run.warehouse.transaction() as con:
        journal.settle(con, [Outcome(row["write_id"], "confirmed", run.now(), target_id=row["target_id"])])
        if task is not None:
            made = Consequences(run)
            made.confirm(task, int(row["step"]), str(row["target_id"]), record)
            made.keep(con)
            recording.mark(con, [task])


def _ended(action: str, record: Record | None) -> bool:
    """Whether an ending shows."""
    if action in (StepAction.ARCHIVE.value, StepAction.DELETE.value):
        return record is None or record.get("Active") is False or bool(record.get("archived"))
    if action != StepAction.VOID.value:
        return False
    return record is not None and _is_zero(record.get("TotalAmt")) and _is_zero(value_at(record, "Balance"))


def _is_zero(value: Any) -> bool:
    return value is None or not value


def _let_go(run: Run, row: Row, task: Task | None) -> None:
    with run.warehouse.transaction() as con:
        journal.settle(con, [Outcome(row["write_id"], "abandoned", run.now())])
    if task is not None:
        task.lost.discard(int(row["step"]))
