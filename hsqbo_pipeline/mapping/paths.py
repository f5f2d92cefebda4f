"""Reading and writing dotted paths (`BillAddr.City`) in QuickBooks' nested JSON."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from hsqbo_pipeline.model.fields import CUSTOM_FIELD


def value_at(payload: Mapping[str, Any] | None, path: str) -> Any:
    """What stands at `path`; None where any part of it is missing. `CustomField.2` finds the entry of that number or
    name."""
    if payload is None:
        return None
    if path.startswith(CUSTOM_FIELD):
        return _custom_entry(payload, path[len(CUSTOM_FIELD) :]).get("StringValue")
    found: Any = payload
    for part in path.split("."):
        if not isinstance(found, Mapping):
            return None
        found = found.get(part)
    return found


def put(body: dict[str, Any], path: str, value: Any) -> None:
    """Set `path` in `body`, making the objects on the way."""
    *parents, last = path.split(".")
    for part in parents:
        body = body.setdefault(part, {})
    body[last] = value


def put_custom(
    body: dict[str, Any], path: str, text: str, current: Mapping[str, Any] | None, names: Mapping[str, str]
) -> None:
    """Set one of QuickBooks' three custom fields; the array is replaced as a whole, so the others go along as they
    stand.

    `names` are the company's custom fields (DefinitionId to name); a field that a rule calls by its name is found
    there.
    """
    wanted = path[len(CUSTOM_FIELD) :]
    entries = body.setdefault("CustomField", [dict(entry) for entry in (current or {}).get("CustomField", ())])
    number = next((key for key, name in names.items() if wanted in (key, name)), wanted)
    for entry in entries:
        if entry.get("DefinitionId") == number:
            entry["StringValue"] = text
            return
    entries.append({"DefinitionId": number, "Type": "StringType", "StringValue": text})


def _custom_entry(payload: Mapping[str, Any], wanted: str) -> Mapping[str, Any]:
    for entry in payload.get("CustomField", ()):
        if wanted in (entry.get("DefinitionId"), entry.get("Name")):
            return dict(entry)
    return {}
