"""One record, kept small: its values packed as JSON bytes, its times as integers, its history only where it changed."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, NamedTuple

import orjson

from hsqbo_pipeline.sandbox.hubspot.values import iso


class Source(NamedTuple):
    """Who set a value, as property history tells it."""

    type: str
    id: str
    user: int | None = None

    def body(self) -> dict[str, Any]:
        """The source fields of one history entry."""
        answer: dict[str, Any] = {"sourceType": self.type, "sourceId": self.id}
        if self.user is not None:
            answer["updatedByUserId"] = self.user
        return answer


PERSON = Source("CRM_UI", "userId:70011", 70011)
CALCULATED = Source("CALCULATED", "CalculatedPropertyComputer")


class Change(NamedTuple):
    """One entry of a property's history."""

    ms: int
    value: str
    source: Source


class View(NamedTuple):
    """What of a record a search can see at some moment."""

    packed: bytes
    created_ms: int
    updated_ms: int


@dataclass(slots=True, eq=False)
class Record:
    """A record. `pinned` names computed properties that a person or an owner of the figures set by hand."""

    id: int
    packed: bytes
    created_ms: int
    updated_ms: int
    born: Source
    archived_ms: int | None = None
    history: dict[str, list[Change]] | None = None
    pinned: frozenset[str] = field(default_factory=frozenset)

    def values(self) -> dict[str, str]:
        """A fresh dictionary of the values that are set."""
        values: dict[str, str] = orjson.loads(self.packed)
        return values

    def get(self, name: str) -> str | None:
        """One value, None if it is not set."""
        return self.values().get(name)

    def view(self) -> View:
        """The record as a search sees it now."""
        return View(self.packed, self.created_ms, self.updated_ms)

    def remember(self, name: str, before: str | None, after: str, ms: int, source: Source) -> None:
        """Adds a change to a property's history; the value of the record's birth is put in front at the first one."""
        if self.history is None:
            self.history = {}
        entries = self.history.setdefault(name, [])
        if not entries and before is not None:
            entries.append(Change(self.created_ms, before, self.born))
        entries.append(Change(ms, after, source))

    def changes(self, name: str) -> list[Change]:
        """A property's history, newest first; empty if it never had a value."""
        if self.history and name in self.history:
            return list(reversed(self.history[name]))
        value = self.get(name)
        return [] if value is None else [Change(self.created_ms, value, self.born)]


def pack(values: dict[str, str]) -> bytes:
    """Values as the bytes a record keeps; empty ones are left out, they mean "not set"."""
    # orjson hands over its whole 4 kB buffer; the copy keeps the few hundred bytes that are used.
    return bytes(memoryview(orjson.dumps({name: value for name, value in values.items() if value})))


SYSTEM_NAMES = frozenset({"hs_object_id", "createdate", "hs_createdate", "lastmodifieddate", "hs_lastmodifieddate"})
"""Properties answered from the record itself, never from its packed values."""


def system_value(name: str, record_id: int, view: View | Record) -> str:
    """The value of one of SYSTEM_NAMES."""
    if name == "hs_object_id":
        return str(record_id)
    return iso(view.created_ms if name.endswith("createdate") else view.updated_ms)
