"""Addresses as the server keeps them: with an id of their own, and on documents with coordinates nobody sent."""

from __future__ import annotations

from hsqbo_pipeline.sandbox.quickbooks.books import Books
from hsqbo_pipeline.sandbox.quickbooks.wire import Doc

LENGTHS = {
    **{f"Line{n}": 500 for n in range(1, 6)},
    "City": 255,
    "Country": 255,
    "CountrySubDivisionCode": 255,
    "PostalCode": 30,
}
ADDRESSES = ("BillAddr", "ShipAddr")


def lengths(*names: str) -> dict[str, int]:
    """Limits for these address properties, as dotted paths."""
    return {f"{name}.{part}": most for name in names for part, most in LENGTHS.items()}


def settle_addresses(books: Books, doc: Doc, before: Doc | None, *, document: bool = False) -> None:
    """Give each address its id; an emptied one goes. Documents get Lat and Long "INVALID" for what was typed in."""
    for name in ADDRESSES:
        address = doc.get(name)
        if address is None:
            continue
        if not any(key not in ("Id", "Lat", "Long") for key in address):
            del doc[name]
            continue
        known: Doc = (before or {}).get(name, {})
        if _words(known) == _words(address):
            doc[name] = known
            continue
        address.setdefault("Id", known.get("Id") or str(books.addresses.take()))
        if document:
            address.setdefault("Lat", "INVALID")
            address.setdefault("Long", "INVALID")


def _words(address: Doc) -> Doc:
    return {key: value for key, value in address.items() if key not in ("Id", "Lat", "Long")}


def copy_from_customer(doc: Doc, customer: Doc | None) -> None:
    """A document without addresses takes the customer's."""
    for name in ADDRESSES:
        if name not in doc and customer is not None and customer.get(name):
            doc[name] = dict(customer[name])
