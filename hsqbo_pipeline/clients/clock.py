"""Time as the clients see it, in one injectable object, so that no test ever waits for real.

Waiting and rate windows use the monotonic clock; token lifetimes use the wall clock, because both APIs give them as
seconds from now. A record's time is never compared with either: "now" of a system comes from its own answers.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime


def _utc_now() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class Clock:
    """Where the clients get the time from and how they wait (seconds)."""

    monotonic: Callable[[], float] = time.monotonic
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep
    now: Callable[[], datetime] = _utc_now


SYSTEM_CLOCK = Clock()
