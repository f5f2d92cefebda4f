"""Ready clients for one connection, from plain values: which address, which login, which limits."""

from __future__ import annotations

from datetime import timedelta

import httpx
from pydantic import SecretStr

from hsqbo_pipeline.clients.clock import SYSTEM_CLOCK, Clock
from hsqbo_pipeline.clients.hubspot.client import HubSpotClient
from hsqbo_pipeline.clients.hubspot.faults import HubSpotDialect
from hsqbo_pipeline.clients.hubspot.paths import Paths
from hsqbo_pipeline.clients.limits import Limiter, hubspot_limiter, quickbooks_limiter
from hsqbo_pipeline.clients.oauth import OAuthTokens, StaticToken, TokenEndpoint
from hsqbo_pipeline.clients.quickbooks.client import QuickBooksClient
from hsqbo_pipeline.clients.quickbooks.faults import QuickBooksDialect
from hsqbo_pipeline.clients.tokens import TokenStore
from hsqbo_pipeline.clients.transport import TokenSource, Transport

QUICKBOOKS_TOKEN_URL = "https://oauth.platform.intuit.com/oauth2/v1/tokens/bearer"  # noqa: S105 - an address
_CONNECT_QUICKBOOKS = "Run `hsqbo connect quickbooks`."
_CONNECT_HUBSPOT = "Run `hsqbo connect hubspot`, or set HSQBO_HUBSPOT_TOKEN to a valid service key."


def quickbooks_endpoint(client_id: str, client_secret: SecretStr, url: str = QUICKBOOKS_TOKEN_URL) -> TokenEndpoint:
    """Intuit's token endpoint. Access tokens live an hour and are renewed five minutes early."""
    return TokenEndpoint(
        url=url,
        client_id=client_id,
        client_secret=client_secret,
        basic=True,
        expired_code="AUTH_QBO_EXPIRED",
        reconnect=_CONNECT_QUICKBOOKS,
        refresh_early=timedelta(minutes=5),
    )


def hubspot_endpoint(base_url: str, version: str, client_id: str, client_secret: SecretStr) -> TokenEndpoint:
    """HubSpot's token endpoint. Access tokens live half an hour and are renewed a minute early."""
    return TokenEndpoint(
        url=base_url.rstrip("/") + Paths(version).token(),
        client_id=client_id,
        client_secret=client_secret,
        basic=False,
        expired_code="AUTH_HS_EXPIRED",
        reconnect=_CONNECT_HUBSPOT,
        refresh_early=timedelta(minutes=1),
    )


def oauth_tokens(
    store: TokenStore,
    endpoint: TokenEndpoint,
    *,
    account: str,
    environment: str,
    refresh_token: SecretStr,
    clock: Clock = SYSTEM_CLOCK,
) -> OAuthTokens:
    """Tokens kept in `store`. `account` is the realm or portal; `refresh_token` that of the settings, or empty."""
    return OAuthTokens(store, endpoint, realm=account, environment=environment, seed=refresh_token, clock=clock)


def hubspot_token(token: SecretStr) -> StaticToken:
    """A service key or private-app token."""
    return StaticToken(token, "AUTH_HS_EXPIRED", _CONNECT_HUBSPOT)


def quickbooks_token(token: SecretStr) -> StaticToken:
    """A fixed QuickBooks access token: only a sandbox has one that lasts."""
    return StaticToken(token, "AUTH_QBO_EXPIRED", _CONNECT_QUICKBOOKS)


def open_hubspot(
    base_url: str,
    version: str,
    tokens: TokenSource,
    *,
    clock: Clock = SYSTEM_CLOCK,
    limiter: Limiter | None = None,
    http: httpx.AsyncBaseTransport | None = None,
) -> HubSpotClient:
    """A HubSpot client. Close it with `aclose()`, in the event loop that used it. Raises ConfigurationError."""
    limits = limiter or hubspot_limiter(clock)
    return HubSpotClient(version, Transport(base_url, HubSpotDialect(), tokens, limits, clock=clock, http=http))


def open_quickbooks(
    base_url: str,
    realm: str,
    tokens: TokenSource,
    *,
    clock: Clock = SYSTEM_CLOCK,
    limiter: Limiter | None = None,
    http: httpx.AsyncBaseTransport | None = None,
) -> QuickBooksClient:
    """A QuickBooks client. Close it with `aclose()`, in the event loop that used it. Raises ConfigurationError."""
    limits = limiter or quickbooks_limiter(clock)
    return QuickBooksClient(realm, Transport(base_url, QuickBooksDialect(), tokens, limits, clock=clock, http=http))
