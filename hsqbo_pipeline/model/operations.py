"""What a run means to do: operations, their steps, and references that are only known once an earlier step is done.

An operation concerns one record (or pair) and is shown to people as one line of the plan; its steps are the requests it
takes, in order, each journalled on its own. Bodies are in the target API's own shape; an id that does not exist yet is a
`Reference` and is filled in just before sending.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any

import orjson

from hsqbo_pipeline.model.names import Entity, System


class Wave(StrEnum):
    """Waves run in this order; a step may refer to anything an earlier wave has made."""

    PRODUCTS = "products"
    CUSTOMERS = "customers"
    INVOICES = "invoices"
    PAYMENTS = "payments"
    FIGURES = "figures"  # what HubSpot shows of QuickBooks' totals, balances and credits; marks; notes on deals


class Action(StrEnum):
    """What an operation does to its record, in the words of the plan."""

    CREATE = "create"
    UPDATE = "update"
    LINK = "link"
    VOID = "void"
    ARCHIVE = "archive"


class StepAction(StrEnum):
    """What a single request does."""

    CREATE = "create"
    UPDATE = "update"
    ARCHIVE = "archive"  # HubSpot's recycle bin, QuickBooks' Active=false
    DELETE = "delete"
    VOID = "void"
    ASSOCIATE = "associate"  # HubSpot: target_id ↔ body {"to_object", "to_id", "type_id"}
    DISSOCIATE = "dissociate"


@dataclass(frozen=True)
class LinkedId:
    """The id of `record_id`'s partner on `system`, for a record of the other system. Written `{"$linked": …}`."""

    entity: Entity
    system: System
    of: str

    def as_json(self) -> dict[str, Any]:
        """The marker a body carries until the id is known."""
        return {"$linked": [self.entity.value, self.system.value, self.of]}


@dataclass(frozen=True)
class StepId:
    """The id that an earlier step of the same operation made. Written `{"$step": n}`."""

    step: int

    def as_json(self) -> dict[str, Any]:
        """The marker a body carries until the id is known."""
        return {"$step": self.step}


@dataclass(frozen=True)
class FieldChange:
    """One field of one record: what stands there, what will stand there, and why this side's value won."""

    field: str
    before: str | None
    after: str | None
    reason: str


@dataclass(frozen=True)
class Step:
    """One request. `target` is the id it changes (a marker as in a body is allowed); None for a create.

    `before` are the values, in the API's own shape, that decided this step: the writer re-reads the target and sets the
    operation aside when one of them has moved. `find` tells how a create whose answer was lost is found again:
    QuickBooks {"where": {property: text}, "mark": text | None, "same": {path: value}}; HubSpot
    {"property": "qbo_id" | "email", "value": text, "parent": [object, id or marker] | None}.
    """

    number: int
    system: System
    object: str
    action: StepAction
    body: Mapping[str, Any]
    target: str | Mapping[str, Any] | None = None
    version: str | None = None
    before: Mapping[str, Any] = field(default_factory=dict)
    find: Mapping[str, Any] | None = None
    associations: tuple[Mapping[str, Any], ...] = ()  # HubSpot creates: {"to_object", "to_id" (or marker), "type_id"}


@dataclass(frozen=True)
class Operation:
    """One line of the plan. `on_done` says what state its success makes (see docs/contracts.md)."""

    operation_id: str
    wave: Wave
    entity: Entity
    system: System  # the one written to; for `link` the one that gets the mark
    action: Action
    source_system: System
    source_id: str
    hubspot_id: str | None
    quickbooks_id: str | None
    label: str
    steps: tuple[Step, ...]
    changes: tuple[FieldChange, ...] = ()
    warnings: tuple[str, ...] = ()
    amount: Decimal | None = None
    currency: str | None = None
    business_day: date | None = None
    on_done: Mapping[str, Any] = field(default_factory=dict)


def operation_id(realm: str, entity: Entity, source_system: System, source_id: str, action: str, sequence: int) -> str:
    """The name of one intended change: content is not part of it, so an edit between two tries does not make a second one."""
    text = "\x1f".join((realm, entity.value, source_system.value, source_id, action, str(sequence)))
    return hashlib.sha256(text.encode()).hexdigest()[:32]


def canonical_json(value: Any) -> bytes:
    """The same bytes for the same value: sorted keys, Decimals as plain text numbers, dates as ISO."""
    return orjson.dumps(value, option=orjson.OPT_SORT_KEYS | orjson.OPT_PASSTHROUGH_DATACLASS, default=_plain)


def _plain(value: Any) -> Any:
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, (date, datetime)):
        return value.isoformat()
    if isinstance(value, (LinkedId, StepId)):
        return value.as_json()
    if isinstance(value, Mapping):
        return dict(value)
    raise TypeError(f"{type(value).__name__} has no canonical form")


def fingerprint(value: Any) -> str:
    """A short, stable hash of any plan material."""
    return hashlib.sha256(canonical_json(value)).hexdigest()[:32]
