"""What company and portal say of themselves."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path

from hsqbo_pipeline.extract.facts import read_company, read_portal
from hsqbo_pipeline.sandbox.frame.server import SandboxConfig, build
from hsqbo_pipeline.store.warehouse import Warehouse
from hsqbo_pipeline_tests.extract.conftest import REALM, START, Night

COMPANY = {
    "CompanyInfo": {"CompanyName": "Nine Lives Ltd", "Country": "GB", "FiscalYearStartMonth": "April"},
    "Preferences": {
        "AccountingInfoPrefs": {"BookCloseDate": "2025-12-31", "ClassTrackingPerTxn": True},
        "SalesFormsPrefs": {
            "CustomTxnNumbers": True,
            "AllowShipping": False,
            "CustomField": [
                {
                    "CustomField": [
                        {"Name": "SalesFormsPrefs.UseSalesCustom1", "Type": "BooleanType", "BooleanValue": True}
                    ]
                },
                {
                    "CustomField": [
                        {"Name": "SalesFormsPrefs.SalesCustomName1", "Type": "StringType", "StringValue": "Crew"}
                    ]
                },
            ],
        },
        "TaxPrefs": {"UsingSalesTax": True},
        "CurrencyPrefs": {"MultiCurrencyEnabled": True, "HomeCurrency": {"value": "GBP"}},
    },
}
PORTAL = {"companyCurrency": "GBP", "additionalCurrencies": ["EUR"], "tax_rates": [{"as": "std", "percent": "20.5"}]}


def test_facts_are_read_from_the_mirror(tmp_path: Path) -> None:
    """Closing date, currencies, numbering, custom fields and tax rates arrive as the rules need them."""
    sandbox = build(SandboxConfig(clock_start=START, limits=False, company=COMPANY, portal=PORTAL))
    with Warehouse.open(tmp_path) as warehouse:
        Night(sandbox, warehouse).read()
        company, portal = read_company(warehouse.con, REALM), read_portal(warehouse.con)
    assert (company.name, company.country, company.fiscal_year_start_month) == ("Nine Lives Ltd", "GB", 4)
    assert company.closed_until == date(2025, 12, 31)
    assert (company.home_currency, company.multi_currency, company.uses_sales_tax) == ("GBP", True, True)
    assert (company.custom_numbers, company.allow_shipping, company.allow_discount) == (True, False, True)
    assert (company.class_per_txn, company.class_per_line) == (True, False)
    assert company.custom_fields == {"1": "Crew"}
    assert portal.currencies == ("GBP", "EUR")
    assert [rate["percent"] for rate in portal.tax_rates.values()] == [Decimal("20.5")]
    assert portal.portal_id == "24000001"


def test_nothing_read_means_nothing_allowed(tmp_path: Path) -> None:
    """Before anything was read, every permission is off and no currency is known."""
    with Warehouse.open(tmp_path) as warehouse:
        company, portal = read_company(warehouse.con, REALM), read_portal(warehouse.con)
    assert not company.allow_discount
    assert company.home_currency is None
    assert portal.currencies == ()


def test_unique_marks_are_found(night: Night) -> None:
    """The objects whose mark is unique in the portal are told by the definitions themselves."""
    definition = {"name": "qbo_id", "label": "x", "type": "string", "fieldType": "text", "groupName": "qbo_sync"}

    async def make(clients: object) -> None:
        hubspot = clients.hubspot  # type: ignore[attr-defined]
        for name in ("contacts", "products"):
            await hubspot.create_property_group(name, "qbo_sync", "QuickBooks sync")
        await hubspot.create_properties("contacts", [{**definition, "hasUniqueValue": True}])
        await hubspot.create_properties("products", [{**definition, "hasUniqueValue": False}])

    night.with_clients(make)
    night.read()
    assert read_portal(night.warehouse.con).unique_marks == {"contacts"}
