"""Two customers made one, as a person does by giving one the other's name."""

from __future__ import annotations

from decimal import Decimal

from hsqbo_pipeline.sandbox.quickbooks import writes
from hsqbo_pipeline.sandbox.quickbooks.books import TRANSACTIONS, Act, Books
from hsqbo_pipeline.sandbox.quickbooks.ledger import move_customer, weight
from hsqbo_pipeline.sandbox.quickbooks.wire import ZERO, ref


def merge_customers(books: Books, into: str, gone: str) -> bytes:
    """Move documents and jobs to `into`; `gone` turns inactive. Return the remaining customer. Raises ValueError."""
    table = books.tables["Customer"]
    target, source = books.known("Customer", into), books.known("Customer", gone)
    if target == source:
        raise ValueError("a customer cannot be merged into itself")
    kept, left = table.doc(target), table.doc(source)
    if kept["CurrencyRef"]["value"] != left["CurrencyRef"]["value"]:
        raise ValueError("customers with different currencies cannot be merged")
    moved = ZERO
    for entity in TRANSACTIONS:
        moved += _move_documents(books, entity, gone, ref(into, kept["DisplayName"]))
    for child in list(table.find("ParentRef", gone)):
        body = {"Id": str(child), "sparse": True, "ParentRef": ref(into)}
        writes.update(books, "Customer", body, Act(person=True))
    move_customer(books, gone, -moved)
    move_customer(books, into, moved)
    writes.update(books, "Customer", {"Id": gone, "sparse": True, "Active": False}, Act(person=True))
    return table.rows[target].raw


def _move_documents(books: Books, entity: str, gone: str, owner: dict[str, str]) -> Decimal:
    table = books.tables[entity]
    moved = ZERO
    if "CustomerRef" not in table.indexes:
        return moved
    for number in list(table.find("CustomerRef", gone)):
        doc = table.doc(number)
        doc["CustomerRef"] = owner
        doc["SyncToken"] = str(int(doc["SyncToken"]) + 1)
        table.put(number, doc, books.epoch())
        moved += weight(entity, doc)
    return moved
