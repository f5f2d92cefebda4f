"""Everything in the portal, in the API's own shape: for scenarios and tests that look inside."""

from __future__ import annotations

from typing import Any

from hsqbo_pipeline.sandbox.hubspot.association_types import TYPES
from hsqbo_pipeline.sandbox.hubspot.crm import Crm
from hsqbo_pipeline.sandbox.hubspot.kinds import KINDS
from hsqbo_pipeline.sandbox.hubspot.records import Record
from hsqbo_pipeline.sandbox.hubspot.rendering import body


def everything(crm: Crm) -> dict[str, list[dict[str, Any]]]:
    """All records by object type, archived ones with `archived: true` and the associations they had."""
    return {name: [of_record(crm, name, record) for record in _records(crm, name)] for name in KINDS}


def of_record(crm: Crm, kind: str, record: Record) -> dict[str, Any]:
    """One record with every value it has, and `associations`: {object: [{id, typeId, label}]}."""
    own = KINDS[kind]
    names = [*record.values(), own.created, own.modified, "hs_object_id"]
    return {**body(crm, kind, record, names), "associations": _associations(crm, kind, record)}


def _records(crm: Crm, kind: str) -> list[Record]:
    store = crm.stores[kind]
    return sorted([*store.live.values(), *store.archived.values()], key=lambda record: record.id)


def _associations(crm: Crm, kind: str, record: Record) -> dict[str, list[dict[str, Any]]]:
    found: dict[str, list[dict[str, Any]]] = {}
    if record.archived_ms is not None:
        rows = crm.shelf.get((kind, record.id), [])
    else:
        rows = [(target, each, types) for target, labels in crm.links.kinds_of(kind, record.id)
                for each, types in labels.items()]  # fmt: skip
    for target, target_id, types in rows:
        for type_id in types:
            label = TYPES[kind, target, type_id].label
            found.setdefault(target, []).append({"id": str(target_id), "typeId": type_id, "label": label})
    return found
