"""Operations and verdicts as rows, and back, without losing a digit or the order of a body's keys."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

import orjson

from hsqbo_pipeline.core.decisions import Verdict
from hsqbo_pipeline.core.tables import Row
from hsqbo_pipeline.model.names import Entity, System
from hsqbo_pipeline.model.operations import (
    Action,
    FieldChange,
    Operation,
    Step,
    StepAction,
    Wave,
    canonical_json,
    fingerprint,
)


def row_of(operation: Operation, plan_hash: str, run_id: str, position: int) -> Row:
    """A row of `operations`."""
    return {
        "operation_id": operation.operation_id,
        "plan_hash": plan_hash,
        "run_id": run_id,
        "position": position,
        "wave": operation.wave.value,
        "entity": operation.entity.value,
        "system": operation.system.value,
        "action": operation.action.value,
        "hubspot_id": operation.hubspot_id,
        "quickbooks_id": operation.quickbooks_id,
        "source_system": operation.source_system.value,
        "source_id": operation.source_id,
        "label": operation.label,
        "changes": text([asdict(change) for change in operation.changes]),
        "steps": text([_step(step) for step in operation.steps]),
        "warnings": text(list(operation.warnings)),
        "amount": operation.amount,
        "currency": operation.currency,
        "business_day": operation.business_day,
        "on_done": text(operation.on_done),
        "status": "planned",
    }


def operation_of(row: Row) -> Operation:
    """The operation a row of `operations` holds. Amounts inside bodies are text, as they were written."""
    return Operation(
        operation_id=row["operation_id"],
        wave=Wave(row["wave"]),
        entity=Entity(row["entity"]),
        system=System(row["system"]),
        action=Action(row["action"]),
        source_system=System(row["source_system"]),
        source_id=row["source_id"],
        hubspot_id=row["hubspot_id"],
        quickbooks_id=row["quickbooks_id"],
        label=row["label"],
        steps=tuple(_step_of(step) for step in orjson.loads(row["steps"])),
        changes=tuple(FieldChange(**change) for change in orjson.loads(row["changes"])),
        warnings=tuple(orjson.loads(row["warnings"])),
        amount=row["amount"],
        currency=row["currency"],
        business_day=row["business_day"],
        on_done=orjson.loads(row["on_done"] or "{}"),
    )


def content(operation: Operation) -> dict[str, Any]:
    """What makes an operation the one that was shown: all but the versions it was computed against, which move with
    every invoice of a customer."""
    steps = [{**_step(step), "version": None} for step in operation.steps]
    return {
        **row_of(operation, "", "", 0),
        "steps": steps,
        "changes": [asdict(change) for change in operation.changes],
        "on_done": dict(operation.on_done),
    }


def hash_of(operations: list[Operation], inputs_hash: str) -> str:
    """The plan's name: the same operations from the same inputs have the same one."""
    return fingerprint({"inputs": inputs_hash, "operations": [content(operation) for operation in operations]})


def verdict_row(verdict: Verdict, run_id: str) -> Row:
    """A row of `verdicts`."""
    return {
        "run_id": run_id,
        "record_key": verdict.record_key,
        "entity": verdict.entity.value,
        "hubspot_id": verdict.hubspot_id,
        "quickbooks_id": verdict.quickbooks_id,
        "code": verdict.code,
        "slots": text(verdict.slots),
        "reasons": text([{"code": reason.code, "slots": dict(reason.slots)} for reason in verdict.reasons]),
        "candidates": text([dict(candidate) for candidate in verdict.candidates]),
        "label": verdict.label,
        "amount": verdict.amount,
        "currency": verdict.currency,
        "business_day": verdict.business_day,
        "source_system": verdict.source_system.value if verdict.source_system else None,
        "settle": None if verdict.settle is None else text(verdict.settle),
        "operation_ids": [operation.operation_id for operation in verdict.operations],
        "covers": text([[system.value, record_id] for system, record_id in verdict.covers]),
    }


def text(value: Any) -> str:
    """JSON as the tables keep it."""
    return canonical_json(value).decode()


def _step(step: Step) -> dict[str, Any]:
    return {
        "number": step.number,
        "system": step.system.value,
        "object": step.object,
        "action": step.action.value,
        "target": step.target,
        "version": step.version,
        "body": step.body,
        "before": step.before,
        "find": step.find,
        "associations": list(step.associations),
    }


def _step_of(step: Mapping[str, Any]) -> Step:
    return Step(
        **{
            **step,
            "system": System(step["system"]),
            "action": StepAction(step["action"]),
            "associations": tuple(step["associations"]),
        }
    )
