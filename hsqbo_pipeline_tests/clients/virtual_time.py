"""An event loop in which waiting takes no time: when nothing is ready, its clock jumps to the next timer."""

from __future__ import annotations

import asyncio
import selectors
from collections.abc import Awaitable, Coroutine
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

from hsqbo_pipeline.clients.clock import Clock

T = TypeVar("T")
START = datetime(2026, 11, 23, 4, 0, tzinfo=UTC)


class _JumpingSelector(selectors.SelectSelector):
    """Instead of blocking for `timeout` seconds, moves the loop's clock on by them."""

    def __init__(self) -> None:
        super().__init__()
        self.time = 0.0

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        ready = super().select(0)
        if not ready:
            assert timeout is not None, "every task waits for something that will never happen"
            self.time += timeout
        return ready


class _VirtualLoop(asyncio.SelectorEventLoop):
    def __init__(self) -> None:
        self.jumping = _JumpingSelector()
        super().__init__(self.jumping)

    def time(self) -> float:
        return self.jumping.time


def virtual_run(main: Coroutine[Any, Any, T]) -> T:
    """Run `main` to its end in virtual time."""
    with asyncio.Runner(loop_factory=_VirtualLoop) as runner:
        return runner.run(main)


def _now() -> datetime:
    return START + timedelta(seconds=asyncio.get_running_loop().time())


def _monotonic() -> float:
    return asyncio.get_running_loop().time()


def _sleep(seconds: float) -> Awaitable[None]:
    return asyncio.sleep(seconds)


VIRTUAL = Clock(monotonic=_monotonic, sleep=_sleep, now=_now)


def elapsed() -> float:
    """Virtual seconds since the loop began."""
    return _monotonic()
