"""Invoices: lines, numbers, dates, voids and deletions."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from hsqbo_pipeline_tests.sandbox.quickbooks.caller import Caller


def _body(qbo: Caller, *lines: dict[str, Any], **fields: Any) -> dict[str, Any]:
    return {"CustomerRef": {"value": qbo.customer()["Id"]}, "Line": list(lines) or [qbo.line()], **fields}


@pytest.mark.rule("QBC4")
def test_an_invoice_comes_back_complete(qbo: Caller) -> None:
    """The server adds number, due date, tax code, line ids, the SubTotal line, balance and flags."""
    made = qbo.save("Invoice", _body(qbo, qbo.line(300, Qty=3, UnitPrice=100), qbo.line(50, "gadget")))
    assert [(line.get("Id"), line.get("LineNum"), line["DetailType"]) for line in made["Line"]] == [
        ("1", 1, "SalesItemLineDetail"),
        ("2", 2, "SalesItemLineDetail"),
        (None, None, "SubTotalLineDetail"),
    ]
    assert made["Line"][2]["SubTotalLineDetail"] == {}
    assert made["Line"][0]["SalesItemLineDetail"]["TaxCodeRef"] == {"value": "NON"}
    expected = {
        "TotalAmt": 350,
        "Balance": 350,
        "DocNumber": "1001",
        "TxnDate": "2026-11-24",
        "DueDate": "2026-12-24",
        "LinkedTxn": [],
        "TxnTaxDetail": {"TotalTax": 0},
        "PrintStatus": "NeedToPrint",
        "EmailStatus": "NotSet",
        "ApplyTaxAfterDiscount": False,
        "AllowOnlineCreditCardPayment": False,
    }
    assert {key: made[key] for key in expected} == expected


@pytest.mark.rule("QBT13")
def test_the_subtotal_line_sent_back_is_ignored(qbo: Caller) -> None:
    """A read invoice sent back whole keeps one SubTotal line and changes nothing."""
    made = qbo.save("Invoice", _body(qbo))
    again = qbo.save("Invoice", made)
    assert again == made


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"Line": []}, "2020"),
        ({"CustomerRef": ""}, "2020"),
        ({"CustomerRef": {"value": "99"}}, "2500"),
        ({"DocNumber": "x" * 22}, "2050"),
        ({"CustomerMemo": {"value": "x" * 1001}}, "2050"),
        ({"PrivateNote": "x" * 4001}, "2050"),
        ({"BillEmail": {"Address": "nobody"}}, "2210"),
        ({"EmailStatus": "NeedToSend"}, "2020"),
        ({"EmailStatus": "Sent"}, "2170"),
        ({"TxnDate": "2026/11/24"}, "2060"),
        ({"TxnDate": "2026-02-30"}, "2060"),
        ({"Deposit": 101}, "6000"),
        ({"HubSpotId": "1"}, "2010"),
    ],
)
def test_what_an_invoice_may_not_be(qbo: Caller, fields: dict[str, Any], code: str) -> None:
    """Each way to be wrong has its own code."""
    assert qbo.refusal("Invoice", _body(qbo, **fields)) == code


@pytest.mark.parametrize(
    ("line", "code"),
    [
        ({"Amount": 100, "SalesItemLineDetail": {"Qty": 3, "UnitPrice": 33}}, "6070"),
        ({"SalesItemLineDetail": {"Qty": 3, "UnitPrice": 33}}, "2020"),
        ({"Amount": 1, "SalesItemLineDetail": {"ItemRef": {"value": "99"}}}, "2500"),
        ({"Amount": 1, "SalesItemLineDetail": {"TaxCodeRef": {"value": "5"}}}, "6100"),
        ({"Amount": 1, "Description": "x" * 4001, "SalesItemLineDetail": {}}, "2050"),
        ({"Amount": 1}, "2020"),
        ({"Amount": -1, "SalesItemLineDetail": {}}, "6000"),
        ({"Amount": 1, "DetailType": "SALES_ITEM_LINE_DETAIL", "SalesItemLineDetail": {}}, "2170"),
    ],
)
def test_what_a_line_may_not_be(qbo: Caller, line: dict[str, Any], code: str) -> None:
    """Arithmetic, references, tax codes and kinds of line are checked."""
    assert qbo.refusal("Invoice", _body(qbo, line)) == code


def test_a_refused_line_names_the_element(qbo: Caller) -> None:
    """A missing Line is named in the fault."""
    error = qbo.call("POST", "invoice", _body(qbo, Line=[])).json()["Fault"]["Error"][0]
    assert error["element"] == "Line"


def test_zero_quantities_are_no_arithmetic(qbo: Caller) -> None:
    """Qty 0 and UnitPrice 0 beside an amount, as python-quickbooks sends them, are accepted."""
    assert qbo.save("Invoice", _body(qbo, qbo.line(100, Qty=0, UnitPrice=0)))["TotalAmt"] == 100


def test_half_cents_round_up(qbo: Caller) -> None:
    """Qty x UnitPrice is compared after rounding half up; the switch rounds to even."""
    assert qbo.save("Invoice", _body(qbo, qbo.line("0.13", Qty=1, UnitPrice="0.125")))["TotalAmt"] == Decimal("0.13")
    qbo.sandbox.switches.change({"qb_rounding": "half_even"})
    body = {"CustomerRef": {"value": "1"}, "Line": [qbo.line("0.13", Qty=1, UnitPrice="0.125")]}
    assert qbo.refusal("Invoice", body) == "6070"


def test_discount_shipping_text_and_group_lines(qbo: Caller) -> None:
    """Each kind of line counts as it should."""
    group = qbo.person(action="create", object="Item", fields={"Name": "Set", "Type": "Group"})
    body = _body(
        qbo,
        qbo.line(100),
        {"DetailType": "DescriptionOnly", "Description": "Thanks"},
        {"Amount": 7, "SalesItemLineDetail": {"ItemRef": {"value": "SHIPPING_ITEM_ID"}}},
        {
            "DetailType": "GroupLineDetail",
            "GroupLineDetail": {"GroupItemRef": {"value": group["Id"]}, "Quantity": 1, "Line": [qbo.line(40)]},
        },
        {"DetailType": "DiscountLineDetail", "DiscountLineDetail": {"PercentBased": True, "DiscountPercent": 10}},
    )
    made = qbo.save("Invoice", body)
    by_kind = {line["DetailType"]: line["Amount"] for line in made["Line"]}
    assert by_kind["SubTotalLineDetail"] == 140
    assert by_kind["DiscountLineDetail"] == 14
    assert made["TotalAmt"] == 140 - 14 + 7


def test_preferences_switch_features_off(qbo: Caller) -> None:
    """Discount and shipping are refused, service date and deposit dropped, when the company has them off."""
    off = {"AllowDiscount": False, "AllowShipping": False, "AllowServiceDate": False, "AllowDeposit": False}
    qbo.reset(Preferences={"SalesFormsPrefs": off})
    discount = {"Amount": 1, "DetailType": "DiscountLineDetail", "DiscountLineDetail": {"PercentBased": False}}
    shipping = {"Amount": 7, "SalesItemLineDetail": {"ItemRef": {"value": "SHIPPING_ITEM_ID"}}}
    body = _body(qbo)
    assert qbo.refusal("Invoice", {**body, "Line": [qbo.line(), discount]}) == "6000"
    assert qbo.refusal("Invoice", {**body, "Line": [shipping]}) == "6000"
    made = qbo.save("Invoice", {**body, "Line": [qbo.line(ServiceDate="2026-11-01")], "Deposit": 10})
    assert "ServiceDate" not in made["Line"][0]["SalesItemLineDetail"]
    assert made["Balance"] == 100


@pytest.mark.rule("QBT8", "QBC5")
def test_numbers_are_the_servers_or_ours(qbo: Caller) -> None:
    """Custom numbers off: the sequence goes on from the last number; duplicates are accepted in silence."""
    customer = qbo.customer()
    assert qbo.invoice(customer)["DocNumber"] == "1001"
    assert qbo.invoice(customer, DocNumber="INV-0099")["DocNumber"] == "INV-0099"
    assert qbo.invoice(customer)["DocNumber"] == "INV-0100"
    assert qbo.invoice(customer, DocNumber="1001")["DocNumber"] == "1001"


@pytest.mark.rule("QBT8", "QBT5", "QBC5")
def test_custom_numbers_are_checked(qbo: Caller) -> None:
    """Custom numbers on: none sent stays none, a duplicate is 6140 and names its holder, unless allowed."""
    qbo.reset(Preferences={"SalesFormsPrefs": {"CustomTxnNumbers": True}})
    customer = qbo.customer()
    assert "DocNumber" not in qbo.invoice(customer)
    assert qbo.invoice(customer, DocNumber="AUTO_GENERATE")["DocNumber"] == "1001"
    first = qbo.invoice(customer, DocNumber="A-1")
    body = {"CustomerRef": {"value": customer["Id"]}, "Line": [qbo.line()], "DocNumber": "A-1"}
    response = qbo.call("POST", "invoice", body)
    assert qbo.fault(response) == (400, "6140")
    detail = response.json()["Fault"]["Error"][0]["Detail"]
    assert f"DocNumber=A-1 is assigned to TxnType=Invoice with TxnId={first['Id']}" in detail
    assert qbo.save("Invoice", body, include="allowduplicatedocnum")["DocNumber"] == "A-1"


def test_the_due_date_follows_the_term(qbo: Caller) -> None:
    """The customer's term gives the due date; a day of the month is met in the month it falls."""
    term = qbo.save("Term", {"Name": "Ten", "DueDays": 10})
    monthly = qbo.save("Term", {"Name": "31st", "DayOfMonthDue": 31})
    customer = qbo.customer(SalesTermRef={"value": term["Id"]})
    assert qbo.invoice(customer)["DueDate"] == "2026-12-04"
    made = qbo.invoice(customer, SalesTermRef={"value": monthly["Id"]}, TxnDate="2026-02-10")
    assert made["DueDate"] == "2026-02-28"


