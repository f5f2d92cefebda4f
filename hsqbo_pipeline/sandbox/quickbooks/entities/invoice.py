"""Invoices: due date, deposit, balance, and what payments on them allow to change."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

from hsqbo_pipeline.sandbox.quickbooks.books import Act, Books
from hsqbo_pipeline.sandbox.quickbooks.entities import sales
from hsqbo_pipeline.sandbox.quickbooks.ledger import post, release, set_balance
from hsqbo_pipeline.sandbox.quickbooks.refusals import business
from hsqbo_pipeline.sandbox.quickbooks.wire import ZERO, Doc, shown, value_of

READ_ONLY = sales.READ_ONLY | {"invoiceStatus", "callToAction", "invoiceStatusLog"}
DAYS_WITHOUT_TERM = 30
_FLAGS = ("AllowIPNPayment", "AllowOnlinePayment", "AllowOnlineCreditCardPayment", "AllowOnlineACHPayment")


def derive(books: Books, doc: Doc, before: Doc | None, act: Act, number: int) -> None:
    """Complete an invoice. Raises Refusal."""
    sales.require_customer(doc)
    _keep_customer_of_paid(books, doc, before, act, number)
    customer = sales.derive_sale(books, "Invoice", doc, before, act)
    for name in _FLAGS:
        doc.setdefault(name, False)
    _due(books, doc, before, customer or {})
    _deposit(books, doc)
    _links(doc, before)
    if before is not None and not act.person and doc.get("EmailStatus") == "NeedToSend":
        doc["EmailStatus"] = "EmailSent"
    asked = Decimal(doc["TotalAmt"]) - Decimal(doc.get("Deposit", ZERO))
    if books.paid(number) > asked:
        release(books, number, asked)
        if before is not None:
            # releasing rewrote the stored invoice; its links are the ones to keep
            doc["LinkedTxn"] = books.tables["Invoice"].doc(number)["LinkedTxn"]
    set_balance(books, "Invoice", doc, number)


def _keep_customer_of_paid(books: Books, doc: Doc, before: Doc | None, act: Act, number: int) -> None:
    moved = before is not None and value_of(before.get("CustomerRef")) != value_of(doc.get("CustomerRef"))
    if moved and books.paid(number) and not act.person:
        raise business("The customer of an invoice with payments applied cannot be changed", "CustomerRef")


def _due(books: Books, doc: Doc, before: Doc | None, customer: Doc) -> None:
    if "SalesTermRef" not in doc and before is None:
        term = customer.get("SalesTermRef") or books.preference("SalesFormsPrefs", "DefaultTerms")
        if value_of(term) is not None:
            doc["SalesTermRef"] = term
    if "DueDate" in doc:
        return
    start = date.fromisoformat(doc["TxnDate"])
    term_id = value_of(doc.get("SalesTermRef")) or ""
    table = books.tables["Term"]
    term_doc = table.peek(int(term_id)) if term_id.isdigit() and int(term_id) in table else {}
    doc["DueDate"] = due_date(start, term_doc).isoformat()


def due_date(start: date, term: Doc) -> date:
    """The date a term gives; 30 days where there is no term (recorded so)."""
    if "DayOfMonthDue" in term:
        month = start if start.day <= term["DayOfMonthDue"] else (start.replace(day=1) + timedelta(days=32))
        last = (month.replace(day=28) + timedelta(days=4)).replace(day=1) - timedelta(days=1)
        return month.replace(day=min(int(term["DayOfMonthDue"]), last.day))
    return start + timedelta(days=int(term.get("DueDays", DAYS_WITHOUT_TERM)))


def _deposit(books: Books, doc: Doc) -> None:
    if "Deposit" not in doc:
        return
    if not books.preference("SalesFormsPrefs", "AllowDeposit") or not doc["Deposit"]:
        del doc["Deposit"]
        return
    if not 0 <= doc["Deposit"] <= doc["TotalAmt"]:
        raise business("A deposit lies between 0 and the total of the invoice", "Deposit")
    doc["Deposit"] = shown(books.cents(Decimal(doc["Deposit"])))


def _links(doc: Doc, before: Doc | None) -> None:
    """Links to payments come from payments alone."""
    kept = [link for link in (before or {}).get("LinkedTxn", []) if link.get("TxnType") == "Payment"]
    doc["LinkedTxn"] = [link for link in doc.get("LinkedTxn", []) if link.get("TxnType") != "Payment"] + kept


def settle(books: Books, _number: int, before: Doc | None, after: Doc | None) -> None:
    """Carry the change to the customer."""
    post(books, "Invoice", before, after)


def void(books: Books, doc: Doc, number: int) -> Doc:
    """Payments applied to a voided invoice become unapplied."""
    release(books, number)
    voided = sales.void_sale(books.tables["Invoice"].doc(number) if number in books.tables["Invoice"] else doc)
    set_balance(books, "Invoice", voided, number)
    return voided
