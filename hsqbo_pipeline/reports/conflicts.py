"""Records on which the two sides say different things, with both values as they stand now."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from hsqbo_pipeline.core.tables import Row, rows
from hsqbo_pipeline.model.codes import mask_emails
from hsqbo_pipeline.model.fields import DEFAULTS, canonical
from hsqbo_pipeline.model.names import TABLES, Entity
from hsqbo_pipeline.reports.published import SQL

if TYPE_CHECKING:
    import duckdb

_SHOWN = 500
_TELLING = ("CONF_", "REC_DRIFT", "REC_TOTAL_", "DIR_NOT_OWNER", "INV_REMOTE_")
_MASKED = "(hidden)"


@dataclass(frozen=True)
class Difference:
    """One field of one record with both sides' values; `kept` is a value that lost against the other side."""

    record_key: str
    entity: str
    label: str
    code: str
    field: str
    hubspot: str | None
    quickbooks: str | None
    kept: str | None
    sentence: str


def differences(con: duckdb.DuckDBPyConnection, *, masked: bool = False) -> list[Difference]:
    """Every field that is told as a conflict or a drift, at most 500 records. Masked, values of people are left out."""
    states = SQL.rows(con, "conflict_states", limit=_SHOWN)
    sides = _both_sides(con, states)
    found = [each for state in states for each in _of_record(state, sides)]
    return [_hidden(each) for each in found] if masked else found


def _both_sides(con: duckdb.DuckDBPyConnection, states: list[Row]) -> Mapping[tuple[str, str, str], Row]:
    found: dict[tuple[str, str, str], Row] = {}
    for entity in Entity:
        ids = [
            state[f"{side}_id"] for state in states if state["entity"] == entity for side in ("hubspot", "quickbooks")
        ]
        wanted = [each for each in ids if each]
        if not wanted:
            continue
        query = f"SELECT * FROM {TABLES[entity]} WHERE id IN (SELECT unnest($ids))"  # noqa: S608 - our own table's name
        for row in rows(con, query, {"ids": wanted}):
            found[(entity.value, row["system"], row["id"])] = row
    return found


def _of_record(state: Row, sides: Mapping[tuple[str, str, str], Row]) -> Iterable[Difference]:
    told = [{"code": state["code"], "slots": json.loads(state["slots"] or "{}"), "sentence": state["sentence"]}]
    told += json.loads(state["reasons"] or "[]")
    for reason in told:
        if not reason["code"].startswith(_TELLING):
            continue
        slots = reason.get("slots") or {}
        for name in _fields(slots):
            yield Difference(
                state["record_key"],
                state["entity"],
                state["label"] or state["record_key"],
                reason["code"],
                name,
                _value(state, "hubspot", name, sides),
                _value(state, "quickbooks", name, sides),
                _loser(slots, name),
                reason.get("sentence") or state["sentence"],
            )


def _fields(slots: Mapping[str, Any]) -> list[str]:
    named = slots.get("fields") or slots.get("field") or ""
    parts = named if isinstance(named, list) else str(named).split(", ")
    return [str(part) for part in parts if part] or ["as told"]


def _loser(slots: Mapping[str, Any], name: str) -> str | None:
    lost = slots.get("loser")
    if isinstance(lost, Mapping):
        lost = lost.get(name)
    return str(lost) if lost is not None else None


def _value(state: Row, side: str, name: str, sides: Mapping[tuple[str, str, str], Row]) -> str | None:
    row = sides.get((state["entity"], side, state[f"{side}_id"] or ""))
    if row is None or name not in row:
        return None
    kind = next((each.kind for each in DEFAULTS[Entity(state["entity"])] if each.name == name), None)
    return canonical(kind, row[name]) if kind is not None else str(row[name])


def _hidden(difference: Difference) -> Difference:
    from dataclasses import replace

    from hsqbo_pipeline.reports.masking import initials

    if difference.entity == "product":
        return difference
    personal = difference.entity == "customer"
    hide = (
        (lambda text: None if text is None else _MASKED)
        if personal
        else (lambda text: mask_emails(text) if text else text)
    )
    return replace(
        difference,
        label=(initials(difference.label) or "") if personal else difference.label,
        hubspot=hide(difference.hubspot),
        quickbooks=hide(difference.quickbooks),
        kept=hide(difference.kept),
        sentence=mask_emails(difference.sentence) if not personal else "",
    )
