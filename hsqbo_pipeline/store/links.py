"""Which record of one side is which of the other, and the pairs that ended and must not be made again."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hsqbo_pipeline.core.tables import Row, Statements, insert
from hsqbo_pipeline.model.names import Entity, System

if TYPE_CHECKING:
    import duckdb

SQL = Statements(Path(__file__).parent / "sql")


def keep(con: duckdb.DuckDBPyConnection, links: Iterable[Mapping[str, Any]]) -> int:
    """Write rows of `links` (all columns by name); a row for the same two ids is replaced."""
    return insert(con, "links", links, replace=True)


def unlink(con: duckdb.DuckDBPyConnection, entity: Entity, hubspot_id: str, quickbooks_id: str) -> None:
    """End a pair: its link and its baseline go. Whoever ends it decides whether a tombstone stays."""
    values = {"entity": entity.value, "hubspot_id": hubspot_id, "quickbooks_id": quickbooks_id}
    SQL.run(con, "links_unlink", **values)
    SQL.run(con, "baselines_drop", **values)


def of(con: duckdb.DuckDBPyConnection, entity: Entity | None = None) -> list[Row]:
    """All links, primary ones first."""
    return SQL.rows(con, "links_of", entity=entity.value if entity else None)


def partners(con: duckdb.DuckDBPyConnection, entity: Entity, system: System, ids: Sequence[str]) -> dict[str, str]:
    """The id on the other side for each linked id of `system`; of several the primary one."""
    if not ids:
        return {}
    found = SQL.rows(con, "links_partners", entity=entity.value, system=system.value, ids=list(ids))
    return {row["id"]: row["partner"] for row in found}


def unread_partners(con: duckdb.DuckDBPyConnection, run_id: str) -> dict[str, list[str]]:
    """HubSpot ids, by object, whose QuickBooks partner changed in this run and which the run has not met themselves."""
    found: dict[str, list[str]] = {}
    for row in SQL.rows(con, "links_of_touched_quickbooks", run_id=run_id):
        found.setdefault(row["object"], []).append(row["id"])
    return found


def bury(con: duckdb.DuckDBPyConnection, tombstones: Iterable[Mapping[str, Any]]) -> int:
    """Write rows of `tombstones`: these records get no partner again until they are released."""
    return insert(con, "tombstones", tombstones, replace=True)


def release(con: duckdb.DuckDBPyConnection, entity: Entity, system: System, record_id: str) -> bool:
    """Take a tombstone away; False if there was none."""
    return bool(SQL.rows(con, "tombstone_release", entity=entity.value, system=system.value, id=record_id))


def tombstones(con: duckdb.DuckDBPyConnection) -> list[Row]:
    """All pairs that ended."""
    return SQL.rows(con, "tombstones")
