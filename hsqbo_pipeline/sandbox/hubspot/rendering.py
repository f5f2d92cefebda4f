"""Records as JSON: the properties asked for, their history, the associations, in HubSpot's shapes."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import orjson

from hsqbo_pipeline.sandbox.hubspot.association_types import TYPES
from hsqbo_pipeline.sandbox.hubspot.crm import Crm
from hsqbo_pipeline.sandbox.hubspot.kinds import KINDS, find_kind
from hsqbo_pipeline.sandbox.hubspot.records import SYSTEM_NAMES, Record, View, system_value
from hsqbo_pipeline.sandbox.hubspot.store import Store
from hsqbo_pipeline.sandbox.hubspot.values import iso


def known_names(store: Store, names: Iterable[str]) -> list[str]:
    """The names that exist, each once; a read ignores the others."""
    return [name for name in dict.fromkeys(names) if store.definitions.get(name) is not None]


def wanted_names(store: Store, names: Sequence[str]) -> list[str]:
    """What an answer holds: the properties asked for, or the type's defaults, and the three every answer has."""
    kind = store.kind
    if not names:
        return list(kind.defaults)
    return known_names(store, [*names, kind.created, kind.modified, "hs_object_id"])


def select(store: Store, record_id: int, view: View | Record, names: list[str], empty: bool) -> dict[str, str | None]:
    """Values by name. A property without value is null where `empty`, else left out."""
    values = orjson.loads(view.packed)
    answer: dict[str, str | None] = {}
    for name in names:
        if name in SYSTEM_NAMES:
            value = system_value(name, record_id, view) if store.kind.answers(name) else None
        else:
            value = values.get(name)
        if value is not None or empty:
            answer[name] = value
    return answer


def body(crm: Crm, kind: str, record: Record, names: list[str], history: Sequence[str] = ()) -> dict[str, Any]:
    """One record as reads and writes answer it."""
    store = crm.stores[kind]
    answer: dict[str, Any] = {
        "id": str(record.id),
        "properties": select(store, record.id, record, names, crm.switches.hs_empty_is_null),
        "createdAt": iso(record.created_ms),
        "updatedAt": iso(record.updated_ms),
        "archived": record.archived_ms is not None,
    }
    if record.archived_ms is not None:
        answer["archivedAt"] = iso(record.archived_ms)
    if history:
        answer["propertiesWithHistory"] = {name: history_of(record, name) for name in known_names(store, history)}
    return answer


def written(crm: Crm, kind: str, record: Record, sent: Iterable[str], *, new: bool) -> dict[str, Any]:
    """A record as the answer to a write shows it: what was sent and, of a new record, all that HubSpot set beside."""
    names = [*record.values(), *sent] if new else sent
    return body(crm, kind, record, wanted_names(crm.stores[kind], list(names) or ["hs_object_id"]))


def history_of(record: Record, name: str) -> list[dict[str, Any]]:
    """A property's values over time, newest first, each with who set it."""
    if name in SYSTEM_NAMES:
        return [{"value": system_value(name, record.id, record), "timestamp": iso(record.created_ms),
                 **record.born.body()}]  # fmt: skip
    return [
        {"value": change.value, "timestamp": iso(change.ms), **change.source.body()} for change in record.changes(name)
    ]


def associations(crm: Crm, kind: str, record: Record, targets: Iterable[str], limit: int = 500) -> dict[str, Any]:
    """Associated ids by type name, as list and read answer them; an id is repeated once per label."""
    answer: dict[str, Any] = {}
    for name in targets:
        target = find_kind(name)
        if target is None:
            continue
        rows = []
        for target_id, types in crm.links.labels(kind, record.id, target.name).items():
            for type_id in types:
                rows.append({"id": str(target_id), "type": type_name(kind, target.name, type_id)})
        if rows:
            entry: dict[str, Any] = {"results": rows[:limit]}
            if len(rows) > limit:
                entry["paging"] = {"next": {"after": rows[limit]["id"]}}
            answer[target.key] = entry
    return answer


def type_name(source: str, target: str, type_id: int) -> str:
    """The name of an association type, as `contact_to_company` or `contact_to_company_unlabeled`."""
    base = f"{KINDS[source].singular}_to_{KINDS[target].singular}"
    kind = TYPES[source, target, type_id]
    if kind.label is None:
        labelled = any(key[:2] == (source, target) and each.label for key, each in TYPES.items())
        return f"{base}_unlabeled" if labelled else base
    return base if kind.primary or TYPES[target, source, kind.inverse].primary else f"{base}_{kind.type_id}"


def labels(source: str, target: str, types: Iterable[int]) -> list[dict[str, Any]]:
    """Type ids as `associationTypes` of the associations API."""
    return [
        {"category": "HUBSPOT_DEFINED", "typeId": each, "label": TYPES[source, target, each].label} for each in types
    ]
