"""Currencies of a document: fixed by its customer, converted at a rate, refused where only one is in use."""

from __future__ import annotations

from hsqbo_pipeline.sandbox.quickbooks.books import Books
from hsqbo_pipeline.sandbox.quickbooks.refusals import bad_format, business, missing
from hsqbo_pipeline.sandbox.quickbooks.wire import Doc, bare, ref, shown, value_of

NAMES = {
    "USD": "United States Dollar",
    "EUR": "Euro",
    "GBP": "British Pound Sterling",
    "CAD": "Canadian Dollar",
    "AUD": "Australian Dollar",
    "NOK": "Norwegian Krone",
    "SEK": "Swedish Krona",
    "DKK": "Danish Krone",
    "CHF": "Swiss Franc",
    "JPY": "Japanese Yen",
}


def currency_ref(code: str) -> dict[str, str]:
    """The reference as the API shows it."""
    return ref(code, NAMES.get(code, code))


def check_code(books: Books, doc: Doc, fallback: str) -> str:
    """The currency named in the document, else the fallback; written back. Raises Refusal 2220 or 6000."""
    code = value_of(doc.get("CurrencyRef")) or fallback
    if len(code) != 3 or not code.isascii() or not code.isalpha() or not code.isupper():
        raise bad_format("2220", "CurrencyRef", code)
    if code != books.home_currency and not books.multicurrency:
        raise business("Multi Currency should be enabled to perform this operation.", "CurrencyRef")
    doc["CurrencyRef"] = currency_ref(code)
    return code


def settle_currency(books: Books, doc: Doc, customer: Doc | None) -> None:
    """CurrencyRef and ExchangeRate of a transaction. Raises Refusal 2020, 2220 or 6000."""
    own = value_of((customer or {}).get("CurrencyRef")) or books.home_currency
    if value_of(doc.get("CurrencyRef")) is None and own != books.home_currency:
        raise missing("CurrencyRef")
    code = check_code(books, doc, own)
    if customer is not None and code != own:
        raise business(
            f"The transaction's currency {code} is not the customer's currency {own}; a customer has one currency.",
            "CurrencyRef",
        )
    if not books.multicurrency:
        doc.pop("ExchangeRate", None)
        return
    given = doc.get("ExchangeRate")
    doc["ExchangeRate"] = bare(given) if given and code != books.home_currency else bare(books.rate(code))


def show_home_amounts(books: Books, doc: Doc) -> None:
    """HomeTotalAmt and HomeBalance; they exist in companies with several currencies only."""
    for home, amount in (("HomeTotalAmt", "TotalAmt"), ("HomeBalance", "Balance")):
        doc.pop(home, None)
        if books.multicurrency and amount in doc and not (home == "HomeBalance" and "UnappliedAmt" in doc):
            doc[home] = shown(books.cents(doc[amount] * doc["ExchangeRate"]))
