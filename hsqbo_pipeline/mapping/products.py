"""Canonical product fields into a HubSpot product and a QuickBooks item, and the names QuickBooks will not take."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from hsqbo_pipeline.mapping.paths import put
from hsqbo_pipeline.model.fields import PRODUCT_FIELDS, Field

Fields = Mapping[str, str | None]

LONGEST_ITEM_NAME = 100
# A name that gets its SKU appended keeps this many of its own characters.
KEPT_OF_SUFFIXED = 85

_FORBIDDEN = re.compile(r"[:\t\r\n]")
_NUMBERS = ("price", "cost")


def hubspot_product(fields: Fields, mapped: Sequence[Field] = PRODUCT_FIELDS) -> dict[str, str]:
    """HubSpot properties of the given fields; a blank is the empty string, which clears a property."""
    return {field.hubspot: fields[field.name] or "" for field in mapped if field.hubspot and field.name in fields}


def quickbooks_item(
    fields: Fields,
    current: Mapping[str, Any] | None = None,
    *,
    income_account: str | None = None,
    expense_account: str | None = None,
    item_type: str = "NonInventory",
    mapped: Sequence[Field] = PRODUCT_FIELDS,
) -> dict[str, Any]:
    """The body that gives a QuickBooks item these fields.

    Without `current` it is a creation of `item_type` (Service or NonInventory) on `income_account`; a cost needs
    `expense_account` and is left out without one. With `current` it is a sparse update: type and accounts are never
    sent, nor the cost of an inventory item (H24); a blank text is sent as "", a blank price as 0.
    """
    body: dict[str, Any] = {} if current is not None else _creation(income_account, expense_account, item_type)
    for field in mapped:
        if field.quickbooks is None or field.create_only or field.name not in fields:
            continue
        if field.name == "cost" and not _takes_cost(current, expense_account):
            continue
        value = fields[field.name]
        if value is not None:
            put(body, field.quickbooks, value)
        elif current is not None:
            put(body, field.quickbooks, "0" if field.name in _NUMBERS else "")
    return body


def _creation(income_account: str | None, expense_account: str | None, item_type: str) -> dict[str, Any]:
    body: dict[str, Any] = {"Type": item_type}
    if income_account is not None:
        body["IncomeAccountRef"] = {"value": income_account}
    if expense_account is not None:
        body["ExpenseAccountRef"] = {"value": expense_account}
    return body


def _takes_cost(current: Mapping[str, Any] | None, expense_account: str | None) -> bool:
    if current is None:
        return expense_account is not None
    return current.get("Type") != "Inventory" and "ExpenseAccountRef" in current


def item_name_problem(name: str | None) -> str | None:
    """The code that says why QuickBooks would refuse this item name; None where it would not."""
    if not name or not name.strip():
        return "VAL_REQUIRED"
    if _FORBIDDEN.search(name):
        return "VAL_UNSUPPORTED_CHARS"
    return "VAL_TOO_LONG" if len(name) > LONGEST_ITEM_NAME else None


def name_with_sku(name: str, sku: str) -> str:
    """A name that QuickBooks takes and no other SKU has: forbidden characters replaced, cut, then ` [SKU]`."""
    tail = f" [{_FORBIDDEN.sub('-', sku)}]"
    kept = min(KEPT_OF_SUFFIXED, LONGEST_ITEM_NAME - len(tail))
    legal = re.sub(r"[\t\r\n]", " ", name.replace(":", "-"))
    return legal[:kept].rstrip() + tail
