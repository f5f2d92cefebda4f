"""Asset keys, groups and tags; the connection's name, if it has one, is the first part of every key."""

import dagster as dg

from hsqbo_pipeline.model.names import Entity
from hsqbo_pipeline.settings import load as load_settings

EXTRACT, VALIDATE, MATCH, PLAN, APPLY, REPORT = "extract", "validate", "match", "plan", "apply", "report"
OWNERS = ["team:finance-operations"]
WRITES = "hsqbo/writes"

HUBSPOT_ASSETS = {
    "hubspot_contacts": ("contacts",),
    "hubspot_companies": ("companies",),
    "hubspot_products": ("products",),
    "hubspot_deals": ("deals",),
    "hubspot_invoices": ("invoices", "line_items", "taxes"),
    "hubspot_payments": ("commerce_payments",),
}
QUICKBOOKS_ASSETS = {
    "quickbooks_company": (
        "CompanyInfo", "Preferences", "Account", "TaxCode", "Term", "PaymentMethod", "Class", "Department", "Vendor", "Employee",
    ),
    "quickbooks_customers": ("Customer",),
    "quickbooks_items": ("Item",),
    "quickbooks_invoices": ("Invoice",),
    "quickbooks_payments": ("Payment", "CreditMemo", "RefundReceipt", "SalesReceipt"),
}  # fmt: skip
PLURAL = {
    Entity.CUSTOMER: "customers",
    Entity.PRODUCT: "products",
    Entity.INVOICE: "invoices",
    Entity.PAYMENT: "payments",
}


def connection() -> str:
    """The connection's name in asset keys, from HSQBO_CONNECTION; empty for a single one."""
    return load_settings().connection


def key(name: str) -> dg.AssetKey:
    """The asset key of a name."""
    prefix = connection()
    return dg.AssetKey([prefix, name] if prefix else [name])
