"""One transport per system: every request passes here and is held to the limits, judged, counted, cleaned of secrets.

The transport knows neither system: a dialect judges the answers, a token source gives the bearer token. A transport
belongs to one event loop; open it with `async with` inside the step that uses it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from types import TracebackType
from typing import Any, Protocol, Self
from urllib.parse import urlsplit

import httpx

from hsqbo_pipeline.clients.clock import SYSTEM_CLOCK, Clock
from hsqbo_pipeline.clients.faults import REMOTE, Fault
from hsqbo_pipeline.clients.limits import Limiter
from hsqbo_pipeline.clients.redaction import redact_http_logs, scrub
from hsqbo_pipeline.clients.requests import RequestCounts
from hsqbo_pipeline.clients.retry import ATTEMPTS, after_fault, after_lost_answer, repeated
from hsqbo_pipeline.clients.wire import UnreadableBodyError, read_json
from hsqbo_pipeline.errors import ConfigurationError, RemoteError

_UNAUTHORIZED = 401
_LOOPBACK = {"127.0.0.1", "::1", "localhost"}
# QuickBooks cuts a request off after 120 s and HubSpot's edge after 100 s: we wait a little longer than both.
# A connection that idled about as long as the server keeps one may be closed under a request: the answer would be lost
# for nothing. Ours are given up earlier than the five seconds that common servers keep theirs.
_POOL = httpx.Limits(max_connections=100, max_keepalive_connections=20, keepalive_expiry=2.0)
_TIMEOUT = httpx.Timeout(connect=10.0, read=130.0, write=60.0, pool=None)


@dataclass(frozen=True, slots=True)
class Call:
    """One request. `endpoint` is its name in the counts (no ids in it); `kinds` are the special rate windows it enters.

    `write` decides what happens when no clear answer comes; a POST that only reads (search, query) is no write.
    `subject` is the object it concerns, for sorting refusals; `core_plus` is how many metered reads it is.
    """

    method: str
    path: str
    endpoint: str
    write: bool
    params: tuple[tuple[str, str], ...] = ()
    content: bytes | None = None
    content_type: str = "application/json"
    kinds: tuple[str, ...] = ()
    subject: str = ""
    core_plus: int = 0


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer. `data` is the parsed body, None if empty; `time` its Date header in UTC (without one, our clock)."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    data: Any
    time: datetime
    request_id: str | None


class TokenSource(Protocol):
    """Gives the bearer token of one connection."""

    async def bearer(self) -> str:
        """A token believed to be good now."""
        ...

    async def renewed(self, rejected: str) -> str:
        """Another token after `rejected` got a 401. Raises AuthenticationError if there is none."""
        ...

    def secrets(self) -> Iterable[str]:
        """Every value that must not appear in any text."""
        ...


class Dialect(Protocol):
    """How one system answers."""

    name: str

    def request_id(self, headers: Mapping[str, str]) -> str | None:
        """The id that the system's support asks for."""
        ...

    def judge(
        self, status: int, headers: Mapping[str, str], data: Any, subject: str, secrets: Iterable[str]
    ) -> Fault | None:
        """None for a success, else what went wrong. `data` is None when the body was empty or no JSON."""
        ...


