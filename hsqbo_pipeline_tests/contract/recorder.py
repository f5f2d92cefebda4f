"""Keeps whole exchanges with the QuickBooks sandbox, answers too, for judges to look at afterwards."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from unittest.mock import patch

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from hsqbo_pipeline.sandbox.frame.gate import Frame
from hsqbo_pipeline.sandbox.quickbooks.company import QuickBooksCompany


@dataclass(frozen=True)
class Exchange:
    """One request and its answer. `path` is what follows the company's id, "" outside of a company."""

    method: str
    path: str
    query: str
    sent: bytes
    status: int
    answer: bytes


class Recorder:
    """ASGI: passes everything on to the system and keeps what went by."""

    def __init__(self, system: ASGIApp, kept: list[Exchange]) -> None:
        self._system = system
        self._kept = kept

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        sent, answered, status = bytearray(), bytearray(), 0

        async def heard() -> Message:
            message = await receive()
            sent.extend(message.get("body", b""))
            return message

        async def said(message: Message) -> None:
            nonlocal status
            status = message.get("status", status)
            answered.extend(message.get("body", b""))
            await send(message)

        await self._system(scope, heard, said)
        _, _, below = str(scope["path"]).partition("/v3/company/")
        path, query = below.partition("/")[2], scope["query_string"].decode()
        self._kept.append(Exchange(scope["method"], path, query, bytes(sent), status, bytes(answered)))


@contextmanager
def recorded() -> Iterator[list[Exchange]]:
    """All exchanges with companies that are built in the block; only the server's ears are tapped."""
    kept: list[Exchange] = []
    original = QuickBooksCompany.app

    def app(self: QuickBooksCompany, frame: Frame) -> Any:
        return Recorder(original(self, frame), kept)

    with patch.object(QuickBooksCompany, "app", app):
        yield kept
