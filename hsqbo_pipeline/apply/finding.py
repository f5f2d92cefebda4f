"""Looking for a creation whose answer was lost: by mark or natural key, in reads that are consistent, never by search."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import orjson

from hsqbo_pipeline.apply import finding_hubspot, finding_quickbooks, recording, ties
from hsqbo_pipeline.apply.consequences import Consequences
from hsqbo_pipeline.apply.run import Run
from hsqbo_pipeline.apply.tasks import Task
from hsqbo_pipeline.clients.pages import Record
from hsqbo_pipeline.core.tables import Row
from hsqbo_pipeline.errors import HsqboError
from hsqbo_pipeline.model.names import System
from hsqbo_pipeline.store import journal, mirror
from hsqbo_pipeline.store.journal import Outcome

FINDERS = {System.HUBSPOT: finding_hubspot.find, System.QUICKBOOKS: finding_quickbooks.find}
_JSON = ("body", "before", "find", "on_done")


def parsed(rows: Iterable[Row]) -> list[Row]:
    """Journal rows with their JSON columns as plain data."""
    return [{**row, **{name: orjson.loads(row[name]) if row[name] else None for name in _JSON}} for row in rows]


async def recover(run: Run, tasks: Sequence[Task]) -> None:
    """Look up what a round left without an answer, so that what was made is known and its operation can go on.

    What is not found stays uncertain: it may still arrive. The next run looks again before it sends anything.
    """
    lost = {task.operation.operation_id: task for task in tasks if task.lost}
    if not lost:
        return
    rows = [row for row in parsed(journal.open_entries(run.warehouse.con)) if row["operation_id"] in lost]
    for system in System:
        mine = [row for row in rows if row["system"] == system.value and row["action"] == "create"]
        if not mine or system in run.stopped:
            continue
        try:
            found = await FINDERS[system](run, mine)
        except HsqboError as error:
            run.stop(system, error.code)
            continue
        keep(
            run, [(row, lost[row["operation_id"]], found[row["write_id"]]) for row in mine if row["write_id"] in found]
        )
        await read_ties(run, [(row, found[row["write_id"]]) for row in mine if row["write_id"] in found])


def keep(run: Run, found: Sequence[tuple[Row, Task | None, Record]]) -> None:
    """What was found is confirmed exactly as if it had been answered."""
    if not found:
        return
    with run.warehouse.transaction() as con:
        outcomes = [
            Outcome(row["write_id"], "confirmed", run.now(), target_id=_id(record)) for row, _task, record in found
        ]
        journal.settle(con, outcomes)
        made = Consequences(run)
        for system, name in dict.fromkeys((row["system"], row["object"]) for row, _task, _record in found):
            records = [record for row, _task, record in found if (row["system"], row["object"]) == (system, name)]
            mirror.load_answer(con, run.situation.run_id, system, name, records)
        for row, task, record in found:
            if task is not None:
                made.confirm(task, int(row["step"]), _id(record), record)
        made.keep(con)
        recording.mark(con, [task for _row, task, _record in found if task is not None])


async def read_ties(run: Run, found: Sequence[tuple[Row, Record]]) -> None:
    """The associations of what was found in HubSpot, with whatever it was made for."""
    asked: dict[tuple[str, str], list[str]] = {}
    for row, record in found:
        parent = (row["find"] or {}).get("parent")
        if row["system"] == System.HUBSPOT.value and parent:
            asked.setdefault((row["object"], str(parent[0])), []).append(_id(record))
    for (from_, to), ids in asked.items():
        await ties.reread(run, from_, to, ids)


def _id(record: Record) -> str:
    found: Any = record.get("id") or record.get("Id")
    return str(found)
