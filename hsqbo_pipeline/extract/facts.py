"""What the company and the portal say of themselves, from their mirrored settings.

Where a setting was not read (or is not there) the value is the one under which less is written; an entity whose
settings could not be read is blocked anyway. Source of the preference names: Intuit's Preferences reference.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import date
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import TYPE_CHECKING, Any

import orjson

from hsqbo_pipeline.core.decisions import Company, Portal
from hsqbo_pipeline.core.tables import Statements
from hsqbo_pipeline.extract.portal import ACCOUNT, TAX_RATES

if TYPE_CHECKING:
    import duckdb

SQL = Statements(Path(__file__).parent / "sql")
_MONTHS = ("january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november",
           "december")  # fmt: skip
_CUSTOM = re.compile(r"SalesFormsPrefs\.SalesCustomName(\d+)")
_CUSTOM_USED = re.compile(r"SalesFormsPrefs\.UseSalesCustom(\d+)")


def read_company(con: duckdb.DuckDBPyConnection, realm: str) -> Company:
    """The settings of the QuickBooks company whose realm id is given."""
    info, preferences = _single(con, "CompanyInfo"), _Preferences(_single(con, "Preferences"))
    return Company(
        realm=realm,
        name=str(info.get("CompanyName") or ""),
        country=str(info.get("Country") or "US"),
        home_currency=preferences.text("CurrencyPrefs", "HomeCurrency"),
        multi_currency=preferences.on("CurrencyPrefs", "MultiCurrencyEnabled"),
        closed_until=_day(preferences.text("AccountingInfoPrefs", "BookCloseDate")),
        fiscal_year_start_month=_month(info.get("FiscalYearStartMonth")),
        uses_sales_tax=preferences.on("TaxPrefs", "UsingSalesTax"),
        automated_sales_tax=preferences.on("TaxPrefs", "PartnerTaxEnabled"),
        custom_numbers=preferences.on("SalesFormsPrefs", "CustomTxnNumbers"),
        auto_apply_credit=preferences.on("SalesFormsPrefs", "AutoApplyCredit"),
        allow_discount=preferences.on("SalesFormsPrefs", "AllowDiscount"),
        allow_shipping=preferences.on("SalesFormsPrefs", "AllowShipping"),
        allow_deposit=preferences.on("SalesFormsPrefs", "AllowDeposit"),
        allow_service_date=preferences.on("SalesFormsPrefs", "AllowServiceDate"),
        revenue_recognition=preferences.on("ProductAndServicesPrefs", "RevenueRecognition")
        or preferences.on("ProductAndServicesPrefs", "RevenueRecognitionEnabled"),
        class_per_txn=preferences.on("AccountingInfoPrefs", "ClassTrackingPerTxn"),
        class_per_line=preferences.on("AccountingInfoPrefs", "ClassTrackingPerTxnLine"),
        track_departments=preferences.on("AccountingInfoPrefs", "TrackDepartments"),
        discount_account=preferences.text("SalesFormsPrefs", "DefaultDiscountAccount"),
        custom_fields=preferences.custom_fields(),
        subscription=_named_value(info, "SubscriptionStatus"),
    )


def read_portal(con: duckdb.DuckDBPyConnection) -> Portal:
    """The settings of the HubSpot portal."""
    account = next(iter(_records(con, "hubspot", ACCOUNT).values()), {})
    rates = _records(con, "hubspot", TAX_RATES)
    currencies = [account.get("companyCurrency"), *(account.get("additionalCurrencies") or ())]
    return Portal(
        portal_id=str(account.get("portalId") or ""),
        currencies=tuple(dict.fromkeys(str(code) for code in currencies if code)),
        time_zone=str(account.get("timeZone") or "UTC"),
        tax_rates={rate_id: _rate(rate) for rate_id, rate in rates.items()},
        unique_marks=frozenset(row["object"] for row in SQL.rows(con, "facts_unique_marks")),
        ui_domain=str(account.get("uiDomain") or Portal.ui_domain),
    )


class _Preferences:
    """The groups of the company's preferences."""

    def __init__(self, groups: Mapping[str, Any]) -> None:
        self._groups = groups

    def text(self, group: str, name: str) -> str | None:
        """A setting's text; of a reference its id."""
        value = (self._groups.get(group) or {}).get(name)
        value = value.get("value") if isinstance(value, Mapping) else value
        return None if value in (None, "") else str(value)

    def on(self, group: str, name: str) -> bool:
        """A yes or no; some of them come as text."""
        return (self.text(group, name) or "").lower() == "true"

    def custom_fields(self) -> dict[str, str]:
        """DefinitionId -> name of the sales forms' own fields that are in use."""
        names: dict[str, str] = {}
        unused: set[str] = set()
        for entry in self._custom_entries():
            label = str(entry.get("Name") or "")
            if found := _CUSTOM.fullmatch(label):
                names[found[1]] = str(entry.get("StringValue") or "")
            elif (found := _CUSTOM_USED.fullmatch(label)) and str(entry.get("BooleanValue")).lower() != "true":
                unused.add(found[1])
        return {number: name for number, name in sorted(names.items()) if name and number not in unused}

    def _custom_entries(self) -> Iterator[Mapping[str, Any]]:
        for group in (self._groups.get("SalesFormsPrefs") or {}).get("CustomField") or ():
            yield from group.get("CustomField") or ()


def _records(con: duckdb.DuckDBPyConnection, system: str, name: str) -> dict[str, dict[str, Any]]:
    found = SQL.rows(con, "facts_records", system=system, object=name)
    return {row["id"]: orjson.loads(row["payload"]) for row in found}


def _single(con: duckdb.DuckDBPyConnection, name: str) -> dict[str, Any]:
    return next(iter(_records(con, "quickbooks", name).values()), {})


def _named_value(info: Mapping[str, Any], name: str) -> str:
    """One of CompanyInfo's further facts, which come as pairs of name and value."""
    pairs = {str(each.get("Name")): str(each.get("Value") or "") for each in info.get("NameValue") or ()}
    return pairs.get(name, "")


def _rate(rate: Mapping[str, Any]) -> dict[str, Any]:
    try:
        percent = Decimal(str(rate.get("percentageRate")))
    except InvalidOperation:
        percent = None
    return {
        "percent": percent,
        "name": rate.get("label") or rate.get("name"),
        "active": rate.get("active") is not False,
    }


def _day(text: str | None) -> date | None:
    try:
        return date.fromisoformat(text[:10]) if text else None
    except ValueError:
        return None


def _month(value: object) -> int:
    text = str(value or "").lower()
    return _MONTHS.index(text) + 1 if text in _MONTHS else 1
