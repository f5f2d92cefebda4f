"""What this run's payments will do to the invoices, before the invoices' own verdicts are kept."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import duckdb

from hsqbo_pipeline.core.decisions import Situation, Verdict
from hsqbo_pipeline.core.invoices.drafts import Money
from hsqbo_pipeline.core.payments.decide import decide_all
from hsqbo_pipeline.core.payments.match import match_payments


def money_moved(
    con: duckdb.DuckDBPyConnection, situation: Situation, invoices: Sequence[Verdict]
) -> Mapping[str, Money]:
    """By HubSpot invoice: what is booked in QuickBooks and what is newly shown in HubSpot."""
    match_payments(con, situation)
    _, moved = decide_all(con, situation, invoices)
    return {invoice: Money(booked, shown) for invoice, (booked, shown) in moved.items()}
