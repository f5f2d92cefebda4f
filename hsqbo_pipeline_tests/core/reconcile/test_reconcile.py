"""The proof: both sides to the cent, and no explanation that is not earned."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from hsqbo_pipeline.core.decisions import Verdict
from hsqbo_pipeline.core.reconcile import Proof, reconcile
from hsqbo_pipeline.core.tables import insert, rows
from hsqbo_pipeline.model.codes import CODES
from hsqbo_pipeline.model.names import Entity, System
from hsqbo_pipeline_tests.core.ledger import NOW, Ledger

D = Decimal
HS, QB = System.HUBSPOT, System.QUICKBOOKS


def prove(ledger: Ledger, verdicts: list[Verdict]) -> Proof:
    """Keep the states that the verdicts come to, and reconcile."""
    ledger.con.execute("DELETE FROM record_states")
    insert(ledger.con, "record_states", [{
        "record_key": each.record_key, "entity": each.entity.value, "hubspot_id": each.hubspot_id, "quickbooks_id": each.quickbooks_id,
        "state": CODES[each.code].state_of(each.slots).value, "class": CODES[each.code].klass_of(each.slots).value, "code": each.code, "sentence": "",
        "fix": "", "since_run": "r", "since_at": NOW, "run_id": "r", "evaluated_at": NOW,
    } for each in verdicts])  # fmt: skip
    return reconcile(ledger.con, ledger.situation)


def figures(ledger: Ledger, measure: str, month: str = "2026-11") -> tuple[Any, ...]:
    """QuickBooks, HubSpot, explained, unexplained."""
    found = rows(
        ledger.con,
        "SELECT quickbooks, hubspot, explained, unexplained FROM reconciliation WHERE measure = ? AND month = ? AND currency = 'USD'",
        [measure, month],
    )
    return tuple(found[0].values()) if found else ()


@pytest.fixture
def ledger() -> Ledger:
    """Ada with one item."""
    made = Ledger()
    made.customer("c1", "h1", balance=D("100.00"))
    made.item("w", "W-1", "pw", name="Widget")
    return made


@pytest.mark.rule("E2", "D78", "N1", "H29")
def test_cash_differs_by_what_is_left_over_and_by_nothing_else(ledger: Ledger) -> None:
    """S01: 500.00 received, 450.00 applied and shown: the 50.00 between are explained by the rest, to the cent."""
    ledger.quickbooks_invoice("1001", "c1", [{"item_id": "w", "name": "Widget", "quantity": 3, "unit_price": 100}])
    ledger.quickbooks_invoice("1002", "c1", [{"item_id": "w", "name": "Widget", "quantity": 1, "unit_price": 250}])
    ledger.quickbooks_payment("p1", "c1", "500.00", {"1001": "300.00", "1002": "150.00"})
    proof = prove(ledger, ledger.night())
    assert proof.holds
    assert figures(ledger, "total") == (D(550), D(550), D(0), D(0))
    assert figures(ledger, "balance") == (D(100), D(100), D(0), D(0))
    assert figures(ledger, "cash") == (D(500), D(450), D(50), D(0))
    assert figures(ledger, "applied") == (D(450), D(450), D(0), D(0))
    tied = rows(ledger.con, "SELECT open_invoices, unapplied, credits, balance, difference FROM tie_out")[0]
    assert tuple(tied.values()) == (D(100), D(50), D(0), D(100), D(-50))


@pytest.mark.rule("E2", "N15", "H29")
def test_a_standing_invoice_explains_its_own_difference(ledger: Ledger) -> None:
    """S05: an invoice that stands still explains exactly what its two totals differ by."""
    ledger.hubspot_invoice("1", ["h1"], [{"sku": "W-1", "quantity": 2, "unit_price": 100}])
    ledger.night()
    booked = ledger.rows("invoices", QB)[0]["id"]
    ledger.change_line(QB, booked, 1, unit_price=D(90), amount=D(180))
    proof = prove(ledger, ledger.night())
    assert proof.holds
    assert figures(ledger, "total") == (D(180), D(200), D(-20), D(0))
    told = rows(
        ledger.con, "SELECT hubspot_id, difference, code FROM reconciliation_differences WHERE measure = 'total'"
    )
    assert [tuple(row.values()) for row in told] == [("1", D(-20), "INV_REMOTE_PRICE_CHANGED")]


@pytest.mark.rule("H29", "REC_TOTAL_VARIANCE")
def test_a_record_that_is_said_to_be_in_step_explains_nothing(ledger: Ledger) -> None:
    """H29: a difference on a healthy record is unexplained, and the proof fails."""
    ledger.quickbooks_invoice("1001", "c1", [{"item_id": "w", "name": "Widget", "quantity": 3, "unit_price": 100}])
    verdicts = ledger.night()
    mirror = ledger.rows("invoices", HS)[0]["id"]
    ledger.con.execute("UPDATE invoices SET total = 299.99 WHERE system = 'hubspot' AND id = ?", [mirror])
    proof = prove(ledger, verdicts)
    assert not proof.holds
    assert proof.unexplained == D("0.01")


@pytest.mark.rule("H29", "E2")
def test_two_wrongs_make_no_right(ledger: Ledger) -> None:
    """A cent too much here and a cent too little there are two cents unexplained, though the month's totals agree."""
    for number in ("1001", "1002"):
        ledger.quickbooks_invoice(number, "c1", [{"item_id": "w", "name": "Widget", "quantity": 3, "unit_price": 100}])
    verdicts = ledger.night()
    for number, total in (("1001", "299.99"), ("1002", "300.01")):
        ledger.con.execute("UPDATE invoices SET total = ? WHERE system = 'hubspot' AND number = ?", [D(total), number])
    proof = prove(ledger, verdicts)
    assert (proof.holds, proof.unexplained) == (False, D("0.02"))
    assert figures(ledger, "total") == (D(600), D(600), D(0), D("0.02"))


