"""Whether both systems would take what the mapped fields feed them, asked of their own metadata before anything is planned."""

from __future__ import annotations

import json
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
    first = {entity: problems[0] for entity, problems in all_field_problems(night).items()}
    night.refine(field_problems={entity: dict(problem.slots) for entity, problem in first.items()})
    return {fields_of(entity): problem.code for entity, problem in first.items()}


def all_field_problems(night: Night) -> dict[Entity, list[FieldProblem]]:
    """What is wrong with the map of each object; one that is switched off, or whose metadata was not read, has no say."""
    found = {entity: _problems(night, entity) for entity in Entity}
    return {entity: problems for entity, problems in found.items() if problems}


def _problems(night: Night, entity: Entity) -> list[FieldProblem]:
    section = night.rules.of(entity)
    definitions = _definitions(night, hubspot_object(entity, night.rules))
    if not section.targets or not definitions:
        return []
    company = night.situation.company
    mapped = field_map(entity, night.rules, automated_sales_tax=company.automated_sales_tax)
    found = check_fields(entity, mapped, definitions, company, section.direction)
    own = entity in _MAPPED_WHOLE
    return [each for each in found if each.mapped.custom or (own and each.code == "CFG_FIELD_MISSING")]


def _definitions(night: Night, name: str) -> list[dict[str, Any]]:
    found = SQL.rows(night.warehouse.con, "definitions_of", object=name)
    return [json.loads(row["payload"]) for row in found]
