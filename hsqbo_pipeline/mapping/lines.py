"""Lines of an invoice between the two APIs' shapes, every amount the same to the cent.

One rounding rule: a line's amount is quantity times unit price, rounded half up to the cent once, at the end. Where a
product falls exactly between two cents the two systems may disagree, so such a line is sent with its amount alone.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from hsqbo_pipeline.model.money import plain

Row = Mapping[str, Any]
Terms = tuple[Decimal, Decimal]  # quantity, unit price

CENT = Decimal("0.01")
ZERO = Decimal(0)
_HUNDRED = Decimal(100)
# QuickBooks documents ten digits before and five after the point for amounts; unit prices are known to keep seven.
_PRICE_DECIMALS = 7
LONGEST_DESCRIPTION = 4000
LONGEST_NAME = 255

# Kinds of a typed line that carry money of their own; a group's or subtotal's figure repeats that of other lines.
CHARGES = frozenset({"item", "shipping"})


def cents(value: Decimal) -> Decimal:
    """Rounded half up to the cent."""
    return value.quantize(CENT, rounding=ROUND_HALF_UP)


def money(value: Decimal) -> str:
    """An amount with its two decimals."""
    return format(cents(value), "f")


def comes_to(terms: Terms, amount: Decimal) -> bool:
    """Whether quantity times price gives `amount` whichever way a half cent is rounded."""
    product = terms[0] * terms[1]
    return abs(product - amount) < CENT / 2


def terms_of(line: Row) -> Terms | None:
    """Quantity and unit price that give the line's amount, or None where only the amount can be told.

    A discount is worked into the price: as the exact net price where it has few enough decimals, else as the price less
    its share.
    """
    quantity, price, amount = line["quantity"], line["unit_price"], line["amount"]
    if quantity is None or price is None or amount is None or not quantity:
        return None
    candidates = (
        [(quantity, price)] if not _discounted(line) else [*_exact(quantity, amount), (quantity, _net_price(line))]
    )
    return next((terms for terms in candidates if comes_to(terms, amount)), None)


def _discounted(line: Row) -> bool:
    return bool(line.get("discount_percent")) or bool(line.get("discount_amount"))


def _exact(quantity: Decimal, amount: Decimal) -> Iterable[Terms]:
    step = Decimal(1).scaleb(-_PRICE_DECIMALS)
    price = (amount / quantity).quantize(step, rounding=ROUND_HALF_UP)
    if price * quantity == amount:
        yield quantity, Decimal(plain(price))


def _net_price(line: Row) -> Decimal:
    price: Decimal = line["unit_price"]
    if line.get("discount_percent"):
        price = price * (_HUNDRED - line["discount_percent"]) / _HUNDRED
    else:
        price -= line.get("discount_amount") or ZERO
    return price.quantize(Decimal(1).scaleb(-_PRICE_DECIMALS), rounding=ROUND_HALF_UP)


def terms_in_words(line: Row) -> str:
    """What the line's own quantity and price were, for a description where only the amount could be sent."""
    if line["quantity"] is None or line["unit_price"] is None:
        return ""
    text = f"{plain(line['quantity'])} × {plain(line['unit_price'])}"
    if line.get("discount_percent"):
        text += f", less {plain(line['discount_percent'])} %"
    elif line.get("discount_amount"):
        text += f", less {plain(line['discount_amount'])} each"
    return text


@dataclass(frozen=True)
class HubSpotLine:
    """What a mirror line shows: the properties, without its product (a reference) and its mark."""

    name: str
    description: str | None
    quantity: Decimal
    price: Decimal
    amount: Decimal
    sku: str | None

    def properties(self) -> dict[str, str]:
        """The properties of the line item."""
        found = {"name": self.name, "quantity": plain(self.quantity), "price": plain(self.price)}
        # A property that is left out is filled in from the product; a line of the books says what it says.
        return {**found, "hs_sku": self.sku or "", "description": self.description or ""}


def hubspot_line(line: Row, position: int) -> HubSpotLine:
    """A QuickBooks line as HubSpot shows it. The line's amount must not be negative (`is_negative`)."""
    amount = cents(line["amount"] or ZERO)
    description = line["description"]
    name = _mirror_name(line, position)
    if description == name and line["kind"] != "item":
        description = None
    terms = terms_of(line)
    if terms is not None and terms[0] > ZERO and terms[1] >= ZERO and amount == line["amount"]:
        return HubSpotLine(name, description, terms[0], terms[1], amount, line["sku"])
    words = terms_in_words(line) if terms is None and line["quantity"] and line["unit_price"] else ""
    described = " ".join(part for part in (description, f"({words})" if words else "") if part) or None
    return HubSpotLine(name, described, Decimal(1), amount, amount, line["sku"])


def _mirror_name(line: Row, position: int) -> str:
    named = line["name"] or ("Shipping" if line["kind"] == "shipping" else line["description"])
    return " ".join(str(named or f"Line {position}").split())[:LONGEST_NAME]


def is_negative(line: Row) -> bool:
    """Whether HubSpot would refuse the line: a price below zero is the only way it could carry a negative amount."""
    return line["kind"] in CHARGES and (line["amount"] or ZERO) < ZERO


def quickbooks_line(
    line: Row, item: Any, *, named: bool = False, refs: Mapping[str, str] | None = None, service_date: str | None = None
) -> dict[str, Any]:
    """A HubSpot line as QuickBooks takes it; `item` is the item's id or the marker of one.

    `named` puts the line's own name into the description, for items that do not say what was sold. `refs` are further
    references of the line (TaxCodeRef, ClassRef) by name.
    """
    detail: dict[str, Any] = {"ItemRef": {"value": item}}
    terms = terms_of(line)
    if terms is not None:
        detail |= {"Qty": terms[0], "UnitPrice": terms[1]}
    detail |= {name: {"value": value} for name, value in (refs or {}).items()}
    if service_date is not None:
        detail["ServiceDate"] = service_date
    body: dict[str, Any] = {
        "Amount": line["amount"],
        "DetailType": "SalesItemLineDetail",
        "SalesItemLineDetail": detail,
    }
    description = sent_description(line, named=named)
    if description:
        body["Description"] = description
    return body


def sent_description(line: Row, *, named: bool) -> str | None:
    """What a HubSpot line is called in QuickBooks, with its quantity and price where only the amount could be sent."""
    description = line["description"] or (line["name"] if named else None)
    words = terms_in_words(line) if terms_of(line) is None else ""
    return " ".join(part for part in (description, f"({words})" if words else "") if part) or None


def discount_line(amount: Decimal, account: str | None) -> dict[str, Any]:
    """An order discount as QuickBooks takes it: a positive amount on the company's discount account."""
    detail: dict[str, Any] = {"PercentBased": False}
    if account is not None:
        detail["DiscountAccountRef"] = {"value": account}
    return {"Amount": amount, "DetailType": "DiscountLineDetail", "DiscountLineDetail": detail}


def charges(lines: Iterable[Row]) -> Decimal:
    """What the lines of an invoice add up to before its discount and tax."""
    return sum((line["amount"] or ZERO for line in lines if line["kind"] in CHARGES), start=ZERO)


def discounts(lines: Iterable[Row]) -> Decimal:
    """What discount lines take off, as a positive amount."""
    return sum((abs(line["amount"] or ZERO) for line in lines if line["kind"] == "discount"), start=ZERO)
