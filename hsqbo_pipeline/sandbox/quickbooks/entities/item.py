"""Products and services."""

from __future__ import annotations

from decimal import Decimal

from hsqbo_pipeline.sandbox.quickbooks.accounts import account_of
from hsqbo_pipeline.sandbox.quickbooks.books import TRANSACTIONS, Act, Books
from hsqbo_pipeline.sandbox.quickbooks.names import (
    check_characters,
    check_lengths,
    check_list_name,
    name_activity,
    place_in_hierarchy,
)
from hsqbo_pipeline.sandbox.quickbooks.refusals import Refusal, bad_format, business, missing
from hsqbo_pipeline.sandbox.quickbooks.wire import Doc, bare

READ_ONLY = frozenset({"FullyQualifiedName", "Level", "AvgCost", "QtyOnPurchaseOrder", "QtyOnSalesOrder"})
CREATABLE = ("Service", "NonInventory", "Inventory")
HIGHEST_PRICE = Decimal(99_999_999_999)
_LENGTHS = {"Name": 100, "Sku": 100, "Description": 4000, "PurchaseDesc": 1000, "ManPartNum": 31}
_ACCOUNTS = {
    "IncomeAccountRef": ("Income", "Other Income"),
    "ExpenseAccountRef": ("Cost of Goods Sold", "Expense", "Other Expense"),
    "AssetAccountRef": ("Other Current Asset",),
}
TRANSACTION_KINDS = TRANSACTIONS


def derive(books: Books, doc: Doc, before: Doc | None, act: Act, number: int) -> None:
    """Complete an item. Raises Refusal."""
    if "Name" not in doc:
        raise missing("Name")
    check_lengths(doc, _LENGTHS)
    check_characters(doc, ("Name",))
    _type(doc, before, act)
    _prices(doc)
    for name, types in _ACCOUNTS.items():
        _account(books, doc, name, types)
    _required_accounts(books, doc, before, act)
    if doc["Type"] == "Inventory":
        _stock(doc)
    elif doc["Type"] != "Category":
        doc.setdefault("TrackQtyOnHand", False)
        if not doc["TrackQtyOnHand"]:
            for leftover in ("QtyOnHand", "InvStartDate"):
                doc.pop(leftover, None)
    doc.setdefault("Taxable", False)
    name_activity(books, "Item", doc, before, "Name")
    doc["SubItem"] = "ParentRef" in doc
    place_in_hierarchy(books, "Item", doc, "Name", number)
    if not doc["SubItem"]:
        del doc["SubItem"]
    check_list_name(books, "Item", number, doc["FullyQualifiedName"])


def _type(doc: Doc, before: Doc | None, act: Act) -> None:
    kind = doc.get("Type")
    if kind is None:
        raise missing("Type")
    if before is None and kind not in CREATABLE and not act.person:
        raise business(f"Items of type {kind} cannot be created through the API", "Type")
    if before is not None and "Inventory" in (before["Type"], kind) and before["Type"] != kind:
        raise business("The type of an inventory item cannot be changed", "Type")


def _prices(doc: Doc) -> None:
    if doc["Type"] == "Category":
        return
    doc.setdefault("UnitPrice", Decimal(0))
    doc.setdefault("PurchaseCost", Decimal(0))
    for name in ("UnitPrice", "PurchaseCost"):
        if abs(doc[name]) > HIGHEST_PRICE:
            raise bad_format("2110", name, doc[name])
        doc[name] = bare(Decimal(doc[name]))


def _account(books: Books, doc: Doc, name: str, types: tuple[str, ...]) -> None:
    if name not in doc:
        return
    account = books.refer("Account", doc, name)
    if account is not None and account.get("AccountType") not in types:
        detail = f"{name} must be an account of type {' or '.join(types)}, not {account.get('AccountType')}"
        raise Refusal("6430", "Invalid Account Type", detail, name)


def _required_accounts(books: Books, doc: Doc, before: Doc | None, act: Act) -> None:
    kind = doc["Type"]
    if kind in ("Service", "Inventory") and "IncomeAccountRef" not in doc:
        fallback = account_of(books, "SalesOfProductIncome") if act.person and before is None else None
        if fallback is None:
            raise missing("IncomeAccountRef")
        doc["IncomeAccountRef"] = fallback
    if kind == "NonInventory" and not {"IncomeAccountRef", "ExpenseAccountRef"} & doc.keys():
        fallback = account_of(books, "SalesOfProductIncome") if act.person else None
        if fallback is None:
            raise missing("IncomeAccountRef")
        doc["IncomeAccountRef"] = fallback
    if kind == "Inventory":
        for name in ("ExpenseAccountRef", "AssetAccountRef"):
            if name not in doc:
                raise missing(name)


def _stock(doc: Doc) -> None:
    for name in ("QtyOnHand", "InvStartDate"):
        if name not in doc:
            raise missing(name)
    if doc.get("TrackQtyOnHand") is not True:
        raise missing("TrackQtyOnHand")
    doc["QtyOnHand"] = bare(Decimal(doc["QtyOnHand"]))
