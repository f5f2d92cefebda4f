"""Tax: the US rate on lines coded TAX, and codes with rates elsewhere."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from hsqbo_pipeline_tests.sandbox.quickbooks.caller import Caller

UK: dict[str, Any] = {
    "CompanyInfo": {"Country": "GB", "DefaultTimeZone": "Europe/London"},
    "Preferences": {"CurrencyPrefs": {"HomeCurrency": "GBP"}, "TaxPrefs": {"UsingSalesTax": True}},
    "tax_codes": [
        {"as": "tc20", "Name": "20.0% S", "rate_percent": 20},
        {"as": "tc0", "Name": "0.0% Z", "rate_percent": 0},
    ],
}


@pytest.mark.rule("QBT18", "QBC4")
def test_us_lines_coded_tax_bear_the_companys_rate(qbo: Caller) -> None:
    """Automated sales tax computes over what we sent, whatever total we had in mind."""
    qbo.reset(simulator_tax=8)
    customer = qbo.customer()
    lines = [qbo.line(100, TaxCodeRef={"value": "TAX"}), qbo.line(50, "gadget")]
    made = qbo.invoice(customer, *lines, TxnTaxDetail={"TotalTax": 1})
    assert (made["TxnTaxDetail"]["TotalTax"], made["TotalAmt"]) == (8, 158)
    assert made["TxnTaxDetail"]["TaxLine"][0]["TaxLineDetail"]["NetAmountTaxable"] == 100
    assert made["Line"][1]["SalesItemLineDetail"]["TaxCodeRef"] == {"value": "NON"}
    assert "GlobalTaxCalculation" not in qbo.invoice(customer, GlobalTaxCalculation="TaxExcluded")


def test_us_lines_without_code_by_switch(qbo: Caller) -> None:
    """The harsher reading of a missing code can be had: the item decides."""
    qbo.reset(simulator_tax=10)
    qbo.save("Item", {"Id": qbo.names["widget"], "SyncToken": "0", "sparse": True, "Taxable": True})
    customer = qbo.customer()
    assert qbo.invoice(customer)["TotalAmt"] == 100
    qbo.sandbox.switches.change({"qb_untaxed_line_is_non": False})
    assert qbo.invoice(customer)["TotalAmt"] == 110


def test_without_automated_tax_a_sent_total_is_kept(qbo: Caller) -> None:
    """A US company without automated tax stores the tax it is given."""
    made = qbo.invoice(qbo.customer(), TxnTaxDetail={"TotalTax": 7})
    assert made["TotalAmt"] == 107


def test_discount_before_tax(qbo: Caller) -> None:
    """ApplyTaxAfterDiscount takes the discount off the taxable amount."""
    qbo.reset(simulator_tax=10)
    discount = {"Amount": 20, "DetailType": "DiscountLineDetail", "DiscountLineDetail": {"PercentBased": False}}
    line = qbo.line(100, TaxCodeRef={"value": "TAX"})
    customer = qbo.customer()
    assert qbo.invoice(customer, line, discount)["TotalAmt"] == 90
    assert qbo.invoice(customer, line, discount, ApplyTaxAfterDiscount=True)["TotalAmt"] == 88


@pytest.mark.rule("QBT18")
def test_uk_codes_round_each_line_and_are_required(qbo: Caller) -> None:
    """Each line's VAT is rounded half up; a line without code is refused; US codes are none here."""
    qbo.reset(**UK)
    customer = qbo.customer()
    code = {"value": qbo.names["tc20"]}
    made = qbo.invoice(customer, *[qbo.line("1.12", TaxCodeRef=code)] * 3, GlobalTaxCalculation="TaxExcluded")
    assert (made["TxnTaxDetail"]["TotalTax"], made["TotalAmt"]) == (Decimal("0.66"), Decimal("4.02"))
    body = {"CustomerRef": {"value": customer["Id"]}, "Line": [qbo.line(1)]}
    assert qbo.refusal("Invoice", body) == "6000"
    assert qbo.refusal("Invoice", {**body, "Line": [qbo.line(1, TaxCodeRef={"value": "TAX"})]}) == "6100"
    assert qbo.save("Invoice", {**body, "GlobalTaxCalculation": "NotApplicable"})["TotalAmt"] == 1


@pytest.mark.rule("QBT13")
def test_a_persons_tax_stands_until_lines_change(qbo: Caller) -> None:
    """Tax as stored survives an edit of the memo, not an edit of the lines."""
    qbo.reset(**UK)
    customer = qbo.customer()
    line = {"item": qbo.names["widget"], "Qty": 1, "UnitPrice": 1.12, "TaxCodeRef": qbo.names["tc20"]}
    made = qbo.person(
        action="create", object="Invoice", fields={"CustomerRef": customer["Id"]}, lines=[line] * 3, tax=0.67
    )
    assert made["TotalAmt"] == Decimal("4.03")
    memo = {"Id": made["Id"], "SyncToken": "0", "sparse": True, "CustomerMemo": {"value": "x"}}
    assert qbo.save("Invoice", memo)["TotalAmt"] == Decimal("4.03")
    changed = {"Id": made["Id"], "SyncToken": "1", "sparse": True, "Line": made["Line"][:2]}
    assert qbo.save("Invoice", changed)["TxnTaxDetail"]["TotalTax"] == Decimal("0.44")


def test_tax_inside_the_amount(qbo: Caller) -> None:
    """TaxInclusive takes the tax out of the amount sent and shows both."""
    qbo.reset(**UK)
    line = qbo.line(120, Qty=1, UnitPrice=120, TaxCodeRef={"value": qbo.names["tc20"]})
    made = qbo.invoice(qbo.customer(), line, GlobalTaxCalculation="TaxInclusive")
    first = made["Line"][0]
    assert (first["Amount"], first["SalesItemLineDetail"]["TaxInclusiveAmt"]) == (100, 120)
    assert (made["TxnTaxDetail"]["TotalTax"], made["TotalAmt"]) == (20, 120)
