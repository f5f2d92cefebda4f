"""From settings to ready clients: which logins, which addresses, which environment."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from hsqbo_pipeline.clients.clock import SYSTEM_CLOCK, Clock
from hsqbo_pipeline.clients.opening import open_hubspot, open_quickbooks
from hsqbo_pipeline.clients.pair import Clients
from hsqbo_pipeline.runs.logins import connected, hubspot_login, quickbooks_login
from hsqbo_pipeline.settings import Settings


@asynccontextmanager
async def open_clients(settings: Settings, clock: Clock = SYSTEM_CLOCK) -> AsyncIterator[Clients]:
    """Both clients of the connection. No request is sent and no token refreshed before it is needed."""
    settings = connected(settings)
    hubspot = open_hubspot(
        settings.hubspot_base_url, settings.hubspot_api_version, hubspot_login(settings), clock=clock
    )
    quickbooks = open_quickbooks(
        settings.quickbooks_base_url, settings.quickbooks_realm, quickbooks_login(settings), clock=clock
    )
    async with Clients(hubspot, quickbooks) as clients:
        yield clients
