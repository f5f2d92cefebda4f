"""Running SQL files and moving rows in and out of DuckDB without ever losing a decimal.

Every statement lives in a `.sql` file of its own beside the package that uses it and takes `$named` parameters. Rows go in
through Arrow with the table's own types (a list of dicts in, `INSERT … BY NAME` out) and come back as dicts in which an
amount is a `Decimal`, a day a `date` and a time an aware `datetime`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from functools import cache
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa

Row = dict[str, Any]


@cache
def statement(folder: Path, name: str) -> str:
    """The text of `<folder>/<name>.sql`."""
    return (folder / f"{name}.sql").read_text(encoding="utf-8")


class Statements:
    """The SQL files of one package: `Statements(Path(__file__).parent / "sql")`."""

    def __init__(self, folder: Path) -> None:
        """Remember where the files are; each is read once."""
        self.folder = folder

    def run(self, con: duckdb.DuckDBPyConnection, name: str, **parameters: Any) -> int:
        """Execute `<name>.sql` and return how many rows it changed (0 where the statement does not say)."""
        answer = con.execute(statement(self.folder, name), parameters or None).fetchall()
        first = answer[0][0] if answer and len(answer[0]) == 1 else 0
        return first if isinstance(first, int) else 0

    def rows(self, con: duckdb.DuckDBPyConnection, name: str, **parameters: Any) -> list[Row]:
        """Execute `<name>.sql` and return its rows."""
        return rows(con, statement(self.folder, name), parameters or None)


def rows(
    con: duckdb.DuckDBPyConnection, sql: str, parameters: Mapping[str, Any] | Sequence[Any] | None = None
) -> list[Row]:
    """Rows of a query as dicts."""
    cursor = con.execute(sql, parameters)
    names = [column[0] for column in cursor.description or ()]
    return [dict(zip(names, values, strict=True)) for values in cursor.fetchall()]


def insert(
    con: duckdb.DuckDBPyConnection, table: str, records: Iterable[Mapping[str, Any]], *, replace: bool = False
) -> int:
    """Insert dicts into `table` by column name; with `replace`, rows of the same primary key are overwritten.

    Keys that are not columns raise KeyError: a misspelt field must not vanish. JSON columns take text.
    """
    records = list(records)
    if not records:
        return 0
    types = _arrow_types(con, table)
    names = list(dict.fromkeys(name for record in records for name in record))
    schema = pa.schema([(name, types[name]) for name in names])
    frame = pa.Table.from_pylist([dict(record) for record in records], schema=schema)
    with registered(con, "incoming_rows", frame):
        verb = "INSERT OR REPLACE INTO" if replace else "INSERT INTO"
        con.execute(f"{verb} {table} BY NAME SELECT * FROM incoming_rows")  # noqa: S608 - the table's name is ours
    return len(records)


@contextmanager
def registered(con: duckdb.DuckDBPyConnection, name: str, frame: pa.Table) -> Iterator[None]:
    """An Arrow table under a name that SQL knows, for the length of the block."""
    con.register(name, frame)
    try:
        yield
    except BaseException:
        with suppress(duckdb.Error):  # a broken transaction refuses this too; what broke it is the error to tell
            con.unregister(name)
        raise
    con.unregister(name)


def _arrow_types(con: duckdb.DuckDBPyConnection, table: str) -> dict[str, pa.DataType]:
    empty = con.sql(f"SELECT * FROM {table} LIMIT 0").to_arrow_table()  # noqa: S608 - the table's name is ours
    return {item.name: _plain_type(item.type) for item in empty.schema}


def _plain_type(kind: pa.DataType) -> pa.DataType:
    """JSON columns come as an extension type; rows carry their text."""
    if isinstance(kind, pa.BaseExtensionType):
        return kind.storage_type
    return kind
