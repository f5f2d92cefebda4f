"""Credit memos, and the sales papers that touch no invoice: sales receipts, refund receipts, estimates."""

from __future__ import annotations

from decimal import Decimal

from hsqbo_pipeline.sandbox.quickbooks.accounts import undeposited_funds
from hsqbo_pipeline.sandbox.quickbooks.books import Act, Books
from hsqbo_pipeline.sandbox.quickbooks.currency import show_home_amounts
from hsqbo_pipeline.sandbox.quickbooks.entities import sales
from hsqbo_pipeline.sandbox.quickbooks.ledger import post, release, set_balance
from hsqbo_pipeline.sandbox.quickbooks.refusals import missing
from hsqbo_pipeline.sandbox.quickbooks.wire import Doc

READ_ONLY = sales.READ_ONLY
CREDIT_READ_ONLY = sales.READ_ONLY | {"RemainingCredit"}


def derive_credit(books: Books, doc: Doc, before: Doc | None, act: Act, number: int) -> None:
    """Complete a credit memo. Raises Refusal."""
    sales.require_customer(doc)
    sales.derive_sale(books, "CreditMemo", doc, before, act)
    doc["LinkedTxn"] = (before or {}).get("LinkedTxn", [])
    if books.paid(number) > doc["TotalAmt"]:
        release(books, number, Decimal(doc["TotalAmt"]))
        doc["LinkedTxn"] = books.tables["CreditMemo"].doc(number)["LinkedTxn"]
    set_balance(books, "CreditMemo", doc, number)


def settle_credit(books: Books, _number: int, before: Doc | None, after: Doc | None) -> None:
    """Carry the change to the customer."""
    post(books, "CreditMemo", before, after)


def derive_receipt(books: Books, doc: Doc, before: Doc | None, act: Act, _number: int) -> None:
    """Complete a sales receipt: it is paid at once."""
    sales.derive_sale(books, "SalesReceipt", doc, before, act)
    doc.setdefault("DepositToAccountRef", undeposited_funds(books))
    _no_balance(books, doc)


def derive_refund(books: Books, doc: Doc, before: Doc | None, act: Act, _number: int) -> None:
    """Complete a refund receipt: a program must name the account refunded from, a person's screen proposes one."""
    if "DepositToAccountRef" not in doc:
        if not act.person:
            raise missing("DepositToAccountRef")
        doc["DepositToAccountRef"] = undeposited_funds(books)
    sales.derive_sale(books, "RefundReceipt", doc, before, act)
    _no_balance(books, doc)


def derive_estimate(books: Books, doc: Doc, before: Doc | None, act: Act, _number: int) -> None:
    """Complete an estimate: no account sees it."""
    sales.require_customer(doc)
    sales.derive_sale(books, "Estimate", doc, before, act)
    doc.setdefault("TxnStatus", "Pending")
    show_home_amounts(books, doc)


def _no_balance(books: Books, doc: Doc) -> None:
    doc["Balance"] = 0
    show_home_amounts(books, doc)


def void_receipt(books: Books, doc: Doc, _number: int) -> Doc:
    """A voided sales receipt."""
    voided = sales.void_sale(doc)
    _no_balance(books, voided)
    return voided


def settle_customer_time(books: Books, _number: int, before: Doc | None, after: Doc | None) -> None:
    """The customer's time of change moves, its balance does not."""
    post(books, "", before, after)
