"""The verdict on each payment, and what the run's payments do to the invoices."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from decimal import Decimal

import duckdb

from hsqbo_pipeline.core.candidates import paused
from hsqbo_pipeline.core.decisions import Situation, Verdict
from hsqbo_pipeline.core.payments.allocations import show
from hsqbo_pipeline.core.payments.cases import SQL, ZERO, Cashbox, PaymentCase, open_cashbox, read_payments
from hsqbo_pipeline.core.payments.outlook import outlook
from hsqbo_pipeline.core.payments.postings import double, post, posted
from hsqbo_pipeline.model.names import Entity, System

# HubSpot invoice -> (booked in QuickBooks by this run, shown in HubSpot by this run)
Moved = dict[str, tuple[Decimal, Decimal]]
_OTHER_DOCUMENTS = {
    "credit_memo": "credit memos",
    "refund_receipt": "refund receipts",
    "sales_receipt": "sales receipts",
    "journal": "journal entries",
}


def decide_all(
    con: duckdb.DuckDBPyConnection, situation: Situation, invoices: Iterable[Verdict] = ()
) -> tuple[list[Verdict], Moved]:
    """Every payment's verdict. `invoices` are verdicts of this run that are not kept in state yet."""
    fresh = list(invoices)
    cashbox = open_cashbox(con, situation, outlook(con, situation, fresh))
    cashbox.customers = _customers(con, situation, fresh)
    verdicts: list[Verdict] = []
    moved: Moved = {}
    for case in read_payments(con, situation):
        verdicts.append(_decide(case, cashbox, situation, moved))
    return verdicts, moved


def _decide(case: PaymentCase, cashbox: Cashbox, situation: Situation, moved: Moved) -> Verdict:
    aside = _aside(case, situation)
    if aside is not None:
        return aside
    if case.pair.kind in ("linked", "matched"):
        return posted(case, situation)
    if case.pair.ids[System.HUBSPOT] is not None:
        if case.pair.rows[System.HUBSPOT] is None:
            return case.verdict("DEL_REMOTE_DELETED", slots={"system": "hubspot", "id": case.pair.ids[System.HUBSPOT]})
        posting = post(case, cashbox, situation)
        for invoice, part in posting.parts:
            _add(moved, invoice, part, ZERO)
        return posting.verdict
    row = case.pair.rows[System.QUICKBOOKS]
    if row is not None and row["kind"] in _OTHER_DOCUMENTS:
        return _other_document(case, row["kind"])
    if row is not None and row["mark"] and row["mark"].startswith("commerce_payment "):
        return case.verdict(
            "DEL_REMOTE_DELETED", slots={"system": "hubspot", "id": row["mark"].removeprefix("commerce_payment ")}
        )
    if case.doubles and row is not None:
        return double(case, row["amount"], System.HUBSPOT)
    verdict, copies = show(case, cashbox, situation)
    for copy in copies:
        if copy.hubspot_invoice:
            _add(moved, copy.hubspot_invoice, ZERO, copy.shown)
    return verdict


def _add(moved: Moved, invoice: str, booked: Decimal, shown: Decimal) -> None:
    before = moved.get(invoice, (ZERO, ZERO))
    moved[invoice] = (before[0] + booked, before[1] + shown)


def _aside(case: PaymentCase, situation: Situation) -> Verdict | None:
    rules = situation.rules.payments
    if not rules.targets:
        return case.verdict("FLT_OBJECT_OFF", slots={"object": "payments"})
    put_aside = paused(case.pair, situation)
    if put_aside is not None:
        return put_aside
    unasked = situation.backfill and situation.environment != "sandbox" and not rules.workflows_exclude_backfill
    if unasked and case.owner is System.QUICKBOOKS and rules.writes_to(System.HUBSPOT):
        # A first load of payments sets off people's workflows: a person confirms first that they leave it alone (1.9).
        return case.verdict("OPS_AWAITING_APPROVAL", slots={"plan": "payments.workflows_exclude_backfill"})
    return None


def _other_document(case: PaymentCase, kind: str) -> Verdict:
    """Credits lower balances without being money, receipts touch no invoice: none of them is shown as a payment (N2)."""
    if case.second_document_of is not None:
        return case.verdict("HS_WORKFLOW_DUPLICATE", slots={"id": case.second_document_of})
    return case.verdict("FLT_OBJECT_OFF", slots={"object": _OTHER_DOCUMENTS[kind]})


def _customers(con: duckdb.DuckDBPyConnection, situation: Situation, fresh: Iterable[Verdict]) -> Mapping[str, object]:
    """The customer reference of each invoice that this run makes in QuickBooks."""
    found: dict[str, object] = {}
    for row in SQL.rows(con, "payment_new_invoices", run_id=situation.run_id):
        found[row["hubspot_id"]] = json.loads(row["customer"])
    for verdict in fresh:
        for operation in verdict.operations:
            if operation.entity is Entity.INVOICE and operation.system is System.QUICKBOOKS and operation.steps:
                reference = operation.steps[0].body.get("CustomerRef")
                if reference and verdict.hubspot_id:
                    found[verdict.hubspot_id] = reference["value"]
    return found
