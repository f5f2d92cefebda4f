"""Journal entries, as far as payments can be applied to them."""

from __future__ import annotations

from decimal import Decimal

from hsqbo_pipeline.sandbox.quickbooks.books import Act, Books
from hsqbo_pipeline.sandbox.quickbooks.numbering import give_number
from hsqbo_pipeline.sandbox.quickbooks.period import check_period
from hsqbo_pipeline.sandbox.quickbooks.refusals import Refusal, missing
from hsqbo_pipeline.sandbox.quickbooks.wire import ZERO, Doc, shown

READ_ONLY = frozenset({"TotalAmt", "HomeTotalAmt"})


def derive(books: Books, doc: Doc, before: Doc | None, act: Act, _number: int) -> None:
    """Check that debits equal credits and that each line names its account. Raises Refusal."""
    lines = doc.get("Line") or []
    if not lines:
        raise missing("Line")
    doc.setdefault("TxnDate", books.today().isoformat())
    check_period(books, act, before, doc)
    balance = debit = ZERO
    for place, line in enumerate(lines):
        detail = line.get("JournalEntryLineDetail")
        if not detail or "PostingType" not in detail:
            raise Refusal("6440", "Detail missing", "JournalEntryLineDetail and PostingType are required", "Line")
        if "AccountRef" not in detail:
            raise missing("AccountRef")
        books.refer("Account", detail, "AccountRef")
        line["DetailType"] = "JournalEntryLineDetail"
        line.setdefault("Id", str(place))
        line["Amount"] = shown(books.cents(Decimal(line.get("Amount", 0))))
        balance += line["Amount"] if detail["PostingType"] == "Debit" else -line["Amount"]
        debit += line["Amount"] if detail["PostingType"] == "Debit" else ZERO
    if balance:
        raise Refusal(
            "6000", "Business Validation Error", "Debits and credits of a journal entry must be equal", "Line"
        )
    doc["TotalAmt"] = shown(debit)
    doc.setdefault("Adjustment", False)
    doc["LinkedTxn"] = (before or {}).get("LinkedTxn", [])
    give_number(books, "JournalEntry", doc, before, act)


def settle(_books: Books, _number: int, _before: Doc | None, _after: Doc | None) -> None:
    """A journal entry moves no customer's balance here."""
