"""From settings to ready clients: which logins, which addresses, which environment."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from hsqbo_pipeline.clients.opening import (
    hubspot_token,
    oauth_tokens,
    open_hubspot,
    open_quickbooks,
    quickbooks_endpoint,
)
from hsqbo_pipeline.clients.pair import Clients
from hsqbo_pipeline.settings import Settings


@asynccontextmanager
async def open_clients(settings: Settings) -> AsyncIterator[Clients]:
    """Both clients of the connection. No request is sent and no token refreshed before it is needed."""
    quickbooks_tokens = oauth_tokens(
        settings.data / "tokens" / "quickbooks.json",
        quickbooks_endpoint(
            settings.quickbooks_client_id, settings.quickbooks_client_secret, settings.quickbooks_token_url
        ),
        account=settings.quickbooks_realm,
        environment=settings.environment,
        refresh_token=settings.quickbooks_refresh_token,
    )
    hubspot = open_hubspot(
        settings.hubspot_base_url, settings.hubspot_api_version, hubspot_token(settings.hubspot_token)
    )
    quickbooks = open_quickbooks(settings.quickbooks_base_url, settings.quickbooks_realm, quickbooks_tokens)
    async with Clients(hubspot, quickbooks) as clients:
        yield clients