@pytest.mark.rule("H29", "E2", "PAY_CREDIT_NOT_SHOWN")
def test_a_warning_explains_the_figure_it_speaks_of_and_no_other(ledger: Ledger) -> None:
    """A credit that HubSpot can't show explains an open balance, never a total that differs by a cent."""
    ledger.hubspot_invoice("1", ["h1"], [{"sku": "W-1", "quantity": 1, "unit_price": 100}])
    ledger.night()
    ledger.quickbooks_payment("cm", "c1", "20.00", {ledger.rows("invoices", QB)[0]["id"]: "20.00"}, kind="credit_memo")
    verdicts = ledger.night()
    assert [each.code for each in verdicts if each.entity is Entity.INVOICE] == ["PAY_CREDIT_NOT_SHOWN"]
    assert prove(ledger, verdicts).holds
    ledger.con.execute("UPDATE invoices SET total = 100.01 WHERE system = 'hubspot'")
    assert prove(ledger, verdicts).unexplained == D("0.01")


@pytest.mark.rule("H29")
def test_what_is_explained_may_grow_only_so_far(ledger: Ledger) -> None:
    """Explained differences beyond the limit of the month's figure are told by month and measure; up to the limit they are not."""
    for number, price in (("1001", 900), ("1002", 100)):
        ledger.quickbooks_invoice(
            number, "c1", [{"item_id": "w", "name": "Widget", "quantity": 1, "unit_price": price}]
        )
    verdicts = ledger.night()
    insert(ledger.con, "runs", [_run(1, "before"), _run(2, ledger.situation.run_id)])
    prove(ledger, verdicts)
    ledger.con.execute("UPDATE reconciliation SET run_id = 'before'")
    failing = [
        replace(each, code="INV_REMOTE_PRICE_CHANGED") if each.quickbooks_id == "1002" else each for each in verdicts
    ]
    ledger.con.execute("UPDATE invoices SET total = 0 WHERE system = 'hubspot' AND number = '1002'")
    assert prove(ledger, failing).grown == ()  # 100 of 1,000 is the limit itself
    ledger.con.execute("UPDATE invoices SET total = -0.01 WHERE system = 'hubspot' AND number = '1002'")
    proof = prove(ledger, failing)
    assert [tuple(row.values()) for row in proof.grown] == [("2026-11", "USD", "total", D("100.01"), D(0), D(1000))]
    assert (proof.unexplained, proof.holds) == (D(0), False)


def _run(number: int, run_id: str) -> dict[str, Any]:
    return {
        "run_id": run_id,
        "number": number,
        "kind": "nightly",
        "started_at": NOW,
        "apply": True,
        "rules_hash": "r",
    }


@pytest.mark.rule("N3", "A39")
def test_months_follow_the_business_day(ledger: Ledger) -> None:
    """S02: revenue and cash stand in the month of their own day."""
    ledger.hubspot_invoice(
        "1", ["h1"], [{"sku": "W-1", "quantity": 1, "unit_price": 100}], invoice_date=date(2026, 11, 30)
    )
    ledger.hubspot_payment("hp", "100.00", "1", paid_on=date(2026, 12, 1))
    proof = prove(ledger, ledger.night())
    assert proof.holds
    assert figures(ledger, "total") == (D(100), D(100), D(0), D(0))
    assert figures(ledger, "cash", "2026-12") == (D(100), D(100), D(0), D(0))
    assert figures(ledger, "cash") == ()


@pytest.mark.rule("A44", "A45")
def test_fees_are_reported_by_day_and_payout_and_add_up(ledger: Ledger) -> None:
    """A45: the fee report equals the sum over payments."""
    for number, fee in (("a", "2.90"), ("b", "0.59")):
        ledger.hubspot_payment(
            number, "100.00", None, processing_fee=D(fee), platform_fee=D("0.50"), payout_date=date(2026, 11, 26)
        )
    prove(ledger, [])
    assert tuple(rows(ledger.con, "SELECT payments, processing_fee, platform_fee FROM fees")[0].values()) == (
        2,
        D("3.49"),
        D("1.00"),
    )


@pytest.mark.rule("E2", "D24")
def test_what_the_rules_keep_out_is_explained_by_name(ledger: Ledger) -> None:
    """An invoice that a rule excludes is a difference with that rule's code."""
    ledger.verdict(Entity.CUSTOMER, QB, "c9", "ID_NO_EMAIL")
    ledger.customer("c9")
    ledger.quickbooks_invoice("9", "c9", [{"item_id": "w", "name": "Widget", "quantity": 1, "unit_price": 10}])
    proof = prove(ledger, ledger.night())
    assert proof.holds
    assert figures(ledger, "total") == (D(10), D(0), D(10), D(0))
