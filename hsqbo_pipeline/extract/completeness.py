"""Whether a read that looks whole is whole. Nothing rests on a partial picture: records would be made twice from it."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from hsqbo_pipeline.clients.hubspot.client import HubSpotClient
from hsqbo_pipeline.clients.quickbooks.client import QuickBooksClient
from hsqbo_pipeline.clients.quickbooks.query_text import timestamp
from hsqbo_pipeline.errors import RemoteError
from hsqbo_pipeline.store.reads import INCOMPLETE
from hsqbo_pipeline.store.staging import moment

_SEARCH_PAGE = 200


def truncated(system: str, name: str, got: int, expected: int) -> RemoteError:
    """The error for a read that ended too early."""
    said = f"{system} gave {got} of {expected} {name}; nothing rests on a partial picture. The next run reads again."
    return RemoteError(said, code=INCOMPLETE, system=system)


async def check_listed(client: HubSpotClient, name: str, ids: Collection[str], began: datetime) -> None:
    """Raise RemoteError SYS_EXTRACT_TRUNCATED if HubSpot has records of an object that its list did not give.

    Search counts all records in one request. It lags, so it may still count some that were archived, or show ones made
    after the list began; only a record that a consistent read confirms was missed.
    """
    total = await counted(client, name)
    if total <= len(ids):
        return
    pages = client.search_pages(name, [], ["hs_object_id"], page=_SEARCH_PAGE)
    unlisted = [str(record["id"]) async for page in pages for record in page.records if str(record["id"]) not in ids]
    found = await client.batch_read(name, unlisted, ["hs_object_id"])
    missed = [
        record
        for record in found.records
        if str(record["id"]) not in ids and (moment(record.get("createdAt")) or began) < began
    ]
    if missed:
        raise truncated("hubspot", name, len(ids), len(ids) + len(missed))


async def counted(client: HubSpotClient, name: str) -> int:
    """How many records of an object search counts: one request."""
    async for page in client.search_pages(name, [], ["hs_object_id"], page=1):
        return page.total or 0
    return 0


async def check_counted(client: QuickBooksClient, name: str, got: int, began: datetime) -> None:
    """Raise RemoteError SYS_EXTRACT_TRUNCATED if QuickBooks counts more rows of an entity than it gave.

    Only rows that nobody touched since the read began are counted: the others may have come or gone on the way.
    """
    expected = await client.count(name, f"MetaData.LastUpdatedTime <= '{timestamp(began)}'")
    if got < expected:
        raise truncated("quickbooks", name, got, expected)
