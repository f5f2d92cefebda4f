"""Stays under each API's rate limits without ever being told off by them.

A leaky bucket (the usual limiter library) lets nearly twice its rate through in the first window, and HubSpot's window
is a rolling one; so requests are counted in sliding windows here. A request holds its place from the moment it is sent
until one period after its *answer*: whenever the server saw it, it saw it in between. Therefore no window of the
server's own clock can hold more requests than the limit, whatever the network does to their spacing.

Sources: HubSpot usage guidelines (100/10 s on the smallest tier, headers tell the real figure, search 5/s and without
headers, associations 100, 150 or 200 per 10 s by tier); Intuit's 2025-08 limits (10/s and 500/min per company and app,
40 batches/min).
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Iterable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager

from hsqbo_pipeline.clients.clock import SYSTEM_CLOCK, Clock

SEARCH = "search"
ASSOCIATIONS = "associations"
BATCH = "batch"
_MARGIN_S = 0.02  # timers of two machines differ by a little


class Window:
    """At most `limit` requests in any `period` seconds, as counted at the other end."""

    def __init__(self, limit: int, period: float, clock: Clock) -> None:
        self.limit = limit
        self.period = period
        self._clock = clock
        self._in_flight = 0
        self._answered: deque[tuple[float, float]] = deque()  # when answered, when sent
        self._closed_until = 0.0
        self._turn = asyncio.Lock()
        self._freed = asyncio.Event()

    async def acquire(self) -> float:
        """Wait for a place, first come first served, and take it; gives the time of taking, which `release` wants."""
        async with self._turn:
            while (delay := self._delay()) != 0:
                if delay is None:
                    self._freed.clear()
                    await self._freed.wait()
                else:
                    await self._clock.sleep(delay)
            self._in_flight += 1
            return self.now()

    def release(self, taken: float) -> None:
        """The answer came (or never will): the place is free one period from now."""
        self._in_flight -= 1
        self._answered.append((self.now(), taken))
        self._freed.set()

    def close_for(self, seconds: float) -> None:
        """Admit nobody for so long: the server said that the limit is reached, for everyone who shares it."""
        self._closed_until = max(self._closed_until, self.now() + seconds)

    def now(self) -> float:
        """The window's own clock, in seconds."""
        return self._clock.monotonic()

    @property
    def used(self) -> int:
        """Places taken at this moment."""
        self._forget(self.now())
        return self._in_flight + len(self._answered)

    @property
    def surely_counted(self) -> int:
        """Answered requests that the server must still be counting: sent within the last period."""
        since = self.now() - self.period
        return sum(taken > since for _, taken in self._answered)

    def _forget(self, now: float) -> None:
        while self._answered and self._answered[0][0] + self.period + _MARGIN_S <= now:
            self._answered.popleft()

    def _delay(self) -> float | None:
        """Seconds until a place may be free; 0: now; None: only an answer can free one."""
        now = self.now()
        if now < self._closed_until:
            return self._closed_until - now
        self._forget(now)
        excess = self._in_flight + len(self._answered) - self.limit
        if excess < 0:
            return 0
        if not self._answered:
            return None
        leaves = self._answered[min(excess, len(self._answered) - 1)][0] + self.period + _MARGIN_S
        return max(leaves - now, 0.001)


class Limiter:
    """The windows and the concurrency cap of one system.

    `special` windows (search, associations, batch) are entered before the concurrency cap, so that a queue in front of
    the slow search does not hold up everything else.
    """

    def __init__(
        self, general: Iterable[Window], special: Mapping[str, Window], concurrency: int, *, learns: bool = False
    ) -> None:
        self.general = tuple(general)
        self.special = dict(special)
        self._learns = learns
        self._shared_until = 0.0
        self._concurrency = asyncio.Semaphore(concurrency)
        self.allowance: dict[str, int] = {}

    @asynccontextmanager
    async def place(self, kinds: Iterable[str]) -> AsyncIterator[None]:
        """Hold a place in every window that counts this request while it is under way."""
        async with AsyncExitStack() as held:
            for window in (self.special[kind] for kind in kinds if kind in self.special):
                held.callback(window.release, await window.acquire())
            await held.enter_async_context(self._concurrency)
            for window in self.general:
                held.callback(window.release, await window.acquire())
            yield

    def throttled(self, seconds: float, kinds: Iterable[str]) -> None:
        """A 429 came: close what it concerns (the special window if there is one) for that long."""
        concerned = [self.special[kind] for kind in kinds if kind in self.special]
        for window in concerned or self.general:
            window.close_for(seconds)

    def learn(self, headers: Mapping[str, str], kinds: Iterable[str]) -> None:
        """Take HubSpot's own figures from an answer's headers: raise or lower the limit to them.

        If the server counts more requests than we have made, someone else shares the allowance: leave them theirs.
        Answers of search carry no such headers; those of associations may speak of another pool and are not asked.
        """
        daily = _number(headers, "x-hubspot-ratelimit-daily-remaining")
        if daily is not None:
            self.allowance["daily_remaining"] = daily
            self.allowance["daily"] = _number(headers, "x-hubspot-ratelimit-daily") or 0
        most, left = _number(headers, "x-hubspot-ratelimit-max"), _number(headers, "x-hubspot-ratelimit-remaining")
        if not self._learns or not most or left is None or set(kinds) & set(self.special):
            return
        main = self.general[0]
        interval = _number(headers, "x-hubspot-ratelimit-interval-milliseconds")
        if interval:
            main.period = interval / 1000
        main.limit = max(1, most - self._others(main, most - left))
        self.allowance["per_interval"] = most
        if ASSOCIATIONS in self.special:
            self.special[ASSOCIATIONS].limit = _association_burst(most)

    def _others(self, main: Window, counted: int) -> int:
        """Requests of others among the `counted`. Once there surely are some, take the higher estimate for a period.

        What we hold places for may be more than the server counts, so only an excess over that proves others.
        """
        now = main.now()
        if counted > main.used:
            self._shared_until = now + main.period
        return max(0, counted - 1 - main.surely_counted) if now < self._shared_until else 0


def _association_burst(most: int) -> int:
    """The associations API's own burst limit on the tier whose general limit is `most` (HubSpot usage guidelines)."""
    if most < 150:
        return min(100, most)
    return 150 if most < 250 else min(200, most)


def _number(headers: Mapping[str, str], name: str) -> int | None:
    text = headers.get(name, "").strip()
    return int(text) if text.isdigit() else None


def hubspot_limiter(clock: Clock = SYSTEM_CLOCK, *, per_10_s: int = 100, concurrency: int = 8) -> Limiter:
    """Limits of a HubSpot account: the smallest tier's to begin with, then whatever the headers say; search 4/s."""
    return Limiter(
        [Window(per_10_s, 10.0, clock)],
        {SEARCH: Window(4, 1.0, clock), ASSOCIATIONS: Window(min(100, per_10_s), 10.0, clock)},
        concurrency,
        learns=True,
    )


def quickbooks_limiter(
    clock: Clock = SYSTEM_CLOCK,
    *,
    per_second: int = 8,
    per_minute: int = 450,
    batches_per_minute: int = 36,
    concurrency: int = 4,
) -> Limiter:
    """Limits of a QuickBooks company, a little under Intuit's: it sends no headers to learn from."""
    return Limiter(
        [Window(per_second, 1.0, clock), Window(per_minute, 60.0, clock)],
        {BATCH: Window(batches_per_minute, 60.0, clock)},
        concurrency,
    )
