"""Requests put together: groups of one kind, batches of the size each API takes, their names, and their journal rows."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from hsqbo_pipeline.apply.run import Run
from hsqbo_pipeline.apply.tasks import Entry
from hsqbo_pipeline.model.names import System
from hsqbo_pipeline.model.operations import StepAction, fingerprint
from hsqbo_pipeline.store import journal

ASSOCIATING = (StepAction.ASSOCIATE, StepAction.DISSOCIATE)
_LIST_ENTITIES = frozenset({"Customer", "Item"})
# Targets are read this many at a time before they are changed: HubSpot's as few as its lanes write at once, for it has
# nothing but the look; QuickBooks' as many as a query answers, for its token protects them.
_LOOK = {System.HUBSPOT: 300, System.QUICKBOOKS: 990}
_CREATE = 3000
_LANES = 3
# Records in one request, as many as each API takes (HubSpot's batch endpoints, QuickBooks' batch operation), and ends of
# associations (HubSpot's association batches).
LARGEST = {System.HUBSPOT: 100, System.QUICKBOOKS: 30}
_ENDS = 2000


@dataclass(frozen=True)
class Batch:
    """One request. `request_id` is sent to QuickBooks as requestid; its members' bIds are their positions."""

    system: System
    object: str
    action: StepAction
    entries: tuple[Entry, ...]
    request_id: str


def groups(entries: Iterable[Entry]) -> list[list[Entry]]:
    """Entries of one kind together: equal system, object and action, for associations also the other end."""
    found: dict[tuple[Any, ...], list[Entry]] = {}
    for entry in entries:
        step = entry.step
        other = entry.body.get("to_object") if step.action in ASSOCIATING else None
        found.setdefault((step.system, step.object, step.action, other), []).append(entry)
    return list(found.values())


def chunks(group: Sequence[Entry]) -> Iterator[list[Entry]]:
    """Parts of a group that are looked at, journalled and sent together."""
    if not group:
        return
    first = group[0].step
    quiet = first.action in (StepAction.CREATE, *ASSOCIATING)
    size = _CREATE if quiet else _LOOK[first.system]
    for start in range(0, len(group), size):
        yield list(group[start : start + size])


def lanes(group: Sequence[Entry]) -> int:
    """How many batches of a group may be on their way at once.

    QuickBooks' list entries collide on their names, and invoices that exist are changed one batch after the other, so
    that a tax worked out anew stops the rest.
    """
    first = group[0].step
    careful = first.object in _LIST_ENTITIES or (first.object == "Invoice" and first.action is StepAction.UPDATE)
    return 1 if careful else _LANES


def batches(run: Run, entries: Sequence[Entry]) -> list[Batch]:
    """Entries of one group as requests."""
    if not entries:
        return []
    first = entries[0].step
    size = _ENDS if first.action in ASSOCIATING else LARGEST[first.system]
    return [batch_of(run, entries[start : start + size]) for start in range(0, len(entries), size)]


def batch_of(run: Run, entries: Sequence[Entry]) -> Batch:
    """One request of these entries.

    A creation is named by its members alone: should it arrive twice, QuickBooks answers the second with the first. A
    change is named by its run and try as well, or an answer of long ago would be replayed for new content.
    """
    first = entries[0].step
    names = [entry.write_id for entry in entries]
    if first.action is not StepAction.CREATE:
        names += [run.situation.run_id, *(str(entry.task.stale) for entry in entries)]
    request_id = hashlib.sha256("\x1f".join(names).encode()).hexdigest()[:32]
    return Batch(first.system, first.object, first.action, tuple(entries), request_id)


def journal_rows(run: Run, batch: Batch) -> list[dict[str, Any]]:
    """The rows of a batch that is about to be sent."""
    return [_row(run, batch, position, entry) for position, entry in enumerate(batch.entries)]


def _row(run: Run, batch: Batch, position: int, entry: Entry) -> dict[str, Any]:
    operation = entry.task.operation
    key = (operation.entity, operation.source_system, operation.source_id)
    return {
        "write_id": entry.write_id,
        "operation_id": operation.operation_id,
        "step": entry.step.number,
        "sequence": run.situation.sequences.get(key, 0),
        "run_id": run.situation.run_id,
        "entity": operation.entity.value,
        "source_system": operation.source_system.value,
        "source_id": operation.source_id,
        "system": batch.system.value,
        "object": batch.object,
        "action": batch.action.value,
        "target_id": entry.target,
        "body": entry.body,
        "before": entry.seen or dict(entry.step.before),
        "find": entry.find,
        "on_done": {**operation.on_done, "plan": entry.task.plan_hash},
        "request_id": batch.request_id,
        "batch_id": batch.request_id,
        "position": position,
        "intended_at": run.now(),
        "payload_hash": fingerprint(entry.body),
    }


def intend(run: Run, planned: Sequence[Batch]) -> None:
    """Commit the intents of all these batches, before the first of them is sent."""
    with run.warehouse.transaction() as con:
        journal.intend(con, [row for batch in planned for row in journal_rows(run, batch)])


def halves(run: Run, batch: Batch) -> tuple[Batch, Batch]:
    """A batch that was refused as a whole, in two; nothing of it was written. The journal learns the new shape."""
    middle = len(batch.entries) // 2
    parts = batch_of(run, batch.entries[:middle]), batch_of(run, batch.entries[middle:])
    with run.warehouse.transaction() as con:
        journal.regroup(
            con,
            [
                (entry.write_id, part.request_id, part.request_id, position)
                for part in parts
                for position, entry in enumerate(part.entries)
            ],
        )
    return parts
