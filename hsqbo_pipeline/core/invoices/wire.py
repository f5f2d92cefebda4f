"""Association types and the small pieces that every operation on an invoice is built from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from hsqbo_pipeline.core.decisions import Situation
from hsqbo_pipeline.core.invoices.cases import Case
from hsqbo_pipeline.model.names import Entity, System
from hsqbo_pipeline.model.operations import Action, FieldChange, Operation, Step, StepAction, StepId, Wave, operation_id

# HubSpot's own association types, from the object that is created to the one it hangs on.
INVOICE_TO_CONTACT = 177
INVOICE_TO_COMPANY = 179
LINE_TO_INVOICE = 410
ADJUSTMENT_TO_INVOICE = {"discounts": 412, "fees": 414, "taxes": 416}


def numbered(steps: Sequence[Step]) -> tuple[Step, ...]:
    """The steps with their numbers, in order."""
    return tuple(replace(step, number=number) for number, step in enumerate(steps, 1))


def link_row(owner: System, hubspot_id: Any, quickbooks_id: Any, matched_by: str) -> dict[str, Any]:
    """The row of `links` that a success makes; ids may be markers."""
    return {
        "entity": Entity.INVOICE.value,
        "hubspot_id": hubspot_id,
        "quickbooks_id": quickbooks_id,
        "role": "primary",
        "hubspot_object": "invoices",
        "quickbooks_object": "Invoice",
        "owner": owner.value,
        "matched_by": matched_by,
    }


def operation(
    case: Case,
    situation: Situation,
    target: System,
    action: Action,
    steps: Sequence[Step],
    *,
    wave: Wave = Wave.INVOICES,
    suffix: str = "",
    changes: Sequence[FieldChange] = (),
    on_done: Mapping[str, Any] | None = None,
    warnings: Sequence[str] = (),
) -> Operation:
    """An operation on this invoice; `suffix` tells several operations of one kind in one run apart."""
    source = target.other
    source_id = case.pair.ids[source] or case.pair.id(target)
    row = case.pair.rows[case.owner] or case.pair.rows[source] or {}
    sequence = situation.sequences.get((Entity.INVOICE, source, source_id), 0)
    return Operation(
        operation_id=operation_id(
            situation.company.realm, Entity.INVOICE, source, source_id, action.value + suffix, sequence
        ),
        wave=wave,
        entity=Entity.INVOICE,
        system=target,
        action=action,
        source_system=source,
        source_id=source_id,
        hubspot_id=case.pair.ids[System.HUBSPOT],
        quickbooks_id=case.pair.ids[System.QUICKBOOKS],
        label=case.label,
        steps=numbered(steps),
        changes=tuple(changes),
        warnings=tuple(warnings),
        amount=row.get("total"),
        currency=row.get("currency"),
        business_day=row.get("invoice_date"),
        on_done=dict(on_done or {}),
    )


def hubspot_update(case: Case, body: Mapping[str, str]) -> Step:
    """A change of the HubSpot invoice's properties, with what stands there now."""
    payload = case.pair.payloads[System.HUBSPOT] or {}
    properties = payload.get("properties", {})
    return Step(
        number=1,
        system=System.HUBSPOT,
        object="invoices",
        action=StepAction.UPDATE,
        target=case.pair.id(System.HUBSPOT),
        version=case.row(System.HUBSPOT).get("version"),
        body=dict(body),
        before={name: properties.get(name) for name in sorted(body)},
    )


def quickbooks_update(case: Case, body: Mapping[str, Any], before: Mapping[str, Any]) -> Step:
    """A sparse update of the QuickBooks invoice; the writer adds id and token."""
    return Step(
        number=1,
        system=System.QUICKBOOKS,
        object="Invoice",
        action=StepAction.UPDATE,
        target=case.pair.id(System.QUICKBOOKS),
        version=case.row(System.QUICKBOOKS).get("version"),
        body=dict(body),
        before=dict(before),
    )


FIRST = StepId(1).as_json()
