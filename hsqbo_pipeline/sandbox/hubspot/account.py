"""What the portal's administrator has set: currencies, time zone, tax library, validation rules.

The grammar is that of the scenarios' `portal:` key.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import orjson

TAX_RATE_BASE = 31_000_000_001


@dataclass(slots=True)
class TaxRate:
    """One rate of HubSpot's tax library: read by the API, made only by people."""

    id: str
    percent: Decimal
    name: str
    active: bool = True
    created_at: str = "2024-01-01T00:00:00.000Z"

    def body(self) -> dict[str, Any]:
        """The rate in the shape of the tax-rates API."""
        return {
            "id": self.id,
            "name": self.name,
            "label": self.name,
            "percentageRate": orjson.Fragment(format(self.percent, "f")),
            "active": self.active,
            "createdAt": self.created_at,
            "updatedAt": self.created_at,
        }


@dataclass(slots=True)
class ValidationRules:
    """Admin rules of one object type, enforced on API writes by version 2026-09 and later."""

    required_on_create: list[str] = field(default_factory=list)
    conditional: list[dict[str, Any]] = field(default_factory=list)


@dataclass(slots=True)
class Account:
    """Settings of the portal."""

    portal_id: int = 24_000_001
    company_currency: str = "USD"
    additional_currencies: list[str] = field(default_factory=list)
    time_zone: str = "America/New_York"
    account_type: str = "SANDBOX"
    people_may_edit_finalised_invoices: bool = True
    automatic_company_creation: bool = False
    merge_keeps_primary_id: bool = False
    open_invoices_deletable: bool = False
    custom_property_limit: int = 1000
    tax_rates: dict[str, TaxRate] = field(default_factory=dict)
    validation_rules: dict[str, ValidationRules] = field(default_factory=dict)

    @classmethod
    def read(cls, config: dict[str, Any]) -> tuple[Account, dict[str, str]]:
        """Settings from configuration, and the ids of what it names (`tax_rates: [{as, percent}]`).

        Raises ValueError for a key that does not exist: a misspelt setting must not pass as its default.
        """
        account, names = cls(), {}
        for key, value in config.items():
            if key == "tax_rates":
                names.update(account.add_tax_rates(value))
            elif key == "validation_rules":
                account.validation_rules = {kind: ValidationRules(**rules) for kind, rules in value.items()}
            elif key in _KEYS:
                setattr(account, _KEYS[key], int(value) if key == "portalId" else value)
            else:
                raise ValueError(f"portal has no setting {key!r}; known: {', '.join(sorted(_KEYS))}, tax_rates")
        return account, names

    @property
    def currencies(self) -> list[str]:
        """Currencies a record may name."""
        return [self.company_currency, *self.additional_currencies]

    def add_tax_rates(self, rates: list[dict[str, Any]]) -> dict[str, str]:
        """Adds rates to the library and returns the ids of those with a name (`as`)."""
        names = {}
        for rate in rates:
            percent = Decimal(str(rate["percent"]))
            added = TaxRate(
                id=str(TAX_RATE_BASE + len(self.tax_rates)),
                percent=percent,
                name=rate.get("name") or f"{percent.normalize():f}%",
                active=rate.get("active", True),
            )
            self.tax_rates[added.id] = added
            if "as" in rate:
                names[rate["as"]] = added.id
        return names

    def details(self, now: datetime) -> dict[str, Any]:
        """The answer of `/account-info/{version}/details`."""
        offset = now.astimezone(ZoneInfo(self.time_zone)).utcoffset()
        seconds = int(offset.total_seconds()) if offset else 0
        sign, minutes = ("-" if seconds < 0 else "+"), abs(seconds) // 60
        return {
            "portalId": self.portal_id,
            "accountType": self.account_type,
            "timeZone": self.time_zone,
            "companyCurrency": self.company_currency,
            "additionalCurrencies": list(self.additional_currencies),
            "utcOffset": f"{sign}{minutes // 60:02d}:{minutes % 60:02d}",
            "utcOffsetMilliseconds": seconds * 1000,
            "uiDomain": "app.hubspot.com",
            "dataHostingLocation": "na1",
        }


_KEYS = {
    "portalId": "portal_id",
    "companyCurrency": "company_currency",
    "additionalCurrencies": "additional_currencies",
    "timeZone": "time_zone",
    "accountType": "account_type",
    "people_may_edit_finalised_invoices": "people_may_edit_finalised_invoices",
    "automatic_company_creation": "automatic_company_creation",
    "merge_keeps_primary_id": "merge_keeps_primary_id",
    "open_invoices_deletable": "open_invoices_deletable",
    "custom_property_limit": "custom_property_limit",
}
