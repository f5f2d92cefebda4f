"""Invoices that people make in HubSpot: into the books, and what may be edited there (S05)."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from hsqbo_pipeline.model.names import System
from hsqbo_pipeline_tests.core.ledger import Ledger, failing

D = Decimal
HS, QB = System.HUBSPOT, System.QUICKBOOKS


@pytest.fixture
def ledger() -> Ledger:
    """Ada's invoice over two widgets and a gadget, sent to the books."""
    made = Ledger()
    made.customer("c1", "h1")
    made.item("w", "W-1", "pw", name="Widget")
    made.item("g", "G-1", "pg", name="Gadget")
    made.hubspot_invoice(
        "5001",
        ["h1"],
        [{"sku": "W-1", "quantity": 2, "unit_price": 100}, {"sku": "G-1", "quantity": 1, "unit_price": 50}],
    )
    assert failing(made.night()) == {}
    assert failing(made.night()) == {}
    assert made.writes == []
    return made


def booked(ledger: Ledger) -> dict:
    return ledger.rows("invoices", QB)[0]


def sold(ledger: Ledger) -> dict:
    return ledger.rows("invoices", HS, id="5001")[0]


@pytest.mark.rule("A39", "N5", "H7")
def test_a_hubspot_invoice_enters_the_books_with_its_number_day_and_mark(ledger: Ledger) -> None:
    """N5: an open HubSpot invoice is made in QuickBooks once, and HubSpot shows the books' figures of it."""
    row = booked(ledger)
    assert (row["number"], row["invoice_date"], row["due_date"], row["total"]) == (
        "INV-5001",
        date(2026, 11, 24),
        date(2026, 12, 24),
        D(250),
    )
    assert (row["customer_id"], row["mark"]) == ("c1", "invoice 5001")
    assert (sold(ledger)["qbo_total"], sold(ledger)["qbo_balance"], sold(ledger)["mark"]) == (
        D(250),
        D(250),
        f"9341450000000001:{row['id']}",
    )


@pytest.mark.rule("A5", "A6", "A9", "A10", "A12", "D58", "D59", "N15")
def test_forbidden_and_permitted_edits_and_healing_from_either_side(ledger: Ledger) -> None:
    """S05: a price edit in the books stands still with everything else until both sides agree; permitted edits then flow."""
    quickbooks_id = booked(ledger)["id"]
    key = f"invoice:5001:{quickbooks_id}"
    ledger.change("invoices", QB, quickbooks_id, due_date=date(2027, 1, 10))
    ledger.change_line(QB, quickbooks_id, 1, unit_price=D(90), amount=D(180))
    ledger.change_line(QB, quickbooks_id, 2, service_date=date(2026, 12, 1))
    verdicts = ledger.night()
    assert failing(verdicts) == {key: "INV_REMOTE_PRICE_CHANGED"}
    diff = next(each for each in verdicts if each.record_key == key).slots["diff"]
    assert "100.00" in diff
    assert "90.00" in diff
    assert ledger.writes == []
    assert sold(ledger)["due_date"] == date(2026, 12, 24)
    ledger.due_all()
    assert failing(ledger.night()) == {key: "INV_REMOTE_PRICE_CHANGED"}
    ledger.change_line(HS, "5001", 1, unit_price=D(90), amount=D(180))
    ledger.due_all()
    assert failing(ledger.night()) == {}
    assert {system for system, _, _ in ledger.writes} == {HS}
    assert (sold(ledger)["due_date"], sold(ledger)["qbo_total"]) == (date(2027, 1, 10), D(230))
    ledger.add_line(QB, quickbooks_id, {"item_id": "g", "name": "Gadget", "quantity": 1, "unit_price": 50})
    verdicts = ledger.night()
    assert failing(verdicts) == {key: "INV_REMOTE_LINES_CHANGED"}
    assert "Gadget 1 × 50.00 = 50.00" in verdicts[0].slots["diff"]
    ledger.remove_last_line(QB, quickbooks_id)
    assert failing(ledger.night()) == {}
    ledger.change("invoices", QB, quickbooks_id, memo="Thanks")
    ledger.change_line(QB, quickbooks_id, 1, service_date=date(2026, 12, 5))
    assert failing(ledger.night()) == {}
    assert {system for system, _, _ in ledger.writes} == {HS}
    assert sold(ledger)["memo"] == "Thanks"


@pytest.mark.rule("N15", "A5")
def test_an_edit_in_hubspot_goes_to_the_books_and_keeps_what_people_added_there(ledger: Ledger) -> None:
    """An edit by the owner is sent; the books' service date on the line stays."""
    quickbooks_id = booked(ledger)["id"]
    ledger.change_line(HS, "5001", 2, unit_price=D(60), amount=D(60))
    assert failing(ledger.night()) == {}
    assert booked(ledger)["total"] == D(260)
    assert failing(ledger.night()) == {}
    assert sold(ledger)["qbo_total"] == D(260)
    assert booked(ledger)["id"] == quickbooks_id


@pytest.mark.rule("N7", "DEL_VOIDED", "H12")
def test_a_void_in_hubspot_voids_the_unpaid_invoice_and_is_no_warning(ledger: Ledger) -> None:
    """N7: HubSpot's own void reaches the books when nothing is applied; our own void is no warning."""
    ledger.change("invoices", HS, "5001", status="voided")
    assert failing(ledger.night()) == {}
    assert booked(ledger)["status"] == "voided"
    ledger.due_all()
    assert failing(ledger.night()) == {}
    assert ledger.writes == []


@pytest.mark.rule("N7", "D63")
def test_a_paid_invoice_is_never_voided_by_machine(ledger: Ledger) -> None:
    """N7: with a payment applied the void is refused and names the amount."""
    quickbooks_id = booked(ledger)["id"]
    ledger.quickbooks_payment("p", "c1", "50.00", {quickbooks_id: "50.00"})
    ledger.night()
    ledger.change("invoices", HS, "5001", status="voided")
    verdicts = ledger.night()
    assert failing(verdicts)[f"invoice:5001:{quickbooks_id}"] == "INV_LOCKED_BY_PAYMENT"
    assert booked(ledger)["status"] != "voided"


@pytest.mark.rule("N5", "H3", "H4", "D55")
def test_a_taken_number_is_told_and_nothing_is_sent() -> None:
    """N4: another document with the number stops the invoice, and is named."""
    made = Ledger()
    made.customer("c1", "h1")
    made.customer("c2", "h2")
    made.item("w", "W-1", "pw")
    made.quickbooks_invoice("INV-1006", "c2", [{"item_id": "w", "name": "Widget", "quantity": 5, "unit_price": 100}])
    made.hubspot_invoice("1006", ["h1"], [{"sku": "W-1", "quantity": 3, "unit_price": 100}])
    verdicts = made.night()
    assert failing(verdicts) == {"invoice:1006:-": "INV_NUMBER_TAKEN"}
    assert "INV-1006" in next(each for each in verdicts if each.hubspot_id == "1006").slots["holder"]
    assert len(made.rows("invoices", QB)) == 1
