"""What customers owe, by days past due, on both sides; never added across currencies."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING

from hsqbo_pipeline.reports.published import SQL

if TYPE_CHECKING:
    import duckdb

BUCKETS = ("not due", "1-30 days", "31-60 days", "61-90 days", "over 90 days")


@dataclass(frozen=True)
class Age:
    """Open invoices of one currency in one bucket on both sides."""

    currency: str
    bucket: str
    quickbooks: Decimal
    quickbooks_invoices: int
    hubspot: Decimal
    hubspot_invoices: int

    @property
    def difference(self) -> Decimal:
        """What QuickBooks has more than HubSpot shows."""
        return self.quickbooks - self.hubspot


def age_table(con: duckdb.DuckDBPyConnection, today: date) -> list[Age]:
    """A row per currency and bucket that has anything; `today` is the business day ages are counted to."""
    return [
        Age(
            row["currency"],
            BUCKETS[row["bucket"]],
            row["quickbooks"],
            row["quickbooks_invoices"],
            row["hubspot"],
            row["hubspot_invoices"],
        )
        for row in SQL.rows(con, "age_table", today=today)
    ]


def totals(ages: list[Age]) -> list[Age]:
    """One row per currency, all ages together."""
    return [
        Age(
            currency,
            "all",
            sum((age.quickbooks for age in mine), Decimal(0)),
            sum(age.quickbooks_invoices for age in mine),
            sum((age.hubspot for age in mine), Decimal(0)),
            sum(age.hubspot_invoices for age in mine),
        )
        for currency in dict.fromkeys(age.currency for age in ages)
        if (mine := [age for age in ages if age.currency == currency])
    ]
