"""Which payments are looked at, and which of them stand for one another.

One QuickBooks payment may have several copies in HubSpot, one per invoice it pays (N1): their links name `payment:invoice` on
QuickBooks' side. A HubSpot payment that was posted has a plain link.
"""

from __future__ import annotations

from pathlib import Path

import duckdb

from hsqbo_pipeline.core.decisions import Situation
from hsqbo_pipeline.core.tables import Statements
from hsqbo_pipeline.model.names import Entity

SQL = Statements(Path(__file__).parents[1] / "sql")


def match_payments(con: duckdb.DuckDBPyConnection, _situation: Situation) -> None:
    """Fill `pairs` for payments, and find what may be recorded on both sides already."""
    SQL.run(con, "match_clear", entity=Entity.PAYMENT)
    SQL.run(con, "match_payment_doubles")
    SQL.run(con, "match_payment_candidates")
    SQL.run(con, "match_payment_pairs")
