"""Checking staged rows in chunks, and keeping those that hold.

`staged` holds every touched record, typed; `refused` collects what can't be kept. Rows travel as Arrow tables, so a
decimal stays one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.compute as pc

from hsqbo_pipeline.core.tables import Statements, insert, registered, statement
from hsqbo_pipeline.model import keys
from hsqbo_pipeline.model.names import TABLES, Entity, System

SQL = Statements(Path(__file__).parent / "sql")
CHUNK = 100_000


def _folded(key: Callable[[str], str]) -> Callable[[str | None], str | None]:
    """`key` with a short way for the letters most texts are made of: folding changes nothing else about them."""

    def made(text: str | None) -> str | None:
        if text is None:
            return None
        plain = text.isascii() and text.isprintable()
        return (" ".join(text.lower().split()) if plain else key(text)) or None

    return made


# Columns that arrive as people wrote them and are kept as keys.
_KEYS: dict[Entity, dict[str, Callable[[str | None], str | None]]] = {
    Entity.CUSTOMER: {"name_key": _folded(keys.name_key)},
    Entity.PRODUCT: {"sku_key": _folded(keys.sku_key), "name_key": _folded(keys.name_key)},
    Entity.INVOICE: {"number_key": _folded(keys.number_key)},
    Entity.PAYMENT: {},
}
_email_key = _folded(keys.email_key)


def keep_valid(con: duckdb.DuckDBPyConnection, entity: Entity) -> int:
    """Move the valid rows of `staged` into the typed table, add the others to `refused`; returns how many were
    kept."""
    return sum(_keep(con, entity, system, chunk) for system in System for chunk in _chunks(con, system))


def count(con: duckdb.DuckDBPyConnection, table: str) -> int:
    """The number of rows of one of our tables."""
    return int(con.execute(f"SELECT count(*) FROM {table}").fetchall()[0][0])  # noqa: S608 - the table's name is ours


def _chunks(con: duckdb.DuckDBPyConnection, system: System) -> Iterator[pa.Table]:
    for start in range(0, count(con, "staged"), CHUNK):
        bounds = {"system": system.value, "start": start, "end": start + CHUNK}
        chunk = con.sql(statement(SQL.folder, "valid_chunk"), params=bounds).to_arrow_table()
        if chunk.num_rows:
            yield chunk


def _keep(con: duckdb.DuckDBPyConnection, entity: Entity, system: System, chunk: pa.Table) -> int:
    refused = _refused(entity, system, chunk)
    if refused:
        insert(con, "refused", refused.values())
        ids = pa.array([row["id"] for row in refused.values()])
        chunk = chunk.filter(pc.invert(pc.is_in(chunk.column("id"), value_set=ids)))
    with registered(con, "valid_rows", _with_keys(entity, chunk).drop_columns(["label"])):
        con.execute(f"INSERT INTO {TABLES[entity]} BY NAME SELECT * FROM valid_rows")  # noqa: S608 - the name is ours
    return int(chunk.num_rows)


def _refused(entity: Entity, system: System, chunk: pa.Table) -> dict[int, dict[str, Any]]:
    """The rows that break an expectation, by position; the first breach of each."""
    import pandas as pd

    # Heavy to import, and needed only where something was touched.
    from hsqbo_pipeline.model.schemas import columns_of, failures

    frame = chunk.select(columns_of(entity, system)).to_pandas(types_mapper=pd.ArrowDtype)
    found: dict[int, dict[str, Any]] = {}
    ids = chunk.column("id")
    for each in failures(entity, system, frame):
        record_id = ids[each.position].as_py()
        row = {"system": system.value, "id": record_id, "code": each.code, "field": each.field, "value": each.value}
        found.setdefault(each.position, row)
    return found


def _with_keys(entity: Entity, chunk: pa.Table) -> pa.Table:
    """The chunk with its key columns normalised by `model.keys`."""
    for column, key in _KEYS[entity].items():
        chunk = _replaced(chunk, column, pa.array(map(key, chunk.column(column).to_pylist()), pa.string()))
    if entity is Entity.CUSTOMER:
        addresses = [
            list(dict.fromkeys(filter(None, map(_email_key, row)))) for row in chunk.column("email_keys").to_pylist()
        ]
        chunk = _replaced(chunk, "email_keys", pa.array(addresses, pa.list_(pa.string())))
    return chunk


def _replaced(chunk: pa.Table, column: str, values: pa.Array) -> pa.Table:
    return chunk.set_column(chunk.schema.get_field_index(column), column, values)
