"""The bookkeeper's own scenarios, every one of them."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from hsqbo_pipeline.scenarios.reading import Scenario, read
from hsqbo_pipeline_tests.scenarios.told import differences


def _shared() -> list[Scenario]:
    folder = Path(os.environ.get("HSQBO_SHARED", ""), "scenarios")
    files = sorted(folder.glob("*.yaml")) if os.environ.get("HSQBO_SHARED") and folder.is_dir() else []
    return [each for file in files for each in read(file)]


_FOUND = _shared()


@pytest.mark.skipif(not _FOUND, reason="HSQBO_SHARED names no folder with scenarios/*.yaml")
@pytest.mark.parametrize("scenario", _FOUND, ids=lambda each: each.id)
def test_scenario(scenario: Scenario) -> None:
    """Every step of the scenario is as it expects, in each of its variants."""
    assert differences(scenario) == []
