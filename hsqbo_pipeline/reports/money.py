"""The proof in tables: months against months, customers against their balance, fees, and revenue on the fallback item."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from hsqbo_pipeline.core.tables import Row
from hsqbo_pipeline.model.keys import name_key
from hsqbo_pipeline.reports.published import SQL

if TYPE_CHECKING:
    import duckdb

_SHOWN = 200


@dataclass(frozen=True)
class Month:
    """One month and currency: the measures of the proof by name, each with both sides, explained and unexplained."""

    month: str
    currency: str
    measures: dict[str, Row]

    @property
    def unexplained(self) -> Decimal:
        """Money nobody can explain, all measures of money together; 0.00 where the proof holds."""
        money = (row["unexplained"] for name, row in self.measures.items() if name != "count")
        return sum((abs(each) for each in money), Decimal("0.00"))


def months(con: duckdb.DuckDBPyConnection, run_id: str) -> list[Month]:
    """The reconciliation of a run, newest month first."""
    found: dict[tuple[str, str], dict[str, Row]] = {}
    for row in SQL.rows(con, "reconciliation", run_id=run_id):
        found.setdefault((row["month"], row["currency"]), {})[row["measure"]] = row
    return [Month(month, currency, measures) for (month, currency), measures in found.items()]


def apart(con: duckdb.DuckDBPyConnection, run_id: str) -> list[Row]:
    """Per currency: `apart`, the totals' differences added up month by month, and `unexplained`."""
    return SQL.rows(con, "money_apart", run_id=run_id)


def difference_causes(con: duckdb.DuckDBPyConnection, run_id: str) -> list[Row]:
    """Per currency, measure and code: what explains the differences."""
    return SQL.rows(con, "difference_causes", run_id=run_id)


def tie_out(con: duckdb.DuckDBPyConnection, run_id: str) -> tuple[list[Row], list[Row]]:
    """Per currency the sums, and the customers: those that do not tie first, at most 200."""
    return SQL.rows(con, "tie_out_sums", run_id=run_id), SQL.rows(con, "tie_out", run_id=run_id, limit=_SHOWN)


def fee_table(con: duckdb.DuckDBPyConnection, run_id: str) -> list[Row]:
    """Fees of payments through HubSpot per day, payout and currency, newest first, at most 200."""
    return SQL.rows(con, "fee_table", run_id=run_id, limit=_SHOWN)


def fee_sums(con: duckdb.DuckDBPyConnection, run_id: str) -> list[Row]:
    """All of those fees added up: `kind` is month (of the payment) or payout (its day, '' where there was none yet)."""
    return SQL.rows(con, "fee_sums", run_id=run_id)


def fallback_value(con: duckdb.DuckDBPyConnection, run: Row) -> tuple[str, list[Row]]:
    """The fallback item's name in this run's rules, and per month and currency what stands on it."""
    name = _rules(run).get("invoices", {}).get("custom_item_name") or "Custom line item"
    return name, SQL.rows(con, "fallback_value", name_key=name_key(name))


def business_day(run: Row) -> date:
    """The day of a run, in the company's own zone."""
    day: date = run["now_at"].astimezone(ZoneInfo(_rules(run).get("timezone") or "UTC")).date()
    return day


def _rules(run: Row) -> Row:
    rules: Row = json.loads(run["rules"]) if run["rules"] else {}
    return rules
