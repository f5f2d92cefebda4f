"""Which invoices belong together: by link, by a mark of ours, or by number with everything else equal (N4)."""

from __future__ import annotations

from pathlib import Path

import duckdb

from hsqbo_pipeline.core.decisions import Situation
from hsqbo_pipeline.core.match import tie
from hsqbo_pipeline.core.tables import Statements
from hsqbo_pipeline.model.names import OBJECTS, Entity, System

SQL = Statements(Path(__file__).parents[1] / "sql")


def match_invoices(con: duckdb.DuckDBPyConnection, situation: Situation) -> None:
    """Fill `pairs` for the due invoices. Customers are matched before, so that a pair made in this run counts as known."""
    SQL.run(con, "match_due_paid", run_id=situation.run_id)
    SQL.run(con, "match_clear", entity=Entity.INVOICE)
    tie(con, Entity.INVOICE, OBJECTS[Entity.INVOICE][System.HUBSPOT])
    SQL.run(con, "match_linked", entity=Entity.INVOICE)
    SQL.run(con, "match_invoice_edges", realm=situation.company.realm)
    SQL.run(con, "match_invoice_free")
