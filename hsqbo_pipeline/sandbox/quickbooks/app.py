"""The QuickBooks port: tokens, authentication, throttles, faults, and the API behind them."""

from __future__ import annotations

import itertools
from collections.abc import Callable

from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from hsqbo_pipeline.sandbox.frame.faults import Call, Fault
from hsqbo_pipeline.sandbox.frame.gate import Frame
from hsqbo_pipeline.sandbox.frame.limits import Limit
from hsqbo_pipeline.sandbox.frame.misbehave import CutConnection, after, before
from hsqbo_pipeline.sandbox.frame.traffic import RequestEntry
from hsqbo_pipeline.sandbox.quickbooks.http import ApiRequest, read_request
from hsqbo_pipeline.sandbox.quickbooks.identity import IdentityCall, answer_identity
from hsqbo_pipeline.sandbox.quickbooks.oauth import TokenOffice
from hsqbo_pipeline.sandbox.quickbooks.refusals import Refusal, forbidden, gateway, throttled, unsupported_route
from hsqbo_pipeline.sandbox.quickbooks.service import Service
from hsqbo_pipeline.sandbox.quickbooks.trouble import get_in_between, refusal_for, truncate
from hsqbo_pipeline.sandbox.quickbooks.wire import Doc

API = "/v3/company/"
LIMITS = (
    Limit("per second", 10, 1),
    Limit("per minute", 500, 60),
    Limit("batches per minute", 40, 60, "batch"),
)
"""Per realm and application, as of August 2025."""
_MEDDLING = ("stale_token", "change_before_write", "delete_before_write")


class QuickBooksApp:
    """ASGI application of one company."""

    def __init__(self, frame: Frame, service: Service, office: TokenOffice) -> None:
        self._frame = frame
        self._service = service
        self._office = office
        self._serial = itertools.count(1)
        frame.limits.use(LIMITS)
        service.replays.traffic = frame.traffic

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        raw = b""
        more = True
        while more:
            message = await receive()
            raw += message.get("body", b"")
            more = message.get("more_body", False)
        headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
        path, query = scope["path"], scope["query_string"].decode("latin-1")
        if path.startswith(API):
            request = read_request(scope["method"], path, query, raw, headers.get("accept", ""))
            response = await self._api(request, headers.get("authorization", ""))
        else:
            call = IdentityCall(scope["method"], path.rstrip("/"), query, raw, headers)
            response = await answer_identity(self._frame, self._office, self._service.books.realm, call)
        self._stamp(response)
        await response(scope, receive, send)

    def _stamp(self, response: Response) -> None:
        serial = next(self._serial)
        seconds = int(self._frame.clock.now().timestamp())
        response.headers["intuit_tid"] = f"1-{seconds:08x}-{serial:024x}"
        response.headers["QBO-Version"] = "1990.147"
        response.headers["Service-Time"] = "total=1, db=1"
        response.headers["X-Spanid"] = f"{serial:016x}"
        response.headers["Cache-Control"] = "max-age=0, no-cache, no-store, must-revalidate, private"

    async def _api(self, request: ApiRequest, authorization: str) -> Response:
        kinds = ("batch",) if request.is_batch else ()
        if self._frame.limits.refuse(kinds, request.realm):
            response = self._refused(throttled())
        else:
            response = self._unauthorized(authorization, request) or await self._through_faults(request, authorization)
        self._record(request, response)
        return response

    async def _through_faults(self, request: ApiRequest, authorization: str) -> Response:
        call = Call(
            "quickbooks",
            request.method,
            request.endpoint,
            request.deeds[0].action if request.deeds else "read",
            body=request.raw,
            deeds=tuple((deed.action, deed.entity) for deed in request.deeds),
        )
        fault = self._frame.faults.match(call)
        if fault is None:
            return self._answer(request)
        early = await before(fault)
        if early is not None:
            return early
        if fault.do == "401":
            token = authorization.partition(" ")[2]
            self._office.expire_access(token)
            return self._token_refused(f"Token expired: {token}")
        refusal = refusal_for(fault, self._service.books)
        if refusal is not None:
            return self._refused(refusal)
        return after(fault, self._troubled(fault, request))

    def _troubled(self, fault: Fault, request: ApiRequest) -> Response:
        if fault.do in _MEDDLING:
            get_in_between(fault, self._service.books, request)
        if fault.do == "429_item":
            self._service.batch_item_refusal = _first_match(str(fault.rule.get("when", {}).get("record", "")))
        try:
            response = self._answer(request)
        finally:
            self._service.batch_item_refusal = None
        if fault.do == "truncate_page" and response.status_code == 200:
            return _json(truncate(bytes(response.body)))
        return response

    def _answer(self, request: ApiRequest) -> Response:
        self._warn(request)
        try:
            status, body = self._service.answer(request)
        except Refusal as refusal:
            return self._refused(refusal)
        if body.startswith(b"%PDF"):
            return Response(body, status_code=status, media_type="application/pdf")
        return _json(body, status)

    def _warn(self, request: ApiRequest) -> None:
        if "json" not in request.accept and "pdf" not in request.accept:
            self._frame.traffic.note("no Accept: application/json; the real service answers XML", path=request.path)
        for deed in request.deeds:
            if deed.body.get("EmailStatus") == "NeedToSend":
                self._frame.traffic.note("EmailStatus NeedToSend sends a mail to the customer", path=request.path)
            if deed.body.get("ProcessPayment") is True:
                self._frame.traffic.note("ProcessPayment true charges a card", path=request.path)

    def _refused(self, refusal: Refusal) -> Response:
        foreign = self._frame.switches.qb_localised_messages
        return _json(refusal.body(self._frame.clock.now(), foreign=foreign), refusal.status)

    def _unauthorized(self, authorization: str, request: ApiRequest) -> Response | None:
        kind, _, token = authorization.partition(" ")
        if kind.lower() != "bearer" or not token:
            return self._token_refused("Authorization header is missing or is not a bearer token")
        if not self._office.valid(token.strip()):
            return self._token_refused(f"Token expired: {token}")
        if not request.parts:
            return self._refused(unsupported_route(request.path))
        if request.realm != self._service.books.realm:
            return self._refused(forbidden(self._frame.switches.qb_forbidden_status))
        return None

    def _token_refused(self, detail: str) -> Response:
        body = gateway("3200", "AuthenticationFailed", detail, self._frame.clock.now())
        response = _json(body, 401)
        response.headers["WWW-Authenticate"] = 'Bearer realm="Intuit", error="invalid_token"'
        return response

    def _record(self, request: ApiRequest, response: Response) -> None:
        status = 0 if isinstance(response, CutConnection) else response.status_code
        actions = {deed.action for deed in request.deeds}
        kind = "batch" if request.is_batch else next(iter(actions), None)
        entry = RequestEntry(
            request.method,
            request.path,
            request.endpoint,
            request.query_string,
            request.raw,
            status,
            "client",
            request.is_write,
            kind,
            tuple(dict.fromkeys(deed.entity for deed in request.deeds)),
            request.metered if status == 200 else 0,
        )
        self._frame.traffic.record(entry)


def _json(body: bytes, status: int = 200) -> Response:
    return Response(body, status_code=status, media_type="application/json;charset=UTF-8")


def _first_match(text: str) -> Callable[[Doc], bool]:
    """Refuse one item of a batch: the first that holds the text."""
    done: list[bool] = []

    def refuse(item: Doc) -> bool:
        if done or text not in str(item):
            return False
        done.append(True)
        return True

    return refuse
