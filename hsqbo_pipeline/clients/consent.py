"""A person's consent, by OAuth's authorization code: the address to open, and what the address one is sent back to says.

Sources: Intuit OAuth 2.0 reference (the company's id travels in the redirect and nowhere else; production keys redirect to
https only, development keys also to localhost) and HubSpot's OAuth guide (https, or localhost).
"""

from __future__ import annotations

import hmac
import secrets
from dataclasses import dataclass, field
from urllib.parse import parse_qs, urlencode

from pydantic import SecretStr

from hsqbo_pipeline.clients.redaction import short_message
from hsqbo_pipeline.errors import AuthenticationError

INTUIT_CONSENT = "https://appcenter.intuit.com/connect/oauth2"
HUBSPOT_CONSENT = "https://app.hubspot.com/oauth/authorize"
ACCOUNTING = "com.intuit.quickbooks.accounting"


@dataclass(frozen=True, slots=True)
class Granted:
    """What consent gave: a code, good once and for minutes, and QuickBooks' company id ('' where there is none)."""

    code: SecretStr
    realm: str


@dataclass(frozen=True, slots=True)
class Consent:
    """One request for consent. `state` is ours: a redirect without it was not caused by this request."""

    page: str
    client_id: str
    redirect_uri: str
    scopes: tuple[str, ...]
    code: str
    state: str = field(default_factory=lambda: secrets.token_urlsafe(24))

    @property
    def address(self) -> str:
        """What the person opens in a browser."""
        asked = {
            "client_id": self.client_id,
            "response_type": "code",
            "scope": " ".join(self.scopes),
            "redirect_uri": self.redirect_uri,
            "state": self.state,
        }
        return f"{self.page}?{urlencode(asked)}"

    def granted(self, redirected: str) -> Granted:
        """What the address says that the person was sent to. Raises AuthenticationError where it is no consent of ours."""
        said = {name: values[0] for name, values in parse_qs(_query(redirected)).items()}
        if not said:
            raise self._refused("That is not the address you were sent to: it ends in ?code=…&state=… Copy all of it.")
        if not hmac.compare_digest(said.get("state", "").encode(), self.state.encode()):
            raise self._refused(
                "That address belongs to another attempt (its state differs). Open the address above and paste the new one."
            )
        if "error" in said:
            raise self._refused(f"Consent was not given ({short_message(said['error'])}). Start again and agree.")
        if not said.get("code"):
            raise self._refused("That address has no code in it. Copy all of it, from https to its end.")
        return Granted(SecretStr(said["code"]), said.get("realmId", ""))

    def _refused(self, sentence: str) -> AuthenticationError:
        return AuthenticationError(sentence, code=self.code)


def _query(redirected: str) -> str:
    """The query of an address, or the whole text where somebody copied that part alone."""
    text = "".join(redirected.split()).partition("#")[0]  # a terminal may have broken a long line
    return text.partition("?")[2] or text
