"""Which HubSpot properties are read, and the ones that are the pipeline's own there.

Definitions are in the shape the Properties API takes (`POST /crm/properties/{version}/{object}/batch/create`). Whether
values are unique is settled when a property is made; objects that refuse it get a plain one, and the link table
carries the proof alone.
"""

from __future__ import annotations

from typing import Any

from hsqbo_pipeline.model.fields import COMPANY_FIELDS, DEFAULTS, Field, field_map
from hsqbo_pipeline.model.names import HUBSPOT_OBJECTS, Entity, System
from hsqbo_pipeline.model.rules.whole import Rules

GROUP: dict[str, Any] = {"name": "qbo_sync", "label": "QuickBooks sync", "displayOrder": -1}


def _text(name: str, label: str, description: str, *, unique: bool = False) -> dict[str, Any]:
    return {
        "name": name,
        "label": label,
        "description": description,
        "groupName": GROUP["name"],
        "type": "string",
        "fieldType": "text",
        "hasUniqueValue": unique,
        "formField": False,
    }


def _number(name: str, label: str, description: str) -> dict[str, Any]:
    return {**_text(name, label, description), "type": "number", "fieldType": "number"}


def _mark(of: str) -> dict[str, Any]:
    return _text(
        "qbo_id",
        "QuickBooks id",
        f"The QuickBooks {of} this record is kept in step with. Set by the sync; do not edit.",
        unique=True,
    )


_ALIAS = _text(
    "qbo_alias_of",
    "QuickBooks id shared with",
    "The QuickBooks customer this record bills to although another record is its main partner. Set by the sync.",
)
_BACKFILL = _text(
    "qbo_backfill",
    "Made by QuickBooks backfill",
    "The run that made this record while loading history. Keep such records out of workflows that greet or bill.",
)

OWN_PROPERTIES: dict[str, tuple[dict[str, Any], ...]] = {
    "contacts": (_mark("customer"), _ALIAS, _BACKFILL),
    "companies": (_mark("customer"), _ALIAS, _BACKFILL),
    "products": (_mark("item"), _BACKFILL),
    "invoices": (
        _mark("invoice"),
        _number("qbo_total", "QuickBooks total", "The invoice's total in QuickBooks, tax included."),
        _number("qbo_tax", "QuickBooks tax", "The invoice's tax as QuickBooks has it."),
        _number(
            "qbo_balance_due", "QuickBooks balance due", "What the customer still owes on this invoice by the books."
        ),
        _number(
            "qbo_credits_applied",
            "QuickBooks credits applied",
            "Credits and journal entries that lowered the balance; no money was received for them.",
        ),
        _number(
            "qbo_deposit",
            "QuickBooks deposit",
            "What was taken on the invoice itself in QuickBooks, without a payment.",
        ),
        _text("qbo_job", "QuickBooks job", "The job or sub-customer the invoice is for in QuickBooks."),
        _BACKFILL,
    ),
    "line_items": ({**_mark("invoice line"), "hasUniqueValue": False},),
    "commerce_payments": (_mark("payment"), _BACKFILL),
}

_ADJUSTMENT = ("hs_createdate", "hs_lastmodifieddate", "hs_label", "hs_type", "hs_value", "hs_sort_order")
# How a record came to be, and through which app (HubSpot's record source properties; nobody can set them).
_MADE_BY = ("hs_object_source", "hs_object_source_detail_1")

# What a rule looks at beside the mapped fields, per object.
_READ: dict[str, tuple[str, ...]] = {
    "contacts": (
        "createdate",
        "lastmodifieddate",
        "hs_additional_emails",
        "hs_merged_object_ids",
        "hs_calculated_merged_vids",
        *_MADE_BY,
    ),
    "companies": ("createdate", "hs_lastmodifieddate", "name", "domain", "hs_merged_object_ids", *_MADE_BY),
    "products": ("createdate", "hs_lastmodifieddate", "hs_merged_object_ids", "recurringbillingfrequency", *_MADE_BY),
    "deals": ("createdate", "hs_lastmodifieddate", "dealname"),
    "invoices": (
        "hs_createdate",
        "hs_lastmodifieddate",
        "hs_invoice_status",
        "hs_invoice_billable",
        "hs_invoice_source",
        "hs_balance_due",
        "hs_amount_paid",
        "hs_subtotal",
        "hs_title",
        "hs_external_invoice_id",
        "hs_merged_object_ids",
    ),
    "line_items": (
        "createdate",
        "hs_lastmodifieddate",
        "name",
        "description",
        "quantity",
        "price",
        "amount",
        "hs_sku",
        "hs_product_id",
        "discount",
        "hs_discount_percentage",
        "hs_total_discount",
        "hs_tax_amount",
        "hs_tax_rate_group_id",
        "hs_line_item_currency_code",
        "hs_position_on_quote",
    ),
    "taxes": _ADJUSTMENT,
    "discounts": _ADJUSTMENT,
    "fees": _ADJUSTMENT,
    "commerce_payments": (
        "hs_createdate",
        "hs_lastmodifieddate",
        "hs_latest_status",
        "hs_processor_type",
        "hs_payment_source_app",
        "hs_payment_source_name",
        "hs_refunds_amount",
        "hs_fees_amount",
        "hs_platform_fee",
        "hs_payout_date",
        "hs_internal_comment",
        "hs_payment_id",
    ),
}

_ENTITIES = {
    "contacts": Entity.CUSTOMER,
    "companies": Entity.CUSTOMER,
    "products": Entity.PRODUCT,
    "invoices": Entity.INVOICE,
    "commerce_payments": Entity.PAYMENT,
}


def hubspot_properties(name: str, rules: Rules | None = None) -> tuple[str, ...]:
    """The properties to read of object `name`, sorted: mapped fields, what rules look at, our own.

    The default fields are always read, so that turning one on later finds its history here. With `rules`, custom
    mappings, filters, and the properties that classes, locations and service dates come from are read as well.
    """
    if name not in HUBSPOT_OBJECTS:
        raise ValueError(f"HubSpot object {name!r} is not read; known: {', '.join(HUBSPOT_OBJECTS)}")
    wanted = set(_READ[name]) | {definition["name"] for definition in OWN_PROPERTIES.get(name, ())}
    wanted |= {field.hubspot for field in _default_fields(name) if field.hubspot}
    if rules is not None:
        wanted |= _of_rules(name, rules)
    return tuple(sorted(wanted))


def _default_fields(name: str) -> tuple[Field, ...]:
    if name == "companies":
        return COMPANY_FIELDS
    return DEFAULTS[_ENTITIES[name]] if name in _ENTITIES else ()


def _of_rules(name: str, rules: Rules) -> set[str]:
    entity = _ENTITIES.get(name)
    wanted = (
        {field.hubspot for field in field_map(entity, rules) if field.custom and field.hubspot} if entity else set()
    )
    for each in Entity:
        own = [other for other, meant in _ENTITIES.items() if meant is each]
        for condition in (one for group in rules.filter_groups(each, System.HUBSPOT) for one in group):
            if condition.object == name or (condition.object is None and name in own):
                wanted.add(condition.property)
    sources = (rules.invoices.class_, rules.invoices.location, rules.invoices.service_date)
    wanted |= {source.property for source in sources if source and source.object == name and source.property}
    return wanted
