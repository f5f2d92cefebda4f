"""Ids that are only known once something else is made: found in bodies, and filled in just before sending."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from hsqbo_pipeline.model.names import Entity, System
from hsqbo_pipeline.model.operations import LinkedId, StepId

Reference = LinkedId | StepId


def reference_in(value: Any) -> Reference | None:
    """The reference a marker stands for; None for anything else. A marker may carry a `prefix` for the id's text."""
    if isinstance(value, (LinkedId, StepId)):
        return value
    if not isinstance(value, Mapping):
        return None
    if "$step" in value:
        return StepId(int(value["$step"]))
    if "$linked" in value:
        entity, system, of = value["$linked"]
        return LinkedId(Entity(entity), System(system), str(of))
    return None


def references(value: Any) -> Iterator[Reference]:
    """Every reference inside a body, a target or `on_done`."""
    found = reference_in(value)
    if found is not None:
        yield found
    elif isinstance(value, Mapping):
        for part in value.values():
            yield from references(part)
    elif isinstance(value, (list, tuple)):
        for part in value:
            yield from references(part)


def filled(value: Any, find: Callable[[Reference], str | None]) -> Any:
    """`value` with every reference replaced by its id; one that `find` does not know stays as its marker."""
    found = reference_in(value)
    if found is not None:
        record_id = find(found)
        prefix = value.get("prefix", "") if isinstance(value, Mapping) else ""
        return f"{prefix}{record_id}" if record_id else value
    if isinstance(value, Mapping):
        return {name: filled(part, find) for name, part in value.items()}
    if isinstance(value, (list, tuple)):
        return [filled(part, find) for part in value]
    return value
