"""Payments and what else moves a balance, and what each cent that is applied to an invoice was."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hsqbo_pipeline.model.names import Entity
from hsqbo_pipeline_tests.core.mirrored import Mirrored, applied

D = Decimal


def _payment(books: Mirrored, total: str, unapplied: str | None, *lines: tuple[str, str, str], **more: Any) -> None:
    said = {"TotalAmt": total, "TxnDate": "2026-11-30", "CustomerRef": {"value": "1"}, "Line": applied(*lines)}
    books.quickbooks("Payment", "3", **said, **({} if unapplied is None else {"UnappliedAmt": unapplied}), **more)


def _applications(books: Mirrored) -> dict[tuple[str, str], Decimal]:
    return {
        (row["invoice_id"], row["attribution"]): row["amount"]
        for row in books.rows("payment_applications")
        if row["payment_id"] == "3"
    }


@pytest.mark.rule("N1", "A11")
def test_one_cheque_over_two_invoices_with_a_rest() -> None:
    """Money on each invoice is the line's amount; the rest stays unapplied."""
    books = Mirrored()
    _payment(books, "500", "50", ("300", "10", "Invoice"), ("150", "11", "Invoice"), PaymentRefNum="CHK-88")
    books.validate(Entity.PAYMENT)
    row = books.row("payments", "quickbooks", "3")
    assert (row["kind"], row["amount"], row["unapplied"], row["reference"]) == ("payment", D(500), D(50), "CHK-88")
    assert _applications(books) == {("10", "cash"): D(300), ("11", "cash"): D(150)}


@pytest.mark.rule("N2", "A11", "H10")
def test_credit_carried_by_a_payment_is_no_cash() -> None:
    """Credit memos are used up first, in the order of the lines; only the rest is money."""
    books = Mirrored()
    _payment(books, "70", "0", ("60", "10", "Invoice"), ("40", "11", "Invoice"), ("80", "20", "CreditMemo"))
    books.validate(Entity.PAYMENT)
    # 60 + 40 - 80 = 20 of the 70 are used here; QuickBooks says none is left, so the sums must still come out of the lines.
    assert _applications(books) == {("10", "credit"): D(60), ("11", "credit"): D(20), ("11", "cash"): D(20)}


@pytest.mark.rule("N2")
def test_payment_of_zero_carries_only_credit() -> None:
    """A payment of 0.00 that applies a credit memo puts no cash on the invoice."""
    books = Mirrored()
    _payment(books, "0", "0", ("30", "10", "Invoice"), ("30", "20", "CreditMemo"))
    books.validate(Entity.PAYMENT)
    assert _applications(books) == {("10", "credit"): D(30)}


@pytest.mark.rule("N2", "H10")
def test_journal_entry_that_pays_and_one_that_is_paid() -> None:
    """A journal entry counts as a source only as far as cash and credits leave the invoices unexplained."""
    books = Mirrored()
    _payment(books, "0", "0", ("50", "10", "Invoice"), ("50", "99", "JournalEntry"))
    books.validate(Entity.PAYMENT)
    assert _applications(books) == {("10", "journal"): D(50)}
    _payment(books, "90", "0", ("50", "10", "Invoice"), ("40", "99", "JournalEntry"))
    books.validate(Entity.PAYMENT)
    assert _applications(books) == {("10", "cash"): D(50)}


def test_missing_unapplied_amount_is_worked_out() -> None:
    """Where QuickBooks does not say what is unapplied, the lines say it."""
    books = Mirrored()
    _payment(books, "100", None, ("60", "10", "Invoice"))
    books.validate(Entity.PAYMENT)
    assert _applications(books) == {("10", "cash"): D(60)}


_AMOUNTS = st.decimals(min_value="0.01", max_value="999.99", places=2)
_CARRIED = st.tuples(
    st.lists(_AMOUNTS, min_size=1, max_size=6), st.lists(_AMOUNTS, max_size=3), st.lists(_AMOUNTS, max_size=2), _AMOUNTS
)  # fmt: skip
_NOTHING = D(0)


@settings(max_examples=12, deadline=None)
@given(st.lists(_CARRIED, min_size=1, max_size=25))
def test_every_cent_of_a_line_is_one_thing(
    payments: list[tuple[list[Decimal], list[Decimal], list[Decimal], Decimal]],
) -> None:
    """Whatever payments carry, each invoice's parts add up to its line, none is negative, and credits are never overspent."""
    books = Mirrored()
    for number, (invoices, credit_memos, journals, total) in enumerate(payments):
        kinds = (("Invoice", invoices), ("CreditMemo", credit_memos), ("JournalEntry", journals))
        lines = [
            (str(amount), f"{kind}{place}", kind) for kind, amounts in kinds for place, amount in enumerate(amounts)
        ]
        books.quickbooks(
            "Payment",
            str(number),
            TotalAmt=str(total),
            UnappliedAmt="0",
            TxnDate="2026-11-30",
            CustomerRef={"value": "1"},
            Line=applied(*lines),
        )
    books.validate(Entity.PAYMENT)
    parts = books.rows("payment_applications")
    assert all(part["amount"] > 0 for part in parts)
    for number, (invoices, credit_memos, journals, _total) in enumerate(payments):
        mine = [part for part in parts if part["payment_id"] == str(number)]
        for place, amount in enumerate(invoices):
            assert sum(part["amount"] for part in mine if part["invoice_id"] == f"Invoice{place}") == amount
        used = {
            kind: sum((part["amount"] for part in mine if part["attribution"] == kind), _NOTHING)
            for kind in ("credit", "journal")
        }
        assert used["credit"] == min(sum(credit_memos, _NOTHING), sum(invoices, _NOTHING))
        assert used["journal"] <= sum(journals, _NOTHING)


