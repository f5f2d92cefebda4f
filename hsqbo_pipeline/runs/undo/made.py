"""What a run wrote, beside both records as they stand now."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb

from hsqbo_pipeline.core.decisions import Verdict
from hsqbo_pipeline.core.tables import Row, Statements
from hsqbo_pipeline.model.names import Entity, System
from hsqbo_pipeline.runs.baselines import current_rows
from hsqbo_pipeline.runs.night import Night
from hsqbo_pipeline.store import mirror

SQL = Statements(Path(__file__).parents[1] / "sql")


@dataclass(frozen=True)
class Made:
    """One operation of the run, with the pair as it stands now."""

    operation: Row
    entity: Entity
    target: System
    ids: Mapping[System, str | None]
    rows: Mapping[System, Row | None]
    payload: Mapping[str, Any] | None

    @property
    def target_id(self) -> str | None:
        """The id of what was written."""
        return self.ids[self.target]

    def verdict(self, code: str, **more: Any) -> Verdict:
        """A verdict on the pair."""
        return Verdict(
            entity=self.entity,
            hubspot_id=self.ids[System.HUBSPOT],
            quickbooks_id=(self.ids[System.QUICKBOOKS] or "").partition(":")[0]
            or None,  # a share's record is its payment
            code=code,
            covers=tuple((side, found) for side in System if (found := self.ids[side]) is not None),
            label=self.operation["label"],
            amount=self.operation["amount"],
            currency=self.operation["currency"],
            **more,
        )


def everything_made(night: Night, run_id: str) -> Iterator[Made]:
    """Each operation of the run with both records as they stand now, later waves first."""
    con = night.warehouse.con
    done = SQL.rows(con, "undo_operations", run_id=run_id)
    current = {entity: _current(con, entity, done) for entity in Entity}
    for row in done:
        entity, target = Entity(row["entity"]), System(row["system"])
        ids = {side: row[f"now_{side.value}_id"] for side in System}
        rows = {side: current[entity].get((side.value, ids[side] or "")) for side in System}
        stands = rows[target]
        payload = None
        if stands is not None and ids[target] is not None:
            payload = mirror.payloads(con, target.value, stands["object"], [ids[target]]).get(ids[target])
        yield Made(row, entity, target, ids, rows, payload)


def _current(con: duckdb.DuckDBPyConnection, entity: Entity, done: list[Row]) -> dict[tuple[str, str], Row]:
    mine = [row for row in done if row["entity"] == entity.value]
    wanted = {side.value: [found for row in mine if (found := row[f"now_{side.value}_id"])] for side in System}
    return current_rows(con, entity, wanted)
