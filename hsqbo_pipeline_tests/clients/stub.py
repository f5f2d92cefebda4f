"""A scripted other side: answers in order, or by a function, and a record of what was asked."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from typing import Any

import httpx
from pydantic import SecretStr

from hsqbo_pipeline.clients.hubspot.client import HubSpotClient
from hsqbo_pipeline.clients.opening import hubspot_token, open_hubspot, open_quickbooks, quickbooks_token
from hsqbo_pipeline.clients.quickbooks.client import QuickBooksClient
from hsqbo_pipeline.clients.transport import TokenSource
from hsqbo_pipeline_tests.clients.virtual_time import VIRTUAL

Step = httpx.Response | Exception | Callable[[httpx.Request], Any]
REALM = "9341450000000001"
SECRET = "pat-na1-0123456789abcdef"


class Script(httpx.AsyncBaseTransport):
    """Plays one step per request; the last one again and again if `loop`."""

    def __init__(self, *steps: Step, loop: bool = False) -> None:
        self.steps = list(steps)
        self.loop = loop
        self.requests: list[httpx.Request] = []

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        self.requests.append(request)
        assert self.steps, f"request {len(self.requests)} was not expected: {request.method} {request.url}"
        step = self.steps[0] if self.loop and len(self.steps) == 1 else self.steps.pop(0)
        if callable(step):
            step = step(request)
            step = await step if hasattr(step, "__await__") else step
        if isinstance(step, Exception):
            raise step
        return step

    def bodies(self) -> list[Any]:
        """The JSON bodies sent."""
        return [json.loads(request.content) for request in self.requests]


def quickbooks(script: Script, tokens: TokenSource | None = None, **options: Any) -> QuickBooksClient:
    """A QuickBooks client that talks to the script in virtual time."""
    tokens = tokens or quickbooks_token(SecretStr("qb-access-token-1"))
    return open_quickbooks("https://quickbooks.invalid", REALM, tokens, clock=VIRTUAL, http=script, **options)


def hubspot(script: Script, tokens: TokenSource | None = None, **options: Any) -> HubSpotClient:
    """A HubSpot client that talks to the script in virtual time."""
    tokens = tokens or hubspot_token(SecretStr(SECRET))
    return open_hubspot("https://hubspot.invalid", "2026-09", tokens, clock=VIRTUAL, http=script, **options)


def rows(entity: str, records: Iterable[dict[str, Any]]) -> httpx.Response:
    """A QuickBooks query answer; no array key when there is nothing, as the real one."""
    listed = list(records)
    inner: dict[str, Any] = {entity: listed, "startPosition": 1, "maxResults": len(listed)} if listed else {}
    body = {"QueryResponse": inner, "time": "2026-11-22T20:00:00.123-08:00"}
    return httpx.Response(200, json=body, headers={"intuit_tid": "1-tid"})


def fault(status: int, code: str, message: str = "refused", element: str | None = None) -> httpx.Response:
    """A QuickBooks fault."""
    error = {"Message": message, "Detail": "Ada <ada@example.com> said", "code": code}
    if element:
        error["element"] = element
    body = {"Fault": {"Error": [error], "type": "ValidationFault"}, "time": "2026-11-22T20:00:00.123-08:00"}
    return httpx.Response(status, json=body, headers={"intuit_tid": "1-fault"})


def refusal(status: int, category: str, message: str = "refused", **more: Any) -> httpx.Response:
    """A HubSpot error body."""
    body = {"status": "error", "category": category, "message": message, "correlationId": "c-1", **more}
    return httpx.Response(status, json=body)


def results(records: Iterable[dict[str, Any]], status: int = 200, **more: Any) -> httpx.Response:
    """A HubSpot answer with results."""
    body = {"status": "COMPLETE", "results": list(records), **more}
    return httpx.Response(status, json=body, headers={"x-hubspot-correlation-id": "c-ok"})
