"""Customers and products from the API's own shapes to verdicts, on an empty DuckDB and without any server."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import duckdb

import hsqbo_pipeline
from hsqbo_pipeline.core import customers, products
from hsqbo_pipeline.core.decisions import Situation, Verdict
from hsqbo_pipeline.core.match import match
from hsqbo_pipeline.core.tables import insert
from hsqbo_pipeline.core.validate import validate
from hsqbo_pipeline.model.names import OBJECTS, Entity, System
from hsqbo_pipeline.model.operations import Wave
from hsqbo_pipeline.store import mirror
from hsqbo_pipeline_tests.core.ledger import situation

SCHEMA = Path(hsqbo_pipeline.__file__).parent / "store" / "migrations" / "001_state.sql"
MOMENT = "2026-11-20T18:00:00Z"


@dataclass
class Masters:
    """Both sides' customers and products as the systems answered them."""

    situation: Situation = field(default_factory=situation)
    con: duckdb.DuckDBPyConnection = field(
        default_factory=lambda: duckdb.connect(config={"python_enable_replacements": "false"})
    )

    def __post_init__(self) -> None:
        self.con.execute("SET TimeZone = 'UTC'")
        self.con.execute(SCHEMA.read_text(encoding="utf-8"))
        self.quickbooks("Account", "acc", Name="Sales", AccountType="Income")

    def quickbooks(self, name: str, record_id: str, /, created: str = MOMENT, **fields: Any) -> None:
        """An entity of QuickBooks."""
        meta = {"CreateTime": created, "LastUpdatedTime": created}
        record = {"Id": record_id, "SyncToken": "0", "MetaData": meta, "Active": True, **fields}
        mirror.load(self.con, self.situation.run_id, "quickbooks", name, [record])

    def customer(self, record_id: str, email: str | None = None, **fields: Any) -> None:
        """A QuickBooks customer."""
        mail = {"PrimaryEmailAddr": {"Address": email}} if email else {}
        self.quickbooks("Customer", record_id, **{"DisplayName": f"Customer {record_id}", **mail, **fields})

    def item(self, record_id: str, sku: str | None = None, **fields: Any) -> None:
        """A QuickBooks item."""
        self.quickbooks(
            "Item",
            record_id,
            **{"Name": f"Item {record_id}", "Type": "NonInventory", **({"Sku": sku} if sku else {}), **fields},
        )

    def hubspot(self, name: str, record_id: str, /, created: str = MOMENT, **properties: Any) -> None:
        """A record of HubSpot."""
        times = {"createdate": created, "lastmodifieddate": created, "hs_lastmodifieddate": created}
        record = {
            "id": record_id,
            "createdAt": created,
            "updatedAt": created,
            "archived": False,
            "properties": {**times, **properties},
        }
        mirror.load(self.con, self.situation.run_id, "hubspot", name, [record])

    def contact(self, record_id: str, email: str | None = None, **properties: Any) -> None:
        """A HubSpot contact."""
        self.hubspot("contacts", record_id, **{**({"email": email} if email else {}), **properties})

    def company(self, record_id: str, name: str, **properties: Any) -> None:
        """A HubSpot company."""
        self.hubspot("companies", record_id, **{"name": name, **properties})

    def associate(self, contact: str, company: str, type_id: int = 1) -> None:
        """A contact belongs to a company; 1 is HubSpot's label for the primary one."""
        ends = [("contacts", contact, "companies", company), ("companies", company, "contacts", contact)]
        names = ("from_object", "from_id", "to_object", "to_id")
        insert(
            self.con, "associations", [{**dict(zip(names, end, strict=True)), "type_ids": [type_id]} for end in ends],
            replace=True,
        )  # fmt: skip
        mirror.touch(self.con, self.situation.run_id, "hubspot", "contacts", [contact])

    def link(self, entity: Entity, hubspot_id: str, quickbooks_id: str) -> None:
        """A pair that an earlier run has made."""
        row = {
            "entity": entity.value, "hubspot_id": hubspot_id, "quickbooks_id": quickbooks_id, "role": "primary",
            "hubspot_object": OBJECTS[entity][System.HUBSPOT], "quickbooks_object": OBJECTS[entity][System.QUICKBOOKS],
            "owner": "quickbooks", "matched_by": "email",
            "since_run": "run0", "since_at": self.situation.now, "portal": "24", "realm": self.situation.company.realm, "environment": "sandbox",
        }  # fmt: skip
        insert(self.con, "links", [row])

    def verdicts(self, entity: Entity) -> dict[str, Verdict]:
        """What the rules say, by record key."""
        s = self.situation
        for each in (Entity.PRODUCT, Entity.CUSTOMER):
            validate(self.con, each, s.rules, s.run_id, zone=s.zone, company=s.company, portal=s.portal)
        match(self.con, entity, s)
        planned = customers.plan(self.con, s) if entity is Entity.CUSTOMER else products.plan(self.con, s)
        return {verdict.record_key: verdict for verdict in planned}


def codes(verdicts: dict[str, Verdict]) -> dict[str, str]:
    """Record key to code."""
    return {key: verdict.code for key, verdict in verdicts.items()}


def body(verdict: Verdict) -> dict[str, Any]:
    """The body of the first step of a verdict's only operation, our mark beside a creation left out."""
    (operation,) = [one for one in verdict.operations if one.wave is not Wave.FIGURES]
    return dict(operation.steps[0].body)
