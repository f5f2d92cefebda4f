"""Bulk loading: a book's records, as if people had made them when the book says.

Nothing is validated, nothing enters property history or the search delay, and created and last-modified times are the
book's: 200,000 records of a kind load in seconds.
"""

from __future__ import annotations

import gc
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from hsqbo_pipeline.sandbox.hubspot.amounts import invoice_figures, line_figures, payment_figures
from hsqbo_pipeline.sandbox.hubspot.association_types import AssociationType, default_type
from hsqbo_pipeline.sandbox.hubspot.crm import Crm
from hsqbo_pipeline.sandbox.hubspot.records import PERSON, Record, pack
from hsqbo_pipeline.sandbox.hubspot.values import instant_ms, to_ms

_AFFECTS_INVOICE = frozenset({"line_items", "taxes", "discounts", "fees", "commerce_payments"})
_LARGE = 50_000
_NONE: frozenset[str] = frozenset()
_BILLED = frozenset({"hs_amount_billed"})


def load(crm: Crm, kind: str, rows: Iterable[Mapping[str, Any]]) -> list[str]:
    """Adds records and returns their ids in order.

    A row holds `properties` (texts), optionally `associations` ({object: id or [ids]}, made unlabelled; a contact's
    or deal's first company becomes primary), `_created` and `_modified` (aware datetime or ISO text; now by default).
    """
    now = crm.now_ms()
    collecting = gc.isenabled()
    gc.disable()
    try:
        ids = [str(_add(crm, kind, row, now)) for row in rows]
    finally:
        if collecting:
            gc.enable()
    if len(ids) >= _LARGE:
        # A collector that walks a million records again and again would cost more than serving them.
        gc.freeze()
    return ids


def finish(crm: Crm) -> None:
    """Works out the amounts of loaded invoices, without a trace in their last-modified times."""
    while crm.loaded_invoices:
        invoice = crm.stores["invoices"].live.get(crm.loaded_invoices.pop())
        if invoice is None:
            continue
        figures = {name: value for name, value in invoice_figures(crm, invoice).items() if name not in invoice.pinned}
        invoice.packed = pack({**invoice.values(), **figures})


def _add(crm: Crm, kind: str, row: Mapping[str, Any], now: int) -> int:
    store = crm.stores[kind]
    values = {name: value for name, value in row["properties"].items() if value}
    pinned = _NONE
    if kind == "line_items":
        pinned = frozenset({"amount"}) if "amount" in values else _NONE
        values.update(line_figures(crm, values, pinned))
    elif kind == "invoices" and "hs_amount_billed" in values:
        pinned = _BILLED
    created = _moment(row.get("_created"), now)
    record = Record(store.take_id(), pack(values), created, _moment(row.get("_modified"), created), PERSON)
    record.pinned = pinned
    store.insert(record)
    if kind == "invoices":
        crm.loaded_invoices.add(record.id)
    for target, ids in (row.get("associations") or {}).items():
        _associate(crm, kind, record.id, target, ids if isinstance(ids, (list, tuple)) else [ids])
    if kind == "commerce_payments":
        figures = payment_figures(crm, record)
        record.packed = pack({**figures, "hs_payment_id": str(record.id), **values})
    return record.id


def _associate(crm: Crm, kind: str, record_id: int, target: str, ids: Iterable[Any]) -> None:
    association: AssociationType | None = default_type(kind, target)
    if association is None:
        raise ValueError(f"{kind} and {target} cannot be associated")
    for each in ids:
        crm.links.add(association, record_id, int(each))
        if target == "invoices" and kind in _AFFECTS_INVOICE:
            crm.loaded_invoices.add(int(each))


def _moment(value: Any, default: int) -> int:
    if value is None:
        return default
    if isinstance(value, datetime):
        return to_ms(value)
    found = instant_ms(str(value))
    if found is None:
        raise ValueError(f"{value!r} is no moment; use an aware datetime or ISO 8601")
    return found