def test_line_ids_live_on(qbo: Caller) -> None:
    """A line sent with its id keeps it; a new line gets a number never used on this invoice before."""
    made = qbo.save("Invoice", _body(qbo, qbo.line(1), qbo.line(2)))
    kept = made["Line"][1]
    update = {"Id": made["Id"], "SyncToken": "0", "sparse": True, "Line": [qbo.line(3), kept]}
    changed = qbo.save("Invoice", update)
    assert [(line["Id"], line["LineNum"]) for line in changed["Line"][:2]] == [("3", 1), ("2", 2)]


@pytest.mark.rule("QBT14", "QBC3")
def test_void_keeps_the_row_and_frees_the_payment(qbo: Caller) -> None:
    """A voided invoice stays at 0 with its number; what was paid on it becomes unapplied."""
    customer = qbo.customer()
    made = qbo.invoice(customer, PrivateNote="as agreed")
    payment = qbo.pay(customer, 60, **{f"i{made['Id']}": 60})
    token = qbo.get("Invoice", made["Id"])["SyncToken"]
    void = qbo.save("Invoice", {"Id": made["Id"], "SyncToken": token}, operation="void")
    assert (void["TotalAmt"], void["Balance"], void["LinkedTxn"], void["DocNumber"]) == (0, 0, [], made["DocNumber"])
    assert void["PrivateNote"] == "Voided - as agreed"
    assert {line["Amount"] for line in void["Line"]} == {0}
    assert int(void["SyncToken"]) == int(token) + 1
    freed = qbo.get("Payment", payment["Id"])
    assert (freed["UnappliedAmt"], freed["Line"]) == (60, [])
    assert qbo.get("Customer", customer["Id"])["Balance"] == -60


