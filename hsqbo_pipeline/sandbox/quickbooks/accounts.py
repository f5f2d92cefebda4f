"""Accounts that documents fall back to."""

from __future__ import annotations

from hsqbo_pipeline.sandbox.quickbooks.books import Books
from hsqbo_pipeline.sandbox.quickbooks.refusals import missing
from hsqbo_pipeline.sandbox.quickbooks.wire import Doc, ref


def account_of(books: Books, subtype: str) -> dict[str, str] | None:
    """The first active account of a subtype."""
    table = books.tables["Account"]
    for number in table.active_ids:
        account: Doc = table.peek(number)
        if account.get("AccountSubType") == subtype:
            return ref(account["Id"], account["FullyQualifiedName"])
    return None


def undeposited_funds(books: Books) -> dict[str, str]:
    """Where money received waits. Raises Refusal 2020 in a company without such an account."""
    found = account_of(books, "UndepositedFunds")
    if found is None:
        raise missing("DepositToAccountRef")
    return found
