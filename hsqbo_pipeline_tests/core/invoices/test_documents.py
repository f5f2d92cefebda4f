"""Lines, currencies, tax and families on invoices of both directions (X16, X17, S07, S10)."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from hsqbo_pipeline.model.names import Entity, System
from hsqbo_pipeline_tests.core.ledger import COMPANY, PORTAL, Ledger, failing, situation

D = Decimal
HS, QB = System.HUBSPOT, System.QUICKBOOKS


def shop(now: Any = None) -> Ledger:
    """Ada with two items."""
    made = Ledger(now or situation())
    made.customer("c1", "h1")
    made.item("w", "W-1", "pw", name="Widget")
    made.item("g", "G-1", "pg", name="Gadget")
    return made


@pytest.mark.rule("A23", "A24", "D53", "D64", "D101", "1.14", "H25")
def test_lines_of_every_kind() -> None:
    """X16: discounts, fractions, a line without an item, a sum that does not add up, an order discount, a negative line."""
    ledger = shop()
    ledger.quickbooks_invoice("16004", "c1", [
        {"item_id": "w", "name": "Widget", "quantity": 2, "unit_price": 100}, {"kind": "description", "description": "Thank you"},
        {"kind": "discount", "amount": 20},
    ])  # fmt: skip
    ledger.quickbooks_invoice("16005", "c1", [
        {"item_id": "w", "name": "Widget", "quantity": 1, "unit_price": 100},
        {"item_id": "g", "name": "Gadget", "quantity": -1, "unit_price": 20, "amount": -20},
    ])  # fmt: skip
    ledger.hubspot_invoice("1", ["h1"], [
        {"sku": "W-1", "quantity": 3, "unit_price": "19.99", "discount_percent": 10, "amount": "53.97"},
        {"name": "Set-up fee", "quantity": 1, "unit_price": 75}, {"sku": "G-1", "quantity": "0.333", "unit_price": 50, "amount": "16.65"},
    ])  # fmt: skip
    ledger.hubspot_invoice("3", ["h1"], [{"sku": "W-1", "quantity": 1, "unit_price": 100}], total=D("100.01"))
    verdicts = ledger.night()
    assert failing(verdicts) == {
        "invoice:1:-": "INV_LINE_UNMATCHED",
        "invoice:3:-": "INV_SUM_MISMATCH",
        "invoice:-:16005": "INV_LINE_NEGATIVE",
    }
    slots = {each.code: each.slots for each in verdicts}
    assert slots["INV_LINE_UNMATCHED"]["amount"] == "75.00"
    assert (slots["INV_SUM_MISMATCH"]["sum"], slots["INV_SUM_MISMATCH"]["total"]) == ("100.00", "100.01")
    fallback = next(row for row in ledger.rows("products", QB) if row["name"] == "Custom line item")
    booked = next(row for row in ledger.rows("invoices", QB) if row["number"] == "INV-1")
    lines = ledger.rows("invoice_lines", QB, invoice_id=booked["id"])
    assert [(line["item_id"], line["amount"]) for line in lines] == [
        ("w", D("53.97")),
        (fallback["id"], D(75)),
        ("g", D("16.65")),
    ]
    mirror = next(row for row in ledger.rows("invoices", HS) if row["number"] == "16004")
    assert (mirror["total"], mirror["qbo_balance"]) == (D(180), D(180))
    assert not [row for row in ledger.rows("invoices", HS) if row["number"] == "16005"]
    ledger.hubspot_invoice("2", ["h1"], [{"name": "Travel", "quantity": 1, "unit_price": 25}])
    ledger.night()
    assert len([row for row in ledger.rows("products", QB) if row["name"] == "Custom line item"]) == 1
    travel = next(row for row in ledger.rows("invoices", QB) if row["number"] == "INV-2")
    assert ledger.rows("invoice_lines", QB, invoice_id=travel["id"])[0]["item_id"] == fallback["id"]


@pytest.mark.rule("A23", "D53", "D16", "1.14")
@pytest.mark.parametrize(
    ("rules", "code"),
    [
        ({"unmatched_line": "fail"}, "INV_LINE_UNMATCHED"),
        ({"custom_item_income_account": "nowhere"}, "CFG_NO_INCOME_ACCOUNT"),
    ],
)
def test_a_line_without_an_item_is_refused_where_the_rules_want_it(rules: dict[str, Any], code: str) -> None:
    """A23: the policy decides; a missing account stops before anything is written."""
    ledger = shop(situation(invoices=rules))
    ledger.hubspot_invoice("1", ["h1"], [{"name": "Travel", "quantity": 1, "unit_price": 25}])
    assert failing(ledger.night()) == {"invoice:1:-": code}
    assert ledger.writes == []


@pytest.mark.rule("1.14")
@pytest.mark.parametrize(("account", "code"), [("acc", "INV_LINE_UNMATCHED"), ("other", "INV_LINE_UNMATCHED")])
def test_a_persons_item_of_the_fallbacks_name_is_used_only_if_it_fits(account: str, code: str) -> None:
    """1.14: an item of that name is adopted on the chosen account, and refused on another."""
    ledger = shop()
    ledger.item(
        "mine", None, name="Custom line item", name_key="custom line item", income_account=account, item_type="Service"
    )
    ledger.hubspot_invoice("1", ["h1"], [{"name": "Travel", "quantity": 1, "unit_price": 25}])
    verdict = ledger.night()[0]
    assert verdict.code == code
    assert (verdict.slots.get("klass") == "WARNING") is (account == "acc")
    assert [row["item_id"] for row in ledger.rows("invoice_lines", QB)] == (["mine"] if account == "acc" else [])


@pytest.mark.rule("D72", "N16", "H28")
def test_two_currencies_and_one_that_hubspot_lacks() -> None:
    """X17: an invoice goes to a customer of its currency only, and is mirrored only where HubSpot has the currency."""
    now = situation(replace(COMPANY, multi_currency=True), replace(PORTAL, currencies=("USD", "EUR")))
    ledger = Ledger(now)
    for customer, contact, currency in (("us", "hu", "USD"), ("eu", "he", "EUR"), ("ca", "hc", "CAD")):
        ledger.customer(customer, contact, currency=currency)
    ledger.item("w", "W-1", "pw")
    ledger.quickbooks_invoice(
        "17003", "ca", [{"item_id": "w", "name": "Widget", "quantity": 1, "unit_price": 100}], currency="CAD"
    )
    ledger.hubspot_invoice("1", ["he"], [{"sku": "W-1", "quantity": 5, "unit_price": 100}], currency="EUR")
    ledger.hubspot_invoice("2", ["hu"], [{"sku": "W-1", "quantity": 1, "unit_price": 100}], currency="EUR")
    ledger.hubspot_payment("hp", "200.00", "1", currency="EUR")
    verdicts = ledger.night()
    assert failing(verdicts) == {"invoice:-:17003": "CUR_MISMATCH", "invoice:2:-": "CUR_MISMATCH"}
    told = {each.record_key: each.slots for each in verdicts if each.code == "CUR_MISMATCH"}
    assert (told["invoice:2:-"]["currency"], told["invoice:2:-"]["expected"]) == ("EUR", "USD")
    assert told["invoice:-:17003"]["currency"] == "CAD"
    booked = next(row for row in ledger.rows("invoices", QB) if row["currency"] == "EUR")
    assert (booked["total"], booked["balance"]) == (D(500), D(300))
    assert ledger.rows("payments", QB)[0]["currency"] == "EUR"


@pytest.mark.rule("CUR_HOME_UNKNOWN", "D74")
def test_without_a_home_currency_nothing_leaves_hubspot() -> None:
    """D74: nobody could say whether amounts mean the same, so each invoice is BLOCKED and nothing is planned."""
    ledger = shop(situation(replace(COMPANY, home_currency=None)))
    ledger.hubspot_invoice("1", ["h1"], [{"sku": "W-1", "quantity": 1, "unit_price": 100}])
    (verdict,) = [each for each in ledger.night() if each.entity is Entity.INVOICE]
    assert (verdict.code, verdict.operations) == ("CUR_HOME_UNKNOWN", ())


def british(**tax: Any) -> Ledger:
    """A company that uses VAT, with the portal's rates at 20, 0 and 5 per cent."""
    rates = {name: {"percent": D(percent), "name": name} for name, percent in (("g20", 20), ("g0", 0), ("g5", 5))}
    now = situation(
        replace(COMPANY, country="GB", home_currency="GBP", uses_sales_tax=True),
        replace(PORTAL, currencies=("GBP",), tax_rates=rates),
        timezone="Europe/London",
        tax=tax or {"hs_invoice_with_tax": "map", "map": {"g20": "tc20", "g0": "tc0"}},
    )
    ledger = shop(now)
    ledger.taxes = {"tc20": 20, "tc0": 0, "tc5": 5}  # type: ignore[attr-defined]
    ledger.con.execute("UPDATE customers SET currency = 'GBP'")
    return ledger


