"""Letting go of what nobody needs any more. Links, marks' tombstones, decisions and the journal stay for good."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from hsqbo_pipeline.core.tables import Statements
from hsqbo_pipeline.model.names import QUICKBOOKS_OBJECTS
from hsqbo_pipeline.store import landing

if TYPE_CHECKING:
    from hsqbo_pipeline.store.warehouse import Warehouse

SQL = Statements(Path(__file__).parent / "sql")
# `validate` takes these off itself, once it has looked at them; a blocked entity's stay until then.
_VALIDATED = ("contacts", "companies", "products", "invoices", "commerce_payments", *QUICKBOOKS_OBJECTS)
_OF_RUNS = (
    "record_history",
    "verdicts",
    "reads",
    "reconciliation",
    "reconciliation_differences",
    "tie_out",
    "quality",
    "fees",
    "drift",
    "operations",
)


def let_go(warehouse: Warehouse, run_id: str, *, now: datetime, history_days: int, landing_days: int) -> dict[str, int]:
    """Delete what is older than the days given; how many rows of each table, and how many runs' raw answers.

    Drafts of earlier runs, and what they touched beside the records that are validated, go whatever their age.
    """
    before = now - timedelta(days=history_days)
    with warehouse.transaction() as con:
        gone = {table: SQL.run(con, f"retention_{table}", before=before) for table in _OF_RUNS}
        gone["touched"] = SQL.run(con, "retention_touched", run_id=run_id, validated=list(_VALIDATED))
        gone["drafts"] = SQL.run(con, "retention_drafts", run_id=run_id)
    gone["landing"] = landing.keep(warehouse.data, landing_days, now)
    return gone
