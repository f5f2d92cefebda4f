"""The record table's data: one array per record, the rest of a record's story apart, so that 100,000 stay light."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any

import orjson

from hsqbo_pipeline.core.tables import Row
from hsqbo_pipeline.reports.masking import masked as without_people
from hsqbo_pipeline.reports.published import SQL
from hsqbo_pipeline.reports.words import day, when

if TYPE_CHECKING:
    import duckdb

# The arrays' order; `report.js` reads it from the page.
COLUMNS = (
    "key", "object", "label", "state", "class", "code", "detail", "sentence", "fix", "amount", "currency", "day", "hubspot", "quickbooks",
    "owner", "source", "since", "since_run", "new", "evaluated",
)  # fmt: skip
_HISTORY_EACH = 10
_HISTORY_ALL = 100_000
_CHANGES_ALL = 20_000


def records(con: duckdb.DuckDBPyConnection, run_id: str, *, masked: bool) -> tuple[bytes, int]:
    """All records as JSON {columns, rows}, and how many there are."""
    hide: Callable[[Row], Row] = without_people if masked else lambda row: row
    rows = [_record(hide(row), run_id) for row in SQL.rows(con, "all_states")]
    return orjson.dumps({"columns": COLUMNS, "rows": rows}), len(rows)


def _record(row: Row, run_id: str) -> list[Any]:
    return [
        row["record_key"],
        row["entity"],
        row["label"] or "",
        row["state"],
        row["class"],
        row["code"],
        row["detail"] or "",
        row["sentence"],
        row["fix"],
        None if row["amount"] is None else format(row["amount"], "f"),
        row["currency"] or "",
        day(row["business_day"]),
        row["hubspot_id"] or "",
        row["quickbooks_id"] or "",
        row["owner"] or "",
        row["source_system"] or "",
        day(row["since_at"]),
        row["since_number"],
        1 if row["since_run"] == run_id else 0,
        when(row["evaluated_at"]),
    ]


def stories(con: duckdb.DuckDBPyConnection, *, masked: bool) -> bytes:
    """Per record key: further reasons, candidates, history and what was written. Unpacked when a record is opened."""
    told: dict[str, dict[str, Any]] = {}
    for row in SQL.rows(con, "all_reasons"):
        shown = without_people(row) if masked else row
        reasons = [
            [each["code"], each.get("sentence", ""), each.get("fix", "")] for each in json.loads(shown["reasons"])
        ]
        told[row["record_key"]] = {"reasons": reasons, "candidates": json.loads(row["candidates"] or "[]")}
    for row in SQL.rows(con, "history_lately", each=_HISTORY_EACH, limit=_HISTORY_ALL):
        sentence = "" if masked else row["sentence"]
        entry = [
            when(row["at_time"]),
            row["run"],
            row["state"],
            row["code"],
            row["action"] or "",
            sentence,
            row["remote_request"] or "",
        ]
        told.setdefault(row["record_key"], {}).setdefault("history", []).append(entry)
    for key, change in _changes(con):
        shown_change = [*change[:4], *(["(hidden)"] * 2 if masked else change[4:6]), *change[6:]]
        told.setdefault(key, {}).setdefault("changes", []).append(shown_change)
    return orjson.dumps(told)


def _changes(con: duckdb.DuckDBPyConnection) -> Iterable[tuple[str, list[Any]]]:
    keys = _keys(con)
    for row in SQL.rows(con, "changes_lately", limit=_CHANGES_ALL):
        key = keys.get((row["entity"], row["source_system"], row["source_id"]))
        if key is None:
            continue
        for change in json.loads(row["changes"]):
            said = [change["field"], change["before"], change["after"], change["reason"]]
            yield key, [row["run"], row["system"], row["action"], *said, row["status"]]


def _keys(con: duckdb.DuckDBPyConnection) -> dict[tuple[str, str, str], str]:
    found: dict[tuple[str, str, str], str] = {}
    for row in SQL.rows(con, "record_keys"):
        for side in ("hubspot", "quickbooks"):
            if row[f"{side}_id"]:
                found[(row["entity"], side, row[f"{side}_id"])] = row["record_key"]
    return found
