"""What never leaves the house, whatever a plan says."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from hsqbo_pipeline.apply.guard import Request, refusal
from hsqbo_pipeline.model.names import Entity, System
from hsqbo_pipeline.model.operations import Step, StepAction
from hsqbo_pipeline_tests.apply.bench import Bench
from hsqbo_pipeline_tests.apply.orders import H, Q, change
from hsqbo_pipeline_tests.core.ledger import COMPANY

TODAY = date(2026, 11, 24)
CLOSED = replace(COMPANY, closed_until=date(2026, 9, 30))
CREATE, UPDATE, ARCHIVE, DELETE, VOID = (StepAction(word) for word in ("create", "update", "archive", "delete", "void"))
RULE = "VAL_BUSINESS_RULE"
PAID = {"TotalAmt": Decimal("100.00"), "Balance": Decimal("40.00"), "LinkedTxn": [{"TxnId": "5", "TxnType": "Payment"}]}


def code(
    system: System,
    name: str,
    action: StepAction,
    body: dict[str, Any],
    current: dict[str, Any] | None = None,
    *,
    ours: bool = False,
) -> str | None:
    find = {"where": {"DocNumber": "1"}, "property": "qbo_id", "value": "1"}
    step = Step(1, system, name, action, body, target=None if action is CREATE else "1", find=find)
    found = refusal(Request(step, body, current, ours), CLOSED, TODAY)
    return found.code if found else None


@pytest.mark.rule(
    "N16", "H12", "H18", "H23", "H24", "H26", "H28", "N7", "N12", "CUR_CUSTOMER_FIXED", "VAL_BUSINESS_RULE"
)
@pytest.mark.parametrize(
    ("name", "action", "body", "current", "expected"),
    [
        ("Invoice", CREATE, {"TxnDate": "2026-10-01"}, None, None),
        ("Invoice", CREATE, {"TxnDate": "2026-09-30"}, None, "PER_CLOSED"),
        ("Invoice", UPDATE, {"CustomerMemo": {"value": "x"}}, {"TxnDate": "2026-09-30"}, "PER_CLOSED"),
        ("Invoice", UPDATE, {"TxnDate": "2026-10-02"}, {"TxnDate": "2026-10-01"}, "INV_REMOTE_HEADER_CHANGED"),
        ("Invoice", UPDATE, {"TxnDate": "2026-09-02"}, {"TxnDate": "2026-10-01"}, "INV_REMOTE_HEADER_CHANGED"),
        ("Invoice", UPDATE, {"TxnDate": "2026-10-01"}, {"TxnDate": "2026-10-01"}, None),
        ("Invoice", VOID, {}, {"TxnDate": "2026-08-01"}, "PER_CLOSED"),
        ("Payment", CREATE, {"TxnDate": "2026-09-30", "TotalAmt": "5"}, None, "PER_CLOSED"),
        ("Invoice", CREATE, {"EmailStatus": "NeedToSend"}, None, RULE),
        ("Invoice", CREATE, {"AllowOnlineCreditCardPayment": True}, None, RULE),
        ("Invoice", UPDATE, {"AllowOnlineACHPayment": "true"}, {}, RULE),
        ("Invoice", CREATE, {"AllowOnlineACHPayment": False, "EmailStatus": "NotSet"}, None, None),
        ("Payment", CREATE, {"ProcessPayment": True}, None, RULE),
        ("Payment", CREATE, {"CreditCardPayment": {"CreditChargeInfo": {"ProcessPayment": "true"}}}, None, RULE),
        ("Invoice", CREATE, {"ExchangeRate": "1.2"}, None, "CUR_MISMATCH"),
        ("Invoice", UPDATE, {"CurrencyRef": {"value": "EUR"}}, {"CurrencyRef": {"value": "USD"}}, "CUR_MISMATCH"),
        ("Invoice", UPDATE, {"Line": []}, {"LinkedTxn": [{"TxnId": "9", "TxnType": "Estimate"}]}, "INV_LINKED_TXN"),
        ("Invoice", UPDATE, {"Line": [{}]}, PAID, None),
        ("Invoice", UPDATE, {"DueDate": "2026-12-01"}, {"LinkedTxn": [{"TxnId": "9", "TxnType": "Estimate"}]}, None),
        ("Invoice", VOID, {}, PAID, "INV_LOCKED_BY_PAYMENT"),
        ("Invoice", VOID, {}, {"TotalAmt": Decimal(100), "Balance": Decimal(100)}, None),
        ("Invoice", DELETE, {}, {}, RULE),
        ("Payment", UPDATE, {"Line": []}, {}, RULE),
        ("Payment", UPDATE, {"Line": [{"Amount": "5"}]}, {}, RULE),
        ("Payment", UPDATE, {"Line": [{"Amount": "5", "LinkedTxn": [{"TxnId": "1", "TxnType": "Invoice"}]}]}, {}, None),
        ("Payment", VOID, {}, {}, RULE),
        ("Item", ARCHIVE, {}, {}, RULE),
        ("Item", UPDATE, {"Active": False}, {}, RULE),
        ("Account", UPDATE, {"Active": "false"}, {}, RULE),
        ("Customer", UPDATE, {"Active": False}, {}, RULE),
        ("Item", UPDATE, {"Type": "Service"}, {"Type": "NonInventory"}, RULE),
        ("Item", UPDATE, {"IncomeAccountRef": {"value": "7"}}, {}, RULE),
        ("Item", UPDATE, {"QtyOnHand": "3"}, {}, RULE),
        ("Item", CREATE, {"QtyOnHand": "3"}, None, RULE),
        ("Item", UPDATE, {"PurchaseCost": "3"}, {"Type": "Inventory"}, RULE),
        ("Item", UPDATE, {"PurchaseCost": "3", "UnitPrice": "4"}, {"Type": "NonInventory"}, None),
        ("Customer", UPDATE, {"DisplayName": "B"}, {"DisplayName": "A"}, RULE),
        ("Customer", UPDATE, {"DisplayName": "A"}, {"DisplayName": "A"}, None),
        ("Customer", UPDATE, {"ParentRef": {"value": "3"}}, {}, RULE),
        (
            "Customer",
            UPDATE,
            {"CurrencyRef": {"value": "EUR"}},
            {"CurrencyRef": {"value": "USD"}},
            "CUR_CUSTOMER_FIXED",
        ),
        ("Invoice", StepAction.ASSOCIATE, {}, {}, RULE),
    ],
)
def test_quickbooks_is_asked_for_nothing_that_harms_the_books(
    name: str, action: StepAction, body: dict[str, Any], current: dict[str, Any] | None, expected: str | None
) -> None:
    """Each harm has its code, and what is harmless passes."""
    assert code(Q, name, action, body, current) == expected


@pytest.mark.parametrize("name", ["Item", "Customer"])
def test_what_we_made_ourselves_may_be_made_inactive_again(name: str) -> None:
    """An undo takes back what a run has made, and only that."""
    assert code(Q, name, ARCHIVE, {}, {}, ours=True) is None


def test_an_account_is_never_made_inactive_even_if_we_made_it() -> None:
    """The chart of accounts is the bookkeeper's."""
    assert code(Q, "Account", ARCHIVE, {}, {}, ours=True) == RULE


