"""What people decide about an invoice that stands still, and the changes that are refused until they do."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest

from hsqbo_pipeline.core.tables import insert
from hsqbo_pipeline.model.names import System
from hsqbo_pipeline_tests.core.ledger import NOW, Ledger, failing, situation

D = Decimal
HS, QB = System.HUBSPOT, System.QUICKBOOKS


def sent(now: Any = None, **more: Any) -> tuple[Ledger, str]:
    """Ada's invoice over two widgets, in the books."""
    ledger = Ledger(now or situation())
    ledger.customer("c1", "h1")
    ledger.item("w", "W-1", "pw", name="Widget")
    ledger.hubspot_invoice("1", ["h1"], [{"sku": "W-1", "quantity": 2, "unit_price": 100}], **more)
    assert failing(ledger.night()) == {}
    return ledger, ledger.rows("invoices", QB)[0]["id"]


def decide(ledger: Ledger, verb: str) -> None:
    """A person settles the HubSpot invoice."""
    row = {"entity": "invoice", "system": "hubspot", "id": "1", "verb": verb, "who": "ann", "at_time": NOW}
    insert(ledger.con, "decisions", [row])


@pytest.mark.rule("A5", "N15", "D59")
@pytest.mark.parametrize(("verb", "booked", "shown"), [("push", 200, 200), ("adopt", 180, 180), ("release", 180, 180)])
def test_a_standing_invoice_is_settled_by_a_person(verb: str, booked: int, shown: int) -> None:
    """A5: push sends HubSpot's version again; adopt and release take the books' as they are, and the difference stays told."""
    ledger, quickbooks_id = sent()
    ledger.change_line(QB, quickbooks_id, 1, unit_price=D(90), amount=D(180))
    assert failing(ledger.night()) == {f"invoice:1:{quickbooks_id}": "INV_REMOTE_PRICE_CHANGED"}
    decide(ledger, verb)
    ledger.due_all()
    told = {} if verb == "push" else {f"invoice:1:{quickbooks_id}": "REC_TOTAL_VARIANCE"}
    assert failing(ledger.night()) == told
    assert ledger.rows("invoices", QB)[0]["total"] == booked
    assert ledger.rows("invoices", HS)[0]["qbo_total"] == shown
    if verb != "release":
        ledger.con.execute("DELETE FROM decisions")
    ledger.due_all()
    assert failing(ledger.night()) == told
    assert ledger.writes == []


@pytest.mark.rule("H26", "INV_LINKED_TXN")
def test_lines_that_hang_on_an_estimate_are_not_rewritten() -> None:
    """H26: an edit in HubSpot of an invoice linked to an estimate is refused, since rewriting lines would cut the link."""
    ledger, quickbooks_id = sent()
    ledger.change("invoices", QB, quickbooks_id, linked_txns='[{"TxnId": "7", "TxnType": "Estimate"}]')
    ledger.change_line(HS, "1", 1, unit_price=D(90), amount=D(180))
    assert failing(ledger.night()) == {f"invoice:1:{quickbooks_id}": "INV_LINKED_TXN"}
    assert ledger.writes == []


@pytest.mark.rule("PER_PRIOR_YEAR", "H18", "N7")
@pytest.mark.parametrize("change", [{"memo": "new"}, {"status": "voided"}])
def test_an_earlier_fiscal_year_is_not_touched_without_a_person(change: dict[str, Any]) -> None:
    """H18: an edit or a void in an earlier fiscal year waits for somebody to say push."""
    ledger, quickbooks_id = sent(invoice_date=date(2025, 12, 30))
    ledger.change("invoices", HS, "1", **change)
    assert failing(ledger.night()) == {f"invoice:1:{quickbooks_id}": "PER_PRIOR_YEAR"}
    decide(ledger, "push")
    ledger.due_all()
    assert failing(ledger.night()) == {}
    assert {system for system, _, _ in ledger.writes} >= {QB}


@pytest.mark.rule("INV_REMOTE_HEADER_CHANGED", "1.3")
@pytest.mark.parametrize("side", [HS, QB])
def test_a_day_that_differs_stands_still_whoever_moved_it(side: System) -> None:
    """H18: a document is never dated anew; a differing day is told with both values."""
    ledger, quickbooks_id = sent()
    ledger.change("invoices", side, "1" if side is HS else quickbooks_id, invoice_date=date(2026, 11, 25))
    verdict = ledger.night()[0]
    assert verdict.code == "INV_REMOTE_HEADER_CHANGED"
    assert "2026-11-24" in verdict.slots["diff"]
    assert "2026-11-25" in verdict.slots["diff"]


