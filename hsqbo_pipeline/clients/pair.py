"""Both clients of a connection, handed around together."""

from __future__ import annotations

from dataclasses import dataclass
from types import TracebackType
from typing import Self

from hsqbo_pipeline.clients.hubspot.client import HubSpotClient
from hsqbo_pipeline.clients.quickbooks.client import QuickBooksClient


@dataclass(frozen=True)
class Clients:
    """The two systems of one connection. Use it with `async with` in the event loop that sends."""

    hubspot: HubSpotClient
    quickbooks: QuickBooksClient

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, exc: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.hubspot.aclose()
        await self.quickbooks.aclose()
