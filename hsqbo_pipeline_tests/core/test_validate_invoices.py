"""Invoices of both sides with every kind of line, their figures, their status and their business days."""

from __future__ import annotations

import json
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from hsqbo_pipeline.core.tables import insert
from hsqbo_pipeline.model.names import Entity
from hsqbo_pipeline_tests.core.mirrored import Mirrored, sales_line

D = Decimal


def _invoice(books: Mirrored, record_id: str = "10", **more: Any) -> None:
    said = {
        "DocNumber": "1001",
        "TxnDate": "2026-11-30",
        "TotalAmt": "100.00",
        "Balance": "100.00",
        "CustomerRef": {"value": "1"},
    }
    books.quickbooks("Invoice", record_id, **{**said, "Line": [sales_line("1", "100.00")], **more})


def _lines(books: Mirrored, system: str = "quickbooks") -> list[tuple[Any, ...]]:
    found = [row for row in books.rows("invoice_lines") if row["system"] == system]
    return [(row["kind"], row["line_id"], row["amount"]) for row in sorted(found, key=lambda row: row["position"])]


@pytest.mark.rule("H25", "A39")
def test_every_kind_of_quickbooks_line() -> None:
    """Items, shipping, a group with its children, subtotals, discount and text are told apart; each sum counts money once."""
    books = Mirrored()
    books.quickbooks("Item", "5", Name="Widget", Sku="W-1", Type="Service")
    group = {
        "GroupItemRef": {"value": "8", "name": "Kit"},
        "Quantity": "1",
        "Line": [sales_line("4", "40"), sales_line("5", "35")],
    }
    _invoice(books, TotalAmt="190.00", Balance="180.00", Deposit="10", TxnTaxDetail={"TotalTax": "5"}, Line=[
        sales_line("1", "100.00", Qty="2", UnitPrice="50", TaxCodeRef={"value": "NON"}, ServiceDate="2026-11-01"),
        sales_line("2", "20", "SHIPPING_ITEM_ID"),
        {"Id": "3", "Amount": "75", "DetailType": "GroupLineDetail", "GroupLineDetail": group},
        {"Amount": "195", "DetailType": "SubTotalLineDetail", "SubTotalLineDetail": {}},
        {"Id": "6", "Amount": "10", "DetailType": "DiscountLineDetail", "DiscountLineDetail": {"PercentBased": True, "DiscountPercent": 5}},
        {"Id": "7", "Description": "Thanks", "DetailType": "DescriptionOnly", "DescriptionLineDetail": {}},
    ])  # fmt: skip
    books.validate(Entity.INVOICE)
    assert _lines(books) == [
        ("item", "1", D(100)), ("shipping", "2", D(20)), ("group", "3", D(75)), ("item", "4", D(40)), ("item", "5", D(35)),
        ("subtotal", "@6", D(195)), ("discount", "6", D(10)), ("description", "7", None),
    ]  # fmt: skip
    row = books.row("invoices", "quickbooks", "10")
    assert (row["subtotal"], row["shipping"], row["discount"], row["tax"], row["total"]) == (
        D(175),
        D(20),
        D(10),
        D(5),
        D(190),
    )
    first = next(line for line in books.rows("invoice_lines") if line["line_id"] == "1")
    assert (first["sku"], first["name"], first["quantity"], first["tax_code"]) == ("W-1", "Widget", D(2), "NON")
    assert first["service_date"] == date(2026, 11, 1)
    (deposit,) = books.rows("payment_applications")
    assert (deposit["payment_id"], deposit["invoice_id"], deposit["amount"], deposit["attribution"]) == (
        "deposit",
        "10",
        D(10),
        "deposit",
    )


