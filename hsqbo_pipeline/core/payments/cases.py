"""The payments to decide about, with their invoices, copies, doubles and notes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb

from hsqbo_pipeline.core.candidates import Candidate, candidate
from hsqbo_pipeline.core.decisions import Situation, Verdict
from hsqbo_pipeline.core.invoices.company_lists import Lists, read_lists
from hsqbo_pipeline.core.match import chosen
from hsqbo_pipeline.core.payments.outlook import Outlook
from hsqbo_pipeline.core.tables import Row, Statements
from hsqbo_pipeline.model.names import Entity, System

SQL = Statements(Path(__file__).parents[1] / "sql")
ZERO = Decimal("0.00")


@dataclass(frozen=True)
class PaymentCase:
    """One payment. `allocations` are a QuickBooks payment's, `targets` the invoices of a HubSpot payment."""

    pair: Candidate
    owner: System
    allocations: Sequence[Row] = ()
    targets: Sequence[Row] = ()
    doubles: Sequence[str] = ()
    refund_receipts: Sequence[str] = ()
    second_document_of: str | None = None

    def said(self, verb: str) -> bool:
        """Whether a person has decided so about this payment."""
        return any(each["verb"] == verb for each in self.pair.said)

    def verdict(self, code: str, **more: Any) -> Verdict:
        """A verdict on this payment; a QuickBooks payment speaks for its copies."""
        row = self.pair.rows[System.QUICKBOOKS] or self.pair.rows[System.HUBSPOT] or {}
        copies = tuple((System.HUBSPOT, each["hubspot_id"]) for each in self.allocations if each["hubspot_id"])
        verdict = self.pair.verdict(
            code,
            label=row.get("reference") or row.get("number") or row.get("id") or self.pair.ids[System.QUICKBOOKS] or "",
            amount=row.get("amount"),
            currency=row.get("currency"),
            business_day=row.get("paid_on"),
            source_system=self.owner,
            **more,
        )
        keys = tuple(
            (System.QUICKBOOKS, f"{each['payment_id']}:{each['invoice_id']}")
            for each in self.allocations
            if each["hubspot_id"]
        )
        return replace(verdict, covers=tuple(dict.fromkeys((*verdict.covers, *copies, *keys))))


@dataclass
class Cashbox:
    """What all payments of a plan share. `open` is what can still be paid on each QuickBooks invoice in this plan."""

    outlook: Outlook
    lists: Lists
    payers: Mapping[str, Row]
    notes: Mapping[str, Sequence[Row]]
    methods: Mapping[str, str]
    open: dict[str, Decimal] = field(default_factory=dict)
    customers: Mapping[str, object] = field(default_factory=dict)


def read_payments(con: duckdb.DuckDBPyConnection, situation: Situation) -> list[PaymentCase]:
    """Every payment that `match` chose, oldest first."""
    allocations = _grouped(SQL.rows(con, "payment_allocations", realm=situation.company.realm), "payment_id")
    targets = _grouped(SQL.rows(con, "payment_targets"), "payment_id")
    doubles: dict[tuple[System, str], list[str]] = {}
    for row in SQL.rows(con, "payment_doubles"):
        doubles.setdefault((System.HUBSPOT, row["hubspot_id"]), []).append(row["quickbooks_id"])
        doubles.setdefault((System.QUICKBOOKS, row["quickbooks_id"]), []).append(row["hubspot_id"])
    refunds = _grouped(SQL.rows(con, "payment_refunds"), "payment_id")
    seconds = second_documents(con, "sales_receipt")
    found = []
    for row in chosen(con, Entity.PAYMENT, situation.run_id):
        pair = candidate(Entity.PAYMENT, row)
        hubspot, quickbooks = pair.ids[System.HUBSPOT], pair.ids[System.QUICKBOOKS]
        side = System.HUBSPOT if hubspot is not None else System.QUICKBOOKS
        found.append(
            PaymentCase(
                pair=pair,
                owner=System(row["owner"]) if row["owner"] else side,
                allocations=allocations.get(quickbooks, []) if hubspot is None else [],
                targets=targets.get(hubspot, []),
                doubles=doubles.get((side, hubspot or quickbooks or ""), []),
                refund_receipts=[each["id"] for each in refunds.get(hubspot, [])],
                second_document_of=seconds.get(quickbooks or ""),
            )
        )
    return found


def second_documents(con: duckdb.DuckDBPyConnection, kind: str) -> dict[str, str]:
    """QuickBooks documents that look like a second one for a HubSpot payment: id -> that payment."""
    return {row["id"]: row["payment_id"] for row in SQL.rows(con, "payment_second_documents") if row["kind"] == kind}


def open_cashbox(con: duckdb.DuckDBPyConnection, situation: Situation, outlook: Outlook) -> Cashbox:
    """The shared material, read once per plan."""
    names = {row["id"]: row["name"] for row in SQL.rows(con, "company_lists") if row["object"] == "PaymentMethod"}
    return Cashbox(
        outlook=outlook,
        lists=read_lists(con, situation),
        payers={row["customer"]: row for row in SQL.rows(con, "payment_payers", run_id=situation.run_id)},
        notes=_grouped(SQL.rows(con, "payment_notes"), "allocation"),
        methods=names,
    )


def _grouped(rows: Sequence[Row], key: str) -> dict[Any, list[Row]]:
    found: dict[Any, list[Row]] = {}
    for row in rows:
        found.setdefault(row[key], []).append(row)
    return found
