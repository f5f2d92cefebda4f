"""Canonical customer fields into a HubSpot contact (or company) and a QuickBooks customer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from hsqbo_pipeline.mapping.paths import put
from hsqbo_pipeline.model.fields import CONTACT_FIELDS, Field

Fields = Mapping[str, str | None]

# QuickBooks replaces an address as a whole: parts that are not sent vanish (H23).
_WHOLE_OBJECTS = ("BillAddr",)


def hubspot_contact(fields: Fields, mapped: Sequence[Field] = CONTACT_FIELDS) -> dict[str, str]:
    """HubSpot properties of the given fields; a blank is the empty string, which clears a property.

    Serves companies as well, with `COMPANY_FIELDS`. Fields that have no property (the display name) are left out.
    """
    return {field.hubspot: fields[field.name] or "" for field in mapped if field.hubspot and field.name in fields}


def quickbooks_customer(
    fields: Fields, current: Mapping[str, Any] | None = None, mapped: Sequence[Field] = CONTACT_FIELDS
) -> dict[str, Any]:
    """The body that gives a QuickBooks customer these fields.

    Without `current` it is a creation and blanks are left out. With it, it is a sparse update: fields written at
    creation only are left out, a blank text is sent as "", and an address goes whole, with the parts nobody maps as
    they stand.
    """
    body: dict[str, Any] = {}
    for field in mapped:
        path = field.quickbooks
        if path is None or field.name not in fields or (current is not None and field.create_only):
            continue
        _set(body, path, fields[field.name], current)
    return {name: value for name, value in body.items() if value != {} or current is not None}


def _set(body: dict[str, Any], path: str, value: str | None, current: Mapping[str, Any] | None) -> None:
    whole = path.partition(".")[0]
    if whole in _WHOLE_OBJECTS:
        address = body.setdefault(whole, dict((current or {}).get(whole) or {}))
        if value is None:
            address.pop(path.partition(".")[2], None)
        else:
            put(body, path, value)
    elif value is not None:
        put(body, path, value)
    elif current is not None:
        put(body, path, "")
