"""The short way of writing records that people, configurations and books use, made into the API's shape."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from hsqbo_pipeline.sandbox.quickbooks.wire import Doc

_REFERENCES = ("HomeCurrency", "DefaultTerms", "DefaultARAccount", "DefaultAPAccount", "DefaultTimeItem", "DefaultItem")
_ONE_TEXT = {
    **dict.fromkeys((*_REFERENCES, "CustomerMemo"), "value"),
    **dict.fromkeys(("PrimaryEmailAddr", "BillEmail", "BillEmailCc", "BillEmailBcc", "Email"), "Address"),
    **dict.fromkeys(("PrimaryPhone", "AlternatePhone", "Mobile", "Fax"), "FreeFormNumber"),
    "WebAddr": "URI",
}
"""Properties that are written as the one text they hold, and where that text goes."""


def expand(fields: Mapping[str, Any]) -> Doc:
    """API shape: `CustomerRef: "5"` is {"value": "5"}, an e-mail or phone its one text; floats become decimals."""
    return {name: _value(name, value) for name, value in fields.items()}


def _value(name: str, value: Any) -> Any:
    kind = value.__class__
    if kind is dict or isinstance(value, Mapping):
        return expand(value)
    if kind is list or kind is tuple:
        return [_value("", each) for each in value]
    if value is None or value == "" or kind is bool:
        return value
    inner = "value" if name.endswith("Ref") else _ONE_TEXT.get(name)
    if inner is not None:
        return {inner: str(value)}
    if kind is float:
        return Decimal(repr(value))
    return value if kind in (str, int, Decimal) else str(value)


def merge(base: Mapping[str, Any], changes: Mapping[str, Any]) -> Doc:
    """Lay changes over a record, nested objects too; None takes a key away."""
    merged = dict(base)
    for name, value in changes.items():
        if value is None:
            merged.pop(name, None)
        elif isinstance(value, Mapping) and isinstance(merged.get(name), Mapping) and "value" not in value:
            merged[name] = merge(merged[name], value)
        else:
            merged[name] = dict(value) if isinstance(value, Mapping) else value
    return merged


def resolve(value: Any, names: Mapping[str, str]) -> Any:
    """Replace "@name" by the id of what was named. Raises ValueError for a name nobody gave."""
    if isinstance(value, str) and value.startswith("@"):
        if value[1:] not in names:
            raise ValueError(f"{value} names no record of this configuration; define it with `as: {value[1:]}` first")
        return names[value[1:]]
    if isinstance(value, Mapping):
        return {name: resolve(each, names) for name, each in value.items()}
    if isinstance(value, list | tuple):
        return [resolve(each, names) for each in value]
    return value
