"""The short way of writing records that people, configurations and books use, made into the API's shape."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from hsqbo_pipeline.sandbox.quickbooks.wire import Doc

_ADDRESSES = ("PrimaryEmailAddr", "BillEmail", "BillEmailCc", "BillEmailBcc", "Email")
_PHONES = ("PrimaryPhone", "AlternatePhone", "Mobile", "Fax")
_REFERENCES = ("HomeCurrency", "DefaultTerms", "DefaultARAccount", "DefaultAPAccount", "DefaultTimeItem", "DefaultItem")


def expand(fields: Mapping[str, Any]) -> Doc:
    """API shape: `CustomerRef: "5"` is {"value": "5"}, an e-mail or phone its one text; floats become decimals."""
    return {name: _value(name, value) for name, value in fields.items()}


def _value(name: str, value: Any) -> Any:
    if isinstance(value, Mapping):
        return expand(value)
    if isinstance(value, list | tuple):
        return [_value("", each) for each in value]
    if isinstance(value, float):
        return Decimal(repr(value))
    if value is None or value == "" or isinstance(value, bool):
        return value
    if name.endswith("Ref") or name in _REFERENCES:
        return {"value": str(value)}
    if name == "CustomerMemo":
        return {"value": str(value)}
    if name in _ADDRESSES:
        return {"Address": str(value)}
    if name in _PHONES:
        return {"FreeFormNumber": str(value)}
    if name == "WebAddr":
        return {"URI": str(value)}
    return str(value) if hasattr(value, "isoformat") else value


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
