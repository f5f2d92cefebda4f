"""What stands in front of each system: counts requests in flight, dates answers by the sandbox clock, cuts."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from email.utils import format_datetime

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from hsqbo_pipeline.sandbox.frame.clock import Clock
from hsqbo_pipeline.sandbox.frame.faults import Faults
from hsqbo_pipeline.sandbox.frame.limits import Limits
from hsqbo_pipeline.sandbox.frame.misbehave import CUT, cut
from hsqbo_pipeline.sandbox.frame.switches import Switches
from hsqbo_pipeline.sandbox.frame.traffic import Traffic

CONTROL = "/_sandbox"


@dataclass(slots=True)
class Frame:
    """What a system is given by the frame to serve with: its own traffic, faults and limits, the shared rest."""

    system: str
    clock: Clock
    switches: Switches
    traffic: Traffic
    faults: Faults
    limits: Limits


class Gate:
    """ASGI: control routes to the control application, everything else to the system."""

    def __init__(self, frame: Frame, system: ASGIApp, control: ASGIApp, latency_ms: float = 0) -> None:
        self._frame = frame
        self._system = system
        self._control = control
        self._latency = latency_ms / 1000

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return
        if scope["path"].startswith(CONTROL):
            await self._control(scope, receive, send)
            return
        self._frame.traffic.enter()
        try:
            if self._latency:
                await asyncio.sleep(self._latency)
            await self._system(scope, receive, self._dated(send))
        finally:
            self._frame.traffic.leave()

    def _dated(self, send: Send) -> Send:
        async def dated(message: Message) -> None:
            if message["type"] == CUT:
                cut(send)
                # uvicorn must hear of the lost connection before the application returns
                await asyncio.sleep(0)
                await asyncio.sleep(0)
                return
            if message["type"] == "http.response.start":
                now = format_datetime(self._frame.clock.now(), usegmt=True).encode()
                message = {**message, "headers": [*message.get("headers", ()), (b"date", now)]}
            await send(message)

        return dated
