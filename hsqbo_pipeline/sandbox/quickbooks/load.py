"""Bulk loading: whole books put in with all derivations and none of the request overhead."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

from hsqbo_pipeline.sandbox.quickbooks import shapes
from hsqbo_pipeline.sandbox.quickbooks.books import PERSON, TRANSACTIONS, Books
from hsqbo_pipeline.sandbox.quickbooks.kinds import KINDS
from hsqbo_pipeline.sandbox.quickbooks.numbering import remember
from hsqbo_pipeline.sandbox.quickbooks.plain import expand
from hsqbo_pipeline.sandbox.quickbooks.wire import ZERO, shown


def load_records(books: Books, entity: str, records: Iterable[Mapping[str, Any]]) -> list[str]:
    """Create the records in their order; return their ids. Raises Refusal."""
    kind, table = KINDS[entity], books.tables[entity]
    made: list[str] = []
    books.pending = {}
    try:
        for record in records:
            fields = dict(record)
            created: datetime | None = fields.pop("_created", None)
            doc = shapes.check(entity, expand(fields))
            number = table.sequence.last + 1
            kind.derive(books, doc, None, PERSON, number)
            if entity in TRANSACTIONS:
                remember(books, entity, doc)
            table.sequence.take()
            doc.update(domain="QBO", sparse=False, Id=str(number), SyncToken="0")
            table.put(number, doc, int(created.timestamp()) if created else books.epoch())
            kind.settle(books, number, None, doc)
            made.append(str(number))
    finally:
        pending, books.pending = books.pending, None
        settle_pending(books, pending or {})
    return made


def settle_pending(books: Books, pending: Mapping[str, Decimal]) -> None:
    """Carry the loaded documents into their customers' balances, once per customer."""
    table = books.tables["Customer"]
    for customer, delta in pending.items():
        if not delta:
            continue
        doc = table.doc(int(customer))
        for name in ("Balance", "BalanceWithJobs"):
            doc[name] = shown(Decimal(doc.get(name, ZERO)) + delta)
        table.put(int(customer), doc, table.rows[int(customer)].updated)
