"""Responses of a system in trouble, and of a network in trouble: the faults that look alike for both systems."""

from __future__ import annotations

import asyncio
import socket
import struct
from typing import Any

from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from hsqbo_pipeline.sandbox.frame.faults import Fault

CUT = "sandbox.cut"
"""Message type that asks the gate to cut the TCP connection."""
_MAINTENANCE = (
    "<!DOCTYPE html><html><head><title>Down for maintenance</title></head>"
    "<body><h1>We'll be right back</h1><p>Scheduled maintenance is in progress.</p></body></html>"
)


class CutConnection(Response):
    """No answer: the connection ends where the answer should have begun."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:  # noqa: ARG002
        await send({"type": CUT})


class HalfAnswer(Response):
    """An answer that promises its full length and breaks off in the middle."""

    def __init__(self, whole: Response) -> None:
        super().__init__(bytes(whole.body), status_code=whole.status_code)
        self.raw_headers = whole.raw_headers

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:  # noqa: ARG002
        await send({"type": "http.response.start", "status": self.status_code, "headers": self.raw_headers})
        half = bytes(self.body)[: len(self.body) // 2]
        await send({"type": "http.response.body", "body": half, "more_body": True})
        await asyncio.sleep(0)
        await send({"type": CUT})


def maintenance(status: int = 503) -> Response:
    """The page a browser would get from the edge, instead of JSON."""
    return Response(_MAINTENANCE, status_code=status, media_type="text/html; charset=utf-8")


def edge_failure(status: int) -> Response:
    """What a proxy says when what is behind it failed."""
    text = f"<html><head><title>{status}</title></head><body><center><h1>{status}</h1></center></body></html>"
    return Response(text, status_code=status, media_type="text/html")


async def before(fault: Fault) -> Response | None:
    """The answer to give in place of doing anything; None if the fault lies elsewhere. Slow faults wait here."""
    if fault.do == "slow":
        await asyncio.sleep(fault.seconds)
        return None
    if fault.do == "reset_before":
        return CutConnection()
    if fault.do == "html_maintenance":
        return maintenance()
    if fault.do in ("500", "502", "503", "504"):
        return edge_failure(int(fault.do))
    return None


def after(fault: Fault, answer: Response) -> Response:
    """What becomes of the answer once the request has taken full effect."""
    if fault.do == "apply_then_reset":
        return CutConnection()
    if fault.do == "apply_then_500":
        return edge_failure(500)
    if fault.do == "empty_body":
        return Response(b"", status_code=200)
    if fault.do == "close_mid_body":
        return HalfAnswer(answer)
    return answer


def cut(send: Any) -> None:
    """Reset the TCP connection behind an ASGI `send` of uvicorn."""
    transport = getattr(getattr(send, "__self__", None), "transport", None)
    if transport is None:
        raise ConnectionResetError("the sandbox cut this connection")
    raw = transport.get_extra_info("socket")
    if raw is not None:
        raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    transport.abort()