def sale(*rates: str | None) -> list[dict[str, Any]]:
    """A widget, and with a second rate a gadget."""
    lines = [("W-1", 100), ("G-1", 50)] if len(rates) > 1 else [("W-1", 100)]
    return [
        {"sku": sku, "quantity": 1, "unit_price": price, "tax_code": rate}
        for (sku, price), rate in zip(lines, rates, strict=True)
    ]


@pytest.mark.rule("A14", "A15", "D68", "D69", "N14", "N17", "H15")
def test_vat_by_map_all_or_nothing() -> None:
    """S07: every line's rate has a code or nothing is sent; the books' own tax figure is carried to the mirror."""
    ledger = british()
    ledger.quickbooks_invoice(
        "7005", "c1", [{"item_id": "w", "name": "Widget", "quantity": 1, "unit_price": "1.12", "tax_code": "tc20"}] * 3,
        tax=D("0.67"), currency="GBP", tax_mode="TaxExcluded",
    )  # fmt: skip
    ledger.hubspot_invoice("1", ["h1"], sale("g20", "g0"), currency="GBP", tax=D(20))
    ledger.hubspot_invoice("2", ["h1"], sale("g5"), currency="GBP", tax=D(5))
    ledger.hubspot_invoice("3", ["h1"], sale(None), currency="GBP")
    ledger.hubspot_invoice("4", ["h1"], sale("g20", "g5"), currency="GBP", tax=D("22.50"))
    verdicts = ledger.night()
    assert failing(verdicts) == {
        "invoice:2:-": "TAX_RATE_UNMAPPED",
        "invoice:3:-": "TAX_CODE_REQUIRED",
        "invoice:4:-": "TAX_RATE_UNMAPPED",
    }
    assert {each.slots["rate"] for each in verdicts if each.code == "TAX_RATE_UNMAPPED"} == {"5 %"}
    booked = next(row for row in ledger.rows("invoices", QB) if row["number"] == "INV-1")
    assert (booked["total"], booked["tax"]) == (D(170), D(20))
    mirror = next(row for row in ledger.rows("invoices", HS) if row["number"] == "7005")
    assert (mirror["total"], mirror["qbo_tax"]) == (D("4.03"), D("0.67"))
    ledger.situation = british(hs_invoice_with_tax="map", map={"g20": "tc20", "g0": "tc0", "g5": "tc5"}).situation
    ledger.due_all()
    assert failing(ledger.night()) == {"invoice:3:-": "TAX_CODE_REQUIRED"}
    assert sorted(row["total"] for row in ledger.rows("invoices", QB)) == [D("4.03"), D(105), D(170), D("172.50")]


