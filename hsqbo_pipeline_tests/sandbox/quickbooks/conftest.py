"""One running sandbox for all tests of the company; each test finds it fresh."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from hsqbo_pipeline.sandbox.frame.server import RunningSandbox, SandboxConfig, running
from hsqbo_pipeline_tests.sandbox.quickbooks.caller import Caller

START = datetime(2026, 11, 24, 15, tzinfo=UTC)


@pytest.fixture(scope="session")
def served() -> Iterator[RunningSandbox]:
    """The sandbox, without rate limits."""
    with running(SandboxConfig(clock_start=START, limits=False)) as sandbox:
        yield sandbox


@pytest.fixture(scope="session")
def _caller(served: RunningSandbox) -> Iterator[Caller]:
    caller = Caller(served)
    yield caller
    caller.http.close()


@pytest.fixture
def qbo(_caller: Caller) -> Caller:
    """A caller of a fresh company at 10:00 on 24 November 2026 in New York."""
    _caller.sandbox.clock.set(START)
    _caller.reset()
    return _caller
