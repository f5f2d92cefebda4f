"""The mirror: the newest answer about each record of both sides, and the list of what a run changed in it.

An incoming row replaces the stored one only if it is not older and says something else. A record that is gone keeps its
last payload. Every function works inside the caller's transaction.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import duckdb
import orjson
import pyarrow as pa

from hsqbo_pipeline.core.tables import Row, registered
from hsqbo_pipeline.store.staging import SQL, Loaded, Record, Staging, moment

_GONE = pa.schema(
    {"id": pa.string(), "gone": pa.string(), "merged_into": pa.string(), "modified_at": pa.timestamp("us", "UTC")}
)


@dataclass(frozen=True)
class Gone:
    """A record the other side no longer has. `why` is archived, deleted or merged; `at` its own time, where told."""

    id: str
    why: str
    merged_into: str | None = None
    at: datetime | None = None


def load(
    con: duckdb.DuckDBPyConnection,
    run_id: str,
    system: str,
    name: str,
    records: Iterable[Record],
    *,
    consistent: bool = True,
) -> Loaded:
    """Records of one object, whole as read, into the mirror. `consistent` is False for search results."""
    with Staging(con, system, name) as staging:
        staging.add(records)
        return staging.merge(run_id, consistent=consistent)


def load_answer(
    con: duckdb.DuckDBPyConnection, run_id: str, system: str, name: str, records: Sequence[Record]
) -> Loaded:
    """Records that a write answered. HubSpot answers some properties only: they are laid over the stored ones.

    A property that HubSpot's answer leaves out keeps its stored value; QuickBooks answers the whole entity.
    """
    if system == "quickbooks":
        living = [record for record in records if str(record.get("status", "")).lower() != "deleted"]
        stubs = [gone_stub(record) for record in records if record not in living]
        mark_gone(con, run_id, system, name, stubs)
        return load(con, run_id, system, name, living)
    known = payloads(con, system, name, [str(record["id"]) for record in records])
    return load(con, run_id, system, name, [_laid_over(known.get(str(record["id"])), record) for record in records])


def _laid_over(known: Mapping[str, Any] | None, answer: Record) -> Record:
    if known is None:
        return answer
    properties = {**(known.get("properties") or {}), **(answer.get("properties") or {})}
    return {**known, **answer, "properties": properties}


def payloads(con: duckdb.DuckDBPyConnection, system: str, name: str, ids: Sequence[str]) -> dict[str, dict[str, Any]]:
    """Stored payloads by id; ids that are not mirrored are left out. Fractions are text, as the mirror keeps them."""
    if not ids:
        return {}
    found = SQL.rows(con, "mirror_payloads", system=system, object=name, ids=list(ids))
    return {row["id"]: orjson.loads(row["payload"]) for row in found}


def gone_stub(record: Record) -> Gone:
    """QuickBooks' stub of a deleted transaction."""
    meta = record.get("MetaData") or {}
    return Gone(str(record["Id"]), "deleted", at=moment(meta.get("LastUpdatedTime")))


def mark_gone(
    con: duckdb.DuckDBPyConnection, run_id: str, system: str, name: str, records: Sequence[Gone]
) -> list[str]:
    """Note that records are gone; the ids for which that was news. Records never mirrored are no concern."""
    if not records:
        return []
    rows = {
        gone.id: {"id": gone.id, "gone": gone.why, "merged_into": gone.merged_into, "modified_at": gone.at}
        for gone in records
    }
    with registered(con, "gone_records", pa.Table.from_pylist(list(rows.values()), schema=_GONE)):
        found = SQL.rows(con, "mirror_mark_gone", system=system, object=name, run_id=run_id)
    ids = [row["id"] for row in found]
    touch(con, run_id, system, name, ids)
    return ids


def touch(con: duckdb.DuckDBPyConnection, run_id: str, system: str, name: str, ids: Sequence[str]) -> None:
    """List rows as changed in this run, for `validate` to look at."""
    if ids:
        SQL.run(con, "touch", run_id=run_id, system=system, object=name, ids=list(ids))


def touch_related(con: duckdb.DuckDBPyConnection, run_id: str) -> None:
    """HubSpot: what changed touches its invoice (lines, taxes, payments) or its contacts (companies)."""
    SQL.run(con, "touch_related", run_id=run_id)


def take_over(con: duckdb.DuckDBPyConnection, run_id: str) -> None:
    """Take on what earlier runs touched that never came to their end: it has not been validated."""
    SQL.run(con, "touch_left_over", run_id=run_id)


def live(con: duckdb.DuckDBPyConnection, system: str, name: str, ids: Sequence[str]) -> set[str]:
    """Those of `ids` that are mirrored and not gone."""
    if not ids:
        return set()
    return {row["id"] for row in SQL.rows(con, "mirror_live", system=system, object=name, ids=list(ids))}


def counts(con: duckdb.DuckDBPyConnection) -> list[Row]:
    """Per system and object: live rows, gone rows, the newest change."""
    return SQL.rows(con, "mirror_counts")
