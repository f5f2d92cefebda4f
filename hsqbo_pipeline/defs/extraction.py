"""Extraction: one async step over both systems, an asset per object."""

from collections.abc import Iterator
from typing import Any

import dagster as dg

from hsqbo_pipeline.defs import steps
from hsqbo_pipeline.defs.columns import of_extraction
from hsqbo_pipeline.defs.guarded import Told, guarded
from hsqbo_pipeline.defs.names import BOOKS, EXTRACT, HUBSPOT_ASSETS, OWNERS, QUICKBOOKS_ASSETS, key
from hsqbo_pipeline.defs.night_resource import LazyNight
from hsqbo_pipeline.model.names import System
from hsqbo_pipeline.model.rules import Rules
from hsqbo_pipeline.reports.markdown import plain, table

_WORDS = {
    "hubspot_portal": "The portal's own settings: currencies, time zone, tax rates, properties.",
    "hubspot_contacts": "People in HubSpot, with the companies they belong to.",
    "hubspot_companies": "Companies in HubSpot: they name customers and are shown on invoices.",
    "hubspot_products": "Products in HubSpot.",
    "hubspot_deals": "Deals in HubSpot: a payment is shown on the deals of its invoice.",
    "hubspot_invoices": "Invoices in HubSpot with their line items, taxes, discounts and associations.",
    "hubspot_payments": "Payments in HubSpot with the invoices they pay.",
    "quickbooks_company": "The company's own settings: closing date, currencies, tax, accounts, terms, names in use.",
    "quickbooks_customers": "Customers in QuickBooks, inactive ones included.",
    "quickbooks_items": "Products and services in QuickBooks, inactive ones included.",
    "quickbooks_invoices": "Invoices in QuickBooks with their lines.",
    "quickbooks_payments": "Payments, credit memos, refund and sales receipts in QuickBooks.",
}
_HOW = (
    " What changed since the last complete read is read; everything, the first time and once a week. Nothing is decided"
    " here, and a read that was cut short says so: then nothing that depends on it is touched."
)
ASSETS = {**HUBSPOT_ASSETS, **QUICKBOOKS_ASSETS}


def extraction(rules: Rules) -> dg.AssetsDefinition:
    """The subsettable multi-asset that reads both systems at once."""
    columns = {name: of_extraction(name, rules) for name in ASSETS}

    @dg.multi_asset(
        name="extract",
        specs=[_spec(name, columns[name]) for name in ASSETS],
        check_specs=[dg.AssetCheckSpec(COMPLETE, asset=key(name), description=_COMPLETE) for name in ASSETS],
        can_subset=True,
        backfill_policy=dg.BackfillPolicy.single_run(),
    )
    def extract(
        context: dg.AssetExecutionContext,
        night: dg.ResourceParam[LazyNight],
    ) -> Iterator[dg.MaterializeResult]:  # type: ignore[type-arg]
        read = guarded(night, _read)
        for name, objects in ASSETS.items():
            if key(name) in context.selected_asset_keys:
                told = _tell(night, name, objects) if read.complete else read
                yield dg.MaterializeResult(
                    asset_key=key(name),
                    metadata={**columns[name], **told.metadata()},
                    check_results=[_check(name, told)],
                )

    return extract


COMPLETE = "read_is_complete"
_COMPLETE = "Everything that changed was read, to the last record."


def system_of(name: str) -> System:
    """The system an extraction asset reads."""
    return System.HUBSPOT if name in HUBSPOT_ASSETS else System.QUICKBOOKS


def _spec(name: str, columns: dict[str, Any]) -> dg.AssetSpec:
    return dg.AssetSpec(
        key(name),
        deps=[key(BOOKS)],
        group_name=EXTRACT,
        kinds={system_of(name).value},
        owners=OWNERS,
        description=_WORDS[name] + _HOW,
        metadata=columns,
        skippable=True,
    )


def _read(lazy: LazyNight) -> Told:
    steps.reach(lazy, steps.READ)
    return Told()


def _tell(lazy: LazyNight, name: str, objects: tuple[str, ...]) -> Told:
    from hsqbo_pipeline.core.tables import rows

    night = lazy.get()
    found = rows(
        night.warehouse.con,
        "SELECT object, complete, code, detail, records, requests FROM reads"
        " WHERE run_id = $run AND system = $system AND object IN (SELECT unnest($objects)) ORDER BY object",
        {"run": night.run_id, "system": system_of(name).value, "objects": list(objects)},
    )
    held = rows(
        night.warehouse.con,
        "SELECT count(*)::INTEGER AS records FROM mirror"
        " WHERE system = $system AND object IN (SELECT unnest($objects)) AND gone IS NULL",
        {"system": system_of(name).value, "objects": list(objects)},
    )[0]["records"]
    problems = [f"{row['object']}: {row['code']} {row['detail'] or ''}" for row in found if not row["complete"]]
    numbers = {
        "records_read": sum(row["records"] for row in found),
        "requests": sum(row["requests"] for row in found),
        "dagster/row_count": held,
        "seconds": lazy.done[steps.READ].seconds,
    }
    summary = table(
        ("object", "read", "requests", ""),
        ((row["object"], row["records"], row["requests"], "" if row["complete"] else row["code"]) for row in found),
    )
    more = {"problem": "\n".join(problems)} if problems else {}
    summary += "".join(f"\n\n{plain(problem)}" for problem in problems)
    return Told(numbers, summary, more, complete=bool(found) and not problems)


def _check(name: str, told: Told) -> dg.AssetCheckResult:
    return dg.AssetCheckResult(
        check_name=COMPLETE,
        asset_key=key(name),
        passed=told.complete,
        severity=dg.AssetCheckSeverity.WARN,  # the run turns red by its own check, at its end
        description=None if told.complete else str(told.more.get("problem", told.summary)),
    )