@pytest.mark.rule("A14", "D70", "N14")
def test_tax_on_a_hubspot_invoice_is_refused_by_default() -> None:
    """A14: without a map a HubSpot invoice with tax is not sent."""
    ledger = british(hs_invoice_with_tax="reject")
    ledger.hubspot_invoice("1", ["h1"], sale("g20"), currency="GBP", tax=D(20))
    assert failing(ledger.night()) == {"invoice:1:-": "TAX_UNSUPPORTED_ON_HS_INVOICE"}


@pytest.mark.rule("H14", "TAX_POLICY_MISSING", "N14")
@pytest.mark.parametrize(
    ("policy", "taxable", "code"),
    [(None, True, "TAX_POLICY_MISSING"), (None, False, "OPS_UNCHANGED"), ("send_non", True, "OPS_UNCHANGED")],
)
def test_an_untaxed_invoice_in_a_taxing_company_wants_a_decision(policy: str | None, taxable: bool, code: str) -> None:
    """H14: unless a person chose, an untaxed HubSpot invoice with taxable item and customer waits."""
    rules = {"us_untaxed_hs_invoice": policy} if policy else {"us_untaxed_hs_invoice": None}
    ledger = shop(situation(replace(COMPANY, uses_sales_tax=True), tax=rules))
    ledger.con.execute("UPDATE customers SET taxable = ?", [taxable])
    ledger.hubspot_invoice("1", ["h1"], sale(None))
    assert [each.code for each in ledger.night()] == [code]


