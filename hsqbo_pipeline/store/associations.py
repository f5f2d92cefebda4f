"""HubSpot's associations in the mirror: replaced per record that was read, in both directions."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

import pyarrow as pa

from hsqbo_pipeline.core.tables import registered
from hsqbo_pipeline.store.staging import SQL

if TYPE_CHECKING:
    import duckdb

_PART = 50_000
_IDS = pa.list_(pa.int32())
_STAGED = pa.schema(
    {"from_id": pa.string(), "to_object": pa.string(), "to_id": pa.string(), "type_ids": _IDS, "reverse_ids": _IDS}
)


@dataclass(frozen=True, slots=True)
class Tie:
    """One associated record. `type_ids` hold in the reader's direction, `reverse_ids` in the other."""

    to_id: str
    type_ids: tuple[int, ...]
    reverse_ids: tuple[int, ...]


class StagedAssociations:
    """What was read about the associations of records of one object. A context manager, like `Staging`."""

    def __init__(self, con: duckdb.DuckDBPyConnection, from_object: str) -> None:
        """Nothing is made in the database before the first part is full."""
        self.con, self.from_object = con, from_object
        self._rows: list[tuple[Any, ...]] = []
        self._table: str | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, exc: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def add(self, from_id: str, to_object: str, ties: Iterable[Tie]) -> None:
        """All records of `to_object` that `from_id` is associated with; none is news too."""
        self._rows.append((from_id, to_object, None, None, None))
        self._rows.extend((from_id, to_object, tie.to_id, tie.type_ids, tie.reverse_ids) for tie in ties)
        if len(self._rows) >= _PART:
            self._spill()

    def merge(self, run_id: str) -> int:
        """Make the mirror say what was read; both ends of what changed become touched. How many records that were.

        The caller holds the transaction.
        """
        if self._table is None and not self._rows:
            return 0
        if self._table is None:
            with registered(self.con, "staged_associations", self._frame()):
                return self._merge(run_id)
        self._spill()
        self.con.execute(f"CREATE OR REPLACE TEMP VIEW staged_associations AS FROM {self._table}")
        try:
            return self._merge(run_id)
        finally:
            self.con.execute("DROP VIEW IF EXISTS temp.staged_associations")

    def close(self) -> None:
        """Let go of the temporary table."""
        self._rows.clear()
        if self._table is not None:
            self.con.execute(f"DROP TABLE IF EXISTS temp.{self._table}")
            self._table = None

    def _merge(self, run_id: str) -> int:
        SQL.run(self.con, "association_changes", from_object=self.from_object)
        SQL.run(self.con, "association_delete", from_object=self.from_object)
        SQL.run(self.con, "association_insert", from_object=self.from_object)
        return len(SQL.rows(self.con, "association_touch", from_object=self.from_object, run_id=run_id))

    def _frame(self) -> pa.Table:
        columns = zip(*self._rows, strict=True)
        return pa.table(
            [pa.array(column, field.type) for column, field in zip(columns, _STAGED, strict=True)], schema=_STAGED
        )

    def _spill(self) -> None:
        if not self._rows:
            return
        with registered(self.con, "staged_associations", self._frame()):
            if self._table is None:
                self._table = f"staged_associations_{id(self):x}"
                self.con.execute(f"CREATE TEMP TABLE {self._table} AS FROM staged_associations")
            else:
                self.con.execute(f"INSERT INTO {self._table} FROM staged_associations")
        self._rows.clear()


def replace(
    con: duckdb.DuckDBPyConnection,
    run_id: str,
    from_object: str,
    to_object: str,
    found: Iterable[tuple[str, Iterable[Tie]]],
) -> int:
    """Everything that records of `from_object` are associated with, for the ids in `found`."""
    with StagedAssociations(con, from_object) as staged:
        for from_id, ties in found:
            staged.add(from_id, to_object, ties)
        return staged.merge(run_id)


def follow_merges(
    con: duckdb.DuckDBPyConnection, run_id: str, name: str, ids: Sequence[str], read_with: Sequence[str]
) -> None:
    """Tie to the survivors what the merged records `ids` of object `name` were tied to; both ends become touched.

    `read_with` are the objects whose associations the survivor was just read with: those are as HubSpot told them.
    """
    if not ids:
        return
    SQL.run(con, "association_followed", object=name, ids=list(ids), read_with=list(read_with))
    SQL.run(con, "association_left")
    SQL.run(con, "association_follow")
    SQL.run(con, "association_follow_touch", run_id=run_id)
