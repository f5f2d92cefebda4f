"""From the mirror's newest answers to typed rows one can reason about; what does not fit becomes a reject, never an
error.

SQL reads each touched record's JSON as text and casts it beside the raw value (a value that would be rounded does not
cast), pandera looks at typed columns in chunks, and `core.due` says which records have to be evaluated. Rows of both
systems go through the same statements, so both sides mean the same by a column.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import duckdb

from hsqbo_pipeline.core import due
from hsqbo_pipeline.core.decisions import Company, Portal
from hsqbo_pipeline.core.keep import count, keep_valid
from hsqbo_pipeline.core.tables import Statements
from hsqbo_pipeline.model.fields import Field, field_map
from hsqbo_pipeline.model.money import decimals_of
from hsqbo_pipeline.model.names import TABLES, Entity, System
from hsqbo_pipeline.model.operations import fingerprint
from hsqbo_pipeline.model.rules import Rules

Asked = dict[System, dict[str, Any]]  # parameters of each side's statement

SQL = Statements(Path(__file__).parent / "sql")
MACROS = (
    "text",
    "number",
    "money",
    "quantity",
    "instant",
    "day",
    "email",
    "problem",
    "custom",
    "calendar",
    "mark",
    "voided",
    "cents",
)

_QUICKBOOKS_OBJECTS: dict[Entity, tuple[str, ...]] = {
    Entity.CUSTOMER: ("Customer",),
    Entity.PRODUCT: ("Item",),
    Entity.INVOICE: ("Invoice",),
    Entity.PAYMENT: ("Payment", "CreditMemo", "RefundReceipt", "SalesReceipt"),
}
# What is read of an invoice's lines and a payment's applications, between its own text and its typed row.
_PARTS_READ = {
    Entity.INVOICE: ("valid_read_lines_hubspot", "valid_read_lines_quickbooks", "valid_lines"),
    Entity.PAYMENT: ("valid_payment_lines", "valid_applications"),
}
_PARTS_KEPT = {Entity.INVOICE: ("lines", "deposits"), Entity.PAYMENT: ("applications",)}
# Looked at with their parents; extraction touches those along with them.
_PARTS = {
    Entity.CUSTOMER: ["contacts", "companies"],
    Entity.INVOICE: ["line_items", "taxes", "discounts", "fees", "deals"],
}
# Properties of an invoice that are part of its typed row: a change of them makes its contacts due already.
_SEEN_WITH_INVOICES = ("hs_invoice_status", "hs_createdate", "hs_invoice_source", "hs_invoice_billable")
_HUBSPOT_OBJECTS = {Entity.PRODUCT: "products", Entity.INVOICE: "invoices", Entity.PAYMENT: "commerce_payments"}


@dataclass(frozen=True)
class Counts:
    """What one call looked at: `checked` = `valid` + `rejected`; `due` is how many records wait for evaluation now."""

    checked: int
    valid: int
    rejected: int
    gone: int
    due: int


def validate(
    con: duckdb.DuckDBPyConnection,
    entity: Entity,
    rules: Rules,
    run_id: str,
    *,
    zone: ZoneInfo,
    company: Company,
    portal: Portal,
) -> Counts:
    """Bring the typed tables of `entity` up to the mirror, and `due` up to them.

    Looks at touched rows only, or at all of them when the rules now read records in another way (custom fields, zone,
    who is billed). May be called again in the same run, after look-ups.
    """
    hubspot = hubspot_object(entity, rules)
    objects = [hubspot, *_QUICKBOOKS_OBJECTS[entity]]
    extra = _extra(entity, field_map(entity, rules), rules)
    reading = fingerprint([objects, {side.value: asked for side, asked in extra.items()}, zone.key])
    read_anew = _reading_of(con, entity) != reading
    SQL.run(con, "valid_work", objects=objects, everything=read_anew)
    if read_anew and entity is Entity.CUSTOMER:
        SQL.run(con, "valid_others", object=hubspot)
        due.forget(con, entity)
    rules_hash = rules.fingerprint(entity)
    if entity is Entity.CUSTOMER:
        _mark_beside(con, rules, run_id)
    counts = (0, 0, 0)
    if count(con, "work"):
        counts = _look(con, entity, hubspot, run_id, extra, _facts(entity, zone, portal, company))
        due.mark_touched(con, entity, rules_hash, run_id)
        SQL.run(con, "valid_done", objects=[*objects, *_PARTS.get(entity, [])])
    due.mark_others(con, entity, rules_hash, run_id)
    SQL.run(con, "valid_remember", key=f"reading:{entity.value}", value=reading)
    valid, rejected, gone = counts
    return Counts(valid + rejected, valid, rejected, gone, due.waiting(con, entity))


def _look(
    con: duckdb.DuckDBPyConnection, entity: Entity, hubspot: str, run_id: str, extra: Asked, facts: Asked
) -> tuple[int, int, int]:
    """Bring the typed rows and rejects of what is in `work` up to date: how many are valid, rejected, gone."""
    for macro in MACROS:
        SQL.run(con, f"valid_macro_{macro}")
    SQL.run(con, "valid_vanished")
    _read(con, entity, hubspot, extra, facts)
    SQL.run(con, "valid_refused")
    due.mark_before(con, entity, run_id)
    _drop(con, entity, hubspot)
    valid = keep_valid(con, entity)
    for part in _PARTS_KEPT.get(entity, ()):
        SQL.run(con, f"valid_keep_{part}")
    return valid, _reject(con, entity, run_id), count(con, "vanished")


def hubspot_object(entity: Entity, rules: Rules) -> str:
    """The HubSpot object that stands for `entity` (people or companies may be the customers)."""
    if entity is Entity.CUSTOMER:
        return "companies" if rules.customers.bill == "companies" else "contacts"
    return _HUBSPOT_OBJECTS[entity]


def _read(con: duckdb.DuckDBPyConnection, entity: Entity, hubspot: str, extra: Asked, facts: Asked) -> None:
    """Make `staged`: every touched record of the entity, typed, with the first problem that casting found."""
    quickbooks = "Transactions" if entity is Entity.PAYMENT else _QUICKBOOKS_OBJECTS[entity][0]
    SQL.run(con, f"valid_read_{hubspot}", **extra[System.HUBSPOT], **facts[System.HUBSPOT])
    SQL.run(con, f"valid_read_{quickbooks}", **extra[System.QUICKBOOKS], **facts[System.QUICKBOOKS])
    for part in _PARTS_READ.get(entity, ()):
        SQL.run(con, part)
    SQL.run(con, f"valid_{TABLES[entity]}")
    _refuse_cents(con, entity)


def _extra(entity: Entity, mapped: Sequence[Field], rules: Rules) -> Asked:
    """What goes into a row's `custom` JSON per side, by name: custom fields, and what a filter asks of the record
    itself.

    A filter's property is in there so that its change is a change of the record.
    """
    found: Asked = {}
    for side in System:
        wanted = {field.name: field.path(side) or "" for field in mapped if field.custom}
        for condition in (one for group in rules.filter_groups(entity, side) for one in group):
            if condition.object is None:
                wanted.setdefault(condition.property, condition.property)
        for source in (*_sources(entity, side, rules), *_domains(entity, side, rules)):
            wanted.setdefault(source, source)
        paths = [f'$.properties."{path}"' if side is System.HUBSPOT else _json_path(path) for path in wanted.values()]
        found[side] = {"names": list(wanted), "paths": paths}
    return found


def _mark_beside(con: duckdb.DuckDBPyConnection, rules: Rules, run_id: str) -> None:
    """Mark what a filter judges by associated records, while it is still known which of those changed.

    Customers come first, so this is done for invoices too.
    """
    for entity in (Entity.CUSTOMER, Entity.INVOICE):
        conditions = [one for group in rules.filter_groups(entity, System.HUBSPOT) for one in group]
        beside = sorted({one.object for one in conditions if one.object and one.property not in _SEEN_WITH_INVOICES})
        if beside:
            target = hubspot_object(entity, rules)
            SQL.run(con, "due_beside", entity=entity.value, object=target, beside=beside, run_id=run_id)


def _domains(entity: Entity, side: System, rules: Rules) -> list[str]:
    """Where companies are the customers, their web domain is a match key."""
    if entity is not Entity.CUSTOMER or rules.customers.bill != "companies":
        return []
    return ["domain"] if side is System.HUBSPOT else ["WebAddr.URI"]


def _sources(entity: Entity, side: System, rules: Rules) -> list[str]:
    """HubSpot invoice properties that class, location and service dates come from."""
    if (entity, side) != (Entity.INVOICE, System.HUBSPOT):
        return []
    sources = (rules.invoices.class_, rules.invoices.location, rules.invoices.service_date)
    return [source.property for source in sources if source and source.property and source.object == "invoices"]


def _json_path(path: str) -> str:
    """DuckDB's JSON path of a dotted path; QuickBooks' numbered custom fields are found by the macro."""
    return path if path.startswith("CustomField.") else "$." + ".".join(f'"{part}"' for part in path.split("."))


def _refuse_cents(con: duckdb.DuckDBPyConnection, entity: Entity) -> None:
    """Refuse amounts with a fraction in currencies that have none."""
    if entity in (Entity.CUSTOMER, Entity.PRODUCT):
        return
    whole = [row["currency"] for row in SQL.rows(con, "valid_currencies") if decimals_of(row["currency"]) == 0]
    if whole:
        SQL.run(con, f"valid_whole_{TABLES[entity]}", currencies=whole)


def _drop(con: duckdb.DuckDBPyConnection, entity: Entity, hubspot: str) -> None:
    """Take the rows that are looked at now out of the typed tables."""
    SQL.run(con, f"valid_drop_{TABLES[entity]}")
    for part in _PARTS_KEPT.get(entity, ()):
        SQL.run(con, f"valid_drop_{part}")
    if entity is Entity.CUSTOMER:
        SQL.run(con, "valid_drop_other_customers", object=hubspot)


def _reject(con: duckdb.DuckDBPyConnection, entity: Entity, run_id: str) -> int:
    """Write the rejects and return how many there are."""
    SQL.run(con, "valid_clear_rejects", entity=entity)
    SQL.run(con, "valid_rejects", entity=entity, run_id=run_id)
    return count(con, "refused")


def _facts(entity: Entity, zone: ZoneInfo, portal: Portal, company: Company) -> Asked:
    """What each side's statement asks for beside the custom fields: a statement takes no parameter it does not use."""
    home = {} if entity is Entity.PRODUCT else {"home_currency": company.home_currency}
    dated = {"zone": zone.key, "portal_currency": portal.currencies[0] if portal.currencies else None}
    return {
        System.HUBSPOT: dated if entity in (Entity.INVOICE, Entity.PAYMENT) else {},
        System.QUICKBOOKS: home,
    }


def _reading_of(con: duckdb.DuckDBPyConnection, entity: Entity) -> str | None:
    """How the typed rows of `entity` were last read; None when they never were."""
    found = con.execute("SELECT value FROM meta WHERE key = $key", {"key": f"reading:{entity.value}"}).fetchall()
    return str(found[0][0]) if found else None
