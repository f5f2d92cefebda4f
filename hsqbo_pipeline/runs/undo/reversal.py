"""The way back of each write: what ends what the run made, and what puts back what it changed."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any

from hsqbo_pipeline.core.decisions import Verdict
from hsqbo_pipeline.core.tables import Row
from hsqbo_pipeline.mapping.contacts import hubspot_contact, quickbooks_customer
from hsqbo_pipeline.mapping.products import hubspot_product, quickbooks_item
from hsqbo_pipeline.model.fields import field_map, values
from hsqbo_pipeline.model.names import OBJECTS, Entity, System
from hsqbo_pipeline.model.operations import Action, FieldChange, Operation, Step, StepAction, Wave, operation_id
from hsqbo_pipeline.runs.night import Night
from hsqbo_pipeline.runs.undo.made import SQL, Made, everything_made
from hsqbo_pipeline.runs.undo.refusals import refused, touched_since

# What was made last ends first.
_WAVES = {
    Entity.PAYMENT: Wave.PRODUCTS,
    Entity.INVOICE: Wave.CUSTOMERS,
    Entity.CUSTOMER: Wave.INVOICES,
    Entity.PRODUCT: Wave.PAYMENTS,
}
_MASTERS = (Entity.CUSTOMER, Entity.PRODUCT)


def reversal(night: Night, run_id: str) -> Iterator[Verdict]:
    """The verdict on every pair that the run wrote. Marks and figures of ours in HubSpot stay: they harm nobody.

    Payments come first, then invoices, then customers: what they free no longer holds up the next.
    """
    freed: dict[str, Decimal] = defaultdict(Decimal)
    for made in everything_made(night, run_id):
        if made.operation["action"] == Action.CREATE:
            verdict = _unmake(made, night, freed)
            if verdict.operations:
                _free(made, night, freed)
            yield verdict
        elif made.operation["action"] in (Action.UPDATE, Action.LINK) and made.entity in _MASTERS:
            yield from _put_back(made, night)


def _free(made: Made, night: Night, freed: dict[str, Decimal]) -> None:
    """What ends in QuickBooks with this reversal: of each invoice the cash, of each customer the open balance."""
    row = made.rows[made.target]
    if made.target is not System.QUICKBOOKS or row is None:
        return
    if made.entity is Entity.PAYMENT:
        for each in SQL.rows(night.warehouse.con, "undo_applied", id=row["id"]):
            freed[f"invoice {each['invoice_id']}"] += each["amount"]
            freed[f"customer {row['customer_id']}"] -= each["amount"]
    elif made.entity is Entity.INVOICE:
        freed[f"customer {row['customer_id']}"] += row["total"] or 0


def _unmake(made: Made, night: Night, freed: Mapping[str, Decimal]) -> Verdict:
    """The end of what the run made, or the reason why it stays."""
    row = made.rows[made.target]
    if row is None or made.target_id is None:
        return made.verdict("REF_REMOTE_GONE", slots={"id": made.target_id, "system": made.target.value})
    kept = touched_since(made, row, night) or refused(made, row, night, freed)
    if kept is not None:
        return kept
    step = _ending_step(made, row)
    if step is None:
        return made.verdict(
            "VAL_BUSINESS_RULE", slots={"short": "items of QuickBooks are never made inactive by a sync"}
        )
    return made.verdict(
        "OPS_PAUSED_BY_USER",
        slots={"who": night.request.approved_by, "date": night.situation.today, "why": "undone"},
        operations=(_operation(made, night, step, _end(made), row=row),),
    )


def _end(made: Made) -> Action:
    """A document ends voided; HubSpot's payments and all other records are archived."""
    voided = made.entity is Entity.INVOICE or (made.entity is Entity.PAYMENT and made.target is System.QUICKBOOKS)
    return Action.VOID if voided else Action.ARCHIVE


