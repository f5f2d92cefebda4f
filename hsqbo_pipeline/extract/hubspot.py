"""Reading HubSpot: each object on its own, all at once, under the client's limits.

Whole from the list endpoint (consistent, in ascending id), changed by search on the last-modified property. Invoices
are completed last: whatever they refer to that a lagging search has not shown yet is read by id.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import anyio

from hsqbo_pipeline.clients.hubspot.client import HubSpotClient
from hsqbo_pipeline.extract import portal
from hsqbo_pipeline.extract.attempts import Attempt, attempt
from hsqbo_pipeline.extract.completeness import check_listed
from hsqbo_pipeline.extract.merges import consumed
from hsqbo_pipeline.extract.ties import READ_WITH, stage_listed, stage_read
from hsqbo_pipeline.extract.vanished import deleted, find_out
from hsqbo_pipeline.extract.windows import Reading, read_since
from hsqbo_pipeline.model.names import HUBSPOT_OBJECTS
from hsqbo_pipeline.store import associations, mirror, reads
from hsqbo_pipeline.store.associations import StagedAssociations
from hsqbo_pipeline.store.mirror import Gone
from hsqbo_pipeline.store.reads import MirrorState
from hsqbo_pipeline.store.staging import Staging, moment

if TYPE_CHECKING:
    from hsqbo_pipeline.store.warehouse import Warehouse

SYSTEM = "hubspot"
_INVOICES = "invoices"
_LINES = "line_items"


@dataclass
class HubSpotRead:
    """One run's read of HubSpot."""

    warehouse: Warehouse
    client: HubSpotClient
    reading: Reading
    others_read: anyio.Event = field(default_factory=anyio.Event)

    async def all(self) -> None:
        """Every object and the portal's settings. Failures are noted per object; nothing outside our code raises."""
        states = reads.states(self.warehouse.con)
        async with anyio.create_task_group() as everything:
            everything.start_soon(self._object, _INVOICES, states)
            everything.start_soon(portal.read_portal, self.warehouse, self.client, self.reading)
            async with anyio.create_task_group() as others:
                for name in HUBSPOT_OBJECTS:
                    if name != _INVOICES:
                        others.start_soon(self._object, name, states)
            self.others_read.set()

    async def _object(self, name: str, states: dict[tuple[str, str], MirrorState]) -> None:
        since = read_since(states.get((SYSTEM, name), MirrorState()), self.reading, self.reading.properties[name])

        async def work(going: Attempt) -> None:
            if since is None:
                await self._whole(going)
            else:
                await self._changed(going, since)

        await attempt(self.warehouse, self.reading.run_id, SYSTEM, name, work, counted=self.reading.counted)

    async def _whole(self, going: Attempt) -> None:
        """Everything the list endpoint has, and what became of mirrored records it no longer has."""
        con, name, properties = self.warehouse.con, going.name, self.reading.properties[going.name]
        cut_off: dict[str, list[str]] = {}
        with Staging(con, SYSTEM, name) as staged, StagedAssociations(con, name) as ties:
            merged: list[Gone] = []
            async for page in self.client.list_pages(name, properties, READ_WITH.get(name, ())):
                going.take(page)
                staged.add(page.records)
                merged += consumed(page.records)
                for record in page.records:
                    for to in stage_listed(ties, name, record):
                        cut_off.setdefault(to, []).append(str(record["id"]))
            for to, ids in cut_off.items():
                await self._read_ties(going, ties, to, ids)
            await check_listed(self.client, name, staged.ids, going.now)
            gone = await find_out(self.client, name, sorted(set(staged.vanished()) - {each.id for each in merged}))
            self._keep(going, staged, ties, [*merged, *gone], whole=True)

    async def _changed(self, going: Attempt, since: datetime) -> None:
        """What search says was modified since the watermark, with its associations."""
        con, name, properties = self.warehouse.con, going.name, self.reading.properties[going.name]
        with Staging(con, SYSTEM, name) as staged, StagedAssociations(con, name) as ties:
            merged: list[Gone] = []
            recent: list[str] = []
            async for page in self.client.search_pages(name, [[modified_since(name, since)]], properties):
                going.take(page)
                staged.add(page.records)
                merged += consumed(page.records)
                recent += _modified_after(page.records, going.now - self.reading.hubspot_overlap)
            for to in READ_WITH.get(name, ()):
                links = await self._read_ties(going, ties, to, sorted(staged.ids))
                if name == _INVOICES and links:
                    await self._complete(going, to, links, set(recent))
            gone = await deleted(self.client, con, name, staged.ids)
            self._keep(going, staged, ties, [*merged, *gone], whole=False)

    async def _read_ties(
        self, going: Attempt, ties: StagedAssociations, to: str, ids: Sequence[str]
    ) -> dict[str, list[str]]:
        """Associations of `ids`; the associated ids by the one asked."""
        if not ids:
            return {}
        found = await self.client.associations_read(going.name, to, ids)
        for page in found.pages:
            going.landed(page.raw, page.time, page.request_id)
        stage_read(ties, to, found.links)
        return {from_id: [each.id for each in links] for from_id, links in found.links.items()}

    async def _complete(self, going: Attempt, to: str, links: dict[str, list[str]], recent: set[str]) -> None:
        """Read by id what changed invoices refer to and the mirror has not got, and all lines of the newest ones.

        Search lags: it may show an invoice before its line, and an invoice of this minute with a line of the last.
        """
        await self.others_read.wait()
        wanted = {each for ids in links.values() for each in ids}
        known = mirror.live(self.warehouse.con, SYSTEM, to, sorted(wanted))
        fresh = {each for from_id in recent if to == _LINES for each in links.get(from_id, ())}
        missing = sorted((wanted - known) | (wanted & fresh))
        if not missing:
            return
        found = await self.client.batch_read(to, missing, self.reading.properties[to])
        for page in found.pages:
            going.landed(page.raw, page.time, page.request_id)
        with self.warehouse.transaction() as con:
            mirror.load(con, self.reading.run_id, SYSTEM, to, found.records)

    def _keep(
        self, going: Attempt, staged: Staging, ties: StagedAssociations, gone: Sequence[Gone], *, whole: bool
    ) -> None:
        run_id, name = self.reading.run_id, going.name
        with self.warehouse.transaction() as con:
            staged.merge(run_id, consistent=whole)
            ties.merge(run_id)
            news = mirror.mark_gone(con, run_id, SYSTEM, name, gone)
            associations.follow_merges(con, run_id, name, news, READ_WITH.get(name, ()))
            reads.move(
                con,
                SYSTEM,
                name,
                watermark=going.now - self.reading.hubspot_overlap,
                read_at=going.now,
                whole=whole,
                properties=self.reading.properties[name],
            )
            reads.record(
                con,
                run_id,
                SYSTEM,
                name,
                complete=True,
                read_at=going.now,
                records=going.records,
                requests=going.requests,
            )


def modified_since(name: str, since: datetime) -> dict[str, str]:
    """The filter for changed records. Contacts keep their time in a property of another name than all other objects."""
    milliseconds = (since - datetime.fromtimestamp(0, since.tzinfo)) // timedelta(milliseconds=1)
    stamp = "lastmodifieddate" if name == "contacts" else "hs_lastmodifieddate"
    return {"propertyName": stamp, "operator": "GTE", "value": str(milliseconds)}


def _modified_after(records: Iterable[dict[str, object]], moment_: datetime) -> list[str]:
    return [str(record["id"]) for record in records if (moment(record.get("updatedAt")) or moment_) >= moment_]
