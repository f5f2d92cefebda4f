"""A company of any size from a seed: N customers a side, products and invoices in proportion, three quarters in common.

Per 20 customers there are 2 products and 5 invoices a side. The systems share customers by e-mail and products by SKU;
their invoices are their own. The same N and seed always give the same records.
"""

from __future__ import annotations

import random
from datetime import date, timedelta
from decimal import Decimal
from itertools import islice
from itertools import product as pairs

from hsqbo_pipeline.sandbox.books.book import Book, Customer, Invoice, Line, Product

LAST_DAY = date(2026, 11, 20)
DAYS = 330
_OWN = 0.25
_FIRST = (
    "Ada", "Bram", "Chiara", "Dao", "Emeka", "Freya", "Goran", "Hana", "Imre", "Jaya", "Kofi", "Lena", "Mateo", "Noor",
    "Olga", "Pavel", "Quinn", "Rosa", "Selim", "Tove", "Uma", "Viktor", "Wren", "Xenia", "Yusuf", "Zoë",
)  # fmt: skip
_LAST = (
    "Almgren", "Brook", "Castell", "Duarte", "Ekwall", "Farrow", "Gáspár", "Hollis", "Ivers", "Jarvi", "Kemble", "Lundt",
    "Marchetti", "Nakata", "Orlov", "Pryce", "Quill", "Rastogi", "Sundqvist", "Tamm", "Usher", "Vance", "Weir", "Yates",
)  # fmt: skip
_CITIES = (
    ("Boston", "MA"),
    ("Denver", "CO"),
    ("Austin", "TX"),
    ("Portland", "OR"),
    ("Madison", "WI"),
    ("Tucson", "AZ"),
)
_KINDS = ("Bracket", "Filter", "Hinge", "Lamp", "Panel", "Pump", "Shelf", "Valve")
_MAKES = ("Alder", "Birch", "Cedar", "Dogwood", "Elm", "Fir", "Hazel", "Juniper")


def generate(records: int, system: str, seed: int = 7) -> Book:
    """The book of one system. Raises ValueError for fewer than one record."""
    if records < 1:
        raise ValueError(f"--records takes a number from 1, not {records}")
    dice = random.Random(seed if system == "quickbooks" else seed + 1)
    customers = {each.number: each for each in islice(_customers(records, system), records)}
    products = {each.sku: each for each in _products(max(records // 10, 2), system)}
    numbers, skus = list(customers), list(products.values())
    prefix = "Q" if system == "quickbooks" else "INV-H"
    made = (_invoice(f"{prefix}{place + 1:07d}", dice, numbers, skus) for place in range(max(records // 4, 1)))
    return Book(customers, products, {each.number: each for each in made})


def _mark(place: int, total: int, system: str) -> str:
    """What tells this system's own records from those that both have: "" for the shared three quarters."""
    return "" if place < total * (1 - _OWN) else system[0]


def _customers(total: int, system: str) -> list[Customer]:
    names = list(pairs(_FIRST, _LAST))
    found = []
    for place in range(total):
        first, last = names[place % len(names)]
        mark = _mark(place, total, system)
        city, state = _CITIES[place % len(_CITIES)]
        serial = f"{mark}{place + 1:06d}"
        found.append(
            Customer(
                serial,
                first,
                f"{last} {serial}",
                "",
                f"customer{serial}@example.com",
                f"555-{place % 10_000:04d}",
                f"{place % 900 + 1} Station Road",
                city,
                state,
                f"{place % 90_000 + 10_000}",
                "USA",
            )
        )
    return found


def _products(total: int, system: str) -> list[Product]:
    kinds = list(pairs(_MAKES, _KINDS))
    found = []
    for place in range(total):
        make, kind = kinds[place % len(kinds)]
        serial = f"{_mark(place, total, system)}{place + 1:05d}".upper()
        price = Decimal(place % 400 * 25 + 499) / 100
        found.append(Product(f"P-{serial}", f"{make} {kind} {serial}", f"{kind} of the {make} series", price, None))
    return found


def _invoice(number: str, dice: random.Random, customers: list[str], products: list[Product]) -> Invoice:
    day = LAST_DAY - timedelta(days=dice.randrange(DAYS))
    lines = []
    for place in range(dice.randint(1, 3)):
        product = products[dice.randrange(len(products))]
        quantity = Decimal(dice.randint(1, 5))
        lines.append(
            Line(place + 1, product.sku, product.name, quantity, product.price, Decimal(0), quantity * product.price)
        )
    total = sum((line.amount for line in lines), Decimal(0))
    customer = customers[dice.randrange(len(customers))]
    return Invoice(number, customer, day, day + timedelta(days=30), "USD", Decimal(0), Decimal(0), total, lines)
