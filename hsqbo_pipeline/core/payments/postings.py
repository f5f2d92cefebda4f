"""HubSpot payments on their way into the books: gross, once, to the chosen account, on the invoice they were taken for (N8)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from hsqbo_pipeline.core.decisions import Reason, Situation, Verdict
from hsqbo_pipeline.core.invoices.guards import closed_day
from hsqbo_pipeline.core.payments.cases import ZERO, Cashbox, PaymentCase
from hsqbo_pipeline.core.payments.wire import link_row, operation
from hsqbo_pipeline.core.tables import Row
from hsqbo_pipeline.mapping.lines import money
from hsqbo_pipeline.mapping.payments import payment_mark, quickbooks_payment
from hsqbo_pipeline.model.codes import Class
from hsqbo_pipeline.model.names import Entity, System
from hsqbo_pipeline.model.operations import Action, FieldChange, LinkedId, Operation, Step, StepAction, StepId

POSTABLE = ("succeeded", "partially_refunded", "refunded")
_DISPUTED = ("disputed_lost", "disputed_action_required", "disputed_awaiting_decision")


@dataclass(frozen=True)
class Posting:
    """The verdict on a HubSpot payment, and how much of it this run books on which HubSpot invoice."""

    verdict: Verdict
    parts: tuple[tuple[str, Decimal], ...] = ()


def post(case: PaymentCase, cashbox: Cashbox, situation: Situation) -> Posting:
    """A HubSpot payment that the books don't have yet."""
    row = case.pair.row(System.HUBSPOT)
    refused = _kept_back(case, row, situation)
    if refused is not None:
        return Posting(refused)
    parts = _parts(case, row, cashbox)
    if isinstance(parts, Verdict):
        return Posting(parts)
    refused = _guarded(case, row, parts, cashbox, situation)
    if refused is not None:
        return Posting(refused)
    account = cashbox.lists.deposit_account(situation.rules.payments.deposit_account(row["processor"]))
    if account is None:
        return Posting(
            case.verdict(
                "VAL_REQUIRED", slots={"field": "payments.deposit_to (an active account to book the payment to)"}
            )
        )
    for target, part in parts:
        cashbox.open[target["hubspot_invoice"]] -= part
    made = _creation(case, row, parts, account, cashbox, situation)
    booked = tuple((target["hubspot_invoice"], part) for target, part in parts)
    refund = _refund(case, row)
    if refund is not None:
        return Posting(case.verdict("PAY_REFUND_UNBOOKED", slots=refund, operations=(made,)), booked)
    return Posting(case.verdict("OPS_UNCHANGED", operations=(made,)), booked)


def _kept_back(case: PaymentCase, row: Row, situation: Situation) -> Verdict | None:
    """Which payments never leave HubSpot, or not yet."""
    rules = situation.rules.payments
    if row["processor"] == "quickbooks" or row["mark"]:
        return case.verdict("FLT_SOURCE", slots={"source": "QuickBooks"})
    if not rules.writes_to(System.QUICKBOOKS):
        return case.verdict("FLT_DIRECTION_OFF", slots={"object": "payments", "direction": "hubspot_to_quickbooks"})
    if not case.targets:
        return case.verdict("PAY_NO_DOCUMENT", slots={"amount": row["amount"]})
    if row["status"] not in POSTABLE:
        return case.verdict("FLT_STATUS", slots={"status": row["status"], "allowed": "a settled payment"})
    if not row["amount"] or row["amount"] <= ZERO:
        return case.verdict("FLT_STATUS", slots={"status": "without an amount", "allowed": "a settled payment"})
    return None


def _parts(case: PaymentCase, row: Row, cashbox: Cashbox) -> list[tuple[Row, Decimal]] | Verdict:
    """The invoices it pays. HubSpot holds no split: several are only clear where the amount pays them all in full (H9)."""
    for target in case.targets:
        waiting = _waiting(case, target, cashbox)
        if waiting is not None:
            return waiting
    for target in case.targets:
        balance = target["balance"] if target["booked"] else target["hubspot_total"]
        cashbox.open.setdefault(target["hubspot_invoice"], balance or ZERO)
    if len(case.targets) == 1:
        return [(case.targets[0], row["amount"])]
    shares = [(target, cashbox.open[target["hubspot_invoice"]]) for target in case.targets]
    if sum((share for _, share in shares), start=ZERO) == row["amount"] and all(share > ZERO for _, share in shares):
        return shares
    numbers = ", ".join(str(target["number"]) for target in case.targets)
    return case.verdict("VAL_REQUIRED", slots={"field": f"how the payment is split over {numbers}"})


