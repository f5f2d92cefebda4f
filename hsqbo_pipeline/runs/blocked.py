"""What an incomplete read holds up: an entity is evaluated only while everything it can match or refer to is complete."""

from __future__ import annotations

from collections.abc import Mapping

import duckdb

from hsqbo_pipeline.core.tables import rows
from hsqbo_pipeline.model.names import Entity, System

_H, _Q = System.HUBSPOT, System.QUICKBOOKS
_COMPANY = ((_Q, "CompanyInfo"), (_Q, "Preferences"))
_CUSTOMER = (*_COMPANY, (_H, "contacts"), (_H, "companies"), (_Q, "Customer"), (_Q, "Vendor"), (_Q, "Employee"))
_PRODUCT = (*_COMPANY, (_H, "products"), (_Q, "Item"), (_Q, "Account"))
_INVOICE = (
    *_CUSTOMER,
    *_PRODUCT,
    (_H, "invoices"),
    (_H, "line_items"),
    (_H, "taxes"),
    (_H, "discounts"),
    (_H, "fees"),
    (_H, "deals"),
    (_Q, "Invoice"),
    (_Q, "CreditMemo"),
    (_Q, "RefundReceipt"),
    (_Q, "SalesReceipt"),
    (_Q, "TaxCode"),
    (_Q, "Term"),
    (_Q, "Class"),
    (_Q, "Department"),
)
_PAYMENT = (*_INVOICE, (_H, "commerce_payments"), (_Q, "Payment"), (_Q, "PaymentMethod"))

# Everything an entity can match or refer to. HubSpot's invoices decide which contacts become customers, but a contact can
# be compared without them: the filter then lets nobody new through.
NEEDS: Mapping[Entity, tuple[tuple[System, str], ...]] = {
    Entity.CUSTOMER: _CUSTOMER,
    Entity.PRODUCT: _PRODUCT,
    Entity.INVOICE: _INVOICE,
    Entity.PAYMENT: _PAYMENT,
}


def fields_of(entity: Entity) -> tuple[System, str]:
    """What stands for the map of an entity's fields among the things that can be wrong."""
    return (_H, f"fields of {entity.value}s")


def incomplete_reads(con: duckdb.DuckDBPyConnection, run_id: str) -> dict[tuple[System, str], str]:
    """(system, object) -> the code that says why its read in this run is incomplete."""
    found = rows(con, "SELECT system, object, code FROM reads WHERE run_id = $run AND NOT complete", {"run": run_id})
    return {(System(row["system"]), row["object"]): row["code"] or "SYS_EXTRACT_TRUNCATED" for row in found}


def blocked_entities(incomplete: Mapping[tuple[System, str], str]) -> dict[Entity, str]:
    """Which entities can't be evaluated, each with the code of the first read that is missing."""
    held: dict[Entity, str] = {}
    for entity, needs in NEEDS.items():
        for need in (*needs, fields_of(entity)):
            if need in incomplete:
                held[entity] = incomplete[need]
                break
    return held
