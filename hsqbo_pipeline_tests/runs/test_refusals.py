"""What the other side refuses again and again is parked, and comes back when there is a reason to."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from hsqbo_pipeline.core.decisions import Verdict
from hsqbo_pipeline.core.tables import insert
from hsqbo_pipeline.model.names import Entity, System
from hsqbo_pipeline.runs.conclude import REFUSED, payload_hash
from hsqbo_pipeline.runs.refusals import TRIES, _as_rows, parked
from hsqbo_pipeline.store import decisions
from hsqbo_pipeline.store.warehouse import Warehouse
from hsqbo_pipeline_tests.core.ledger_company import situation
from hsqbo_pipeline_tests.store.test_plans import operation, verdict

NOW = datetime(2026, 3, 2, 4, tzinfo=UTC)


@pytest.fixture
def warehouse(tmp_path: Path) -> Iterator[Warehouse]:
    with Warehouse.open(tmp_path) as opened:
        yield opened


def refuse(warehouse: Warehouse, one: Verdict, tries: int, code: str = "SYS_UNMAPPED_ERROR") -> None:
    """The row of a record that was refused so often, for a reason nobody knows."""
    row = {
        "record_key": one.record_key, "entity": one.entity.value, "hubspot_id": one.hubspot_id, "quickbooks_id": one.quickbooks_id,
        "state": "FAILING", "class": "FAILING", "code": code, "sentence": "It was refused: no idea.", "fix": "", "slots": "{}",
        "since_run": "r1", "since_at": NOW, "run_id": "r1", "evaluated_at": NOW, "payload_hash": payload_hash(_as_rows(one)), "tries": tries,
    }  # fmt: skip
    insert(warehouse.con, "record_states", [row], replace=True)


@pytest.mark.rule("OPS_MAX_RETRIES", "D99")
def test_an_unknown_refusal_is_tried_a_few_times_then_parked(warehouse: Warehouse) -> None:
    """D99: after three tries the record is parked with their count and the reason; new content, or `retry`, sends it again."""
    looked = situation()
    one = verdict(operation("5"))
    for tries in range(1, TRIES):
        refuse(warehouse, one, tries)
        assert parked(warehouse.con, [one], looked) == [one]
    refuse(warehouse, one, TRIES)
    (kept,) = parked(warehouse.con, [one], looked)
    assert (kept.code, kept.operations, kept.slots["count"]) == ("OPS_MAX_RETRIES", (), TRIES)
    assert "no idea" in kept.slots["reason"]
    assert kept.slots[REFUSED] == payload_hash(_as_rows(one))  # by this the next nights know it again
    refuse(warehouse, one, TRIES, "OPS_MAX_RETRIES")
    assert [each.code for each in parked(warehouse.con, [one], looked)] == ["OPS_MAX_RETRIES"]
    changed = replace(one, operations=(operation("5", price="11.00"),))
    assert parked(warehouse.con, [changed], looked) == [changed]
    said = {
        "entity": Entity.INVOICE.value,
        "system": System.QUICKBOOKS.value,
        "id": "5",
        "verb": "retry",
        "who": "Eve",
        "at_time": NOW,
    }
    decisions.keep(warehouse.con, [said])
    assert parked(warehouse.con, [one], looked) == [one]
