"""What both sides of a pair were settled on: the values from which the next night tells who has moved."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import duckdb

from hsqbo_pipeline.core.decisions import Situation
from hsqbo_pipeline.core.invoices.answers import booked_lines, completed
from hsqbo_pipeline.core.tables import Row, insert, rows
from hsqbo_pipeline.model.fields import field_map, values
from hsqbo_pipeline.model.names import TABLES, Entity, System
from hsqbo_pipeline.runs.outcomes import Outcome


def keep_baselines(con: duckdb.DuckDBPyConnection, ends: list[tuple[Row, Outcome]], situation: Situation) -> None:
    """Both sides' values as evaluated; what was just written is taken as the other side stored it."""
    kept = []
    for entity in Entity:
        done = [
            v
            for v, end in ends
            if end.settled and v["settle"] and v["entity"] == entity and v["hubspot_id"] and v["quickbooks_id"]
        ]
        if not done:
            continue
        fields = field_map(entity, situation.rules)
        current = current_rows(con, entity, {s.value: [v[f"{s.value}_id"] for v in done] for s in System})
        booked = {v["quickbooks_id"] for v in done if entity is Entity.INVOICE and _booked(v)}
        lines = booked_lines(con, sorted(booked))
        for verdict in done:
            row = _baseline(verdict, current, fields, situation)
            written = current.get(("quickbooks", verdict["quickbooks_id"]))
            if written is not None and verdict["quickbooks_id"] in booked:
                row["quickbooks_fields"] = completed(row["quickbooks_fields"], written, lines.get(written["id"], []))
            kept.append({**row, **{name: json.dumps(row[name]) for name in ("hubspot_fields", "quickbooks_fields")}})
    insert(con, "baselines", kept, replace=True)


def _booked(verdict: Row) -> bool:
    """Whether the run wrote the record into QuickBooks."""
    return any(
        each["system"] == "quickbooks" and each["action"] in ("create", "update") for each in verdict["operations"]
    )


def current_rows(
    con: duckdb.DuckDBPyConnection, entity: Entity, wanted: Mapping[str, list[str]]
) -> dict[tuple[str, str], Row]:
    """The typed rows of one entity as they stand now, by (system, id)."""
    found: dict[tuple[str, str], Row] = {}
    for side, ids in wanted.items():
        table = TABLES[entity]
        for row in rows(
            con,
            f"SELECT * FROM {table} WHERE system = $side AND id IN (SELECT unnest($ids))",  # noqa: S608 - our own name
            {"side": side, "ids": ids},
        ):
            found[(side, row["id"])] = row
    return found


def _baseline(verdict: Row, current: Mapping[tuple[str, str], Row], fields: Any, situation: Situation) -> Row:
    settle = json.loads(verdict["settle"])
    written = {
        (operation["system"], change["field"])
        for operation in verdict["operations"]
        for change in json.loads(operation["changes"])
    }
    created = {operation["system"] for operation in verdict["operations"] if operation["action"] == "create"}
    sides: dict[str, dict[str, Any]] = {}
    for side in ("hubspot", "quickbooks"):
        row = current.get((side, verdict[f"{side}_id"]))
        answered = values(row, fields) if row else {}
        sides[side] = {
            name: answered.get(name, text) if side in created or (side, name) in written else text
            for name, text in settle.get(side, {}).items()
        }
    return {
        "entity": verdict["entity"],
        "hubspot_id": verdict["hubspot_id"],
        "quickbooks_id": verdict["quickbooks_id"],
        "hubspot_fields": sides["hubspot"],
        "quickbooks_fields": sides["quickbooks"],
        "run_id": situation.run_id,
    }
