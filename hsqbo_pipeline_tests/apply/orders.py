"""Operations as the planners would make them, short enough to read in a test."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from hsqbo_pipeline.core.decisions import Situation
from hsqbo_pipeline.model.names import OBJECTS, Entity, System
from hsqbo_pipeline.model.operations import Action, Operation, Step, StepAction, StepId, Wave, operation_id

H, Q = System.HUBSPOT, System.QUICKBOOKS
_WAVES = {
    Entity.CUSTOMER: Wave.CUSTOMERS,
    Entity.PRODUCT: Wave.PRODUCTS,
    Entity.INVOICE: Wave.INVOICES,
    Entity.PAYMENT: Wave.PAYMENTS,
}
FIRST = StepId(1).as_json()


def order(
    now: Situation,
    entity: Entity,
    source: tuple[System, str],
    target: System,
    steps: Sequence[Step],
    *,
    action: Action = Action.CREATE,
    on_done: Mapping[str, Any] | None = None,
    wave: Wave | None = None,
    label: str | None = None,
    ids: tuple[str | None, str | None] = (None, None),
) -> Operation:
    """One operation for a source record."""
    sequence = now.sequences.get((entity, *source), 0)
    name = operation_id(now.company.realm, entity, *source, action.value + target.value, sequence)
    return Operation(
        operation_id=name, wave=wave or _WAVES[entity], entity=entity, system=target, action=action, source_system=source[0],
        source_id=source[1], hubspot_id=ids[0], quickbooks_id=ids[1], label=label or source[1], steps=tuple(steps), on_done=on_done or {},
    )  # fmt: skip


def link(entity: Entity, hubspot_id: Any, quickbooks_id: Any, owner: System = Q) -> dict[str, Any]:
    """The row that a success makes."""
    return {
        "entity": entity.value, "hubspot_id": hubspot_id, "quickbooks_id": quickbooks_id, "role": "primary", "owner": owner.value,
        "hubspot_object": OBJECTS[entity][H], "quickbooks_object": OBJECTS[entity][Q], "matched_by": "created",
    }  # fmt: skip


def to_hubspot(now: Situation, entity: Entity, quickbooks_id: str, body: Mapping[str, Any], **more: Any) -> Operation:
    """A HubSpot master record made from a QuickBooks one."""
    mark = now.mark(quickbooks_id)
    find = {"property": "qbo_id", "value": mark, "parent": None}
    step = Step(1, H, OBJECTS[entity][H], StepAction.CREATE, {**body, "qbo_id": mark}, find=find)
    done = {"link": link(entity, FIRST, quickbooks_id)}
    return order(now, entity, (Q, quickbooks_id), H, [step], on_done=done, **more)


def to_quickbooks(
    now: Situation, entity: Entity, hubspot_id: str, body: Mapping[str, Any], find: Mapping[str, Any], **more: Any
) -> Operation:
    """A QuickBooks record made from a HubSpot one."""
    step = Step(1, Q, OBJECTS[entity][Q], StepAction.CREATE, body, find=find)
    done = {"link": link(entity, hubspot_id, FIRST, H), **more.pop("on_done", {})}
    return order(now, entity, (H, hubspot_id), Q, [step], on_done=done, **more)


def change(
    now: Situation,
    entity: Entity,
    target: tuple[System, str],
    source_id: str,
    body: Mapping[str, Any],
    before: Mapping[str, Any],
    *,
    kind: StepAction = StepAction.UPDATE,
    object_: str | None = None,
    **more: Any,
) -> Operation:
    """A change of an existing record."""
    system, record_id = target
    step = Step(1, system, object_ or OBJECTS[entity][system], kind, body, target=record_id, before=before)
    return order(
        now, entity, (system.other, source_id), system, [step], action=more.pop("action", Action.UPDATE), **more
    )
