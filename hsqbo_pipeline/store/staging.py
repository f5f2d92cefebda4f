"""Records on their way into the mirror: kept beside it until their read is complete, then merged in one transaction.

Staging spills to a temporary table, so a read of any size stays in bounded memory. The answers are split into rows
once, here; numbers with a fraction become text inside the JSON, because DuckDB's JSON reader passes numbers through a
binary float (it reads 100.00 as 100.0 and 12345678901234567.89 as something else).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

import orjson
import pyarrow as pa

from hsqbo_pipeline.core.tables import Statements, registered

if TYPE_CHECKING:
    import duckdb

Record = Mapping[str, Any]
SQL = Statements(Path(__file__).parent / "sql")
_PART = 10_000  # rows held in Python before they go to the temporary table: some 20 MB of payloads
_TIME = pa.timestamp("us", "UTC")
_STAGED = pa.schema(
    {
        "id": pa.string(),
        "version": pa.string(),
        "created_at": _TIME,
        "modified_at": _TIME,
        "gone": pa.string(),
        "payload": pa.string(),
    }
)
_NOT_CONTENT = frozenset({"associations", "objectWriteTraceId", "new", "warnings"})  # of the answer, not of the record
_FIRST_MODIFIED = 3


@dataclass(frozen=True)
class Loaded:
    """How many distinct records came, and how many of them changed the mirror."""

    seen: int = 0
    changed: int = 0

    def __add__(self, other: Loaded) -> Loaded:
        return Loaded(self.seen + other.seen, self.changed + other.changed)


class Staging:
    """Records of one object before they enter the mirror. A context manager; leaving it forgets what was not merged."""

    def __init__(self, con: duckdb.DuckDBPyConnection, system: str, name: str) -> None:
        """Nothing is made in the database before the first part is full."""
        self.con, self.system, self.name = con, system, name
        self.ids: set[str] = set()
        self._rows: dict[str, tuple[Any, ...]] = {}
        self._parts: list[str] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, exc: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def add(self, records: Iterable[Record]) -> None:
        """Stage records as the client gave them; of two states of one record the newer is kept."""
        for record in records:
            row = row_of(self.system, record)
            known = self._rows.get(row[0])
            if known is None or _not_older(row[_FIRST_MODIFIED], known[_FIRST_MODIFIED]):
                self._rows[row[0]] = row
            self.ids.add(row[0])
        if len(self._rows) >= _PART:
            self._spill()

    def merge(self, run_id: str, *, consistent: bool = True) -> Loaded:
        """Bring everything staged into the mirror and list what changed as touched. The caller holds the transaction.

        `consistent` is False for search results: they never bring back a record that is gone, unless it changed since.
        """
        changed = 0
        for table in self._parts:
            self.con.execute(f"CREATE TEMP VIEW staged_records AS FROM {table}")
            changed += self._merge(run_id, consistent)
            self.con.execute("DROP VIEW temp.staged_records")
        if self._rows:
            with registered(self.con, "staged_records", self._frame()):
                changed += self._merge(run_id, consistent)
        return Loaded(len(self.ids), changed)

    def vanished(self) -> list[str]:
        """Live mirror rows of the object that were not staged: after a complete read, what the other side lost."""
        with registered(self.con, "staged_ids", pa.table({"id": pa.array(sorted(self.ids), pa.string())})):
            found = SQL.rows(self.con, "mirror_vanished", system=self.system, object=self.name)
        return [row["id"] for row in found]

    def close(self) -> None:
        """Let go of the temporary tables."""
        self._rows.clear()
        while self._parts:
            self.con.execute(f"DROP TABLE IF EXISTS temp.{self._parts.pop()}")

    def _merge(self, run_id: str, consistent: bool) -> int:
        values = {"system": self.system, "object": self.name, "run_id": run_id}
        ids = [row["id"] for row in SQL.rows(self.con, "mirror_merge", **values, consistent=consistent)]
        if ids:
            SQL.run(self.con, "touch", **values, ids=ids)
        return len(ids)

    def _frame(self) -> pa.Table:
        columns = zip(*self._rows.values(), strict=True)
        return pa.table(
            [pa.array(column, field.type) for column, field in zip(columns, _STAGED, strict=True)], schema=_STAGED
        )

    def _spill(self) -> None:
        table = f"staged_{id(self):x}_{len(self._parts)}"
        with registered(self.con, "staged_records", self._frame()):
            self.con.execute(f"CREATE TEMP TABLE {table} AS FROM staged_records")
        self._parts.append(table)
        self._rows.clear()


def row_of(system: str, record: Record) -> tuple[Any, ...]:
    """The mirror's columns of one record: id, version, created_at, modified_at, gone, payload."""
    if system == "hubspot":
        gone = "archived" if record.get("archived") else None
        created, modified = _hubspot_times(record)
        version = record.get("updatedAt")
        return str(record["id"]), version and str(version), created, modified, gone, payload_text(record)
    meta = record.get("MetaData") or {}
    version = record.get("SyncToken")
    return (
        str(record["Id"]),
        None if version is None else str(version),
        moment(meta.get("CreateTime")),
        moment(meta.get("LastUpdatedTime")),
        None,
        payload_text(record),
    )


def payload_text(record: Record) -> str:
    """The record as the mirror keeps it: without what belongs to the answer, keys sorted, no binary float."""
    content = {key: value for key, value in record.items() if key not in _NOT_CONTENT}
    return orjson.dumps(content, option=orjson.OPT_SORT_KEYS, default=_text).decode()


def moment(text: object) -> datetime | None:
    """An API's ISO time; None where it is missing or unreadable (a row without a time is taken as it comes)."""
    try:
        found = datetime.fromisoformat(str(text))
    except ValueError:
        return None
    # In UTC at once: Arrow, once pandera is imported, drops a fixed offset and would keep the wall clock.
    return found.astimezone(UTC) if found.tzinfo else None


def _hubspot_times(record: Record) -> tuple[datetime | None, datetime | None]:
    properties = record.get("properties") or {}
    created = record.get("createdAt") or properties.get("createdate") or properties.get("hs_createdate")
    modified = record.get("updatedAt") or properties.get("hs_lastmodifieddate") or properties.get("lastmodifieddate")
    return moment(created), moment(modified)


def _not_older(new: datetime | None, known: datetime | None) -> bool:
    return new is None or known is None or new >= known


def _text(value: Any) -> str:
    if isinstance(value, Decimal):
        return format(value, "f")
    raise TypeError(f"{type(value).__name__} is no part of an API's answer")
