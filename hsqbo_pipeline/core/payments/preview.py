"""What this run's payments will do to the invoices."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import duckdb

from hsqbo_pipeline.core.decisions import Situation, Verdict
from hsqbo_pipeline.core.invoices.drafts import Money


def money_moved(con: duckdb.DuckDBPyConnection, situation: Situation, invoices: Sequence[Verdict]) -> Mapping[str, Money]:
    """By HubSpot invoice."""
    return {}