@pytest.mark.rule("QBC3")
def test_delete_leaves_nothing(qbo: Caller) -> None:
    """A deleted invoice answers a stub, is in no query, and reading it is 400/610."""
    made = qbo.save("Invoice", _body(qbo))
    stub = qbo.save("Invoice", {"Id": made["Id"], "SyncToken": 0}, operation="delete")
    assert stub == {"domain": "QBO", "status": "Deleted", "Id": made["Id"]}
    assert qbo.query("select * from Invoice") == {}
    assert qbo.fault(qbo.call("GET", f"invoice/{made['Id']}")) == (400, "610")
    assert qbo.get("Customer", made["CustomerRef"]["value"])["Balance"] == 0


@pytest.mark.rule("QBT16", "QBC5")
def test_closed_books_refuse_old_and_new_dates(qbo: Caller) -> None:
    """Nothing dated in the closed period can be made, changed, voided, deleted or moved there; people may."""
    customer = qbo.customer()
    old = qbo.invoice(customer, TxnDate="2026-10-31")
    new = qbo.invoice(customer, TxnDate="2026-11-01")
    qbo.person(action="set_closing_date", date="2026-10-31")
    body = {"CustomerRef": {"value": customer["Id"]}, "Line": [qbo.line()]}
    base = {"Id": old["Id"], "SyncToken": "0", "sparse": True}
    assert qbo.refusal("Invoice", {**body, "TxnDate": "2026-10-31"}) == "6210"
    assert qbo.refusal("Invoice", {**base, "TxnDate": "2026-11-05"}) == "6210"
    assert qbo.refusal("Invoice", {**base, "Id": new["Id"], "TxnDate": "2026-10-01"}) == "6210"
    assert qbo.refusal("Invoice", base, operation="void") == "6210"
    assert qbo.refusal("Invoice", base, operation="delete") == "6210"
    assert qbo.person(action="update", object="Invoice", id=old["Id"], fields={"PrivateNote": "x"})["SyncToken"] == "1"
    paid = qbo.pay(customer, 100, **{f"i{old['Id']}": 100})
    assert paid["UnappliedAmt"] == 0


