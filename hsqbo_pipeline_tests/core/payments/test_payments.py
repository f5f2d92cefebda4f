"""Money: allocations of the books in HubSpot, and HubSpot's own payments in the books."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from hsqbo_pipeline.model.names import System
from hsqbo_pipeline_tests.core.ledger import Ledger, failing

D = Decimal
HS, QB = System.HUBSPOT, System.QUICKBOOKS


@pytest.fixture
def ledger() -> Ledger:
    """Ada with two items."""
    made = Ledger()
    made.customer("c1", "h1")
    made.item("w", "W-1", "pw", name="Widget")
    made.item("g", "G-1", "pg", name="Gadget")
    return made


def mirror(ledger: Ledger, number: str) -> tuple[str, Decimal]:
    row = ledger.rows("invoices", HS, number=number)[0]
    return row["status"], row["qbo_balance"]


def copies(ledger: Ledger) -> list[Decimal]:
    return sorted(row["amount"] for row in ledger.rows("payments", HS))


@pytest.mark.rule("A1", "A2", "A11", "A13", "D78", "D90", "N1", "N2", "H9", "H11")
def test_one_cheque_over_two_invoices_with_a_rest(ledger: Ledger) -> None:
    """S01: allocations are shown, re-applied, topped up and taken away; the rest is told for as long as it lasts."""
    ledger.quickbooks_invoice("1001", "c1", [{"item_id": "w", "name": "Widget", "quantity": 3, "unit_price": 100}])
    ledger.quickbooks_invoice("1002", "c1", [{"item_id": "g", "name": "Gadget", "quantity": 5, "unit_price": 50}])
    ledger.quickbooks_payment("p1", "c1", "500.00", {"1001": "300.00", "1002": "150.00"}, reference="CHK-88")
    verdicts = ledger.night()
    assert failing(verdicts) == {"payment:-:p1": "PAY_UNAPPLIED"}
    assert next(each for each in verdicts if each.code == "PAY_UNAPPLIED").slots["amount"] == "50.00"
    assert (mirror(ledger, "1001"), mirror(ledger, "1002")) == (("paid", D(0)), ("open", D(100)))
    assert copies(ledger) == [D(150), D(300)]
    ledger.due_all()
    assert failing(ledger.night()) == {"payment:-:p1": "PAY_UNAPPLIED"}
    assert ledger.writes == []
    ledger.quickbooks_payment("p1", "c1", "500.00", {"1001": "300.00", "1002": "200.00"}, reference="CHK-88")
    assert failing(ledger.night()) == {}
    assert (copies(ledger), mirror(ledger, "1002")) == ([D(200), D(300)], ("open", D(50)))
    ledger.quickbooks_payment("p2", "c1", "50.00", {"1002": "50.00"}, reference="CHK-89")
    assert failing(ledger.night()) == {}
    assert (copies(ledger), mirror(ledger, "1002")) == ([D(50), D(200), D(300)], ("paid", D(0)))
    ledger.delete_quickbooks_payment("p1")
    assert failing(ledger.night()) == {"payment:-:p1": "DEL_REMOTE_DELETED"}
    assert copies(ledger) == [D(50)]
    assert (mirror(ledger, "1001"), mirror(ledger, "1002")) == (("open", D(300)), ("open", D(200)))
    ledger.due_all()
    assert failing(ledger.night()) == {}
    assert ledger.writes == []


@pytest.mark.rule("N3", "N8", "A39", "H8", "H17")
def test_a_hubspot_payment_is_booked_once_gross_on_its_day(ledger: Ledger) -> None:
    """N8: a settled payment on a HubSpot invoice goes whole to the configured account, in the same night as its invoice."""
    ledger.hubspot_invoice(
        "2001", ["h1"], [{"sku": "W-1", "quantity": 1, "unit_price": 100}], invoice_date=date(2026, 11, 30)
    )
    ledger.hubspot_payment(
        "hp1", "100.00", "2001", paid_on=date(2026, 11, 30), reference="ch_3PXhGk2eZvKYlo2C0123456789"
    )
    assert failing(ledger.night()) == {}
    payment = ledger.rows("payments", QB)[0]
    assert (payment["amount"], payment["paid_on"], payment["deposit_account"], payment["unapplied"]) == (
        D(100),
        date(2026, 11, 30),
        "undep",
        D(0),
    )
    assert payment["reference"] is None
    assert ledger.rows("invoices", QB)[0]["balance"] == D(0)
    assert ledger.rows("invoices", HS)[0]["qbo_balance"] == D(0)
    ledger.due_all()
    assert failing(ledger.night()) == {}
    assert ledger.writes == []


@pytest.mark.rule("N9", "D79", "H7")
def test_the_same_money_on_both_sides_is_told_and_not_booked(ledger: Ledger) -> None:
    """N9: an unlinked payment of the same customer and amount within three days stops both."""
    ledger.hubspot_invoice("1", ["h1"], [{"sku": "W-1", "quantity": 1, "unit_price": 100}])
    assert failing(ledger.night()) == {}
    booked = ledger.rows("invoices", QB)[0]["id"]
    ledger.hubspot_payment("hp1", "100.00", "1")
    ledger.quickbooks_payment("bank", "c1", "100.00", {booked: "100.00"}, paid_on=date(2026, 11, 27))
    verdicts = ledger.night()
    assert failing(verdicts) == {"payment:hp1:-": "PAY_DUPLICATE", "payment:-:bank": "PAY_DUPLICATE"}
    assert (len(ledger.rows("payments", QB)), len(ledger.rows("payments", HS))) == (1, 1)
    ledger.link(__import__("hsqbo_pipeline.model.names", fromlist=["Entity"]).Entity.PAYMENT, "hp1", "bank", "hubspot")
    ledger.due_all()
    assert failing(ledger.night()) == {}
    assert [write for write in ledger.writes if write[1] != "invoices"] == []


@pytest.mark.rule("D77", "N9")
def test_more_than_is_open_is_refused(ledger: Ledger) -> None:
    """D77: a payment above the open balance is not booked, and both amounts are told."""
    ledger.hubspot_invoice("1", ["h1"], [{"sku": "W-1", "quantity": 1, "unit_price": 100}])
    ledger.hubspot_payment("hp1", "60.00", "1")
    ledger.hubspot_payment("hp2", "60.00", "1", created_at=datetime(2026, 11, 25, tzinfo=UTC))
    verdicts = ledger.night()
    assert failing(verdicts) == {"payment:hp2:-": "PAY_EXCEEDS_BALANCE"}
    slots = next(each for each in verdicts if each.code == "PAY_EXCEEDS_BALANCE").slots
    assert (slots["amount"], slots["balance"]) == ("60.00", "40.00")


@pytest.mark.rule("PAY_NO_DOCUMENT", "1.12", "D25")
@pytest.mark.parametrize(("more", "code"), [({}, "PAY_NO_DOCUMENT"), ({"status": "processing"}, "PAY_NO_DOCUMENT")])
def test_money_without_an_invoice_stays_out(ledger: Ledger, more: dict, code: str) -> None:
    """1.12: a payment that belongs to no invoice would be an unapplied credit, so it stays out."""
    ledger.hubspot_payment("hp1", "10.00", None, **more)
    assert [each.code for each in ledger.night()] == [code]


@pytest.mark.rule("N8", "PAY_REFUND_UNBOOKED", "PAY_DISPUTED", "H11")
def test_refunds_and_disputes_are_told_and_the_payment_stays_gross(ledger: Ledger) -> None:
    """H11: a refund never makes a smaller payment; a dispute never deletes one."""
    ledger.hubspot_invoice("1", ["h1"], [{"sku": "W-1", "quantity": 1, "unit_price": 100}])
    ledger.hubspot_payment("hp1", "100.00", "1", status="partially_refunded", refunded=D("30.00"))
    assert failing(ledger.night()) == {"payment:hp1:-": "PAY_REFUND_UNBOOKED"}
    booked = ledger.rows("payments", QB)[0]
    assert booked["amount"] == D(100)
    ledger.quickbooks_payment("r1", "c1", "30.00", {}, kind="refund_receipt")
    ledger.due_all()
    assert failing(ledger.night()) == {}
    ledger.change("payments", HS, "hp1", status="disputed_lost", refunded=None)
    assert failing(ledger.night()) == {f"payment:hp1:{booked['id']}": "PAY_DISPUTED"}
    assert len(ledger.rows("payments", QB, kind="payment")) == 1


@pytest.mark.rule("N2", "PAY_CREDIT_NOT_SHOWN", "1.5", "H10")
def test_a_credit_is_no_payment_and_hubspot_is_told_what_it_can_not_show(ledger: Ledger) -> None:
    """1.5: a credit lowers the books' balance, makes no HubSpot payment, and is told where HubSpot goes on asking."""
    ledger.hubspot_invoice("1", ["h1"], [{"sku": "W-1", "quantity": 1, "unit_price": 100}])
    ledger.night()
    booked = ledger.rows("invoices", QB)[0]["id"]
    ledger.quickbooks_payment("cm", "c1", "20.00", {booked: "20.00"}, kind="credit_memo")
    verdicts = ledger.night()
    assert failing(verdicts) == {f"invoice:1:{booked}": "PAY_CREDIT_NOT_SHOWN"}
    row = ledger.rows("invoices", HS)[0]
    assert (row["qbo_balance"], row["qbo_credits"], row["balance"]) == (D(80), D(20), D(100))
    assert ledger.rows("payments", HS) == []


