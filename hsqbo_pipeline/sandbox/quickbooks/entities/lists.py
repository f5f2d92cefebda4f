"""The short lists: accounts, terms, payment methods, classes, departments, tax codes and rates."""

from __future__ import annotations

from collections.abc import Callable

from hsqbo_pipeline.sandbox.quickbooks.books import Act, Books
from hsqbo_pipeline.sandbox.quickbooks.currency import check_code
from hsqbo_pipeline.sandbox.quickbooks.names import (
    check_characters,
    check_lengths,
    check_list_name,
    name_activity,
    place_in_hierarchy,
)
from hsqbo_pipeline.sandbox.quickbooks.refusals import Refusal, bad_format, missing
from hsqbo_pipeline.sandbox.quickbooks.wire import Doc, value_of

ACCOUNT_READ_ONLY = frozenset(
    {"FullyQualifiedName", "CurrentBalance", "CurrentBalanceWithSubAccounts", "OnlineBankingEnabled"}
)
PLAIN_READ_ONLY = frozenset({"FullyQualifiedName"})
TERM_READ_ONLY = frozenset({"Type"})
CLASSIFICATION = {
    "Bank": "Asset",
    "Other Current Asset": "Asset",
    "Fixed Asset": "Asset",
    "Other Asset": "Asset",
    "Accounts Receivable": "Asset",
    "Equity": "Equity",
    "Expense": "Expense",
    "Other Expense": "Expense",
    "Cost of Goods Sold": "Expense",
    "Accounts Payable": "Liability",
    "Credit Card": "Liability",
    "Long Term Liability": "Liability",
    "Other Current Liability": "Liability",
    "Income": "Revenue",
    "Other Income": "Revenue",
}
_TERM_RANGES = (
    ("DueDays", 0, 999),
    ("DiscountDays", 0, 999),
    ("DayOfMonthDue", 1, 31),
    ("DueNextMonthDays", 1, 999),
    ("DiscountDayOfMonth", 1, 31),
    ("DiscountPercent", 0, 100),
)
_SUBTYPE = {
    "Bank": "Checking",
    "Accounts Receivable": "AccountsReceivable",
    "Income": "SalesOfProductIncome",
    "Other Current Asset": "OtherCurrentAssets",
    "Cost of Goods Sold": "SuppliesMaterialsCogs",
    "Expense": "OfficeGeneralAdministrativeExpenses",
}


def derive_account(books: Books, doc: Doc, before: Doc | None, _act: Act, number: int) -> None:
    """Complete an account. Raises Refusal."""
    _name(books, "Account", doc, before, number, longest=100)
    check_lengths(doc, {"AcctNum": 20})
    if "AccountType" not in doc:
        if "AccountSubType" not in doc:
            raise missing("AccountType")
        found = [kind for kind, sub in _SUBTYPE.items() if sub == doc["AccountSubType"]]
        if not found:
            raise missing("AccountType")
        doc["AccountType"] = found[0]
    doc.setdefault("AccountSubType", _SUBTYPE.get(doc["AccountType"], doc["AccountType"].replace(" ", "")))
    doc.setdefault("Classification", CLASSIFICATION.get(doc["AccountType"], "Asset"))
    doc["SubAccount"] = "ParentRef" in doc
    check_code(books, doc, value_of((before or {}).get("CurrencyRef")) or books.home_currency)
    for name in ("CurrentBalance", "CurrentBalanceWithSubAccounts"):
        doc[name] = (before or {}).get(name, 0)


def derive_term(books: Books, doc: Doc, before: Doc | None, _act: Act, number: int) -> None:
    """Complete a term; its type follows from which days it names. Raises Refusal."""
    _name(books, "Term", doc, before, number, longest=31)
    by_day = doc.get("DayOfMonthDue") is not None and doc.get("DueDays") is None
    if not by_day and doc.get("DueDays") is None:
        raise missing("DueDays")
    for name, least, most in _TERM_RANGES:
        if not least <= doc.get(name, least) <= most:
            raise bad_format("2110", name, doc[name])
    doc["Type"] = "DATE_DRIVEN" if by_day else "STANDARD"
    for other in ("DueDays", "DiscountDays") if by_day else ("DayOfMonthDue", "DueNextMonthDays", "DiscountDayOfMonth"):
        doc.pop(other, None)
    doc.pop("FullyQualifiedName", None)


def derive_plain(entity: str) -> Callable[[Books, Doc, Doc | None, Act, int], None]:
    """A derivation for lists that are names and little else."""

    def derive(books: Books, doc: Doc, before: Doc | None, _act: Act, number: int) -> None:
        _name(books, entity, doc, before, number, longest=100)
        if entity == "PaymentMethod":
            doc.setdefault("Type", "NON_CREDIT_CARD")
        if entity in ("Class", "Department"):
            doc["SubClass" if entity == "Class" else "SubDepartment"] = "ParentRef" in doc
        else:
            doc.pop("FullyQualifiedName", None)

    return derive


def derive_tax_code(books: Books, doc: Doc, before: Doc | None, act: Act, number: int) -> None:
    """Tax codes are made by people or the tax service, not by this API."""
    if not act.person:
        raise Refusal("500", "Unsupported Operation", "Operation create or update of TaxCode is not supported.")
    derive_plain("TaxCode")(books, doc, before, act, number)
    doc.setdefault("Taxable", True)
    doc.setdefault("TaxGroup", True)
    doc.setdefault("Hidden", False)


def derive_tax_rate(books: Books, doc: Doc, before: Doc | None, act: Act, number: int) -> None:
    """Tax rates are made by people or the tax service, not by this API."""
    if not act.person:
        raise Refusal("500", "Unsupported Operation", "Operation create or update of TaxRate is not supported.")
    derive_plain("TaxRate")(books, doc, before, act, number)


def _name(books: Books, entity: str, doc: Doc, before: Doc | None, number: int, *, longest: int) -> None:
    if "Name" not in doc:
        raise missing("Name")
    check_lengths(doc, {"Name": longest})
    if entity in ("Account", "Class", "Department"):
        check_characters(doc, ("Name",))
    name_activity(books, entity, doc, before, "Name")
    place_in_hierarchy(books, entity, doc, "Name", number)
    doc.pop("Level", None)
    check_list_name(books, entity, number, doc["FullyQualifiedName"])
