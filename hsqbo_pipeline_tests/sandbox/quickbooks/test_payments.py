"""Payments and credits: what they apply to, and what happens to it."""

from __future__ import annotations

from typing import Any

import pytest

from hsqbo_pipeline_tests.sandbox.quickbooks.caller import Caller


def _applied(*pairs: tuple[str, str, Any]) -> list[dict[str, Any]]:
    return [{"Amount": amount, "LinkedTxn": [{"TxnId": number, "TxnType": kind}]} for kind, number, amount in pairs]


@pytest.mark.rule("QBT15", "QBC4", "QBO3")
def test_a_payment_changes_its_invoice(qbo: Caller) -> None:
    """Balance, LinkedTxn, time and (by switch) SyncToken of the invoice move without anyone writing it."""
    customer = qbo.customer()
    made = qbo.invoice(customer)
    qbo.sandbox.clock.advance(60)
    paid = qbo.pay(customer, 80, **{f"i{made['Id']}": 60})
    assert (paid["UnappliedAmt"], paid["ProcessPayment"]) == (20, False)
    assert paid["DepositToAccountRef"] == {"value": qbo.names["undep"]}
    seen = qbo.get("Invoice", made["Id"])
    assert (seen["Balance"], seen["SyncToken"]) == (40, "1")
    assert seen["LinkedTxn"] == [{"TxnId": paid["Id"], "TxnType": "Payment"}]
    assert seen["MetaData"]["LastUpdatedTime"] > made["MetaData"]["LastUpdatedTime"]
    assert qbo.get("Customer", customer["Id"])["Balance"] == 20
    qbo.sandbox.switches.change({"qb_payment_bumps_invoice_token": False})
    qbo.pay(customer, 10, **{f"i{made['Id']}": 10})
    assert qbo.get("Invoice", made["Id"])["SyncToken"] == "1"


def test_lines_of_a_payment_are_all_or_nothing(qbo: Caller) -> None:
    """New lines replace the old ones; no lines un-apply everything; a sparse update without lines keeps them."""
    customer = qbo.customer()
    first, second = qbo.invoice(customer), qbo.invoice(customer)
    paid = qbo.pay(customer, 100, **{f"i{first['Id']}": 100})
    base = {"Id": paid["Id"], "sparse": True}
    kept = qbo.save("Payment", {**base, "SyncToken": "0", "PrivateNote": "x"})
    assert len(kept["Line"]) == 1
    moved = qbo.save("Payment", {**base, "SyncToken": "1", "Line": _applied(("Invoice", second["Id"], 70))})
    assert moved["UnappliedAmt"] == 30
    assert qbo.get("Invoice", first["Id"])["Balance"] == 100
    assert qbo.get("Invoice", second["Id"])["Balance"] == 30
    assert qbo.get("Invoice", first["Id"])["LinkedTxn"] == []
    freed = qbo.save("Payment", {**base, "SyncToken": "2", "Line": []})
    assert freed["UnappliedAmt"] == 100
    assert qbo.get("Invoice", second["Id"])["Balance"] == 100


@pytest.mark.rule("QBO5")
def test_what_a_payment_may_not_do(qbo: Caller) -> None:
    """Over-application, another's invoice, missing amounts and unknown documents are refused."""
    customer, other = qbo.customer(), qbo.customer("Bob")
    made = qbo.invoice(customer)
    base = {"CustomerRef": {"value": customer["Id"]}, "TotalAmt": 200}

    def refusal(**fields: Any) -> str:
        return qbo.refusal("Payment", {**base, **fields})

    assert refusal(Line=_applied(("Invoice", made["Id"], 101))) == "6000"
    assert refusal(TotalAmt=50, Line=_applied(("Invoice", made["Id"], 60))) == "6000"
    assert refusal(CustomerRef={"value": other["Id"]}, Line=_applied(("Invoice", made["Id"], 10))) == "620"
    assert refusal(Line=_applied(("Invoice", "999", 10))) == "610"
    assert refusal(TotalAmt="") == "6000"
    assert refusal(TotalAmt=0) == "6000"
    assert refusal(TotalAmt=-1) == "6000"
    assert refusal(CustomerRef="") == "2020"
    assert refusal(PaymentRefNum="x" * 22) == "2050"
    assert refusal(DepositToAccountRef={"value": qbo.names["income"]}) == "6430"
    qbo.sandbox.switches.change({"qb_over_application_code": "620"})
    assert refusal(Line=_applied(("Invoice", made["Id"], 101))) == "620"


