"""Who calls: access tokens, their scopes, and the OAuth endpoints beside the fixed private-app tokens.

`pat-sandbox` has every scope, `pat-readonly` those that read. OAuth: client id `hsqbo-sandbox`, refresh token
`sandbox-refresh`; an access token lives 1,800 seconds of the sandbox clock.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, urlencode

from hsqbo_pipeline.sandbox.hubspot.crm import Crm
from hsqbo_pipeline.sandbox.hubspot.kinds import KINDS
from hsqbo_pipeline.sandbox.hubspot.records import Source
from hsqbo_pipeline.sandbox.hubspot.refusals import RefusalError, missing_scopes

LIFE_S = 1800
APP_ID = 900_001
REFRESH_TOKEN = "sandbox-refresh"
_OBJECTS = sorted({kind.scope for kind in KINDS.values()})
READ_SCOPES = frozenset({*(f"crm.objects.{each}.read" for each in _OBJECTS), "tax_rates.read"})
WRITE_SCOPES = frozenset({
    *(f"crm.objects.{each}.write" for each in _OBJECTS),
    *(f"crm.schemas.{each}.write" for each in ("contacts", "companies", "deals", "invoices", "commercepayments")),
    "e-commerce",
})  # fmt: skip


@dataclass(frozen=True, slots=True)
class Token:
    """An access token and what it may do."""

    text: str
    scopes: frozenset[str]
    app_id: int = APP_ID
    expires_ms: int | None = None

    @property
    def source(self) -> Source:
        """How property history names what this token wrote."""
        return Source("INTEGRATION", str(self.app_id))

    def need(self, *scopes: str) -> None:
        """403 unless the token has one of these scopes."""
        if not self.scopes.intersection(scopes):
            raise missing_scopes(sorted(scopes))


@dataclass
class Tokens:
    """The tokens the portal knows: two fixed ones, and those that OAuth issues.

    A refresh answers the same refresh token again; with `rotates` the next one answers a new token and ends the old.
    """

    crm: Crm
    known: dict[str, Token] = field(default_factory=dict)
    codes: dict[str, tuple[str, frozenset[str]]] = field(default_factory=dict)  # code: redirect address and scopes
    issued: int = 0
    refresh_token: str = REFRESH_TOKEN
    scopes: frozenset[str] = READ_SCOPES | WRITE_SCOPES  # what the last consent gave
    rotates: bool = False

    def __post_init__(self) -> None:
        self.add(Token("pat-sandbox", READ_SCOPES | WRITE_SCOPES))
        self.add(Token("pat-readonly", READ_SCOPES, APP_ID + 1))

    def add(self, token: Token) -> None:
        """Makes a token known."""
        self.known[token.text] = token

    def check(self, authorization: str) -> Token:
        """The token of a request. 401 for none, an unknown or an expired one."""
        scheme, _, text = authorization.partition(" ")
        token = self.known.get(text.strip()) if scheme.lower() == "bearer" else None
        if token is None:
            raise unauthenticated()
        if token.expires_ms is not None and token.expires_ms <= self.crm.now_ms():
            raise RefusalError(401, "EXPIRED_AUTHENTICATION", "The OAuth token used to make this call has expired.")
        return token

    def consent(self, asked: dict[str, str]) -> str:
        """The person who opens the install address agrees: where the browser goes. Raises RefusalError 400."""
        scopes = frozenset(asked.get("scope", "").split()) & (READ_SCOPES | WRITE_SCOPES)
        if not asked.get("client_id") or not asked.get("redirect_uri") or not scopes:
            raise RefusalError(400, "BAD_CONSENT", "client_id, redirect_uri and scope are required")
        self.issued += 1
        code = f"sandbox-code-{self.issued}"
        self.codes[code] = (asked["redirect_uri"], scopes)
        return f"{asked['redirect_uri']}?{urlencode({'code': code, 'state': asked.get('state', '')})}"

    def exchange(self, form: bytes) -> dict[str, Any]:
        """The OAuth token endpoint. Raises RefusalError 400 for a grant that is not, or no longer, valid."""
        fields = {name: values[0] for name, values in parse_qs(form.decode("utf-8", "replace")).items()}
        grant = fields.get("grant_type")
        if grant not in ("refresh_token", "authorization_code", "client_credentials"):
            raise RefusalError(400, "BAD_GRANT_TYPE", "missing or unknown grant type")
        if not fields.get("client_id") or not fields.get("client_secret"):
            raise RefusalError(400, "BAD_CLIENT_ID", "missing or unknown client id")
        if grant == "refresh_token" and fields.get("refresh_token") != self.refresh_token:
            raise RefusalError(400, "BAD_REFRESH_TOKEN", "missing or invalid refresh token")
        if grant == "authorization_code":
            redirect_uri, scopes = self.codes.pop(fields.get("code", ""), ("", frozenset()))
            if not scopes or redirect_uri != fields.get("redirect_uri"):
                raise RefusalError(400, "BAD_AUTH_CODE", "missing or unknown auth code")
            self.scopes = scopes
        self.issued += 1
        if self.rotates:
            self.refresh_token, self.rotates = f"{REFRESH_TOKEN}-{self.issued}", False
        text = f"sandbox-access-{self.issued}"
        self.add(Token(text, self.scopes, expires_ms=self.crm.now_ms() + LIFE_S * 1000))
        return {
            "access_token": text,
            "refresh_token": self.refresh_token,
            "expires_in": LIFE_S,
            "token_type": "bearer",
            "token_use": "access_token",
            "hub_id": self.crm.account.portal_id,
            "user_id": 70011,
            "scopes": sorted(self.scopes),
        }

    def introspect(self, form: bytes) -> dict[str, Any]:
        """The OAuth introspection endpoint: whether a token is good, and for what."""
        fields = {name: values[0] for name, values in parse_qs(form.decode("utf-8", "replace")).items()}
        if not fields.get("client_id") and not self.crm.switches.hs_introspects_keys:
            raise RefusalError(400, "BAD_CLIENT_ID", "missing or unknown client id")
        token = self.known.get(fields.get("token", ""))
        left = 0 if token is None else ((token.expires_ms or 0) - self.crm.now_ms()) // 1000
        active = token is not None and (token.expires_ms is None or left > 0)
        return {
            "token": fields.get("token", ""),
            "active": active,
            "hub_id": self.crm.account.portal_id,
            "app_id": token.app_id if token else 0,
            "client_id": fields.get("client_id", ""),
            "user_id": 70011,
            "expires_in": max(left, 0),
            "token_type": "bearer",
            "token_use": "access_token",
            "is_private_distribution": True,
            "scopes": sorted(token.scopes) if token else [],
        }


def unauthenticated() -> RefusalError:
    """401 for a missing or unknown token."""
    return RefusalError(
        401,
        "INVALID_AUTHENTICATION",
        "Authentication credentials not found. This API supports OAuth 2.0 authentication and you can find more "
        "details at https://developers.hubspot.com/docs/methods/auth/oauth-overview",
    )
