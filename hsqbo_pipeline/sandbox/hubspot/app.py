"""The portal as an ASGI application: token, limits, faults, handler, headers, traffic log."""

from __future__ import annotations

import random
import uuid
from collections.abc import Callable
from threading import RLock
from typing import Any

import orjson
from starlette.responses import RedirectResponse, Response
from starlette.types import Receive, Scope, Send

from hsqbo_pipeline.sandbox.frame import misbehave
from hsqbo_pipeline.sandbox.frame.faults import Call, Fault
from hsqbo_pipeline.sandbox.frame.gate import Frame
from hsqbo_pipeline.sandbox.frame.traffic import RequestEntry
from hsqbo_pipeline.sandbox.hubspot import loading, mischief, throttle
from hsqbo_pipeline.sandbox.hubspot.crm import Crm
from hsqbo_pipeline.sandbox.hubspot.refusals import RefusalError, method_not_allowed, no_such_path
from hsqbo_pipeline.sandbox.hubspot.reply import Reply
from hsqbo_pipeline.sandbox.hubspot.request import LEGACY, VERSIONS, Request, read_query
from hsqbo_pipeline.sandbox.hubspot.router import Route, Router
from hsqbo_pipeline.sandbox.hubspot.tokens import Token, Tokens

_NOBODY = Token("", frozenset(), 0)
_MIGRATION_S = "3600"
_LONGEST_ADDRESS = 8192
"""Longer addresses are refused at the edge with 414; about 8 kB have been reported."""


