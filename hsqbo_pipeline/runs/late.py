"""What an earlier run wrote without hearing of it, and what both sides were settled on by that.

A run that got an answer settles both sides in its conclusion. Where the answer was lost the write shows only later, and a person
may have moved on meanwhile: measured against what was settled before, our own write would look like an edit of the other side's.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import duckdb

from hsqbo_pipeline.core.decisions import Situation
from hsqbo_pipeline.core.invoices.answers import booked_lines, completed
from hsqbo_pipeline.core.invoices.cases import ZERO
from hsqbo_pipeline.core.invoices.line_forms import all_same, from_text, standing
from hsqbo_pipeline.core.tables import Row, Statements, insert
from hsqbo_pipeline.mapping.lines import money
from hsqbo_pipeline.model.fields import field_map, values
from hsqbo_pipeline.model.names import Entity, System
from hsqbo_pipeline.runs.baselines import current_rows

SQL = Statements(Path(__file__).parent / "sql")


def settle_late(con: duckdb.DuckDBPyConnection, entity: Entity, situation: Situation) -> None:
    """Move the baselines of pairs to what stands there by a write of ours. Typed rows are as read in this run."""
    if not SQL.rows(con, "late_any", entity=entity)[0]["found"]:
        return
    found = SQL.rows(con, "late_verdicts", entity=entity, run_id=situation.run_id)
    current = current_rows(con, entity, {side.value: [row[f"{side}_id"] for row in found] for side in System})
    lines = booked_lines(con, [row["quickbooks_id"] for row in found]) if entity is Entity.INVOICE else {}
    kept = []
    for row in found:
        settle = json.loads(row["settle"])
        booked = current.get(("quickbooks", row["quickbooks_id"]))
        if row["lost"] is None:
            there = lines.get(row["quickbooks_id"], [])
            sides = settle | {"quickbooks": completed(settle["quickbooks"], booked, there)} if booked else settle
        else:
            fields = field_map(entity, situation.rules)
            said = {
                side: _said(
                    entity, side, current.get((side, row[f"{side}_id"])), fields, lines.get(row["quickbooks_id"], [])
                )
                for side in ("hubspot", "quickbooks")
            }
            sides = _moved(row, settle, said)
        kept.append({
            "entity": entity.value, "hubspot_id": row["hubspot_id"], "quickbooks_id": row["quickbooks_id"], "run_id": situation.run_id,
            **{f"{side}_fields": json.dumps(sides[side]) for side in ("hubspot", "quickbooks")},
        })  # fmt: skip
    insert(con, "baselines", kept, replace=True)


def _said(entity: Entity, side: str, row: Row | None, fields: Any, lines: Sequence[Row]) -> dict[str, Any]:
    """What a side says now, by the names of a baseline."""
    if row is None:
        return {}
    found: dict[str, Any] = dict(values(row, fields))
    if entity is Entity.INVOICE and side == "quickbooks":
        found |= {"lines": standing(lines, {}), "customer": row["customer_id"], "tax": money(row["tax"] or ZERO)}
    return found


def _moved(row: Row, settle: Mapping[str, Any], said: Mapping[str, Mapping[str, Any]]) -> dict[str, dict[str, Any]]:
    """The baseline with what the lost changes were to settle, where they stand on the side they were sent to."""
    sides = {side: json.loads(row[f"{side}_fields"]) for side in ("hubspot", "quickbooks")}
    for operation in row["lost"]:
        side = operation["system"]
        for change in json.loads(operation["changes"]):
            name = change["field"]
            if not _stands(name, settle[side].get(name), said[side]):
                continue
            for each in sides:
                sides[each] |= {one: settle[each].get(one) for one in (name, *(("tax",) if name == "lines" else ()))}
    return sides


def _stands(name: str, wanted: Any, said: Mapping[str, Any]) -> bool:
    if name not in said:
        return False
    if name == "lines":
        forms = from_text(wanted)
        return forms is not None and all_same(forms, said["lines"])
    return bool(said[name] == wanted)
