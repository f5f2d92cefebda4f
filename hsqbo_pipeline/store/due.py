"""What has to be evaluated, as far as people and days put it there. The rules' own marks are `core.due`."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from hsqbo_pipeline.core.tables import Row, Statements
from hsqbo_pipeline.model.names import Entity, System

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

    import duckdb

SQL = Statements(Path(__file__).parent / "sql")


def mark(
    con: duckdb.DuckDBPyConnection, entity: Entity, system: System, ids: Sequence[str], *, reason: str, run_id: str
) -> None:
    """Put records on the list. One that is there keeps its first reason and run."""
    values = {"entity": entity.value, "system": system.value, "ids": list(ids)}
    SQL.run(con, "due_mark", **values, reason=reason, run_id=run_id)


def mark_days(
    con: duckdb.DuckDBPyConnection, first: date, last: date, zone: ZoneInfo, run_id: str
) -> dict[tuple[date, Entity], int]:
    """Put the books of some days (both inclusive) on the list; how many records each day and entity has.

    A day's books are invoices and payments dated on it, customers and products created on it in the company's zone.
    """
    SQL.run(con, "due_business_days", first=first, last=last, zone=zone.key)
    SQL.run(con, "due_mark_booked", run_id=run_id)
    return {(row["day"], Entity(row["entity"])): row["records"] for row in SQL.rows(con, "due_booked")}


def leave(con: duckdb.DuckDBPyConnection, entity: Entity, system: System, ids: Sequence[str]) -> None:
    """Take records off the list: they are in step or excluded."""
    SQL.run(con, "due_leave", entity=entity.value, system=system.value, ids=list(ids))


def rows(con: duckdb.DuckDBPyConnection, entity: Entity | None = None) -> list[Row]:
    """Everything on the list."""
    return SQL.rows(con, "due_rows", entity=entity.value if entity else None)
