"""What QuickBooks answered to an invoice of ours: what could not be known by id when the invoice was planned."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import duckdb

from hsqbo_pipeline.core.invoices.line_forms import all_same, as_text, from_text, standing
from hsqbo_pipeline.core.tables import Row, Statements

SQL = Statements(Path(__file__).parents[1] / "sql")


def booked_lines(con: duckdb.DuckDBPyConnection, ids: Sequence[str]) -> dict[str, list[Row]]:
    """The lines of some QuickBooks invoices, by invoice."""
    found: dict[str, list[Row]] = {}
    for row in SQL.rows(con, "invoice_booked_lines", ids=list(ids)):
        found.setdefault(row["invoice_id"], []).append(row)
    return found


def completed(planned: Mapping[str, str | None], booked: Row, lines: Sequence[Row]) -> dict[str, str | None]:
    """QuickBooks' side of a baseline with the customer and the items that were only being made when it was planned.

    Lines that came out otherwise than planned stay as planned, so that the next comparison tells the difference.
    """
    found = dict(planned)
    if "customer" in found and found["customer"] is None:
        found["customer"] = booked["customer_id"]
    forms, there = from_text(found.get("lines")), standing(lines, {})
    if forms is not None and all_same(forms, there):
        found["lines"] = as_text(there)
    return found
