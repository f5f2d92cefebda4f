"""What the integration tests of python-quickbooks expect to find in a company."""

from __future__ import annotations

from decimal import Decimal

from hsqbo_pipeline.sandbox.quickbooks import seed
from hsqbo_pipeline.sandbox.quickbooks.books import Books
from hsqbo_pipeline.sandbox.quickbooks.wire import Doc


def _account(books: Books, name: str) -> Doc:
    return {"value": str(books.tables["Account"].find("Name", name)[0])}


def seed_conformance(books: Books) -> None:
    """A customer with an invoice, an item for lines, five payments and a credit memo."""
    customer = seed.create(books, "Customer", {"DisplayName": "Amy's Bird Sanctuary", "GivenName": "Amy"})
    item = seed.create(
        books,
        "Item",
        {
            "Name": "Services",
            "Type": "Service",
            "UnitPrice": Decimal(100),
            "IncomeAccountRef": _account(books, "Services"),
        },
    )
    line = {"Amount": Decimal(100), "SalesItemLineDetail": {"ItemRef": {"value": item}}}
    owner = {"CustomerRef": {"value": customer}}
    seed.create(books, "Invoice", {**owner, "Line": [line]})
    seed.create(books, "CreditMemo", {**owner, "Line": [line]})
    for number in range(5):
        seed.create(books, "Payment", {**owner, "TotalAmt": Decimal(10 + number)})
