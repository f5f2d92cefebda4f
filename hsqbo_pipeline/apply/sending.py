"""One batch to its API and back: which endpoint it takes, what the request looks like, whose answer is whose."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from hsqbo_pipeline.apply.batches import Batch
from hsqbo_pipeline.apply.run import Run
from hsqbo_pipeline.apply.tasks import Entry
from hsqbo_pipeline.clients.hubspot.answers import Association, CreateInput, UpdateInput, UpsertInput, WriteAnswer
from hsqbo_pipeline.clients.pages import Record
from hsqbo_pipeline.clients.quickbooks.answers import BatchItem, WriteOperation
from hsqbo_pipeline.errors import HsqboError
from hsqbo_pipeline.model.names import System
from hsqbo_pipeline.model.operations import StepAction

MARK = "qbo_id"
# What QuickBooks takes as a JSON number; a plan holds amounts as text.
_NUMBERS = frozenset(
    {
        "Amount", "Qty", "UnitPrice", "PurchaseCost", "TotalAmt", "UnappliedAmt", "TotalTax", "TaxPercent", "NetAmountTaxable",
        "DiscountPercent", "DiscountRate", "DiscountAmt", "TaxInclusiveAmt", "Deposit",
    }
)  # fmt: skip
_DIGITS = re.compile(r"-?\d+(\.\d+)?")
_VERBS: dict[StepAction, WriteOperation] = {
    StepAction.CREATE: "create",
    StepAction.UPDATE: "update",
    StepAction.ARCHIVE: "update",
    StepAction.DELETE: "delete",
    StepAction.VOID: "void",
}


@dataclass(frozen=True)
class Reply:
    """The answer to one entry: the record as it stands (None where the API gives none), or an error."""

    entry: Entry
    record: Record | None
    error: HsqboError | None
    request_id: str | None


async def send(run: Run, batch: Batch) -> list[Reply]:
    """Send a batch. Raises what the clients raise when it was refused, or lost, as a whole."""
    if batch.system is System.QUICKBOOKS:
        return await _quickbooks(run, batch)
    if batch.action is StepAction.CREATE:
        return await _created(run, batch)
    if batch.action is StepAction.UPDATE:
        inputs = [UpdateInput(entry.write_id, str(entry.target), _texts(entry.body)) for entry in batch.entries]
        return _replies(batch, await run.clients.hubspot.batch_update(batch.object, inputs))
    if batch.action is StepAction.ARCHIVE:
        ids = [str(entry.target) for entry in batch.entries]
        return _plain(batch, await run.clients.hubspot.batch_archive(batch.object, ids))
    return await _associated(run, batch)


async def _created(run: Run, batch: Batch) -> list[Reply]:
    """By upsert where our mark is unique and nothing is associated: arriving twice it makes one record."""
    marks = {str(entry.body.get(MARK) or "") for entry in batch.entries if not entry.associations}
    by_mark = (batch.object, MARK) in run.unique and "" not in marks and len(marks) == len(batch.entries)
    if by_mark:
        upserts = [UpsertInput(entry.write_id, str(entry.body[MARK]), _texts(entry.body)) for entry in batch.entries]
        return _replies(batch, await run.clients.hubspot.batch_upsert(batch.object, MARK, upserts))
    inputs = [
        CreateInput(
            entry.write_id,
            _texts(entry.body),
            tuple(Association(str(made["to_id"]), int(made["type_id"])) for made in entry.associations),
        )
        for entry in batch.entries
    ]
    unique = next((str(entry.find["property"]) for entry in batch.entries if entry.find), None)
    return _replies(batch, await run.clients.hubspot.batch_create(batch.object, inputs, unique))


async def _associated(run: Run, batch: Batch) -> list[Reply]:
    to = str(batch.entries[0].body["to_object"])
    if batch.action is StepAction.DISSOCIATE:
        pairs = [(str(entry.target), str(entry.body["to_id"])) for entry in batch.entries]
        return _plain(batch, await run.clients.hubspot.associations_archive(batch.object, to, pairs))
    triples = [(str(entry.target), str(entry.body["to_id"]), int(entry.body["type_id"])) for entry in batch.entries]
    return _plain(batch, await run.clients.hubspot.associations_create(batch.object, to, triples))


async def _quickbooks(run: Run, batch: Batch) -> list[Reply]:
    items = [
        BatchItem(str(position), _VERBS[batch.action], batch.object, quickbooks_body(batch.action, entry))
        for position, entry in enumerate(batch.entries)
    ]
    answers = await run.clients.quickbooks.batch(items, requestid=batch.request_id)
    return [
        Reply(entry, answer.record, answer.error, answer.request_id)
        for entry, answer in zip(batch.entries, answers, strict=True)
    ]


def quickbooks_body(action: StepAction, entry: Entry) -> Record:
    """The entity as it goes out: a change is sparse and carries the token just read."""
    body = _numbers(entry.body)
    if action is StepAction.CREATE:
        return dict(body)
    known = {"Id": str(entry.target), "SyncToken": str((entry.current or {}).get("SyncToken", ""))}
    if action is StepAction.ARCHIVE:
        return {**body, **known, "sparse": True, "Active": False}
    if action is StepAction.UPDATE:
        return {**body, **known, "sparse": True}
    return known


def _numbers(value: Any, name: str = "") -> Any:
    if isinstance(value, Mapping):
        return {key: _numbers(part, key) for key, part in value.items()}
    if isinstance(value, list):
        return [_numbers(part, name) for part in value]
    if name in _NUMBERS and isinstance(value, str) and _DIGITS.fullmatch(value):
        return Decimal(value)
    return value


def _texts(body: Mapping[str, Any]) -> dict[str, str]:
    """Properties as HubSpot takes them: texts, "" clears."""
    return {name: "" if value is None else str(value) for name, value in body.items()}


def _replies(batch: Batch, answers: list[WriteAnswer]) -> list[Reply]:
    return [
        Reply(entry, answer.record, answer.error, answer.request_id)
        for entry, answer in zip(batch.entries, answers, strict=True)
    ]


def _plain(batch: Batch, request_id: str | None) -> list[Reply]:
    return [Reply(entry, None, None, request_id) for entry in batch.entries]
