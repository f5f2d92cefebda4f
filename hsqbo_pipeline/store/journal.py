"""The journal of writes: each request-to-be is committed as intended before it is sent, and settled by its answer.

A wave's intents go in at once, confirmations once per response, each in the transaction that also writes the link. The
functions open no transaction themselves.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from hsqbo_pipeline.core.tables import Row, Statements, insert, registered
from hsqbo_pipeline.model.names import Entity, System
from hsqbo_pipeline.model.operations import canonical_json

if TYPE_CHECKING:
    import duckdb

SQL = Statements(Path(__file__).parent / "sql")
_JSON = ("body", "before", "find", "on_done")
_TEXT = pa.string()
_NEWS = pa.schema(
    {
        "write_id": _TEXT,
        "status": _TEXT,
        "settled_at": pa.timestamp("us", "UTC"),
        "code": _TEXT,
        "target_id": _TEXT,
        "remote_request": _TEXT,
    }
)
_GROUPS = pa.schema({"write_id": _TEXT, "request_id": _TEXT, "batch_id": _TEXT, "position": pa.int32()})


@dataclass(frozen=True)
class Outcome:
    """What became of one journalled request. `status`: confirmed, refused, uncertain or abandoned.

    `target_id` is the id that a create made; `remote_request` the other system's own name of the request.
    """

    write_id: str
    status: str
    at: datetime
    code: str | None = None
    target_id: str | None = None
    remote_request: str | None = None


def write_id(operation_id: str, step: int) -> str:
    """The name of one request; a batch's request id is made of its members' names."""
    return f"{operation_id}:{step}"


def intend(con: duckdb.DuckDBPyConnection, entries: Iterable[Mapping[str, Any]]) -> int:
    """Journal requests as intended; dicts by column name, JSON columns as plain data. How many there were.

    An entry that is still open, or was abandoned, is intended anew under its name. Raises ValueError for one that has
    its answer already: sending it again would be a second write.
    """
    rows = [{"status": "intended", **entry, **_texts(entry)} for entry in entries]
    answered = SQL.rows(con, "journal_settled_already", write_ids=[row["write_id"] for row in rows])
    if answered:
        raise ValueError(f"journal entries {[row['write_id'] for row in answered]} have their answers already")
    return insert(con, "journal", rows, replace=True)


def _texts(entry: Mapping[str, Any]) -> dict[str, str]:
    return {
        name: value if isinstance(value, str) else canonical_json(value).decode()
        for name in _JSON
        if (value := entry.get(name)) is not None
    }


def settle(con: duckdb.DuckDBPyConnection, outcomes: Sequence[Outcome]) -> int:
    """Note what became of entries. One that was confirmed or refused keeps that. How many entries changed."""
    if not outcomes:
        return 0
    rows = [
        {
            "write_id": outcome.write_id,
            "status": outcome.status,
            "settled_at": outcome.at,
            "code": outcome.code,
            "target_id": outcome.target_id,
            "remote_request": outcome.remote_request,
        }
        for outcome in outcomes
    ]
    with registered(con, "journal_news", pa.Table.from_pylist(rows, schema=_NEWS)):
        return len(SQL.rows(con, "journal_settle"))


def regroup(con: duckdb.DuckDBPyConnection, groups: Iterable[tuple[str, str | None, str | None, int | None]]) -> int:
    """Give open entries another batch: (write_id, request_id, batch_id, position) each, before that batch is sent."""
    names = _GROUPS.names
    rows = [dict(zip(names, group, strict=True)) for group in groups]
    with registered(con, "journal_news", pa.Table.from_pylist(rows, schema=_GROUPS)):
        return len(SQL.rows(con, "journal_regroup"))


def open_entries(con: duckdb.DuckDBPyConnection) -> list[Row]:
    """Entries without an answer, oldest first: they are settled before anything new is sent."""
    return SQL.rows(con, "journal_open")


def of_run(con: duckdb.DuckDBPyConnection, run_id: str) -> list[Row]:
    """All entries a run intended."""
    return SQL.rows(con, "journal_of_run", run_id=run_id)


def sequences(con: duckdb.DuckDBPyConnection) -> dict[tuple[Entity, System, str], int]:
    """The sequence number the next operation of each source record takes (0 where the record is not in here).

    It counts the operations ever intended for the record, and is kept until the last one was confirmed or refused: what
    was abandoned, or is still open, is tried again under its own name.
    """
    return {
        (Entity(row["entity"]), System(row["source_system"]), row["source_id"]): int(row["next"])
        for row in SQL.rows(con, "journal_sequences")
    }
