"""What a person does in HubSpot's own screens: whatever the API can, and what it forbids.

A person may set read-only values, edit a finalised invoice where the account allows it, delete any invoice, void,
merge, restore from the recycle bin, and change the account's settings. None of it counts as a request.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from hsqbo_pipeline.sandbox.hubspot import amounts, linking, merging, writing
from hsqbo_pipeline.sandbox.hubspot.account import Account, ValidationRules
from hsqbo_pipeline.sandbox.hubspot.association_types import TYPES, default_type, primary_type
from hsqbo_pipeline.sandbox.hubspot.crm import A_PERSON, Crm
from hsqbo_pipeline.sandbox.hubspot.kinds import KINDS, find_kind
from hsqbo_pipeline.sandbox.hubspot.records import Record
from hsqbo_pipeline.sandbox.hubspot.state import of_record
from hsqbo_pipeline.sandbox.hubspot.values import iso

Action = Mapping[str, Any]
_NEIGHBOURS = {
    "contact": "contacts", "company": "companies", "deal": "deals", "invoice": "invoices", "payment":
    "commerce_payments", "contacts": "contacts", "companies": "companies", "deals": "deals", "invoices": "invoices",
}  # fmt: skip
_ADJUSTMENTS = ("taxes", "discounts", "fees")
_KEYS = frozenset({
    "action", "object", "id", "fields", "as", "system", "ref", "into", "from", "lines", "lines_patch", "add_lines",
    "remove_last_line", "associations", "primary_company", *_ADJUSTMENTS, *_NEIGHBOURS,
})  # fmt: skip
"""What may stand beside the fields of a record; anything else is a slip that would otherwise go unnoticed."""


def act(crm: Crm, action: Action) -> dict[str, Any]:
    """Does what a person asks and answers {object, id, record}. Raises ValueError for an action that does not exist,
    RefusalError for one HubSpot's screens would not allow either."""
    name = str(action.get("action", ""))
    if name in _ACCOUNT_ACTIONS:
        return _ACCOUNT_ACTIONS[name](crm, action)
    if name not in _RECORD_ACTIONS:
        known = ", ".join(sorted([*_RECORD_ACTIONS, *_ACCOUNT_ACTIONS]))
        raise ValueError(f"a person cannot {name!r} in HubSpot; known actions: {known}")
    unknown = sorted(action.keys() - _KEYS)
    if unknown:
        raise ValueError(f"a person's action knows no {', '.join(unknown)}; it knows {', '.join(sorted(_KEYS))}")
    kind = _kind(crm, action)
    record = _RECORD_ACTIONS[name](crm, kind, action)
    amounts.refresh(crm)
    return {"object": kind, "id": str(record.id), "record": of_record(crm, kind, record)}


def _kind(crm: Crm, action: Action) -> str:
    if action.get("object"):
        found = find_kind(str(action["object"]))
        if found is None:
            raise ValueError(f"HubSpot has no object {action['object']!r}; known: {', '.join(KINDS)}")
        return found.name
    wanted = int(action.get("id") or action.get("into") or action.get("from") or -1)
    for name, store in crm.stores.items():
        if store.resolve(wanted) in store.live or wanted in store.archived:
            return name
    raise ValueError(f"no record has the id {wanted}; name the object or check the id")


def _create(crm: Crm, kind: str, action: Action) -> Record:
    fields = dict(action.get("fields") or {})
    if kind == "invoices":
        fields.setdefault("hs_currency", crm.account.company_currency)
    if kind == "commerce_payments":
        fields.setdefault("hs_initiated_date", iso(crm.now_ms()))
    record = writing.create(crm, kind, fields, [], A_PERSON)
    _associate(crm, kind, record, action)
    _add_lines(crm, kind, record, action.get("lines") or ())
    _add_adjustments(crm, record, action)
    return record


