"""Reading QuickBooks: one change-data-capture request for all, paged queries for what was never read or is too old.

Sources: Intuit's pages on change data capture (30 days back, 1,000 objects, no pages; not TaxCode) and data queries.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING

import anyio

from hsqbo_pipeline.clients.pages import Page
from hsqbo_pipeline.clients.quickbooks.client import Changes, QuickBooksClient
from hsqbo_pipeline.clients.quickbooks.query_text import timestamp
from hsqbo_pipeline.extract.attempts import Attempt, attempt
from hsqbo_pipeline.extract.completeness import check_counted
from hsqbo_pipeline.extract.windows import Reading, read_since
from hsqbo_pipeline.model.names import QUICKBOOKS_COMPANY_OBJECTS, QUICKBOOKS_OBJECTS
from hsqbo_pipeline.store import mirror, reads
from hsqbo_pipeline.store.mirror import Gone, gone_stub
from hsqbo_pipeline.store.reads import MirrorState
from hsqbo_pipeline.store.staging import Staging

if TYPE_CHECKING:
    from hsqbo_pipeline.store.warehouse import Warehouse

SYSTEM = "quickbooks"
_SINGLES = ("CompanyInfo", "Preferences")  # one record each, asked in every run
_EVERY_RUN = ("TaxCode",)  # small, and not covered by change data capture
_CAPTURED = tuple(
    name for name in (*QUICKBOOKS_OBJECTS, *QUICKBOOKS_COMPANY_OBJECTS) if name not in (*_SINGLES, *_EVERY_RUN)
)
_CDC_REACH = timedelta(days=29)  # 30 by the book; a day less, because its clock is not ours


@dataclass
class QuickBooksRead:
    """One run's read of QuickBooks."""

    warehouse: Warehouse
    client: QuickBooksClient
    reading: Reading

    async def all(self) -> None:
        """Every entity and the company's settings. Failures are noted per entity; nothing outside our code raises."""
        states = reads.states(self.warehouse.con)
        since = {name: read_since(states.get((SYSTEM, name), MirrorState()), self.reading) for name in _CAPTURED}
        known = {name: watermark for name, watermark in since.items() if watermark is not None}
        now = await self._company()
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(self._attempt, "Preferences", self._single)
            for name in (*_EVERY_RUN, *(name for name, watermark in since.items() if watermark is None)):
                tasks.start_soon(self._attempt, name, self._whole)
            if known:
                tasks.start_soon(self._changed, known, now)

    async def _attempt(self, name: str, work: Callable[[Attempt], Awaitable[None]]) -> None:
        await attempt(self.warehouse, self.reading.run_id, SYSTEM, name, work, counted=self.reading.counted)

    async def _company(self) -> datetime | None:
        """CompanyInfo comes first: its answer tells QuickBooks' own time. None where it could not be read."""
        told: list[datetime] = []

        async def work(going: Attempt) -> None:
            await self._single(going)
            told.append(going.now)

        await self._attempt("CompanyInfo", work)
        return told[0] if told else None

    async def _single(self, going: Attempt) -> None:
        """CompanyInfo and Preferences are one record each."""
        answer = await (self.client.company_info() if going.name == "CompanyInfo" else self.client.preferences())
        going.landed(answer.raw, answer.time, answer.request_id)
        going.records = 1
        with Staging(self.warehouse.con, SYSTEM, going.name) as staged:
            staged.add([{"Id": "1", **answer.record}])
            self._keep(going, staged, [], whole=True)

    async def _whole(self, going: Attempt) -> None:
        """All rows of an entity, inactive ones included, and which mirrored rows are no longer among them."""
        with Staging(self.warehouse.con, SYSTEM, going.name) as staged:
            await _stage(going, staged, self.client.query_pages(going.name))
            if going.name in QUICKBOOKS_OBJECTS:
                await check_counted(self.client, going.name, len(staged.ids), going.now)
            gone = [Gone(each, "deleted") for each in staged.vanished()]
            self._keep(going, staged, gone, whole=True)

    async def _changed(self, since: Mapping[str, datetime], now: datetime | None) -> None:
        """What changed in entities that are known: by one CDC request, or by queries where that cannot tell all."""
        oldest = min(since.values())
        by_query = list(since)

        async def capture(going: Attempt) -> None:
            changes = await self.client.cdc(tuple(since), oldest)
            going.landed(changes.raw, changes.time, changes.request_id)
            by_query[:] = sorted(changes.truncated)
            self._keep_captured(changes, sorted(set(since) - changes.truncated))

        if now is None or now - oldest < _CDC_REACH:
            by_query.clear()
            await attempt(self.warehouse, self.reading.run_id, SYSTEM, "cdc", capture, covers=tuple(since))
        async with anyio.create_task_group() as tasks:
            for name in by_query:
                tasks.start_soon(self._attempt, name, partial(self._queried, since=since[name]))

    async def _queried(self, going: Attempt, since: datetime) -> None:
        """Changed rows by query, and deletions as the ids that are mirrored but not in QuickBooks."""
        name = going.name
        changed = self.client.query_pages(name, f"MetaData.LastUpdatedTime >= '{timestamp(since)}'")
        with Staging(self.warehouse.con, SYSTEM, name) as staged, Staging(self.warehouse.con, SYSTEM, name) as all_ids:
            await _stage(going, staged, changed)
            async for page in self.client.query_pages(name, columns="Id, MetaData.LastUpdatedTime"):
                going.landed(page.raw, page.time, page.request_id)
                all_ids.ids.update(str(record["Id"]) for record in page.records)
            await check_counted(self.client, name, len(all_ids.ids), going.now)
            gone = [Gone(each, "deleted") for each in all_ids.vanished()]
            self._keep(going, staged, gone, whole=False)

    def _keep_captured(self, changes: Changes, names: Sequence[str]) -> None:
        run_id = self.reading.run_id
        with self.warehouse.transaction() as con:
            for name in names:
                living, stubs = changes.records[name], changes.deleted[name]
                mirror.load(con, run_id, SYSTEM, name, living)
                mirror.mark_gone(con, run_id, SYSTEM, name, [gone_stub(stub) for stub in stubs])
                self._note(name, changes.time, whole=False, records=len(living) + len(stubs), requests=0)

    def _keep(self, going: Attempt, staged: Staging, gone: Sequence[Gone], *, whole: bool) -> None:
        with self.warehouse.transaction() as con:
            staged.merge(self.reading.run_id)
            mirror.mark_gone(con, self.reading.run_id, SYSTEM, going.name, gone)
            self._note(going.name, going.now, whole=whole, records=going.records, requests=going.requests)

    def _note(self, name: str, began: datetime, *, whole: bool, records: int, requests: int) -> None:
        con = self.warehouse.con
        watermark = began - self.reading.quickbooks_overlap
        reads.move(con, SYSTEM, name, watermark=watermark, read_at=began, whole=whole)
        reads.record(
            con,
            self.reading.run_id,
            SYSTEM,
            name,
            complete=True,
            read_at=began,
            records=records,
            requests=requests,
        )


async def _stage(going: Attempt, staged: Staging, pages: AsyncIterator[Page]) -> None:
    async for page in pages:
        staged.add(going.take(page).records)
