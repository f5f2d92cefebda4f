"""Connecting real accounts: a person's consent or key becomes a stored login, which is then tried by reading the account.

A login is saved before anything uses it, under the file's lock. A login of another company than the one that is
connected is refused before its code is exchanged: links belong to the accounts they were made with.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any
from urllib.parse import urlsplit, urlunsplit

from pydantic import SecretStr

from hsqbo_pipeline.clients.clock import SYSTEM_CLOCK
from hsqbo_pipeline.clients.consent import ACCOUNTING, HUBSPOT_CONSENT, INTUIT_CONSENT, Consent
from hsqbo_pipeline.clients.hubspot.client import HubSpotClient
from hsqbo_pipeline.clients.oauth import TokenEndpoint
from hsqbo_pipeline.clients.opening import (
    hubspot_endpoint,
    hubspot_token,
    open_hubspot,
    open_quickbooks,
    quickbooks_endpoint,
    quickbooks_token,
)
from hsqbo_pipeline.clients.tokens import Tokens, TokenStore, seed_of
from hsqbo_pipeline.errors import AuthenticationError, ConfigurationError
from hsqbo_pipeline.mapping.scopes import TAX_RATES, Scope, needed, read_scopes
from hsqbo_pipeline.model.names import System
from hsqbo_pipeline.model.rules import Rules
from hsqbo_pipeline.model.rules import load as load_rules
from hsqbo_pipeline.runs.logins import said_for_hubspot, store
from hsqbo_pipeline.settings import Settings, is_loopback

LOOPBACK_REDIRECT = "http://localhost:8765/callback"
# Intuit's own page for trying out OAuth: https, and among the redirect addresses of every app of Intuit's.
PLAYGROUND_REDIRECT = "https://developer.intuit.com/v2/OAuth2Playground/RedirectUrl"
WRONG_COMPANY = "AUTH_QBO_WRONG_COMPANY"


@dataclass(frozen=True, slots=True)
class Company:
    """The QuickBooks company a login opens. `closed_until` is None where the company has set no closing date."""

    name: str
    realm: str
    environment: str
    closed_until: date | None
    ends: date | None


@dataclass(frozen=True, slots=True)
class Portal:
    """The HubSpot portal a login opens.

    `granted` is None where HubSpot does not tell; `missing` then holds only what reading has shown to be missing.
    """

    portal_id: str
    account_type: str
    granted: frozenset[str] | None
    missing: tuple[Scope, ...]


def rules_so_far(settings: Settings) -> Rules:
    """The rules, or what holds without any where nobody has written them yet. Raises ConfigurationError for wrong ones."""
    return load_rules(settings.rules) if settings.rules.exists() else Rules(timezone="UTC")


# ---- QuickBooks ------------------------------------------------------------------------------------------------------


def quickbooks_consent(settings: Settings, redirect_uri: str | None = None) -> Consent:
    """The request for consent. Raises ConfigurationError for missing keys or an address that these keys can't redirect to."""
    if not settings.quickbooks_client_id or not settings.quickbooks_client_secret.get_secret_value():
        raise ConfigurationError(
            "Set HSQBO_QUICKBOOKS_CLIENT_ID and HSQBO_QUICKBOOKS_CLIENT_SECRET first: the keys of your app at Intuit.",
            field="HSQBO_QUICKBOOKS_CLIENT_ID",
        )
    production = settings.environment == "production"
    address = redirect_uri or (PLAYGROUND_REDIRECT if production else LOOPBACK_REDIRECT)
    if production and urlsplit(address).scheme != "https":
        raise ConfigurationError(
            "Production keys redirect to https addresses only. Name one that is registered with the app (it need not "
            "exist, only its address is wanted), or leave --redirect out for Intuit's own.",
            field="--redirect",
            value=address,
        )
    _usable(address)
    local = is_loopback(settings.quickbooks_token_url)
    page = _beside(settings.quickbooks_token_url, "/connect/oauth2") if local else INTUIT_CONSENT
    return Consent(page, settings.quickbooks_client_id, address, (ACCOUNTING,), "AUTH_QBO_EXPIRED")


