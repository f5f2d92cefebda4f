"""Values that only one record may hold, changing hands within a plan: whoever lets go of one goes first.

Two contacts that exchange their e-mails form a circle: neither can go first. Nobody's address is set to a made-up one in
between, as that would start workflows and mails; all members of a circle wait for a person, each naming the next.
"""

from __future__ import annotations

from collections.abc import Iterable

from hsqbo_pipeline.apply.tasks import Task
from hsqbo_pipeline.clients.hubspot.matching import key_of
from hsqbo_pipeline.core.exchanges import Move, Value, order
from hsqbo_pipeline.model.keys import name_key
from hsqbo_pipeline.model.names import System
from hsqbo_pipeline.model.operations import Step, StepAction

CLAIMED = "ID_LINK_CLAIMED"
# Where a value may stand once only. (HubSpot compares e-mails, QuickBooks names, without regard to case.)
_UNIQUE: dict[tuple[System, str], tuple[str, ...]] = {
    (System.HUBSPOT, "contacts"): ("email", "qbo_id"),
    (System.HUBSPOT, "companies"): ("qbo_id",),
    (System.HUBSPOT, "products"): ("qbo_id",),
    (System.HUBSPOT, "invoices"): ("qbo_id",),
    (System.HUBSPOT, "commerce_payments"): ("qbo_id",),
    (System.QUICKBOOKS, "Item"): ("Name",),
    (System.QUICKBOOKS, "Customer"): ("DisplayName",),
}


def arrange(tasks: Iterable[Task]) -> None:
    """Put the tasks of a wave in order: who takes a value waits for who lets go of it; circles end here."""
    by_id = {task.operation.operation_id: task for task in tasks if not task.ended}
    found = order([_move(task) for task in by_id.values()])
    for name, holders in found.after.items():
        by_id[name].after = {holder: by_id[holder].operation.label for holder in sorted(holders)}
    for circle in found.circles:
        for place, name in enumerate(circle):
            other = by_id[circle[(place + 1) % len(circle)]].operation
            task = by_id[name]
            slots = {"id": task.ids.get(1) or task.operation.source_id, "holder": other.label}
            task.end("refused", CLAIMED, slots)


def _move(task: Task) -> Move:
    takes: set[Value] = set()
    leaves: set[Value] = set()
    for step in task.operation.steps:
        for name in _UNIQUE.get((step.system, step.object), ()):
            before, after = step.before.get(name), step.body.get(name)
            if step.action is StepAction.ARCHIVE and before:
                leaves.add(_value(step, name, before))
            if name not in step.body or step.action not in (StepAction.CREATE, StepAction.UPDATE):
                continue
            if before:
                leaves.add(_value(step, name, before))
            if after:
                takes.add(_value(step, name, after))
    return Move(task.operation.operation_id, frozenset(takes), frozenset(leaves))


def _value(step: Step, name: str, value: object) -> Value:
    text = name_key(str(value)) if step.system is System.QUICKBOOKS else key_of(name, value)
    return step.system.value, step.object, name, text
