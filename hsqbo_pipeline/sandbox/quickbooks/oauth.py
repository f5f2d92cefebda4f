"""Tokens: one connected company, access for an hour, refresh tokens that rotate and die."""

from __future__ import annotations

import base64
import binascii
import itertools
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import parse_qs, urlencode

from hsqbo_pipeline.sandbox.frame.clock import Clock
from hsqbo_pipeline.sandbox.frame.switches import Switches

CLIENT_ID = "sandbox-client"
CLIENT_SECRET = "sandbox-secret"
FIRST_REFRESH_TOKEN = "sandbox-refresh"
FIXED_ACCESS_TOKEN = "sandbox-access"
"""Always valid: for use by hand and for clients that do no OAuth."""
ACCESS_SECONDS = 3600
REFRESH_LIFE = timedelta(days=100)
HARD_LIFE = timedelta(days=5 * 365)
CODE_LIFE = timedelta(minutes=10)


class Denied(Exception):  # noqa: N818 - it is an answer, not an error of ours
    """A token call that fails; no Fault envelope here."""

    def __init__(self, error: str, description: str, status: int = 400) -> None:
        super().__init__(error)
        self.body = {"error": error, "error_description": description}
        self.status = status


@dataclass(frozen=True)
class _Code:
    redirect_uri: str
    expires: datetime


@dataclass
class _Refresh:
    expires: datetime
    hard_expires: datetime
    uses: int = 0
    replaced: datetime | None = None


class TokenOffice:
    """Issues and checks the tokens of one company.

    `steady` keeps refresh tokens from rotating, as they do not within a day of the real service. Replaying the fresh
    sandbox's own token never ends a connection: two independent clients may both start from it.
    """

    def __init__(self, clock: Clock, switches: Switches) -> None:
        self.steady = False
        self._clock = clock
        self._switches = switches
        self._serial = itertools.count(1)
        self._access: dict[str, datetime] = {}
        self._refresh: dict[str, _Refresh] = {}
        self._codes: dict[str, _Code] = {}
        self.admit_first()

    def admit_first(self) -> None:
        """Make the fresh sandbox's refresh token good (again); tokens issued before stay as they are."""
        self._refresh[FIRST_REFRESH_TOKEN] = self._fresh()

    def _fresh(self, hard: datetime | None = None) -> _Refresh:
        now = self._clock.now()
        return _Refresh(now + REFRESH_LIFE, hard or now + HARD_LIFE)

    def valid(self, token: str) -> bool:
        """Whether an access token opens the company."""
        return token == FIXED_ACCESS_TOKEN or (token in self._access and self._access[token] > self._clock.now())

    def expire_access(self, token: str | None = None) -> None:
        """End one access token, or all of them."""
        if token is None:
            self._access.clear()
        else:
            self._access.pop(token, None)

    def consent(self, redirect_uri: str) -> str:
        """A person agrees to connect: a code that can be exchanged once, soon, by whoever names the same address."""
        code = f"sandbox-code-{next(self._serial)}"
        self._codes[code] = _Code(redirect_uri, self._clock.now() + CODE_LIFE)
        return code

    def connect(self) -> str:
        """A person connects the company anew; return the refresh token."""
        token = f"sandbox-refresh-{next(self._serial)}"
        self._refresh[token] = self._fresh()
        return token

    def lose(self) -> None:
        """Someone else refreshes: every live refresh token is replaced by one that nobody here has."""
        for held in list(self._refresh.values()):
            held.replaced = held.replaced or self._clock.now()
        self.connect()

    def exchange(self, authorization: str, form: str, *, with_hard_expiry: bool = False) -> dict[str, object]:
        """Answer a token call. Raises Denied."""
        _check_client(authorization)
        fields = {name: values[0] for name, values in parse_qs(form).items()}
        grant = fields.get("grant_type")
        if grant == "refresh_token":
            token = self._rotate(fields.get("refresh_token", ""))
        elif grant == "authorization_code":
            held = self._codes.pop(fields.get("code", ""), None)
            if held is None or held.expires <= self._clock.now():
                raise Denied("invalid_grant", "Invalid authorization code")
            if held.redirect_uri != fields.get("redirect_uri"):
                raise Denied("invalid_grant", "Invalid redirect uri")
            token = self.connect()
        else:
            raise Denied("unsupported_grant_type", "Use authorization_code or refresh_token")
        return self._issue(token, with_hard_expiry=with_hard_expiry)

    def _rotate(self, token: str) -> str:
        held = self._refresh.get(token)
        now = self._clock.now()
        if held is None or now >= min(held.expires, held.hard_expires):
            raise Denied("invalid_grant", "Incorrect or invalid refresh token")
        if held.replaced is not None:
            grace = timedelta(seconds=self._switches.qb_refresh_token_grace_s)
            if now - held.replaced < grace:
                return token
            if self._switches.qb_replayed_refresh_ends_connection and token != FIRST_REFRESH_TOKEN:
                self._refresh.clear()
                self._access.clear()
            raise Denied("invalid_grant", "Incorrect or invalid refresh token")
        held.uses += 1
        if self.steady or held.uses % max(self._switches.qb_refresh_rotates_every, 1):
            held.expires = now + REFRESH_LIFE
            return token
        held.replaced = now
        new = f"sandbox-refresh-{next(self._serial)}"
        self._refresh[new] = self._fresh(held.hard_expires)
        return new

    def _issue(self, refresh: str, *, with_hard_expiry: bool) -> dict[str, object]:
        access = f"sandbox-access-{next(self._serial)}"
        now = self._clock.now()
        self._access[access] = now + timedelta(seconds=ACCESS_SECONDS)
        held = self._refresh[refresh]
        answer: dict[str, object] = {
            "token_type": "bearer",
            "access_token": access,
            "expires_in": ACCESS_SECONDS,
            "refresh_token": refresh,
            "x_refresh_token_expires_in": round((held.expires - now).total_seconds()),
        }
        if with_hard_expiry:
            answer["x_refresh_token_hard_expires_in"] = round((held.hard_expires - now).total_seconds())
        return answer

    def revoke(self, authorization: str, token: str) -> bool:
        """Revoking either token kills the connection. Raises Denied for a wrong client."""
        _check_client(authorization)
        if token not in self._refresh and token not in self._access:
            return False
        self._refresh.clear()
        self._access.clear()
        return True


