"""Invoices of the books as HubSpot shows them."""

from __future__ import annotations

from decimal import Decimal

import pytest

from hsqbo_pipeline.model.names import System
from hsqbo_pipeline_tests.core.ledger import Ledger, failing

D = Decimal


@pytest.fixture
def ledger() -> Ledger:
    """Ada with two items."""
    made = Ledger()
    made.customer("c1", "h1")
    made.item("w", "W-1", "pw")
    made.item("g", "G-1", "pg")
    return made


@pytest.mark.rule("A39", "A40", "N3")
def test_a_new_invoice_is_mirrored_with_its_lines_and_nothing_follows_the_next_night(ledger: Ledger) -> None:
    """A39: the mirror shows number, day, lines, total and balance; a second night writes nothing."""
    ledger.quickbooks_invoice("1001", "c1", [
        {"item_id": "w", "name": "Widget", "quantity": 3, "unit_price": "100.00"},
        {"item_id": "g", "name": "Gadget", "quantity": 1, "unit_price": "50.00"},
    ])  # fmt: skip
    verdicts = ledger.night()
    assert failing(verdicts) == {}
    mirror = ledger.rows("invoices", System.HUBSPOT)[0]
    assert (mirror["number"], mirror["total"], mirror["qbo_balance"], mirror["status"]) == (
        "1001",
        D("350.00"),
        D("350.00"),
        "open",
    )
    assert (mirror["billable"], mirror["contact_ids"], mirror["mark"]) == (False, ["h1"], "9341450000000001:1001")
    lines = ledger.rows("invoice_lines", System.HUBSPOT)
    assert [(line["item_id"], line["quantity"], line["amount"]) for line in lines] == [
        ("pw", D(3), D(300)),
        ("pg", D(1), D(50)),
    ]
    assert failing(ledger.night()) == {}
    assert ledger.writes == []
