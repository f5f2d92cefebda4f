"""A whole real book, read from both simulated systems and validated: nothing refused, not a cent lost."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from hsqbo_pipeline.core.validate import validate
from hsqbo_pipeline.model.names import Entity
from hsqbo_pipeline.sandbox.books import to_hubspot, to_quickbooks
from hsqbo_pipeline.sandbox.books.book import read
from hsqbo_pipeline.sandbox.frame.server import Sandbox, SandboxConfig, build
from hsqbo_pipeline.store.warehouse import Warehouse
from hsqbo_pipeline_tests.core.mirrored import COMPANY, PORTAL, rules
from hsqbo_pipeline_tests.extract.conftest import Night

START = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
RECORDS = {Entity.CUSTOMER: 59, Entity.PRODUCT: 3503, Entity.INVOICE: 412, Entity.PAYMENT: 275}


@pytest.mark.rule("A1", "A39")
def test_both_sides_of_a_real_book_come_out_alike(shared: Path, tmp_path: Path) -> None:
    """Chinook on both sides gives the same records, lines, sums and cash, to the cent, and no reject."""
    book = read(shared / "data" / "chinook")

    def fill(sandbox: Sandbox, system: str) -> None:
        if system == "hubspot":
            to_hubspot.load(sandbox.hubspot, book)
        else:
            to_quickbooks.load(sandbox.quickbooks, book)

    with Warehouse.open(tmp_path) as warehouse:
        night = Night(build(SandboxConfig(clock_start=START, limits=False, fill=fill)), warehouse)
        night.read()
        for entity, expected in RECORDS.items():
            counts = validate(
                warehouse.con,
                entity,
                rules(),
                "run-1",
                zone=ZoneInfo("America/New_York"),
                company=COMPANY,
                portal=PORTAL,
            )
            assert (counts.valid, counts.rejected, counts.due) == (2 * expected, 0, 2 * expected)
        totals = night.ask(
            "SELECT system, sum(total) AS total, sum(subtotal) AS lines FROM invoices GROUP BY system ORDER BY system"
        )
        assert [(each["total"], each["lines"]) for each in totals] == [(Decimal("2328.60"), Decimal("2328.60"))] * 2
        lines = night.ask(
            "SELECT system, count(*) AS n FROM invoice_lines WHERE kind = 'item' GROUP BY system ORDER BY system"
        )
        assert [each["n"] for each in lines] == [2240, 2240]
        cash = night.ask(
            "SELECT sum(amount) AS cash FROM payment_applications WHERE attribution = 'cash' GROUP BY system"
        )
        assert cash[0] == cash[1]