@pytest.mark.rule("A25", "A40", "N11", "H21", "H22")
def test_jobs_bill_to_their_parents_contact_and_a_merge_moves_the_mirror() -> None:
    """S10: a job's invoice shows its parent's contact; a mirror follows CustomerRef to the survivor of a merge."""
    ledger = Ledger(situation(invoices={"direction": "quickbooks_to_hubspot"}))
    ledger.customer("cA", "ha")
    ledger.customer("cB", "hb")
    ledger.customer("cJ", parent_id="cA", display_name="Warehouse roof")
    ledger.customer("cK", parent_id="cJ", display_name="Gutter")
    ledger.item("w", "W-1", "pw")
    for number, customer in (("10002", "cB"), ("10003", "cJ"), ("10004", "cK")):
        ledger.quickbooks_invoice(
            number, customer, [{"item_id": "w", "name": "Widget", "quantity": 1, "unit_price": 100}]
        )
    assert failing(ledger.night()) == {}
    contacts = {row["number"]: row["contact_ids"] for row in ledger.rows("invoices", HS)}
    assert contacts == {"10002": ["hb"], "10003": ["ha"], "10004": ["ha"]}
    ledger.change("invoices", QB, "10002", customer_id="cA")
    assert failing(ledger.night()) == {}
    assert ledger.rows("invoices", HS, number="10002")[0]["contact_ids"] == ["ha"]
    ledger.due_all()
    ledger.night()
    assert ledger.writes == []


@pytest.mark.rule("D50", "D51", "1.36")
def test_an_invoice_waits_for_a_parent_in_trouble_and_names_it() -> None:
    """D51: a failing customer or item makes the invoice wait; one that will never come fails it."""
    ledger = shop()
    ledger.customer("bad")
    ledger.customer("out")
    ledger.item("dup", "D-1")
    ledger.verdict(Entity.CUSTOMER, QB, "bad", "ID_EMAIL_SHARED")
    ledger.verdict(Entity.PRODUCT, QB, "dup", "ITM_SKU_DUPLICATE")
    for number, customer, item in (("1", "bad", "w"), ("2", "out", "w"), ("3", "c1", "dup")):
        ledger.quickbooks_invoice(number, customer, [{"item_id": item, "name": "x", "quantity": 1, "unit_price": 1}])
    verdicts = {each.quickbooks_id: each for each in ledger.night()}
    assert {key: each.code for key, each in verdicts.items()} == {
        "1": "INV_WAITING_PARENT",
        "2": "INV_CUSTOMER_UNRESOLVED",
        "3": "INV_WAITING_PARENT",
    }
    assert "bad" in verdicts["1"].slots["parent"]
    assert "dup" in verdicts["3"].slots["parent"]


@pytest.mark.rule("A27", "A76", "D38", "1.15")
def test_the_billed_contact_is_the_linked_one_or_nobody() -> None:
    """A76: of several contacts the linked one is billed; two linked ones without a label are not guessed between."""
    ledger = shop()
    ledger.customer("c2", "h2")
    ledger.contact("h3")
    ledger.hubspot_invoice("1", ["h3", "h1"], sale(None))
    ledger.hubspot_invoice("2", ["h2", "h1"], sale(None))
    assert failing(ledger.night()) == {"invoice:2:-": "ID_AMBIGUOUS_BILLING_CONTACT"}
    assert ledger.rows("invoices", QB)[0]["customer_id"] == "c1"