def _update(crm: Crm, kind: str, action: Action) -> Record:
    record = crm.record(kind, str(action["id"]))
    fields = action.get("fields") or {}
    writing.update(crm, kind, record, fields, A_PERSON)
    _associate(crm, kind, record, action)
    if any(action.get(key) for key in ("lines_patch", "add_lines", "remove_last_line")):
        record.pinned = record.pinned - {"hs_amount_billed"}
        _patch_lines(crm, kind, record, action.get("lines_patch") or {})
        _add_lines(crm, kind, record, action.get("add_lines") or ())
        if action.get("remove_last_line"):
            last = crm.neighbours(kind, record.id, "line_items")[-1]
            writing.archive(crm, "line_items", last, A_PERSON)
        if kind == "invoices":
            crm.stale_invoices.add(record.id)
    _add_adjustments(crm, record, action)
    return record


def _archive(crm: Crm, kind: str, action: Action) -> Record:
    record = crm.record(kind, str(action["id"]))
    writing.archive(crm, kind, record, A_PERSON)
    return record


def _restore(crm: Crm, kind: str, action: Action) -> Record:
    record = crm.stores[kind].recycle_bin(crm.now_ms()).get(int(action["id"]))
    if record is None:
        raise ValueError(f"{kind} {action['id']} is not in the recycle bin")
    crm.stores[kind].restore(record, crm.now_ms())
    for target, target_id, types in crm.shelf.pop((kind, record.id), []):
        if target_id in crm.stores[target].live:
            for type_id in types:
                crm.links.add(TYPES[kind, target, type_id], record.id, target_id)
            linking.mark(crm, kind, record.id, target, target_id)
    return record


def _void(crm: Crm, kind: str, action: Action) -> Record:
    return _update(crm, kind, {**action, "fields": {"hs_invoice_status": "voided"}})


def _merge(crm: Crm, kind: str, action: Action) -> Record:
    return merging.merge(crm, kind, str(action["into"]), str(action["from"]), A_PERSON)


def _forget(crm: Crm, kind: str, action: Action) -> Record:
    record = crm.record(kind, str(action["id"]))
    merging.forget_contact(crm, str(record.id), None)
    return record


def _associate(crm: Crm, kind: str, record: Record, action: Action) -> None:
    for key, target in _NEIGHBOURS.items():
        if key in action and target != kind:
            for target_id in _ids(action[key]):
                _link(crm, kind, record, target, target_id)
    for target_id in _ids(action.get("primary_company")):
        association = primary_type(kind, "companies") or default_type(kind, "companies")
        _link(crm, kind, record, "companies", target_id, type_id=association.type_id if association else None)
    for each in action.get("associations") or ():
        target_kind = find_kind(str(each["object"]))
        if target_kind is None:
            raise ValueError(f"HubSpot has no object {each['object']!r}")
        if each.get("remove"):
            linking.disconnect(crm, kind, record.id, target_kind.name, int(each["id"]), actor=A_PERSON)
        else:
            _link(crm, kind, record, target_kind.name, int(each["id"]), type_id=each.get("typeId"))


def _link(crm: Crm, kind: str, record: Record, target: str, target_id: int, *, type_id: int | None = None) -> None:
    association = default_type(kind, target) if type_id is None else TYPES.get((kind, target, int(type_id)))
    if association is None:
        raise ValueError(f"{kind} and {target} cannot be associated" + (f" as {type_id}" if type_id else ""))
    linking.check(crm, association, record.id, target_id, A_PERSON)
    linking.connect(crm, association, record.id, target_id)


def _add_lines(crm: Crm, kind: str, parent: Record, lines: Iterable[Action]) -> None:
    for line in lines:
        _add_child(crm, "line_items", kind, parent, _from_product(crm, line))


def _add_adjustments(crm: Crm, invoice: Record, action: Action) -> None:
    for kind in _ADJUSTMENTS:
        for each in action.get(kind) or ():
            _add_child(crm, kind, "invoices", invoice, _adjustment(each))