def connect_quickbooks(settings: Settings, consent: Consent, redirected: str) -> Company:
    """Store the login that the redirect address brings, then read the company with it.

    Raises AuthenticationError (no consent, another attempt's address, AUTH_QBO_WRONG_COMPANY, a code that is spent) with
    nothing stored, and what stands in the way of reading the company once the login is stored.
    """
    granted = consent.granted(redirected)
    if not granted.realm.isdigit():
        raise AuthenticationError(
            "That address names no company (realmId). Copy all of it.", code="AUTH_QBO_EXPIRED", system="quickbooks"
        )
    _same_company(settings, granted.realm)
    endpoint = quickbooks_endpoint(
        settings.quickbooks_client_id, settings.quickbooks_client_secret, settings.quickbooks_token_url
    )
    seed = seed_of(settings.quickbooks_refresh_token.get_secret_value())
    login = _Login(store(settings, System.QUICKBOOKS), settings.environment, seed)
    kept = asyncio.run(_exchange(endpoint, granted.code, consent.redirect_uri, login, lambda _answer: granted.realm))
    return asyncio.run(_company(settings, kept))


def _same_company(settings: Settings, realm: str) -> None:
    before = store(settings, System.QUICKBOOKS).load()
    expected = before.realm if before else settings.quickbooks_realm
    if expected and expected != realm:
        raise AuthenticationError(
            f"You chose company {realm}, but this connection is with company {expected}. Choose that one on Intuit's page, "
            "or begin a new connection with a data folder of its own (HSQBO_DATA). Nothing was stored.",
            code=WRONG_COMPANY,
            system="quickbooks",
        )


async def _company(settings: Settings, kept: Tokens) -> Company:
    client = open_quickbooks(settings.quickbooks_base_url, kept.realm, quickbooks_token(kept.access_token))
    try:
        info = (await client.company_info()).record
        preferences = (await client.preferences()).record
    finally:
        await client.aclose()
    closed = (preferences.get("AccountingInfoPrefs") or {}).get("BookCloseDate")
    return Company(
        name=str(info.get("CompanyName") or ""),
        realm=kept.realm,
        environment=kept.environment,
        closed_until=date.fromisoformat(str(closed)[:10]) if closed else None,
        ends=kept.hard_expires_at.date() if kept.hard_expires_at else None,
    )


# ---- HubSpot ---------------------------------------------------------------------------------------------------------


def connect_hubspot_key(settings: Settings, key: SecretStr, rules: Rules) -> Portal:
    """Try a service key or private-app token by reading the account, then store it.

    Raises AuthenticationError for a key that is not accepted or is another portal's; nothing is stored then.
    """
    if not key.get_secret_value().strip():
        raise ConfigurationError("No key was given. Paste the service key, or pipe it into the command.", field="key")
    key = SecretStr(key.get_secret_value().strip())
    kept = Tokens.of_key(
        key, SYSTEM_CLOCK.now(), account="", environment=settings.environment, seed=_seed_for_hubspot(settings)
    )
    return asyncio.run(_try_and_keep(settings, kept, rules))


def hubspot_consent(settings: Settings, rules: Rules, redirect_uri: str | None = None) -> Consent:
    """The request for consent to what the rules need. Raises ConfigurationError for missing keys or an unusable address."""
    if not settings.hubspot_client_id or not settings.hubspot_client_secret.get_secret_value():
        raise ConfigurationError(
            "Set HSQBO_HUBSPOT_CLIENT_ID and HSQBO_HUBSPOT_CLIENT_SECRET first, or connect with a service key instead.",
            field="HSQBO_HUBSPOT_CLIENT_ID",
        )
    address = redirect_uri or LOOPBACK_REDIRECT
    _usable(address)
    base = settings.hubspot_base_url
    page = _beside(base, "/oauth/authorize") if is_loopback(base) else HUBSPOT_CONSENT
    scopes = tuple(sorted(scope.name for scope in needed(rules)))
    return Consent(page, settings.hubspot_client_id, address, ("oauth", *scopes), "AUTH_HS_EXPIRED")


def connect_hubspot_app(settings: Settings, consent: Consent, redirected: str, rules: Rules) -> Portal:
    """Store the login that the redirect address brings, then read the portal with it. Raises as the others."""
    granted = consent.granted(redirected)
    endpoint = hubspot_endpoint(
        settings.hubspot_base_url, settings.hubspot_api_version, settings.hubspot_client_id, settings.hubspot_client_secret
    )  # fmt: skip

    def whose(answer: Mapping[str, Any]) -> str:
        portal_id = str(answer.get("hub_id") or "")
        if portal_id:
            _same_portal(settings, portal_id)
        return portal_id

    login = _Login(store(settings, System.HUBSPOT), settings.environment, _seed_for_hubspot(settings))
    kept = asyncio.run(_exchange(endpoint, granted.code, consent.redirect_uri, login, whose))
    return asyncio.run(_portal(settings, kept, rules))