def test_unknown_line_is_not_dropped() -> None:
    """A line of a kind we do not know refuses the invoice: a line left out would be money left out."""
    books = Mirrored()
    _invoice(books, Line=[{"Id": "1", "Amount": "100.00", "DetailType": "ReimburseLineDetail"}])
    books.validate(Entity.INVOICE)
    assert books.rejects() == [("invoice", "10", "VAL_OPTION", "line 1 DetailType")]
    assert books.rows("invoice_lines") == []


def test_doubled_line_ids_do_not_collide() -> None:
    """Two lines that QuickBooks gave one id are two rows."""
    books = Mirrored()
    _invoice(books, TotalAmt="3.00", Line=[sales_line("1", "1.00"), sales_line("1", "2.00")])
    books.validate(Entity.INVOICE)
    assert _lines(books) == [("item", "1", D(1)), ("item", "1@2", D(2))]


@pytest.mark.parametrize(
    ("more", "field"),
    [
        ({"TotalAmt": "1.005"}, "total"),
        ({"Balance": "x"}, "balance"),
        ({"TxnDate": "30/11/2026"}, "invoice_date"),
        ({"DueDate": "2026-13-01"}, "due_date"),
        ({"Line": [sales_line("1", "abc")]}, "line 1 amount"),
        ({"TxnTaxDetail": {"TotalTax": "0.001"}}, "tax"),
        ({"CurrencyRef": {"value": "JPY"}, "TotalAmt": "100.50"}, "total"),
        ({"CurrencyRef": {"value": "dollars"}}, "currency"),
    ],
)
@pytest.mark.rule("D84")
def test_value_that_can_not_be_taken_as_it_stands(more: dict[str, Any], field: str) -> None:
    """Amounts and days are taken exactly or refused with the field's name."""
    books = Mirrored()
    _invoice(books, **more)
    books.validate(Entity.INVOICE)
    assert books.rejects() == [("invoice", "10", "VAL_OPTION", field)]


@pytest.mark.parametrize(
    ("more", "status"),
    [
        ({}, "open"),
        ({"Balance": "0"}, "paid"),
        ({"Balance": "40.00"}, "open"),
        ({"TotalAmt": 0, "Balance": 0, "Line": [sales_line("1", 0)]}, "open"),
        ({"TotalAmt": 0, "Balance": 0, "PrivateNote": "Voided", "Line": [sales_line("1", 0)]}, "voided"),
        ({"TotalAmt": 0, "Balance": 0, "PrivateNote": "Voided", "Line": [sales_line("1", "5")]}, "open"),
        ({"TotalAmt": 0, "Balance": 0, "invoiceStatus": "VOIDED"}, "voided"),
        (
            {
                "TotalAmt": 0,
                "Balance": 0,
                "PrivateNote": "Voided",
                "invoiceStatus": "DUE_SENT",
                "Line": [sales_line("1", 0)],
            },
            "open",
        ),
        ({"Balance": "0", "PrivateNote": "Voided in error, see INV-7"}, "paid"),
    ],
)
@pytest.mark.rule("D91", "H12")
def test_status_of_a_quickbooks_invoice(more: dict[str, Any], status: str) -> None:
    """A status field counts; without one an invoice is voided only if it says so and everything on it is zero."""
    books = Mirrored()
    _invoice(books, **more)
    books.validate(Entity.INVOICE)
    assert books.row("invoices", "quickbooks", "10")["status"] == status


@pytest.mark.rule("H12")
def test_invoice_that_was_never_worth_anything_is_not_voided() -> None:
    """A zero invoice whose note begins with the word is no voided one; an invoice that was worth something is."""
    books = Mirrored()
    zero = {"TotalAmt": 0, "Balance": 0, "Line": [sales_line("1", 0)]}
    _invoice(books, "10", **zero)
    _invoice(books, "11")
    books.validate(Entity.INVOICE)
    for record_id in ("10", "11"):
        _invoice(books, record_id, **zero, PrivateNote="Voided")
    books.validate(Entity.INVOICE)
    assert books.row("invoices", "quickbooks", "10")["status"] == "open"
    assert books.row("invoices", "quickbooks", "11")["status"] == "voided"
    books.touch("quickbooks", "Invoice", "11")
    books.validate(Entity.INVOICE)
    assert books.row("invoices", "quickbooks", "11")["status"] == "voided"


