"""A book into QuickBooks: its customers, items on one income account, invoices, payments applied to them."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from hsqbo_pipeline.sandbox.books.book import Book, Customer, Invoice, Line, Payment, midnight
from hsqbo_pipeline.sandbox.books.item_names import item_names
from hsqbo_pipeline.sandbox.quickbooks.company import QuickBooksCompany

Fields = dict[str, Any]
_CENT = Decimal("0.01")


def load(company: QuickBooksCompany, book: Book) -> dict[str, str]:
    """Put the book in; return the id of each customer, product and invoice by its number in the book.

    Raises ValueError for what QuickBooks would refuse.
    """
    customers = dict(zip(book.customers, company.load("Customer", _customers(book)), strict=True))
    items = dict(zip(book.products, company.load("Item", _items(company, book)), strict=True))
    made = company.load("Invoice", (_invoice(each, customers, items) for each in book.invoices.values()))
    invoices = dict(zip(book.invoices, made, strict=True))
    payments = [each for invoice in book.invoices.values() for each in invoice.payments]
    company.load("Payment", (_payment(each, book, customers, invoices) for each in payments))
    _date_paid_invoices(company, book, invoices)
    return customers | items | invoices


def _customers(book: Book) -> Iterator[Fields]:
    taken: set[str] = set()
    for customer in book.customers.values():
        name = customer.name.replace(":", "-")
        if name.lower() in taken:
            name = f"{name} ({customer.number})"
        taken.add(name.lower())
        yield _customer(customer, name) | {"_created": book.customer_made(customer.number)}


def _customer(customer: Customer, name: str) -> Fields:
    address = {
        "Line1": customer.address,
        "City": customer.city,
        "CountrySubDivisionCode": customer.state,
        "PostalCode": customer.postal_code,
        "Country": customer.country,
    }
    fields: Fields = {
        "DisplayName": name,
        "GivenName": customer.first_name,
        "FamilyName": customer.last_name,
        "CompanyName": customer.company,
        "PrimaryEmailAddr": customer.email,
        "PrimaryPhone": customer.phone,
        "BillAddr": {part: text for part, text in address.items() if text},
    }
    return {field: value for field, value in fields.items() if value}


def _items(company: QuickBooksCompany, book: Book) -> Iterator[Fields]:
    names = item_names(book.products.values())
    income = _income_account(company)
    for product in book.products.values():
        fields: Fields = {
            "Name": names[product.sku],
            "Sku": product.sku,
            "Type": "NonInventory",
            "UnitPrice": product.price,
            "IncomeAccountRef": income,
            "_created": book.product_made(product.sku),
        }
        if product.description:
            fields["Description"] = product.description
        if product.cost is not None:
            fields["PurchaseCost"] = product.cost
        yield fields


def _income_account(company: QuickBooksCompany) -> str:
    for account in company.books.tables["Account"].docs():
        if account.get("AccountSubType") == "SalesOfProductIncome":
            return str(account["Id"])
    raise ValueError("the company has no account of the kind SalesOfProductIncome to book sales on")


def _invoice(invoice: Invoice, customers: dict[str, str], items: dict[str, str]) -> Fields:
    lines = [_line(line, items) for line in invoice.lines]
    if invoice.shipping:
        shipping = {"ItemRef": {"value": "SHIPPING_ITEM_ID"}}
        lines.append(
            {"DetailType": "SalesItemLineDetail", "Amount": _cents(invoice.shipping), "SalesItemLineDetail": shipping}
        )
    fields: Fields = {
        "CustomerRef": customers[invoice.customer],
        "DocNumber": invoice.number,
        "TxnDate": invoice.day.isoformat(),
        "DueDate": invoice.due.isoformat(),
        "CurrencyRef": invoice.currency,
        "Line": lines,
        "_created": midnight(invoice.day),
    }
    if invoice.tax:
        fields["TxnTaxDetail"] = {"TotalTax": _cents(invoice.tax)}
    return fields


def _line(line: Line, items: dict[str, str]) -> Fields:
    amount = _cents(line.amount)
    detail: Fields = {"ItemRef": {"value": items[line.sku]}} if line.sku else {}
    price = line.unit_price * (1 - line.discount)
    if _cents(line.quantity * price) == amount:
        detail |= {"Qty": line.quantity, "UnitPrice": price}
    made: Fields = {"DetailType": "SalesItemLineDetail", "Amount": amount, "SalesItemLineDetail": detail}
    return made | ({"Description": line.description} if line.description else {})


def _payment(payment: Payment, book: Book, customers: dict[str, str], invoices: dict[str, str]) -> Fields:
    invoice = book.invoices[payment.invoice]
    link = {"TxnId": invoices[payment.invoice], "TxnType": "Invoice"}
    return {
        "CustomerRef": customers[invoice.customer],
        "TotalAmt": _cents(payment.amount),
        "TxnDate": payment.day.isoformat(),
        "CurrencyRef": invoice.currency,
        "PaymentRefNum": payment.reference[:21] or payment.number[:21],
        "Line": [{"Amount": _cents(payment.amount), "LinkedTxn": [link]}],
        "_created": midnight(payment.day),
    }


def _date_paid_invoices(company: QuickBooksCompany, book: Book, invoices: dict[str, str]) -> None:
    """An invoice last changed on the day of its last payment, not on the day the book was loaded."""
    table = company.books.tables["Invoice"]
    for invoice in book.invoices.values():
        if invoice.payments:
            number = int(invoices[invoice.number])
            last = max(midnight(invoice.day), *(midnight(each.day) for each in invoice.payments))
            table.put(number, table.doc(number), int(last.timestamp()))


def _cents(value: Decimal) -> Decimal:
    return value.quantize(_CENT, rounding=ROUND_HALF_UP)
