"""How one entity of the master records is written under these rules: its objects, wave, bodies, directions."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from hsqbo_pipeline.core.decisions import Situation
from hsqbo_pipeline.model.fields import Field, field_map
from hsqbo_pipeline.model.names import OBJECTS, Entity, System
from hsqbo_pipeline.model.operations import Wave
from hsqbo_pipeline.model.rules import DirectionWord as Direction

# (fields that change, the record's current payload, the mapped fields) -> the body in the API's own shape
Body = Callable[[Mapping[str, str | None], Mapping[str, Any] | None, Sequence[Field]], dict[str, Any]]
Texts = Mapping[str, str | None]
# Fields meant for QuickBooks -> the same as QuickBooks would take them; and -> why it would not, as code and slots.
Fit = Callable[[Texts], Texts]
Refusal = Callable[[Texts], tuple[str, Mapping[str, Any]] | None]


@dataclass(frozen=True)
class Trade:
    """How one entity is written: its objects, its wave, its bodies, and the rules that concern it."""

    entity: Entity
    wave: Wave
    objects: Mapping[System, str]
    fields: tuple[Field, ...]
    direction: Direction
    winner: str
    first_link: str
    update_body: Mapping[System, Body]
    fit: Fit
    refusal: Refusal

    def sends(self, source: System) -> bool:
        """Whether records of `source` may be made on the other side."""
        return self.direction in (Direction.BOTH, Direction(f"{source.value}_to_{source.other.value}"))


def trade_of(
    entity: Entity,
    wave: Wave,
    situation: Situation,
    bodies: Mapping[System, Body],
    hubspot_object: str | None = None,
    *,
    fit: Fit = dict,
    refusal: Refusal = lambda _texts: None,
) -> Trade:
    """How the rules of this connection treat an entity. `fit` and `refusal` are about what QuickBooks is to get."""
    rules = situation.rules.of(entity)
    fields = field_map(entity, situation.rules, automated_sales_tax=situation.company.automated_sales_tax)
    return Trade(
        entity=entity,
        wave=wave,
        objects={
            System.HUBSPOT: hubspot_object or OBJECTS[entity][System.HUBSPOT],
            System.QUICKBOOKS: OBJECTS[entity][System.QUICKBOOKS],
        },
        fields=fields,
        direction=Direction(rules.direction.value) if rules.enabled else Direction.OFF,
        winner=rules.winner.value,
        first_link=situation.rules.first_link,
        update_body=bodies,
        fit=fit,
        refusal=refusal,
    )