def test_documents_beside_payments() -> None:
    """Credit memos, refund and sales receipts are payments by kind, with their numbers and what is left of a credit."""
    books = Mirrored()
    common = {"TxnDate": "2026-11-30", "CustomerRef": {"value": "1"}, "TotalAmt": "100"}
    books.quickbooks("CreditMemo", "20", DocNumber="CM-1", RemainingCredit="20", **common)
    books.quickbooks("RefundReceipt", "21", DocNumber="RR-1", **common)
    books.quickbooks("SalesReceipt", "22", DocNumber="SR-1", **common)
    books.validate(Entity.PAYMENT)
    assert [(row["kind"], row["number"], row["unapplied"]) for row in books.rows("payments")] == [
        ("credit_memo", "CM-1", D(20)), ("refund_receipt", "RR-1", None), ("sales_receipt", "SR-1", None),
    ]  # fmt: skip
    assert books.rows("payment_applications") == []


def test_voided_payment_is_not_active() -> None:
    """A voided payment stays a row, without money and not active."""
    books = Mirrored()
    _payment(books, "0", "0", PrivateNote="Voided\nwas cheque 88")
    books.validate(Entity.PAYMENT)
    row = books.row("payments", "quickbooks", "3")
    assert (row["active"], row["status"]) == (False, "voided")


@pytest.mark.rule("N3", "A44", "A45")
def test_hubspot_payment() -> None:
    """A HubSpot payment has its business day and its fees, and its whole amount on each of its invoices."""
    books = Mirrored()
    books.hubspot(
        "commerce_payments", "555", hs_initial_amount="100", hs_initiated_date="2026-12-01T03:10:00Z", hs_latest_status="succeeded",
        hs_fees_amount="3.20", hs_platform_fee="0.50", hs_processor_type="byo_stripe", hs_payout_date="2026-12-03T00:00:00Z",
    )  # fmt: skip
    for invoice in ("77", "78"):
        books.associate("commerce_payments", "555", "invoices", invoice, 542)
    books.associate("commerce_payments", "555", "contacts", "1", 387)
    books.validate(Entity.PAYMENT)
    row = books.row("payments", "hubspot", "555")
    assert (row["paid_on"], row["payout_date"], row["currency"], row["contact_ids"]) == (
        date(2026, 11, 30),
        date(2026, 12, 3),
        "USD",
        ["1"],
    )
    assert (row["processing_fee"], row["platform_fee"], row["processor"]) == (D("3.20"), D("0.50"), "byo_stripe")
    assert [(each["invoice_id"], each["amount"]) for each in books.rows("payment_applications")] == [
        ("77", D(100)),
        ("78", D(100)),
    ]


@pytest.mark.parametrize(
    ("more", "code", "field"),
    [
        ({"hs_initial_amount": "ten"}, "VAL_OPTION", "amount"),
        ({"hs_initial_amount": None}, "VAL_REQUIRED", "amount"),
        ({"hs_initiated_date": None}, "VAL_REQUIRED", "paid_on"),
        ({"hs_initiated_date": "yesterday"}, "VAL_OPTION", "paid_on"),
        ({"hs_fees_amount": "0.333"}, "VAL_OPTION", "processing_fee"),
        ({"hs_initial_amount": "-5"}, "VAL_OPTION", "amount"),
    ],
)
@pytest.mark.rule("D83", "D84")
def test_payment_that_can_not_be_read(more: dict[str, Any], code: str, field: str) -> None:
    """A payment without amount or day, or with one that is none, is refused with the field, and applied to nothing."""
    books = Mirrored()
    said = {"hs_initial_amount": "10", "hs_initiated_date": "2026-12-01T03:10:00Z"}
    books.hubspot("commerce_payments", "555", **{**said, **more})
    books.associate("commerce_payments", "555", "invoices", "77", 542)
    books.validate(Entity.PAYMENT)
    assert books.rejects() == [("payment", "555", code, field)]
    assert books.rows("payment_applications") == []


def test_moved_application_makes_the_payment_due() -> None:
    """Where a payment is applied is part of what it is."""
    books = Mirrored()
    _payment(books, "100", "0", ("100", "10", "Invoice"))
    books.validate(Entity.PAYMENT)
    books.evaluate()
    _payment(books, "100", "0", ("60", "10", "Invoice"), ("40", "11", "Invoice"))
    books.validate(Entity.PAYMENT)
    assert books.due(Entity.PAYMENT) == {("quickbooks", "3"): "changed"}
    assert _applications(books) == {("10", "cash"): D(60), ("11", "cash"): D(40)}


def test_deleted_payment_takes_its_applications_along() -> None:
    """A payment that is gone lies on no invoice any more."""
    books = Mirrored()
    _payment(books, "100", "0", ("100", "10", "Invoice"))
    books.validate(Entity.PAYMENT)
    _payment(books, "100", "0", ("100", "10", "Invoice"), gone="deleted")
    books.validate(Entity.PAYMENT)
    assert books.rows("payments") == []
    assert books.rows("payment_applications") == []
