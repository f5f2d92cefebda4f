"""HubSpot records that were merged into others: the survivor names them, under an id of its own."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from hsqbo_pipeline.store.mirror import Gone


def consumed(records: Iterable[Mapping[str, Any]]) -> list[Gone]:
    """The records that `records` took in. Contacts write `id:time` pairs in a property of their own."""
    return [
        Gone(old, "merged", merged_into=str(record["id"]))
        for record in records
        for old in _named(record.get("properties") or {})
        if old != str(record["id"])
    ]


def _named(properties: Mapping[str, Any]) -> Iterator[str]:
    for name in ("hs_merged_object_ids", "hs_calculated_merged_vids"):
        for part in re.split(r"[;,]", str(properties.get(name) or "")):
            number = part.split(":", 1)[0].strip()
            if number.isdigit():
                yield number