class Transport:
    """Sends calls to one system. Raises the errors of `hsqbo_pipeline.errors`, never one of httpx."""

    def __init__(
        self,
        base_url: str,
        dialect: Dialect,
        tokens: TokenSource,
        limiter: Limiter,
        *,
        clock: Clock = SYSTEM_CLOCK,
        http: httpx.AsyncBaseTransport | None = None,
    ) -> None:
        local = check_base_url(base_url)
        redact_http_logs()
        self.counts = RequestCounts()
        self.limiter = limiter
        self.clock = clock
        self._dialect = dialect
        self.tokens = tokens
        self._patient = True
        # A proxy of the machine is for the internet, never for loopback.
        self._http = httpx.AsyncClient(
            base_url=base_url,
            timeout=_TIMEOUT,
            limits=_POOL,
            transport=http,
            trust_env=not local,
            http1=True,
            http2=False,
        )

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, exc: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.aclose()

    async def aclose(self) -> None:
        """Close the connections."""
        await self._http.aclose()

    async def send(self, call: Call) -> Answer:
        """The answer to `call`, repeated where a repeat is safe.

        Raises AuthenticationError, RateLimitError, RemoteError, UncertainError (a write that may have taken effect) or
        RecordError (refused; nothing was written).
        """

        async def attempt(number: int) -> Answer:
            return await self._attempt(call, number)

        # A system that has just failed a call to the last attempt is not waited for again by every further call: each
        # tries once, and the first that succeeds restores the patience.
        try:
            answer = await repeated(attempt, self.clock, ATTEMPTS if self._patient else 1)
        except RemoteError:
            self._patient = False
            raise
        self._patient = True
        return answer

    async def _attempt(self, call: Call, number: int) -> Answer:
        token = await self.tokens.bearer()
        answer, fault = await self._exchange(call, token, repeat=number > 1)
        if answer.status == _UNAUTHORIZED:
            token = await self.tokens.renewed(token)
            answer, fault = await self._exchange(call, token, repeat=True)
        if fault is None:
            self.counts.core_plus += call.core_plus
            return answer
        if fault.wait_s is not None:
            self.counts.throttled += fault.code.startswith("RATE_")
            self.limiter.throttled(fault.wait_s, call.kinds)
        raise after_fault(fault, write=call.write)

    async def _exchange(self, call: Call, token: str, *, repeat: bool) -> tuple[Answer, Fault | None]:
        request = self._http.build_request(
            call.method,
            call.path,
            params=httpx.QueryParams(call.params) if call.params else None,
            content=call.content,
            headers=self._headers(call, token),
        )
        async with self.limiter.place(call.kinds):
            self.counts.sent(call.endpoint, write=call.write, repeat=repeat)
            try:
                response = await self._http.send(request)
            except httpx.RequestError as exc:
                where = f"{call.method} {request.url.path}"
                raise after_lost_answer(exc, write=call.write, system=self._dialect.name, where=where) from None
            self.limiter.learn(response.headers, call.kinds)
        return self._read(call, response)

    def _headers(self, call: Call, token: str) -> dict[str, str]:
        headers = {"Authorization": f"Bearer {token}", "Accept": "application/json", "User-Agent": "hsqbo"}
        if call.content is not None:
            headers["Content-Type"] = call.content_type
        return headers

    def _read(self, call: Call, response: httpx.Response) -> tuple[Answer, Fault | None]:
        """The answer with what the dialect makes of it. A success whose body is no JSON is none."""
        data, readable = None, True
        if response.content.strip():
            try:
                data = read_json(response.content)
            except UnreadableBodyError:
                readable = False
        request_id = self._dialect.request_id(response.headers)
        time = _time_of(response.headers, self.clock)
        answer = Answer(response.status_code, response.headers, response.content, data, time, request_id)
        fault = self._dialect.judge(response.status_code, response.headers, data, call.subject, self.tokens.secrets())
        if fault is None and (not readable or (data is None and response.status_code != httpx.codes.NO_CONTENT)):
            fault = Fault(REMOTE, response.status_code, "", "the answer is empty or no JSON")
        if fault is not None:
            seen = request_id or fault.request_id
            fault = replace(fault, request_id=seen, system=self._dialect.name, subject=call.subject)
        return answer, fault


def check_base_url(base_url: str) -> bool:
    """Whether the address is on this machine. Raises ConfigurationError for plain http to anywhere else."""
    parts = urlsplit(base_url)
    local = (parts.hostname or "") in _LOOPBACK
    if parts.scheme == "https" or (parts.scheme == "http" and local):
        return local
    said = scrub(f"{parts.scheme}://{parts.hostname or ''}")
    raise ConfigurationError(f"{said} is no usable base URL: use https (plain http is accepted for this machine only).")


def _time_of(headers: Mapping[str, str], clock: Clock) -> datetime:
    try:
        return parsedate_to_datetime(headers["date"]).astimezone(UTC)
    except (KeyError, ValueError, TypeError):
        return clock.now().astimezone(UTC)