@pytest.mark.rule("A7", "D60")
def test_a_posted_payment_that_is_removed_in_the_books_stops_the_invoice(ledger: Ledger) -> None:
    """A7: a HubSpot payment taken off in QuickBooks makes the invoice stand still."""
    ledger.hubspot_invoice("1", ["h1"], [{"sku": "W-1", "quantity": 1, "unit_price": 100}])
    ledger.hubspot_payment("hp1", "100.00", "1")
    ledger.night()
    invoice, payment = ledger.rows("invoices", QB)[0]["id"], ledger.rows("payments", QB)[0]["id"]
    ledger.delete_quickbooks_payment(payment)
    ledger.due_all()
    codes = failing(ledger.night())
    assert codes[f"invoice:1:{invoice}"] == "INV_REMOTE_PAYMENT_REMOVED"
    assert codes[f"payment:hp1:{payment}"] == "DEL_REMOTE_DELETED"
    assert ledger.writes == []


@pytest.mark.rule("A2", "1.2")
def test_payments_are_told_on_the_deals_of_their_invoice_and_on_no_other(ledger: Ledger) -> None:
    """1.2: one note per allocation and deal of the invoice; an invoice without a deal gets none."""
    ledger.hubspot_invoice("1", ["h1"], [{"sku": "W-1", "quantity": 1, "unit_price": 100}], deal_ids=["d1", "d2"])
    ledger.night()
    booked = ledger.rows("invoices", QB)[0]["id"]
    ledger.quickbooks_payment("p1", "c1", "40.00", {booked: "40.00"}, reference="CHK-1")
    ledger.night()
    assert [write for write in ledger.writes if write[1] == "notes"] == [(HS, "notes", "create")] * 2
