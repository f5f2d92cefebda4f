"""Lines of documents as tests write them."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from hsqbo_pipeline.mapping.lines import cents

D = Decimal


def typed_line(system: str, invoice: str, position: int, given: Mapping[str, Any]) -> dict[str, Any]:
    """A row of `invoice_lines`; the amount is quantity × price unless said."""
    line = {
        "system": system, "invoice_id": invoice, "line_id": f"{invoice}-{position}" if system == "hubspot" else str(position), "position": position,
        "kind": "item", "item_id": None, "sku": None, "name": None, "description": None, "quantity": None, "unit_price": None, "amount": None,
        "discount_percent": None, "discount_amount": None, "tax_code": None, "service_date": None, "class_id": None,
        "mark": None, "linked_txns": None, **given,
    }  # fmt: skip
    for name in ("quantity", "unit_price", "amount", "discount_percent", "discount_amount"):
        line[name] = None if line[name] is None else D(str(line[name]))
    if line["amount"] is None and line["quantity"] is not None and line["unit_price"] is not None:
        line["amount"] = cents(line["quantity"] * line["unit_price"])
    return line


def invoice_payload(record_id: str, lines: list[dict[str, Any]]) -> dict[str, Any]:
    return {
        "Id": record_id,
        "Line": [
            {"Id": each["line_id"], "Amount": each["amount"], "DetailType": "SalesItemLineDetail"} for each in lines
        ],
    }
