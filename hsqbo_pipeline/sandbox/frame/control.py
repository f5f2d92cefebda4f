"""The control routes of a port: look inside, act as a person, make trouble, move the clock, start again."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from decimal import Decimal
from typing import Any

import orjson
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from hsqbo_pipeline.sandbox.frame.clock import parse_instant
from hsqbo_pipeline.sandbox.frame.gate import CONTROL

Answer = Callable[[Any], Any]


def _plain(value: object) -> object:
    if isinstance(value, Decimal):
        return orjson.Fragment(format(value, "f").encode())
    raise TypeError(f"{type(value).__name__} has no JSON form")


def as_json(value: object, status: int = 200) -> Response:
    """A JSON response; Decimals keep every digit."""
    return Response(orjson.dumps(value, default=_plain), status_code=status, media_type="application/json")


async def _body(request: Request) -> Any:
    raw = await request.body()
    if not raw.strip():
        return {}
    import json

    return json.loads(raw, parse_float=Decimal)


def _route(path: str, method: str, answer: Answer) -> Route:
    async def endpoint(request: Request) -> Response:
        try:
            return as_json(answer(await _body(request)))
        except (ValueError, LookupError, TypeError, ArithmeticError) as error:
            return as_json({"error": f"{type(error).__name__}: {error}"}, 400)

    handler: Callable[[Request], Awaitable[Response]] = endpoint
    return Route(CONTROL + path, handler, methods=[method])


def control_app(sandbox: Any, system: str) -> Starlette:
    """The control routes of one system's port."""
    owner = sandbox.systems[system]
    traffic = sandbox.traffic[system]

    def zero(_: object) -> dict[str, object]:
        traffic.clear()
        return dict(traffic.summary())

    def person(body: Any) -> Any:
        done = owner.person(body)
        traffic.person_acted()
        return done

    def faults(body: Any) -> dict[str, object]:
        rules = body if isinstance(body, list) else body.get("rules", [])
        return {"loaded": sandbox.faults[system].load(rules)}

    def clock(body: Any) -> dict[str, object]:
        if "set" in body:
            return {"now": sandbox.clock.set(parse_instant(body["set"])).isoformat()}
        return {"now": sandbox.clock.advance(float(body.get("advance_s", 0))).isoformat()}

    def switches(body: Any) -> dict[str, object]:
        sandbox.switches.change(body)
        return dict(sandbox.switches.as_dict())

    async def state(_request: Request) -> Response:
        ready = getattr(owner, "state_json", None)
        if ready is None:
            return as_json(owner.state())
        return Response(ready(), media_type="application/json")

    return Starlette(
        routes=[
            Route(CONTROL + "/state", state, methods=["GET"]),
            _route("/requests", "GET", lambda _: traffic.summary()),
            _route("/requests", "DELETE", zero),
            _route("/traffic", "GET", lambda _: traffic.listing()),
            _route("/person", "POST", person),
            _route("/faults", "POST", faults),
            _route("/clock", "POST", clock),
            _route("/clock", "GET", lambda _: {"now": sandbox.clock.now().isoformat()}),
            _route("/switches", "POST", switches),
            _route("/switches", "GET", lambda _: sandbox.switches.as_dict()),
            _route("/reset", "POST", lambda body: sandbox.reset(system, body)),
        ]
    )
