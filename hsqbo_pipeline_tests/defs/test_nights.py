"""Whole nights through Dagster."""

from __future__ import annotations

from hsqbo_pipeline.errors import ExitCode
from hsqbo_pipeline_tests.defs.conftest import NOTHING, Place


def test_a_night_ends_green_and_the_next_writes_nothing(company: Place) -> None:
    """Through `nightly_sync` both sides come in step; the second night evaluates nothing and writes nothing."""
    green, ended = company.job()
    assert (green, ended and ended.exit_code) == (True, ExitCode.DONE)
    assert len(company.live("hubspot", "contacts")) == len(company.live("quickbooks", "Customer")) == 3
    assert [one["properties"]["hs_number"] for one in company.live("hubspot", "invoices")] == ["1001"]
    company.job()
    green, ended = company.job()
    assert ended is not None
    assert (green, ended.exit_code, ended.evaluated, company.writes()) == (True, ExitCode.DONE, 0, NOTHING)
