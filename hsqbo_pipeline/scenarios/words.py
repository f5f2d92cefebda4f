"""The scenario grammar's neutral names and what they are called here. The one place that knows both."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

RULES = {"approval": "mode"}
"""Names of rules that `sync.yaml` calls otherwise."""
ENTITIES = {
    "customer": "customer", "contact": "customer", "company": "customer", "contacts": "customer", "Customer": "customer",
    "product": "product", "item": "product", "products": "product", "Item": "product",
    "invoice": "invoice", "invoices": "invoice", "Invoice": "invoice",
    "payment": "payment", "credit_memo": "payment", "refund": "payment", "refund_receipt": "payment",
    "commerce_payments": "payment", "Payment": "payment", "connection": "connection",
}  # fmt: skip
"""What a report row is about."""
TELLING = ("FAILING", "WARNING", "BLOCKED")
"""The classes that an exact report lists."""
MEASURES = ("count", "total", "tax", "balance", "cash", "applied")
"""`qbo_total`, `hs_cash` and so on: a side and one of these."""
SIDES = {"qbo": "quickbooks", "hs": "hubspot"}
TIE_OUT = {
    "open_invoices": "open_invoices", "invoices": "open_invoices", "unapplied": "unapplied", "credits": "credits",
    "balance": "balance", "customer_balance": "balance", "qbo_balance": "balance", "difference": "difference",
    "unexplained": "difference",
}  # fmt: skip
FEES = {
    "processing": "processing_fee", "processing_fee": "processing_fee", "platform": "platform_fee",
    "platform_fee": "platform_fee", "payments": "payments", "count": "payments", "fees": "total", "total": "total",
}  # fmt: skip
LOCAL = {
    "delete_warehouse": "lose_state", "lose_warehouse": "lose_state", "delete_state": "lose_state",
    "lose_state": "lose_state", "warehouse_lost": "lose_state", "delete_data": "lose_everything",
    "lose_everything": "lose_everything",
}  # fmt: skip
"""What may happen on our own disk: the warehouse is gone, or the whole data folder."""


def rules(said: Mapping[str, Any]) -> dict[str, Any]:
    """Rules as `sync.yaml` words them."""
    return {RULES.get(name, name): value for name, value in said.items()}


def value_of(name: str, record: Mapping[str, Any], state: Mapping[str, Any]) -> object:
    """A neutral value of a HubSpot invoice: TOTAL, TAX, BALANCE or CREDITS; None for any other name."""
    properties = record.get("properties")
    if properties is None or name not in _VALUES:
        return None
    return _VALUES[name](record, properties, state)


def _total(_record: Any, properties: Any, _state: Any) -> object:
    return properties.get("hs_amount_billed")


def _balance(_record: Any, properties: Any, _state: Any) -> object:
    return properties.get("qbo_balance_due") or properties.get("hs_balance_due")


def _credits(_record: Any, properties: Any, _state: Any) -> object:
    return properties.get("qbo_credits_applied") or Decimal(0)


def _tax(record: Any, properties: Any, state: Any) -> object:
    """Taxes of the whole invoice and of its lines, as HubSpot shows them."""
    if properties.get("qbo_tax"):
        return properties["qbo_tax"]
    found = Decimal(0)
    for each in _associated(record, state, "taxes"):
        value = Decimal(each.get("hs_value") or 0)
        share = value / 100 * Decimal(properties.get("hs_subtotal") or 0)
        found += share.quantize(Decimal("0.01")) if each.get("hs_type") == "PERCENT" else value
    return found + sum(
        (Decimal(each.get("hs_tax_amount") or 0) for each in _associated(record, state, "line_items")), Decimal(0)
    )


def _associated(record: Any, state: Any, kind: str) -> list[Mapping[str, Any]]:
    ids = {each["id"] for each in record.get("associations", {}).get(kind, [])}
    return [each["properties"] for each in state.get(kind, []) if each["id"] in ids]


_VALUES = {"TOTAL": _total, "TAX": _tax, "BALANCE": _balance, "CREDITS": _credits}
