"""What stops an invoice, what links it, and how it ends."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from hsqbo_pipeline.model.names import System
from hsqbo_pipeline_tests.core.ledger import COMPANY, Ledger, failing, situation

D = Decimal
HS, QB = System.HUBSPOT, System.QUICKBOOKS


def shop(now: Any = None) -> Ledger:
    """Ada with two items."""
    made = Ledger(now or situation())
    made.customer("c1", "h1")
    made.item("w", "W-1", "pw", name="Widget")
    made.item("g", "G-1", "pg", name="Gadget")
    return made


def sale(*rates: str | None) -> list[dict[str, Any]]:
    """A widget, and with a second rate a gadget."""
    lines = [("W-1", 100), ("G-1", 50)] if len(rates) > 1 else [("W-1", 100)]
    return [
        {"sku": sku, "quantity": 1, "unit_price": price, "tax_code": rate}
        for (sku, price), rate in zip(lines, rates, strict=True)
    ]


@pytest.mark.rule("D75", "N16", "H18")
def test_nothing_enters_a_closed_period_and_nothing_is_dated_anew() -> None:
    """H18: an invoice dated in closed books is refused with both days, and goes by itself once they are reopened."""
    ledger = shop(situation(replace(COMPANY, closed_until=date(2026, 10, 31))))
    ledger.hubspot_invoice("1", ["h1"], sale(None), invoice_date=date(2026, 10, 31))
    verdict = ledger.night()[0]
    assert (verdict.code, verdict.slots["date"], verdict.slots["closed"]) == (
        "PER_CLOSED",
        date(2026, 10, 31),
        date(2026, 10, 31),
    )
    ledger.situation = situation(replace(COMPANY, closed_until=date(2026, 9, 30)))
    ledger.due_all()
    assert failing(ledger.night()) == {}
    assert ledger.rows("invoices", QB)[0]["invoice_date"] == date(2026, 10, 31)


@pytest.mark.rule("H24", "D43", "D44", "ITM_BEFORE_STOCK_START")
@pytest.mark.parametrize(
    ("item", "rules", "code"),
    [
        ({"item_type": "Inventory"}, {}, "ITM_TYPE_UNSUPPORTED"),
        ({"item_type": "Inventory"}, {"inventory": "allow"}, "OPS_UNCHANGED"),
        ({"active": False}, {}, "ITM_INACTIVE"),
        ({"item_type": "Category"}, {}, "ITM_TYPE_UNSUPPORTED"),
    ],
)
def test_items_that_must_not_be_sold(item: dict[str, Any], rules: dict[str, Any], code: str) -> None:
    """H24: inventory is referred to only where a person allowed it; inactive items and folders never."""
    ledger = Ledger(situation(invoices=rules))
    ledger.customer("c1", "h1")
    ledger.item("w", "W-1", "pw", **item)
    ledger.hubspot_invoice("1", ["h1"], [{"item_id": "pw", "name": "Widget", "quantity": 1, "unit_price": 100}])
    assert [each.code for each in ledger.night()] == [code]


@pytest.mark.rule("N5", "1.26", "A68", "A69", "A70", "H3", "D24", "D25", "D26")
@pytest.mark.parametrize(
    ("more", "code"),
    [
        ({"status": "draft"}, "FLT_STATUS"),
        ({"status": "voided"}, "FLT_STATUS"),
        ({"billable": False}, "FLT_SOURCE"),
        ({"source": "data_sync"}, "FLT_SOURCE"),
        ({"mark": "9341450000000001:77"}, "DEL_REMOTE_DELETED"),
        ({"number": "INV-" + "1" * 18}, "INV_NUMBER_TOO_LONG"),
    ],
)
def test_what_may_not_leave_hubspot(more: dict[str, Any], code: str) -> None:
    """N5: drafts, mirrors, other systems' invoices and whatever was linked once stay."""
    ledger = shop()
    ledger.hubspot_invoice("1", ["h1"], sale(None), **more)
    assert [each.code for each in ledger.night()] == [code]
    assert ledger.writes == []


@pytest.mark.rule("N4", "N6", "A3", "H4")
def test_a_number_links_only_where_all_else_agrees() -> None:
    """N4: same number, customer, day, currency and total make one invoice; nothing is made, the pair is linked."""
    ledger = shop()
    ledger.quickbooks_invoice("INV-1", "c1", [{"item_id": "w", "name": "Widget", "quantity": 1, "unit_price": 100}])
    ledger.hubspot_invoice("1", ["h1"], sale(None))
    verdicts = ledger.night()
    assert [(each.hubspot_id, each.quickbooks_id, each.code) for each in verdicts] == [("1", "INV-1", "OPS_UNCHANGED")]
    assert (len(ledger.rows("invoices", HS)), len(ledger.rows("invoices", QB))) == (1, 1)
    ledger.due_all()
    ledger.night()
    assert ledger.writes == []