def _waiting(case: PaymentCase, target: Row, cashbox: Cashbox) -> Verdict | None:
    """Only linked invoices of HubSpot's own take its payments, and those that this run brings into the books."""
    word = cashbox.outlook.of(System.HUBSPOT, target["hubspot_invoice"])
    slots = {"number": target["number"]}
    if target["owner"] == System.QUICKBOOKS:
        return case.verdict("DIR_NOT_OWNER", slots={"field": "payment", "system": "hubspot", "owner": "quickbooks"})
    if target["quickbooks_invoice"] is not None:
        if (word is not None and word.still) or target["booked_status"] in ("voided", None):
            return case.verdict("PAY_NO_INVOICE", slots=slots)
        return None
    if word is not None and word.klass is Class.EXCLUDED:
        return case.verdict(word.code, slots=word.slots)
    if word is not None and word.coming and word.klass is not Class.FAILING:
        return None
    return case.verdict("PAY_NO_INVOICE", slots=slots)


def _guarded(
    case: PaymentCase, row: Row, parts: list[tuple[Row, Decimal]], cashbox: Cashbox, situation: Situation
) -> Verdict | None:
    """Doubles first, then the open balance (N9); its own day, its invoice's currency (N16)."""
    if case.doubles and not case.said("push"):
        return double(case, row["amount"], System.QUICKBOOKS)
    for target, part in parts:
        if target["invoice_currency"] != row["currency"]:
            slots = {
                "currency": row["currency"],
                "holder": f"invoice {target['number']}",
                "expected": target["invoice_currency"],
            }
            return case.verdict("CUR_MISMATCH", slots=slots)
        balance = cashbox.open[target["hubspot_invoice"]]
        if part > balance:
            return case.verdict(
                "PAY_EXCEEDS_BALANCE",
                slots={"amount": money(part), "balance": money(balance), "number": target["number"]},
            )
    if row["paid_on"] is None:
        return case.verdict("VAL_REQUIRED", slots={"field": "hs_initiated_date (the day of the payment)"})
    closed = closed_day([row["paid_on"]], situation)
    return case.verdict("PER_CLOSED", slots=closed) if closed else None


def double(case: PaymentCase, amount: Decimal, other: System) -> Verdict:
    """The same money seems to be recorded on both sides; a person says whether it is one payment or two."""
    kind = "HubSpot payment" if other is System.HUBSPOT else "QuickBooks payment"
    holder = ", ".join(f"{kind} {each}" for each in case.doubles)
    candidates = tuple({"system": other.value, "id": each} for each in case.doubles)
    return case.verdict("PAY_DUPLICATE", slots={"amount": money(amount), "holder": holder}, candidates=candidates)


def _refund(case: PaymentCase, row: Row) -> dict[str, Any] | None:
    """What was given back in HubSpot and is in no refund receipt of the books."""
    refunded = row["refunded"] or (row["amount"] if row["status"] == "refunded" else None)
    if not refunded or case.refund_receipts or case.said("ack"):
        return None
    return {"amount": money(refunded)}


def _creation(
    case: PaymentCase, row: Row, parts: list[tuple[Row, Decimal]], account: str, cashbox: Cashbox, situation: Situation
) -> Operation:
    payment_id = case.pair.id(System.HUBSPOT)
    first = parts[0][0]
    method = situation.rules.payments.methods.get(row["method"] or "")
    invoices = [
        (
            target["quickbooks_invoice"]
            or LinkedId(Entity.INVOICE, System.QUICKBOOKS, target["hubspot_invoice"]).as_json(),
            part,
        )
        for target, part in parts
    ]
    customer = first["customer_id"] or _customer(first, cashbox)
    body = quickbooks_payment(
        payment_id=payment_id,
        customer=customer,
        invoices=invoices,
        amount=row["amount"],
        paid_on=row["paid_on"],
        account=account,
        reference=row["reference"],
        method=cashbox.lists.find("PaymentMethod", method),
        currency=row["currency"] if situation.company.multi_currency else None,
    )
    step = Step(
        number=1,
        system=System.QUICKBOOKS,
        object="Payment",
        action=StepAction.CREATE,
        body=body,
        find={
            "where": {"CustomerRef": customer, "TxnDate": body["TxnDate"], "TotalAmt": money(row["amount"])},
            "mark": payment_mark(payment_id),
            "same": {},
        },
    )
    return operation(
        case,
        situation,
        System.QUICKBOOKS,
        Action.CREATE,
        [step],
        source_id=payment_id,
        label=f"payment on {', '.join(str(target['number']) for target, _ in parts)}",
        changes=[FieldChange("amount", None, money(row["amount"]), "new")],
        on_done={"link": link_row(payment_id, StepId(1).as_json(), System.HUBSPOT, "primary", "created")},
    )


