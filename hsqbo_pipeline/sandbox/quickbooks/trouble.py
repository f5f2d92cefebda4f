"""Faults that only QuickBooks has: its own envelopes, and people who get in between."""

from __future__ import annotations

from hsqbo_pipeline.sandbox.frame.faults import Fault
from hsqbo_pipeline.sandbox.quickbooks import writes
from hsqbo_pipeline.sandbox.quickbooks.books import PERSON, TRANSACTIONS, Books
from hsqbo_pipeline.sandbox.quickbooks.http import ApiRequest, Deed
from hsqbo_pipeline.sandbox.quickbooks.refusals import (
    Refusal,
    business,
    forbidden,
    system_failure,
    throttled,
    used_up,
)
from hsqbo_pipeline.sandbox.quickbooks.wire import Doc, dump, parse

_NOTE = {"Customer": "Notes", "Vendor": "Notes", "Item": "Description"}


def refusal_for(fault: Fault, books: Books) -> Refusal | None:
    """The refusal that stands in for the request; None if this fault is of another kind."""
    if fault.do == "429_monthly":
        return used_up()
    if fault.do.startswith("429") and fault.do != "429_item":
        return throttled()
    if fault.do == "403":
        return forbidden(books.switches.qb_forbidden_status)
    if fault.do == "system_fault":
        return system_failure(books.switches.qb_system_fault_status)
    if fault.do in ("423", "477"):
        return Refusal("140", "Company is locked", "The company is locked; try again later", status=int(fault.do))
    if fault.do in ("fault_in_200", "partial_207"):
        code = str(fault.rule.get("code", "6000"))
        refusal = business("An unexpected error occurred. Please wait a few minutes and try again.", code=code)
        refusal.status = 200
        return refusal
    if fault.do == "batch_refused":
        return Refusal("1040", "Batch request refused", "The batch could not be processed as a whole")
    return None


def get_in_between(fault: Fault, books: Books, request: ApiRequest) -> None:
    """Let a person change, touch or delete what the request is about to write."""
    for deed in request.deeds:
        if deed.action in ("update", "delete", "void") and deed.body.get("Id"):
            _meddle(fault.do, books, deed)


def _meddle(kind: str, books: Books, deed: Deed) -> None:
    table = books.tables[deed.entity]
    number = books.known(deed.entity, deed.body["Id"])
    doc = table.doc(number)
    if kind == "delete_before_write":
        if deed.entity in TRANSACTIONS:
            writes.delete(books, deed.entity, {"Id": doc["Id"]}, PERSON)
        else:
            writes.update(books, deed.entity, {"Id": doc["Id"], "sparse": True, "Active": False}, PERSON)
    elif kind == "change_before_write":
        name = _NOTE.get(deed.entity, "PrivateNote" if deed.entity in TRANSACTIONS else "Description")
        changed: Doc = {"Id": doc["Id"], "sparse": True, name: f"{doc.get(name, '')} edited by a person".strip()}
        writes.update(books, deed.entity, changed, PERSON)
    elif kind == "stale_token":
        doc["SyncToken"] = str(int(doc["SyncToken"]) + 1)
        table.put(number, doc, books.epoch())


def truncate(body: bytes) -> bytes:
    """A page that lost its last half and does not say so."""
    answer = parse(body)
    found = answer.get("QueryResponse")
    if isinstance(found, dict):
        for name, rows in found.items():
            if isinstance(rows, list):
                found[name] = rows[: len(rows) // 2]
                found["maxResults"] = len(found[name])
                break
    return dump(answer)
