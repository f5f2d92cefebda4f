"""The proof, to the cent: both sides month by month, each difference by record, and the books against themselves.

A difference counts as explained only where the record itself is said not to be in step, with a code, and by exactly what its
own fields differ by (H29). `explained` is QuickBooks less HubSpot.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

import duckdb

from hsqbo_pipeline.core.decisions import Situation
from hsqbo_pipeline.core.tables import Row, Statements, rows

SQL = Statements(Path(__file__).parent / "sql")

# Warnings that tell of a difference which stays: the record is in step as far as it can be. The first tell of a record that
# is there on one side only, or not in the same month; the others of these figures, and of no other.
ENDED = ("DEL_REMOTE_DELETED", "DEL_VOIDED", "DIR_NOT_OWNER", "HS_WORKFLOW_DUPLICATE")
TELLING = {
    "PAY_CREDIT_NOT_SHOWN": ("balance",),
    "REC_DRIFT": ("count", "total", "tax", "balance", "cash", "applied"),
    "REC_TOTAL_VARIANCE": ("count", "total", "tax", "balance", "cash", "applied"),
    "TAX_VARIANCE": ("total", "tax", "balance"),
}
ZERO = Decimal("0.00")


@dataclass(frozen=True)
class Proof:
    """What a run has proved. `grown` lists the months whose explained differences have grown beyond the limit."""

    rows: int
    unexplained: Decimal
    tie_out_differences: int
    grown: tuple[Row, ...]

    @property
    def holds(self) -> bool:
        """Whether nothing is unexplained and nothing explained has grown beyond the limit."""
        return self.unexplained == ZERO and not self.grown


def reconcile(con: duckdb.DuckDBPyConnection, situation: Situation) -> Proof:
    """Write `reconciliation`, `reconciliation_differences`, `tie_out` and `fees` of this run, and say whether the proof holds.

    `unexplained` is the sum of the absolute amounts, record by record, over months, currencies and measures.
    """
    run_id = situation.run_id
    for name in ("reconcile_clear", "reconcile_clear_differences", "reconcile_clear_tie_out", "reconcile_clear_fees"):
        SQL.run(con, name, run_id=run_id)
    SQL.run(con, "reconcile_invoices")
    SQL.run(con, "reconcile_cash")
    telling = [f"{code}.{measure}" for code, measures in TELLING.items() for measure in measures]
    SQL.run(con, "reconcile_explained", ended=list(ENDED), telling=telling)
    SQL.run(con, "reconcile_keep_differences", run_id=run_id)
    SQL.run(con, "reconcile_keep", run_id=run_id)
    SQL.run(con, "tie_out", run_id=run_id)
    SQL.run(con, "fees", run_id=run_id, zone=situation.zone.key)
    return _proof(con, situation)


def _proof(con: duckdb.DuckDBPyConnection, situation: Situation) -> Proof:
    found = rows(
        con,
        "SELECT count(*) AS n, coalesce(sum(unexplained), 0)::DECIMAL(18, 2) AS open FROM reconciliation WHERE run_id = $run_id",
        {"run_id": situation.run_id},
    )[0]
    untied = rows(
        con,
        "SELECT count(*) AS n FROM tie_out WHERE run_id = $run_id AND difference <> 0",
        {"run_id": situation.run_id},
    )[0]
    return Proof(found["n"], found["open"], untied["n"], tuple(grown(con, situation)))


def grown(con: duckdb.DuckDBPyConnection, situation: Situation) -> list[Row]:
    """Where what is explained has grown since the proof before by more than the limit: month, currency, measure, `explained`, `before`
    and `base`, the month's figure of the larger side."""
    limit = situation.rules.reconciliation.explained_growth_percent
    if limit is None:
        return []
    found = SQL.rows(con, "reconcile_growth", run_id=situation.run_id)
    return [row for row in found if (row["explained"] - row["before"]) * 100 > limit * row["base"]]
