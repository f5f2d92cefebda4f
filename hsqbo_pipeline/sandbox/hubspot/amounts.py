"""What HubSpot works out itself: amounts of lines, totals and balance of invoices, figures of payments.

Order on an invoice: lines, then discounts, then fees, then taxes (invoices guide); within a kind by `hs_sort_order`.
Each line's tax and each percentage is rounded half up to the cent on its own.
"""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Context, Decimal

from hsqbo_pipeline.sandbox.hubspot.crm import Crm
from hsqbo_pipeline.sandbox.hubspot.records import CALCULATED, Record
from hsqbo_pipeline.sandbox.hubspot.values import iso, number, plain

_CENT = Decimal("0.01")
_ZERO = Decimal("0.00")
_WIDE = Context(prec=100)  # the product of the largest numbers that a property takes
RECEIVED = frozenset({
    "succeeded", "partially_refunded", "refunded", "processing_refund", "disputed_won", "disputed_action_required",
    "disputed_awaiting_decision",
})  # fmt: skip
"""Payment states in which the money came in: a later refund is money given back, not a payment undone."""


def cents(value: Decimal) -> Decimal:
    """Rounded half up to two decimals."""
    return value.quantize(_CENT, rounding=ROUND_HALF_UP, context=_WIDE)


def amount_of(values: dict[str, str], name: str, default: str = "0") -> Decimal:
    """A number property as Decimal."""
    return number(values.get(name) or default) or Decimal(0)


def line_figures(crm: Crm, values: dict[str, str], pinned: frozenset[str]) -> dict[str, str]:
    """The computed properties of a line item: amount, discount and tax."""
    gross = amount_of(values, "quantity", "1") * amount_of(values, "price")
    if values.get("hs_discount_percentage"):
        discount = gross * amount_of(values, "hs_discount_percentage") / 100
    else:
        discount = amount_of(values, "discount") * amount_of(values, "quantity", "1")
    net = amount_of(values, "amount") if "amount" in pinned else cents(gross - discount)
    rate = crm.account.tax_rates.get(values.get("hs_tax_rate_group_id", ""))
    figures = {
        "hs_pre_discount_amount": plain(cents(gross)),
        "hs_total_discount": plain(cents(discount)) if discount else "",
        "hs_tax_amount": plain(cents(net * rate.percent / 100)) if rate else "",
        "amount": plain(net),
    }
    return {name: value for name, value in figures.items() if name not in pinned}


def refresh(crm: Crm) -> None:
    """Works out anew every invoice and payment that a write has put in question."""
    while crm.stale_payments:
        payment = crm.stores["commerce_payments"].live.get(crm.stale_payments.pop())
        if payment is not None:
            _apply(crm, "commerce_payments", payment, payment_figures(crm, payment))
    while crm.stale_invoices:
        invoice = crm.stores["invoices"].live.get(crm.stale_invoices.pop())
        if invoice is not None:
            _apply(crm, "invoices", invoice, invoice_figures(crm, invoice))


def _apply(crm: Crm, kind: str, record: Record, figures: dict[str, str]) -> None:
    now = crm.now_ms()
    wanted = {name: value for name, value in figures.items() if name not in record.pinned}
    crm.stores[kind].change(record, wanted, now, CALCULATED, crm.settles(now))


def payment_figures(crm: Crm, payment: Record) -> dict[str, str]:
    """The computed properties of a payment."""
    values = payment.values()
    net = amount_of(values, "hs_initial_amount") - amount_of(values, "hs_fees_amount")
    invoices = len(crm.neighbours("commerce_payments", payment.id, "invoices"))
    return {
        "hs_net_amount": plain(net),
        "hs_net_amount_after_refunds": plain(net - amount_of(values, "hs_refunds_amount")),
        "hs_has_associated_invoice": "true" if invoices else "false",
        "hs_number_of_associated_invoices": str(invoices),
    }


def invoice_figures(crm: Crm, invoice: Record) -> dict[str, str]:
    """Totals, what was paid, the balance and, on a billable invoice, the status that follows."""
    values = invoice.values()
    subtotal, total = _totals(crm, invoice)
    if "hs_amount_billed" in invoice.pinned:
        total = amount_of(values, "hs_amount_billed")
    paid = sum(
        (amount_of(each, "hs_initial_amount") for each in _received(crm, invoice)),
        start=_ZERO,
    )
    billable = values.get("hs_invoice_billable") != "false"
    voided = values.get("hs_invoice_status") == "voided"
    if billable and not crm.switches.hs_payment_lowers_balance:
        paid = _ZERO
    figures = {
        "hs_subtotal": plain(subtotal),
        "hs_amount_billed": plain(total),
        "hs_amount_paid": plain(paid),
        "hs_balance_due": plain(_ZERO if voided else max(total - paid, _ZERO)),
    }
    if billable:
        figures.update(_status(crm, values, total, paid))
    return figures


def _status(crm: Crm, values: dict[str, str], total: Decimal, paid: Decimal) -> dict[str, str]:
    status = values.get("hs_invoice_status")
    if status == "open" and paid > 0 and paid >= total:
        return {"hs_invoice_status": "paid", "hs_payment_date": values.get("hs_payment_date") or iso(crm.now_ms())}
    if status == "paid" and paid < total and values.get("hs_payment_date"):
        return {"hs_invoice_status": "open", "hs_payment_date": ""}
    return {}


def _received(crm: Crm, invoice: Record) -> list[dict[str, str]]:
    payments = [each.values() for each in crm.neighbours("invoices", invoice.id, "commerce_payments")]
    return [each for each in payments if each.get("hs_latest_status") in RECEIVED]


def _totals(crm: Crm, invoice: Record) -> tuple[Decimal, Decimal]:
    lines = [each.values() for each in crm.neighbours("invoices", invoice.id, "line_items")]
    subtotal = sum((amount_of(each, "amount") for each in lines), start=_ZERO)
    total = subtotal
    for values in _adjustments(crm, invoice, "discounts"):
        total -= _share(values, total)
    for values in _adjustments(crm, invoice, "fees"):
        total += _share(values, total)
    taxed = total
    total += sum((amount_of(each, "hs_tax_amount") for each in lines), start=_ZERO)
    for values in _adjustments(crm, invoice, "taxes"):
        total += _share(values, taxed)
    return cents(subtotal), cents(total)


def _adjustments(crm: Crm, invoice: Record, kind: str) -> list[dict[str, str]]:
    found = [each.values() for each in crm.neighbours("invoices", invoice.id, kind)]
    return sorted(found, key=lambda values: amount_of(values, "hs_sort_order"))


def _share(values: dict[str, str], base: Decimal) -> Decimal:
    value = amount_of(values, "hs_value")
    return cents(base * value / 100) if values.get("hs_type") == "PERCENT" else value
