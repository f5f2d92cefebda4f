"""Payments: one HubSpot payment per allocation of a QuickBooks payment, and HubSpot's own money into the books."""

from __future__ import annotations

import duckdb

from hsqbo_pipeline.core.decisions import Situation, Verdict
from hsqbo_pipeline.core.payments.decide import decide_all


def plan(con: duckdb.DuckDBPyConnection, situation: Situation) -> list[Verdict]:
    """The verdict on every payment to look at. Invoices of this run are decided before."""
    verdicts, _ = decide_all(con, situation)
    return verdicts
