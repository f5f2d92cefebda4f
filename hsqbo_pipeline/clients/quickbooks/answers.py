"""What QuickBooks' endpoints give back, and what a batch is made of."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Literal

from hsqbo_pipeline.clients.faults import REMOTE, Fault, error_of
from hsqbo_pipeline.clients.pages import Record
from hsqbo_pipeline.clients.transport import Answer
from hsqbo_pipeline.errors import HsqboError

WriteOperation = Literal["create", "update", "delete", "void"]


@dataclass(frozen=True, slots=True)
class EntityAnswer:
    """One entity as QuickBooks holds it now, with the envelope's time (UTC) and intuit_tid."""

    record: Record
    time: datetime
    request_id: str | None
    raw: bytes


@dataclass(frozen=True, slots=True)
class Changes:
    """An answer of change data capture: the present state of what changed, by entity.

    `records` holds living entities, `deleted` the stubs of deleted transactions (Id and LastUpdatedTime only; list
    entries are never among them, they come with Active false). `truncated` names entities of which 1000 came back or
    more: that is the answer's cap and there is no next page, so read those by query. `time` is the envelope's.
    """

    raw: bytes
    records: dict[str, list[Record]]
    deleted: dict[str, list[Record]]
    truncated: frozenset[str]
    time: datetime
    request_id: str | None


@dataclass(frozen=True, slots=True)
class BatchItem:
    """One write of a batch. `bid` is the caller's name for it (at most 10 characters), unique in the batch.

    `options` goes out as optionsData; a void is sent as an update with the option "void".
    """

    bid: str
    operation: WriteOperation
    entity: str
    body: Record = field(default_factory=dict)
    options: str | None = None

    def as_json(self) -> Record:
        """The item as the batch endpoint takes it."""
        void = self.operation == "void"
        options = "void" if void else self.options
        item: Record = {"bId": self.bid, "operation": "update" if void else self.operation, self.entity: self.body}
        if options:
            item["optionsData"] = options
        return item


@dataclass(frozen=True, slots=True)
class BatchAnswer:
    """The answer to one item: a record, or an error.

    The error's class says what to do: RecordError (refused, nothing written), UncertainError (may have been written:
    look first), RateLimitError (turned away: send again later), AuthenticationError.
    """

    bid: str
    record: Record | None
    error: HsqboError | None
    request_id: str | None


def envelope_time(answer: Answer) -> datetime:
    """The envelope's `time` in UTC: QuickBooks' own now. Falls back to the Date header where it is missing."""
    text = answer.data.get("time") if isinstance(answer.data, dict) else None
    try:
        moment = datetime.fromisoformat(str(text))
    except ValueError:
        return answer.time
    return moment.astimezone(UTC) if moment.tzinfo else answer.time


def entity_in(answer: Answer, entity: str) -> EntityAnswer:
    """The single entity of an answer. Raises RemoteError if it is not there."""
    record = answer.data.get(entity) if isinstance(answer.data, dict) else None
    if not isinstance(record, dict):
        raise missing_part(entity, answer)
    return EntityAnswer(record, envelope_time(answer), answer.request_id, answer.body)


def missing_part(part: str, answer: Answer) -> HsqboError:
    """The error for an answer that is no fault and yet not what was asked for."""
    said = f"the answer holds no {part}"
    return error_of(Fault(REMOTE, answer.status, "", said, request_id=answer.request_id, system="quickbooks"))


def records_in(answer: Answer, entity: str) -> list[Record]:
    """The rows of a query answer; an answer past the end has no array at all (recorded)."""
    response = _mapping(answer.data).get("QueryResponse")
    if not isinstance(response, dict):
        raise missing_part("QueryResponse", answer)
    rows = response.get(entity)
    return rows if isinstance(rows, list) else []


def changes_in(answer: Answer, asked: tuple[str, ...], cap: int) -> Changes:
    """The groups of a CDC answer. Entity names are matched without regard to case, as the endpoint does."""
    names = {name.lower(): name for name in asked}
    records: dict[str, list[Record]] = {name: [] for name in asked}
    deleted: dict[str, list[Record]] = {name: [] for name in asked}
    responses = _mapping(answer.data).get("CDCResponse")
    if not isinstance(responses, list):
        raise missing_part("CDCResponse", answer)
    groups = (group for response in responses for group in _mapping(response).get("QueryResponse") or ())
    for group in groups:
        for key, rows in group.items():
            name = names.get(key.lower())
            for row in rows if name and isinstance(rows, list) else ():
                gone = str(row.get("status", "")).lower() == "deleted"
                (deleted if gone else records)[name or key].append(row)
    counts = {name: len(records[name]) + len(deleted[name]) for name in asked}
    full = {name for name, count in counts.items() if count >= cap}
    if sum(counts.values()) >= cap:  # whether the cap holds per entity or for the whole answer is not documented
        full |= {name for name, count in counts.items() if count}
    return Changes(answer.body, records, deleted, frozenset(full), envelope_time(answer), answer.request_id)


def _mapping(value: Any) -> Record:
    return value if isinstance(value, dict) else {}
