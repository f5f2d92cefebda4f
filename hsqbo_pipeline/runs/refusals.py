"""What the other side refused is not sent again until its content changes, or a person says so (D99)."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, replace
from pathlib import Path

import duckdb

from hsqbo_pipeline.core.decisions import Situation, Verdict
from hsqbo_pipeline.core.tables import Row, Statements
from hsqbo_pipeline.model.codes import CODES, Retry
from hsqbo_pipeline.model.operations import canonical_json
from hsqbo_pipeline.runs.conclude import REFUSED, payload_hash

SQL = Statements(Path(__file__).parent / "sql")
TRIES = 3  # an unknown refusal is tried so often, then parked


def parked(con: duckdb.DuckDBPyConnection, verdicts: Sequence[Verdict], situation: Situation) -> list[Verdict]:
    """The verdicts, with those that would only repeat a refusal left as they were refused."""
    refused = {row["record_key"]: row for row in SQL.rows(con, "refused_states")}
    retried = {(row["entity"], row["id"]) for row in SQL.rows(con, "retry_decisions", today=situation.today)}
    return [_one(verdict, refused, retried) for verdict in verdicts]


def _one(verdict: Verdict, refused: dict[str, Row], retried: set[tuple[str, str]]) -> Verdict:
    before = refused.get(verdict.record_key)
    if before is None or not verdict.operations:
        return verdict
    if any((verdict.entity.value, found) in retried for found in (verdict.hubspot_id, verdict.quickbooks_id) if found):
        return verdict
    sent = payload_hash(_as_rows(verdict))
    if before["payload_hash"] != sent:
        return verdict
    code = CODES.get(before["code"]) or CODES["SYS_UNMAPPED_ERROR"]
    if code.retry in (Retry.AUTOMATIC, Retry.BACK_OFF):
        return verdict
    if code.retry is Retry.AUTOMATIC_THEN_USER and before["tries"] < TRIES:
        return verdict
    if code.retry is Retry.AUTOMATIC_THEN_USER:
        slots = {"count": before["tries"], "reason": before["sentence"], REFUSED: sent}
        return replace(verdict, code="OPS_MAX_RETRIES", slots=slots, operations=(), settle=None)
    slots = {**json.loads(before["slots"] or "{}"), REFUSED: sent}
    return replace(verdict, code=code.name, slots=slots, operations=(), settle=None)


def _as_rows(verdict: Verdict) -> list[dict[str, object]]:
    """Operations in the shape their table keeps them in, so that both ways of hashing agree."""
    return [
        {
            "action": one.action.value,
            "system": one.system.value,
            "steps": json.loads(canonical_json([asdict(step) for step in one.steps])),
        }
        for one in verdict.operations
    ]
