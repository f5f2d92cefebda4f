"""What goes into HubSpot's batch endpoints and what comes back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from hsqbo_pipeline.clients.hubspot.association_types import type_json
from hsqbo_pipeline.clients.pages import Page, Record
from hsqbo_pipeline.errors import HsqboError

Properties = Mapping[str, str | None]


@dataclass(frozen=True, slots=True)
class Association:
    """An association made together with a record: from the new record to `to_id`, by a type of that direction."""

    to_id: str
    type_id: int


@dataclass(frozen=True, slots=True)
class CreateInput:
    """A record to create. `trace` is the caller's name for it, unique in the batch, sent as objectWriteTraceId."""

    trace: str
    properties: Properties
    associations: tuple[Association, ...] = ()

    def as_json(self) -> Record:
        """The input as `batch/create` takes it."""
        return {
            "properties": dict(self.properties),
            "associations": [
                {"to": {"id": made.to_id}, "types": [type_json(made.type_id)]} for made in self.associations
            ],
            "objectWriteTraceId": self.trace,
        }


@dataclass(frozen=True, slots=True)
class UpdateInput:
    """Properties to change on the record `id`; an empty text clears a value, a property left out stays."""

    trace: str
    id: str
    properties: Properties

    def as_json(self) -> Record:
        """The input as `batch/update` takes it."""
        return {"id": self.id, "properties": dict(self.properties), "objectWriteTraceId": self.trace}


@dataclass(frozen=True, slots=True)
class UpsertInput:
    """A record to create, or to change where one with `value` in the unique property exists."""

    trace: str
    value: str
    properties: Properties

    def as_json(self, id_property: str) -> Record:
        """The input as `batch/upsert` takes it.

        The unique property is among the values: an answer shows the values sent, and is recognised by that one.
        """
        return {
            "id": self.value,
            "idProperty": id_property,
            "properties": {id_property: self.value, **self.properties},
            "objectWriteTraceId": self.trace,
        }


@dataclass(frozen=True, slots=True)
class WriteAnswer:
    """The answer to one input: the record as it stands, or an error.

    RecordError: refused, nothing written. UncertainError: HubSpot's answer cannot be tied to this input; look first.
    """

    trace: str
    record: Record | None
    error: HsqboError | None
    request_id: str | None


@dataclass(frozen=True, slots=True)
class BatchRead:
    """Records by id. `moved` maps a requested id to the id of the record it was merged into."""

    records: list[Record]
    missing: list[str]
    moved: dict[str, str]
    pages: list[Page]


@dataclass(frozen=True, slots=True)
class Associated:
    """One associated record with the ids of every type (label) that ties it."""

    id: str
    type_ids: frozenset[int]


@dataclass(frozen=True, slots=True)
class Associations:
    """Associated records by the id they were asked for; an id without any is in it with an empty list."""

    links: dict[str, list[Associated]]
    pages: list[Page]


@dataclass(frozen=True, slots=True)
class PropertiesCreated:
    """What became of property definitions: made now, there before, refused (name and why)."""

    created: list[str] = field(default_factory=list)
    existing: list[str] = field(default_factory=list)
    refused: dict[str, HsqboError] = field(default_factory=dict)
