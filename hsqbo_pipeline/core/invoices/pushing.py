"""Changes that people make to their own invoices in HubSpot, on their way into the books."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from hsqbo_pipeline.core.conflict import FieldVerdict, Outcome
from hsqbo_pipeline.core.decisions import Situation, Verdict
from hsqbo_pipeline.core.invoices import guards
from hsqbo_pipeline.core.invoices.cases import ZERO, Case
from hsqbo_pipeline.core.invoices.comparison import Comparison, texts_of_the_books
from hsqbo_pipeline.core.invoices.line_forms import FORMED, successors
from hsqbo_pipeline.core.invoices.outgoing import Outbox, Sale, line_bodies, prepare
from hsqbo_pipeline.core.invoices.parents import Parents
from hsqbo_pipeline.core.invoices.wire import operation, quickbooks_update
from hsqbo_pipeline.core.tables import Row
from hsqbo_pipeline.mapping.invoices import quickbooks_fields
from hsqbo_pipeline.mapping.lines import money
from hsqbo_pipeline.mapping.paths import value_at
from hsqbo_pipeline.model.fields import CUSTOM_FIELD, Field
from hsqbo_pipeline.model.names import System
from hsqbo_pipeline.model.operations import Action, FieldChange, Operation


def push(
    case: Case,
    found: Comparison,
    groups: frozenset[str],
    outcomes: Sequence[FieldVerdict],
    mapped: Sequence[Field],
    parents: Parents,
    outbox: Outbox,
    situation: Situation,
) -> tuple[Operation, ...] | Verdict:
    """One update of the QuickBooks invoice with everything HubSpot changed, or why it must not be made."""
    if not groups:
        return push_fields(case, outcomes, mapped, situation)
    if not situation.rules.invoices.writes_to(System.QUICKBOOKS):
        return ()
    refused = _refused(case, situation)
    if refused is not None:
        return refused
    row, booked = case.row(System.HUBSPOT), case.row(System.QUICKBOOKS)
    sale = prepare(case, parents, outbox, situation)
    rewritten = sale if isinstance(sale, Verdict) else _guarded(case, found, groups, sale, outbox, situation)
    if isinstance(rewritten, Verdict):
        outbox.fallbacks.drop()
        return rewritten
    outbox.fallbacks.keep()
    body = {**_fields(case, outcomes, mapped, situation), **rewritten}
    told = [FieldChange(name, _said(booked, name), _said(row, name), "changed in hubspot") for name in sorted(groups)]
    figures = row if {"lines", "tax"} & groups else booked
    return (_update(case, body, [*_changes(outcomes), *told], figures, situation),)


def push_fields(
    case: Case, outcomes: Sequence[FieldVerdict], mapped: Sequence[Field], situation: Situation
) -> tuple[Operation, ...] | Verdict:
    """One update of the QuickBooks invoice with the header fields that flow there, or why it must not be made."""
    changes = _changes(outcomes)
    if not changes or not situation.rules.invoices.writes_to(System.QUICKBOOKS):
        return ()
    body = _fields(case, outcomes, mapped, situation)
    return _refused(case, situation) or (_update(case, body, changes, case.row(System.QUICKBOOKS), situation),)


def _writes(outcomes: Sequence[FieldVerdict]) -> list[FieldVerdict]:
    return [o for o in outcomes if o.outcome is Outcome.WRITE and o.to is System.QUICKBOOKS]


def _changes(outcomes: Sequence[FieldVerdict]) -> list[FieldChange]:
    return [FieldChange(o.name, o.loser, o.value, o.reason) for o in _writes(outcomes)]


def _fields(
    case: Case, outcomes: Sequence[FieldVerdict], mapped: Sequence[Field], situation: Situation
) -> dict[str, Any]:
    payload = case.pair.payloads[System.QUICKBOOKS] or {}
    texts = {o.name: o.value for o in _writes(outcomes)}
    return quickbooks_fields(texts, mapped, payload, situation.company.custom_fields)


def _update(
    case: Case, body: Mapping[str, Any], changes: Sequence[FieldChange], figures: Row, situation: Situation
) -> Operation:
    """The update, and the figures that QuickBooks must show afterwards: nothing we send may change its tax (H14)."""
    shown = {"TotalAmt": money(figures["total"] or ZERO)}
    if situation.company.uses_sales_tax:
        shown["TxnTaxDetail.TotalTax"] = money(figures["tax"] or ZERO)
    on_done = {"expect": {"code": "TAX_RECALCULATED", "values": shown}}
    step = quickbooks_update(case, body, _before(body, case.pair.payloads[System.QUICKBOOKS] or {}))
    return operation(case, situation, System.QUICKBOOKS, Action.UPDATE, [step], changes=changes, on_done=on_done)


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
    case: Case, found: Comparison, groups: frozenset[str], sale: Sale, outbox: Outbox, situation: Situation
) -> dict[str, Any] | Verdict:
    row, booked = case.row(System.HUBSPOT), case.row(System.QUICKBOOKS)
    body: dict[str, Any] = {}
    applied = (booked["total"] or ZERO) - (booked["balance"] or ZERO)
    if "customer" in groups:
        if applied:
            return case.verdict("INV_LOCKED_BY_PAYMENT", slots={"amount": applied})
        body["CustomerRef"] = {"value": sale.customer.reference()}
    if {"lines", "tax"} & groups:
        linked = hanging_on(booked, case.lines[System.QUICKBOOKS])
        if linked:
            return case.verdict("INV_LINKED_TXN", slots={"linked": ", ".join(linked)})
        if (row["total"] or ZERO) < applied:
            return case.verdict("INV_LOCKED_BY_PAYMENT", slots={"amount": applied})
        body["Line"] = _lines(case, found, sale, outbox, situation)
        if sale.codes.calculation is not None:
            body["GlobalTaxCalculation"] = sale.codes.calculation
    return body


def hanging_on(row: Row, lines: Sequence[Row] = ()) -> list[str]:
    """What an invoice or its lines are linked to other than payments: rewriting the lines would cut that link (H26)."""
    texts = [each for each in (row["linked_txns"], *(line["linked_txns"] for line in lines)) if each]
    entries = [entry for text in texts for entry in (json.loads(text) if isinstance(text, str) else text)]
    return sorted({entry["TxnType"] for entry in entries if entry.get("TxnType") not in ("Payment", None)})


def _lines(case: Case, found: Comparison, sale: Sale, outbox: Outbox, situation: Situation) -> list[dict[str, Any]]:
    """The whole array, as QuickBooks replaces it whole. Each line keeps its id and what people wrote on it there (A12)."""
    bodies = line_bodies(case, sale, outbox.lists, situation)
    said, booked = found.hubspot.lines, found.quickbooks.lines
    rows = [line for line in case.lines[System.QUICKBOOKS] if line["kind"] in FORMED]
    theirs = texts_of_the_books(case, said, booked)
    for place, before in successors(said, booked).items():
        if place < len(bodies) and rows[before]["kind"] == "item":
            _keep_details(bodies[place], rows[before], described=place in theirs)
    payload = case.pair.payloads[System.QUICKBOOKS] or {}
    return [*bodies, *(line for line in payload.get("Line", ()) if line.get("DetailType") == "DescriptionOnly")]


def _keep_details(body: dict[str, Any], row: Row, *, described: bool) -> None:
    """What the books know of a line and HubSpot does not."""
    if not row["line_id"].startswith("@"):
        body["Id"] = row["line_id"]
    detail = body["SalesItemLineDetail"]
    if row["service_date"] is not None:
        detail.setdefault("ServiceDate", row["service_date"].isoformat())
    if row["class_id"] is not None:
        detail.setdefault("ClassRef", {"value": row["class_id"]})
    # A blank does not overwrite; where no quantity was sent, the text told it, and goes with it.
    blank = "Description" not in body and row["quantity"] is not None
    if (described or blank) and row["description"]:
        body["Description"] = row["description"]