def test_a_parent_may_pay_for_its_job(qbo: Caller) -> None:
    """A payment of the parent can be applied to an invoice of the job."""
    parent = qbo.customer("Acme")
    job = qbo.customer("Roof", ParentRef={"value": parent["Id"]})
    made = qbo.invoice(job)
    assert qbo.pay(parent, 100, **{f"i{made['Id']}": 100})["UnappliedAmt"] == 0


@pytest.mark.rule("QBT14")
@pytest.mark.parametrize("how", [{"operation": "update", "include": "void"}, {"operation": "void"}])
def test_a_voided_payment_gives_back(qbo: Caller, how: dict[str, str]) -> None:
    """Both spellings of void leave 0, no lines, a note, and the invoice open."""
    customer = qbo.customer()
    made = qbo.invoice(customer)
    paid = qbo.pay(customer, 100, **{f"i{made['Id']}": 100})
    void = qbo.save("Payment", {"Id": paid["Id"], "SyncToken": "0", "sparse": True}, **how)
    assert (void["TotalAmt"], void["UnappliedAmt"], void["Line"]) == (0, 0, [])
    assert "Voided" in void["PrivateNote"]
    assert qbo.get("Invoice", made["Id"])["Balance"] == 100


def test_a_deleted_payment_gives_back(qbo: Caller) -> None:
    """Deleting a payment opens its invoice."""
    customer = qbo.customer()
    made = qbo.invoice(customer)
    paid = qbo.pay(customer, 100, **{f"i{made['Id']}": 100})
    qbo.save("Payment", {"Id": paid["Id"], "SyncToken": "0"}, operation="delete")
    seen = qbo.get("Invoice", made["Id"])
    assert (seen["Balance"], seen["LinkedTxn"]) == (100, [])
    assert qbo.get("Customer", customer["Id"])["Balance"] == 100


def test_a_deposited_payment_is_untouchable(qbo: Caller) -> None:
    """A payment in a bank deposit refuses change, void and deletion with 6540."""
    customer = qbo.customer()
    paid = qbo.pay(customer, 100)
    qbo.person(action="deposit", object="Payment", id=paid["Id"])
    body = {"Id": paid["Id"], "SyncToken": "1", "sparse": True}
    assert qbo.refusal("Payment", {**body, "PrivateNote": "x"}) == "6540"
    assert qbo.refusal("Payment", body, operation="void") == "6540"
    assert qbo.refusal("Payment", body, operation="delete") == "6540"


@pytest.mark.rule("QBC4")
def test_a_credit_is_used_by_a_payment_of_nothing(qbo: Caller) -> None:
    """A payment of 0 with an invoice line and a credit line moves both balances."""
    customer = qbo.customer()
    made = qbo.invoice(customer)
    credit = qbo.save("CreditMemo", {"CustomerRef": {"value": customer["Id"]}, "Line": [qbo.line(30)]})
    assert (credit["RemainingCredit"], credit["Balance"]) == (30, 30)
    assert qbo.get("Customer", customer["Id"])["Balance"] == 70
    lines = _applied(("Invoice", made["Id"], 30), ("CreditMemo", credit["Id"], 30))
    used = qbo.save("Payment", {"CustomerRef": {"value": customer["Id"]}, "TotalAmt": 0, "Line": lines})
    assert used["UnappliedAmt"] == 0
    assert qbo.get("CreditMemo", credit["Id"])["RemainingCredit"] == 0
    assert qbo.get("Invoice", made["Id"])["Balance"] == 70
    assert qbo.get("Customer", customer["Id"])["Balance"] == 70
    token = qbo.get("CreditMemo", credit["Id"])["SyncToken"]
    qbo.save("CreditMemo", {"Id": credit["Id"], "SyncToken": token}, operation="delete")
    assert qbo.get("Invoice", made["Id"])["Balance"] == 100
    assert qbo.get("Payment", used["Id"])["Line"] == []
    assert qbo.get("Customer", customer["Id"])["Balance"] == 100


