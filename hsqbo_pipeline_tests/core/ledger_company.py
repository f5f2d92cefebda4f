"""The plain US company, its portal and its rules, that the rules' tests start from."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import hsqbo_pipeline
from hsqbo_pipeline.core.decisions import Company, Portal, Situation
from hsqbo_pipeline.model.rules import Rules

SCHEMA = Path(hsqbo_pipeline.__file__).parent / "store" / "migrations" / "001_state.sql"
REALM = "9341450000000001"
D = Decimal
NOW = datetime(2026, 11, 24, 15, tzinfo=UTC)
RECEIVED = ("succeeded", "partially_refunded", "refunded")

COMPANY = Company(
    realm=REALM, name="Sample", country="US", home_currency="USD", multi_currency=False, closed_until=None,
    fiscal_year_start_month=1, uses_sales_tax=False, automated_sales_tax=False, custom_numbers=False, auto_apply_credit=False,
    allow_discount=True, allow_shipping=True, allow_deposit=True, allow_service_date=True, revenue_recognition=False,
    class_per_txn=False, class_per_line=False, track_departments=False, discount_account="dis", custom_fields={},
)  # fmt: skip
PORTAL = Portal(
    portal_id="24", currencies=("USD",), time_zone="America/New_York", tax_rates={}, unique_marks=frozenset()
)

RULES: dict[str, Any] = {
    "timezone": "America/New_York",
    "start": "2020-01-01T00:00:00",
    "customers": {"direction": "both"},
    "products": {"direction": "quickbooks_to_hubspot"},
    "invoices": {"direction": "both", "custom_item_income_account": "acc"},
    "payments": {"direction": "both", "deposit_to": "undep"},
    "tax": {"us_untaxed_hs_invoice": "send_non"},
    "closing": {"treat_as_closed": "off"},
}


def situation(company: Company = COMPANY, portal: Portal = PORTAL, **sections: Any) -> Situation:
    """The situation of a plain US company; `sections` are laid over the rules, one level deep."""
    said = {
        **RULES,
        **{
            name: {**RULES.get(name, {}), **value} if isinstance(value, dict) else value
            for name, value in sections.items()
        },
    }
    rules = Rules.model_validate(said)
    return Situation(
        run_id="run1", run_number=1, rules=rules, company=company, portal=portal, environment="sandbox",
        zone=ZoneInfo(rules.timezone), now=NOW, today=date(2026, 11, 24),
    )  # fmt: skip
