"""A real company's book, both ways: every record arrives once, on the right side of the right other record."""

from __future__ import annotations

import csv
from collections import Counter, defaultdict
from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from hsqbo_pipeline.errors import ExitCode
from hsqbo_pipeline.runs.ending import Ended
from hsqbo_pipeline.runs.request import Kind, Request
from hsqbo_pipeline.sandbox.books import to_hubspot, to_quickbooks
from hsqbo_pipeline.sandbox.books.book import Book, read
from hsqbo_pipeline.sandbox.frame.server import Sandbox, SandboxConfig
from hsqbo_pipeline_tests.nights.house import House, house

pytestmark = pytest.mark.timeout(600)
TOTAL = Decimal("2328.60")
NOTHING = {"hubspot": 0, "quickbooks": 0}
INTO_HUBSPOT: dict[str, Any] = {
    direction: {"direction": "quickbooks_to_hubspot"} for direction in ("customers", "products", "invoices", "payments")
}
INTO_QUICKBOOKS: dict[str, Any] = {
    "customers": {"direction": "hubspot_to_quickbooks"},
    "products": {"direction": "hubspot_to_quickbooks", "income_account": "Sales of Product Income"},
    "invoices": {"direction": "hubspot_to_quickbooks"},
    "payments": {"direction": "hubspot_to_quickbooks", "deposit_to": "Undeposited Funds"},
}


@pytest.fixture(scope="module")
def book(shared: Path) -> Book:
    """The music shop."""
    return read(shared / "data" / "chinook")


def company(book: Book, side: str) -> SandboxConfig:
    """A sandbox without limits of rate that holds the book on one side."""

    def fill(sandbox: Sandbox, system: str) -> None:
        if system == side == "quickbooks":
            to_quickbooks.load(sandbox.quickbooks, book)
        elif system == side == "hubspot":
            to_hubspot.load(sandbox.hubspot, book)

    return SandboxConfig(fill=fill, limits=False)


def over_its_years(book: Book) -> Request:
    """One run over all the days of the book."""
    days = [invoice.day for invoice in book.invoices.values()]
    return Request(kind=Kind.BACKFILL, from_day=min(days), to_day=max(days), approve="auto")


def each_in_one_state(home: House, ended: Ended, records: Mapping[str, int]) -> None:
    """Every record of the source is in exactly one state, and the run says how many it evaluated."""
    rows = home.ask("SELECT entity, hubspot_id, quickbooks_id FROM record_states")
    for side in ("hubspot_id", "quickbooks_id"):
        seen = Counter((row["entity"], row[side]) for row in rows if row[side])
        assert not [key for key, times in seen.items() if times > 1]
    assert {entity: len([row for row in rows if row["entity"] == entity]) for entity in records} == records
    assert ended.evaluated >= sum(records.values())
    assert ended.problems == []


def nothing_left_to_do(home: House) -> None:
    """The second night evaluates what is still due, writes nothing, and is green."""
    again = home.night(Request(approve="auto"))
    assert again.exit_code is ExitCode.DONE
    assert home.writes() == NOTHING


def test_the_book_in_quickbooks_arrives_in_hubspot(book: Book, shared: Path, tmp_path: Path) -> None:
    """59 contacts, 3,503 products, 412 invoices with 2,240 lines and 2,328.60 in all, each invoice on its contact."""
    with house(tmp_path, company(book, "quickbooks"), **INTO_HUBSPOT, closing={"treat_as_closed": "off"}) as home:
        ended = home.night(over_its_years(book))
        assert ended.exit_code is ExitCode.DONE
        each_in_one_state(home, ended, {"customer": 59, "product": 3503, "invoice": 412, "payment": 275})
        state = {kind: home.live("hubspot", kind) for kind in ("contacts", "products", "invoices", "line_items")}
        assert {kind: len(found) for kind, found in state.items()} == {
            "contacts": 59, "products": 3503, "invoices": 412, "line_items": 2240,
        }  # fmt: skip
        assert sum(Decimal(each["properties"]["hs_amount_billed"]) for each in state["invoices"]) == TOTAL
        emails = {each["id"]: each["properties"]["email"] for each in state["contacts"]}
        for each in state["invoices"]:
            invoice = book.invoices[each["properties"]["hs_number"]]
            contacts = {emails[link["id"]] for link in each["associations"]["contacts"]}
            assert contacts == {book.customers[invoice.customer].email.lower()}
            lines = {link["id"] for link in each["associations"]["line_items"]}
            assert len(lines) == len(invoice.lines)
        assert {each["properties"]["hs_sku"] for each in state["products"]} == set(book.products)
        assert Counter(each["properties"]["hs_sku"] for each in state["line_items"]) == _skus(book)
        assert shown_money(home) == written_money(shared)
        nothing_left_to_do(home)


def _skus(book: Book) -> Counter[str]:
    return Counter(line.sku for invoice in book.invoices.values() for line in invoice.lines)


