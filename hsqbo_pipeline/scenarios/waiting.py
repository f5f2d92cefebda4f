"""Nights of a scenario wait for nothing: what they would sleep passes on the sandbox's clock and on theirs."""

from __future__ import annotations

import asyncio
import time

from hsqbo_pipeline.clients.clock import Clock
from hsqbo_pipeline.sandbox.frame.server import RunningSandbox


def passing(served: RunningSandbox) -> Clock:
    """A clock for clients of a sandbox in this process; the sandbox's rate limits see the same time as theirs."""
    passed = 0.0

    async def sleep(seconds: float) -> None:
        nonlocal passed
        passed += seconds
        served.sandbox.clock.advance(seconds)
        await asyncio.sleep(0)

    return Clock(monotonic=lambda: time.monotonic() + passed, sleep=sleep)
