"""Asset keys, groups and tags; the connection's name, if it has one, is the first part of every key."""

from functools import cache

import dagster as dg

from hsqbo_pipeline.model.names import QUICKBOOKS_COMPANY_OBJECTS, Entity
from hsqbo_pipeline.settings import load as load_settings

# Groups, in the order of the data. The UI sorts them by name, so the number is part of it: else apply comes before extract.
EXTRACT, VALIDATE, MATCH, PLAN, APPLY, REPORT = "1_extract", "2_validate", "3_match", "4_plan", "5_apply", "6_report"
OWNERS = ["team:finance-operations"]
WRITES = "hsqbo/writes"  # dagster.yaml limits runs with the same value of this tag to one at a time

BOOKS = "books"
HUBSPOT_ASSETS = {
    "hubspot_portal": ("account", "property_definitions", "tax_rates"),
    "hubspot_contacts": ("contacts",),
    "hubspot_companies": ("companies",),
    "hubspot_products": ("products",),
    "hubspot_deals": ("deals",),
    "hubspot_invoices": ("invoices", "line_items", "taxes", "discounts", "fees"),
    "hubspot_payments": ("commerce_payments",),
}
QUICKBOOKS_ASSETS = {
    "quickbooks_company": QUICKBOOKS_COMPANY_OBJECTS,
    "quickbooks_customers": ("Customer",),
    "quickbooks_items": ("Item",),
    "quickbooks_invoices": ("Invoice",),
    "quickbooks_payments": ("Payment", "CreditMemo", "RefundReceipt", "SalesReceipt"),
}
PLURAL = {
    Entity.CUSTOMER: "customers",
    Entity.PRODUCT: "products",
    Entity.INVOICE: "invoices",
    Entity.PAYMENT: "payments",
}


@cache
def connection() -> str:
    """The connection's name in asset keys, from HSQBO_CONNECTION; empty for a single one. Read once per assembly."""
    return load_settings().connection


def key(name: str) -> dg.AssetKey:
    """The asset key of a name."""
    prefix = connection()
    return dg.AssetKey([prefix, name] if prefix else [name])


def valid(entity: Entity) -> str:
    """The asset of an entity's typed rows."""
    return f"valid_{PLURAL[entity]}"


def matched(entity: Entity) -> str:
    """The asset of an entity's pairs."""
    return f"matched_{PLURAL[entity]}"


def batches(entity: Entity) -> str:
    """The asset of an entity's planned operations."""
    return f"{entity.value}_upsert_batches"


def applied(entity: Entity) -> str:
    """The asset of an entity's writes."""
    return f"applied_{PLURAL[entity]}"
