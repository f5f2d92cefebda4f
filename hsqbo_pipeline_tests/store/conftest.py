"""An empty warehouse."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from hsqbo_pipeline.store.warehouse import Warehouse


@pytest.fixture
def warehouse(tmp_path: Path) -> Iterator[Warehouse]:
    """A new file, migrated."""
    with Warehouse.open(tmp_path) as opened:
        yield opened
