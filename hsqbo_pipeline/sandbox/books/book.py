"""A book: customers, products, invoices with lines, payments; whole, or refused with the place of its mistake."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from pathlib import Path

from hsqbo_pipeline.sandbox.books.cells import Row, rows

_CUSTOMERS = (
    "customer_no",
    "first_name",
    "last_name",
    "company",
    "email",
    "phone",
    "address",
    "city",
    "state",
    "postal_code",
    "country",
)
_PRODUCTS = ("sku", "name", "description", "price", "cost")
_INVOICES = (
    "invoice_no",
    "customer_no",
    "invoice_date",
    "due_date",
    "currency",
    "subtotal",
    "tax",
    "shipping",
    "total",
)
_LINES = ("invoice_no", "line_no", "sku", "description", "quantity", "unit_price", "discount", "amount")
_PAYMENTS = ("payment_no", "invoice_no", "payment_date", "amount", "method", "reference")
_ZERO = Decimal(0)


@dataclass(frozen=True, slots=True)
class Customer:
    """Texts are "" where the book says nothing."""

    number: str
    first_name: str
    last_name: str
    company: str
    email: str
    phone: str
    address: str
    city: str
    state: str
    postal_code: str
    country: str

    @property
    def name(self) -> str:
        """What the customer is called: the person, else the company, else the number."""
        return " ".join(part for part in (self.first_name, self.last_name) if part) or self.company or self.number


@dataclass(frozen=True, slots=True)
class Product:
    """`cost` is None where the book knows none."""

    sku: str
    name: str
    description: str
    price: Decimal
    cost: Decimal | None


@dataclass(frozen=True, slots=True)
class Line:
    """`discount` is a share of the line: 0.1 is 10 %. `sku` is "" for a line that names no product."""

    number: int
    sku: str
    description: str
    quantity: Decimal
    unit_price: Decimal
    discount: Decimal
    amount: Decimal


@dataclass(frozen=True, slots=True)
class Payment:
    """Money received for one invoice."""

    number: str
    invoice: str
    day: date
    amount: Decimal
    method: str
    reference: str


@dataclass(slots=True)
class Invoice:
    """An invoice with its lines in order and the payments made on it."""

    number: str
    customer: str
    day: date
    due: date
    currency: str
    tax: Decimal
    shipping: Decimal
    total: Decimal
    lines: list[Line] = field(default_factory=list)
    payments: list[Payment] = field(default_factory=list)

    @property
    def paid(self) -> bool:
        """Whether its payments cover it."""
        return bool(self.payments) and sum((each.amount for each in self.payments), _ZERO) >= self.total


@dataclass
class Book:
    """A company's business. Keys are the book's own numbers."""

    customers: dict[str, Customer]
    products: dict[str, Product]
    invoices: dict[str, Invoice]
    begins: date = field(init=False)
    """The day of the first invoice; today where there is none."""
    _customer_days: dict[str, date] = field(init=False)
    _product_days: dict[str, date] = field(init=False)

    def __post_init__(self) -> None:
        self.begins = min((each.day for each in self.invoices.values()), default=datetime.now(UTC).date())
        self._customer_days, self._product_days = {}, {}
        for invoice in self.invoices.values():
            _earliest(self._customer_days, invoice.customer, invoice.day)
            for line in invoice.lines:
                _earliest(self._product_days, line.sku, invoice.day)

    def customer_made(self, number: str) -> datetime:
        """When a customer came into the books: the day of its first invoice, else the day before they begin."""
        return midnight(self._customer_days.get(number, self.begins - timedelta(days=1)))

    def product_made(self, sku: str) -> datetime:
        """When a product came into the books: the day of its first line, else the day before they begin."""
        return midnight(self._product_days.get(sku, self.begins - timedelta(days=1)))


def _earliest(days: dict[str, date], key: str, day: date) -> None:
    if key not in days or day < days[key]:
        days[key] = day


def midnight(day: date) -> datetime:
    """00:00 UTC of a day."""
    return datetime.combine(day, time(), UTC)


def read(folder: Path) -> Book:
    """The book in a folder. Raises BookError naming file, line, field and value of the first mistake."""
    customers = {each.number: each for each in _customers(folder)}
    products = {each.sku: each for each in _products(folder)}
    invoices = _invoices(folder, customers)
    _lines(folder, invoices, products)
    _payments(folder, invoices)
    return Book(customers, products, invoices)


def _customers(folder: Path) -> list[Customer]:
    found, seen = [], set[str]()
    for row in rows(folder, "customers.csv", _CUSTOMERS):
        number = _new(row, "customer_no", seen)
        found.append(Customer(number, *(row.text(name) for name in _CUSTOMERS[1:])))
    return found


def _products(folder: Path) -> list[Product]:
    found, seen = [], set[str]()
    for row in rows(folder, "products.csv", _PRODUCTS):
        cost = row.number("cost") if row.text("cost") else None
        sku = _new(row, "sku", seen)
        found.append(Product(sku, row.needed("name"), row.text("description"), row.number("price", _ZERO), cost))
    return found


def _invoices(folder: Path, customers: dict[str, Customer]) -> dict[str, Invoice]:
    found: dict[str, Invoice] = {}
    seen = set[str]()
    for row in rows(folder, "invoices.csv", _INVOICES):
        number = _new(row, "invoice_no", seen)
        if row.text("customer_no") not in customers:
            raise row.wrong("customer_no", "customers.csv has no such customer")
        day = row.day("invoice_date")
        due = row.day("due_date") if row.text("due_date") else day + timedelta(days=30)
        tax, shipping = row.number("tax", _ZERO), row.number("shipping", _ZERO)
        currency = row.text("currency") or "USD"
        found[number] = Invoice(number, row.text("customer_no"), day, due, currency, tax, shipping, row.number("total"))
    return found


def _lines(folder: Path, invoices: dict[str, Invoice], products: dict[str, Product]) -> None:
    for row in rows(folder, "invoice_lines.csv", _LINES):
        invoice = _invoice_of(row, invoices)
        if row.text("sku") and row.text("sku") not in products:
            raise row.wrong("sku", "products.csv has no such SKU")
        discount = row.number("discount", _ZERO)
        if not 0 <= discount <= 1:
            raise row.wrong("discount", "must be a share from 0 to 1 (0.1 is 10 %)")
        line = Line(
            row.whole("line_no"), row.text("sku"), row.text("description"), row.number("quantity", Decimal(1)),
            row.number("unit_price"), discount, row.number("amount"),
        )  # fmt: skip
        invoice.lines.append(line)
    for invoice in invoices.values():
        invoice.lines.sort(key=lambda line: line.number)


def _payments(folder: Path, invoices: dict[str, Invoice]) -> None:
    seen = set[str]()
    for row in rows(folder, "payments.csv", _PAYMENTS):
        number, invoice = _new(row, "payment_no", seen), _invoice_of(row, invoices)
        if row.number("amount") <= 0:
            raise row.wrong("amount", "must be more than 0")
        day, amount = row.day("payment_date"), row.number("amount")
        invoice.payments.append(Payment(number, invoice.number, day, amount, row.text("method"), row.text("reference")))


def _invoice_of(row: Row, invoices: dict[str, Invoice]) -> Invoice:
    found = invoices.get(row.text("invoice_no"))
    if found is None:
        raise row.wrong("invoice_no", "invoices.csv has no such invoice")
    return found


def _new(row: Row, column: str, seen: set[str]) -> str:
    """The row's own number. Raises BookError if it is empty or was there before."""
    key = row.needed(column)
    if key in seen:
        raise row.wrong(column, "occurs twice")
    seen.add(key)
    return key
