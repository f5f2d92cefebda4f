"""The pieces that every operation on a payment is built from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from hsqbo_pipeline.core.decisions import Situation
from hsqbo_pipeline.core.payments.cases import PaymentCase
from hsqbo_pipeline.model.names import Entity, System
from hsqbo_pipeline.model.operations import Action, FieldChange, Operation, Step, Wave, operation_id

PAYMENT_TO_INVOICE = 542
PAYMENT_TO_CONTACT = 387
PAYMENT_TO_COMPANY = 389
PAYMENT_TO_DEAL = 391
NOTE_TO_DEAL = 214


def link_row(hubspot_id: Any, quickbooks_id: Any, owner: System, role: str, matched_by: str) -> dict[str, Any]:
    """The row of `links` that a success makes."""
    return {
        "entity": Entity.PAYMENT.value,
        "hubspot_id": hubspot_id,
        "quickbooks_id": quickbooks_id,
        "role": role,
        "hubspot_object": "commerce_payments",
        "quickbooks_object": "Payment",
        "owner": owner.value,
        "matched_by": matched_by,
    }


def operation(
    case: PaymentCase,
    situation: Situation,
    target: System,
    action: Action,
    steps: Sequence[Step],
    *,
    source_id: str,
    hubspot_id: str | None = None,
    label: str = "",
    changes: Sequence[FieldChange] = (),
    on_done: Mapping[str, Any] | None = None,
    amount: Any = None,
) -> Operation:
    """An operation on a payment, or on one allocation of it (`source_id` is then payment:invoice)."""
    source = target.other
    row = case.pair.rows[System.QUICKBOOKS] or case.pair.rows[System.HUBSPOT] or {}
    sequence = situation.sequences.get((Entity.PAYMENT, source, source_id), 0)
    return Operation(
        operation_id=operation_id(situation.company.realm, Entity.PAYMENT, source, source_id, action.value, sequence),
        wave=Wave.PAYMENTS,
        entity=Entity.PAYMENT,
        system=target,
        action=action,
        source_system=source,
        source_id=source_id,
        hubspot_id=hubspot_id or case.pair.ids[System.HUBSPOT],
        quickbooks_id=case.pair.ids[System.QUICKBOOKS],
        label=label,
        steps=tuple(replace(step, number=number) for number, step in enumerate(steps, 1)),
        changes=tuple(changes),
        amount=amount if amount is not None else row.get("amount"),
        currency=row.get("currency"),
        business_day=row.get("paid_on"),
        on_done=dict(on_done or {}),
    )