def test_a_document_of_ours_may_be_deleted() -> None:
    """A payment that we posted can be taken back."""
    assert code(Q, "Payment", DELETE, {}, {}, ours=True) is None


@pytest.mark.rule("H3")
@pytest.mark.parametrize(
    ("name", "action", "body", "current", "expected"),
    [
        ("invoices", CREATE, {"hs_invoice_billable": "true"}, None, RULE),
        ("invoices", CREATE, {"hs_invoice_billable": "false"}, None, None),
        ("invoices", UPDATE, {"hs_invoice_billable": "true"}, {"properties": {"hs_invoice_billable": "false"}}, RULE),
        ("invoices", UPDATE, {"hs_invoice_billable": "true"}, {"properties": {"hs_invoice_billable": "true"}}, None),
        ("contacts", DELETE, {}, {}, RULE),
        ("contacts", ARCHIVE, {}, {}, RULE),
        ("line_items", ARCHIVE, {}, {}, None),
        ("invoices", VOID, {}, {}, RULE),
    ],
)
def test_hubspot_gets_no_second_bill_and_loses_nothing_of_its_own(
    name: str, action: StepAction, body: dict[str, Any], current: dict[str, Any] | None, expected: str | None
) -> None:
    """A mirror never becomes billable, and people's records are never archived or deleted for good."""
    assert code(H, name, action, body, current) == expected


@pytest.mark.rule("N13")
@pytest.mark.parametrize("system", [H, Q])
def test_a_creation_that_could_not_be_found_again_is_not_sent(system: System) -> None:
    """Without a way to look for it, a lost answer could only be guessed at."""
    step = Step(1, system, "products", CREATE, {"name": "One"}, find={"where": {}, "property": "", "value": ""})
    found = refusal(Request(step, step.body), COMPANY, TODAY)
    assert found is not None
    assert found.code == RULE


def test_the_writer_refuses_what_the_plan_asks_for_and_sends_nothing(bench: Bench) -> None:
    """The guard stands in the writer itself, after the look at the target."""
    made = bench.person(Q, "create", "Customer", fields={"DisplayName": "Ada"})["id"]
    bench.read()
    bench.clear_traffic()
    bench.write(
        [change(bench.situation(), Entity.CUSTOMER, (Q, made), "c1", {"DisplayName": "Bob"}, {"DisplayName": "Ada"})]
    )
    assert bench.ends() == {"c1": ("refused", RULE)}
    assert not bench.requests("quickbooks", writes=True)
    assert not bench.ask("SELECT * FROM journal")
