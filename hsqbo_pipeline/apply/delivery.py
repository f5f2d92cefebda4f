"""A batch on its way: sent, halved where one bad row refused it whole, and its answer kept whatever it says."""

from __future__ import annotations

from collections.abc import Sequence

import anyio

from hsqbo_pipeline.apply import recording, ties
from hsqbo_pipeline.apply.batches import ASSOCIATING, Batch, batches, chunks, groups, halves, intend, lanes
from hsqbo_pipeline.apply.preread import looked_at
from hsqbo_pipeline.apply.run import Run
from hsqbo_pipeline.apply.sending import Reply, send
from hsqbo_pipeline.apply.tasks import Entry
from hsqbo_pipeline.errors import (
    AuthenticationError,
    HsqboError,
    RateLimitError,
    RecordError,
    RemoteError,
    UncertainError,
)
from hsqbo_pipeline.model.names import System

# QuickBooks' codes for a request it could not read or carry out at all: size, unknown property, missing part, bad id.
_UNREADABLE = frozenset({"500", "1040", "2010", "2020", "2030"})


async def deliver(run: Run, system: System, entries: Sequence[Entry]) -> None:
    """Send everything of one system that is ready, kind by kind, until the system takes no more."""
    for group in groups(entries):
        for part in chunks([entry for entry in group if not entry.task.ended]):
            if run.held(part[0].step):
                break
            try:
                allowed = await looked_at(run, part)
            except HsqboError as error:
                run.stop_for(error, system, part[0].step.object)
                break
            planned = batches(run, [entry for entry in allowed if not entry.task.ended])
            if planned:
                intend(run, planned)
                await _all(run, planned, lanes(group))
                await _tied(run, [entry for entry in allowed if entry.step.number in entry.task.done])


async def _tied(run: Run, entries: Sequence[Entry]) -> None:
    """Associations that were made or undone enter the mirror as HubSpot now has them."""
    ends = [entry for entry in entries if entry.step.action in ASSOCIATING]
    if not ends:
        return
    first = ends[0]
    try:
        await ties.reread(run, first.step.object, str(first.body["to_object"]), [str(entry.target) for entry in ends])
    except HsqboError as error:
        run.progress("apply", f"associations could not be read again: {error.code}")


async def _all(run: Run, planned: Sequence[Batch], at_once: int) -> None:
    places = anyio.CapacityLimiter(at_once)

    async def one(batch: Batch) -> None:
        async with places:
            await _deliver(run, batch)
            run.answered(len(batch.entries))

    async with anyio.create_task_group() as tasks:
        for batch in planned:
            tasks.start_soon(one, batch)


async def _deliver(run: Run, batch: Batch) -> None:
    """One batch. Whatever comes back, each of its entries has its row in the journal afterwards."""
    code = run.held(batch.entries[0].step)
    if code is not None:
        not_sent = RemoteError("not sent: an earlier answer stopped this run's writes", code=code)
        recording.settle(run, batch, [Reply(entry, None, not_sent, None) for entry in batch.entries])
        return
    try:
        replies = await send(run, batch)
    except RecordError as error:
        if not _surely_nothing(batch, error):
            unclear = UncertainError(error.message, request_id=error.request_id, system=error.system)
            recording.settle(run, batch, _same(batch, unclear))
            return
        if len(batch.entries) > 1:
            for half in halves(run, batch):
                await _deliver(run, half)
            return
        replies = _same(batch, error)
    except (AuthenticationError, RateLimitError, RemoteError) as error:
        run.stop_for(error, batch.system, batch.object)
        replies = _same(batch, error)
    except UncertainError as error:
        replies = _same(batch, error)
        recording.settle(run, batch, replies)
        await _sign_of_life(run, batch.system)
        return
    recording.settle(run, batch, replies)


def _surely_nothing(batch: Batch, error: RecordError) -> bool:
    """Whether a batch that was refused as a whole surely took no effect, so that it may be sent in other pieces.

    HubSpot refuses before it writes. QuickBooks answers item by item; of what it says of a whole batch only complaints
    about the request itself mean that much: after "unexpected error, try again" objects have been seen to exist.
    """
    return batch.system is System.HUBSPOT or error.category in _UNREADABLE


def _same(batch: Batch, error: HsqboError) -> list[Reply]:
    return [Reply(entry, None, error, error.request_id) for entry in batch.entries]


async def _sign_of_life(run: Run, system: System) -> None:
    """After a lost answer: further writes only to a system that still answers."""
    try:
        await run.probe(system)
    except HsqboError as error:
        run.stop(system, error.code)
