"""The names used everywhere: the two systems, the four entities, and what each system calls its objects."""

from __future__ import annotations

from enum import StrEnum


class System(StrEnum):
    """One of the two systems kept in step."""

    HUBSPOT = "hubspot"
    QUICKBOOKS = "quickbooks"

    @property
    def other(self) -> System:
        """The opposite side."""
        return System.QUICKBOOKS if self is System.HUBSPOT else System.HUBSPOT


class Entity(StrEnum):
    """What is kept in step, by one name for both sides."""

    CUSTOMER = "customer"
    PRODUCT = "product"
    INVOICE = "invoice"
    PAYMENT = "payment"


# The object that stands for an entity on each side (customers may be companies in HubSpot: rules `customers.bill`).
OBJECTS: dict[Entity, dict[System, str]] = {
    Entity.CUSTOMER: {System.HUBSPOT: "contacts", System.QUICKBOOKS: "Customer"},
    Entity.PRODUCT: {System.HUBSPOT: "products", System.QUICKBOOKS: "Item"},
    Entity.INVOICE: {System.HUBSPOT: "invoices", System.QUICKBOOKS: "Invoice"},
    Entity.PAYMENT: {System.HUBSPOT: "commerce_payments", System.QUICKBOOKS: "Payment"},
}

# What extraction reads, in the order in which a stranger would expect it.
HUBSPOT_OBJECTS = (
    "contacts",
    "companies",
    "products",
    "deals",
    "invoices",
    "line_items",
    "taxes",
    "discounts",
    "fees",
    "commerce_payments",
)
QUICKBOOKS_OBJECTS = ("Customer", "Item", "Invoice", "Payment", "CreditMemo", "RefundReceipt", "SalesReceipt")
# Small lists and settings of the company: read whole when they may have changed.
QUICKBOOKS_COMPANY_OBJECTS = (
    "CompanyInfo",
    "Preferences",
    "Account",
    "TaxCode",
    "Term",
    "PaymentMethod",
    "Class",
    "Department",
    "Vendor",
    "Employee",
)
TABLES: dict[Entity, str] = {
    Entity.CUSTOMER: "customers",
    Entity.PRODUCT: "products",
    Entity.INVOICE: "invoices",
    Entity.PAYMENT: "payments",
}
