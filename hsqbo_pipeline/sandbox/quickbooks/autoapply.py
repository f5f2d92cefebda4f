"""AutoApplyCredit: the company uses open credits by itself, making payments that nobody sent."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

from hsqbo_pipeline.sandbox.quickbooks.books import PERSON, Books
from hsqbo_pipeline.sandbox.quickbooks.wire import ZERO, Doc, value_of

Create = Callable[..., bytes]
_OTHER = {"Invoice": "CreditMemo", "CreditMemo": "Invoice"}


def auto_apply(books: Books, entity: str, number: int, create: Create) -> None:
    """After a new invoice or credit memo: apply what is open on the other side, the oldest first."""
    if entity not in _OTHER or not books.preference("SalesFormsPrefs", "AutoApplyCredit"):
        return
    mine = books.tables[entity].doc(number)
    customer = str(value_of(mine["CustomerRef"]))
    left = Decimal(mine["Balance"])
    other = _OTHER[entity]
    for partner in list(books.tables[other].find("CustomerRef", customer)):
        open_amount = Decimal(books.tables[other].doc(partner)["Balance"])
        amount = min(left, open_amount)
        if amount <= ZERO:
            continue
        create(books, "Payment", _use(mine, amount, (entity, number), (other, partner)), PERSON)
        left -= amount


def _use(mine: Doc, amount: Decimal, *documents: tuple[str, int]) -> dict[str, Any]:
    lines = [{"Amount": amount, "LinkedTxn": [{"TxnId": str(each), "TxnType": kind}]} for kind, each in documents]
    return {
        "CustomerRef": mine["CustomerRef"],
        "CurrencyRef": mine["CurrencyRef"],
        "TxnDate": mine["TxnDate"],
        "TotalAmt": ZERO,
        "PrivateNote": "Created by QB Online to link credits to charges.",
        "Line": lines,
    }
