"""A bench per test."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from hsqbo_pipeline_tests.apply.bench import Bench


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    """Empty systems that have been read once, and an empty warehouse."""
    found = Bench(tmp_path)
    found.read()
    yield found
    found.close()
