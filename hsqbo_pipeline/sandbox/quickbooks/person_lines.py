"""Lines as people and scenario files write them: {item, Qty, UnitPrice}, {discount}, {description_only}, …"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from decimal import Decimal
from typing import Any

from hsqbo_pipeline.sandbox.quickbooks.books import Books
from hsqbo_pipeline.sandbox.quickbooks.lines import SHIPPING
from hsqbo_pipeline.sandbox.quickbooks.plain import expand
from hsqbo_pipeline.sandbox.quickbooks.wire import Doc

_DETAIL = ("Qty", "UnitPrice", "TaxCodeRef", "ServiceDate", "ClassRef", "ItemRef", "TaxInclusiveAmt")


def made_lines(books: Books, lines: Iterable[Mapping[str, Any]]) -> list[Doc]:
    """API lines; the SubTotal line is the server's own."""
    return [made for line in lines if (made := _line(books, line)) is not None]


def _line(books: Books, line: Mapping[str, Any]) -> Doc | None:
    if line.get("subtotal"):
        return None
    if "DetailType" in line or any(key.endswith("LineDetail") for key in line):
        return expand(line)
    if "description_only" in line:
        return {"DetailType": "DescriptionOnly", "Description": str(line["description_only"]), "Amount": Decimal(0)}
    special = next((key for key in _MAKERS if key in line), None)
    return _item_line(line) if special is None else _MAKERS[special](books, line[special])


def _discount(_books: Books, given: Mapping[str, Any]) -> Doc:
    discount = expand(given)
    made: Doc = {"DetailType": "DiscountLineDetail", "DiscountLineDetail": discount}
    if "Amount" in discount:
        made["Amount"] = discount.pop("Amount")
    return made


def _shipping(_books: Books, amount: Any) -> Doc:
    return {"Amount": _decimal(amount), "SalesItemLineDetail": {"ItemRef": {"value": SHIPPING}}}


def _group(books: Books, group: Mapping[str, Any]) -> Doc:
    item = group.get("item", group.get("GroupItemRef"))
    inner = made_lines(books, group.get("lines", group.get("Line", [])))
    detail = expand({"GroupItemRef": item, "Quantity": group.get("Quantity", group.get("Qty", 1))})
    return {"DetailType": "GroupLineDetail", "GroupLineDetail": {**detail, "Line": inner}}


def _item_line(line: Mapping[str, Any]) -> Doc:
    fields = expand({("ItemRef" if key == "item" else key): value for key, value in line.items()})
    detail = {key: fields[key] for key in _DETAIL if fields.get(key) is not None}
    made: Doc = {"DetailType": "SalesItemLineDetail", "SalesItemLineDetail": detail}
    if "UnitPrice" in detail:
        detail.setdefault("Qty", Decimal(1))
    made["Amount"] = fields["Amount"] if "Amount" in fields else _product(detail)
    if fields.get("Description"):
        made["Description"] = fields["Description"]
    return made


_MAKERS: dict[str, Callable[[Books, Any], Doc]] = {"discount": _discount, "shipping": _shipping, "group": _group}


def _product(detail: Mapping[str, Any]) -> Decimal:
    return (_decimal(detail.get("Qty", 1)) * _decimal(detail.get("UnitPrice", 0))).quantize(Decimal("0.01"))


def _decimal(value: Any) -> Decimal:
    return Decimal(str(value))


def edited_lines(books: Books, current: Doc, action: Mapping[str, Any]) -> list[Doc]:
    """The document's lines after replacing, patching, adding or removing some; `Line[n]` counts from 1."""
    if "lines" in action:
        return made_lines(books, action["lines"])
    lines = [line for line in current.get("Line", []) if line.get("DetailType") != "SubTotalLineDetail"]
    for place, patch in (action.get("lines_patch") or {}).items():
        lines[int(place) - 1] = _patched(lines[int(place) - 1], patch)
    if action.get("remove_last_line"):
        lines = lines[:-1]
    return lines + made_lines(books, action.get("add_lines") or [])


def _patched(line: Doc, patch: Mapping[str, Any]) -> Doc:
    fields = expand({("ItemRef" if key == "item" else key): value for key, value in patch.items()})
    key = next((name for name in line if name.endswith("LineDetail")), "SalesItemLineDetail")
    detail = dict(line.get(key, {}))
    changed = {**line, key: detail}
    for name, value in fields.items():
        home = detail if name in _DETAIL or name in detail else changed
        if value is None or value == "":
            home.pop(name, None)
        else:
            home[name] = value
    if {"Qty", "UnitPrice"} & fields.keys() and "Amount" not in fields and detail.get("UnitPrice") is not None:
        changed["Amount"] = _product(detail)
    return changed
