"""Extraction: one async step over both systems, an asset per object."""

from collections.abc import Iterator
from typing import Any

import dagster as dg

from hsqbo_pipeline.core.tables import rows
from hsqbo_pipeline.defs.guarded import guarded
from hsqbo_pipeline.defs.names import EXTRACT, HUBSPOT_ASSETS, OWNERS, QUICKBOOKS_ASSETS, key
from hsqbo_pipeline.defs.night_resource import LazyNight
from hsqbo_pipeline.runs import stages
from hsqbo_pipeline.runs.night import Night

_WORDS = {
    "hubspot_contacts": "People in HubSpot, with the companies they belong to.",
    "hubspot_companies": "Companies in HubSpot: they name customers and are shown on invoices.",
    "hubspot_products": "Products in HubSpot.",
    "hubspot_deals": "Deals: a payment is shown on the deals of its invoice.",
    "hubspot_invoices": "Invoices in HubSpot with their line items, taxes and associations.",
    "hubspot_payments": "Payments in HubSpot with the invoices they pay.",
    "quickbooks_company": "The company's own settings: closing date, currencies, tax, accounts, terms, names in use.",
    "quickbooks_customers": "Customers in QuickBooks, inactive ones included.",
    "quickbooks_items": "Products and services in QuickBooks, inactive ones included.",
    "quickbooks_invoices": "Invoices in QuickBooks with their lines.",
    "quickbooks_payments": "Payments, credit memos, refund and sales receipts in QuickBooks.",
}


def _spec(name: str, system: str) -> dg.AssetSpec:
    return dg.AssetSpec(
        key(name), group_name=EXTRACT, kinds={system}, owners=OWNERS, description=_WORDS[name], skippable=True
    )


def extraction() -> dg.AssetsDefinition:
    """The subsettable multi-asset that reads both systems at once."""
    specs = [_spec(name, "hubspot") for name in HUBSPOT_ASSETS] + [
        _spec(name, "quickbooks") for name in QUICKBOOKS_ASSETS
    ]

    @dg.multi_asset(name="extract", specs=specs, can_subset=True, backfill_policy=dg.BackfillPolicy.single_run())
    def extract(
        context: dg.AssetExecutionContext, night: dg.ResourceParam[LazyNight]
    ) -> Iterator[dg.MaterializeResult[None]]:
        told = guarded(night, _read)
        for name, objects in {**HUBSPOT_ASSETS, **QUICKBOOKS_ASSETS}.items():
            if key(name) in context.selected_asset_keys:
                yield dg.MaterializeResult(asset_key=key(name), metadata=_metadata(night, told, name, objects))

    return extract


def _read(night: Night) -> dict[str, int]:
    stages.read(night)
    return {}


def _metadata(night: LazyNight, told: dict[str, Any], name: str, objects: tuple[str, ...]) -> dict[str, Any]:
    if not told["complete"]:
        return told
    system = "hubspot" if name in HUBSPOT_ASSETS else "quickbooks"
    open_night = night.get()
    found = rows(
        open_night.warehouse.con,
        "SELECT object, complete, code, detail, records, requests FROM reads WHERE run_id = $run AND system = $system",
        {"run": open_night.run_id, "system": system},
    )
    mine = [row for row in found if row["object"] in objects]
    problems = [f"{row['object']}: {row['code']} {row['detail'] or ''}" for row in mine if not row["complete"]]
    told = {
        "complete": not problems,
        "records_read": sum(row["records"] for row in mine),
        "requests": sum(row["requests"] for row in mine),
    }
    return {**told, "problem": "\n".join(problems)} if problems else told
