"""Which payments belong together."""

from __future__ import annotations

from pathlib import Path

import duckdb

from hsqbo_pipeline.core.decisions import Situation
from hsqbo_pipeline.core.tables import Statements
from hsqbo_pipeline.model.names import Entity

SQL = Statements(Path(__file__).parents[1] / "sql")


def match_payments(con: duckdb.DuckDBPyConnection, situation: Situation) -> None:
    """Fill `pairs` for the due payments."""
    SQL.run(con, "match_clear", entity=Entity.PAYMENT)
