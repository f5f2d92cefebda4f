"""Changes that people make to their own invoices in HubSpot, on their way into the books."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from hsqbo_pipeline.core.conflict import FieldVerdict, Outcome
from hsqbo_pipeline.core.decisions import Situation, Verdict
from hsqbo_pipeline.core.invoices import guards
from hsqbo_pipeline.core.invoices.cases import ZERO, Case
from hsqbo_pipeline.core.invoices.outgoing import Outbox, Sale, line_bodies, prepare
from hsqbo_pipeline.core.invoices.parents import Parents
from hsqbo_pipeline.core.invoices.wire import operation, quickbooks_update
from hsqbo_pipeline.mapping.invoices import quickbooks_fields
from hsqbo_pipeline.mapping.lines import money
from hsqbo_pipeline.mapping.paths import value_at
from hsqbo_pipeline.model.fields import CUSTOM_FIELD, Field
from hsqbo_pipeline.model.names import System
from hsqbo_pipeline.model.operations import Action, FieldChange, Operation

_LINE_DETAILS_OF_THE_BOOKS = ("ServiceDate", "ClassRef")


def push(
    case: Case,
    groups: frozenset[str],
    outcomes: Sequence[FieldVerdict],
    mapped: Sequence[Field],
    parents: Parents,
    outbox: Outbox,
    situation: Situation,
) -> tuple[Operation, ...] | Verdict:
    """One update of the QuickBooks invoice with everything HubSpot changed, or why it must not be made."""
    writes = [o for o in outcomes if o.outcome is Outcome.WRITE and o.to is System.QUICKBOOKS]
    if not groups and not writes:
        return ()
    if not situation.rules.invoices.writes_to(System.QUICKBOOKS):
        return ()
    refused = _refused(case, situation)
    if refused is not None:
        return refused
    payload = case.pair.payloads[System.QUICKBOOKS] or {}
    body = quickbooks_fields({o.name: o.value for o in writes}, mapped, payload, situation.company.custom_fields)
    changes = [FieldChange(o.name, o.loser, o.value, o.reason) for o in writes]
    row, booked = case.row(System.HUBSPOT), case.row(System.QUICKBOOKS)
    total, tax = booked["total"], booked["tax"]
    if groups:
        sale = prepare(case, parents, outbox, situation)
        rewritten = sale if isinstance(sale, Verdict) else _guarded(case, groups, sale, outbox, situation)
        if isinstance(rewritten, Verdict):
            outbox.fallbacks.drop()
            return rewritten
        outbox.fallbacks.keep()
        body |= rewritten
        if {"lines", "tax"} & groups:
            total, tax = row["total"], row["tax"]
        changes += [
            FieldChange(name, _said(booked, name), _said(row, name), "changed in hubspot") for name in sorted(groups)
        ]
    shown = {"TotalAmt": money(total or ZERO)}
    if situation.company.uses_sales_tax:
        shown["TxnTaxDetail.TotalTax"] = money(tax or ZERO)
    expect = {"code": "TAX_RECALCULATED", "values": shown}
    step = quickbooks_update(case, body, _before(body, payload))
    on_done = {"expect": expect}
    return (operation(case, situation, System.QUICKBOOKS, Action.UPDATE, [step], changes=changes, on_done=on_done),)


def _said(row: Mapping[str, Any], group: str) -> str | None:
    value = {
        "lines": row["total"],
        "tax": row["tax"],
        "day": row["invoice_date"],
        "customer": row["customer_id"],
        "currency": row["currency"],
    }[group]
    return None if value is None else str(value)


def _before(body: Mapping[str, Any], payload: Mapping[str, Any]) -> dict[str, Any]:
    """What stands where we are about to write, by path, so that the writer can look once more."""
    paths = {
        "TxnDate": "TxnDate",
        "DueDate": "DueDate",
        "CustomerMemo": "CustomerMemo.value",
        "CustomerRef": "CustomerRef.value",
    }
    found = {path: value_at(payload, path) for name, path in paths.items() if name in body}
    for entry in body.get("CustomField", ()):
        path = f"{CUSTOM_FIELD}{entry['DefinitionId']}"
        found[path] = value_at(payload, path)
    return {**found, "TotalAmt": value_at(payload, "TotalAmt")}


def _refused(case: Case, situation: Situation) -> Verdict | None:
    """Old and new day must be open, and of this fiscal year unless a person said push (H18)."""
    days = [case.row(side)["invoice_date"] for side in (System.QUICKBOOKS, System.HUBSPOT)]
    closed = guards.period(case, situation, *days)
    if closed is not None:
        return closed
    slots = next((found for day in days if (found := guards.earlier_year(day, situation))), None)
    return case.verdict("PER_PRIOR_YEAR", slots=slots) if slots and not case.said("push") else None


def _guarded(
    case: Case, groups: frozenset[str], sale: Sale, outbox: Outbox, situation: Situation
) -> dict[str, Any] | Verdict:
    row, booked = case.row(System.HUBSPOT), case.row(System.QUICKBOOKS)
    body: dict[str, Any] = {}
    applied = (booked["total"] or ZERO) - (booked["balance"] or ZERO)
    if "customer" in groups:
        if applied:
            return case.verdict("INV_LOCKED_BY_PAYMENT", slots={"amount": applied})
        body["CustomerRef"] = {"value": sale.customer.reference()}
    if {"lines", "tax"} & groups:
        linked = hanging_on(booked)
        if linked:
            return case.verdict("INV_LINKED_TXN", slots={"linked": ", ".join(linked)})
        if (row["total"] or ZERO) < applied:
            return case.verdict("INV_LOCKED_BY_PAYMENT", slots={"amount": applied})
        body["Line"] = _lines(case, sale, outbox, situation)
        if sale.codes.calculation is not None:
            body["GlobalTaxCalculation"] = sale.codes.calculation
    return body


def hanging_on(row: Mapping[str, Any]) -> list[str]:
    """What an invoice is linked to other than payments: rewriting its lines would cut that link (H26)."""
    found = row["linked_txns"]
    entries = json.loads(found) if isinstance(found, str) else found or []
    return sorted({entry["TxnType"] for entry in entries if entry.get("TxnType") not in ("Payment", None)})


def _lines(case: Case, sale: Sale, outbox: Outbox, situation: Situation) -> list[dict[str, Any]]:
    """The whole array, as QuickBooks replaces it whole: line ids stay, and so does what people added there (A12)."""
    payload = case.pair.payloads[System.QUICKBOOKS] or {}
    there = [line for line in payload.get("Line", ()) if line.get("DetailType") == "SalesItemLineDetail"]
    bodies = line_bodies(case, sale, outbox.lists, situation)
    for line, old in zip(bodies, there, strict=False):
        if line["DetailType"] != "SalesItemLineDetail":
            continue
        if old.get("Id"):
            line["Id"] = old["Id"]
        detail = old.get("SalesItemLineDetail") or {}
        for name in _LINE_DETAILS_OF_THE_BOOKS:
            if name in detail:
                line["SalesItemLineDetail"].setdefault(name, detail[name])
        if old.get("Description"):
            line["Description"] = old["Description"]
    return [*bodies, *(line for line in payload.get("Line", ()) if line.get("DetailType") == "DescriptionOnly")]