def _customer(target: Row, cashbox: Cashbox) -> Any:
    """The customer of an invoice that is only being made is whoever that invoice is made for."""
    return cashbox.customers[target["hubspot_invoice"]]


def posted(case: PaymentCase, situation: Situation) -> Verdict:
    """A HubSpot payment that stands in the books: what happens to it in HubSpot afterwards is told, and never undone by us."""
    row, booked = case.pair.rows[System.HUBSPOT], case.pair.rows[System.QUICKBOOKS]
    if booked is None or not booked["active"]:
        return case.verdict(
            "DEL_REMOTE_DELETED", slots={"system": "quickbooks", "id": case.pair.ids[System.QUICKBOOKS]}
        )
    if row is None:
        return case.verdict("DEL_REMOTE_DELETED", slots={"system": "hubspot", "id": case.pair.ids[System.HUBSPOT]})
    operations = _link(case, situation) if case.pair.kind == "matched" else ()
    if row["status"] in _DISPUTED or row["status"] == "failed":
        return case.verdict(
            "PAY_DISPUTED", slots={"amount": money(row["amount"]), "status": row["status"]}, operations=operations
        )
    refund = _refund(case, row)
    if refund is not None:
        return case.verdict("PAY_REFUND_UNBOOKED", slots=refund, operations=operations)
    changed = _changed_in_the_books(case, row, booked)
    if changed:
        return case.verdict(changed[0].code, slots=changed[0].slots, reasons=changed[1:], operations=operations)
    return case.verdict("OPS_UNCHANGED", operations=operations)


def _changed_in_the_books(case: PaymentCase, row: Row, booked: Row) -> tuple[Reason, ...]:
    """What a bookkeeper made of a posted payment: another amount fails; another day or invoice, or a rest, is told."""
    found = []
    apart = (booked["amount"] or ZERO) - (row["amount"] or ZERO)
    if apart:
        slots = {
            "klass": "FAILING",
            "difference": money(apart),
            "found": booked["amount"],
            "expected": row["amount"],
        }
        found.append(Reason("REC_TOTAL_VARIANCE", slots))
    if (booked["unapplied"] or ZERO) > ZERO:
        found.append(Reason("PAY_UNAPPLIED", {"amount": money(booked["unapplied"])}))
    elsewhere = [str(each["number"]) for each in case.targets if not each["still_applied"]]
    told = [f"not applied to {', '.join(elsewhere)} any more"] if elsewhere else []
    if _another_day(case, row["paid_on"], booked["paid_on"]):
        told.append(f"{booked['paid_on']} instead of {row['paid_on']}")
    if told:
        found.append(
            Reason("REC_DRIFT", {"cause": "changed in quickbooks after it was posted", "fields": "; ".join(told)})
        )
    return tuple(found)


def _another_day(case: PaymentCase, here: date | None, there: date | None) -> bool:
    """Whether the books date a payment otherwise. What others booked and was found to be the same may be dated within its month."""
    if case.pair.matched_by in ("created", "mark") or here is None or there is None:
        return here != there
    return (here.year, here.month) != (there.year, there.month)


def _link(case: PaymentCase, situation: Situation) -> tuple[Operation, ...]:
    """A payment of ours that was found by its mark is linked again; nothing is written."""
    ids = case.pair.id(System.HUBSPOT), case.pair.id(System.QUICKBOOKS)
    on_done = {"link": link_row(*ids, System.HUBSPOT, "primary", "mark")}
    return (operation(case, situation, System.HUBSPOT, Action.LINK, (), source_id=ids[1], on_done=on_done),)