@pytest.mark.rule("QBT17", "QBC4")
def test_several_currencies(qbo: Caller) -> None:
    """The document follows its customer's currency; home amounts are converted and rounded."""
    prefs = {"CurrencyPrefs": {"MultiCurrencyEnabled": True}}
    qbo.reset(Preferences=prefs, exchange_rates={"EUR": 1.1})
    eva = qbo.customer("Eva", CurrencyRef={"value": "EUR"})
    body = {"CustomerRef": {"value": eva["Id"]}, "Line": [qbo.line("99.99")]}
    assert qbo.refusal("Invoice", body) == "2020"
    assert qbo.refusal("Invoice", {**body, "CurrencyRef": {"value": "USD"}}) == "6000"
    made = qbo.save("Invoice", {**body, "CurrencyRef": {"value": "EUR"}})
    assert (made["ExchangeRate"], made["HomeTotalAmt"]) == (Decimal("1.1"), Decimal("109.99"))
    other = qbo.save("Invoice", {**body, "CurrencyRef": {"value": "EUR"}, "ExchangeRate": 1.2})
    assert other["HomeTotalAmt"] == Decimal("119.99")


def test_a_smaller_invoice_frees_what_was_paid_beyond_it(qbo: Caller) -> None:
    """When the total falls below what is applied, the rest becomes unapplied and the books still add up."""
    customer = qbo.customer()
    made = qbo.invoice(customer)
    payment = qbo.pay(customer, 100, **{f"i{made['Id']}": 100})
    token = qbo.get("Invoice", made["Id"])["SyncToken"]
    body = {"Id": made["Id"], "SyncToken": token, "sparse": True, "Line": [qbo.line(70)]}
    changed = qbo.save("Invoice", body)
    assert (changed["TotalAmt"], changed["Balance"]) == (70, 0)
    assert qbo.get("Payment", payment["Id"])["UnappliedAmt"] == 30
    assert qbo.get("Customer", customer["Id"])["Balance"] == -30


@pytest.mark.rule("QBT27")
def test_a_mail_to_the_customer_is_noted(qbo: Caller) -> None:
    """EmailStatus NeedToSend and ProcessPayment true are flagged in the diagnostics."""
    qbo.save("Invoice", _body(qbo, EmailStatus="NeedToSend", BillEmail={"Address": "a@example.com"}))
    qbo.save("Payment", {"CustomerRef": {"value": "1"}, "TotalAmt": 1, "ProcessPayment": True})
    notes = [str(note["note"]) for note in qbo.sandbox.traffic["quickbooks"].diagnostics]
    assert any("sends a mail" in note for note in notes)
    assert any("charges a card" in note for note in notes)


def test_invoice_status_is_shown_by_switch(qbo: Caller) -> None:
    """The schema's invoiceStatus is absent unless switched on."""
    customer = qbo.customer()
    assert "invoiceStatus" not in qbo.invoice(customer)
    qbo.sandbox.switches.change({"qb_invoice_status": True})
    made = qbo.invoice(customer)
    assert made["invoiceStatus"] == "DUE_NOT_SENT"
    body = {"Id": made["Id"], "SyncToken": "0"}
    assert qbo.save("Invoice", body, operation="void")["invoiceStatus"] == "VOIDED"


def test_custom_fields_without_value_have_no_value_key(qbo: Caller) -> None:
    """Defined custom fields are listed on each document, the empty ones without StringValue."""
    entries = [
        {"Name": "SalesFormsPrefs.UseSalesCustom1", "Type": "BooleanType", "BooleanValue": True},
        {"Name": "SalesFormsPrefs.SalesCustomName1", "Type": "StringType", "StringValue": "Crew #"},
    ]
    qbo.reset(Preferences={"SalesFormsPrefs": {"CustomField": [{"CustomField": entries}]}})
    made = qbo.save("Invoice", _body(qbo))
    assert made["CustomField"] == [{"DefinitionId": "1", "Name": "Crew #", "Type": "StringType"}]
    field = {"DefinitionId": "1", "Type": "StringType", "StringValue": "7"}
    changed = qbo.save("Invoice", {"Id": made["Id"], "SyncToken": "0", "sparse": True, "CustomField": [field]})
    assert changed["CustomField"][0]["StringValue"] == "7"
