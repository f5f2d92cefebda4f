"""Writes the sound part of the sample company into data/sandbox/: a book for each system, three quarters in common.

`python -m hsqbo_pipeline.sandbox.sample.make` writes the same bytes every time. What is wrong with the company's books
is written by hand, in data/sandbox/quirks.yaml.
"""

from __future__ import annotations

import csv
import random
from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

from hsqbo_pipeline.sandbox.sample.folder import FOLDER, LAST_DAY

SEED = 1124
SHARED = {"customers": 145, "products": 58, "invoices": 225}
OWN = {"customers": 42, "products": 13, "invoices": 60}
SYSTEMS = ("quickbooks", "hubspot")
TYPED_TWICE = 4
_FIRST = (
    "Adeline", "Bashir", "Cordelia", "Demba", "Elif", "Fabio", "Gwen", "Haruto", "Ingrid", "Jonas", "Katya", "Luís",
    "Maren", "Nils", "Oona", "Piotr", "Rhea", "Søren", "Tamsin", "Ulrik", "Vera", "Wanda", "Yannick", "Zuzana",
)  # fmt: skip
_LAST = (
    "Abernethy", "Birkeland", "Caruana", "Dvořák", "Eastwick", "Fennimore", "Groot", "Haldane", "Ibarra", "Jessop",
    "Kowal", "Lindqvist", "Mbeki-Lund", "Norden", "O'Dowd", "Pelletier", "Quist", "Rasch", "Stavros", "Thorn",
    "Ueda", "Vasarely", "Whitlock", "Yilmaz",
)  # fmt: skip
_FIRMS = ("Harbor", "Maple", "Ironbridge", "Bluebell", "Copper Kettle", "Northgate", "Sundial", "Riverbend")
_TRADES = ("Interiors", "Hotel", "Bakery", "Architects", "Studio", "Clinic", "Books", "Workshop")
_CITIES = (
    ("Portland", "ME", "04101"), ("Burlington", "VT", "05401"), ("Salem", "MA", "01970"), ("Albany", "NY", "12207"),
    ("Newport", "RI", "02840"), ("Concord", "NH", "03301"),
)  # fmt: skip
_SHAPES = ("Anchor", "Beacon", "Comet", "Drift", "Ember", "Fathom", "Gull", "Halo")
_KINDS = ("Desk Lamp", "Floor Lamp", "Pendant", "Sconce", "Lantern", "Shade", "Bulb Set", "Dimmer", "Repair Kit")

Row = dict[str, Any]


def main(folder: Path = FOLDER) -> None:
    """Write both books."""
    customers, products = _parts("customers", _customer), _parts("products", _product)
    for system in SYSTEMS:
        invoices, lines, payments = _sales(system, customers[system], products[system])
        book = {
            "customers": customers[system], "products": products[system], "invoices": invoices,
            "invoice_lines": lines, "payments": payments,
        }  # fmt: skip
        for name, rows in book.items():
            _write(folder / system / f"{name}.csv", rows)


def _parts(name: str, make: Any) -> Mapping[str, list[Row]]:
    """The shared rows and then each system's own."""
    total, own = SHARED[name], OWN[name]
    shared = [make(place) for place in range(total)]
    return {
        system: shared + [make(total + own * turn + place) for place in range(own)]
        for turn, system in enumerate(SYSTEMS)
    }


