"""Customers and their jobs."""

from __future__ import annotations

from decimal import Decimal

from hsqbo_pipeline.sandbox.quickbooks.addresses import lengths, settle_addresses
from hsqbo_pipeline.sandbox.quickbooks.books import TRANSACTIONS, Act, Books
from hsqbo_pipeline.sandbox.quickbooks.currency import check_code
from hsqbo_pipeline.sandbox.quickbooks.entities.people import settle_names
from hsqbo_pipeline.sandbox.quickbooks.names import check_lengths
from hsqbo_pipeline.sandbox.quickbooks.refusals import Refusal, business
from hsqbo_pipeline.sandbox.quickbooks.wire import Doc, ref, value_of

READ_ONLY = frozenset(
    {"Balance", "BalanceWithJobs", "Level", "FullyQualifiedName", "OverDueBalance", "TotalRevenue", "TotalExpense"}
)
_LENGTHS = {"Notes": 2000, "ResaleNum": 16, "AcctNum": 100, **lengths("BillAddr", "ShipAddr")}
_DELIVERY = ("Print", "Email", "None")


def derive(books: Books, doc: Doc, before: Doc | None, act: Act, number: int) -> None:
    """Complete a customer. Raises Refusal."""
    check_lengths(doc, _LENGTHS)
    _currency(books, doc, before, act)
    if doc.get("Active") is False and (before or {}).get("Active", True) and before is not None:
        _may_turn_inactive(before, act)
    settle_names(books, "Customer", doc, before, number)
    doc.setdefault("Job", False)
    doc.setdefault("BillWithParent", False)
    if "ParentRef" in doc:
        doc["Job"] = True
    elif doc["Job"]:
        raise business("A job needs a ParentRef", "ParentRef", "2020")
    doc.setdefault("Taxable", True)
    if doc.setdefault("PreferredDeliveryMethod", "Print") not in _DELIVERY:
        raise business("PreferredDeliveryMethod is Print, Email or None", "PreferredDeliveryMethod", "2170")
    for name, entity in (("SalesTermRef", "Term"), ("PaymentMethodRef", "PaymentMethod")):
        if name in doc:
            books.refer(entity, doc, name)
    _tax_code(books, doc)
    settle_addresses(books, doc, before)
    for name in ("Balance", "BalanceWithJobs"):
        doc[name] = (before or {}).get(name, 0)


def _tax_code(books: Books, doc: Doc) -> None:
    if "DefaultTaxCodeRef" in doc:
        books.refer("TaxCode", doc, "DefaultTaxCodeRef")
        doc["DefaultTaxCodeRef"] = ref(doc["DefaultTaxCodeRef"]["value"])
    elif books.is_us and 2 in books.tables["TaxCode"]:
        doc["DefaultTaxCodeRef"] = ref("2")


def _currency(books: Books, doc: Doc, before: Doc | None, act: Act) -> None:
    fallback = value_of((before or {}).get("CurrencyRef")) or books.home_currency
    code = check_code(books, doc, fallback)
    if before is not None and code != fallback and not act.person:
        raise business("The currency of a customer cannot be changed", "CurrencyRef")


def _may_turn_inactive(before: Doc, act: Act) -> None:
    if Decimal(before.get("Balance", 0)) and not act.person:
        detail = "Cannot delete a customer that has a balance; settle or write off its transactions first."
        raise Refusal("6220", "Cannot delete a list element that has a balance", detail)


def refresh_names(books: Books, number: int, before: Doc | None, after: Doc | None) -> None:
    """References show the customer's present name; a rename reaches its documents without touching their times."""
    if before is None or after is None or before["DisplayName"] == after["DisplayName"]:
        return
    name = after["DisplayName"]
    for entity in TRANSACTIONS:
        table = books.tables[entity]
        for transaction in table.find("CustomerRef", str(number)) if "CustomerRef" in table.indexes else ():
            doc = table.doc(transaction)
            doc["CustomerRef"] = ref(str(number), name)
            table.put(transaction, doc, table.rows[transaction].updated)
    table = books.tables["Customer"]
    for child in list(table.find("ParentRef", str(number))):
        doc = table.doc(child)
        doc["FullyQualifiedName"] = f"{after['FullyQualifiedName']}:{doc['DisplayName']}"
        doc["ParentRef"] = ref(str(number), after["FullyQualifiedName"])
        table.put(child, doc, table.rows[child].updated)
