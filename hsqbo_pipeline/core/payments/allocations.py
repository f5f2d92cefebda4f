"""QuickBooks payments as HubSpot shows them: one payment per invoice that is paid, updated in place, archived when gone (N1, N2)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from hsqbo_pipeline.core.associations import association
from hsqbo_pipeline.core.decisions import Reason, Situation, Verdict
from hsqbo_pipeline.core.payments.cases import ZERO, Cashbox, PaymentCase
from hsqbo_pipeline.core.payments.notes import archived, note_steps, standing_notes
from hsqbo_pipeline.core.payments.ties import tie_steps
from hsqbo_pipeline.core.payments.wire import (
    PAYMENT_TO_COMPANY,
    PAYMENT_TO_CONTACT,
    PAYMENT_TO_DEAL,
    PAYMENT_TO_INVOICE,
    link_row,
    operation,
)
from hsqbo_pipeline.core.tables import Row
from hsqbo_pipeline.mapping.lines import money
from hsqbo_pipeline.mapping.payments import hubspot_method, hubspot_payment
from hsqbo_pipeline.model.codes import Class
from hsqbo_pipeline.model.names import Entity, System
from hsqbo_pipeline.model.operations import Action, FieldChange, LinkedId, Operation, Step, StepAction, StepId

_FIRST = StepId(1).as_json()


@dataclass(frozen=True)
class Copy:
    """What becomes of one allocation: an operation, or the code and slots that say why it waits or stays out."""

    operations: tuple[Operation, ...] = ()
    code: str | None = None
    slots: Mapping[str, Any] | None = None
    shown: Decimal = ZERO
    hubspot_invoice: str | None = None


def show(case: PaymentCase, cashbox: Cashbox, situation: Situation) -> tuple[Verdict, list[Copy]]:
    """The verdict on a QuickBooks payment, with what its copies change in HubSpot."""
    row = case.pair.rows[System.QUICKBOOKS]
    copies = [_copy(case, each, cashbox, situation) for each in case.allocations]
    operations = tuple(op for copy in copies for op in copy.operations)
    if row is None or not row["active"]:
        gone = "DEL_REMOTE_DELETED" if row is None else "DEL_VOIDED"
        slots = {"system": "quickbooks", "id": case.pair.ids[System.QUICKBOOKS]}
        return case.verdict(gone, slots=slots, operations=operations), copies
    told = _told(row, copies)
    return case.verdict(told[0].code, slots=told[0].slots, reasons=tuple(told[1:]), operations=operations), copies


def _told(row: Row, copies: list[Copy]) -> list[Reason]:
    """Waiting before warnings before exclusions; nothing to say is unchanged."""
    codes = [Reason(copy.code, copy.slots or {}) for copy in copies if copy.code is not None]
    waiting = [each for each in codes if each.code in ("PAY_NO_INVOICE", "DEL_REMOTE_DELETED")]
    others = [each for each in codes if each not in waiting]
    unapplied = row["unapplied"] or ZERO
    said = [*waiting]
    if unapplied > ZERO:
        said.append(Reason("PAY_UNAPPLIED", {"amount": money(unapplied)}))
    if others and len(others) == len(copies) and not said:
        return [others[0]]
    return said or [Reason("OPS_UNCHANGED")]


def _copy(case: PaymentCase, allocation: Row, cashbox: Cashbox, situation: Situation) -> Copy:
    invoice = allocation["hubspot_invoice"]
    if not situation.rules.payments.writes_to(System.HUBSPOT):
        return Copy(code="FLT_DIRECTION_OFF", slots={"object": "payments", "direction": "quickbooks_to_hubspot"})
    word = cashbox.outlook.of(System.QUICKBOOKS, allocation["invoice_id"])
    if word is not None and word.still:
        return Copy(code="PAY_NO_INVOICE", slots={"number": allocation["number"]})
    if allocation["amount"] is None:
        return _gone(case, allocation, cashbox, situation)
    if invoice is not None and allocation["standing_invoice"] is None:
        return Copy(code="PAY_NO_INVOICE", slots={"number": allocation["number"]})
    if invoice is None and not (word is not None and word.coming and word.klass not in (Class.FAILING, Class.EXCLUDED)):
        if word is not None and word.klass is Class.EXCLUDED:
            return Copy(code=word.code, slots=word.slots)
        return Copy(code="PAY_NO_INVOICE", slots={"number": allocation["number"]})
    if allocation["hubspot_id"] is None:
        return _create(case, allocation, cashbox, situation)
    if allocation["copy"] is None or allocation["copy"].get("id") is None:
        if allocation["copy_gone"] is None:
            return Copy()
        return Copy(code="DEL_REMOTE_DELETED", slots={"system": "hubspot", "id": allocation["hubspot_id"]})
    return _update(case, allocation, cashbox, situation)


def _key(allocation: Row) -> str:
    return f"{allocation['payment_id']}:{allocation['invoice_id']}"


def _wanted(case: PaymentCase, allocation: Row, cashbox: Cashbox, situation: Situation) -> dict[str, str]:
    row = case.pair.row(System.QUICKBOOKS)
    configured = {
        cashbox.lists.find("PaymentMethod", name): word for word, name in situation.rules.payments.methods.items()
    }
    method = (
        hubspot_method(cashbox.methods.get(row["method"] or ""), configured.get(row["method"]))
        if row["method"]
        else None
    )
    return hubspot_payment(
        allocation["amount"], row["paid_on"], row["currency"], situation.zone, row["reference"], method
    )


def _create(case: PaymentCase, allocation: Row, cashbox: Cashbox, situation: Situation) -> Copy:
    mark = situation.mark(_key(allocation))
    invoice = (
        allocation["hubspot_invoice"] or LinkedId(Entity.INVOICE, System.HUBSPOT, allocation["invoice_id"]).as_json()
    )
    body = {**_wanted(case, allocation, cashbox, situation), "qbo_id": mark}
    if situation.backfill:
        body["qbo_backfill"] = situation.backfill
    step = Step(
        number=1,
        system=System.HUBSPOT,
        object="commerce_payments",
        action=StepAction.CREATE,
        body=body,
        find={"property": "qbo_id", "value": mark, "parent": ["invoices", invoice]},
        associations=_associations(case, allocation, invoice, cashbox, situation),
    )
    made = operation(
        case,
        situation,
        System.HUBSPOT,
        Action.CREATE,
        [step, *note_steps(case, allocation, (), cashbox, situation)],
        source_id=_key(allocation),
        label=f"payment on {allocation['number']}",
        changes=[FieldChange("amount", None, money(allocation["amount"]), "new")],
        on_done={"link": link_row(_FIRST, _key(allocation), System.QUICKBOOKS, "allocation", "created")},
        amount=allocation["amount"],
    )
    return Copy((made,), shown=allocation["amount"], hubspot_invoice=allocation["hubspot_invoice"])


def _associations(
    case: PaymentCase, allocation: Row, invoice: Any, cashbox: Cashbox, situation: Situation
) -> tuple[Mapping[str, Any], ...]:
    """The invoice, whose contacts and companies the payment shares, and its deals; no guess over the contact (1.2)."""
    found = [association("invoices", invoice, PAYMENT_TO_INVOICE)]
    contacts, companies = list(allocation["contact_ids"] or []), list(allocation["company_ids"] or [])
    if allocation["hubspot_invoice"] is None:
        contacts, companies = _payer(case, cashbox, situation)
    found += [association("contacts", each, PAYMENT_TO_CONTACT) for each in contacts]
    found += [association("companies", each, PAYMENT_TO_COMPANY) for each in companies]
    found += [association("deals", each, PAYMENT_TO_DEAL) for each in allocation["deal_ids"] or []]
    return tuple(found)


def _payer(case: PaymentCase, cashbox: Cashbox, situation: Situation) -> tuple[list[Any], list[Any]]:
    """The contact (and its company) of an invoice that is only being made."""
    payer = cashbox.payers.get(case.pair.row(System.QUICKBOOKS)["customer_id"])
    if payer is None:
        return [], []
    partner = payer["contact"] or LinkedId(Entity.CUSTOMER, System.HUBSPOT, payer["member"]).as_json()
    if situation.rules.customers.bill == "companies":
        return [], [partner]
    return [partner], [payer["company_id"]] if payer["company_id"] else []


_COLUMNS = {
    "hs_reference_number": "reference",
    "hs_payment_method_type": "method",
    "hs_latest_status": "status",
}


def _update(case: PaymentCase, allocation: Row, cashbox: Cashbox, situation: Situation) -> Copy:
    """What the copy says otherwise than the books is changed in place."""
    copy, wanted = allocation["copy"], _wanted(case, allocation, cashbox, situation)
    body = {name: wanted[name] for name, column in _COLUMNS.items() if name in wanted and copy[column] != wanted[name]}
    if copy["amount"] != allocation["amount"]:
        body["hs_initial_amount"] = wanted["hs_initial_amount"]
    if copy["paid_on"] != case.pair.row(System.QUICKBOOKS)["paid_on"]:
        body["hs_initiated_date"] = wanted["hs_initiated_date"]
    unlinked = allocation["matched_by"] is None
    change = Step(
        number=1,
        system=System.HUBSPOT,
        object="commerce_payments",
        action=StepAction.UPDATE,
        target=copy["id"],
        version=copy["version"],
        body=body,
    )
    notes = standing_notes(cashbox.notes.get(_key(allocation), ()))
    steps = [
        *([change] if body else []),
        *tie_steps(allocation, notes),
        *note_steps(case, allocation, notes, cashbox, situation),
    ]
    if not steps and not unlinked:
        return Copy()
    changes = (
        [FieldChange("amount", money(copy["amount"]), money(allocation["amount"]), "changed in quickbooks")]
        if "hs_initial_amount" in body
        else []
    )
    made = operation(
        case,
        situation,
        System.HUBSPOT,
        Action.LINK if unlinked else Action.UPDATE,
        steps,
        source_id=_key(allocation),
        hubspot_id=copy["id"],
        label=f"payment on {allocation['number']}",
        changes=changes,
        on_done={"link": link_row(copy["id"], _key(allocation), System.QUICKBOOKS, "allocation", "mark")}
        if unlinked
        else {},
        amount=allocation["amount"],
    )
    return Copy(
        (made,), shown=allocation["amount"] - (copy["amount"] or ZERO), hubspot_invoice=allocation["hubspot_invoice"]
    )


def _gone(case: PaymentCase, allocation: Row, cashbox: Cashbox, situation: Situation) -> Copy:
    """An allocation that is no more: its copy is archived and its notes with it, and the link ends (H11)."""
    copy, hubspot_id = allocation["copy"], allocation["hubspot_id"]
    there = copy is not None and copy.get("id") is not None
    archive = Step(
        number=1,
        system=System.HUBSPOT,
        object="commerce_payments",
        action=StepAction.ARCHIVE,
        target=hubspot_id,
        body={},
    )
    notes = [archived(each) for each in standing_notes(cashbox.notes.get(_key(allocation), ()))]
    made = operation(
        case,
        situation,
        System.HUBSPOT,
        Action.ARCHIVE,
        [*([archive] if there else []), *notes],
        source_id=_key(allocation),
        hubspot_id=hubspot_id,
        label=f"payment on {allocation['number'] or allocation['invoice_id']}",
        changes=[FieldChange("amount", money(copy["amount"]), None, "not applied any more in quickbooks")]
        if there
        else [],
        on_done={"unlink": [hubspot_id, _key(allocation)]},
        amount=copy["amount"] if there else None,
    )
    return Copy(
        (made,), shown=-(copy["amount"] or ZERO) if there else ZERO, hubspot_invoice=allocation["hubspot_invoice"]
    )
