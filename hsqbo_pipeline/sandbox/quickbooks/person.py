"""What people do in QuickBooks' own screens; they may set what the API forbids, and no request of ours is counted."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from hsqbo_pipeline.sandbox.quickbooks import seed, writes
from hsqbo_pipeline.sandbox.quickbooks.books import BY_ROUTE, TRANSACTIONS, Act, Books
from hsqbo_pipeline.sandbox.quickbooks.configure import read_rate, set_rates
from hsqbo_pipeline.sandbox.quickbooks.ledger import entity_of
from hsqbo_pipeline.sandbox.quickbooks.merge import merge_customers
from hsqbo_pipeline.sandbox.quickbooks.person_lines import edited_lines, made_lines
from hsqbo_pipeline.sandbox.quickbooks.plain import expand, merge
from hsqbo_pipeline.sandbox.quickbooks.wire import Doc, parse

if TYPE_CHECKING:
    from hsqbo_pipeline.sandbox.quickbooks.company import QuickBooksCompany

_CONTROL = ("action", "object", "id", "fields", "as", "system", "ref")
_LINE_KEYS = ("lines", "lines_patch", "add_lines", "remove_last_line", "tax", "applies")
_SETTINGS = ("Preferences", "CompanyInfo")
_FORCED = ("TotalAmt", "invoiceStatus", "CreateTime")


def act_as_person(company: QuickBooksCompany, action: Mapping[str, Any]) -> dict[str, Any]:
    """Do one action; answer {"object", "id", "record"}. Raises ValueError or Refusal."""
    name = str(action.get("action", ""))
    if name in _COMPANY:
        return _COMPANY[name](company, action)
    entity = BY_ROUTE.get(str(action.get("object", "Customer" if name == "merge" else "")).lower())
    if entity in _SETTINGS:
        return _setting(company, entity, _settings(action, entity))
    if entity is None:
        raise ValueError(f"unknown object {action.get('object')!r}; use one of {', '.join(BY_ROUTE.values())}")
    if name not in _RECORD:
        known = ", ".join(sorted((*_RECORD, *_COMPANY)))
        raise ValueError(f"unknown action {name!r}; a person can {known}")
    raw = _RECORD[name](company.books, entity, action)
    record: Doc = parse(raw)
    if record.get("status") != "Deleted":
        record = company.books.tables[entity].doc(company.books.number(entity, record["Id"]))
    return {"object": entity, "id": record["Id"], "record": record}


def _fields(action: Mapping[str, Any]) -> Doc:
    given = dict(action.get("fields") or {})
    extra = {key: value for key, value in action.items() if key not in (*_CONTROL, *_LINE_KEYS, "into", "from")}
    return expand({**extra, **given})


def _act(entity: str, fields: Doc, action: Mapping[str, Any]) -> Act:
    cleared = frozenset(name for name, value in fields.items() if value is None or value == "")
    forced = {name: fields[name] for name in _FORCED if name in fields and entity not in ("Payment",)}
    tax = action.get("tax")
    return Act(True, None if tax is None else Decimal(str(tax)), forced, cleared)


def _create(books: Books, entity: str, action: Mapping[str, Any]) -> bytes:
    fields = _fields(action)
    act = _act(entity, fields, action)
    if "lines" in action:
        fields["Line"] = made_lines(books, action["lines"])
    if "applies" in action:
        fields["Line"] = _applied(books, action["applies"])
    return writes.create(books, entity, fields, act)


def _update(books: Books, entity: str, action: Mapping[str, Any]) -> bytes:
    number = books.known(entity, action.get("id"))
    current = books.tables[entity].doc(number)
    fields = _fields(action)
    act = _act(entity, fields, action)
    for name, value in fields.items():
        if isinstance(value, Mapping) and "value" not in value and isinstance(current.get(name), Mapping):
            fields[name] = merge(current[name], value)
    if any(key in action for key in ("lines", "lines_patch", "add_lines", "remove_last_line")):
        fields["Line"] = edited_lines(books, current, action)
    if "applies" in action:
        fields["Line"] = _applied(books, action["applies"])
    return writes.update(books, entity, {**fields, "Id": current["Id"], "sparse": True}, act)


def _applied(books: Books, applies: Mapping[Any, Any]) -> list[Doc]:
    lines = []
    for target, amount in applies.items():
        kind = entity_of(books, int(target))
        if kind is None:
            raise ValueError(f"no invoice, credit memo or journal entry has id {target}")
        lines.append({"Amount": Decimal(str(amount)), "LinkedTxn": [{"TxnId": str(target), "TxnType": kind}]})
    return lines


def _delete(books: Books, entity: str, action: Mapping[str, Any]) -> bytes:
    if entity not in TRANSACTIONS:
        return _activity(books, entity, action, active=False)
    return writes.delete(books, entity, {"Id": str(action.get("id"))}, Act(person=True))


def _void(books: Books, entity: str, action: Mapping[str, Any]) -> bytes:
    return writes.void(books, entity, {"Id": str(action.get("id"))}, Act(person=True))


def _activity(books: Books, entity: str, action: Mapping[str, Any], *, active: bool) -> bytes:
    body = {"Id": str(action.get("id")), "sparse": True, "Active": active}
    return writes.update(books, entity, body, Act(person=True))


def _merge(books: Books, entity: str, action: Mapping[str, Any]) -> bytes:
    if entity != "Customer":
        raise ValueError("only customers can be merged here")
    return merge_customers(books, str(action["into"]), str(action["from"]))


def _deposit(books: Books, entity: str, action: Mapping[str, Any]) -> bytes:
    """Put a payment into a bank deposit: from then on programs cannot touch it."""
    if entity != "Payment":
        raise ValueError("only payments can be deposited")
    number = books.known(entity, action.get("id"))
    doc = books.tables[entity].doc(number)
    doc["LinkedTxn"] = [{"TxnId": str(action.get("deposit_id", "1")), "TxnType": "Deposit"}]
    doc["SyncToken"] = str(int(doc["SyncToken"]) + 1)
    return books.tables[entity].put(number, doc, books.epoch())


_RECORD: dict[str, Callable[[Books, str, Mapping[str, Any]], bytes]] = {
    "create": _create,
    "update": _update,
    "delete": _delete,
    "void": _void,
    "merge": _merge,
    "deposit": _deposit,
    "inactivate": lambda books, entity, action: _activity(books, entity, action, active=False),
    "reactivate": lambda books, entity, action: _activity(books, entity, action, active=True),
}


def _setting(company: QuickBooksCompany, entity: str, changes: Mapping[str, Any]) -> dict[str, Any]:
    books = company.books
    seed.put_setting(books, entity, merge(books.tables[entity].doc(1), expand(changes)))
    return {"object": entity, "id": "1", "record": books.tables[entity].doc(1)}


def _settings(action: Mapping[str, Any], entity: str) -> Mapping[str, Any]:
    """What is to change, however the action words it: as fields, under the entity's name, or bare."""
    bare = {key: value for key, value in action.items() if key not in _CONTROL}
    found: Mapping[str, Any] = action.get("fields") or action.get(entity) or bare
    return found


