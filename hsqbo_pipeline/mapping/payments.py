"""Payments into HubSpot's properties and QuickBooks' entity, and what a deal is told of them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from html import escape
from typing import Any
from zoneinfo import ZoneInfo

from hsqbo_pipeline.mapping.invoices import mark_of, note_with_mark
from hsqbo_pipeline.mapping.lines import money
from hsqbo_pipeline.model.days import instant_of, iso

LONGEST_REFERENCE = 21
MARK_KIND = "commerce_payment"
_NOTE_MARK = re.compile(r"\[qbo \S+ deal (\d+)\]")

# QuickBooks' usual names of payment methods, as HubSpot's words for them; others are shown as "other".
_METHODS = {
    "cash": "cash",
    "check": "check",
    "cheque": "check",
    "credit card": "card",
    "debit card": "card",
    "visa": "card",
    "mastercard": "card",
    "american express": "card",
    "amex": "card",
    "discover": "card",
    "ach": "ach",
    "bank transfer": "wire_transfer",
    "wire transfer": "wire_transfer",
    "direct debit": "sepa",
}


def hubspot_method(name: str | None, configured: str | None) -> str | None:
    """HubSpot's word for a QuickBooks payment method; None where the payment has none."""
    if configured is not None:
        return configured
    return None if name is None else _METHODS.get(name.strip().casefold(), "other")


def hubspot_payment(
    amount: Decimal, paid_on: date, currency: str, zone: ZoneInfo, reference: str | None, method: str | None
) -> dict[str, str]:
    """A copy of one allocation: money received elsewhere, settled, and never charged by HubSpot."""
    found = {
        "hs_initial_amount": money(amount),
        "hs_initiated_date": iso(instant_of(paid_on, zone)),
        "hs_currency_code": currency,
        "hs_latest_status": "succeeded",
        "hs_processor_type": "quickbooks",
    }
    if reference:
        found["hs_reference_number"] = reference
    if method:
        found["hs_payment_method_type"] = method
    return found


def quickbooks_payment(
    *,
    payment_id: str,
    customer: Any,
    invoices: Mapping[str, Decimal] | list[tuple[Any, Decimal]],
    amount: Decimal,
    paid_on: date,
    account: str,
    reference: str | None,
    method: str | None,
    currency: str | None,
) -> dict[str, Any]:
    """The whole payment, gross, on its invoices and in the chosen account. A reference too long to keep goes into the note."""
    pairs = list(invoices.items()) if isinstance(invoices, Mapping) else invoices
    fits = reference is not None and len(reference) <= LONGEST_REFERENCE
    note = None if reference is None or fits else f"Reference {reference}"
    body: dict[str, Any] = {
        "CustomerRef": {"value": customer},
        "TotalAmt": amount,
        "TxnDate": paid_on.isoformat(),
        "DepositToAccountRef": {"value": account},
        "PrivateNote": note_with_mark(note, MARK_KIND, payment_id),
        "ProcessPayment": False,
        "Line": [{"Amount": part, "LinkedTxn": [{"TxnId": invoice, "TxnType": "Invoice"}]} for invoice, part in pairs],
    }
    if fits:
        body["PaymentRefNum"] = reference
    if method is not None:
        body["PaymentMethodRef"] = {"value": method}
    if currency is not None:
        body["CurrencyRef"] = {"value": currency}
    return body


def payment_mark(payment_id: str) -> str:
    """What a QuickBooks payment made from a HubSpot one says of itself."""
    return mark_of(MARK_KIND, payment_id)


def note_mark(allocation_mark: str, deal: str) -> str:
    """The marker in a note's body, by which it is known again."""
    return f"[qbo {allocation_mark} deal {deal}]"


def deal_of_note(body: str) -> str | None:
    """The deal that a note of ours was made for; None for any other text."""
    found = _NOTE_MARK.search(body)
    return found.group(1) if found else None


def note_body(
    amount: Decimal,
    currency: str,
    paid_on: date,
    number: str | None,
    reference: str | None,
    method: str | None,
    mark: str,
) -> str:
    """What a deal's timeline says about a payment of one of its invoices (A2)."""
    how = ", ".join(escape(part) for part in (method, f"reference {reference}" if reference else None) if part)
    words = f"Payment of {money(amount)} {currency} on {paid_on.isoformat()} for invoice {escape(number or '')}"
    return f"<p>{words}{f' ({how})' if how else ''}.</p><p>{mark}</p>"
