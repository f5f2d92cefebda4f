"""The routes around tokens: discovery, consent, token exchange, revocation."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs

from starlette.responses import RedirectResponse, Response

from hsqbo_pipeline.sandbox.frame.faults import Call
from hsqbo_pipeline.sandbox.frame.gate import Frame
from hsqbo_pipeline.sandbox.frame.misbehave import CutConnection, after, before
from hsqbo_pipeline.sandbox.quickbooks.oauth import (
    Denied,
    TokenOffice,
    asked_for_consent,
    discovery,
    redirect_after_consent,
)
from hsqbo_pipeline.sandbox.quickbooks.wire import dump, parse

TOKEN = "/oauth2/v1/tokens/bearer"
REVOKE = "/v2/oauth2/tokens/revoke"
CONSENT = "/connect/oauth2"


def _json(value: object, status: int = 200) -> Response:
    return Response(dump(value), status_code=status, media_type="application/json;charset=UTF-8")


@dataclass(slots=True)
class IdentityCall:
    """A request outside /v3/company; `path` without trailing slash, header names in lower case."""

    method: str
    path: str
    query: str
    raw: bytes
    headers: dict[str, str]

    @property
    def base(self) -> str:
        """The address the client reached us by."""
        return f"http://{self.headers.get('host', 'localhost')}"


async def answer_identity(frame: Frame, office: TokenOffice, realm: str, call: IdentityCall) -> Response:
    """Answer a call around tokens; these are neither recorded nor throttled."""
    if call.method == "POST" and call.path == TOKEN:
        return await _token_through_faults(frame, office, call.raw, call.headers)
    if call.method == "POST" and call.path == REVOKE:
        return _revoke(office, call.raw, call.headers)
    if call.method == "GET":
        if call.path.startswith(CONSENT):
            return _consent(office, realm, call.query)
        documents: dict[str, object] = {
            "/.well-known/openid_configuration": discovery(call.base),
            "/.well-known/openid_sandbox_configuration": discovery(call.base),
            "/op/v1/jwks": {"keys": []},
            "/v1/openid_connect/userinfo": {"sub": "sandbox-user", "email": "owner@sandbox.test"},
        }
        if call.path in documents:
            return _json(documents[call.path])
    return Response(b"<html><body><h1>404 Not Found</h1></body></html>", status_code=404, media_type="text/html")


def _consent(office: TokenOffice, realm: str, query: str) -> Response:
    """The person who opens the page agrees at once."""
    try:
        asked = asked_for_consent(query)
    except ValueError as error:
        return _json({"error": "invalid_request", "error_description": str(error)}, 400)
    code = office.consent(asked["redirect_uri"])
    return RedirectResponse(redirect_after_consent(asked, code, realm), status_code=302)


async def _token_through_faults(frame: Frame, office: TokenOffice, raw: bytes, headers: dict[str, str]) -> Response:
    fault = frame.faults.match(Call("quickbooks", "POST", f"POST {TOKEN}", "token", ("token",), body=raw))
    if fault is None:
        return _exchange(office, raw, headers)
    early = await before(fault)
    if early is not None:
        return early
    if fault.do == "token_rotated":
        office.lose()
    response = _exchange(office, raw, headers)
    return CutConnection() if fault.do == "token_lost" else after(fault, response)


def _exchange(office: TokenOffice, raw: bytes, headers: dict[str, str]) -> Response:
    wanted = headers.get("x-include-refresh-token-hard-expires-in", "").lower() == "true"
    try:
        answer = office.exchange(
            headers.get("authorization", ""), raw.decode("utf-8", "replace"), with_hard_expiry=wanted
        )
    except Denied as denied:
        return _json(denied.body, denied.status)
    return _json(answer)


def _token_in(raw: bytes, headers: dict[str, str]) -> str:
    """The token to revoke: in JSON, as Intuit documents it, or in a form, as node-quickbooks sends it."""
    if "x-www-form-urlencoded" in headers.get("content-type", ""):
        return parse_qs(raw.decode("utf-8", "replace")).get("token", [""])[0]
    body: Any = parse(raw)
    return str(body.get("token", "")) if isinstance(body, dict) else ""


def _revoke(office: TokenOffice, raw: bytes, headers: dict[str, str]) -> Response:
    try:
        known = office.revoke(headers.get("authorization", ""), _token_in(raw, headers))
    except Denied as denied:
        return _json(denied.body, denied.status)
    except ValueError:
        known = False
    return Response(b"", status_code=200 if known else 400)