def test_the_book_in_hubspot_arrives_in_quickbooks(book: Book, shared: Path, tmp_path: Path) -> None:
    """With suffix_sku all 412 invoices arrive, on the right customers, on items whose SKU is the book's."""
    products = {**INTO_QUICKBOOKS["products"], "name_clash": "suffix_sku"}
    rules = {**INTO_QUICKBOOKS, "products": products, "closing": {"treat_as_closed": "off"}}
    with house(tmp_path, company(book, "hubspot"), **rules) as home:
        ended = home.night(over_its_years(book))
        assert ended.exit_code is ExitCode.DONE
        each_in_one_state(home, ended, {"customer": 59, "product": 3503, "invoice": 412, "payment": 275})
        customers = {each["Id"]: each for each in home.live("quickbooks", "Customer")}
        items = {each["Id"]: each for each in home.live("quickbooks", "Item")}
        invoices = home.live("quickbooks", "Invoice")
        assert (len(customers), len(items), len(invoices)) == (59, 3503, 412)
        assert sum(each["TotalAmt"] for each in invoices) == TOTAL
        for each in invoices:
            invoice = book.invoices[each["DocNumber"]]
            email = customers[each["CustomerRef"]["value"]]["PrimaryEmailAddr"]["Address"]
            assert email.lower() == book.customers[invoice.customer].email.lower()
            assert _item_skus(each, items) == [line.sku for line in invoice.lines]
            assert each["TxnDate"] == invoice.day.isoformat()
        assert booked_money(home) == written_money(shared)
        nothing_left_to_do(home)


def _item_skus(invoice: dict[str, Any], items: dict[str, dict[str, Any]]) -> list[str]:
    details = [line["SalesItemLineDetail"] for line in invoice["Line"] if "SalesItemLineDetail" in line]
    return [items[detail["ItemRef"]["value"]]["Sku"] for detail in details]


Ledger = dict[str, tuple[Decimal, Decimal, list[tuple[str, Decimal]]]]
"""By invoice number: its total, what is open, and each payment's day and amount."""


def written_money(shared: Path) -> Ledger:
    """The book's own figures, added up from its files by nothing of ours."""

    def rows_of(name: str) -> list[dict[str, str]]:
        with (shared / "data" / "chinook" / f"{name}.csv").open(encoding="utf-8", newline="") as stream:
            return list(csv.DictReader(stream))

    paid: dict[str, list[tuple[str, Decimal]]] = defaultdict(list)
    for row in rows_of("payments"):
        paid[row["invoice_no"]].append((row["payment_date"], Decimal(row["amount"])))
    totals = {row["invoice_no"]: Decimal(row["total"]) for row in rows_of("invoices")}
    return _ledger(totals, {number: total - _sum(paid[number]) for number, total in totals.items()}, paid)


def shown_money(home: House) -> Ledger:
    """The same from HubSpot: what lies on each invoice by association."""
    invoices = {each["id"]: each for each in home.live("hubspot", "invoices")}
    paid: dict[str, list[tuple[str, Decimal]]] = defaultdict(list)
    for each in home.live("hubspot", "commerce_payments"):
        said = each["properties"]
        assert (said["hs_latest_status"], said["hs_currency_code"]) == ("succeeded", "USD")
        (invoice,) = each["associations"]["invoices"]
        number = invoices[invoice["id"]]["properties"]["hs_number"]
        paid[number].append((said["hs_initiated_date"][:10], Decimal(said["hs_initial_amount"])))
    told = {each["properties"]["hs_number"]: each["properties"] for each in invoices.values()}
    totals = {number: Decimal(said["hs_amount_billed"]) for number, said in told.items()}
    return _ledger(totals, {number: Decimal(said["qbo_balance_due"]) for number, said in told.items()}, paid)


def booked_money(home: House) -> Ledger:
    """The same from QuickBooks: what each payment's lines apply to which invoice, nothing being left over."""
    invoices = {each["Id"]: each for each in home.live("quickbooks", "Invoice")}
    paid: dict[str, list[tuple[str, Decimal]]] = defaultdict(list)
    for each in home.live("quickbooks", "Payment"):
        assert Decimal(each["UnappliedAmt"]) == 0
        for line in each["Line"]:
            (link,) = line["LinkedTxn"]
            paid[invoices[link["TxnId"]]["DocNumber"]].append((each["TxnDate"], Decimal(line["Amount"])))
    totals = {each["DocNumber"]: Decimal(each["TotalAmt"]) for each in invoices.values()}
    return _ledger(totals, {each["DocNumber"]: Decimal(each["Balance"]) for each in invoices.values()}, paid)


def _ledger(
    totals: Mapping[str, Decimal], left: Mapping[str, Decimal], paid: Mapping[str, list[tuple[str, Decimal]]]
) -> Ledger:
    return {number: (total, left[number], sorted(paid.get(number, []))) for number, total in totals.items()}


def _sum(payments: list[tuple[str, Decimal]]) -> Decimal:
    return sum((amount for _, amount in payments), Decimal(0))


def test_names_that_quickbooks_refuses_fail_and_their_invoices_wait(book: Book, tmp_path: Path) -> None:
    """By default exactly 317 products fail, on whom exactly 139 invoices wait; all others arrive."""
    rules = {**INTO_QUICKBOOKS, "closing": {"treat_as_closed": "off"}}
    with house(tmp_path, company(book, "hubspot"), **rules) as home:
        ended = home.night(over_its_years(book))
        assert ended.exit_code is ExitCode.DONE
        states = Counter((row["entity"], row["state"]) for row in home.ask("SELECT entity, state FROM record_states"))
        assert (states["product", "FAILING"], states["invoice", "WAITING"]) == (317, 139)
        assert (states["product", "IN_SYNC"], states["invoice", "IN_SYNC"]) == (3503 - 317, 412 - 139)
        assert len(home.live("quickbooks", "Item")) == 3503 - 317
        assert len(home.live("quickbooks", "Invoice")) == 412 - 139
        again = home.night(Request(approve="auto"))
        assert again.exit_code is ExitCode.DONE
        assert again.evaluated >= 317 + 139
        assert home.writes() == NOTHING
