"""A write that has been checked and not yet carried out: so that a batch is refused before any of it took effect."""

from __future__ import annotations

from dataclasses import dataclass, field

from hsqbo_pipeline.sandbox.hubspot.association_types import AssociationType
from hsqbo_pipeline.sandbox.hubspot.records import Record


@dataclass(slots=True)
class Draft:
    """The create of a record (`record` is None) or the change of one.

    `values` are texts as they will be stored, "" to clear; `links` the associations a create brings; `pinned` the
    computed properties set by hand; `created_ms` a creation time only people can set.
    """

    kind: str
    values: dict[str, str]
    record: Record | None = None
    links: list[tuple[AssociationType, int]] = field(default_factory=list)
    pinned: set[str] = field(default_factory=set)
    created_ms: int | None = None

    def after(self, name: str, default: str = "") -> str:
        """A property's value once the write is done."""
        if name in self.values:
            return self.values[name]
        return (self.record.get(name) if self.record else None) or default

    def linked(self, target: str) -> list[int]:
        """Ids of one type the create brings associations to."""
        return [record_id for kind, record_id in self.links if kind.target == target]