def _set_preferences(company: QuickBooksCompany, action: Mapping[str, Any]) -> dict[str, Any]:
    return _setting(company, "Preferences", _settings(action, "Preferences"))


def _set_company(company: QuickBooksCompany, action: Mapping[str, Any]) -> dict[str, Any]:
    return _setting(company, "CompanyInfo", _settings(action, "CompanyInfo"))


def _set_closing_date(company: QuickBooksCompany, action: Mapping[str, Any]) -> dict[str, Any]:
    fields = action.get("fields") or {}
    day = next((source[key] for source in (action, fields) for key in ("date", "BookCloseDate") if key in source), None)
    if day:
        date.fromisoformat(str(day))
    return _setting(company, "Preferences", {"AccountingInfoPrefs": {"BookCloseDate": str(day) if day else None}})


def _set_rates(company: QuickBooksCompany, action: Mapping[str, Any]) -> dict[str, Any]:
    set_rates(company.books, action.get("rates") or action.get("exchange_rates") or action.get("fields") or {})
    return {"object": "ExchangeRate", "id": "", "record": dict(company.books.rates)}


def _set_sales_tax(company: QuickBooksCompany, action: Mapping[str, Any]) -> dict[str, Any]:
    fields = action.get("fields") or {}
    rate = next((source["simulator_tax"] for source in (action, fields) if "simulator_tax" in source), fields)
    company.books.sales_tax = read_rate(rate)
    return {"object": "TaxRate", "id": "", "record": {"simulator_tax": company.books.sales_tax}}


def _connect(company: QuickBooksCompany, _action: Mapping[str, Any]) -> dict[str, Any]:
    return {"object": "Connection", "id": company.books.realm, "record": {"refresh_token": company.office.connect()}}


def _expire_tokens(company: QuickBooksCompany, _action: Mapping[str, Any]) -> dict[str, Any]:
    company.office.expire_access()
    return {"object": "Connection", "id": company.books.realm, "record": {}}


_COMPANY: dict[str, Callable[[Any, Mapping[str, Any]], dict[str, Any]]] = {
    "set_preferences": _set_preferences,
    "preferences": _set_preferences,
    "set_company": _set_company,
    "set_closing_date": _set_closing_date,
    "set_rates": _set_rates,
    "set_sales_tax": _set_sales_tax,
    "connect": _connect,
    "expire_tokens": _expire_tokens,
}