def test_a_credit_memo_cannot_be_voided(qbo: Caller) -> None:
    """Credit memos are deleted, not voided."""
    customer = qbo.customer()
    credit = qbo.save("CreditMemo", {"CustomerRef": {"value": customer["Id"]}, "Line": [qbo.line(30)]})
    assert qbo.refusal("CreditMemo", {"Id": credit["Id"], "SyncToken": "0"}, operation="void") == "500"


@pytest.mark.parametrize("credit_first", [True, False])
def test_credits_apply_themselves_where_the_company_wants_it(qbo: Caller, credit_first: bool) -> None:
    """AutoApplyCredit makes a payment of 0 that nobody sent, whichever document came first."""
    qbo.reset(Preferences={"SalesFormsPrefs": {"AutoApplyCredit": True}})
    customer = qbo.customer()
    credit = {"CustomerRef": {"value": customer["Id"]}, "Line": [qbo.line(30)]}
    if credit_first:
        qbo.save("CreditMemo", credit)
        made = qbo.invoice(customer)
    else:
        made = qbo.invoice(customer)
        qbo.save("CreditMemo", credit)
    seen = qbo.get("Invoice", made["Id"])
    assert seen["Balance"] == 70
    assert qbo.query("select * from Payment")["Payment"][0]["TotalAmt"] == 0


def test_payments_apply_themselves_where_the_company_wants_it(qbo: Caller) -> None:
    """AutoApplyPayments spreads a payment without lines over the oldest invoices."""
    qbo.reset(Preferences={"SalesFormsPrefs": {"AutoApplyPayments": True}})
    customer = qbo.customer()
    first, second = qbo.invoice(customer), qbo.invoice(customer)
    paid = qbo.pay(customer, 130)
    assert paid["UnappliedAmt"] == 0
    assert [qbo.get("Invoice", made["Id"])["Balance"] for made in (first, second)] == [0, 70]


def test_receipts_and_refunds_touch_no_balance(qbo: Caller) -> None:
    """Sales receipts are paid at once; a refund names its account; neither has a balance."""
    customer = qbo.customer()
    body = {"CustomerRef": {"value": customer["Id"]}, "Line": [qbo.line(30)]}
    receipt = qbo.save("SalesReceipt", body)
    assert receipt["Balance"] == 0
    assert receipt["DepositToAccountRef"]["value"] == qbo.names["undep"]
    assert qbo.refusal("RefundReceipt", body) == "2020"
    refund = qbo.save("RefundReceipt", {"Line": [qbo.line(30)], "DepositToAccountRef": {"value": qbo.names["check"]}})
    assert refund["TotalAmt"] == 30
    assert qbo.get("Customer", customer["Id"])["Balance"] == 0
    void = qbo.save(
        "SalesReceipt", {"Id": receipt["Id"], "SyncToken": "0", "sparse": True}, operation="update", include="void"
    )
    assert void["TotalAmt"] == 0


def test_a_journal_entry_can_be_paid_with(qbo: Caller) -> None:
    """A journal entry that credits the customer pays an invoice."""
    customer = qbo.customer()
    made = qbo.invoice(customer)
    entry = {"AccountRef": {"value": qbo.names["check"]}, "PostingType": "Debit"}
    receivable = {
        "AccountRef": {"value": qbo.names["check"]},
        "PostingType": "Credit",
        "Entity": {"Type": "Customer", "EntityRef": {"value": customer["Id"]}},
    }
    journal = qbo.save(
        "JournalEntry",
        {
            "Line": [
                {"Amount": 25, "DetailType": "JournalEntryLineDetail", "JournalEntryLineDetail": entry},
                {"Amount": 25, "DetailType": "JournalEntryLineDetail", "JournalEntryLineDetail": receivable},
            ]
        },
    )
    lines = _applied(("Invoice", made["Id"], 25), ("JournalEntry", journal["Id"], 25))
    qbo.save("Payment", {"CustomerRef": {"value": customer["Id"]}, "TotalAmt": 0, "Line": lines})
    assert qbo.get("Invoice", made["Id"])["Balance"] == 75
