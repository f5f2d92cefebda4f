"""The one clock both simulated systems read; it runs with real time and can be moved by hand."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta

_TICK = timedelta(microseconds=1)


class Clock:
    """Virtual time in UTC. Started at an instant it runs on from there with real time, unless frozen."""

    def __init__(self, start: datetime | None = None, *, frozen: bool = False) -> None:
        self._frozen = frozen
        self.set(start or datetime.now(UTC))

    def set(self, instant: datetime) -> datetime:
        """Put the clock at an instant, backwards too (a reset does that); return it."""
        self._origin = instant.astimezone(UTC)
        self._started = time.monotonic()
        self._last = self._origin - _TICK
        return self._origin

    def now(self) -> datetime:
        """The time now: later than any answer given before, so that two events never share a microsecond."""
        passed = 0.0 if self._frozen else time.monotonic() - self._started
        self._last = max(self._origin + timedelta(seconds=passed), self._last + _TICK)
        return self._last

    def advance(self, seconds: float) -> datetime:
        """Let time pass; return the new now."""
        self._origin += timedelta(seconds=seconds)
        return self.now()


def parse_instant(text: str) -> datetime:
    """Read an ISO 8601 instant; without an offset it is UTC. Raises ValueError."""
    instant = datetime.fromisoformat(text)
    return instant.replace(tzinfo=UTC) if instant.tzinfo is None else instant.astimezone(UTC)
