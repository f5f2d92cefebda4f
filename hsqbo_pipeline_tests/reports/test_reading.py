"""What the terminal shows of the published tables: by object, in the columns asked for."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from hsqbo_pipeline.cli import reading  # noqa: F401 - adds its commands to the app
from hsqbo_pipeline.cli.app import app
from hsqbo_pipeline.errors import ConfigurationError
from hsqbo_pipeline_tests.reports.published_company import states


def shown(data: Path, *words: str) -> list[dict[str, Any]]:
    """What `hsqbo failures` answers, as JSON."""
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("HSQBO_DATA", str(data))
        result = CliRunner().invoke(app, ["failures", "--json", "--limit", "1000", *words], catch_exceptions=False)
    assert result.exit_code == 0
    found: list[dict[str, Any]] = json.loads(result.stdout)
    return found


@pytest.mark.rule("A80")
def test_records_are_chosen_by_object(published: Path) -> None:
    """Each object's failing and warned records come alone, and together they are all of them."""
    everything = shown(published, "--columns", "record_key")
    parts = {
        name: shown(published, "--object", name, "--columns", "record_key,entity")
        for name in ("customer", "product", "invoice", "payment")
    }
    assert all(row["entity"] == name for name, rows in parts.items() for row in rows)
    assert sum(len(rows) for rows in parts.values()) == len(everything)
    assert len(parts["invoice"]) == sum(
        row["entity"] == "invoice" and (row["state"] in ("FAILING", "BLOCKED") or row["class"] == "WARNING")
        for row in states()
    )


@pytest.mark.rule("A84")
def test_columns_come_as_they_were_asked_for(published: Path) -> None:
    """The columns named, in that order, and no other; one that there is not is refused by name with those there are."""
    rows = shown(published, "--columns", "code,amount,label")
    assert rows
    assert {tuple(row) for row in rows} == {("code", "amount", "label")}
    with pytest.raises(ConfigurationError, match=r"no column colour.*There are: .*label"):
        shown(published, "--columns", "label,colour")


def test_status_tells_the_last_run_in_five_lines(published: Path) -> None:
    """The same five lines as the morning message, then the records by object and state; a long name does not fill the screen."""
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("HSQBO_DATA", str(published))
        said = CliRunner().invoke(app, ["status"], catch_exceptions=False).stdout
        listed = CliRunner().invoke(app, ["failures", "--columns", "label"], catch_exceptions=False).stdout
    begun = [line.partition(":")[0] for line in said.splitlines()[1:6]]
    assert begun == ["In step", "New problems", "Still open", "Money that differs", "Next"]
    assert "Records by object and state" in said
    assert max(listed.count("x" * 60), 1) == 1
