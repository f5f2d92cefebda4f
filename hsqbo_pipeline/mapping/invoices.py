"""Invoices into HubSpot's properties and QuickBooks' entity."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from hsqbo_pipeline.mapping.lines import money
from hsqbo_pipeline.mapping.paths import put, put_custom
from hsqbo_pipeline.model.days import instant_of, iso
from hsqbo_pipeline.model.fields import CUSTOM_FIELD, Field, Kind
from hsqbo_pipeline.model.money import ZERO

Fields = Mapping[str, str | None]

LONGEST_NUMBER = 21
LONGEST_NOTE = 4000
_MARK = "[hs {kind} {id}]"


def hubspot_properties(fields: Fields, mapped: Sequence[Field], zone: ZoneInfo) -> dict[str, str]:
    """Properties of a HubSpot invoice or payment; days become moments, a blank clears a property."""
    found: dict[str, str] = {}
    for field in mapped:
        if field.hubspot is None or field.name not in fields or field.compared_only:
            continue
        value = fields[field.name]
        if value is not None and field.kind is Kind.DATE:
            value = iso(instant_of(date.fromisoformat(value), zone))
        found[field.hubspot] = value or ""
    return found


def figures(
    total: Decimal, tax: Decimal, balance: Decimal, credited: Decimal = ZERO, deposit: Decimal = ZERO
) -> dict[str, str]:
    """What a HubSpot invoice shows of the books; total - payments - credits - deposit is the balance due."""
    return {
        "qbo_total": money(total),
        "qbo_tax": money(tax),
        "qbo_balance_due": money(balance),
        "qbo_credits_applied": money(credited),
        "qbo_deposit": money(deposit),
    }


def quickbooks_fields(
    fields: Fields, mapped: Sequence[Field], current: Mapping[str, Any] | None, names: Mapping[str, str]
) -> dict[str, Any]:
    """The part of a QuickBooks invoice that the field map makes; with `current` it is a sparse update."""
    body: dict[str, Any] = {}
    for field in mapped:
        if field.quickbooks is None or field.name not in fields or field.compared_only:
            continue
        value = fields[field.name]
        if value is None and current is None:
            continue
        if field.quickbooks.startswith(CUSTOM_FIELD):
            put_custom(body, field.quickbooks, value or "", current, names)
        else:
            put(body, field.quickbooks, value or "")
    return body


def mark_of(kind: str, record_id: str) -> str:
    """The text between the brackets: `invoice 17`, as the typed tables hold it."""
    return f"{kind} {record_id}"


def note_with_mark(note: str | None, kind: str, record_id: str) -> str:
    """A PrivateNote whose last line says which HubSpot record the document was made from."""
    mark = _MARK.format(kind=kind, id=record_id)
    room = LONGEST_NOTE - len(mark) - 1
    return f"{note[:room].rstrip()}\n{mark}" if note else mark


# Our copy must not collect money nor mail anybody: the customer holds HubSpot's invoice (H7).
NEVER_SENT_TO_CUSTOMERS: dict[str, Any] = {
    "AllowOnlinePayment": False,
    "AllowOnlineCreditCardPayment": False,
    "AllowOnlineACHPayment": False,
    "EmailStatus": "NotSet",
}
