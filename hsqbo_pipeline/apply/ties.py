"""HubSpot's associations that a write has made or undone, brought into the mirror.

HubSpot does not move a record's last-modified time for them, so the next night's search would not show them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

from hsqbo_pipeline.apply.run import Run
from hsqbo_pipeline.clients.hubspot.association_types import TYPE_IDS
from hsqbo_pipeline.store import associations
from hsqbo_pipeline.store.associations import Tie

if TYPE_CHECKING:
    import duckdb

    from hsqbo_pipeline.apply.tasks import Entry
    from hsqbo_pipeline.clients.hubspot.answers import Associated

_INVERSE = {number: TYPE_IDS[to, from_] for (from_, to), number in TYPE_IDS.items() if (to, from_) in TYPE_IDS}
_INVERSE |= {1: 2, 2: 1, 5: 6, 6: 5, 930: 931, 931: 930}


def _tie(to_id: str, type_ids: Iterable[int]) -> Tie:
    forward = tuple(sorted(set(type_ids)))
    return Tie(to_id, forward, tuple(sorted(_INVERSE.get(number, number) for number in forward)))


def made_with(con: duckdb.DuckDBPyConnection, run_id: str, made: Sequence[tuple[Entry, str]]) -> None:
    """What new records were associated with when they were made. The caller holds the transaction."""
    by_ends: dict[tuple[str, str], list[tuple[str, list[Tie]]]] = {}
    for entry, record_id in made:
        for to_object in dict.fromkeys(str(each["to_object"]) for each in entry.associations):
            ends = [
                _tie(str(each["to_id"]), [int(each["type_id"])])
                for each in entry.associations
                if each["to_object"] == to_object
            ]
            by_ends.setdefault((entry.step.object, to_object), []).append((record_id, ends))
    for (from_object, to_object), found in by_ends.items():
        associations.replace(con, run_id, from_object, to_object, found)


def keep(
    con: duckdb.DuckDBPyConnection, run_id: str, from_: str, to: str, links: Mapping[str, Iterable[Associated]]
) -> None:
    """All associations of some records as just read. The caller holds the transaction."""
    found = [(from_id, [_tie(each.id, each.type_ids) for each in ends]) for from_id, ends in links.items()]
    associations.replace(con, run_id, from_, to, found)


async def reread(run: Run, from_: str, to: str, ids: Sequence[str]) -> None:
    """Ask HubSpot for all associations of some records, and keep them."""
    if not ids:
        return
    found = await run.clients.hubspot.associations_read(from_, to, ids)
    with run.warehouse.transaction() as con:
        keep(con, run.situation.run_id, from_, to, found.links)
