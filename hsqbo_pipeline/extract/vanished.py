"""What became of mirrored HubSpot records that a consistent read no longer gives under their id."""

from __future__ import annotations

from collections.abc import Collection, Sequence

import duckdb

from hsqbo_pipeline.clients.hubspot.client import HubSpotClient
from hsqbo_pipeline.extract.completeness import counted, truncated
from hsqbo_pipeline.store import mirror
from hsqbo_pipeline.store.mirror import Gone

SYSTEM = "hubspot"
# Documents whose deletion has to be told the next night (N5, N7). Other objects wait for the weekly sweep.
DOCUMENTS = frozenset({"invoices", "commerce_payments"})


async def find_out(client: HubSpotClient, name: str, ids: Sequence[str]) -> list[Gone]:
    """Whether each of `ids`, which a complete list left out, was merged, archived or deleted for good.

    Raises RemoteError SYS_EXTRACT_TRUNCATED if one of them is there after all: then the list was not complete.
    """
    if not ids:
        return []
    found = await client.batch_read(name, ids, ["hs_object_id"])
    there = set(ids) - set(found.missing) - set(found.moved)
    if there:
        raise truncated(SYSTEM, name, 0, len(there))
    return await told_apart(client, name, found.missing, found.moved)


async def told_apart(client: HubSpotClient, name: str, missing: Sequence[str], moved: dict[str, str]) -> list[Gone]:
    """Ids that a batch read did not give, as what they are: `moved` were merged; `missing` are archived or deleted."""
    merged = [Gone(old, "merged", merged_into=new) for old, new in moved.items()]
    if not missing:
        return merged
    binned = await client.batch_read(name, missing, ["hs_object_id"], archived=True)
    archived = {str(record["id"]) for record in binned.records}
    return [*merged, *(Gone(each, "archived" if each in archived else "deleted") for each in missing)]


async def deleted(
    client: HubSpotClient, con: duckdb.DuckDBPyConnection, name: str, changed: Collection[str]
) -> list[Gone]:
    """Documents that people deleted since the last read, which no search for changes shows.

    `changed` are the ids that the search for changes gave. One request where search counts as many documents as the
    mirror holds; where it counts fewer, the recycle bin is read too. A total may stop at 10,000: then the sweep tells.
    """
    if name not in DOCUMENTS:
        return []
    new = len(changed) - len(mirror.live(con, SYSTEM, name, sorted(changed)))
    held = sum(row["live"] for row in mirror.counts(con) if (row["system"], row["object"]) == (SYSTEM, name)) + new
    total = await counted(client, name)
    if total >= held or total == _MOST_COUNTED:
        return []
    binned = {
        str(record["id"])
        async for page in client.list_pages(name, ["hs_object_id"], archived=True)
        for record in page.records
    }
    return [Gone(each, "archived") for each in sorted(mirror.live(con, SYSTEM, name, sorted(binned - set(changed))))]


_MOST_COUNTED = 10_000
