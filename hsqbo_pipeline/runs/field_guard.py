"""Whether both systems would take what the mapped fields feed them, asked of their own metadata before anything is planned."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hsqbo_pipeline.core.tables import Statements
from hsqbo_pipeline.core.validate import hubspot_object
from hsqbo_pipeline.model.field_checks import FieldProblem, check_fields
from hsqbo_pipeline.model.fields import field_map
from hsqbo_pipeline.model.names import Entity, System
from hsqbo_pipeline.runs.blocked import fields_of

if TYPE_CHECKING:
    from hsqbo_pipeline.runs.night import Night

SQL = Statements(Path(__file__).parent / "sql")
# Objects whose default fields are written through the map; documents have rules of their own for theirs.
_MAPPED_WHOLE = (Entity.CUSTOMER, Entity.PRODUCT)


def field_problems(night: Night) -> dict[tuple[System, str], str]:
    """(system, "fields of …") -> code for each object whose map can't work; the object alone is held up.

    What fills the code's sentence goes into the situation.
    """
    codes: dict[tuple[System, str], str] = {}
    slots: dict[Entity, Mapping[str, Any]] = {}
    for entity in Entity:
        problem = _first(night, entity)
        if problem is not None:
            codes[fields_of(entity)] = problem.code
            slots[entity] = dict(problem.slots)
    night.refine(field_problems=slots)
    return codes


def _first(night: Night, entity: Entity) -> FieldProblem | None:
    """The first thing that is wrong; an object that is switched off, or whose metadata was not read, has no say."""
    section = night.rules.of(entity)
    definitions = _definitions(night, hubspot_object(entity, night.rules))
    if not section.targets or not definitions:
        return None
    company = night.situation.company
    mapped = field_map(entity, night.rules, automated_sales_tax=company.automated_sales_tax)
    for problem in check_fields(entity, mapped, definitions, company, section.direction):
        known = entity in _MAPPED_WHOLE and problem.code == "CFG_FIELD_MISSING"
        if problem.mapped.custom or known:
            return problem
    return None


def _definitions(night: Night, name: str) -> list[dict[str, Any]]:
    found = SQL.rows(night.warehouse.con, "definitions_of", object=name)
    return [json.loads(row["payload"]) for row in found]