def _check_client(authorization: str) -> None:
    kind, _, encoded = authorization.partition(" ")
    try:
        client, _, secret = base64.b64decode(encoded, validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        client = secret = ""
    if kind.lower() != "basic" or (client, secret) != (CLIENT_ID, CLIENT_SECRET):
        raise Denied("invalid_client", "Client authentication failed", 401)


def discovery(base: str) -> dict[str, object]:
    """The discovery document, all addresses on this port."""
    return {
        "issuer": f"{base}/op/v1",
        "authorization_endpoint": f"{base}/connect/oauth2",
        "token_endpoint": f"{base}/oauth2/v1/tokens/bearer",
        "userinfo_endpoint": f"{base}/v1/openid_connect/userinfo",
        "revocation_endpoint": f"{base}/v2/oauth2/tokens/revoke",
        "jwks_uri": f"{base}/op/v1/jwks",
        "response_types_supported": ["code"],
        "subject_types_supported": ["public"],
        "id_token_signing_alg_values_supported": ["RS256"],
        "scopes_supported": ["openid", "email", "profile", "address", "phone", "com.intuit.quickbooks.accounting"],
        "token_endpoint_auth_methods_supported": ["client_secret_post", "client_secret_basic"],
        "claims_supported": ["aud", "exp", "iat", "iss", "realmid", "sub"],
    }


def asked_for_consent(query: str) -> dict[str, str]:
    """What the consent page was opened with. Raises ValueError for what the real page turns away at once."""
    fields = {name: values[0] for name, values in parse_qs(query).items()}
    missing = [
        name for name in ("client_id", "response_type", "scope", "redirect_uri", "state") if not fields.get(name)
    ]
    if missing:
        raise ValueError(f"{', '.join(missing)} missing")
    if fields["client_id"] != CLIENT_ID:
        raise ValueError("client_id is unknown")
    if fields["response_type"] != "code":
        raise ValueError("response_type must be code")
    return fields


def redirect_after_consent(asked: dict[str, str], code: str, realm: str) -> str:
    """Where the browser goes once the person agreed; the realm travels here and nowhere else."""
    answer = {"code": code, "state": asked["state"], "realmId": realm}
    return f"{asked['redirect_uri']}?{urlencode(answer)}"