@pytest.mark.rule("N7", "DEL_VOIDED", "DEL_REMOTE_DELETED", "H12")
@pytest.mark.parametrize("how", ["void", "delete"])
def test_a_document_that_ends_in_the_books_ends_in_the_mirror(how: str) -> None:
    """N7: a voided or deleted QuickBooks invoice voids its mirror, is told once it happened, and never comes back."""
    ledger = shop()
    ledger.quickbooks_invoice("9", "c1", [{"item_id": "w", "name": "Widget", "quantity": 1, "unit_price": 100}])
    ledger.night()
    if how == "void":
        ledger.change("invoices", QB, "9", status="voided", total=D(0), balance=D(0))
    else:
        ledger.con.execute("DELETE FROM invoices WHERE system = 'quickbooks' AND id = '9'")
        ledger._mirror(QB, "Invoice", "9", {"Id": "9"}, gone="deleted")
    ledger.due_all()
    code = "DEL_VOIDED" if how == "void" else "DEL_REMOTE_DELETED"
    assert [each.code for each in ledger.night()] == [code]
    mirror = ledger.rows("invoices", HS)[0]
    assert (mirror["status"], mirror["qbo_total"], mirror["qbo_balance"]) == ("voided", D(0), D(0))
    ledger.due_all()
    ledger.night()
    assert ledger.writes == []


@pytest.mark.rule("A49", "D29", "1.21", "1.7")
def test_an_edit_of_a_mirror_is_told_and_goes_nowhere_until_the_books_change() -> None:
    """A49: a person's edit of a mirror stays and is told; the next change in the books overwrites it."""
    ledger = shop()
    ledger.quickbooks_invoice(
        "9", "c1", [{"item_id": "w", "name": "Widget", "quantity": 1, "unit_price": 100}], memo="first"
    )
    ledger.night()
    mirror = ledger.rows("invoices", HS)[0]["id"]
    ledger.change("invoices", HS, mirror, memo="mine")
    assert failing(ledger.night()) == {f"invoice:{mirror}:9": "DIR_NOT_OWNER"}
    assert ledger.writes == []
    ledger.change("invoices", QB, "9", memo="second")
    assert failing(ledger.night()) == {}
    assert ledger.rows("invoices", HS)[0]["memo"] == "second"


@pytest.mark.rule("A13", "1.7")
def test_a_change_in_the_books_changes_the_line_concerned() -> None:
    """1.7: a changed line is updated, a new one added, a vanished one archived; the others are left alone."""
    ledger = shop()
    ledger.quickbooks_invoice(
        "9",
        "c1",
        [
            {"item_id": "w", "name": "Widget", "quantity": 1, "unit_price": 100},
            {"item_id": "g", "name": "Gadget", "quantity": 1, "unit_price": 50},
        ],
    )
    ledger.night()
    first = [row["line_id"] for row in ledger.rows("invoice_lines", HS)]
    ledger.change_line(QB, "9", 2, quantity=D(2), amount=D(100))
    ledger.add_line(QB, "9", {"item_id": "w", "name": "Widget", "quantity": 3, "unit_price": 100})
    ledger.night()
    assert [write[1:] for write in ledger.writes] == [
        ("invoices", "update"),
        ("line_items", "update"),
        ("line_items", "create"),
    ]
    ledger.remove_last_line(QB, "9")
    ledger.night()
    assert ("line_items", "archive") in [write[1:] for write in ledger.writes]
    assert [row["line_id"] for row in ledger.rows("invoice_lines", HS)] == first
    assert ledger.rows("invoices", HS)[0]["total"] == D(200)


@pytest.mark.rule("A16", "D65", "A12")
def test_revenue_recognition_wants_a_service_date() -> None:
    """A16: with revenue recognition on a line without a service date is refused, and a rule gives one."""
    company = replace(COMPANY, revenue_recognition=True)
    ledger = shop(situation(company))
    ledger.hubspot_invoice("1", ["h1"], sale(None))
    assert failing(ledger.night()) == {"invoice:1:-": "INV_SERVICE_DATE_REQUIRED"}
    ledger.situation = situation(company, invoices={"service_date": "invoice_date"})
    ledger.due_all()
    assert failing(ledger.night()) == {}
    assert ledger.rows("invoice_lines", QB)[0]["service_date"] == date(2026, 11, 24)


@pytest.mark.rule("H27", "DIM_REQUIRED")
def test_a_class_is_wanted_where_the_rules_say_so() -> None:
    """H27: require_class in a company that tracks class refuses an invoice without one."""
    ledger = shop(situation(replace(COMPANY, class_per_txn=True), invoices={"require_class": True}))
    ledger.hubspot_invoice("1", ["h1"], sale(None))
    assert failing(ledger.night()) == {"invoice:1:-": "DIM_REQUIRED"}


@pytest.mark.rule("H10")
def test_a_balance_nobody_can_explain_is_not_believed() -> None:
    """H10: total less everything that is known to lower it must be the balance, or the invoice fails."""
    ledger = shop()
    ledger.quickbooks_invoice(
        "9", "c1", [{"item_id": "w", "name": "Widget", "quantity": 1, "unit_price": 100}], balance=D(70)
    )
    verdict = ledger.night()[0]
    assert (verdict.code, verdict.slots["difference"]) == ("REC_TOTAL_VARIANCE", D(30))
    ledger.change("invoices", QB, "9", linked_txns='[{"TxnId": "5", "TxnType": "JournalEntry"}]')
    assert failing(ledger.night()) == {}
    assert ledger.rows("invoices", HS)[0]["qbo_credits"] == D(30)
