"""The last runs side by side, and how much of what both systems allow was used."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from hsqbo_pipeline.core.tables import Row
from hsqbo_pipeline.reports.published import SQL

if TYPE_CHECKING:
    import duckdb

RUNS = 40
# HubSpot: what its smallest plan lets a private app ask in a day; larger plans allow 625,000 and 1,000,000.
HUBSPOT_PER_DAY = 250_000
# Intuit: metered reads of a production company a month on its smallest tier; writes are free.
QUICKBOOKS_READS_PER_MONTH = 500_000


@dataclass(frozen=True)
class Allowance:
    """Requests used of what the smallest plan allows in the period."""

    what: str
    used: int
    allowed: int

    @property
    def percent(self) -> float:
        """0 to 100 and beyond."""
        return 100 * self.used / self.allowed


def runs_lately(con: duckdb.DuckDBPyConnection, run: Row) -> list[Row]:
    """The last 40 runs up to this one, oldest first, each with its lag in hours."""
    return SQL.rows(con, "runs_lately", number=run["number"], limit=RUNS)


def quality_lately(con: duckdb.DuckDBPyConnection, run: Row) -> list[Row]:
    """Per run and dimension the share of values without fault in percent, oldest run first; infos are not faults."""
    return SQL.rows(con, "quality_trend", number=run["number"], limit=RUNS)


def allowances(con: duckdb.DuckDBPyConnection, run: Row) -> list[Allowance]:
    """HubSpot's day and QuickBooks' month up to the end of this run."""
    used = SQL.rows(con, "requests_used", ended_at=run["ended_at"])[0]
    return [
        Allowance("HubSpot, requests in 24 hours", used["hubspot"], HUBSPOT_PER_DAY),
        Allowance("QuickBooks, reads this month", used["quickbooks"], QUICKBOOKS_READS_PER_MONTH),
    ]
