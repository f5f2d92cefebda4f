"""The export as an asset: what the launchpad says is what the file holds."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

import dagster as dg
import pytest

from hsqbo_pipeline.definitions import defs
from hsqbo_pipeline_tests.reports.published_company import company


@pytest.fixture
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A published company, and rules."""
    rules = tmp_path / "sync.yaml"
    rules.write_text("timezone: America/New_York\nstart: 2026-11-01T00:00:00\n", encoding="utf-8")
    monkeypatch.setenv("HSQBO_RULES", str(rules))
    monkeypatch.setenv("HSQBO_DATA", str(tmp_path / "data"))
    return company(tmp_path / "data")


def exported(**config: Any) -> dg.ExecuteInProcessResult:
    """The job `export` with this in its launchpad."""
    with dg.DagsterInstance.ephemeral() as instance:
        return (
            defs()
            .resolve_job_def("export")
            .execute_in_process(
                instance=instance,
                run_config={"ops": {"records_export": {"config": config}}},
                raise_on_error=False,
            )
        )


@pytest.mark.rule("A84", "A88", "A89")
def test_the_export_job_writes_what_its_launchpad_says(data: Path) -> None:
    """Format, columns and filters of the launchpad make the file; the asset's page tells where it lies and how much is in it."""
    result = exported(format="csv", columns="label,code", object="invoice")
    (event,) = result.asset_materializations_for_node("records_export")
    path = Path(str(event.metadata["file"].value))
    with path.open(encoding="utf-8-sig", newline="") as stream:
        head, *rows = csv.reader(stream)
    assert (path.parent, head) == (data / "reports", ["label", "code"])
    assert event.metadata["dagster/row_count"].value == len(rows) == 3


def test_an_export_of_what_there_is_not_fails_with_the_reason(data: Path) -> None:
    """An unknown column ends the job with its name and those there are."""
    result = exported(columns="colour")
    assert not result.success
    (failure,) = [event for event in result.all_events if event.is_step_failure]
    assert "There is no column colour" in str(failure.step_failure_data.error)
