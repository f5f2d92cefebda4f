"""Closed books: nothing dated on or before the closing date may be made, changed or taken away by a program."""

from __future__ import annotations

from hsqbo_pipeline.sandbox.quickbooks.books import Act, Books
from hsqbo_pipeline.sandbox.quickbooks.refusals import closed
from hsqbo_pipeline.sandbox.quickbooks.wire import Doc


def check_period(books: Books, act: Act, *docs: Doc | None) -> None:
    """Look at the old and the new TxnDate. Raises Refusal 6210; a person may pass."""
    day = books.preference("AccountingInfoPrefs", "BookCloseDate")
    if not day or act.person:
        return
    for doc in docs:
        if doc is not None and str(doc.get("TxnDate", "9999")) <= str(day):
            raise closed(str(day))
