"""Operations that make a partner on the other side, and the link that a success leaves."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from hsqbo_pipeline.core.candidates import Candidate, label
from hsqbo_pipeline.core.decisions import Situation
from hsqbo_pipeline.core.trades import Trade
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


def link(
    found: Candidate,
    trade: Trade,
    hubspot_id: Any,
    quickbooks_id: Any,
    *,
    owner: System | None = None,
    matched_by: str | None = None,
) -> dict[str, Any]:
    """The row of `links` that a success makes; ids may be markers."""
    return {
        "entity": trade.entity.value,
        "hubspot_id": hubspot_id,
        "quickbooks_id": quickbooks_id,
        "role": "primary",
        "hubspot_object": trade.objects[System.HUBSPOT],
        "quickbooks_object": trade.objects[System.QUICKBOOKS],
        "owner": (owner or System.QUICKBOOKS).value,
        "matched_by": matched_by or found.matched_by or "key",
    }


def create_operation(
    found: Candidate,
    trade: Trade,
    situation: Situation,
    target: System,
    body: Mapping[str, Any],
    find: Mapping[str, Any],
    changes: Mapping[str, str | None],
) -> Operation:
    """The creation of a master record on `target` from the record on the other side."""
    source = target.other
    source_id = found.id(source)
    ids = {source: source_id, target: StepId(1).as_json()}
    return Operation(
        operation_id=numbered(trade.entity, source, source_id, Action.CREATE, situation),
        wave=trade.wave,
        entity=trade.entity,
        system=target,
        action=Action.CREATE,
        source_system=source,
        source_id=source_id,
        hubspot_id=found.ids[System.HUBSPOT],
        quickbooks_id=found.ids[System.QUICKBOOKS],
        label=label(found.row(source)) or "",
        steps=(Step(1, target, trade.objects[target], StepAction.CREATE, body, find=find),),
        changes=tuple(FieldChange(name, None, text, "new") for name, text in changes.items() if text is not None),
        on_done={
            "link": link(found, trade, ids[System.HUBSPOT], ids[System.QUICKBOOKS], owner=source, matched_by="created")
        },
    )


def named_operation(
    key: str,
    name: str,
    step: Step,
    situation: Situation,
    *,
    link: Mapping[str, Any],
    wave: Wave,
    why: str,
    quickbooks_id: str | None = None,
) -> Operation:
    """The creation of a record that stands for a name alone (`step` makes it): its link goes to the key of the name.

    `link` holds the entity, both objects and the role.
    """
    entity, target = Entity(link["entity"]), step.system
    ids = {target: StepId(1).as_json(), target.other: key}
    made = {
        "hubspot_id": ids[System.HUBSPOT],
        "quickbooks_id": ids[System.QUICKBOOKS],
        "owner": System.QUICKBOOKS.value,
        "matched_by": "created",
    }
    return Operation(
        operation_id=numbered(entity, target.other, key, Action.CREATE, situation),
        wave=wave,
        entity=entity,
        system=target,
        action=Action.CREATE,
        source_system=target.other,
        source_id=key,
        hubspot_id=None,
        quickbooks_id=quickbooks_id,
        label=name,
        steps=(step,),
        changes=(FieldChange("name", None, name, why),),
        on_done={"link": {**link, **made}},
    )


def mark_operation(found: Candidate, trade: Trade, situation: Situation) -> Operation:
    """Our mark on a HubSpot record whose partner QuickBooks is just getting: its id is known only once it is made."""
    hubspot_id = found.id(System.HUBSPOT)
    marker = LinkedId(trade.entity, System.QUICKBOOKS, hubspot_id).as_json()
    body = {"qbo_id": {**marker, "prefix": situation.mark("")}}
    version = found.row(System.HUBSPOT).get("version")
    step = Step(
        1, System.HUBSPOT, trade.objects[System.HUBSPOT], StepAction.UPDATE, body, target=hubspot_id, version=version
    )
    sequence = situation.sequences.get((trade.entity, System.HUBSPOT, hubspot_id), 0)
    return Operation(
        operation_id=operation_id(situation.company.realm, trade.entity, System.HUBSPOT, hubspot_id, "mark", sequence),
        wave=Wave.FIGURES,
        entity=trade.entity,
        system=System.HUBSPOT,
        action=Action.LINK,
        source_system=System.HUBSPOT,
        source_id=hubspot_id,
        hubspot_id=hubspot_id,
        quickbooks_id=None,
        label=label(found.row(System.HUBSPOT)) or "",
        steps=(step,),
    )


def numbered(entity: Entity, source: System, source_id: str, action: Action, situation: Situation) -> str:
    """The name of the next operation of this kind on a record."""
    sequence = situation.sequences.get((entity, source, source_id), 0)
    return operation_id(situation.company.realm, entity, source, source_id, action.value, sequence)
