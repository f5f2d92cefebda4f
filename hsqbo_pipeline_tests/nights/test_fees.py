"""Fees of processors: told by day, month and payout, in the company's own time, and never booked."""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from hsqbo_pipeline.errors import ExitCode
from hsqbo_pipeline.model.rules import Rules
from hsqbo_pipeline_tests.nights.house import RULES, House, house

FEES = ("hs_fees_amount", "hs_platform_fee")
ZONE = ZoneInfo(Rules.model_validate(RULES).timezone)
# When a payment was made, its status, processing and platform fee, and the payout; one is not paid out, one failed.
TAKEN = (
    ("2026-12-01T04:59:59Z", "succeeded", "2.90", "0.50", "2026-12-01T00:00:00Z"),
    ("2026-12-01T05:00:00Z", "succeeded", "3.21", "0.07", "2026-12-31T00:00:00Z"),
    ("2026-12-31T23:30:00Z", "partially_refunded", "0.01", "", "2027-01-01T04:00:00Z"),
    ("2027-01-01T04:30:00Z", "succeeded", "7.77", "1.11", ""),
    ("2026-11-30T12:00:00Z", "failed", "0.30", "", ""),
)


def added_up(home: House, kept: str) -> dict[str, Decimal]:
    """Both fees of every payment in HubSpot by month, added up here from what HubSpot says."""
    found: dict[str, Decimal] = defaultdict(Decimal)
    for each in home.live("hubspot", "commerce_payments"):
        said = each["properties"]
        if said.get(kept):
            moment = datetime.fromisoformat(said[kept])
            midnight = (moment.hour, moment.minute, moment.second) == (0, 0, 0)
            month = f"{moment if midnight else moment.astimezone(ZONE):%Y-%m}"
            found[month] += sum(Decimal(said.get(name) or 0) for name in FEES)
    return dict(found)


@pytest.mark.rule("A44", "A45", "1.19", "N3")
def test_fees_are_those_of_all_payments_and_nothing_is_booked(tmp_path: Path) -> None:
    """By month of the payment and by payout the report equals the sum over HubSpot's payments, at both ends of a month; none is posted."""
    with house(tmp_path / "data") as home:
        for made, status, processing, platform, payout in TAKEN:
            fields = {
                "hs_initial_amount": "100.00", "hs_initiated_date": made, "hs_latest_status": status, "hs_processor_type": "hs_payments",
                "hs_fees_amount": processing, "hs_platform_fee": platform, "hs_payout_date": payout,
            }  # fmt: skip
            home.person("hubspot", "create", "commerce_payments", {name: text for name, text in fields.items() if text})
        ended = home.night()
        assert (ended.exit_code, home.writes()["quickbooks"]) == (ExitCode.DONE, 0)
        both = "strftime({0}, '%Y-%m') AS month, sum(processing_fee + platform_fee) AS fees FROM fees WHERE {0} IS NOT NULL GROUP BY ALL"
        for column, kept in (("day", "hs_initiated_date"), ("payout_date", "hs_payout_date")):
            told = {row["month"]: row["fees"] for row in home.ask("SELECT " + both.format(column))}
            assert told == added_up(home, kept)
        assert added_up(home, "hs_initiated_date") == {"2026-11": Decimal("3.70"), "2026-12": Decimal("12.17")}
        assert sum(row["payments"] for row in home.ask("SELECT payments FROM fees")) == len(TAKEN)