def _ending_step(made: Made, row: Row) -> Step | None:
    target_id, version = made.target_id, row.get("version")
    name = OBJECTS[made.entity][made.target] if made.entity is not Entity.CUSTOMER else row["object"]
    if made.target is System.QUICKBOOKS:
        if made.entity in (Entity.INVOICE, Entity.PAYMENT):
            return Step(1, System.QUICKBOOKS, name, StepAction.VOID, {}, target=target_id, version=version)
        if made.entity is Entity.CUSTOMER:
            return Step(1, System.QUICKBOOKS, name, StepAction.ARCHIVE, {}, target=target_id, version=version)
        return None
    if made.entity is Entity.INVOICE:
        body = {"hs_invoice_status": "voided"}
        return Step(1, System.HUBSPOT, name, StepAction.UPDATE, body, target=target_id, version=version)
    return Step(1, System.HUBSPOT, name, StepAction.ARCHIVE, {}, target=target_id, version=version)


def _operation(
    made: Made,
    night: Night,
    step: Step,
    action: Action,
    changes: tuple[FieldChange, ...] = (),
    row: Row | None = None,
) -> Operation:
    """The reversal as an operation. Where the record ends, its link ends too and a tombstone stays on both sides."""
    source = made.target.other
    source_id = made.ids[source] or made.target_id or ""
    sequence = night.situation.sequences.get((made.entity, source, source_id), 0)
    on_done: dict[str, Any] = {}
    if action in (Action.VOID, Action.ARCHIVE):
        ends = ((source, source_id, made.target_id), (made.target, made.target_id, source_id))
        stone = {"entity": made.entity.value, "reason": "undone"}
        on_done = {
            "unlink": [made.ids[System.HUBSPOT], made.ids[System.QUICKBOOKS]],
            "tombstone": [{**stone, "system": side.value, "id": one, "partner_id": other} for side, one, other in ends],
        }
    return Operation(
        operation_id=operation_id(
            night.situation.company.realm, made.entity, source, source_id, f"undo-{action.value}", sequence
        ),
        wave=_WAVES[made.entity],
        entity=made.entity,
        system=made.target,
        action=action,
        source_system=source,
        source_id=source_id,
        hubspot_id=made.ids[System.HUBSPOT],
        quickbooks_id=made.ids[System.QUICKBOOKS],
        label=made.operation["label"] or "",
        steps=(step,),
        changes=changes,
        warnings=_numbers(made, row),
        amount=made.operation["amount"],
        currency=made.operation["currency"],
        on_done=on_done,
    )


def _numbers(made: Made, row: Row | None) -> tuple[str, ...]:
    """A voided document keeps its number; nobody should look for the gap."""
    number = row.get("number") if row is not None and made.entity is Entity.INVOICE else None
    return (f"number {number} stays used in {made.target.value}",) if number else ()


def _put_back(made: Made, night: Night) -> Iterator[Verdict]:
    """The values that stood there before, where the run's own value still stands."""
    row = made.rows[made.target]
    changes = json.loads(made.operation["changes"])
    if row is None or not changes:
        return
    fields = field_map(made.entity, night.rules)
    now = values(row, fields)
    apart = [c for c in changes if now.get(c["field"]) != c["before"]]
    untouched = {c["field"]: c["before"] for c in apart if now.get(c["field"]) == c["after"]}
    if not untouched:
        if apart:
            yield made.verdict("CONF_HELD", slots={"fields": [c["field"] for c in apart]})
        return
    if made.target is System.HUBSPOT:
        body: dict[str, Any] = dict(
            hubspot_contact(untouched, fields) if made.entity is Entity.CUSTOMER else hubspot_product(untouched, fields)
        )
    elif made.entity is Entity.CUSTOMER:
        body = quickbooks_customer(untouched, made.payload, fields)
    else:
        body = quickbooks_item(untouched, made.payload, mapped=fields)
    step = Step(
        1, made.target, row["object"], StepAction.UPDATE, body, target=made.target_id, version=row.get("version")
    )
    told = tuple(FieldChange(name, now.get(name), before, "undone") for name, before in untouched.items())
    settle = {side.value: values(found, fields) if (found := made.rows[side]) else {} for side in System}
    settle[made.target.value] |= untouched
    yield made.verdict("OPS_UNCHANGED", operations=(_operation(made, night, step, Action.UPDATE, told),), settle=settle)
