"""What all tests share: where the shared material is, and how hypothesis looks for counter-examples."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

# No deadline: a slow machine is no bug. The same examples each time in CI, so that a red build is red for everyone.
settings.register_profile("default", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("ci", deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("ci" if os.environ.get("CI") else "default")


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder with the real company's book, the bookkeeper's scenarios and Intuit's schemas (HSQBO_SHARED)."""
    folder = os.environ.get("HSQBO_SHARED")
    if not folder or not Path(folder).is_dir():
        pytest.skip("HSQBO_SHARED names no folder with data/, scenarios/ and reference/")
    return Path(folder)
