"""CompanyInfo and Preferences: one record each."""

from __future__ import annotations

from hsqbo_pipeline.sandbox.quickbooks.books import Act, Books
from hsqbo_pipeline.sandbox.quickbooks.wire import Doc

READ_ONLY = frozenset({"NameValue"})


def derive(_books: Books, _doc: Doc, _before: Doc | None, _act: Act, _number: int) -> None:
    """Settings are kept as given."""


def settle(books: Books, _number: int, _before: Doc | None, _after: Doc | None) -> None:
    """Later writes go by the new settings."""
    books.forget_settings()
