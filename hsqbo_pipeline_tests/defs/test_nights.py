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


def test_the_doctor_is_a_job_of_its_own(company: Place) -> None:
    """It tells findings with code, consequence and fix, writes nothing, and the night after it does all its work."""
    green, ended = company.job("doctor")
    assert (green, ended, company.writes()) == (True, None, NOTHING)
    told = company.told("examination")
    assert (told["complete"], told["stops"]) == (True, 0)
    assert "INV\\_NUMBERING\\_SETTING" in told["findings"] or "INV_NUMBERING_SETTING" in told["findings"]
    assert company.checks("examination")["nothing_stops_a_run"].passed
    green, ended = company.job()
    assert (green, ended and ended.exit_code) == (True, ExitCode.DONE)
    assert len(company.live("hubspot", "contacts")) == 3
