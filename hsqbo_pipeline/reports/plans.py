"""Plans as people read them, from what was published."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from hsqbo_pipeline.core.tables import Row
from hsqbo_pipeline.reports.published import SQL

if TYPE_CHECKING:
    import duckdb


def of_hash(con: duckdb.DuckDBPyConnection, beginning: str) -> tuple[Row, list[Row]] | None:
    """The newest plan whose hash begins so, with its operations in order; None where there is none such."""
    found = SQL.rows(con, "plan_named", hash=beginning)
    if not found:
        return None
    return found[0], SQL.rows(con, "plan_operations", hash=found[0]["hash"])


def listed(con: duckdb.DuckDBPyConnection, limit: int) -> list[Row]:
    """Plans that had something to do, newest first, with who approved them."""
    return SQL.rows(con, "plans_lately", limit=limit)


def totals(operations: Sequence[Mapping[str, Any]]) -> list[Row]:
    """Operations and money by object, direction and action; currencies are never added up."""
    found: dict[tuple[str, str, str, str], Row] = {}
    for one in operations:
        key = (
            one["entity"],
            one["system"],
            one["action"],
            (one["currency"] or "") if one["amount"] is not None else "",
        )
        row = found.setdefault(
            key,
            {"object": key[0], "to": key[1], "action": key[2], "currency": key[3], "operations": 0, "amount": None},
        )
        row["operations"] += 1
        if one["amount"] is not None:
            row["amount"] = (row["amount"] or 0) + one["amount"]
    return [found[key] for key in sorted(found)]
