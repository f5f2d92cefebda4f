"""Every record's present state and its past, for whoever tells people. `runs.conclude` writes them."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from hsqbo_pipeline.core.tables import Row, Statements
from hsqbo_pipeline.model.names import Entity

if TYPE_CHECKING:
    import duckdb

SQL = Statements(Path(__file__).parent / "sql")


def states(con: duckdb.DuckDBPyConnection, *, state: str | None = None, entity: Entity | None = None) -> list[Row]:
    """Rows of `record_states`, all or those of one state or entity."""
    return SQL.rows(con, "states_of", state=state, entity=entity.value if entity else None)


def totals(con: duckdb.DuckDBPyConnection) -> list[Row]:
    """How many records of each entity are in which state, by detail."""
    return SQL.rows(con, "states_totals")


def history(con: duckdb.DuckDBPyConnection, record: str) -> list[Row]:
    """What happened to a record, oldest first; by its record key or by its id on either side."""
    return SQL.rows(con, "states_history", record=record)
