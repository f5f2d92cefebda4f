"""The last run's tables as people read them: views over the published Parquet files, never the live warehouse."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import duckdb

from hsqbo_pipeline.core.tables import Row, Statements, rows
from hsqbo_pipeline.store.publish import TABLES, published

SQL = Statements(Path(__file__).parent / "sql")

# Columns a person may filter, choose and sort by, in the order they are shown.
COLUMNS = (
    "entity",
    "label",
    "state",
    "code",
    "detail",
    "sentence",
    "fix",
    "amount",
    "currency",
    "business_day",
    "hubspot_id",
    "quickbooks_id",
    "owner",
    "source_system",
    "since_at",
    "since_run",
    "evaluated_at",
    "run_id",
    "class",
    "reasons",
    "candidates",
    "record_key",
)


@contextmanager
def open_published(data: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """A connection on which every published table is a view of its own name. Raises ConfigurationError before the first run."""
    folder = published(data)
    con = duckdb.connect(
        config={
            "python_enable_replacements": "false",
            "autoinstall_known_extensions": "false",
            "autoload_known_extensions": "false",
        }
    )
    try:
        con.execute("SET TimeZone = 'UTC'")
        for table in TABLES:
            path = str(folder / f"{table}.parquet").replace("'", "''")
            con.execute(f"CREATE VIEW {table} AS SELECT * FROM read_parquet('{path}')")  # noqa: S608 - our own file
        yield con
    finally:
        con.close()


def records(
    con: duckdb.DuckDBPyConnection,
    *,
    state: str | None = None,
    code: str | None = None,
    entity: str | None = None,
    since: Any = None,
    direction: str | None = None,
    limit: int | None = None,
    offset: int = 0,
) -> list[Row]:
    """Rows of the report in a stable order, filtered (A78-A86). `direction` is the way a record without a partner would go."""
    return SQL.rows(
        con,
        "records",
        state=state.upper().replace(" ", "_") if state else None,
        code=code.upper() if code else None,
        entity=entity,
        since=since,
        direction=direction,
        limit=limit if limit is not None else 2**62,
        offset=offset,
    )


def last_run(con: duckdb.DuckDBPyConnection) -> Row | None:
    """The newest run that ended."""
    found = rows(con, "SELECT * FROM runs WHERE ended_at IS NOT NULL ORDER BY number DESC LIMIT 1")
    return found[0] if found else None


def counts(con: duckdb.DuckDBPyConnection) -> list[Row]:
    """Object x state, all known records in exactly one (A78)."""
    return SQL.rows(con, "counts")
