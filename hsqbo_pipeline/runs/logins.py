"""The logins of a connection: where they are kept, which one counts, and when a person has to connect again."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from pydantic import SecretStr

from hsqbo_pipeline.clients.keyring_tokens import KeyringStore
from hsqbo_pipeline.clients.opening import hubspot_endpoint, hubspot_token, oauth_tokens, quickbooks_endpoint
from hsqbo_pipeline.clients.tokens import Tokens, TokenStore, seed_of
from hsqbo_pipeline.clients.transport import TokenSource
from hsqbo_pipeline.model.names import System
from hsqbo_pipeline.settings import Settings

# Intuit ends a connection for good some day and sends its own warnings 30 and 7 days before: ours comes earlier.
_BEFORE_THE_END = timedelta(days=60)
# A refresh token that nobody used for 100 days dies. Every run renews it, so one that has a month left was not used for two.
_UNUSED = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class EndOfLife:
    """A login that ends on a day unless somebody acts: by being used (`renewable`), or by a person's consent alone."""

    system: System
    on: date
    renewable: bool


def store(settings: Settings, system: System) -> TokenStore:
    """Where a system's login is kept. Raises ConfigurationError where a keyring is wanted and there is none."""
    path = settings.data / "tokens" / f"{system.value}.json"
    return KeyringStore(path) if settings.tokens_in == "keyring" else TokenStore(path)


def connected(settings: Settings) -> Settings:
    """The settings with the company that was connected, where they name none. Raises ConfigurationError for a bad file."""
    if settings.quickbooks_realm:
        return settings
    kept = store(settings, System.QUICKBOOKS).load()
    return settings if kept is None else settings.model_copy(update={"quickbooks_realm": kept.realm})


def quickbooks_login(settings: Settings) -> TokenSource:
    """The company's rotating tokens."""
    endpoint = quickbooks_endpoint(
        settings.quickbooks_client_id, settings.quickbooks_client_secret, settings.quickbooks_token_url
    )
    return oauth_tokens(
        store(settings, System.QUICKBOOKS),
        endpoint,
        account=settings.quickbooks_realm,
        environment=settings.environment,
        refresh_token=settings.quickbooks_refresh_token,
    )


def hubspot_login(settings: Settings) -> TokenSource:
    """HubSpot's login: what a person connected, unless the settings have held another one since; then that one."""
    said, kept = said_for_hubspot(settings), _kept_for_hubspot(settings)
    refresh_token = settings.hubspot_refresh_token.get_secret_value()
    if kept is not None and not kept.refresh_token.get_secret_value():
        return hubspot_token(kept.access_token)
    if kept is None and not refresh_token:
        return hubspot_token(settings.hubspot_token)
    endpoint = hubspot_endpoint(
        settings.hubspot_base_url,
        settings.hubspot_api_version,
        settings.hubspot_client_id,
        settings.hubspot_client_secret,
    )
    return oauth_tokens(
        store(settings, System.HUBSPOT),
        endpoint,
        account=kept.realm if kept else "",
        environment=kept.environment if kept else settings.environment,
        refresh_token=said,
    )


def said_for_hubspot(settings: Settings) -> SecretStr:
    """The login that the settings name for HubSpot; empty where they name none."""
    refresh_token = settings.hubspot_refresh_token
    return refresh_token if refresh_token.get_secret_value() else settings.hubspot_token


def is_app(settings: Settings) -> bool:
    """Whether HubSpot's login is an app's, by OAuth: only an app has a client that may ask about its tokens."""
    kept = _kept_for_hubspot(settings)
    token = kept.refresh_token if kept is not None else settings.hubspot_refresh_token
    return token.get_secret_value() != ""


def ends_soon(settings: Settings, now: datetime) -> list[EndOfLife]:
    """The stored logins that will not last long, each with its nearest end."""
    stored = {System.HUBSPOT: _kept_for_hubspot(settings), System.QUICKBOOKS: store(settings, System.QUICKBOOKS).load()}
    found = (_nearest(system, kept, now) for system, kept in stored.items() if kept is not None)
    return [end for end in found if end is not None]


def _nearest(system: System, kept: Tokens, now: datetime) -> EndOfLife | None:
    if kept.hard_expires_at is not None and kept.hard_expires_at - now < _BEFORE_THE_END:
        return EndOfLife(system, kept.hard_expires_at.date(), renewable=False)
    if kept.refresh_expires_at is not None and kept.refresh_expires_at - now < _UNUSED:
        return EndOfLife(system, kept.refresh_expires_at.date(), renewable=True)
    return None


def _kept_for_hubspot(settings: Settings) -> Tokens | None:
    """The stored login, unless the settings were given another one since it was stored."""
    kept, said = store(settings, System.HUBSPOT).load(), said_for_hubspot(settings).get_secret_value()
    return None if kept is None or (said and kept.seed != seed_of(said)) else kept
