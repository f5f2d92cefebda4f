"""What an answer makes of our state: journal, mirror, links, tombstones and operations, in one transaction per answer."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from hsqbo_pipeline.apply import ties
from hsqbo_pipeline.apply.batches import Batch
from hsqbo_pipeline.apply.consequences import Consequences
from hsqbo_pipeline.apply.preread import STALE
from hsqbo_pipeline.apply.run import Run
from hsqbo_pipeline.apply.sending import Reply
from hsqbo_pipeline.apply.tasks import Entry, Task
from hsqbo_pipeline.clients.hubspot.faults import existing_id
from hsqbo_pipeline.errors import AuthenticationError, HsqboError, RecordError, RetryError, UncertainError
from hsqbo_pipeline.model.names import Entity, System
from hsqbo_pipeline.model.operations import StepAction
from hsqbo_pipeline.store import journal, mirror, plans
from hsqbo_pipeline.store.journal import Outcome
from hsqbo_pipeline.store.mirror import Gone

if TYPE_CHECKING:
    import duckdb


def settle(run: Run, batch: Batch, replies: Sequence[Reply]) -> None:
    """Keep the answers to one batch."""
    with run.warehouse.transaction() as con:
        journal.settle(con, [_outcome(run, reply) for reply in replies])
        confirmed = [reply for reply in replies if reply.error is None]
        _mirror(con, run, batch, confirmed)
        made = Consequences(run)
        for reply in confirmed:
            made.confirm(reply.entry.task, reply.entry.step.number, record_id(reply), reply.record)
        made.keep(con)
        for reply in replies:
            if reply.error is not None:
                _failed(run, reply.entry, reply.error)
        mark(con, [reply.entry.task for reply in replies])


def mark(con: duckdb.DuckDBPyConnection, tasks: Sequence[Task]) -> None:
    """Write the ends of operations that have come to one."""
    ended: dict[str, dict[str, Task]] = {}
    for task in tasks:
        if task.ended:
            ended.setdefault(task.plan_hash, {})[task.operation.operation_id] = task
    for plan_hash, found in ended.items():
        plans.mark(con, plan_hash, [task.as_done() for task in found.values()])


def record_id(reply: Reply) -> str | None:
    """The id of what a reply speaks of."""
    if reply.record is not None:
        return str(reply.record.get("id") or reply.record.get("Id") or reply.entry.target or "") or None
    return reply.entry.target


def _outcome(run: Run, reply: Reply) -> Outcome:
    write_id, at, error = reply.entry.write_id, run.now(), reply.error
    if error is None:
        return Outcome(write_id, "confirmed", at, target_id=record_id(reply), remote_request=reply.request_id)
    status = "uncertain" if isinstance(error, UncertainError) else "refused" if _final(error) else "abandoned"
    return Outcome(write_id, status, at, error.code, remote_request=error.request_id or reply.request_id)


def _final(error: HsqboError) -> bool:
    """Whether this answer is the last word: a stale token is tried once more, being turned away is no answer at all."""
    return isinstance(error, RecordError) and error.code != STALE


def _failed(run: Run, entry: Entry, error: HsqboError) -> None:
    task, system = entry.task, entry.step.system
    if isinstance(error, UncertainError):
        task.lost.add(entry.step.number)
    elif error.code == STALE:
        task.stale += 1
        if task.stale > 1:
            task.end("set_aside", STALE, {"system": system.value})
    elif isinstance(error, AuthenticationError | RetryError):
        task.end("waiting", error.code, {"system": system.value})
        if isinstance(error, AuthenticationError):
            run.stop_for(error, system, entry.step.object)
    else:
        task.end("refused", error.code, _slots(entry, error))


def _slots(entry: Entry, error: HsqboError) -> dict[str, Any]:
    """What the reason's sentence can tell; the error's own text was scrubbed by the client."""
    found: dict[str, Any] = {"system": entry.step.system.value, "object": entry.step.object, "id": entry.target}
    if isinstance(error, RecordError):
        found["short"] = error.detail
    holder = existing_id(error.message)
    if holder is not None:
        found |= {"holder": f"{entry.step.object} {holder}", "existing_id": holder}
    return {name: value for name, value in found.items() if value is not None}


def _mirror(con: duckdb.DuckDBPyConnection, run: Run, batch: Batch, confirmed: Sequence[Reply]) -> None:
    """What both systems now hold, as they answered."""
    records = [reply.record for reply in confirmed if reply.record is not None]
    run_id, system, name = run.situation.run_id, batch.system.value, batch.object
    if records:
        mirror.load_answer(con, run_id, system, name, records)
    if batch.system is System.HUBSPOT and batch.action is StepAction.CREATE:
        ties.made_with(con, run_id, [(reply.entry, found) for reply in confirmed if (found := record_id(reply))])
    if batch.system is System.HUBSPOT and batch.action is StepAction.ARCHIVE:
        gone = [Gone(str(reply.entry.target), "archived") for reply in confirmed]
        mirror.mark_gone(con, run_id, system, name, gone)


def waiting_code(task: Task) -> str:
    """What a record says that waits for another one."""
    return "PAY_NO_INVOICE" if task.operation.entity is Entity.PAYMENT else "INV_WAITING_PARENT"
