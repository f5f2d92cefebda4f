"""Which properties a query may filter and sort by, per entity."""

from __future__ import annotations

from typing import NamedTuple

from hsqbo_pipeline.sandbox.quickbooks.books import LISTS, PEOPLE, TRANSACTIONS


class Column(NamedTuple):
    """A queryable property: its spelling, how values compare, whether it may stand in WHERE."""

    name: str
    kind: str
    filterable: bool = True


_EVERYWHERE = (
    Column("Id", "id"),
    Column("MetaData.CreateTime", "created"),
    Column("MetaData.LastUpdatedTime", "updated"),
)
_NAMES = "DisplayName GivenName MiddleName FamilyName FullyQualifiedName CompanyName PrintOnCheckName"


def _columns(texts: str = "", refs: str = "", numbers: str = "", days: str = "", flags: str = "") -> tuple[Column, ...]:
    found = []
    for kind, names in (("text", texts), ("ref", refs), ("number", numbers), ("day", days), ("flag", flags)):
        found += [Column(name, kind) for name in names.split()]
    return tuple(found)


def _sort_only(*names: str) -> tuple[Column, ...]:
    return tuple(Column(name, "number", filterable=False) for name in names)


_PERSON = _columns(_NAMES, flags="Active")
_TABLE: dict[str, tuple[Column, ...]] = {
    **dict.fromkeys(PEOPLE, _PERSON),
    **{name: _columns("Name FullyQualifiedName", flags="Active") for name in LISTS},
    "Customer": (
        *_PERSON,
        Column("PrimaryEmailAddr", "email"),
        Column("Balance", "number"),
        *_sort_only("BalanceWithJobs"),
    ),
    "Vendor": (*_PERSON, Column("Balance", "number")),
    "Item": (
        *_columns("Name FullyQualifiedName Type Sku", flags="Active SubItem Taxable"),
        *_sort_only("UnitPrice", "PurchaseCost"),
    ),
    "Account": _columns(
        "Name FullyQualifiedName AccountType AccountSubType Classification", numbers="CurrentBalance", flags="Active"
    ),
    "Invoice": _columns("DocNumber", "CustomerRef SalesTermRef ProjectRef", "Balance TotalAmt", "TxnDate DueDate"),
    "Payment": _columns("PaymentRefNum", "CustomerRef PaymentMethodRef ProjectRef", "TotalAmt", "TxnDate"),
    "CreditMemo": _columns("DocNumber", "CustomerRef SalesTermRef", "TotalAmt Balance", "TxnDate"),
    "SalesReceipt": _columns("DocNumber", "CustomerRef", "TotalAmt Balance", "TxnDate"),
    "RefundReceipt": _columns("DocNumber", "CustomerRef", "TotalAmt Balance", "TxnDate"),
    "Estimate": _columns("DocNumber", "CustomerRef", "TotalAmt", "TxnDate"),
    "JournalEntry": _columns("DocNumber", numbers="TotalAmt", days="TxnDate"),
    "CompanyInfo": (),
    "Preferences": (),
}
QUERYABLE = {
    name: {column.name.lower(): column for column in (*_EVERYWHERE, *columns)} for name, columns in _TABLE.items()
}
HAS_ACTIVE = frozenset((*PEOPLE, *LISTS))
assert set(TRANSACTIONS) < set(QUERYABLE)
