"""What customers, vendors and employees share: how they are called and reached."""

from __future__ import annotations

from hsqbo_pipeline.sandbox.quickbooks.addresses import settle_addresses
from hsqbo_pipeline.sandbox.quickbooks.books import Act, Books
from hsqbo_pipeline.sandbox.quickbooks.currency import check_code
from hsqbo_pipeline.sandbox.quickbooks.names import (
    check_characters,
    check_email,
    check_lengths,
    check_person_name,
    name_activity,
    place_in_hierarchy,
)
from hsqbo_pipeline.sandbox.quickbooks.refusals import Refusal
from hsqbo_pipeline.sandbox.quickbooks.wire import Doc, value_of

PARTS = ("Title", "GivenName", "MiddleName", "FamilyName", "Suffix")
_LENGTHS = {
    "DisplayName": 500,
    "GivenName": 100,
    "MiddleName": 100,
    "FamilyName": 100,
    "CompanyName": 100,
    "Title": 16,
    "Suffix": 16,
    "PrintOnCheckName": 110,
    "PrimaryPhone.FreeFormNumber": 30,
    "AlternatePhone.FreeFormNumber": 30,
    "Mobile.FreeFormNumber": 30,
    "Fax.FreeFormNumber": 30,
    "WebAddr.URI": 1000,
}
_CHECKED = ("DisplayName", *PARTS, "PrintOnCheckName")
READ_ONLY = frozenset({"Balance"})


def settle_names(books: Books, entity: str, doc: Doc, before: Doc | None, number: int) -> None:
    """Names of one person or firm, checked and completed. Raises Refusal 2040, 2050, 2210, 6080 or 6240."""
    check_lengths(doc, _LENGTHS)
    check_characters(doc, _CHECKED)
    check_email(doc, "PrimaryEmailAddr")
    for name in ("PrimaryPhone", "AlternatePhone", "Mobile", "Fax"):
        if name in doc and not doc[name].get("FreeFormNumber"):
            del doc[name]
    if "DisplayName" not in doc:
        composed = " ".join(doc[part] for part in PARTS if doc.get(part))
        if not composed:
            detail = "At least one of DisplayName, Title, GivenName, MiddleName, FamilyName, Suffix is required"
            raise Refusal("6080", "Name is required", detail, "DisplayName")
        doc["DisplayName"] = composed
    name_activity(books, entity, doc, before, "DisplayName")
    if before is None or before["DisplayName"] != doc["DisplayName"]:
        check_person_name(books, entity, number, doc["DisplayName"])
    if entity == "Customer":
        place_in_hierarchy(books, entity, doc, "DisplayName", number)
    if before is None or before.get("PrintOnCheckName") == before.get("DisplayName"):
        kept = doc.get("PrintOnCheckName")
        if kept is None or (before is not None and kept == before.get("DisplayName")):
            doc["PrintOnCheckName"] = doc["DisplayName"][:110]


def derive_vendor(books: Books, doc: Doc, before: Doc | None, _act: Act, number: int) -> None:
    """Complete a vendor. Raises Refusal."""
    check_code(books, doc, value_of((before or {}).get("CurrencyRef")) or books.home_currency)
    settle_names(books, "Vendor", doc, before, number)
    settle_addresses(books, doc, before)
    doc.setdefault("Vendor1099", False)
    doc["Balance"] = (before or {}).get("Balance", 0)


def derive_employee(books: Books, doc: Doc, before: Doc | None, _act: Act, number: int) -> None:
    """Complete an employee. Raises Refusal."""
    settle_names(books, "Employee", doc, before, number)
    doc.setdefault("BillableTime", False)
