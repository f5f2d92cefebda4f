"""What became of mirrored HubSpot records that a consistent read no longer gives under their id."""

from __future__ import annotations

from collections.abc import Sequence

from hsqbo_pipeline.clients.hubspot.client import HubSpotClient
from hsqbo_pipeline.extract.completeness import truncated
from hsqbo_pipeline.store.mirror import Gone


async def find_out(client: HubSpotClient, name: str, ids: Sequence[str]) -> list[Gone]:
    """Whether each of `ids`, which a complete list left out, was merged, archived or deleted for good.

    Raises RemoteError SYS_EXTRACT_TRUNCATED if one of them is there after all: then the list was not complete.
    """
    if not ids:
        return []
    found = await client.batch_read(name, ids, ["hs_object_id"])
    there = set(ids) - set(found.missing) - set(found.moved)
    if there:
        raise truncated("hubspot", name, 0, len(there))
    return await told_apart(client, name, found.missing, found.moved)


async def told_apart(client: HubSpotClient, name: str, missing: Sequence[str], moved: dict[str, str]) -> list[Gone]:
    """Ids that a batch read did not give, as what they are: `moved` were merged; `missing` are archived or deleted."""
    merged = [Gone(old, "merged", merged_into=new) for old, new in moved.items()]
    if not missing:
        return merged
    binned = await client.batch_read(name, missing, ["hs_object_id"], archived=True)
    archived = {str(record["id"]) for record in binned.records}
    return [*merged, *(Gone(each, "archived" if each in archived else "deleted") for each in missing)]