def _add_child(crm: Crm, kind: str, parent_kind: str, parent: Record, fields: Action) -> None:
    association = default_type(kind, parent_kind)
    if association is None:
        raise ValueError(f"{parent_kind} have no {kind}")
    writing.create(crm, kind, fields, [(association, parent.id)], A_PERSON)


def _patch_lines(crm: Crm, kind: str, parent: Record, patches: Mapping[Any, Action]) -> None:
    lines = crm.neighbours(kind, parent.id, "line_items")
    for place, fields in patches.items():
        if not 0 < int(place) <= len(lines):
            raise ValueError(f"{kind} {parent.id} has {len(lines)} lines; there is no line {place}")
        writing.update(crm, "line_items", lines[int(place) - 1], fields, A_PERSON)


def _from_product(crm: Crm, line: Action) -> dict[str, Any]:
    """A line that names a product by SKU takes its name and id, as picking it from the library does."""
    fields = dict(line)
    sku = str(fields.get("hs_sku") or "")
    found = crm.stores["products"].bucket("hs_sku").get(sku.lower()) if sku else None
    if found:
        product = crm.stores["products"].live[min(found)]
        fields.setdefault("hs_product_id", str(product.id))
        fields.setdefault("name", product.get("name") or "")
    fields.setdefault("name", sku)
    return fields


def _adjustment(each: Action) -> dict[str, Any]:
    if "percent" in each:
        return {"hs_type": "PERCENT", "hs_value": each["percent"], "hs_label": each.get("label", "")}
    if "amount" in each:
        return {"hs_type": "FIXED", "hs_value": each["amount"], "hs_label": each.get("label", "")}
    return dict(each)


def _ids(value: Any) -> list[int]:
    if value in (None, "", []):
        return []
    return [int(each) for each in (value if isinstance(value, (list, tuple)) else [value])]


def _set_account(crm: Crm, action: Action) -> dict[str, Any]:
    settings = {key: value for key, value in (action.get("fields") or {}).items() if key != "tax_rates"}
    # Read first, so that a wrong key changes nothing.
    wanted, _ = Account.read(settings)
    untouched = Account()
    for name in Account.__slots__:
        if getattr(wanted, name) != getattr(untouched, name):
            setattr(crm.account, name, getattr(wanted, name))
    names = crm.account.add_tax_rates((action.get("fields") or {}).get("tax_rates") or [])
    return {"object": "account", "id": str(crm.account.portal_id), "record": _account(crm), "names": names}


def _set_rates(crm: Crm, action: Action) -> dict[str, Any]:
    names = crm.account.add_tax_rates(action.get("tax_rates") or (action.get("fields") or {}).get("tax_rates") or [])
    return {"object": "tax_rates", "id": "", "record": _account(crm), "names": names}


def _set_validation_rules(crm: Crm, action: Action) -> dict[str, Any]:
    rules = action.get("rules") or action.get("fields") or {}
    crm.account.validation_rules = {kind: ValidationRules(**each) for kind, each in rules.items()}
    return {"object": "account", "id": str(crm.account.portal_id), "record": _account(crm)}


def _account(crm: Crm) -> dict[str, Any]:
    rates = [each.body() for each in crm.account.tax_rates.values()]
    return {**crm.account.details(crm.clock.now()), "tax_rates": rates}


_RECORD_ACTIONS: dict[str, Callable[[Crm, str, Action], Record]] = {
    "create": _create,
    "update": _update,
    "delete": _archive,
    "archive": _archive,
    "restore": _restore,
    "void": _void,
    "merge": _merge,
    "gdpr_delete": _forget,
}
_ACCOUNT_ACTIONS: dict[str, Callable[[Crm, Action], dict[str, Any]]] = {
    "set_portal": _set_account,
    "set_account": _set_account,
    "set_preferences": _set_account,
    "set_rates": _set_rates,
    "set_tax_rates": _set_rates,
    "set_validation_rules": _set_validation_rules,
}