def _seed_for_hubspot(settings: Settings) -> str:
    return seed_of(said_for_hubspot(settings).get_secret_value())


async def _try_and_keep(settings: Settings, kept: Tokens, rules: Rules) -> Portal:
    portal = await _portal(settings, kept, rules)
    _same_portal(settings, portal.portal_id)
    await _keep(store(settings, System.HUBSPOT), replace(kept, realm=portal.portal_id))
    return portal


def _same_portal(settings: Settings, portal_id: str) -> None:
    before = store(settings, System.HUBSPOT).load()
    if before is not None and before.realm not in ("", portal_id):
        raise AuthenticationError(
            f"This login opens portal {portal_id}, but this connection is with portal {before.realm}. Use that portal's, or "
            "begin a new connection with a data folder of its own (HSQBO_DATA). Nothing was stored.",
            code=WRONG_COMPANY,
            system="hubspot",
        )


async def _portal(settings: Settings, kept: Tokens, rules: Rules) -> Portal:
    client = open_hubspot(settings.hubspot_base_url, settings.hubspot_api_version, hubspot_token(kept.access_token))
    try:
        probe = await client.probe()
        app = kept.refresh_token.get_secret_value() != ""
        granted, missing = await granted_and_missing(client, settings, rules, app=app)
    finally:
        await client.aclose()
    return Portal(probe.account_id, str(probe.details.get("accountType") or ""), granted, missing)


async def granted_and_missing(
    client: HubSpotClient, settings: Settings, rules: Rules, *, app: bool
) -> tuple[frozenset[str] | None, tuple[Scope, ...]]:
    """What a login may do, and what of it is missing for these rules; where HubSpot does not tell, reading is tried."""
    known = (settings.hubspot_client_id, settings.hubspot_client_secret.get_secret_value()) if app else ("", "")
    granted = await client.granted_scopes(*known)
    if granted is not None:
        return granted, tuple(scope for scope in needed(rules) if not scope.granted_by(granted))
    return None, tuple([scope for scope in read_scopes() if not await _may_read(client, scope)])


async def _may_read(client: HubSpotClient, scope: Scope) -> bool:
    if scope.name != TAX_RATES:
        return await client.may_read(scope.object)
    try:
        await client.tax_rates()
    except AuthenticationError as error:
        if error.code != "AUTH_MISSING_SCOPES":
            raise
        return False
    return True


# ---- both ------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Login:
    """Where a login is kept, and what is kept with it."""

    store: TokenStore
    environment: str
    seed: str


async def _exchange(
    endpoint: TokenEndpoint,
    code: SecretStr,
    redirect_uri: str,
    login: _Login,
    whose: Callable[[Mapping[str, Any]], str],
) -> Tokens:
    """The code's tokens, saved under the file's lock before anything uses them. `whose` names the account."""
    async with login.store.lock(SYSTEM_CLOCK):
        answer = await endpoint.exchange(code.get_secret_value(), redirect_uri)
        now, account = SYSTEM_CLOCK.now(), whose(answer)
        tokens = Tokens.from_answer(answer, now, realm=account, environment=login.environment, seed=login.seed)
        login.store.save(tokens)
    return tokens


async def _keep(kept_in: TokenStore, tokens: Tokens) -> None:
    async with kept_in.lock(SYSTEM_CLOCK):
        kept_in.save(tokens)


def _usable(redirect_uri: str) -> None:
    """Raises ConfigurationError for an address that no browser may be sent to with a code in it."""
    parts = urlsplit(redirect_uri)
    if parts.scheme == "https" and parts.hostname:
        return
    if parts.scheme == "http" and is_loopback(redirect_uri):
        return
    raise ConfigurationError(
        "must begin with https, or be http on this machine such as http://localhost:8765/callback",
        field="--redirect",
        value=redirect_uri,
    )


def _beside(address: str, path: str) -> str:
    """Another page of the same server."""
    parts = urlsplit(address)
    return urlunsplit((parts.scheme, parts.netloc, path, "", ""))
