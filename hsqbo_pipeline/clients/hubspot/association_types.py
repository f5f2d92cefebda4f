"""HubSpot's own association types. They are directional: the id of (from, to) is not that of (to, from).

Source: HubSpot's associations guide; the official Python client's table agrees. Payment to invoice is 542 by these
tables (a sample in the payments guide calls it an order, which is 524).
"""

from __future__ import annotations

CATEGORY = "HUBSPOT_DEFINED"

TYPE_IDS: dict[tuple[str, str], int] = {
    ("contacts", "companies"): 279,
    ("companies", "contacts"): 280,
    ("contacts", "deals"): 4,
    ("deals", "contacts"): 3,
    ("deals", "companies"): 341,
    ("companies", "deals"): 342,
    ("deals", "line_items"): 19,
    ("line_items", "deals"): 20,
    ("invoices", "contacts"): 177,
    ("contacts", "invoices"): 178,
    ("invoices", "companies"): 179,
    ("companies", "invoices"): 180,
    ("invoices", "deals"): 175,
    ("deals", "invoices"): 176,
    ("invoices", "line_items"): 409,
    ("line_items", "invoices"): 410,
    ("invoices", "commerce_payments"): 541,
    ("commerce_payments", "invoices"): 542,
    ("invoices", "discounts"): 411,
    ("discounts", "invoices"): 412,
    ("invoices", "fees"): 413,
    ("fees", "invoices"): 414,
    ("invoices", "taxes"): 415,
    ("taxes", "invoices"): 416,
    ("commerce_payments", "contacts"): 387,
    ("contacts", "commerce_payments"): 388,
    ("commerce_payments", "companies"): 389,
    ("companies", "commerce_payments"): 390,
    ("commerce_payments", "deals"): 391,
    ("deals", "commerce_payments"): 392,
    ("commerce_payments", "line_items"): 395,
    ("line_items", "commerce_payments"): 396,
    ("notes", "contacts"): 202,
    ("contacts", "notes"): 201,
    ("notes", "companies"): 190,
    ("companies", "notes"): 189,
    ("notes", "deals"): 214,
    ("deals", "notes"): 213,
}

CONTACT_TO_PRIMARY_COMPANY = 1
PRIMARY_COMPANY_TO_CONTACT = 2
DEAL_TO_PRIMARY_COMPANY = 5
PRIMARY_COMPANY_TO_DEAL = 6
PARENT_TO_CHILD_COMPANY = 13
CHILD_TO_PARENT_COMPANY = 14
COMPANY_TO_BILLING_CONTACT = 930
BILLING_CONTACT_TO_COMPANY = 931


def type_json(type_id: int) -> dict[str, str | int]:
    """One of HubSpot's own types, as requests name it."""
    return {"associationCategory": CATEGORY, "associationTypeId": type_id}


def type_id(from_object: str, to_object: str) -> int:
    """The unlabelled type from one object to the other. Raises KeyError for a pair that HubSpot does not have."""
    return TYPE_IDS[from_object, to_object]