class HubSpotApp:
    """Serves one portal. `portal` tells its present state: a reset replaces it."""

    def __init__(self, portal: Callable[[], tuple[Crm, Tokens]], lock: RLock, frame: Frame) -> None:
        self._portal = portal
        self._lock = lock
        self._frame = frame
        self._ids = random.Random(8801)
        self._served: Crm | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request."""
        raw = await _read(receive)
        self._follow_reset()
        path, method = str(scope["path"]), str(scope["method"])
        parts = path.strip("/").split("/")
        if parts[0] == "oauth":
            asked = read_query(scope["query_string"])
            response = self._consent(asked) if parts[1:] == ["authorize"] else await self._oauth(parts, method, raw)
            await response(scope, receive, send)
            return
        if len(scope["path"]) + len(scope["query_string"]) > _LONGEST_ADDRESS:
            await misbehave.edge_failure(414)(scope, receive, send)
            return
        request = Request(method, path, read_query(scope["query_string"]), raw, _NOBODY)
        route, names, known = self._router.find(method, path)
        request.names = names
        response = await self._answer(request, route, known, _header(scope, b"authorization"))
        self._record(request, route, scope, response.status_code, raw)
        await response(scope, receive, send)

    def _follow_reset(self) -> None:
        crm, tokens = self._portal()
        if crm is not self._served:
            self._served, self._tokens = crm, tokens
            self._router = Router(crm)
            self._throttle = throttle.Throttle(crm, self._frame.limits)
        if crm.loaded_invoices:
            with self._lock:
                loading.finish(crm)

    async def _answer(self, request: Request, route: Route | None, known: bool, authorization: str) -> Response:
        try:
            request.token = self._tokens.check(authorization)
            if route is None:
                raise method_not_allowed() if known else no_such_path()
        except RefusalError as refusal:
            return self._refused(refusal, request)
        policy = self._throttle.refuse(str(request.token.app_id), route.action == "search")
        fault = self._frame.faults.match(_call(request, route))
        if fault is not None:
            policy = mischief.THROTTLED.get(fault.do, policy)
        if policy is not None:
            return self._throttled(policy, request)
        early = await misbehave.before(fault) if fault is not None else None
        if early is not None:
            return early
        response = self._handle(request, route, fault)
        return misbehave.after(fault, response) if fault is not None else response

    def _handle(self, request: Request, route: Route, fault: Fault | None) -> Response:
        with self._lock:
            try:
                if fault is None:
                    return self._plain(route.handler(request), request)
                mischief.refuse(fault)
                mischief.meddle(self._served_crm(), fault, request)
                lost = mischief.without_one(fault, request)
                reply = route.handler(request)
                return self._plain(mischief.shorten(self._served_crm(), fault, reply, lost), request)
            except RefusalError as refusal:
                return self._refused(refusal, request)

    def _served_crm(self) -> Crm:
        assert self._served is not None
        return self._served

    def _consent(self, asked: dict[str, list[str]]) -> Response:
        """What app.hubspot.com shows: not a request to the API, so neither counted nor limited."""
        try:
            with self._lock:
                target = self._tokens.consent({name: values[0] for name, values in asked.items()})
        except RefusalError as refusal:
            return _json(refusal.status, refusal.body(self._correlation_id()), {})
        return RedirectResponse(target, status_code=302)

    async def _oauth(self, parts: list[str], method: str, raw: bytes) -> Response:
        request = Request(method, "/" + "/".join(parts), {}, raw, _NOBODY)
        try:
            if len(parts) < 3 or parts[1] not in VERSIONS | LEGACY or method != "POST":
                raise no_such_path()
            fault = self._frame.faults.match(Call("hubspot", method, f"POST {request.path}", "token", body=raw))
            early = await misbehave.before(fault) if fault is not None else None
            if early is not None:
                return early
            with self._lock:
                if fault is not None and fault.do in ("token_rotated", "token_lost"):
                    self._tokens.rotates = True
                response = self._plain(self._grant(parts[2:], raw), request)
        except RefusalError as refusal:
            return self._refused(refusal, request)
        if fault is not None and fault.do == "token_lost":
            return misbehave.CutConnection()
        return misbehave.after(fault, response) if fault is not None else response

    def _grant(self, rest: list[str], raw: bytes) -> Reply:
        if rest == ["token"]:
            return Reply(200, self._tokens.exchange(raw), limited_headers=False)
        if rest == ["token", "introspect"]:
            return Reply(200, self._tokens.introspect(raw), limited_headers=False)
        raise no_such_path()

    def _plain(self, reply: Reply, request: Request) -> Response:
        headers = {"X-HubSpot-Correlation-Id": self._correlation_id(), **reply.headers}
        if reply.limited_headers:
            headers.update(self._throttle.headers(str(request.token.app_id)))
        return _json(reply.status, reply.body, headers)

    def _refused(self, refusal: RefusalError, request: Request) -> Response:
        correlation_id = self._correlation_id()
        headers = {"X-HubSpot-Correlation-Id": correlation_id}
        if refusal.status == 477:
            headers["Retry-After"] = _MIGRATION_S
        if not request.path.endswith("/search"):
            headers.update(self._throttle.headers(str(request.token.app_id)))
        return _json(refusal.status, refusal.body(correlation_id), headers)

    def _throttled(self, policy: str, request: Request) -> Response:
        correlation_id = self._correlation_id()
        headers = {"X-HubSpot-Correlation-Id": correlation_id}
        if self._frame.switches.hs_retry_after:
            headers["Retry-After"] = "10"
        if policy != throttle.SECONDLY:
            headers.update(self._throttle.headers(str(request.token.app_id)))
        return _json(429, throttle.body(policy, correlation_id), headers)

    def _correlation_id(self) -> str:
        return str(uuid.UUID(int=self._ids.getrandbits(128), version=4))

    def _record(self, request: Request, route: Route | None, scope: Scope, status: int, raw: bytes) -> None:
        endpoint = f"{request.method} {request.path}" if route is None else route.endpoint(request.names)
        self._frame.traffic.record(
            RequestEntry(
                method=request.method,
                path=request.path,
                endpoint=endpoint,
                query=scope["query_string"].decode("latin-1"),
                body_bytes=raw,
                status=status,
                actor=f"app:{request.token.app_id}",
                write=route is not None and route.writes,
                kind=None if route is None else route.action,
                objects=() if route is None else route.objects(request.names),
            )
        )


def _call(request: Request, route: Route) -> Call:
    return Call(
        system="hubspot",
        method=request.method,
        endpoint=route.endpoint(request.names),
        action=route.action,
        objects=route.objects(request.names),
        body=request.raw,
    )


def _json(status: int, body: Any, headers: dict[str, str]) -> Response:
    if body is None:
        return Response(status_code=status, headers=headers)
    content = orjson.dumps(body)
    return Response(content, status_code=status, headers=headers, media_type="application/json;charset=utf-8")


def _header(scope: Scope, name: bytes) -> str:
    return next((value.decode("latin-1") for key, value in scope["headers"] if key == name), "")


async def _read(receive: Receive) -> bytes:
    body = b""
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            return body
        body += bytes(message.get("body", b""))
        if not message.get("more_body", False):
            return body
