"""Bulk loading: whole books put in with all derivations and none of the request overhead."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

from hsqbo_pipeline.sandbox.quickbooks import shapes
from hsqbo_pipeline.sandbox.quickbooks.books import PERSON, TRANSACTIONS, Books
from hsqbo_pipeline.sandbox.quickbooks.kinds import KINDS
from hsqbo_pipeline.sandbox.quickbooks.numbering import remember
from hsqbo_pipeline.sandbox.quickbooks.plain import expand
from hsqbo_pipeline.sandbox.quickbooks.quick import QuickPath
from hsqbo_pipeline.sandbox.quickbooks.wire import ZERO, Doc, shown


def load_records(books: Books, entity: str, records: Iterable[Mapping[str, Any]]) -> list[str]:
    """Create the records in their order; return their ids. Raises Refusal."""
    kind, table = KINDS[entity], books.tables[entity]
    derive = _deriver(books, entity)
    made: list[str] = []
    books.pending = {}
    try:
        for record in records:
            fields = dict(record)
            created: datetime | None = fields.pop("_created", None)
            number = table.sequence.last + 1
            doc = derive(fields, number)
            if entity in TRANSACTIONS:
                remember(books, entity, doc)
            table.sequence.take()
            doc["domain"], doc["sparse"], doc["Id"], doc["SyncToken"] = "QBO", False, str(number), "0"
            table.load(number, doc, int(created.timestamp()) if created else books.epoch())
            kind.settle(books, number, None, doc)
            made.append(doc["Id"])
    finally:
        table.settle()
        pending, books.pending = books.pending, None
        _settle_balances(books, pending or {})
    return made


def _deriver(books: Books, entity: str) -> Callable[[Doc, int], Doc]:
    path = QuickPath(books)
    quick = {"Customer": path.customer, "Invoice": path.invoice}.get(entity)
    kind = KINDS[entity]

    def derive(fields: Doc, number: int) -> Doc:
        doc = quick(fields, number) if quick is not None else None
        if doc is None:
            doc = shapes.check(entity, expand(fields))
            kind.derive(books, doc, None, PERSON, number)
        return doc

    return derive


def _settle_balances(books: Books, pending: Mapping[str, Decimal]) -> None:
    """Carry the loaded documents into their customers' balances, once per customer."""
    table = books.tables["Customer"]
    for customer, delta in pending.items():
        if delta:
            _add_balance(books, customer, delta, table.rows[int(customer)].updated)


def _add_balance(books: Books, customer: str, delta: Decimal, updated: int) -> None:
    table = books.tables["Customer"]
    doc = table.doc(int(customer))
    doc["Balance"] = shown(Decimal(doc.get("Balance", ZERO)) + delta)
    doc["BalanceWithJobs"] = shown(Decimal(doc.get("BalanceWithJobs", ZERO)) + delta)
    table.put(int(customer), doc, updated)
    parent = doc.get("ParentRef", {}).get("value")
    while parent:
        above = table.doc(int(parent))
        above["BalanceWithJobs"] = shown(Decimal(above.get("BalanceWithJobs", ZERO)) + delta)
        table.put(int(parent), above, table.rows[int(parent)].updated)
        parent = above.get("ParentRef", {}).get("value")
