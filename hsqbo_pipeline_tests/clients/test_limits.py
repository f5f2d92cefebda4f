"""The limiter: as fast as allowed, and never a request too many in any window of the server's own clock."""

from __future__ import annotations

import asyncio
import random
from collections import deque
from typing import Any

import httpx
import pytest

from hsqbo_pipeline.clients.hubspot.client import HubSpotClient
from hsqbo_pipeline.clients.limits import hubspot_limiter
from hsqbo_pipeline_tests.clients.stub import Script, hubspot, quickbooks, results, rows
from hsqbo_pipeline_tests.clients.virtual_time import VIRTUAL, elapsed, virtual_run


class _Server:
    """Counts arrivals in rolling windows of its own, after an uneven journey; says 429 beyond the limit."""

    def __init__(
        self, most: int, *, window: float = 10.0, headers: bool = True, others: int = 0, seed: int = 1
    ) -> None:
        self.most, self.window, self.headers, self.others = most, window, headers, others
        self.seen: deque[float] = deque()
        self.refused = 0
        self.dice = random.Random(seed)

    async def __call__(self, request: httpx.Request) -> httpx.Response:
        await asyncio.sleep(self.dice.uniform(0.01, 0.6))
        now = elapsed()
        while self.seen and self.seen[0] <= now - self.window:
            self.seen.popleft()
        if len(self.seen) + self.others >= self.most:
            self.refused += 1
            return httpx.Response(429, json={"policyName": "TEN_SECONDLY_ROLLING"})
        self.seen.append(now)
        left = self.most - self.others - len(self.seen)
        headers = {
            "X-HubSpot-RateLimit-Max": str(self.most),
            "X-HubSpot-RateLimit-Remaining": str(left),
            "X-HubSpot-RateLimit-Interval-Milliseconds": "10000",
            "X-HubSpot-RateLimit-Daily": "250000",
            "X-HubSpot-RateLimit-Daily-Remaining": "249000",
        }
        await asyncio.sleep(self.dice.uniform(0.01, 0.2))
        return httpx.Response(200, json={"results": []}, headers=headers if self.headers else {})


async def _read_many(client: HubSpotClient, count: int) -> float:
    async def one() -> None:
        async for _page in client.list_pages("contacts", ["email"]):
            pass

    await asyncio.gather(*(one() for _ in range(count)))
    return elapsed()


@pytest.mark.rule("H33")
@pytest.mark.parametrize(("most", "seconds"), [(100, 49), (190, 24)])
def test_no_429_in_steady_state_at_the_tiers_own_rate(most: int, seconds: float) -> None:
    """500 requests take what the account's tier allows, whatever the network does, and none is refused."""
    server = _Server(most)

    async def main() -> tuple[float, int]:
        client = hubspot(Script(server, loop=True), limiter=hubspot_limiter(VIRTUAL, concurrency=60))
        return await _read_many(client, 500), client.counts.throttled

    took, throttled = virtual_run(main())
    assert (server.refused, throttled) == (0, 0)
    assert took < seconds


def test_another_user_of_the_allowance_is_left_their_share() -> None:
    """When the server counts more than we sent, the limit shrinks by the difference and still nothing is refused."""
    server = _Server(100, others=60)

    async def main() -> float:
        return await _read_many(hubspot(Script(server, loop=True)), 150)

    assert virtual_run(main()) > 30
    assert server.refused == 0


def test_a_lower_limit_than_expected_is_learnt_from_the_headers() -> None:
    """The first answers of a 60-per-window account lower the limit before it is broken."""
    server = _Server(60)
    virtual_run(_read_many_of(server, 130))
    assert server.refused == 0


async def _read_many_of(server: _Server, count: int) -> None:
    await _read_many(hubspot(Script(server, loop=True)), count)


def test_search_keeps_to_four_a_second_and_holds_up_nobody_else() -> None:
    """Search has a window of its own; listing goes on beside a queue of searches."""
    server = _Server(5, window=1.0, headers=False)
    arrivals: list[float] = []

    async def answer(request: httpx.Request) -> httpx.Response:
        if request.url.path.endswith("/search"):
            return await server(request)
        arrivals.append(elapsed())
        return httpx.Response(200, json={"results": []})

    async def main() -> None:
        client = hubspot(Script(answer, loop=True))

        async def search() -> None:
            async for _page in client.search_pages("contacts", [], ["email"]):
                pass

        await asyncio.gather(*(search() for _ in range(40)), _read_many(client, 20))

    virtual_run(main())
    assert server.refused == 0
    assert max(arrivals) < 1


@pytest.mark.parametrize(("kind", "count", "most", "window"), [("query", 60, 10, 1.0), ("batch", 100, 40, 60.0)])
def test_quickbooks_limits_hold_without_headers(kind: str, count: int, most: int, window: float) -> None:
    """Eight requests a second and 36 batches a minute stay under Intuit's ten and forty in any window."""
    server = _Server(most, window=window, headers=False)

    async def answer(request: httpx.Request) -> Any:
        checked = await server(request)
        body = {"BatchItemResponse": [{"bId": "1", "Invoice": {"Id": "1"}}]}
        return httpx.Response(200, json=body) if checked.status_code == 200 and kind == "batch" else _empty(checked)

    def _empty(checked: httpx.Response) -> httpx.Response:
        return rows("Invoice", []) if checked.status_code == 200 else checked

    async def main() -> None:
        from hsqbo_pipeline.clients.quickbooks.answers import BatchItem

        client = quickbooks(Script(answer, loop=True))
        if kind == "batch":
            await asyncio.gather(*(client.batch([BatchItem("1", "create", "Invoice")]) for _ in range(count)))
        else:
            await asyncio.gather(*(client.query_in("Invoice", "Id", ["1"]) for _ in range(count)))

    virtual_run(main())
    assert server.refused == 0


def test_the_days_allowance_is_kept_for_doctor() -> None:
    """The daily figures of the headers can be asked for; they are what a run's need is compared with."""

    async def main() -> dict[str, int]:
        client = hubspot(Script(_Server(190), loop=True))
        await client.properties("contacts")
        return client.allowance

    assert virtual_run(main()) == {"daily": 250000, "daily_remaining": 249000, "per_interval": 190}


def test_a_window_closed_by_a_429_admits_nobody_meanwhile() -> None:
    """After a 429 nothing is sent for as long as the policy says, by no task."""
    times: list[float] = []

    def answer(request: httpx.Request) -> httpx.Response:
        times.append(elapsed())
        if len(times) == 1:
            return httpx.Response(429, json={"policyName": "TEN_SECONDLY_ROLLING"})
        return results([])

    async def main() -> int:
        client = hubspot(Script(answer, loop=True), limiter=hubspot_limiter(VIRTUAL, concurrency=1))
        await _read_many(client, 3)
        return client.counts.throttled

    assert virtual_run(main()) == 1
    assert times[0] < 1
    assert all(time >= 10 for time in times[1:])
