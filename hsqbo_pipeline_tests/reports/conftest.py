"""A published company, made once: nothing under test writes to it but into its reports."""

from __future__ import annotations

from pathlib import Path

import pytest

from hsqbo_pipeline_tests.reports.published_company import company


@pytest.fixture(scope="session")
def published(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The data folder of the company."""
    return company(tmp_path_factory.mktemp("company"))
