"""When a plan is large or odd enough that a person should look at it first (H32). Counted over a rolling window."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb

from hsqbo_pipeline.core.decisions import Situation
from hsqbo_pipeline.core.tables import Statements
from hsqbo_pipeline.model.names import Entity, System
from hsqbo_pipeline.model.operations import Action, Operation

SQL = Statements(Path(__file__).parent / "sql")
_DOCUMENTS = (Entity.INVOICE, Entity.PAYMENT)


def reasons_to_wait(
    con: duckdb.DuckDBPyConnection, operations: Sequence[Operation], situation: Situation
) -> list[dict[str, Any]]:
    """Why this plan waits for approval: {what, count, limit} for each limit it is above; empty where none is.

    Only creations, changes of money and changes in QuickBooks count; a mark or a figure of ours in HubSpot harms nobody.
    """
    limits = situation.rules.limits
    if not limits.enabled or not operations:
        return []
    since = situation.now - timedelta(hours=limits.window_hours)
    recent = SQL.rows(con, "limits_recent", run_id=situation.run_id, since=since)
    scale = {
        (row["measure"], row["name"]): row["value"]
        for row in SQL.rows(con, "limits_scale", since=situation.today - timedelta(days=90))
    }
    return [
        *_first_runs(operations, scale, limits.first_runs_ask),
        *_creates(operations, recent, limits.creates, f"within {limits.window_hours} hours"),
        *_share(operations, recent, scale, limits.linked_percent),
        *_money(operations, recent, scale, limits.money_percent),
        *_oddities(operations, situation),
    ]


def _reason(what: str, count: Any, limit: Any) -> dict[str, Any]:
    return {"what": what, "count": str(count), "limit": str(limit)}


def _first_runs(
    operations: Sequence[Operation], scale: dict[tuple[str, str], Decimal], ask: int | None
) -> Iterator[dict[str, Any]]:
    writes = [one for one in operations if one.system is System.QUICKBOOKS and one.steps]
    runs = int(scale.get(("quickbooks_runs", ""), Decimal(0)))
    if ask is not None and writes and runs < ask:
        said = "run so far" if runs == 1 else "runs so far"
        yield _reason(f"{said} that wrote to QuickBooks; the first ones always ask", runs, ask)


def _creates(
    operations: Sequence[Operation], recent: Sequence[dict[str, Any]], limit: int | None, within: str
) -> Iterator[dict[str, Any]]:
    if limit is None:
        return
    counted: Counter[str] = Counter(one.entity.value for one in operations if one.action is Action.CREATE)
    for row in recent:
        if row["action"] == Action.CREATE and row["entity"] in counted:
            counted[row["entity"]] += row["operations"]
    for entity, count in sorted(counted.items()):
        if count > limit:
            yield _reason(f"new {entity}s {within}", count, limit)


def _share(
    operations: Sequence[Operation],
    recent: Sequence[dict[str, Any]],
    scale: dict[tuple[str, str], Decimal],
    percent: Decimal | None,
) -> Iterator[dict[str, Any]]:
    if percent is None:
        return
    counted: Counter[str] = Counter(
        one.entity.value for one in operations if one.action is Action.UPDATE and one.changes
    )
    for row in recent:
        if row["action"] == Action.UPDATE and row["entity"] in counted:
            counted[row["entity"]] += row["changed"]
    for entity, count in sorted(counted.items()):
        linked = scale.get(("links", entity), Decimal(0))
        # Of a handful of records one is already a large share: the share speaks from twenty linked records on.
        if linked >= 20 and count * 100 > linked * percent:
            yield _reason(f"changed {entity}s of {linked:.0f} linked ones", count, f"{percent} %")


def _money(
    operations: Sequence[Operation],
    recent: Sequence[dict[str, Any]],
    scale: dict[tuple[str, str], Decimal],
    percent: Decimal | None,
) -> Iterator[dict[str, Any]]:
    if percent is None:
        return
    moved: dict[str, Decimal] = {}
    for one in operations:
        if one.system is System.QUICKBOOKS and one.amount is not None and one.entity in _DOCUMENTS:
            moved[one.currency or ""] = moved.get(one.currency or "", Decimal(0)) + abs(one.amount)
    for row in recent:
        if row["system"] == System.QUICKBOOKS and row["entity"] in _DOCUMENTS and row["currency"] in moved:
            moved[row["currency"]] += row["amount"]
    for currency, amount in sorted(moved.items()):
        month = scale.get(("invoicing", currency), Decimal(0)) / 3  # the mean of 90 days
        if month > 0 and amount * 100 > month * percent:
            yield _reason(f"{currency} written to QuickBooks, of a month's {month:.2f}", amount, f"{percent} %")


def _oddities(operations: Sequence[Operation], situation: Situation) -> Iterator[dict[str, Any]]:
    limits, month = situation.rules.limits, situation.today.replace(day=1)
    voids = [one for one in operations if one.action is Action.VOID and one.system is System.QUICKBOOKS]
    if voids and limits.voids == "ask":
        yield _reason("voids in QuickBooks", len(voids), 0)
    earlier = [
        one
        for one in operations
        if one.system is System.QUICKBOOKS and one.steps and one.business_day is not None and one.business_day < month
        and one.entity in _DOCUMENTS
    ]  # fmt: skip
    if earlier and limits.earlier_month == "ask":
        yield _reason("writes dated in an earlier month", len(earlier), 0)
    renamed = [
        one
        for one in operations
        if one.entity is Entity.CUSTOMER and one.action is not Action.CREATE and one.system is System.QUICKBOOKS
        and any(change.field in ("first_name", "last_name", "company", "display_name") for change in one.changes)
    ]  # fmt: skip
    if renamed and limits.customer_name == "ask":
        yield _reason("changed names of customers", len(renamed), 0)
