"""How HubSpot records hang on each other: part of a creation, or a step of its own."""

from __future__ import annotations

from typing import Any

from hsqbo_pipeline.model.names import System
from hsqbo_pipeline.model.operations import Step, StepAction


def association(to_object: str, to_id: Any, type_id: int) -> dict[str, Any]:
    """One association of a creation; ids may be markers."""
    return {"to_object": to_object, "to_id": to_id, "type_id": type_id}


def tie(action: StepAction, name: str, target: str, body: dict[str, Any]) -> Step:
    """A step that puts a record of object `name` on another one, or takes it off; `body` is an `association`."""
    return Step(number=0, system=System.HUBSPOT, object=name, action=action, target=target, body=body)
