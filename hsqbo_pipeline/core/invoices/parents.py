"""Customers and products as an invoice sees them: linked, about to be linked in this run, in trouble, or unknown."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import duckdb

from hsqbo_pipeline.core.decisions import Situation
from hsqbo_pipeline.core.tables import Row, Statements
from hsqbo_pipeline.core.validate import hubspot_object
from hsqbo_pipeline.model.codes import CODES, Class
from hsqbo_pipeline.model.keys import sku_key
from hsqbo_pipeline.model.names import Entity, System
from hsqbo_pipeline.model.operations import LinkedId

SQL = Statements(Path(__file__).parents[1] / "sql")

# What the custom line item's link calls itself on HubSpot's side, where it has no partner.
CUSTOM_ITEM = "custom-line-item"


@dataclass(frozen=True)
class Standing:
    """One parent on one side. `partner` is its linked record; `coming` that this run is about to link it."""

    entity: Entity
    system: System
    id: str
    partner: str | None = None
    coming: bool = False
    code: str | None = None
    failing: bool = False
    said_of: str | None = None
    planned_currency: str | None = None
    row: Row = field(default_factory=dict)

    @property
    def reachable(self) -> bool:
        """Whether the other side has its partner, or will have it before invoices are written."""
        return self.partner is not None or self.coming

    def reference(self) -> Any:
        """The partner's id, or the marker of the id it will have."""
        return self.partner or LinkedId(self.entity, self.system.other, self.id).as_json()

    @property
    def name(self) -> str:
        """What a person calls it, for a sentence."""
        label = self.said_of or self.row.get("display_name") or self.row.get("name") or self.row.get("company")
        person = " ".join(part for part in (self.row.get("first_name"), self.row.get("last_name")) if part)
        return f"{self.entity.value} {label or person or ''} ({self.id})".replace("  ", " ")


@dataclass(frozen=True)
class Parents:
    """All parents that the candidates name."""

    standings: Mapping[tuple[Entity, System, str], Standing]
    rows: Mapping[tuple[Entity, System, str], Row]
    skus: Mapping[tuple[System, str], Sequence[str]]
    matched: Mapping[str, str] = field(default_factory=dict)  # QuickBooks customer -> contact, pairs found in this run
    custom_item: str | None = None
    companies: Mapping[str, str] = field(default_factory=dict)  # contact -> the company it belongs to

    @property
    def matched_contacts(self) -> Mapping[str, str]:
        """The same pairs the other way round."""
        return {contact: customer for customer, contact in self.matched.items()}

    def customer(self, system: System, record_id: str) -> Standing:
        """A customer, unknown ones included."""
        return self._standing(Entity.CUSTOMER, system, record_id)

    def product(self, system: System, record_id: str) -> Standing:
        """A product or item, unknown ones included."""
        return self._standing(Entity.PRODUCT, system, record_id)

    def _standing(self, entity: Entity, system: System, record_id: str) -> Standing:
        return self.standings.get((entity, system, record_id)) or Standing(entity, system, record_id)

    def row(self, entity: Entity, system: System, record_id: str | None) -> Row | None:
        """The typed row of a parent, or of one's partner."""
        return self.rows.get((entity, system, record_id)) if record_id is not None else None

    def lineage(self, customer_id: str) -> Iterator[Standing]:
        """A QuickBooks customer and its ancestors, nearest first."""
        seen: set[str] = set()
        current: str | None = customer_id
        while current is not None and current not in seen:
            seen.add(current)
            standing = self.customer(System.QUICKBOOKS, current)
            yield standing
            current = standing.row.get("parent_id")


def read_parents(con: duckdb.DuckDBPyConnection, situation: Situation) -> Parents:
    """The parents of the candidates in `pairs`; customers' and products' verdicts of this run are kept already."""
    SQL.run(con, "parents_wanted")
    rows: dict[tuple[Entity, System, str], Row] = {}
    for entity, name in ((Entity.CUSTOMER, "parents_customers"), (Entity.PRODUCT, "parents_products")):
        for row in SQL.rows(con, name):
            rows[(entity, System(row["system"]), row["id"])] = row
    standings = {}
    object_ = hubspot_object(Entity.CUSTOMER, situation.rules)
    for found in SQL.rows(con, "parents_standing", run_id=situation.run_id, object=object_):
        key = (Entity(found["entity"]), System(found["system"]), found["id"])
        standings[key] = _standing(key, found, rows.get(key, {}))
    skus: dict[tuple[System, str], list[str]] = {}
    for (entity, system, record_id), row in rows.items():
        if entity is Entity.PRODUCT and row["sku"] and row["active"]:
            skus.setdefault((system, sku_key(row["sku"])), []).append(record_id)
    custom = SQL.rows(con, "custom_item", id=CUSTOM_ITEM)
    matched = {row["quickbooks_id"]: row["hubspot_id"] for row in SQL.rows(con, "matched_customers")}
    employers = SQL.rows(con, "parents_companies") if situation.rules.customers.bill == "companies" else []
    companies = {row["contact_id"]: row["company_id"] for row in employers if row["company_id"]}
    return Parents(standings, rows, skus, matched, custom[0]["quickbooks_id"] if custom else None, companies)


def _standing(key: tuple[Entity, System, str], found: Mapping[str, Any], row: Row) -> Standing:
    code = found["code"]
    klass = CODES[code].klass_of(json.loads(found["slots"] or "{}")) if code in CODES else None
    return Standing(
        *key,
        partner=found["partner"],
        coming=bool(found["acted"]) and klass in (Class.WARNING, Class.SKIPPED),
        code=code,
        failing=klass in (Class.FAILING, Class.BLOCKED)
        or (klass is Class.SKIPPED and not found["acted"] and code != "OPS_UNCHANGED"),
        said_of=found["said_of"],
        planned_currency=found["planned_currency"],
        row=row,
    )
