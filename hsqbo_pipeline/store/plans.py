"""Plans: what the rules decided, as drafted, shown, approved and done. One plan is open at a time."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from hsqbo_pipeline.core.decisions import Verdict
from hsqbo_pipeline.core.tables import Row, Statements, insert, registered
from hsqbo_pipeline.model.operations import Operation, Wave
from hsqbo_pipeline.store.operation_rows import hash_of, operation_of, row_of, text, verdict_row

if TYPE_CHECKING:
    import duckdb

SQL = Statements(Path(__file__).parent / "sql")
_WAVES = [wave.value for wave in Wave]
_NEWS = pa.schema({"operation_id": pa.string(), "status": pa.string(), "code": pa.string(), "slots": pa.string()})


@dataclass(frozen=True)
class Done:
    """What became of one operation: done, refused, set_aside, waiting or uncertain, with the code that says why."""

    operation_id: str
    status: str
    code: str | None = None
    slots: Mapping[str, Any] = field(default_factory=dict)


def keep(con: duckdb.DuckDBPyConnection, run_id: str, verdicts: Sequence[Verdict]) -> None:
    """Write verdicts, and their operations into the run's draft. A verdict on the same record replaces the earlier one.

    Waves may come in any order; inside a wave operations keep the order they are given in.
    """
    if not verdicts:
        return
    SQL.run(con, "verdicts_clear", run_id=run_id, keys=[verdict.record_key for verdict in verdicts])
    insert(con, "verdicts", [verdict_row(verdict, run_id) for verdict in verdicts], replace=True)
    draft = _draft(run_id)
    first = SQL.rows(con, "plan_next_position", hash=draft)[0]["next"]
    operations = [operation for verdict in verdicts for operation in verdict.operations]
    made = [row_of(operation, draft, run_id, first + place) for place, operation in enumerate(operations)]
    insert(con, "operations", made, replace=True)


def drafted(con: duckdb.DuckDBPyConnection, run_id: str) -> list[Operation]:
    """What the run means to do so far, in the order of the plan."""
    return operations(con, _draft(run_id))


def seal(
    con: duckdb.DuckDBPyConnection,
    run_id: str,
    *,
    created_at: datetime,
    inputs_hash: str,
    needs_approval: bool,
    reasons: Sequence[Mapping[str, Any]] = (),
    totals: Mapping[str, Any] | None = None,
) -> str:
    """Make the run's draft the open plan and give back its hash; the plan that was open is superseded.

    A plan with the same hash as one that was approved, and not yet carried out, is approved still. One that needs no
    approval is approved by the rules.
    """
    draft = _draft(run_id)
    plan_hash = hash_of(operations(con, draft), inputs_hash)
    before = plan(con, plan_hash) or {}
    SQL.run(con, "plan_forget_operations", hash=plan_hash)
    SQL.run(con, "plan_positions", hash=plan_hash, draft=draft, waves=_WAVES)
    kept = before if before.get("status") == "approved" else {}
    by_rules = {} if needs_approval else {"approved_by": "rules", "approved_at": created_at}
    approval = {name: kept[name] for name in ("approved_by", "approved_at", "why")} if kept else by_rules
    row = {
        "hash": plan_hash,
        "run_id": run_id,
        "status": "approved" if approval else "open",
        "created_at": created_at,
        "needs_approval": needs_approval,
        "reasons": text([dict(reason) for reason in reasons]),
        "totals": text(totals or {}),
        "inputs_hash": inputs_hash,
        **approval,
    }
    insert(con, "plans", [row], replace=True)
    SQL.run(con, "plan_supersede", hash=plan_hash)
    return plan_hash


def plan(con: duckdb.DuckDBPyConnection, plan_hash: str) -> Row | None:
    """The row of a plan."""
    found = SQL.rows(con, "plan_of", hash=plan_hash)
    return found[0] if found else None


def open_plan(con: duckdb.DuckDBPyConnection) -> Row | None:
    """The plan that waits for approval, or was approved and not yet carried out."""
    found = SQL.rows(con, "plan_open")
    return found[0] if found else None


def operations(con: duckdb.DuckDBPyConnection, plan_hash: str) -> list[Operation]:
    """The operations of a plan, in order."""
    return [operation_of(row) for row in SQL.rows(con, "plan_operations", hash=plan_hash, waves=_WAVES)]


def operation_rows(con: duckdb.DuckDBPyConnection, plan_hash: str) -> list[Row]:
    """The rows of `operations` of a plan, with what became of each."""
    return SQL.rows(con, "plan_operations", hash=plan_hash, waves=_WAVES)


def approve(con: duckdb.DuckDBPyConnection, plan_hash: str, who: str, at: datetime, why: str | None = None) -> bool:
    """Approve the open plan of that hash; False if there is none such any more."""
    return bool(SQL.rows(con, "plan_decide", hash=plan_hash, status="approved", who=who, at=at, why=why))


def refuse(con: duckdb.DuckDBPyConnection, plan_hash: str, who: str, at: datetime, why: str | None = None) -> bool:
    """Refuse the open plan of that hash; False if there is none such any more. Its records stay due."""
    return bool(SQL.rows(con, "plan_decide", hash=plan_hash, status="refused", who=who, at=at, why=why))


def finish(con: duckdb.DuckDBPyConnection, plan_hash: str) -> bool:
    """An approved plan was carried out, as far as it could be."""
    return bool(SQL.rows(con, "plan_finish", hash=plan_hash))


def mark(con: duckdb.DuckDBPyConnection, plan_hash: str, done: Iterable[Done]) -> int:
    """Note what became of operations; how many were found."""
    rows = [
        {"operation_id": one.operation_id, "status": one.status, "code": one.code, "slots": text(one.slots)}
        for one in done
    ]
    if not rows:
        return 0
    with registered(con, "operation_news", pa.Table.from_pylist(rows, schema=_NEWS)):
        return len(SQL.rows(con, "plan_mark_operations", hash=plan_hash))


def _draft(run_id: str) -> str:
    return f"draft:{run_id}"
