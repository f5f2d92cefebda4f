"""Create, full and sparse update, delete, void: what every kind of record goes through when it is written."""

from __future__ import annotations

from hsqbo_pipeline.sandbox.quickbooks import shapes
from hsqbo_pipeline.sandbox.quickbooks.autoapply import auto_apply
from hsqbo_pipeline.sandbox.quickbooks.books import API, TRANSACTIONS, Act, Books, Tombstone
from hsqbo_pipeline.sandbox.quickbooks.entities.payment import check_not_deposited
from hsqbo_pipeline.sandbox.quickbooks.entities.sales import is_voided
from hsqbo_pipeline.sandbox.quickbooks.kinds import KINDS
from hsqbo_pipeline.sandbox.quickbooks.ledger import post, release
from hsqbo_pipeline.sandbox.quickbooks.numbering import remember
from hsqbo_pipeline.sandbox.quickbooks.period import check_period
from hsqbo_pipeline.sandbox.quickbooks.refusals import missing, stale, unsupported
from hsqbo_pipeline.sandbox.quickbooks.wire import Doc

IDENTITY = ("Id", "SyncToken", "MetaData", "domain", "sparse", "status")
SETTINGS = ("CompanyInfo", "Preferences")
_NESTED_TEXTS = ("PrimaryPhone", "Mobile", "Fax", "AlternatePhone", "PrimaryEmailAddr", "WebAddr", "BillEmail")


def create(books: Books, entity: str, body: Doc, act: Act = API) -> bytes:
    """Make a record; return it as stored. Raises Refusal."""
    if entity in SETTINGS:
        raise unsupported(f"create {entity}")
    kind, table = KINDS[entity], books.tables[entity]
    doc = shapes.check(entity, body)
    for name in (*IDENTITY, *kind.read_only):
        doc.pop(name, None)
    number = table.sequence.last + 1
    kind.derive(books, doc, None, act, number)
    if entity in TRANSACTIONS:
        remember(books, entity, doc)
    table.sequence.take()
    doc.update(_forced(act), domain="QBO", sparse=False, Id=str(number), SyncToken="0")
    table.put(number, doc, books.epoch())
    kind.settle(books, number, None, doc)
    auto_apply(books, entity, number, create)
    return table.rows[number].raw


def _forced(act: Act) -> Doc:
    return {name: value for name, value in act.forced.items() if name != "TotalAmt"}


def update(books: Books, entity: str, body: Doc, act: Act = API) -> bytes:
    """Change a record, sparsely if the body says so; a change of nothing leaves it as it is. Raises Refusal."""
    kind, table = KINDS[entity], books.tables[entity]
    number = books.known(entity, body.get("Id") or ("1" if entity in SETTINGS else ""))
    sent = shapes.check(entity, body)
    before = table.doc(number)
    _check_token(before, sent, act)
    if sent.get("sparse"):
        doc = _sparse(books, table.doc(number), sent, body, kind.read_only)
        for name in act.cleared:
            doc.pop(name, None)
    else:
        doc = _full(table.doc(number), sent, kind.read_only, kind.kept)
    kind.derive(books, doc, before, act, number)
    doc.update(_forced(act))
    if same(before, doc):
        return table.rows[number].raw
    stored = table.doc(number)
    doc["SyncToken"] = str(int(before["SyncToken"]) + 1)
    table.put(number, doc, books.epoch())
    if entity in TRANSACTIONS and doc.get("DocNumber") != before.get("DocNumber"):
        remember(books, entity, doc)
    kind.settle(books, number, stored, doc)
    return table.rows[number].raw


def _check_token(before: Doc, sent: Doc, act: Act) -> None:
    if act.person:
        return
    if "SyncToken" not in sent:
        raise missing("SyncToken")
    if str(sent["SyncToken"]) != before["SyncToken"]:
        raise stale()


def _sparse(books: Books, before: Doc, sent: Doc, body: Doc, read_only: frozenset[str]) -> Doc:
    changes = {name: value for name, value in sent.items() if name not in read_only and name not in IDENTITY}
    doc = {**before, **changes}
    if books.switches.qb_sparse_blank_clears:
        for name, value in body.items():
            if name not in sent and name not in read_only and name not in IDENTITY and _is_blank(name, value):
                doc.pop(name, None)
    return doc


def _is_blank(name: str, value: object) -> bool:
    if name in _NESTED_TEXTS and isinstance(value, dict):
        return all(part in (None, "") for part in value.values())
    return value is None or value == ""


def _full(before: Doc, sent: Doc, read_only: frozenset[str], kept: frozenset[str]) -> Doc:
    doc = {name: value for name, value in sent.items() if name not in read_only and name not in IDENTITY}
    for name in (*IDENTITY, *read_only, *kept):
        if name in before and name not in doc:
            doc[name] = before[name]
    return doc


def same(before: Doc, after: Doc) -> bool:
    """Whether two states of a record differ in nothing that a person could see."""
    return _comparable(before) == _comparable(after)


def _comparable(doc: Doc) -> Doc:
    found = {name: value for name, value in doc.items() if name not in ("MetaData", "SyncToken")}
    if "UnappliedAmt" in found:
        lines = found.get("Line", [])
        found["Line"] = [{name: value for name, value in line.items() if name != "LineEx"} for line in lines]
    return found


def delete(books: Books, entity: str, body: Doc, act: Act = API) -> bytes:
    """Take a transaction away; return the stub that says so. Raises Refusal 500 for anything else."""
    kind, table = KINDS[entity], books.tables[entity]
    if not kind.deletable:
        raise unsupported(f"delete {entity}")
    number = books.known(entity, body.get("Id", ""))
    before = table.doc(number)
    _check_token(before, shapes.check(entity, body), act)
    check_period(books, act, before)
    if entity == "Payment":
        check_not_deposited(before, act)
    release(books, number)
    before = table.doc(number)
    kind.settle(books, number, before, None) if entity != "Invoice" else post(books, entity, before, None)
    table.remove(number)
    books.tombstones.append(Tombstone(entity, str(number), books.epoch()))
    return b'{"domain":"QBO","status":"Deleted","Id":"%d"}' % number


def void(books: Books, entity: str, body: Doc, act: Act = API) -> bytes:
    """Set a transaction to nothing, keeping it. Raises Refusal 500 where there is no void."""
    kind, table = KINDS[entity], books.tables[entity]
    if kind.void is None:
        raise unsupported(f"void {entity}")
    number = books.known(entity, body.get("Id", ""))
    before = table.doc(number)
    _check_token(before, shapes.check(entity, body), act)
    check_period(books, act, before)
    if entity == "Payment":
        check_not_deposited(before, act)
    if is_voided(before):
        return table.rows[number].raw
    doc = kind.void(books, table.doc(number), number)
    stored = table.doc(number)
    doc["SyncToken"] = str(int(before["SyncToken"]) + 1)
    table.put(number, doc, books.epoch())
    kind.settle(books, number, stored, doc)
    return table.rows[number].raw
