"""Where bearer tokens come from: a fixed one, or OAuth with a refresh token that may change at every use."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import httpx
from pydantic import SecretStr

from hsqbo_pipeline.clients.clock import SYSTEM_CLOCK, Clock
from hsqbo_pipeline.clients.faults import REMOTE, Fault, error_of
from hsqbo_pipeline.clients.redaction import short_message
from hsqbo_pipeline.clients.retry import TryAgainError, repeated
from hsqbo_pipeline.clients.tokens import Tokens, TokenStore, seed_of
from hsqbo_pipeline.clients.transport import check_base_url
from hsqbo_pipeline.errors import AuthenticationError, HsqboError

_TIMEOUT_S = 30.0
_ATTEMPTS = 4


class StaticToken:
    """A token that never changes: HubSpot's service keys and private apps, a sandbox's fixed token."""

    def __init__(self, token: SecretStr, expired_code: str, reconnect: str) -> None:
        """`expired_code` is the reason code for a 401; `reconnect` tells a person what to do then."""
        self._token = token
        self._code = expired_code
        self._reconnect = reconnect

    async def bearer(self) -> str:
        """The token. Raises AuthenticationError if none is configured."""
        token = self._token.get_secret_value()
        if not token:
            raise AuthenticationError(f"No token is configured. {self._reconnect}", code=self._code)
        return token

    async def renewed(self, rejected: str) -> str:
        """There is no other token: raises AuthenticationError."""
        del rejected
        raise AuthenticationError(f"The token was not accepted. {self._reconnect}", code=self._code)

    def secrets(self) -> Iterable[str]:
        """The token."""
        return (self._token.get_secret_value(),)


@dataclass(frozen=True, slots=True)
class TokenEndpoint:
    """One system's token endpoint and how it wants to be asked.

    QuickBooks takes the client's id and secret as Basic authentication (`basic=True`) and, asked by a header, tells
    when the whole chain of refresh tokens ends; HubSpot takes both in the form. Sources: Intuit OAuth 2.0 reference and
    SDKs; HubSpot OAuth specification.
    """

    url: str
    client_id: str
    client_secret: SecretStr
    basic: bool
    expired_code: str
    reconnect: str
    refresh_early: timedelta

    async def refresh(self, refresh_token: str, clock: Clock) -> dict[str, Any]:
        """The answer to a refresh. Raises AuthenticationError (connect again) or RemoteError."""
        form = {"grant_type": "refresh_token", "refresh_token": refresh_token}
        return await self._ask(form, clock)

    async def exchange(self, code: str, redirect_uri: str, clock: Clock = SYSTEM_CLOCK) -> dict[str, Any]:
        """The first tokens, for the code that the consent page handed back. Raises as `refresh`."""
        form = {"grant_type": "authorization_code", "code": code, "redirect_uri": redirect_uri}
        return await self._ask(form, clock)

    async def _ask(self, form: dict[str, str], clock: Clock) -> dict[str, Any]:
        local = check_base_url(self.url)
        secret = self.client_secret.get_secret_value()
        auth = httpx.BasicAuth(self.client_id, secret) if self.basic else None
        if not self.basic:
            form = {**form, "client_id": self.client_id, "client_secret": secret}
        headers = {"Accept": "application/json", "x-include-refresh-token-hard-expires-in": "true"}

        async def attempt(_number: int) -> dict[str, Any]:
            async with httpx.AsyncClient(timeout=_TIMEOUT_S, trust_env=not local, auth=auth) as http:
                try:
                    response = await http.post(self.url, data=form, headers=headers)
                except httpx.RequestError as exc:
                    raise self._unreachable(type(exc).__name__, 0) from None
            return self._read(response, form)

        return await repeated(attempt, clock, _ATTEMPTS)

    def _read(self, response: httpx.Response, form: dict[str, str]) -> dict[str, Any]:
        answer = _object_in(response)
        if response.is_success and answer.get("access_token"):
            return answer
        if response.status_code == httpx.codes.TOO_MANY_REQUESTS or response.status_code >= 500 or response.is_success:
            raise self._unreachable("token endpoint", response.status_code)
        secrets = (*form.values(), self.client_secret.get_secret_value())
        said = short_message(answer.get("error") or answer.get("status") or "", secrets)
        what = "The code was not accepted" if "code" in form else "The login was not renewed"
        raise AuthenticationError(
            f"{what} (HTTP {response.status_code} {said}). {self.reconnect}",
            code=self.expired_code,
            request_id=response.headers.get("intuit_tid") or response.headers.get("x-hubspot-correlation-id"),
        )

    def _unreachable(self, what: str, status: int) -> TryAgainError:
        fault = Fault(REMOTE, status, what, "the login could not be renewed; the token endpoint gives no answer")
        return TryAgainError(error_of(fault))


class OAuthTokens:
    """Bearer tokens by OAuth refresh; the file of `store` is the truth, `seed` (from the settings) its first content.

    A refresh token in the settings that differs from the one the file began with was put there by a person since, and
    wins. Inside the process one refresh runs at a time; between processes the file's lock sees to that.
    """

    def __init__(
        self,
        store: TokenStore,
        endpoint: TokenEndpoint,
        *,
        realm: str,
        environment: str,
        seed: SecretStr,
        clock: Clock = SYSTEM_CLOCK,
    ) -> None:
        self._store = store
        self._endpoint = endpoint
        self._realm = realm
        self._environment = environment
        self._seed = seed
        self._clock = clock
        self._tokens: Tokens | None = None
        self._refreshing = asyncio.Lock()
        self._retired: set[str] = set()
        self._failed: tuple[datetime, HsqboError] | None = None

    async def bearer(self) -> str:
        """A token good for a while yet, refreshed if need be. Raises AuthenticationError, RemoteError."""
        if self._fresh(self._tokens):
            return self._access(self._tokens)
        return await self._refresh(rejected=None)

    async def renewed(self, rejected: str) -> str:
        """Another token than `rejected`: from the file if another process put one there, else by a refresh."""
        return await self._refresh(rejected=rejected)

    def secrets(self) -> Iterable[str]:
        """Every token this process has seen, and the client secret."""
        return (*self._retired, self._seed.get_secret_value(), self._endpoint.client_secret.get_secret_value())

    def current(self) -> Tokens | None:
        """The stored tokens, for a look at their expiries; None before the first refresh."""
        return self._stored()

    async def _refresh(self, rejected: str | None) -> str:
        asked_at = self._clock.now()
        async with self._refreshing:
            if self._usable(self._tokens, rejected):
                return self._access(self._tokens)
            # Whoever waited for a refresh that failed gets its answer: each trying anew would wait for all of them.
            if self._failed is not None and self._failed[0] >= asked_at:
                raise self._failed[1]
            return await self._refresh_now(rejected)

    async def _refresh_now(self, rejected: str | None) -> str:
        try:
            async with self._store.lock(self._clock):
                stored = self._stored()
                fit = stored is not None and self._usable(stored, rejected)
                self._remember(stored if stored is not None and fit else await self._rotate(stored))
        except HsqboError as error:
            self._failed = (self._clock.now(), error)
            raise
        return self._access(self._tokens)

    async def _rotate(self, before: Tokens | None) -> Tokens:
        """Refresh and save; only then may anyone use the new tokens."""
        refresh_token = (before.refresh_token if before else self._seed).get_secret_value()
        if not refresh_token:
            code = self._endpoint.expired_code
            raise AuthenticationError(f"There is no login yet. {self._endpoint.reconnect}", code=code)
        self._retired.add(refresh_token)
        try:
            answer = await self._endpoint.refresh(refresh_token, self._clock)
        except AuthenticationError:
            # A sandbox that was started anew knows its first token only. With the real one, an old token is never
            # tried: to replay it can end the connection for whoever holds the current one.
            if before is None or not self._seed.get_secret_value() or not check_base_url(self._endpoint.url):
                raise
            return await self._rotate(None)
        tokens = Tokens.from_answer(
            answer,
            self._clock.now(),
            realm=self._realm,
            environment=self._environment,
            seed=before.seed if before else seed_of(refresh_token),
            sent=refresh_token,
            before=before,
        )
        self._store.save(tokens)
        return tokens

    def _stored(self) -> Tokens | None:
        """The file's tokens, unless the settings hold a newer login of the same company.

        Raises AuthenticationError AUTH_QBO_WRONG_COMPANY for a file that is another company's: a login from the settings
        would be saved over it, and that company's own be lost for good.
        """
        tokens = self._store.load()
        if tokens is None:
            return None
        another = self._realm and tokens.realm and tokens.realm != self._realm
        if another or tokens.environment != self._environment:
            raise AuthenticationError(
                f"The stored login is for {tokens.environment} company {tokens.realm}, the settings say "
                f"{self._environment} company {self._realm}. {self._endpoint.reconnect} For another company use a data "
                "folder of its own (HSQBO_DATA).",
                code="AUTH_QBO_WRONG_COMPANY",
            )
        seed = self._seed.get_secret_value()
        return None if seed and tokens.seed != seed_of(seed) else tokens

    def _usable(self, tokens: Tokens | None, rejected: str | None) -> bool:
        return self._fresh(tokens) and tokens is not None and tokens.access_token.get_secret_value() != rejected

    def _fresh(self, tokens: Tokens | None) -> bool:
        return tokens is not None and tokens.fresh(self._clock.now(), self._endpoint.refresh_early)

    def _remember(self, tokens: Tokens) -> None:
        self._tokens = tokens
        self._retired |= {tokens.access_token.get_secret_value(), tokens.refresh_token.get_secret_value()}

    def _access(self, tokens: Tokens | None) -> str:
        assert tokens is not None
        return tokens.access_token.get_secret_value()


def _object_in(response: httpx.Response) -> dict[str, Any]:
    try:
        data = response.json()
    except ValueError:
        return {}
    return data if isinstance(data, dict) else {}
