"""A mirror filled by hand, and the validation of it: what the tests of `core.validate` start from."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import duckdb

import hsqbo_pipeline
from hsqbo_pipeline.core.decisions import Company, Portal
from hsqbo_pipeline.core.tables import Row, insert, rows
from hsqbo_pipeline.core.validate import Counts, validate
from hsqbo_pipeline.model.names import Entity
from hsqbo_pipeline.model.rules import Rules

SCHEMA = Path(hsqbo_pipeline.__file__).parent / "store" / "migrations" / "001_state.sql"
NOW = datetime(2026, 11, 24, 15, tzinfo=UTC)
COMPANY = Company(
    realm="1", name="Sample", country="US", home_currency="USD", multi_currency=False, closed_until=None,
    fiscal_year_start_month=1, uses_sales_tax=False, automated_sales_tax=False, custom_numbers=False, auto_apply_credit=False,
    allow_discount=True, allow_shipping=True, allow_deposit=True, allow_service_date=True, revenue_recognition=False,
    class_per_txn=False, class_per_line=False, track_departments=False, discount_account=None, custom_fields={"2": "Crew #"},
)  # fmt: skip
PORTAL = Portal(
    portal_id="2", currencies=("USD",), time_zone="America/New_York", tax_rates={}, unique_marks=frozenset()
)
HUBSPOT_OBJECTS = {"contacts", "companies", "products", "deals", "invoices", "line_items", "taxes", "commerce_payments"}


def rules(**sections: Any) -> Rules:
    """Rules of a company in New York."""
    return Rules.model_validate({"timezone": "America/New_York", **sections})


@dataclass
class Mirrored:
    """A warehouse in memory whose mirror a test fills."""

    rules: Rules = field(default_factory=rules)
    run: int = 1
    con: duckdb.DuckDBPyConnection = field(default_factory=lambda: duckdb.connect(":memory:"))

    def __post_init__(self) -> None:
        self.con.execute(SCHEMA.read_text(encoding="utf-8"))

    @property
    def run_id(self) -> str:
        """The present run."""
        return f"run{self.run}"

    def hubspot(self, name_of_object: str, record_id: str, /, gone: str | None = None, **properties: Any) -> None:
        """A HubSpot record as it was just read."""
        self._put("hubspot", name_of_object, record_id, {"id": record_id, "properties": properties}, gone)

    def quickbooks(self, name_of_object: str, record_id: str, /, gone: str | None = None, **payload: Any) -> None:
        """A QuickBooks record as it was just read."""
        self._put("quickbooks", name_of_object, record_id, {"Id": record_id, **payload}, gone)

    def _put(self, system: str, name: str, record_id: str, payload: Mapping[str, Any], gone: str | None) -> None:
        record = {
            "system": system, "object": name, "id": record_id, "version": "0", "created_at": NOW, "modified_at": NOW, "gone": gone,
            "payload": json.dumps(payload), "seen_run": self.run_id,
        }  # fmt: skip
        insert(self.con, "mirror", [record], replace=True)
        self.touch(system, name, record_id)

    def touch(self, system: str, name: str, record_id: str) -> None:
        """Say that a record changed in this run."""
        insert(
            self.con,
            "touched",
            [{"run_id": self.run_id, "system": system, "object": name, "id": record_id}],
            replace=True,
        )

    def associate(self, name: str, record_id: str, other: str, other_id: str, *types: int) -> None:
        """An association as HubSpot gives it."""
        row = {
            "from_object": name,
            "from_id": record_id,
            "to_object": other,
            "to_id": other_id,
            "type_ids": list(types),
        }
        insert(self.con, "associations", [row], replace=True)

    def link(
        self, entity: Entity, hubspot_id: str, quickbooks_id: str, hubspot: str, quickbooks: str, since: str = "run0"
    ) -> None:
        """A link between two records."""
        insert(self.con, "links", [{
            "entity": entity.value, "hubspot_id": hubspot_id, "quickbooks_id": quickbooks_id, "role": "primary", "hubspot_object": hubspot,
            "quickbooks_object": quickbooks, "owner": "quickbooks", "matched_by": "email", "since_run": since, "since_at": NOW, "portal": "2",
            "realm": "1", "environment": "sandbox",
        }], replace=True)  # fmt: skip

    def validate(self, entity: Entity) -> Counts:
        """Validate an entity in this run, inside a transaction as a run does."""
        self.con.begin()
        counts = validate(
            self.con,
            entity,
            self.rules,
            self.run_id,
            zone=ZoneInfo(self.rules.timezone),
            company=COMPANY,
            portal=PORTAL,
        )
        self.con.commit()
        return counts

    def evaluate(self) -> None:
        """Everything due was found to be in step; the next run begins."""
        for entity, table in (
            ("customer", "customers"),
            ("product", "products"),
            ("invoice", "invoices"),
            ("payment", "payments"),
        ):
            self.con.execute(
                f"INSERT OR REPLACE INTO evaluated SELECT '{entity}', system, id, fields_hash, $rules FROM {table}",
                {"rules": self.rules.fingerprint(Entity(entity))},
            )
        self.con.execute("DELETE FROM due")
        self.run += 1

    def rows(self, table: str) -> list[Row]:
        """All rows of a table, in order of system and id."""
        return rows(self.con, f"SELECT * FROM {table} ORDER BY ALL")

    def row(self, table: str, system: str, record_id: str) -> Row:
        """One row."""
        found = rows(
            self.con, f"SELECT * FROM {table} WHERE system = $system AND id = $id", {"system": system, "id": record_id}
        )
        assert len(found) == 1, f"{len(found)} rows of {system} {record_id} in {table}"
        return found[0]

    def rejects(self) -> list[tuple[str, str, str, str]]:
        """(entity, id, code, field) of every reject."""
        return [(each["entity"], each["id"], each["code"], each["field"]) for each in self.rows("rejects")]

    def due(self, entity: Entity) -> dict[tuple[str, str], str]:
        """(system, id) -> reason."""
        return {
            (each["system"], each["id"]): each["reason"] for each in self.rows("due") if each["entity"] == entity.value
        }


def sales_line(line_id: str | None, amount: Any, item: str = "5", **detail: Any) -> dict[str, Any]:
    """A QuickBooks line that sells an item."""
    line = {
        "Amount": amount,
        "DetailType": "SalesItemLineDetail",
        "SalesItemLineDetail": {"ItemRef": {"value": item, "name": "W"}, **detail},
    }
    return line if line_id is None else {"Id": line_id, **line}


def applied(*lines: tuple[str, str, str]) -> Sequence[dict[str, Any]]:
    """Payment lines from (amount, transaction id, transaction type)."""
    return [{"Amount": amount, "LinkedTxn": [{"TxnId": to, "TxnType": kind}]} for amount, to, kind in lines]
