"""What invoices, credit memos, sales receipts, refunds and estimates have in common."""

from __future__ import annotations

from decimal import Decimal

from hsqbo_pipeline.sandbox.quickbooks.addresses import copy_from_customer, lengths, settle_addresses
from hsqbo_pipeline.sandbox.quickbooks.books import Act, Books
from hsqbo_pipeline.sandbox.quickbooks.currency import settle_currency
from hsqbo_pipeline.sandbox.quickbooks.lines import sales_lines, settle_lines, total_up
from hsqbo_pipeline.sandbox.quickbooks.names import check_email, check_lengths
from hsqbo_pipeline.sandbox.quickbooks.numbering import give_number
from hsqbo_pipeline.sandbox.quickbooks.period import check_period
from hsqbo_pipeline.sandbox.quickbooks.refusals import Refusal, bad_reference, business, missing
from hsqbo_pipeline.sandbox.quickbooks.taxes import settle_codes, settle_tax
from hsqbo_pipeline.sandbox.quickbooks.wire import ZERO, Doc, shown, value_of

READ_ONLY = frozenset(
    {"TotalAmt", "Balance", "HomeTotalAmt", "HomeBalance", "DeliveryInfo", "InvoiceLink", "RecurDataRef", "TxnSource"}
)
_LENGTHS = {
    "CustomerMemo.value": 1000,
    "PrivateNote": 4000,
    "TrackingNum": 31,
    **lengths("BillAddr", "ShipAddr"),
}
_REFERENCES = (
    ("SalesTermRef", "Term"),
    ("ClassRef", "Class"),
    ("DepartmentRef", "Department"),
    ("PaymentMethodRef", "PaymentMethod"),
    ("DepositToAccountRef", "Account"),
    ("ARAccountRef", "Account"),
)


def derive_sale(books: Books, entity: str, doc: Doc, before: Doc | None, act: Act) -> Doc | None:
    """Complete a sales document but for its balance; return its customer. Raises Refusal."""
    customer = find_customer(books, doc, before, act)
    doc.setdefault("TxnDate", books.today().isoformat())
    check_period(books, act, before, doc)
    check_lengths(doc, _LENGTHS)
    for name, most in (("BillEmail", 100), ("BillEmailCc", 200), ("BillEmailBcc", 200)):
        check_email(doc, name, most)
    for name, target in _REFERENCES:
        if name in doc:
            books.refer(target, doc, name, may_be_inactive=act.person)
    settle_currency(books, doc, customer)
    settle_lines(books, doc, before)
    _check_stock_dates(books, doc)
    settle_codes(books, doc)
    _total(books, doc, before, act)
    give_number(books, entity, doc, before, act)
    copy_from_customer(doc, customer)
    settle_addresses(books, doc, before, document=True)
    _defaults(books, doc)
    return customer


def find_customer(books: Books, doc: Doc, before: Doc | None, act: Act) -> Doc | None:
    """The customer of a document. Raises Refusal 2500 if there is no such active customer."""
    unchanged = before is not None and value_of(before.get("CustomerRef")) == value_of(doc.get("CustomerRef"))
    try:
        return books.refer("Customer", doc, "CustomerRef", may_be_inactive=unchanged or act.person)
    except Refusal:
        raise bad_reference("CustomerRef") from None


def require_customer(doc: Doc) -> None:
    """Raises Refusal 2020 for a document that names no customer."""
    if value_of(doc.get("CustomerRef")) is None:
        raise missing("CustomerRef")


def _total(books: Books, doc: Doc, before: Doc | None, act: Act) -> None:
    subtotal, discount, shipping = total_up(books, doc)
    tax = settle_tax(books, doc, before, act, (subtotal, discount))
    total = subtotal - discount + shipping + tax
    if "TotalAmt" in act.forced:
        total = Decimal(str(act.forced["TotalAmt"]))
    if total < 0:
        raise business("The transaction amount must be 0 or greater.", "TotalAmt")
    doc["TotalAmt"] = shown(total)


def _check_stock_dates(books: Books, doc: Doc) -> None:
    if not books.switches.qb_mentions_inventory_start:
        return
    for line in sales_lines(doc):
        value = value_of(line["SalesItemLineDetail"].get("ItemRef")) or ""
        if not value.isdigit():
            continue
        start = books.tables["Item"].peek(int(value)).get("InvStartDate")
        if start and doc["TxnDate"] < start:
            detail = f"Transaction date {doc['TxnDate']} is prior to start date {start} for inventory item {value}"
            raise Refusal("6270", "Transaction Date Is Prior To Start Date For Inventory Item", detail)


def _defaults(books: Books, doc: Doc) -> None:
    doc.setdefault("LinkedTxn", [])
    doc.setdefault("ApplyTaxAfterDiscount", False)
    doc.setdefault("PrintStatus", "NeedToPrint")
    doc.setdefault("EmailStatus", "NotSet")
    if doc["EmailStatus"] == "NeedToSend" and not doc.get("BillEmail", {}).get("Address"):
        raise business("BillEmail is required when EmailStatus is NeedToSend", "BillEmail", "2020")
    settle_custom_fields(books, doc)


def settle_custom_fields(books: Books, doc: Doc) -> None:
    """One entry for each field the company defined, with or (as recorded) without a value."""
    sent = {field.get("DefinitionId"): field for field in doc.get("CustomField", [])}
    shown_fields = []
    for definition, name in defined_fields(books):
        field = {"DefinitionId": definition, "Name": name, "Type": "StringType"}
        value = sent.get(definition, {}).get("StringValue")
        if value is not None:
            if len(value) > 31:
                raise business("A custom field holds at most 31 characters", "CustomField", "2050")
            field["StringValue"] = value
        shown_fields.append(field)
    doc["CustomField"] = shown_fields
    if not shown_fields:
        del doc["CustomField"]


def defined_fields(books: Books) -> list[tuple[str, str]]:
    """(DefinitionId, name) of the custom fields that the preferences turn on."""
    entries = {
        str(entry.get("Name")): entry
        for group in books.setting("Preferences").get("SalesFormsPrefs", {}).get("CustomField", [])
        for entry in group.get("CustomField", [])
    }
    found = []
    for number in ("1", "2", "3"):
        used = entries.get(f"SalesFormsPrefs.UseSalesCustom{number}", {}).get("BooleanValue")
        name = entries.get(f"SalesFormsPrefs.SalesCustomName{number}", {}).get("StringValue")
        if used and name:
            found.append((number, str(name)))
    return found


def void_sale(doc: Doc) -> Doc:
    """A voided document keeps its number, customer and lines, all amounts at 0, and says so in PrivateNote."""
    note = doc.get("PrivateNote")
    doc["PrivateNote"] = f"Voided - {note}" if note else "Voided"
    for line in doc.get("Line", []):
        line["Amount"] = 0
        for inner in (line, *line.get("GroupLineDetail", {}).get("Line", [])):
            inner["Amount"] = 0
            if inner.get("SalesItemLineDetail", {}).get("Qty"):
                inner["SalesItemLineDetail"]["Qty"] = ZERO
    doc["TxnTaxDetail"] = {"TotalTax": 0}
    doc["TotalAmt"] = 0
    doc.pop("Deposit", None)
    return doc


def is_voided(doc: Doc) -> bool:
    """Whether a document was voided already."""
    return not doc.get("TotalAmt") and str(doc.get("PrivateNote", "")).startswith("Voided")
