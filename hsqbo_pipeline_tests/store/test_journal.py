"""The journal: what was intended, what became of it, and the number the next operation takes."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from hsqbo_pipeline.model.names import Entity, System
from hsqbo_pipeline.store import journal
from hsqbo_pipeline.store.journal import Outcome
from hsqbo_pipeline.store.warehouse import Warehouse

NOW = datetime(2026, 3, 2, 4, tzinfo=UTC)
KEY = (Entity.INVOICE, System.HUBSPOT, "7")


def entry(operation: str = "op0", step: int = 1, sequence: int = 0, **more: Any) -> dict[str, Any]:
    """An intended creation of an invoice."""
    row: dict[str, Any] = {
        "write_id": journal.write_id(operation, step), "operation_id": operation, "step": step, "sequence": sequence,
        "run_id": "r1", "entity": "invoice", "source_system": "hubspot", "source_id": "7", "system": "quickbooks",
        "object": "Invoice", "action": "create", "body": {"TotalAmt": "1.10"}, "find": {"where": {"DocNumber": "A1"}},
        "intended_at": NOW, "payload_hash": "h",
    }  # fmt: skip
    return row | more


def test_intended_is_open_until_answered(warehouse: Warehouse) -> None:
    """An intent is open, stays open while uncertain, and closes with its answer, id and request."""
    con = warehouse.con
    journal.intend(con, [entry(), entry(step=2, before={"Balance": "0"})])
    assert [row["status"] for row in journal.open_entries(con)] == ["intended", "intended"]
    journal.settle(con, [Outcome("op0:1", "uncertain", NOW, code="SYS_OUTCOME_UNCERTAIN")])
    assert [row["status"] for row in journal.open_entries(con)] == ["uncertain", "intended"]
    confirmed = Outcome("op0:1", "confirmed", NOW, target_id="129", remote_request="tid-9")
    assert journal.settle(con, [confirmed, Outcome("op0:2", "refused", NOW, code="INV_NUMBER_DUPLICATE")]) == 2
    assert journal.open_entries(con) == []
    first, second = journal.of_run(con, "r1")
    assert (first["target_id"], first["remote_request"], first["code"]) == ("129", "tid-9", None)
    assert (second["status"], second["code"]) == ("refused", "INV_NUMBER_DUPLICATE")


def test_answered_entry_keeps_its_answer(warehouse: Warehouse) -> None:
    """An entry that was confirmed is neither unsettled nor intended again."""
    journal.intend(warehouse.con, [entry()])
    journal.settle(warehouse.con, [Outcome("op0:1", "confirmed", NOW, target_id="129")])
    assert journal.settle(warehouse.con, [Outcome("op0:1", "uncertain", NOW)]) == 0
    with pytest.raises(ValueError, match="op0:1"):
        journal.intend(warehouse.con, [entry()])


def test_open_entry_is_intended_anew(warehouse: Warehouse) -> None:
    """What was abandoned or never answered is tried again under its own name."""
    journal.intend(warehouse.con, [entry(), entry("op1")])
    journal.settle(warehouse.con, [Outcome("op0:1", "abandoned", NOW)])
    journal.intend(warehouse.con, [entry(run_id="r2"), entry("op1", run_id="r2")])
    assert [row["run_id"] for row in journal.open_entries(warehouse.con)] == ["r2", "r2"]


@pytest.mark.rule("H5", "N13")
def test_open_entries_take_another_batch(warehouse: Warehouse) -> None:
    """Halving a batch gives its open members new request ids; answered ones keep theirs."""
    journal.intend(warehouse.con, [entry(request_id="a", batch_id="a", position=0), entry("op1", request_id="a")])
    journal.settle(warehouse.con, [Outcome("op1:1", "confirmed", NOW)])
    assert journal.regroup(warehouse.con, [("op0:1", "b", "b", 3), ("op1:1", "b", "b", 4)]) == 1
    assert [(row["request_id"], row["position"]) for row in journal.open_entries(warehouse.con)] == [("b", 3)]


@pytest.mark.rule("H5", "N13")
@pytest.mark.parametrize(
    ("statuses", "following"),
    [
        (("intended",), 0),
        (("uncertain",), 0),
        (("abandoned",), 0),
        (("confirmed",), 1),
        (("refused",), 1),
        (("confirmed", "intended"), 0),
        (("confirmed", "abandoned"), 1),
        (("refused", "abandoned"), 1),
    ],
)
def test_sequence_moves_on_with_an_answer(warehouse: Warehouse, statuses: tuple[str, ...], following: int) -> None:
    """The next operation of a record takes a new number only when the last one was answered and nothing is open."""
    journal.intend(warehouse.con, [entry(step=step, status=status) for step, status in enumerate(statuses, 1)])
    assert journal.sequences(warehouse.con) == {KEY: following}


@pytest.mark.rule("H5", "N13")
def test_sequence_counts_all_operations_of_a_record(warehouse: Warehouse) -> None:
    """Create and two updates of one record leave number three for the next."""
    done = [entry(f"op{n}", sequence=n, status="confirmed", action="update") for n in range(3)]
    journal.intend(warehouse.con, done)
    assert journal.sequences(warehouse.con) == {KEY: 3}
