"""The last run's tables as people read them: views over the published Parquet files, never the live warehouse."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import duckdb

from hsqbo_pipeline.core.tables import Row, Statements
from hsqbo_pipeline.errors import ConfigurationError, PipelineError
from hsqbo_pipeline.store.publish import LINK, TABLES, published

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
    """A connection on which every published table is a view of its own name.

    Raises ConfigurationError before the first run and PipelineError where a file is damaged.
    """
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
        _show(con, data, folder)
        yield con
    finally:
        con.close()


def _show(con: duckdb.DuckDBPyConnection, data: Path, folder: Path) -> None:
    for table in TABLES:
        path = str(folder / f"{table}.parquet").replace("'", "''")
        try:
            con.execute(f"CREATE VIEW {table} AS SELECT * FROM read_parquet('{path}')")  # noqa: S608 - our own file
        except duckdb.Error as error:
            raise PipelineError(
                f"{path}: the file is damaged or missing ({str(error).splitlines()[0][:200]}). Delete {data / LINK} and "
                "run `hsqbo sync`, which writes all of them anew."
            ) from error


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
    found = SQL.rows(con, "run_of", run_id=None)
    return found[0] if found else None


def run_of(con: duckdb.DuckDBPyConnection, run_id: str | None) -> Row:
    """The run asked for, without a name the newest. Raises ConfigurationError where it is not known or has not ended."""
    found = SQL.rows(con, "run_of", run_id=run_id)
    if not found:
        raise ConfigurationError(
            f"There is no finished run {run_id or ''}; run `hsqbo sync` once.", field="run", value=run_id
        )
    return found[0]


def counts(con: duckdb.DuckDBPyConnection) -> list[Row]:
    """Object x state, all known records in exactly one (A78)."""
    return SQL.rows(con, "counts")