@pytest.mark.rule("D67", "INV_FINALISED_NUMBER", "1.3")
def test_a_number_changed_in_the_books_is_told_and_not_pushed_back() -> None:
    """1.3: DocNumber may differ; it is a warning and nothing is written."""
    ledger, quickbooks_id = sent()
    ledger.change("invoices", QB, quickbooks_id, number="X-1")
    assert failing(ledger.night()) == {f"invoice:1:{quickbooks_id}": "INV_FINALISED_NUMBER"}
    assert ledger.writes == []


@pytest.mark.rule("A8", "D61")
def test_tax_added_in_the_books_stands_still() -> None:
    """A8: tax on a HubSpot invoice that had none is told with its amount."""
    ledger, quickbooks_id = sent()
    ledger.change("invoices", QB, quickbooks_id, tax=D("15.00"), total=D("215.00"), balance=D("215.00"))
    verdict = ledger.night()[0]
    assert (verdict.code, verdict.slots["tax"]) == ("INV_REMOTE_TAX_ADDED", "15.00")


@pytest.mark.rule("A28", "A29", "D102")
def test_a_second_document_for_one_payment_is_told() -> None:
    """A29: a paid invoice that appears for the same customer and amount right after a HubSpot payment is pointed out."""
    ledger, _ = sent()
    ledger.hubspot_payment("hp", "200.00", "1")
    ledger.night()
    later = datetime(2026, 11, 24, 16, tzinfo=UTC)
    ledger.quickbooks_invoice(
        "copy", "c1", [{"item_id": "w", "name": "Widget", "quantity": 2, "unit_price": 100}], created_at=later
    )
    ledger.quickbooks_payment("paid", "c1", "200.00", {"copy": "200.00"}, paid_on=date(2026, 12, 24))
    verdicts = [each for each in ledger.night() if each.code == "HS_WORKFLOW_DUPLICATE"]
    assert [(each.quickbooks_id, each.slots["id"]) for each in verdicts] == [("copy", "hp")]


@pytest.mark.rule("A23", "D53")
def test_a_line_gets_an_item_of_its_own_where_the_rules_say_create() -> None:
    """A23: with `create` each name becomes one item, used by every line of that name."""
    ledger = Ledger(situation(invoices={"unmatched_line": "create"}))
    ledger.customer("c1", "h1")
    lines = [{"name": "Travel", "quantity": 1, "unit_price": 25}, {"name": "Hotel", "quantity": 1, "unit_price": 80}]
    ledger.hubspot_invoice("1", ["h1"], lines)
    ledger.hubspot_invoice("2", ["h1"], lines[:1])
    ledger.night()
    assert sorted(row["name"] for row in ledger.rows("products", QB)) == ["Hotel", "Travel"]
    assert len(ledger.rows("invoice_lines", QB)) == 3


@pytest.mark.rule("H9", "N8")
@pytest.mark.parametrize(("amount", "code"), [("500.00", "OPS_UNCHANGED"), ("450.00", "VAL_REQUIRED")])
def test_one_hubspot_payment_over_two_invoices_is_split_only_where_it_pays_both(amount: str, code: str) -> None:
    """H9: HubSpot holds no split; the amount that pays all of them in full is the only clear one."""
    ledger, _ = sent()
    ledger.hubspot_invoice("2", ["h1"], [{"sku": "W-1", "quantity": 3, "unit_price": 100}])
    ledger.hubspot_payment("hp", amount, "1")
    application = {
        "system": "hubspot",
        "payment_id": "hp",
        "invoice_id": "2",
        "amount": D(amount),
        "attribution": "cash",
    }
    insert(ledger.con, "payment_applications", [application])
    verdict = next(each for each in ledger.night() if each.hubspot_id == "hp")
    assert verdict.code == code
    assert sorted(row["balance"] for row in ledger.rows("invoices", QB)) == (
        [D(0), D(0)] if code == "OPS_UNCHANGED" else [D(200), D(300)]
    )
