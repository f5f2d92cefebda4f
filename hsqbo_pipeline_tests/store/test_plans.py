"""Plans as drafted, sealed, approved and done."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal

from hsqbo_pipeline.core.decisions import Reason, Verdict
from hsqbo_pipeline.core.tables import rows
from hsqbo_pipeline.model.names import Entity, System
from hsqbo_pipeline.model.operations import (
    Action,
    FieldChange,
    LinkedId,
    Operation,
    Step,
    StepAction,
    StepId,
    Wave,
    operation_id,
)
from hsqbo_pipeline.store import plans
from hsqbo_pipeline.store.warehouse import Warehouse

NOW = datetime(2026, 3, 2, 4, tzinfo=UTC)


def operation(source: str, wave: Wave = Wave.INVOICES, price: str = "10.10") -> Operation:
    """A creation with a composite body and a follow-up step."""
    body = {
        "hs_currency": "USD",
        "line": [{"price": Decimal(price)}],
        "contact": LinkedId(Entity.CUSTOMER, System.HUBSPOT, "5").as_json(),
    }
    return Operation(
        operation_id=operation_id("1", Entity.INVOICE, System.QUICKBOOKS, source, "create", 0),
        wave=wave,
        entity=Entity.INVOICE,
        system=System.HUBSPOT,
        action=Action.CREATE,
        source_system=System.QUICKBOOKS,
        source_id=source,
        hubspot_id=None,
        quickbooks_id=source,
        label=f"Invoice {source}",
        steps=(
            Step(1, System.HUBSPOT, "invoices", StepAction.CREATE, body, find={"property": "qbo_id", "value": source}),
            Step(2, System.HUBSPOT, "invoices", StepAction.UPDATE, {"a": "b"}, target=StepId(1).as_json(), version="4"),
        ),
        changes=(FieldChange("total", None, price, "new"),),
        amount=Decimal(price),
        currency="USD",
        business_day=date(2026, 3, 1),
        on_done={"link": {"hubspot_id": StepId(1).as_json()}},
    )


def verdict(*operations: Operation) -> Verdict:
    """The verdict that needs these operations."""
    source = operations[0].source_id if operations else "0"
    return Verdict(
        Entity.INVOICE, None, source, "OPS_UNCHANGED", operations=operations, reasons=(Reason("PER_CLOSED", {"day": NOW}),),
        settle={"hubspot": {"total": "10.10"}, "quickbooks": {"total": None}}, covers=((System.QUICKBOOKS, source),),
        amount=Decimal("10.10"),
    )  # fmt: skip


def sealed(warehouse: Warehouse, run: str, *verdicts: Verdict, needs_approval: bool = True) -> str:
    """A plan of these verdicts."""
    with warehouse.transaction() as con:
        plans.keep(con, run, verdicts)
        return plans.seal(con, run, created_at=NOW, inputs_hash="i", needs_approval=needs_approval, totals={"n": 1})


def test_operations_come_back_as_they_went_in(warehouse: Warehouse) -> None:
    """A plan read from the tables is the plan that was made: steps, markers, amounts and the order of waves."""
    late, early = operation("2", Wave.FIGURES), operation("1", Wave.PRODUCTS)
    plan_hash = sealed(warehouse, "r1", verdict(late), verdict(early))
    found = plans.operations(warehouse.con, plan_hash)
    assert [each.operation_id for each in found] == [early.operation_id, late.operation_id]
    assert found[0].steps[0].body["line"] == [{"price": "10.10"}]
    assert found[0].steps[0].body["contact"] == {"$linked": ["customer", "hubspot", "5"]}
    assert found[0].steps[1] == early.steps[1]
    assert (found[0].amount, found[0].business_day, found[0].on_done) == (
        early.amount,
        early.business_day,
        early.on_done,
    )
    kept = rows(warehouse.con, "SELECT * FROM verdicts ORDER BY record_key")
    assert [row["operation_ids"] for row in kept] == [[early.operation_id], [late.operation_id]]
    assert [row["position"] for row in plans.operation_rows(warehouse.con, plan_hash)] == [0, 1]


def test_hash_says_what_was_shown(warehouse: Warehouse) -> None:
    """The same operations give the same hash, whatever their versions; another amount gives another."""
    one = operation("1")
    moved = replace(one, steps=(one.steps[0], replace(one.steps[1], version="5")))
    first = sealed(warehouse, "r1", verdict(one))
    assert sealed(warehouse, "r2", verdict(moved)) == first
    assert sealed(warehouse, "r3", verdict(operation("1", price="10.11"))) != first


def test_one_plan_is_open_at_a_time(warehouse: Warehouse) -> None:
    """A new plan supersedes the open one, which can be approved no more."""
    first = sealed(warehouse, "r1", verdict(operation("1")))
    second = sealed(warehouse, "r2", verdict(operation("1")), verdict(operation("2")))
    old = plans.plan(warehouse.con, first)
    assert old is not None
    assert (old["status"], old["superseded_by"]) == ("superseded", second)
    assert not plans.approve(warehouse.con, first, "ann", NOW)
    opened = plans.open_plan(warehouse.con)
    assert opened is not None
    assert opened["hash"] == second


def test_approval_survives_planning_the_same_again(warehouse: Warehouse) -> None:
    """A plan approved in the morning is approved still when the next run plans the very same."""
    plan_hash = sealed(warehouse, "r1", verdict(operation("1")))
    assert plans.approve(warehouse.con, plan_hash, "ann", NOW, "looked at it")
    assert sealed(warehouse, "r2", verdict(operation("1"))) == plan_hash
    found = plans.plan(warehouse.con, plan_hash)
    assert found is not None
    assert (found["status"], found["approved_by"], found["why"]) == ("approved", "ann", "looked at it")
    assert plans.finish(warehouse.con, plan_hash)
    assert plans.open_plan(warehouse.con) is None


def test_plan_within_limits_is_approved_by_the_rules(warehouse: Warehouse) -> None:
    """Where nobody has to be asked, the rules approve; an empty plan of every night is no clash."""
    for run in ("r1", "r2"):
        found = plans.plan(warehouse.con, sealed(warehouse, run, verdict(), needs_approval=False))
        assert found is not None
        assert (found["status"], found["approved_by"], found["run_id"]) == ("approved", "rules", run)


def test_refused_plan_stays_refused(warehouse: Warehouse) -> None:
    """What a person refused is not carried out."""
    plan_hash = sealed(warehouse, "r1", verdict(operation("1")))
    assert plans.refuse(warehouse.con, plan_hash, "ann", NOW)
    assert not plans.finish(warehouse.con, plan_hash)
    assert plans.open_plan(warehouse.con) is None


def test_outcomes_of_operations(warehouse: Warehouse) -> None:
    """Each operation carries what became of it."""
    one, two = operation("1"), operation("2")
    plan_hash = sealed(warehouse, "r1", verdict(one), verdict(two))
    done = [plans.Done(one.operation_id, "done"), plans.Done(two.operation_id, "refused", "PER_CLOSED", {"day": "x"})]
    assert plans.mark(warehouse.con, plan_hash, done) == 2
    found = plans.operation_rows(warehouse.con, plan_hash)
    assert [(row["status"], row["code"]) for row in found] == [("done", None), ("refused", "PER_CLOSED")]


def test_second_verdict_on_a_record_replaces_the_first(warehouse: Warehouse) -> None:
    """Planned again within the run, a record has one verdict and one set of operations."""
    with warehouse.transaction() as con:
        plans.keep(con, "r1", [verdict(operation("1"))])
        plans.keep(con, "r1", [replace(verdict(operation("1", price="9.00")), code="INV_OK")])
    assert [row["code"] for row in rows(warehouse.con, "SELECT code FROM verdicts")] == ["INV_OK"]
    assert [each.amount for each in plans.drafted(warehouse.con, "r1")] == [Decimal("9.00")]
