"""The routes around tokens: discovery, consent, token exchange, revocation."""

from __future__ import annotations

from typing import Any

from starlette.responses import RedirectResponse, Response

from hsqbo_pipeline.sandbox.frame.faults import Call
from hsqbo_pipeline.sandbox.frame.gate import Frame
from hsqbo_pipeline.sandbox.frame.misbehave import CutConnection, after, before
from hsqbo_pipeline.sandbox.quickbooks.oauth import Denied, TokenOffice, discovery, redirect_after_consent
from hsqbo_pipeline.sandbox.quickbooks.wire import dump, parse

TOKEN = "/oauth2/v1/tokens/bearer"
REVOKE = "/v2/oauth2/tokens/revoke"
CONSENT = "/connect/oauth2"


def _json(value: object, status: int = 200) -> Response:
    return Response(dump(value), status_code=status, media_type="application/json;charset=UTF-8")


async def answer_identity(
    frame: Frame,
    office: TokenOffice,
    realm: str,
    method: str,
    path: str,
    query: str,
    raw: bytes,
    headers: dict[str, str],
    base: str,
) -> Response:
    """Answer what is not under /v3/company; these calls are neither recorded nor throttled."""
    trimmed = path.rstrip("/")
    if method == "POST" and trimmed == TOKEN:
        return await _token_through_faults(frame, office, raw, headers)
    if method == "POST" and trimmed == REVOKE:
        return _revoke(office, raw, headers)
    if method == "GET" and trimmed.startswith("/.well-known/openid"):
        return _json(discovery(base))
    if method == "GET" and trimmed.startswith(CONSENT):
        try:
            return RedirectResponse(redirect_after_consent(query, office.consent(), realm), status_code=302)
        except ValueError as error:
            return _json({"error": "invalid_request", "error_description": str(error)}, 400)
    if method == "GET" and trimmed == "/op/v1/jwks":
        return _json({"keys": []})
    if method == "GET" and trimmed == "/v1/openid_connect/userinfo":
        return _json({"sub": "sandbox-user", "email": "owner@sandbox.test", "emailVerified": True})
    return Response(b"<html><body><h1>404 Not Found</h1></body></html>", status_code=404, media_type="text/html")


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


def _revoke(office: TokenOffice, raw: bytes, headers: dict[str, str]) -> Response:
    try:
        body: Any = parse(raw)
        token = str(body.get("token", "")) if isinstance(body, dict) else ""
        known = office.revoke(headers.get("authorization", ""), token)
    except Denied as denied:
        return _json(denied.body, denied.status)
    except ValueError:
        known = False
    return Response(b"", status_code=200 if known else 400)
