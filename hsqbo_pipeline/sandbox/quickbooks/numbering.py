"""Document numbers: who gives them, in which sequence, and when a second one of the same kind is refused."""

from __future__ import annotations

import re

from hsqbo_pipeline.sandbox.quickbooks.books import Act, Books
from hsqbo_pipeline.sandbox.quickbooks.refusals import bad_length, duplicate_number
from hsqbo_pipeline.sandbox.quickbooks.wire import Doc

LONGEST = 21
AUTOMATIC = "AUTO_GENERATE"
_TAIL = re.compile(r"(\d{1,18})\D*\Z")
WARNING = "WarnDuplicateInvoiceNumber"


def give_number(books: Books, entity: str, doc: Doc, before: Doc | None, act: Act) -> None:
    """Set or check DocNumber as the company's preferences want it. Raises Refusal 2050 or 6140."""
    number = doc.get("DocNumber")
    custom = bool(books.preference("SalesFormsPrefs", "CustomTxnNumbers"))
    series = "journal" if entity == "JournalEntry" else "sale"
    if number is None and before is not None and not custom and before.get("DocNumber"):
        doc["DocNumber"] = number = before["DocNumber"]
    if number == AUTOMATIC or (number is None and not custom and before is None):
        doc["DocNumber"] = number = _following(books.last_number[series])
    if number is None:
        return
    if len(number) > LONGEST:
        raise bad_length("DocNumber", len(number), LONGEST)
    if before is not None and before.get("DocNumber") == number:
        return
    if custom and warns(books) and not act.ignore_duplicate_number:
        holder = next(iter(books.tables[entity].find("DocNumber", number)), None)
        if holder is not None:
            raise duplicate_number(number, entity, str(holder))


def remember(books: Books, entity: str, doc: Doc) -> None:
    """The sequence goes on from the last number used, also one that a program sent."""
    if doc.get("DocNumber"):
        books.last_number["journal" if entity == "JournalEntry" else "sale"] = doc["DocNumber"]


def warns(books: Books) -> bool:
    """Whether the company warns of a number that is taken; unless set otherwise it does."""
    for pair in books.setting("Preferences").get("OtherPrefs", {}).get("NameValue", []):
        if pair.get("Name") == WARNING:
            return str(pair.get("Value")).lower() != "false"
    return True


def _following(last: str) -> str:
    found = _TAIL.search(last)
    if found is None:
        return "1001"
    digits = found.group(1)
    grown = str(int(digits) + 1).zfill(len(digits))
    return (last[: found.start(1)] + grown)[:LONGEST]
