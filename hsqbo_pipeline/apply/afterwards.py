"""What follows from our writes: documents that change along with them, and figures told from the books as they are."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any

from hsqbo_pipeline.apply.comparison import same, value_of
from hsqbo_pipeline.apply.preread import STALE, paid_invoices
from hsqbo_pipeline.apply.run import Run
from hsqbo_pipeline.apply.tasks import Task
from hsqbo_pipeline.core.tables import Statements
from hsqbo_pipeline.errors import HsqboError
from hsqbo_pipeline.mapping.paths import value_at
from hsqbo_pipeline.mapping.properties import hubspot_properties
from hsqbo_pipeline.model.names import Entity, System
from hsqbo_pipeline.model.operations import LinkedId
from hsqbo_pipeline.store import mirror, reads

SQL = Statements(Path(__file__).parent / "sql")
# HubSpot properties that repeat a figure of the books, and where the books have it.
FIGURES = {"qbo_total": "TotalAmt", "qbo_tax": "TxnTaxDetail.TotalTax", "qbo_balance_due": "Balance"}


async def after_wave(run: Run, tasks: Sequence[Task]) -> None:
    """Read again what changed along with what the wave wrote. Failing to do so costs nothing but a day's freshness."""
    try:
        await _quickbooks_documents(run, tasks)
        await _hubspot_invoices(run, tasks)
    except HsqboError as error:
        run.progress("apply", f"what our writes changed along could not be read again: {error.code}")


async def _quickbooks_documents(run: Run, tasks: Iterable[Task]) -> None:
    """Invoices whose balance a payment of ours moved, and customers whose balance followed."""
    invoices: set[str] = set()
    customers: set[str] = set()
    for task in tasks:
        invoices |= task.related if task.done else set()
        for step in task.operation.steps:
            answer = task.answers.get(step.number)
            if step.system is not System.QUICKBOOKS or answer is None:
                continue
            customers.add(str(value_at(answer, "CustomerRef.value") or ""))
            invoices |= paid_invoices(answer) if step.object == "Payment" else set()
            if step.object == "Invoice" and run.situation.company.auto_apply_credit:
                invoices.add(str(answer["Id"]))
    for entity, ids in (("Invoice", invoices - {""}), ("Customer", customers - {""})):
        if ids:
            records = await run.clients.quickbooks.query_in(entity, "Id", sorted(ids))
            _load(run, System.QUICKBOOKS, entity, records)


async def _hubspot_invoices(run: Run, tasks: Iterable[Task]) -> None:
    """HubSpot works out an invoice's amounts from its lines, taxes and payments: read what it made of ours."""
    ids: set[str] = set()
    hanging: dict[str, set[str]] = {}
    for task in tasks:
        for step in task.operation.steps:
            found = task.ids.get(step.number)
            if step.system is System.HUBSPOT and step.number in task.done and found:
                (ids if step.object == "invoices" else hanging.setdefault(step.object, set())).add(found)
    for name, children in hanging.items():
        ids |= {row["id"] for row in SQL.rows(run.warehouse.con, "invoices_of", object=name, ids=sorted(children))}
    if ids:
        state = reads.states(run.warehouse.con).get((System.HUBSPOT.value, "invoices"))
        names = state.properties if state and state.properties else hubspot_properties("invoices")
        found_now = await run.clients.hubspot.batch_read("invoices", sorted(ids), names)
        _load(run, System.HUBSPOT, "invoices", found_now.records)


def _load(run: Run, system: System, name: str, records: Sequence[dict[str, Any]]) -> None:
    with run.warehouse.transaction() as con:
        mirror.load_answer(con, run.situation.run_id, system.value, name, records)


async def check_figures(run: Run, tasks: Sequence[Task]) -> None:
    """Figures are what the books say now, not what the plan foresaw: where they differ the operation is planned again."""
    ids = {task.operation.operation_id: _booked(run, task) for task in tasks}
    wanted = sorted({found for found in ids.values() if found})
    held = mirror.payloads(run.warehouse.con, System.QUICKBOOKS.value, "Invoice", wanted)
    for task in tasks:
        payload = held.get(ids[task.operation.operation_id] or "")
        if payload is None or task.operation.system is not System.HUBSPOT:
            continue
        for step in task.operation.steps:
            for name, path in FIGURES.items():
                foreseen, there = step.body.get(name), value_of(System.QUICKBOOKS, payload, path)
                if foreseen is not None and there is not None and not _equal(foreseen, there):
                    task.end("set_aside", STALE, {"system": "quickbooks", "fields": [name]})


def _booked(run: Run, task: Task) -> str | None:
    """The QuickBooks invoice whose figures an operation tells; one that this run made is known by its link."""
    operation = task.operation
    if operation.quickbooks_id or not operation.hubspot_id or operation.entity is not Entity.INVOICE:
        return operation.quickbooks_id
    return run.partner(LinkedId(Entity.INVOICE, System.QUICKBOOKS, operation.hubspot_id))


def _equal(foreseen: Any, there: Any) -> bool:
    try:
        return Decimal(str(foreseen)) == Decimal(str(there))
    except InvalidOperation:
        return same(foreseen, there)
