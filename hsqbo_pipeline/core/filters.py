"""Does a record pass a filter, and if not, which condition failed first.

Groups are joined by *or*, a group's conditions by *and*. Conditions of one group on the same associated object speak of one
and the same record. Text compares without regard to case; a property that is not there passes `none_of` and `unknown` only.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any

import duckdb

from hsqbo_pipeline.core.candidates import Candidate
from hsqbo_pipeline.core.decisions import Situation
from hsqbo_pipeline.core.tables import Statements
from hsqbo_pipeline.core.validate import hubspot_object
from hsqbo_pipeline.model.names import Entity, System
from hsqbo_pipeline.model.rules import Condition, Groups, Operator

SQL = Statements(Path(__file__).parent / "sql")

# object -> the payloads of a record's associated records
Associated = Mapping[str, Sequence[Mapping[str, Any]]]


def unmet(groups: Groups, payload: Mapping[str, Any], source: System, associated: Associated) -> str | None:
    """None where the record passes; else the condition that failed in the group that came closest."""
    closest: tuple[int, str] | None = None
    for group in groups:
        met, failed = _group(group, payload, source, associated)
        if failed is None:
            return None
        if closest is None or met > closest[0]:
            closest = (met, str(failed))
    return closest[1] if closest else None


def _group(
    group: Sequence[Condition], payload: Mapping[str, Any], source: System, associated: Associated
) -> tuple[int, Condition | None]:
    met = 0
    for condition in group:
        if condition.object is None:
            if not holds(condition, value_of(payload, condition.property, source)):
                return met, condition
            met += 1
    for name in dict.fromkeys(c.object for c in group if c.object is not None):
        about = [c for c in group if c.object == name]
        count, failed = _one_record(about, associated.get(name, ()), source)
        met += count
        if failed is not None:
            return met, failed
    return met, None


def _one_record(
    conditions: Sequence[Condition], records: Sequence[Mapping[str, Any]], source: System
) -> tuple[int, Condition | None]:
    best: tuple[int, Condition | None] = (0, conditions[0])
    for record in records:
        met = 0
        for condition in conditions:
            if not holds(condition, value_of(record, condition.property, source)):
                break
            met += 1
        if met == len(conditions):
            return met, None
        if met >= best[0]:
            best = (met, conditions[met])
    return best


def value_of(payload: Mapping[str, Any], name: str, source: System) -> str | None:
    """The text of a HubSpot property, or of a dotted path into a QuickBooks entity; a reference is its id."""
    node: Any = payload.get("properties", {}) if source is System.HUBSPOT else payload
    for part in [name] if source is System.HUBSPOT else name.split("."):
        node = node.get(part) if isinstance(node, Mapping) else None
    if isinstance(node, Mapping):
        node = node.get("value")
    if node is None or node == "":
        return None
    return str(node).lower() if isinstance(node, bool) else str(node)


def holds(condition: Condition, value: str | None) -> bool:
    """Whether one value meets one condition."""
    operator = condition.operator
    if operator is Operator.KNOWN:
        return value is not None
    if operator is Operator.UNKNOWN:
        return value is None
    if value is None:
        return operator is Operator.NONE_OF
    folded, wanted = value.casefold(), [text.casefold() for text in condition.values]
    if operator is Operator.ANY_OF or operator is Operator.EQUALS:
        return folded in wanted
    if operator is Operator.NONE_OF:
        return folded not in wanted
    if operator is Operator.CONTAINS:
        return wanted[0] in folded
    return _ordered(operator, value, condition.values[0])


def _ordered(operator: Operator, value: str, wanted: str) -> bool:
    if operator in (Operator.AFTER, Operator.BEFORE):
        left, right = _moment(value), _moment(wanted)
        if left is None or right is None:
            return False
        return left > right if operator is Operator.AFTER else left < right
    try:
        number, limit = Decimal(value), Decimal(wanted)
    except InvalidOperation:
        return False
    return number > limit if operator is Operator.GREATER_THAN else number < limit


def _moment(text: str) -> datetime | None:
    """ISO text or HubSpot's epoch milliseconds; a plain day is its midnight UTC."""
    try:
        if text.lstrip("-").isdigit() and len(text) > 8:
            return datetime.fromtimestamp(int(text) // 1000, UTC)
        if len(text) == 10:
            return datetime.combine(date.fromisoformat(text), datetime.min.time(), UTC)
        found = datetime.fromisoformat(text)
    except (ValueError, OverflowError):
        return None
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def associated_records(
    con: duckdb.DuckDBPyConnection, found: Sequence[Candidate], situation: Situation, entity: Entity = Entity.CUSTOMER
) -> dict[str, dict[str, list[dict[str, Any]]]]:
    """For each HubSpot candidate, the associated records that the filter's conditions speak of."""
    groups = situation.rules.filter_groups(entity, System.HUBSPOT)
    objects = sorted({c.object for group in groups for c in group if c.object is not None})
    ids = sorted({one.id(System.HUBSPOT) for one in found if one.ids[System.HUBSPOT] is not None})
    if not objects or not ids:
        return {}
    answer: dict[str, dict[str, list[dict[str, Any]]]] = {}
    own = hubspot_object(entity, situation.rules)
    for row in SQL.rows(con, "associated_payloads", own=own, ids=ids, objects=objects):
        answer.setdefault(row["id"], {}).setdefault(row["object"], []).append(json.loads(row["payload"]))
    return answer
