"""The five lines, and a plan's operations in markdown."""

from __future__ import annotations

import json
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from hsqbo_pipeline.reports.money import business_day
from hsqbo_pipeline.reports.published import open_published, run_of
from hsqbo_pipeline.reports.summary import message, operations_markdown, summary_markdown
from hsqbo_pipeline_tests.reports.published_company import FIRST, FORMULA, NIGHT, SCRIPT, SECOND, company, run

PLAN = {"hash": "abc123abc123ffff", "run_id": SECOND, "status": "open", "created_at": NIGHT, "needs_approval": True,
        "reasons": json.dumps([{"count": 30, "what": "creates", "limit": 25}]), "totals": "{}", "inputs_hash": "i"}  # fmt: skip
OPERATION = {
    "operation_id": "o1", "plan_hash": PLAN["hash"], "run_id": SECOND, "position": 1, "wave": "customers", "entity": "customer", "system": "hubspot",
    "action": "create", "source_system": "quickbooks", "source_id": "11", "label": SCRIPT, "steps": "[]", "warnings": "[]", "status": "planned",
    "changes": json.dumps([{"field": "name", "before": None, "after": FORMULA + "|x", "reason": "new"}]), "amount": Decimal("9.50"),
    "currency": "USD",
}  # fmt: skip


@pytest.fixture(scope="module")
def planned(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A company with a plan that waits."""
    return company(tmp_path_factory.mktemp("planned"), plans=[PLAN], operations=[OPERATION])


def test_a_waiting_plan_is_what_comes_next(planned: Path) -> None:
    """The fifth line names the command that approves it."""
    with open_published(planned) as con:
        told = message(con, run_of(con, None))
    assert "hsqbo sync --approve abc123abc123" in told.text
    assert "1 change waits\\: `hsqbo plan show`, then `hsqbo sync --approve abc123abc123`" in told.markdown


def test_a_plan_is_told_with_every_difference(planned: Path) -> None:
    """The record, field and amount of each operation; hostile text breaks neither the table nor the page."""
    with open_published(planned) as con:
        markdown = operations_markdown(con, PLAN["hash"])
        assert operations_markdown(con, "another") == ""
    row = next(line for line in markdown.splitlines() if "9.50 USD" in line)
    assert row.count("|") - row.count("\\|") == 7
    assert "<script>" not in markdown


def test_the_summary_counts_what_is_published(published: Path) -> None:
    """New problems, open ones and money are those of the states and the proof."""
    with open_published(published) as con:
        told = {line.name: line for line in message(con, run_of(con, None)).lines}
        assert summary_markdown(con, run_of(con, None)).count("\n- ") == 4
    assert told["In step"].figure == "2"
    assert told["Still open"].figure == "1"
    assert told["Money that differs"].figure == "10.00 USD"
    assert "all of it explained" in told["Money that differs"].text


def test_a_problem_is_as_old_as_quickbooks_says(tmp_path: Path) -> None:
    """Age and day go by QuickBooks' clock, as the records' own times do, whatever this machine's clock says."""
    late = {"started_at": NIGHT + timedelta(days=40), "ended_at": NIGHT + timedelta(days=40, seconds=9)}
    read = {
        "run_id": SECOND,
        "system": "quickbooks",
        "object": "Customer",
        "complete": True,
        "records": 1,
        "requests": 1,
        "read_at": NIGHT,
    }
    found = company(tmp_path, runs=[run(FIRST, 1), run(SECOND, 2, **late)], reads=[read])
    with open_published(found) as con:
        newest = run_of(con, None)
        told = {line.name: line for line in message(con, newest).lines}
    assert told["Still open"].text.startswith("the oldest for 1 day;")
    assert business_day(newest) == NIGHT.date()
