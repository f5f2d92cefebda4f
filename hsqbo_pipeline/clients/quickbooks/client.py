"""QuickBooks Online's accounting API, as far as the sync needs it (minor version 75).

Every method raises the errors of `hsqbo_pipeline.errors`; each answer carries Intuit's `intuit_tid`. Facts without a
note are Intuit's documentation; "recorded" means seen in recordings of the real sandbox.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import AsyncExitStack
from datetime import datetime
from typing import Literal

from hsqbo_pipeline.clients.limits import BATCH
from hsqbo_pipeline.clients.pages import Page, Probe, Record
from hsqbo_pipeline.clients.quickbooks.answers import (
    BatchAnswer,
    BatchItem,
    Changes,
    EntityAnswer,
    WriteOperation,
    changes_in,
    entity_in,
    envelope_time,
    missing_part,
    records_in,
)
from hsqbo_pipeline.clients.quickbooks.batch import BATCH_ITEMS, batch_answers, batch_body
from hsqbo_pipeline.clients.quickbooks.paging import Walk
from hsqbo_pipeline.clients.quickbooks.query_text import (
    LIST_ENTITIES,
    PAGE,
    conditions,
    in_chunks,
    is_in,
    select,
    timestamp,
)
from hsqbo_pipeline.clients.requests import RequestCounts
from hsqbo_pipeline.clients.transport import Answer, Call, Transport
from hsqbo_pipeline.clients.wire import write_json

REQUEST_ID_LENGTH = 50
OrderBy = Literal["MetaData.LastUpdatedTime", "Id"]
# Unique over all entries of the entity, so an answer can hold no more rows than values were asked for.
_UNIQUE = {("Customer", "DisplayName"), ("Vendor", "DisplayName"), ("Employee", "DisplayName"), ("Item", "Name")}


class QuickBooksClient:
    """One QuickBooks company (realm), through one transport. Safe for concurrent use within one event loop."""

    def __init__(self, realm: str, transport: Transport, *, minorversion: int = 75) -> None:
        self.realm = realm
        self._transport = transport
        self._minorversion = str(minorversion)
        # Parallel writes of list entries collide on QuickBooks' name locks (Intuit, batch documentation).
        self._list_writes = asyncio.Lock()

    @property
    def counts(self) -> RequestCounts:
        """Requests made so far."""
        return self._transport.counts

    async def aclose(self) -> None:
        """Close the connections."""
        await self._transport.aclose()

    # ---- reads -------------------------------------------------------------------------------------------------

    async def query_pages(
        self,
        entity: str,
        where: str | None = None,
        columns: str = "*",
        order_by: OrderBy = "MetaData.LastUpdatedTime",
        page: int = PAGE,
    ) -> AsyncIterator[Page]:
        """All rows of an entity that meet `where`, page by page; inactive list entries and an Item's Sku included.

        Ordered by last update, each page begins at the last time seen, not at an offset: a row that changes during the
        read moves to the end and is seen again with its newer content, and none is skipped. `records` leaves out rows
        already given; `raw` is the answer as it came. Ordered by Id it counts positions and starts anew if a deletion
        shifts them. Raises ValueError for a page below two rows.
        """
        walk = Walk(entity, where, columns, order_by, page)
        while walk.statement is not None:
            answer = await self._query(walk.statement, entity)
            fresh = walk.take(records_in(answer, entity))
            yield Page(answer.body, fresh, envelope_time(answer), answer.request_id)

    async def count(self, entity: str, where: str | None = None) -> int:
        """How many rows meet `where`, inactive list entries included."""
        answer = await self._query(f"SELECT COUNT(*) FROM {entity}{conditions(entity, where)}", entity)  # noqa: S608 - QuickBooks' own language; values are quoted
        response = answer.data.get("QueryResponse") if isinstance(answer.data, dict) else None
        total = response.get("totalCount") if isinstance(response, dict) else None
        if not isinstance(total, int):
            raise missing_part("totalCount", answer)
        return total

    async def query_in_pages(
        self, entity: str, name: str, values: Iterable[str], columns: str = "*"
    ) -> AsyncIterator[Page]:
        """Rows whose property `name` is one of `values`, inactive included; 1000 values a statement, sent by POST.

        Texts compare without regard to case. Only properties that Intuit lists as filterable can be asked for.
        """
        for chunk in in_chunks(values):
            where = conditions(entity, is_in(name, chunk))
            start = 1
            while True:
                answer = await self._query(select(entity, where, columns=columns, start=start), entity)
                rows = records_in(answer, entity)
                yield Page(answer.body, rows, envelope_time(answer), answer.request_id)
                start += len(rows)
                complete = name == "Id" or (entity, name) in _UNIQUE
                if len(rows) < PAGE or (complete and start > len(chunk)):
                    break

    async def query_in(self, entity: str, name: str, values: Iterable[str], columns: str = "*") -> list[Record]:
        """The records of `query_in_pages` in one list."""
        return [record async for page in self.query_in_pages(entity, name, values, columns) for record in page.records]

    async def cdc(self, entities: Sequence[str], since: datetime) -> Changes:
        """What changed in `entities` since then, deletions included, in one request.

        Looks back 30 days at most and answers 1000 objects at most, without further pages (Intuit). Older than that is
        refused; the code of that refusal is unknown, so decide by the clock before calling.
        """
        params = (("entities", ",".join(entities)), ("changedSince", timestamp(since)))
        answer = await self._get("cdc", params, "cdc")
        return changes_in(answer, tuple(entities), PAGE)

    async def get(self, entity: str, record_id: str) -> EntityAnswer:
        """One entity by id. Raises RecordError REF_REMOTE_GONE if there is none (HTTP 400, code 610; recorded)."""
        answer = await self._get(f"{entity.lower()}/{record_id}", (), f"read {entity}", entity)
        return entity_in(answer, entity)

    async def company_info(self) -> EntityAnswer:
        """Name, country, time zone and subscription of the company."""
        return entity_in(await self._get(f"companyinfo/{self.realm}", (), "companyinfo"), "CompanyInfo")

    async def preferences(self) -> EntityAnswer:
        """The company's settings: numbering, closing date, currencies, tax."""
        return entity_in(await self._get("preferences", (), "preferences"), "Preferences")

    async def probe(self) -> Probe:
        """Whether QuickBooks answers to our login, and as which company. Raises what stands in the way."""
        found = await self.company_info()
        name = str(found.record.get("CompanyName", ""))
        limits = dict(self._transport.limiter.allowance)
        return Probe("quickbooks", self.realm, name, found.time, found.request_id, found.record, limits)

    # ---- writes ------------------------------------------------------------------------------------------------

    async def post(
        self,
        entity: str,
        body: Record,
        operation: WriteOperation | None = None,
        *,
        requestid: str | None = None,
    ) -> EntityAnswer:
        """Create, update, delete or void one entity; the answer is the entity as it stands, or a stub when deleted.

        `requestid` (at most 50 characters): the same again replays the stored answer (python-quickbooks' sandbox
        tests); for how long is unknown, so it is no proof. Raises UncertainError when the write may have taken effect.
        """
        params: list[tuple[str, str]] = []
        if operation == "void" and entity in {"Payment", "SalesReceipt"}:
            params = [("operation", "update"), ("include", "void")]
            body = {**body, "sparse": True}
        elif operation in {"delete", "void"}:
            params = [("operation", operation)]
        call = Call(
            "POST",
            self._path(entity.lower()),
            f"{operation or 'write'} {entity}",
            write=True,
            params=self._params(params, requestid, REQUEST_ID_LENGTH),
            content=write_json(body),
            subject=entity,
        )
        return entity_in(await self._send_write(call, {entity}), entity)

    async def batch(self, items: Sequence[BatchItem], requestid: str | None = None) -> list[BatchAnswer]:
        """Up to 30 writes in one request; answers in the order of `items`, matched by bId.

        Items are carried out each on its own, in no promised order, and cannot refer to one another. requestid plus bId
        may have 50 characters together, so requestid takes at most 36 and each bId at most 10. An item that is not
        answered is an UncertainError. Raises when the request as a whole was refused or lost.
        """
        body = batch_body(items)
        call = Call(
            "POST",
            self._path("batch"),
            "batch",
            write=True,
            params=self._params([], requestid, REQUEST_ID_LENGTH - 14),
            content=body,
            kinds=(BATCH,),
            subject=items[0].entity,
        )
        answer = await self._send_write(call, {item.entity for item in items})
        return batch_answers(items, answer)

    # ---- plumbing ----------------------------------------------------------------------------------------------

    async def _query(self, statement: str, entity: str) -> Answer:
        """POSTed, not GET: no limit of length, and no `+` or `&` to get wrong."""
        call = Call(
            "POST",
            self._path("query"),
            f"query {entity}",
            write=False,
            params=self._params([], None, 0),
            content=statement.encode(),
            content_type="application/text",
            subject=entity,
            core_plus=1,
        )
        return await self._transport.send(call)

    async def _get(self, path: str, params: Sequence[tuple[str, str]], endpoint: str, entity: str = "") -> Answer:
        every = self._params(params, None, 0)
        return await self._transport.send(
            Call("GET", self._path(path), endpoint, write=False, params=every, subject=entity, core_plus=1)
        )

    async def _send_write(self, call: Call, entities: set[str]) -> Answer:
        async with AsyncExitStack() as held:
            if entities & LIST_ENTITIES:
                await held.enter_async_context(self._list_writes)
            return await self._transport.send(call)

    def _path(self, rest: str) -> str:
        return f"/v3/company/{self.realm}/{rest}"

    def _params(
        self, given: Sequence[tuple[str, str]], requestid: str | None, longest: int
    ) -> tuple[tuple[str, str], ...]:
        if requestid is None:
            return (*given, ("minorversion", self._minorversion))
        if len(requestid) > longest:
            raise ValueError(f"requestid {requestid!r} is longer than {longest} characters")
        return (*given, ("requestid", requestid), ("minorversion", self._minorversion))


__all__ = ["BATCH_ITEMS", "BatchAnswer", "BatchItem", "Changes", "EntityAnswer", "QuickBooksClient"]
