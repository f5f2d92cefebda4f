"""Who could be meant: candidates of a question with the names a person knows them by."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from hsqbo_pipeline.core.tables import rows
from hsqbo_pipeline.model.names import TABLES, Entity
from hsqbo_pipeline.reports.words import SYSTEMS

if TYPE_CHECKING:
    import duckdb

_NAMES = {
    Entity.CUSTOMER: "coalesce(display_name, nullif(concat_ws(' ', first_name, last_name), ''), company, email)",
    Entity.PRODUCT: "concat_ws(' ', name, '(' || sku || ')')",
    Entity.INVOICE: "concat_ws(' ', number, invoice_date::VARCHAR, total::VARCHAR, currency)",
    Entity.PAYMENT: "concat_ws(' ', reference, paid_on::VARCHAR, amount::VARCHAR, currency)",
}


@dataclass(frozen=True)
class Labels:
    """Names by entity, system and id."""

    names: Mapping[tuple[str, str, str], str]

    def of(self, entity: str, candidate: Mapping[str, Any]) -> str:
        """`QuickBooks 26: Shared Two, linked to 71`; a candidate without a system is told as it stands."""
        system, found = str(candidate.get("system", "")), str(candidate.get("id", ""))
        if not found:
            return ", ".join(f"{name} {value}" for name, value in candidate.items())
        name = self.names.get((entity, system, found))
        linked = candidate.get("linked_to")
        return f"{SYSTEMS.get(system, system)} {found}{f': {name}' if name else ''}{f', linked to {linked}' if linked else ''}"


def labels(con: duckdb.DuckDBPyConnection, candidates: Iterable[Mapping[str, Any]], entities: Iterable[str]) -> Labels:
    """The names of all candidates, one query per entity."""
    ids = sorted({str(each["id"]) for each in candidates if each.get("id")})
    names: dict[tuple[str, str, str], str] = {}
    for entity in entities if ids else ():
        if entity not in set(Entity):
            continue
        kind = Entity(entity)
        query = f"SELECT system, id, {_NAMES[kind]} AS name FROM {TABLES[kind]} WHERE id IN (SELECT unnest($ids))"  # noqa: S608 - our own words
        names |= {(entity, row["system"], row["id"]): row["name"] for row in rows(con, query, {"ids": ids})}
    return Labels(names)
