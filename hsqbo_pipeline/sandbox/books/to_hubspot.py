"""A book into HubSpot: contacts, products, billable invoices made there, their lines, and payments that succeeded."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from hsqbo_pipeline.sandbox.books.book import Book, Customer, Invoice, Line, Payment, midnight
from hsqbo_pipeline.sandbox.hubspot.portal import HubSpotPortal

Fields = dict[str, Any]
_METHODS = ("card", "ach", "cash", "check", "wire_transfer", "other", "sepa", "bacs", "pads")
_CENT = Decimal("0.01")


def load(portal: HubSpotPortal, book: Book) -> dict[str, str]:
    """Put the book in; return the id of each customer, product and invoice by its number in the book."""
    contacts = dict(zip(book.customers, portal.load("contacts", _contacts(book)), strict=True))
    products = dict(zip(book.products, portal.load("products", _products(book)), strict=True))
    made = portal.load("invoices", (_invoice(each, contacts) for each in book.invoices.values()))
    invoices = dict(zip(book.invoices, made, strict=True))
    portal.load("line_items", _lines(book, invoices, products))
    for kind, field in (("taxes", "tax"), ("fees", "shipping")):
        portal.load(kind, _adjustments(book, invoices, field))
    portal.load("commerce_payments", _payments(book, invoices, contacts))
    return contacts | products | invoices


def _contacts(book: Book) -> Iterator[Fields]:
    for customer in book.customers.values():
        made = book.customer_made(customer.number)
        yield {"properties": _contact(customer), "_created": made, "_modified": made}


def _contact(customer: Customer) -> dict[str, str]:
    return {
        "email": customer.email.lower(),
        "firstname": customer.first_name,
        "lastname": customer.last_name,
        "company": customer.company,
        "phone": customer.phone,
        "address": customer.address,
        "city": customer.city,
        "state": customer.state,
        "zip": customer.postal_code,
        "country": customer.country,
        "lifecyclestage": "customer",
    }


def _products(book: Book) -> Iterator[Fields]:
    for product in book.products.values():
        made = book.product_made(product.sku)
        properties = {
            "name": product.name,
            "hs_sku": product.sku,
            "description": product.description,
            "price": _plain(product.price),
            "hs_cost_of_goods_sold": "" if product.cost is None else _plain(product.cost),
        }
        yield {"properties": properties, "_created": made, "_modified": made}


def _invoice(invoice: Invoice, contacts: dict[str, str]) -> Fields:
    last = max((midnight(each.day) for each in invoice.payments), default=midnight(invoice.day))
    properties = {
        "hs_number": invoice.number,
        "hs_invoice_status": "paid" if invoice.paid else "open",
        "hs_invoice_billable": "true",
        "hs_invoice_source": "HubSpot",
        "hs_currency": invoice.currency,
        # Midnight UTC is how HubSpot keeps a day picked from a calendar.
        "hs_invoice_date": _instant(invoice.day.isoformat()),
        "hs_due_date": _instant(invoice.due.isoformat()),
        "hs_payment_date": _instant(last.date().isoformat()) if invoice.paid else "",
    }
    made = midnight(invoice.day)
    associations = {"contacts": contacts[invoice.customer]}
    return {"properties": properties, "associations": associations, "_created": made, "_modified": max(made, last)}


def _lines(book: Book, invoices: dict[str, str], products: dict[str, str]) -> Iterator[Fields]:
    for invoice in book.invoices.values():
        made = midnight(invoice.day)
        for line in invoice.lines:
            properties = _line(line, invoice.currency, products)
            yield {"properties": properties, "associations": {"invoices": invoices[invoice.number]}, "_created": made}


def _line(line: Line, currency: str, products: dict[str, str]) -> dict[str, str]:
    worth = line.quantity * line.unit_price * (1 - line.discount)
    return {
        "name": line.description or line.sku or "Item",
        "hs_sku": line.sku,
        "hs_product_id": products.get(line.sku, ""),
        "quantity": _plain(line.quantity),
        "price": _plain(line.unit_price),
        "hs_discount_percentage": _plain(line.discount * 100) if line.discount else "",
        "amount": "" if worth.quantize(_CENT, rounding=ROUND_HALF_UP) == line.amount else _plain(line.amount),
        "hs_line_item_currency_code": currency,
        "hs_position_on_quote": str(line.number - 1),
    }


def _adjustments(book: Book, invoices: dict[str, str], field: str) -> Iterator[Fields]:
    """Tax and shipping of an invoice as the fixed amounts they are."""
    for invoice in book.invoices.values():
        amount: Decimal = getattr(invoice, field)
        if amount:
            properties = {"hs_type": "FIXED", "hs_value": _plain(amount), "hs_label": field.capitalize()}
            associations = {"invoices": invoices[invoice.number]}
            yield {"properties": properties, "associations": associations, "_created": midnight(invoice.day)}


def _payments(book: Book, invoices: dict[str, str], contacts: dict[str, str]) -> Iterator[Fields]:
    for invoice in book.invoices.values():
        for payment in invoice.payments:
            associations = {"invoices": invoices[invoice.number], "contacts": contacts[invoice.customer]}
            email = book.customers[invoice.customer].email.lower()
            properties = _payment(payment, invoice.currency) | {"hs_customer_email": email}
            yield {"properties": properties, "associations": associations, "_created": midnight(payment.day)}


def _payment(payment: Payment, currency: str) -> dict[str, str]:
    return {
        "hs_initial_amount": _plain(payment.amount),
        "hs_initiated_date": _instant(payment.day.isoformat()),
        "hs_currency_code": currency,
        "hs_latest_status": "succeeded",
        "hs_processor_type": "byo_stripe",
        "hs_payment_method_type": payment.method if payment.method in _METHODS else "other",
        "hs_reference_number": payment.reference,
    }


def _instant(day: str) -> str:
    return f"{day}T00:00:00.000Z"


def _plain(value: Decimal) -> str:
    return format(value, "f")
