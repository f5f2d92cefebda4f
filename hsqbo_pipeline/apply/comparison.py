"""Whether what stands in a record is what we think: values compared across spellings, never across meanings."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal, InvalidOperation
from typing import Any

from hsqbo_pipeline.mapping.paths import value_at
from hsqbo_pipeline.model.names import System

Payload = Mapping[str, Any]


def value_of(system: System, payload: Payload | None, path: str) -> Any:
    """The value of a HubSpot property, or at a dotted QuickBooks path."""
    if system is System.HUBSPOT:
        return ((payload or {}).get("properties") or {}).get(path)
    return value_at(payload, path)


def moved(system: System, before: Mapping[str, Any], current: Payload) -> list[str]:
    """The paths at which something else stands than `before` says."""
    return [path for path, value in before.items() if not same(value, value_of(system, current, path))]


def same(one: Any, other: Any) -> bool:
    """Equal in meaning: nothing and an empty text, 100 and "100.00", true and "true" are the same."""
    one, other = _blank(one), _blank(other)
    if isinstance(one, Mapping) and isinstance(other, Mapping):
        return all(same(one.get(name), other.get(name)) for name in {*one, *other})
    if _is_list(one) and _is_list(other):
        return len(one) == len(other) and all(same(a, b) for a, b in zip(one, other, strict=True))
    if one is None or other is None:
        return one is other
    if str(one) == str(other) or (isinstance(one, bool) or isinstance(other, bool)):
        return str(one).lower() == str(other).lower()
    if isinstance(one, str) and isinstance(other, str):
        return False  # a postcode 01234 is not 1234
    left, right = _number(one), _number(other)
    return left is not None and left == right


def _blank(value: Any) -> Any:
    return None if value in ("", [], {}) else value


def _is_list(value: Any) -> bool:
    return isinstance(value, Sequence) and not isinstance(value, (str, bytes))


def _number(value: Any) -> Decimal | None:
    try:
        found = Decimal(str(value))
    except InvalidOperation:
        return None
    return found if found.is_finite() else None
