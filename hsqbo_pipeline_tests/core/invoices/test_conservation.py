"""Whatever an invoice holds, its sums are the same on both sides to the cent, or it is refused with a code."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hsqbo_pipeline.mapping.lines import cents, comes_to, hubspot_line, is_negative, terms_of
from hsqbo_pipeline.model.codes import CODES, State
from hsqbo_pipeline.model.names import System
from hsqbo_pipeline_tests.core.ledger import COMPANY, PORTAL, Ledger, situation

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


def two_currencies() -> Ledger:
    """A company and a portal with dollars and euros, a customer for each."""
    ledger = Ledger(situation(replace(COMPANY, multi_currency=True), replace(PORTAL, currencies=("USD", "EUR"))))
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


@pytest.mark.rule("E2", "H16", "H25", "D64", "D54")
@MANY
@given(
    st.lists(
        st.tuples(sold_lines(), st.sampled_from(["USD", "EUR"]), st.sampled_from([D(0), D("0.01"), D("-0.01")])),
        min_size=1,
        max_size=8,
    )
)
def test_the_books_get_what_hubspot_billed_or_nothing(documents: list[Any]) -> None:
    """Any HubSpot invoice: booked to the cent line by line, or refused with a code and not sent."""
    ledger = two_currencies()
    for number, (lines, currency, off) in enumerate(documents):
        total = sum((line["amount"] for line in lines), start=D(0)) + off
        ledger.hubspot_invoice(f"{number}", [f"h-{currency}"], lines, currency=currency, total=cents(total))
    codes = {each.hubspot_id: each for each in ledger.night() if each.entity == "invoice"}
    booked = {row["number"]: row for row in ledger.rows("invoices", QB)}
    for sold in ledger.rows("invoices", HS):
        found = booked.get(sold["number"])
        if found is None:
            verdict = codes[sold["id"]]
            assert CODES[verdict.code].state_of(verdict.slots) is State.FAILING
            continue
        amounts_sold = [line["amount"] for line in ledger.rows("invoice_lines", HS, invoice_id=sold["id"])]
        assert [line["amount"] for line in ledger.rows("invoice_lines", QB, invoice_id=found["id"])] == amounts_sold
        assert found["total"] == sold["total"]


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
