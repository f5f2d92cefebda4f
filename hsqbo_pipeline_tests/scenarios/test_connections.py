"""Lost state, forgetting, another sync, adoption and undo, told as nights in a file."""

from __future__ import annotations

from pathlib import Path

import pytest

from hsqbo_pipeline.scenarios.reading import Scenario, read
from hsqbo_pipeline_tests.scenarios.told import differences

FILE = Path(__file__).parent / "connections.yaml"


@pytest.mark.rule("H1", "H2", "H6", "1.1", "1.37", "A95", "N13", "SYS_STATE_LOST", "OPS_OTHER_SYNC_ACTIVE")
@pytest.mark.parametrize("scenario", read(FILE), ids=lambda each: each.id)
def test_a_connection_begins_and_ends_without_doubling_anything(scenario: Scenario) -> None:
    """Every step of the file is as it expects: what is lost is found, what is forgotten stays single, what is undone stays undone."""
    assert differences(scenario) == []
