"""Invoices: what a billable one lets the API do in each status, and what a non-billable one does not mind.

A billable invoice goes draft -> open -> paid or voided; only a payment makes it paid; once open its lines, currency,
contact, dates and amounts are frozen for the API. A non-billable one stands for an invoice billed elsewhere: number,
status and total are what the writer says.
"""

from __future__ import annotations

from hsqbo_pipeline.sandbox.hubspot.crm import Actor, Crm
from hsqbo_pipeline.sandbox.hubspot.draft import Draft
from hsqbo_pipeline.sandbox.hubspot.records import Record
from hsqbo_pipeline.sandbox.hubspot.refusals import PropertyProblem, bad_properties, frozen_invoice, invalid
from hsqbo_pipeline.sandbox.hubspot.values import iso

FINAL = frozenset({"open", "paid", "voided"})
_FROZEN = frozenset({
    "hs_currency", "hs_invoice_date", "hs_number", "hs_amount_billed", "hs_tax_id", "hs_balance_due", "hs_amount_paid",
    "hs_payment_date",
})  # fmt: skip
_NOT_ON_BILLABLE = ("hs_number", "hs_amount_billed", "hs_balance_due", "hs_amount_paid", "hs_payment_date")
_SET_BY_HAND = ("hs_amount_billed", "hs_balance_due", "hs_amount_paid")
FROZEN_LINKS = frozenset({"contacts", "line_items", "taxes", "discounts", "fees"})


def billable(values: dict[str, str]) -> bool:
    """Whether HubSpot bills this invoice itself, which is the default."""
    return values.get("hs_invoice_billable") != "false"


def check(crm: Crm, draft: Draft, actor: Actor) -> None:
    """Fills in what HubSpot fills in, and refuses what the invoice's status does not allow."""
    if not actor.person:
        _refuse_computed(draft)
        _refuse_change_of_billing(draft)
    if draft.record is None:
        _complete(crm, draft, actor)
    if not actor.person:
        _refuse_status(crm, draft)
    _refuse_frozen(crm, draft, actor)
    for name in _SET_BY_HAND:
        if name in draft.values:
            draft.pinned.add(name)


def refuse_if_frozen(crm: Crm, invoice_id: int, actor: Actor, what: str) -> None:
    """400 if the actor may no longer change lines, contact or adjustments of an invoice."""
    invoice = crm.stores["invoices"].live.get(invoice_id)
    if invoice is not None and _is_frozen(crm, invoice, actor):
        raise frozen_invoice(invoice_id, what)


def refuse_deletion(crm: Crm, invoice: Record, actor: Actor) -> None:
    """400 unless the invoice is a draft, or open where the account allows it; paid and voided ones stay for good."""
    status = invoice.get("hs_invoice_status")
    allowed = {"draft", "open"} if crm.account.open_invoices_deletable else {"draft"}
    if not actor.person and status not in allowed:
        raise invalid(f"Invoice {invoice.id} is {status} and can not be deleted", id=[str(invoice.id)])


def number_on_commit(crm: Crm, draft: Draft) -> None:
    """Gives a new invoice the next free number, unless it brings its own. Numbers are not unique in HubSpot."""
    if not draft.values.get("hs_number"):
        draft.values["hs_number"] = _next_number(crm)


def _refuse_change_of_billing(draft: Draft) -> None:
    record = draft.record
    if record is None or "hs_invoice_billable" not in draft.values:
        return
    if (draft.values["hs_invoice_billable"] or "true") != (record.get("hs_invoice_billable") or "true"):
        raise invalid("hs_invoice_billable can only be set when the invoice is created", id=[str(record.id)])


def _complete(crm: Crm, draft: Draft, actor: Actor) -> None:
    values = draft.values
    now = iso(crm.now_ms())
    values.setdefault("hs_invoice_billable", "true")
    for name in ("hs_invoice_date", "hs_due_date"):
        # The due date, too, becomes now when it is not sent: such an invoice is overdue at once.
        values[name] = values.get(name) or now
    values["hs_invoice_status"] = values.get("hs_invoice_status") or "draft"
    default = "HubSpot" if actor.person else crm.switches.hs_api_invoice_source
    values["hs_invoice_source"] = values.get("hs_invoice_source") or default


def _next_number(crm: Crm) -> str:
    taken = crm.stores["invoices"].bucket("hs_number")
    while taken.get(f"inv-{crm.next_invoice_number}"):
        crm.next_invoice_number += 1
    crm.next_invoice_number += 1
    return f"INV-{crm.next_invoice_number - 1}"


def _refuse_computed(draft: Draft) -> None:
    if draft.after("hs_invoice_billable", "true") == "false":
        return
    problems = [
        PropertyProblem(name, "READ_ONLY_VALUE", f"{name} of a billable invoice is set by HubSpot")
        for name in _NOT_ON_BILLABLE
        if draft.values.get(name)
    ]
    if problems:
        raise bad_properties(problems)


def _refuse_status(crm: Crm, draft: Draft) -> None:
    before = (draft.record.get("hs_invoice_status") if draft.record else None) or "draft"
    wanted = draft.after("hs_invoice_status")
    if wanted == before:
        return
    if before == "voided" and crm.switches.hs_void_is_final:
        raise invalid("A voided invoice keeps its status")
    if draft.after("hs_invoice_billable", "true") == "false" and crm.switches.hs_status_settable_when_not_billable:
        return
    if (before, wanted) == ("draft", "open"):
        _require_parties(crm, draft)
    elif (before, wanted) not in {("open", "voided"), ("paid", "voided")}:
        raise invalid(f"The status of a billable invoice can not go from {before} to {wanted}; payments make it paid")


def _require_parties(crm: Crm, draft: Draft) -> None:
    for target, name in (("contacts", "contact"), ("line_items", "line item")):
        there = draft.linked(target)
        if draft.record is not None:
            there = [each.id for each in crm.neighbours("invoices", draft.record.id, target)]
        if not there:
            raise invalid(f"An invoice needs at least one associated {name} before it can be open")


def _refuse_frozen(crm: Crm, draft: Draft, actor: Actor) -> None:
    record = draft.record
    if record is None or not _is_frozen(crm, record, actor):
        return
    touched = sorted(name for name in _FROZEN & draft.values.keys() if draft.values[name] != (record.get(name) or ""))
    if touched:
        raise frozen_invoice(record.id, ", ".join(touched))


def _is_frozen(crm: Crm, invoice: Record, actor: Actor) -> bool:
    values = invoice.values()
    if not billable(values) or values.get("hs_invoice_status") not in FINAL:
        return False
    if actor.person:
        return not crm.account.people_may_edit_finalised_invoices
    return not crm.switches.hs_finalised_editable