def test_mark_is_the_end_of_the_private_note() -> None:
    """Our mark is read from the note's end, and from nowhere else in it."""
    books = Mirrored()
    _invoice(books, "10", PrivateNote="Please call first\n[hs invoices 77]")
    _invoice(books, "11", PrivateNote="[hs invoices 77] was a copy")
    books.validate(Entity.INVOICE)
    assert books.row("invoices", "quickbooks", "10")["mark"] == "invoices 77"
    assert books.row("invoices", "quickbooks", "11")["mark"] is None


def _hubspot_invoice(books: Mirrored, **more: Any) -> None:
    said = {
        "hs_number": "INV-1",
        "hs_currency": "USD",
        "hs_invoice_status": "open",
        "hs_invoice_date": "2026-12-01T01:30:00Z",
        "hs_amount_billed": "210",
    }
    books.hubspot(
        "invoices", "77", **{**said, "hs_due_date": "2026-12-31T00:00:00Z", "hs_invoice_billable": "true", **more}
    )


@pytest.mark.rule("N3", "H17")
def test_hubspot_invoice_with_lines_taxes_and_people() -> None:
    """Days are business days, the tax is that of lines and tax records, associations come as sorted lists."""
    books = Mirrored()
    _hubspot_invoice(books)
    for number, (price, amount, tax) in enumerate((("100", "100", "2.50"), ("50", "100", None)), 901):
        books.hubspot(
            "line_items",
            str(number),
            quantity=str(int(amount) // int(price)),
            price=price,
            amount=amount,
            hs_tax_amount=tax,
            hs_product_id="33",
        )
        books.associate("invoices", "77", "line_items", str(number), 409)
    books.hubspot("taxes", "801", hs_type="PERCENT", hs_value="3.333")
    books.hubspot("taxes", "802", hs_type="FIXED", hs_value="0.83")
    for name, other, kind in (
        ("taxes", "801", 415),
        ("taxes", "802", 415),
        ("contacts", "2", 177),
        ("contacts", "1", 177),
        ("companies", "50", 179),
    ):
        books.associate("invoices", "77", name, other, kind)
    books.validate(Entity.INVOICE)
    row = books.row("invoices", "hubspot", "77")
    assert (row["invoice_date"], row["due_date"]) == (date(2026, 11, 30), date(2026, 12, 31))
    assert (row["subtotal"], row["tax"], row["total"]) == (D(200), D("10.00"), D(210))
    assert (row["contact_ids"], row["company_ids"], row["deal_ids"], row["billable"]) == (["1", "2"], ["50"], [], True)
    assert [line for _kind, line, _amount in _lines(books, "hubspot")] == ["901", "902"]


@pytest.mark.rule("H15", "H16", "N14")
@pytest.mark.parametrize(
    ("amount", "percent", "tax"), [("2.90", "5", "0.15"), ("11.40", "2.5", "0.29"), ("1.005", "100", "1.01")]
)
def test_half_cents_of_a_rate_go_up(amount: str, percent: str, tax: str) -> None:
    """The tax of a rate on the whole invoice is worked out in decimals: half a cent goes up, as HubSpot rounds it."""
    books = Mirrored()
    _hubspot_invoice(books)
    books.hubspot("line_items", "901", quantity="1", price=amount, amount=amount)
    books.associate("invoices", "77", "line_items", "901", 409)
    books.hubspot("taxes", "801", hs_type="PERCENT", hs_value=percent)
    books.associate("invoices", "77", "taxes", "801", 415)
    books.validate(Entity.INVOICE)
    assert books.row("invoices", "hubspot", "77")["tax"] == D(tax)


def test_hubspot_line_without_amount_yet() -> None:
    """A line whose amount HubSpot has not worked out yet is quantity times price."""
    books = Mirrored()
    _hubspot_invoice(books)
    books.hubspot("line_items", "901", quantity="3", price="33.33")
    books.associate("invoices", "77", "line_items", "901", 409)
    books.validate(Entity.INVOICE)
    assert _lines(books, "hubspot") == [("item", "901", D("99.99"))]


def test_merged_contact_answers_for_itself() -> None:
    """An association with a contact that was merged away is one with its survivor; with an archived one it is none."""
    books = Mirrored()
    _hubspot_invoice(books)
    for contact in ("1", "2"):
        books.associate("invoices", "77", "contacts", contact, 177)
    books.hubspot("contacts", "1", gone="merged")
    books.con.execute("UPDATE mirror SET merged_into = '9' WHERE id = '1'")
    books.hubspot("contacts", "2", gone="archived")
    books.validate(Entity.INVOICE)
    assert books.row("invoices", "hubspot", "77")["contact_ids"] == ["9"]


@pytest.mark.rule("D84")
def test_unknown_status_of_hubspot_is_refused() -> None:
    """A portal's own further status is not guessed at."""
    books = Mirrored()
    _hubspot_invoice(books, hs_invoice_status="on_hold")
    books.validate(Entity.INVOICE)
    assert books.rejects() == [("invoice", "77", "VAL_OPTION", "status")]


def test_changed_line_changes_the_invoice() -> None:
    """The hash of an invoice covers its lines, whatever their order in the answer of the associations."""
    books = Mirrored()
    _hubspot_invoice(books)
    books.hubspot("line_items", "901", quantity="1", price="5", amount="5")
    books.associate("invoices", "77", "line_items", "901", 409)
    books.validate(Entity.INVOICE)
    books.evaluate()
    books.touch("hubspot", "invoices", "77")
    assert books.validate(Entity.INVOICE).due == 0
    books.hubspot("line_items", "901", quantity="1", price="6", amount="6")
    books.touch("hubspot", "invoices", "77")
    books.validate(Entity.INVOICE)
    assert books.due(Entity.INVOICE) == {("hubspot", "77"): "changed"}


@pytest.mark.rule("H12")
@pytest.mark.parametrize(("total", "status"), [("0", "open"), ("100", "voided")])
def test_baseline_is_history_enough(total: str, status: str) -> None:
    """When the typed rows were lost, the baseline still knows whether an invoice was worth something."""
    books = Mirrored()
    baseline = {
        "entity": "invoice",
        "hubspot_id": "77",
        "quickbooks_id": "10",
        "hubspot_fields": "{}",
        "run_id": "run0",
    }
    insert(books.con, "baselines", [{**baseline, "quickbooks_fields": json.dumps({"total": total})}])
    _invoice(books, TotalAmt=0, Balance=0, PrivateNote="Voided", Line=[sales_line("1", 0)])
    books.validate(Entity.INVOICE)
    assert books.row("invoices", "quickbooks", "10")["status"] == status


@pytest.mark.rule("A61")
def test_custom_field_of_quickbooks_by_number() -> None:
    """One of QuickBooks' three custom fields is found by its number and kept under the HubSpot property's name."""
    books = Mirrored()
    books.rules = books.rules.model_validate(
        {
            "timezone": "America/New_York",
            "invoices": {"custom_fields": [{"hubspot": "po_number", "quickbooks": "CustomField.2"}]},
        }
    )
    _invoice(
        books,
        CustomField=[
            {"DefinitionId": "1", "Name": "A"},
            {"DefinitionId": "2", "Name": "Crew #", "StringValue": "PO 5"},
        ],
    )
    books.validate(Entity.INVOICE)
    assert books.row("invoices", "quickbooks", "10")["custom"] == '{"po_number":"PO 5"}'
