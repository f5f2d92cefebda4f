"""Whatever an invoice holds, its sums are the same on both sides to the cent, or it is refused with a code."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hsqbo_pipeline.core.decisions import Situation
from hsqbo_pipeline.mapping.lines import cents, comes_to, hubspot_line, is_negative, terms_of
from hsqbo_pipeline.model.codes import CODES, State
from hsqbo_pipeline.model.names import System
from hsqbo_pipeline_tests.core.ledger import COMPANY, PORTAL, Ledger, failing, situation

D = Decimal
HS, QB = System.HUBSPOT, System.QUICKBOOKS
MANY = settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])

quantities = st.decimals("-5", "500", places=7, allow_nan=False, allow_infinity=False) | st.integers(0, 50).map(D)
prices = (
    st.decimals("-20", "2000", places=7, allow_nan=False, allow_infinity=False)
    | st.integers(0, 900).map(D)
    | st.sampled_from([D("0.005"), D("19.99"), D("0.125")])
)
amounts = st.decimals("0", "900", places=2, allow_nan=False, allow_infinity=False)


@st.composite
def booked_lines(draw: st.DrawFn) -> list[dict[str, Any]]:
    """Lines as QuickBooks holds them: items whose amount is quantity × price or stands alone, shipping, texts, discounts."""
    found: list[dict[str, Any]] = []
    for _ in range(draw(st.integers(1, draw(st.sampled_from([3, 12, 200]))))):
        kind = draw(st.sampled_from(["item"] * 6 + ["alone", "shipping", "description", "discount"]))
        if kind == "item":
            quantity, price = draw(quantities), draw(prices)
            found.append(
                {
                    "item_id": "w",
                    "name": "Widget",
                    "quantity": quantity,
                    "unit_price": price,
                    "amount": cents(quantity * price),
                }
            )
        elif kind == "alone":
            found.append({"item_id": "g", "name": "Gadget", "amount": draw(amounts)})
        elif kind == "description":
            found.append({"kind": kind, "description": draw(st.sampled_from(["Thank you", "Terms apply"]))})
        else:
            found.append({"kind": kind, "name": None, "amount": draw(amounts)})
    return found


@st.composite
def sold_lines(draw: st.DrawFn) -> list[dict[str, Any]]:
    """Lines as HubSpot holds them: given back too, with discounts in money or per cent, rounded half up to the cent."""
    found = []
    for _ in range(draw(st.integers(1, draw(st.sampled_from([3, 12, 200]))))):
        quantity, price = draw(quantities), abs(draw(prices))
        percent = draw(st.none() | st.sampled_from([D(10), D("12.5"), D("33.3333")]))
        each = None if percent else draw(st.none() | st.sampled_from([D("0.01"), D("0.3333")]))
        net = quantity * price * (100 - percent) / 100 if percent else quantity * (price - (each or 0))
        found.append({
            "sku": draw(st.sampled_from(["W-1", "G-1", None])), "name": "thing", "quantity": quantity, "unit_price": price,
            "discount_percent": percent, "discount_amount": each, "amount": cents(net),
        })  # fmt: skip
    return found


def two_currencies(now: Situation | None = None) -> Ledger:
    """A company and a portal with dollars and euros, a customer for each."""
    plain = situation(replace(COMPANY, multi_currency=True), replace(PORTAL, currencies=("USD", "EUR")))
    ledger = Ledger(now or plain)
    ledger.customer("USD", "h-USD")
    ledger.customer("EUR", "h-EUR", currency="EUR")
    ledger.item("w", "W-1", "pw", name="Widget")
    ledger.item("g", "G-1", "pg", name="Gadget")
    return ledger


@pytest.mark.rule("E2", "N14", "H16", "H25", "D64", "D101", "N1", "N2")
@MANY
@given(
    st.lists(
        st.tuples(
            booked_lines(), st.sampled_from(["USD", "EUR", "CAD"]), amounts, st.integers(0, 100), st.integers(0, 100)
        ),
        min_size=1,
        max_size=8,
    )
)
def test_a_mirror_says_what_the_books_say_or_nothing(documents: list[Any]) -> None:
    """Any QuickBooks invoice, with tax, payment and credit: mirrored to the cent, or refused with a code and not made."""
    ledger = two_currencies()
    for number, (lines, currency, tax, paid, credited) in enumerate(documents):
        key = f"i{number}"
        ledger.quickbooks_invoice(key, "EUR" if currency == "EUR" else "USD", lines, currency=currency, tax=tax)
        total = ledger.rows("invoices", QB, id=key)[0]["total"]
        if total > 0:
            part = cents(total * paid / 100)
            ledger.quickbooks_payment(
                f"p{number}",
                "EUR" if currency == "EUR" else "USD",
                str(part),
                {key: str(part)} if part else {},
                currency=currency,
            )
            rest = cents((total - part) * credited / 100)
            if rest:
                ledger.quickbooks_payment(
                    f"c{number}", "USD", str(rest), {key: str(rest)}, kind="credit_memo", currency=currency
                )
    codes = {each.quickbooks_id: each for each in ledger.night() if each.entity == "invoice"}
    shown = {row["number"]: row for row in ledger.rows("invoices", HS)}
    for booked in ledger.rows("invoices", QB):
        verdict = codes[booked["id"]]
        mirror = shown.get(booked["id"])
        if mirror is None:
            assert CODES[verdict.code].state_of(verdict.slots) is State.FAILING
            continue
        lines = sum((line["amount"] for line in ledger.rows("invoice_lines", HS, invoice_id=mirror["id"])), start=D(0))
        less = sum(
            (line["amount"] for line in ledger.rows("invoice_lines", QB, invoice_id=booked["id"], kind="discount")),
            start=D(0),
        )
        assert lines - less + booked["tax"] == mirror["total"] == booked["total"]
        assert (mirror["qbo_balance"], mirror["qbo_tax"]) == (booked["balance"], booked["tax"])
        cash = sum(
            (row["amount"] for row in ledger.rows("payments", HS) if (row["mark"] or "").endswith(f":{booked['id']}")),
            start=D(0),
        )
        assert booked["total"] - cash - mirror["qbo_credits"] == booked["balance"]


RATES = {"g0": D(0), "g5": D(5), "g20": D(20), "g8": D("8.875")}


@st.composite
def sales(draw: st.DrawFn) -> dict[str, Any]:
    """A HubSpot invoice: lines, a discount on the whole in money or per cent, tax rounded by line or at the end, a cent off."""
    lines = draw(sold_lines())
    rates = draw(st.sampled_from([(None,), ("g20",), ("g20", "g0"), ("g20", "g5", "g8"), ("g20", None), ("g9",)]))
    for line in lines:
        line["tax_code"] = draw(st.sampled_from(rates))
    charged = sum((line["amount"] for line in lines), start=D(0))
    type_, value = draw(
        st.sampled_from([("FIXED", D(0)), ("FIXED", D("3.33")), ("PERCENT", D(10)), ("PERCENT", D("33.3333"))])
    )
    less = cents(charged * value / 100) if type_ == "PERCENT" else value
    taxes = [line["amount"] * RATES.get(line["tax_code"] or "", D(0)) / 100 for line in lines]
    by_line = draw(st.booleans())
    tax = sum((cents(each) for each in taxes), start=D(0)) if by_line else cents(sum(taxes, start=D(0)))
    off = draw(st.sampled_from([D(0)] * 4 + [D("0.01"), D("-0.01")]))
    return {
        "lines": lines, "currency": draw(st.sampled_from(["USD", "EUR"])), "discount": (type_, value, less), "tax": tax,
        "total": charged - less + tax + off,
    }  # fmt: skip


def with_tax(country: str) -> Ledger:
    """The same two currencies in a company that keeps tax; QuickBooks works it out itself, rounded once for the invoice."""
    company = replace(COMPANY, country=country, multi_currency=True, uses_sales_tax=True)
    rates = {rate: {"percent": percent} for rate, percent in RATES.items()}
    portal = replace(PORTAL, currencies=("USD", "EUR"), tax_rates=rates)
    mapped = {"hs_invoice_with_tax": "map", "map": {rate: rate.upper() for rate in RATES}}
    ledger = two_currencies(situation(company, portal, tax=mapped))
    ledger.taxes = {rate.upper(): percent for rate, percent in RATES.items()}  # type: ignore[attr-defined]
    ledger.missed = set()  # type: ignore[attr-defined]
    return ledger


@pytest.mark.rule("E2", "N14", "H16", "H25", "D64", "D54", "D66", "D68", "D69")
@MANY
@given(st.sampled_from(["US", "GB"]), st.lists(sales(), min_size=1, max_size=8))
def test_the_books_get_what_hubspot_billed_or_nothing(country: str, documents: list[Any]) -> None:
    """Any HubSpot invoice: booked to the cent line by line, or refused with a code and not sent. Where QuickBooks works its tax
    out to another cent, the writer is told what the total must be, and every later night tells the difference."""
    ledger = with_tax(country)
    for number, sold in enumerate(documents):
        type_, value, less = sold["discount"]
        more = {name: sold[name] for name in ("currency", "tax", "total")}
        ledger.hubspot_invoice(f"{number}", [f"h-{sold['currency']}"], sold["lines"], discount=less, **more)
        if value:
            ledger.adjust(f"{number}", "discounts", type_, value)
    codes = {each.hubspot_id: each for each in ledger.night() if each.entity == "invoice"}
    ledger.due_all()
    told = failing(ledger.night())
    booked = {row["number"]: row for row in ledger.rows("invoices", QB)}
    for sold in ledger.rows("invoices", HS):
        found, verdict = booked.get(sold["number"]), codes[sold["id"]]
        if found is None:
            assert CODES[verdict.code].state_of(verdict.slots) is State.FAILING
            continue
        lines = ledger.rows("invoice_lines", QB, invoice_id=found["id"])
        amounts_sold = [line["amount"] for line in ledger.rows("invoice_lines", HS, invoice_id=sold["id"])]
        assert [line["amount"] for line in lines if line["kind"] == "item"] == amounts_sold
        assert [line["amount"] for line in lines if line["kind"] == "discount"] == [sold["discount"]] * bool(
            sold["discount"]
        )
        if found["total"] != sold["total"]:
            assert verdict.operations[0].operation_id in ledger.missed  # type: ignore[attr-defined]
            assert told[f"invoice:{sold['id']}:{found['id']}"] == "TAX_VARIANCE"


@pytest.mark.rule("H16", "H25")
@given(quantities, prices, st.none() | st.decimals("0", "100", places=3), st.decimals("-900", "900", places=2))
def test_terms_come_to_the_amount_whichever_way_a_half_cent_is_rounded(
    quantity: Decimal, price: Decimal, percent: Decimal | None, amount: Decimal
) -> None:
    """Quantity and price are sent only where they give the amount without doubt; a mirror line always shows it exactly."""
    line = {
        "kind": "item", "quantity": quantity, "unit_price": price, "amount": amount, "discount_percent": percent, "discount_amount": None,
        "name": "x", "description": None, "sku": None,
    }  # fmt: skip
    terms = terms_of(line)
    if terms is not None:
        assert comes_to(terms, amount)
        assert abs(terms[0] * terms[1] - amount) < D("0.005")
    if not is_negative(line):
        shown = hubspot_line(line, 1)
        assert shown.price >= 0
        assert cents(shown.quantity * shown.price) == shown.amount == amount