def _customer(place: int) -> Row:
    first, last = _FIRST[place % len(_FIRST)], _LAST[(place * 7 + place // len(_FIRST)) % len(_LAST)]
    firm = f"{_FIRMS[place % 8]} {_TRADES[place // 8 % 8]}" if place % 3 == 0 and place < 192 else ""
    city, state, code = _CITIES[place % len(_CITIES)]
    return {
        "customer_no": f"C{place + 1:03d}", "first_name": first, "last_name": last, "company": firm,
        "email": f"{_ascii(first)}.{_ascii(last)}{place + 1}@example.com", "phone": f"207-555-{place + 100:04d}",
        "address": f"{place + 1} Lighthouse Road", "city": city, "state": state, "postal_code": code, "country": "USA",
    }  # fmt: skip


def _ascii(name: str) -> str:
    plain = name.translate(str.maketrans("íøřáÝŘ", "iorayr"))
    return "".join(letter for letter in plain.lower() if letter.isascii() and letter.isalpha())


def _product(place: int) -> Row:
    shape, kind = _SHAPES[place % 8], _KINDS[place // 8 % 9]
    series = f"{shape} II" if place >= 72 else shape
    price = (Decimal(1450 + place * 375) / 100).quantize(Decimal("0.01"))
    cost = (price * Decimal("0.55")).quantize(Decimal("0.01"))
    sku = f"{shape[:2].upper()}{kind.split()[0][:2].upper()}-{place + 1:03d}"
    return {
        "sku": sku,
        "name": f"{series} {kind}",
        "description": f"{kind}, {series} series",
        "price": price,
        "cost": cost,
    }


def _sales(system: str, customers: list[Row], products: list[Row]) -> tuple[list[Row], list[Row], list[Row]]:
    """The shared invoices come from one stream of dice, so that both books hold the same."""
    total, own = SHARED["invoices"], OWN["invoices"]
    both, alone = random.Random(SEED), random.Random(f"{SEED}{system}")
    prefix = "FL-2" if system == "quickbooks" else "INV-5"
    invoices: list[Row] = []
    lines: list[Row] = []
    payments: list[Row] = []
    for place in range(total + own):
        shared = place < total
        number = f"FL-{1001 + place}" if shared else f"{prefix}{place - total:03d}"
        limits = (SHARED["customers"], SHARED["products"]) if shared else (len(customers), len(products))
        parts = _invoice(number, both if shared else alone, customers[: limits[0]], products[: limits[1]])
        invoices += parts[0]
        lines += parts[1]
        # Money is booked in QuickBooks; a few payments of shared invoices were typed into HubSpot as well.
        payments += parts[2] if system == "quickbooks" or not shared or place < TYPED_TWICE else []
    return invoices, lines, payments


def _invoice(number: str, dice: random.Random, customers: list[Row], products: list[Row]) -> tuple[list[Row], ...]:
    day = LAST_DAY - timedelta(days=dice.randrange(3, 310))
    lines = []
    for place in range(dice.randint(1, 4)):
        product, quantity = dice.choice(products), Decimal(dice.randint(1, 6))
        discount = Decimal("0.1") if dice.random() < 0.1 else Decimal(0)
        amount = (quantity * product["price"] * (1 - discount)).quantize(Decimal("0.01"))
        lines.append({
            "invoice_no": number, "line_no": place + 1, "sku": product["sku"], "description": product["name"],
            "quantity": quantity, "unit_price": product["price"], "discount": discount, "amount": amount,
        })  # fmt: skip
    total = sum(line["amount"] for line in lines)
    invoice = {
        "invoice_no": number, "customer_no": dice.choice(customers)["customer_no"], "invoice_date": day,
        "due_date": day + timedelta(days=30), "currency": "USD", "subtotal": total, "tax": 0, "shipping": 0, "total": total,
    }  # fmt: skip
    return [invoice], lines, _payments(number, day, total, dice)


def _payments(number: str, day: date, total: Decimal, dice: random.Random) -> list[Row]:
    """Two invoices in three are paid, every ninth in part."""
    chance, wait = dice.random(), dice.randint(2, 40)
    paid_on = min(day + timedelta(days=wait), LAST_DAY)
    if chance > 2 / 3:
        return []
    amount = (total / 2).quantize(Decimal("0.01")) if chance < 1 / 9 else total
    return [{
        "payment_no": f"P-{number}", "invoice_no": number, "payment_date": paid_on, "amount": amount,
        "method": "card" if wait % 2 else "check", "reference": f"R{number[-4:]}",
    }]  # fmt: skip


def _write(path: Path, rows: Iterable[Row]) -> None:
    listed = list(rows)
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(listed[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(listed)


if __name__ == "__main__":
    main()
