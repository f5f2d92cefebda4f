"""The table of kinds: per entity what derives it, what follows from writing it, and what it allows."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from hsqbo_pipeline.sandbox.quickbooks.books import Act, Books
from hsqbo_pipeline.sandbox.quickbooks.entities import (
    customer,
    invoice,
    item,
    journal,
    lists,
    payment,
    people,
    sales_papers,
)
from hsqbo_pipeline.sandbox.quickbooks.entities import settings as company_settings
from hsqbo_pipeline.sandbox.quickbooks.wire import Doc

Derive = Callable[[Books, Doc, Doc | None, Act, int], None]
Settle = Callable[[Books, int, Doc | None, Doc | None], None]
Void = Callable[[Books, Doc, int], Doc]


def _nothing(_books: Books, _number: int, _before: Doc | None, _after: Doc | None) -> None:
    """Nothing follows."""


class Kind(NamedTuple):
    """How one entity behaves. `kept` survives a full update that leaves it out."""

    derive: Derive
    settle: Settle = _nothing
    read_only: frozenset[str] = frozenset()
    kept: frozenset[str] = frozenset({"Active", "CurrencyRef"})
    void: Void | None = None
    deletable: bool = False


_PAPER = frozenset({"CurrencyRef", "ExchangeRate", "PrintStatus"})
_SALE = sales_papers.READ_ONLY

KINDS: dict[str, Kind] = {
    "Customer": Kind(customer.derive, customer.refresh_names, customer.READ_ONLY),
    "Vendor": Kind(people.derive_vendor, _nothing, people.READ_ONLY),
    "Employee": Kind(people.derive_employee, _nothing, people.READ_ONLY),
    "Item": Kind(item.derive, _nothing, item.READ_ONLY),
    "Account": Kind(lists.derive_account, _nothing, lists.ACCOUNT_READ_ONLY),
    "Term": Kind(lists.derive_term, _nothing, lists.TERM_READ_ONLY),
    "TaxCode": Kind(lists.derive_tax_code, _nothing, lists.PLAIN_READ_ONLY),
    "TaxRate": Kind(lists.derive_tax_rate, _nothing, lists.PLAIN_READ_ONLY),
    **{
        name: Kind(lists.derive_plain(name), _nothing, lists.PLAIN_READ_ONLY)
        for name in ("PaymentMethod", "Class", "Department")
    },
    "Invoice": Kind(invoice.derive, invoice.settle, invoice.READ_ONLY, _PAPER, invoice.void, deletable=True),
    "Payment": Kind(payment.derive, payment.settle, payment.READ_ONLY, _PAPER, payment.void, deletable=True),
    "CreditMemo": Kind(
        sales_papers.derive_credit,
        sales_papers.settle_credit,
        sales_papers.CREDIT_READ_ONLY,
        _PAPER,
        None,
        deletable=True,
    ),
    "SalesReceipt": Kind(
        sales_papers.derive_receipt,
        sales_papers.settle_customer_time,
        _SALE,
        _PAPER,
        sales_papers.void_receipt,
        deletable=True,
    ),
    "RefundReceipt": Kind(
        sales_papers.derive_refund, sales_papers.settle_customer_time, _SALE, _PAPER, None, deletable=True
    ),
    "Estimate": Kind(sales_papers.derive_estimate, _nothing, _SALE, _PAPER, None, deletable=True),
    "JournalEntry": Kind(journal.derive, journal.settle, journal.READ_ONLY, _PAPER, None, deletable=True),
    "CompanyInfo": Kind(company_settings.derive, company_settings.settle, company_settings.READ_ONLY),
    "Preferences": Kind(company_settings.derive, company_settings.settle),
}
