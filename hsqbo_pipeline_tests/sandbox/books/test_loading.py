"""A book in either system: names, days, balances, associations."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from hsqbo_pipeline.sandbox.books import to_hubspot, to_quickbooks
from hsqbo_pipeline.sandbox.books.book import Book, Product, read
from hsqbo_pipeline.sandbox.books.item_names import item_names
from hsqbo_pipeline.sandbox.frame.server import Sandbox, SandboxConfig, build
from hsqbo_pipeline.sandbox.generate import generate
from hsqbo_pipeline_tests.sandbox.books.test_reading import FILES, write

Record = dict[str, Any]


@pytest.fixture
def book(tmp_path: Path) -> Book:
    """Two customers of one name, one without invoices; products whose names QuickBooks refuses."""
    folder = write(tmp_path)
    more = {
        "customers.csv": "2,Ida,Holm,,ida2@example.com,,,,,,\n",
        "products.csv": f"S-2,lamp,,5,\nS-3,A: B,,5,\nS-4,{'x' * 101},,5,\n",
        "invoices.csv": "A0,1,2026-02-01,2026-02-11,USD,5.00,1.25,3.00,9.25\n",
        "invoice_lines.csv": "A0,1,S-2,lamp,1,5.00,0,5.00\n",
        "payments.csv": "P2,A0,2026-02-20,4.00,barter,r2\n",
    }
    for name, text in more.items():
        (folder / name).write_text(FILES[name] + text, encoding="utf-8")
    return read(folder)


def loaded(book: Book) -> Sandbox:
    """Both systems with the book in them."""
    sandbox = build(SandboxConfig())
    to_quickbooks.load(sandbox.quickbooks, book)
    to_hubspot.load(sandbox.hubspot, book)
    return sandbox


def by(records: list[Record], key: str) -> dict[str, Record]:
    """Records by one of their fields."""
    return {str(each.get("properties", each)[key]): each for each in records}


def test_names_that_quickbooks_refuses_get_their_sku() -> None:
    """A repeat (whatever its capitals), a colon and a name beyond 100 characters become 85 characters and ' [SKU]'."""
    names = ("Lamp", "LAMP", "A: B", "x" * 101, "x" * 100)
    products = [Product(f"S-{place}", name, "", Decimal(1), None) for place, name in enumerate(names)]
    assert list(item_names(products).values()) == ["Lamp", "LAMP [S-1]", "A- B [S-2]", f"{'x' * 85} [S-3]", "x" * 100]


def test_masters_are_as_old_as_their_first_invoice(book: Book) -> None:
    """A customer is made on the day of its first invoice, a product on that of its first line, else the day before
    the book begins; both were last modified then."""
    sandbox = loaded(book)
    contacts = by(sandbox.hubspot.state()["contacts"], "email")
    assert contacts["ida@example.com"]["createdAt"] == "2026-02-01T00:00:00.000Z"
    assert contacts["ida2@example.com"]["updatedAt"] == "2026-01-31T00:00:00.000Z"
    items = by(sandbox.quickbooks.state()["Item"], "Sku")
    made = {sku: item["MetaData"]["CreateTime"] for sku, item in items.items()}
    assert made == {
        "S-1": "2026-03-04T16:00:00-08:00",
        "S-2": "2026-01-31T16:00:00-08:00",
        "S-3": "2026-01-30T16:00:00-08:00",
        "S-4": "2026-01-30T16:00:00-08:00",
    }
    assert all(item["MetaData"]["LastUpdatedTime"] == item["MetaData"]["CreateTime"] for item in items.values())
    customers = by(sandbox.quickbooks.state()["Customer"], "DisplayName")
    assert {name: each["MetaData"]["LastUpdatedTime"] for name, each in customers.items()} == {
        "Ida Holm": "2026-01-31T16:00:00-08:00",
        "Ida Holm (2)": "2026-01-30T16:00:00-08:00",
    }


def test_quickbooks_books_add_up(book: Book) -> None:
    """Tax, shipping and a line's discount are in the total; payments are applied and leave the balance."""
    state = loaded(book).quickbooks.state()
    invoices = by(state["Invoice"], "DocNumber")
    assert {number: (str(each["TotalAmt"]), Decimal(each["Balance"])) for number, each in invoices.items()} == {
        "A0": ("9.25", Decimal("5.25")),
        "A1": ("18.00", Decimal(0)),
    }
    assert {account["value"] for account in (each["IncomeAccountRef"] for each in state["Item"])} == {
        state["Item"][0]["IncomeAccountRef"]["value"]
    }
    undeposited = next(each["Id"] for each in state["Account"] if each.get("AccountSubType") == "UndepositedFunds")
    assert {each["DepositToAccountRef"]["value"] for each in state["Payment"]} == {undeposited}
    assert all(each["UnappliedAmt"] == 0 for each in state["Payment"])


def test_hubspot_holds_invoices_made_there(book: Book) -> None:
    """Invoices are billable and HubSpot's own, open or paid, each with its contact, lines and payments."""
    state = loaded(book).hubspot.state()
    invoices = by(state["invoices"], "hs_number")
    assert {number: each["properties"]["hs_invoice_status"] for number, each in invoices.items()} == {
        "A1": "paid",
        "A0": "open",
    }
    assert {each["properties"]["hs_amount_billed"] for each in invoices.values()} == {"18.00", "9.25"}
    assert invoices["A0"]["properties"]["hs_balance_due"] == "5.25"
    for each in invoices.values():
        properties = each["properties"]
        assert (properties["hs_invoice_billable"], properties["hs_invoice_source"]) == ("true", "HubSpot")
        assert {
            kind: len(found) for kind, found in each["associations"].items() if kind in ("contacts", "line_items")
        } == {
            "contacts": 1,
            "line_items": 1,
        }
    payments = by(state["commerce_payments"], "hs_initial_amount")
    assert {each["properties"]["hs_latest_status"] for each in payments.values()} == {"succeeded"}
    assert payments["4.00"]["properties"]["hs_payment_method_type"] == "other"


def test_a_generated_company_is_the_same_every_time_and_three_quarters_in_common() -> None:
    """N customers a side; the same N gives the same records, and 25 % are each system's own."""
    ours, theirs = generate(40, "quickbooks"), generate(40, "hubspot")
    assert generate(40, "quickbooks").invoices == ours.invoices
    assert (len(ours.customers), len(theirs.customers), len(ours.products), len(ours.invoices)) == (40, 40, 4, 10)
    common = {each.email for each in ours.customers.values()} & {each.email for each in theirs.customers.values()}
    assert len(common) == 30
    state = loaded(ours).quickbooks.state()
    assert (len(state["Customer"]), len(state["Item"]), len(state["Invoice"])) == (40, 4, 10)
    assert sum(each["TotalAmt"] for each in state["Invoice"]) == sum(each.total for each in ours.invoices.values())
