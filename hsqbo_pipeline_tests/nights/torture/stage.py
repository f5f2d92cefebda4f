"""Processes on a stage: a sandbox that can be copied by forking, and nights that can be killed for good.

The director (this process) holds the sandbox as an object and serves nothing itself. For each performance it forks a
server, which is a copy of that object at no cost, and then nights, which it can have killed with SIGKILL at a point.
"""

from __future__ import annotations

import asyncio
import importlib
import json
import os
import shutil
import signal
import socket
import sys
import time
import traceback
from collections.abc import Callable, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any, NoReturn
from urllib.request import Request as HttpRequest
from urllib.request import urlopen

import httpx
import uvicorn

from hsqbo_pipeline.apply import batches
from hsqbo_pipeline.clients import opening
from hsqbo_pipeline.clients.clock import Clock
from hsqbo_pipeline.model.names import System
from hsqbo_pipeline.model.rules import Rules
from hsqbo_pipeline.runs import connection, ending, night
from hsqbo_pipeline.runs.request import Request
from hsqbo_pipeline.runs.sync import sync
from hsqbo_pipeline.sandbox.frame.server import Sandbox
from hsqbo_pipeline.settings import Settings
from hsqbo_pipeline_tests.apply.bench import Hook, HookedTransport, HookedWarehouse

SYSTEMS = ("hubspot", "quickbooks")
# Records in one writing request here: a small town then has as many requests that can go wrong as a city.
SMALL = {System.HUBSPOT: 12, System.QUICKBOOKS: 7}
Meddler = Callable[[str, str, bytes], None]  # system, path, body


@dataclass(frozen=True)
class Ended:
    """How a night's process ended: its exit code (None if it was killed), and the points it went through."""

    exit_code: int | None
    points: list[str]
    said: str = ""


@dataclass(frozen=True)
class Theatre:
    """A served copy of a sandbox, as seen from the director."""

    urls: dict[str, str]

    def control(self, system: str, path: str, body: Any = None) -> Any:
        """A control call; numbers with a fraction come as Decimal."""
        data = None if body is None else json.dumps(body).encode()
        with urlopen(HttpRequest(f"{self.urls[system]}/_sandbox/{path}", data=data), timeout=60) as answer:
            return json.loads(answer.read(), parse_float=Decimal)

    def wait(self, seconds: float = 3600) -> None:
        """Let the systems' time pass."""
        self.control("hubspot", "clock", {"advance_s": seconds})

    def trouble(self, rules: list[dict[str, Any]]) -> None:
        """Faults from now on, in place of those before."""
        for system in SYSTEMS:
            self.control(
                system, "faults", [{**rule, "system": system} for rule in rules if rule.get("system", system) == system]
            )

    def requests(self) -> int:
        """Requests so far, over both systems."""
        return sum(int(self.control(system, "requests")["total"]) for system in SYSTEMS)

    def states(self) -> tuple[dict[str, Any], dict[str, Any]]:
        """Everything in HubSpot and in QuickBooks."""
        return self.control("hubspot", "state"), self.control("quickbooks", "state")


@contextmanager
def performance(sandbox: Sandbox) -> Iterator[Theatre]:
    """A forked copy of the sandbox, served on two free ports for as long as the block lasts."""
    sockets = {name: listening() for name in SYSTEMS}
    server = os.fork()
    if server == 0:
        _serve(sandbox, sockets)
    urls = {name: f"http://127.0.0.1:{each.getsockname()[1]}" for name, each in sockets.items()}
    for each in sockets.values():
        each.close()
    try:
        yield Theatre(urls)
    finally:
        os.kill(server, signal.SIGKILL)
        os.waitpid(server, 0)


def listening() -> socket.socket:
    """A free port of this machine, taken."""
    made = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    made.bind(("127.0.0.1", 0))
    made.listen(256)
    return made


def _serve(sandbox: Sandbox, sockets: dict[str, socket.socket]) -> NoReturn:
    async def both() -> None:
        quiet = {"lifespan": "off", "log_level": "critical", "access_log": False, "ws": "none", "date_header": False}
        servers = {name: uvicorn.Server(uvicorn.Config(app, **quiet)) for name, app in sandbox.apps().items()}
        await asyncio.gather(*(server.serve(sockets=[sockets[name]]) for name, server in servers.items()))

    with suppress(BaseException):
        asyncio.run(both())
    os._exit(0)


def perform(
    theatre: Theatre, data: Path, rules: dict[str, Any], *, at: int | None = None, meddle: Meddler | None = None
) -> Ended:
    """A night in a process of its own. With `at` it is killed with SIGKILL at that point; `meddle` sees each request
    just before it goes out."""
    report = data.parent / f"{data.name}.points"
    report.unlink(missing_ok=True)
    child = os.fork()
    if child == 0:
        _night(theatre, data, rules, at, report, meddle)
    _pid, status = os.waitpid(child, 0)
    lines = report.read_text().splitlines() if report.exists() else []
    points = [line for line in lines if not line.startswith("!")]
    said = "\n".join(line[1:] for line in lines if line.startswith("!"))
    killed = os.WIFSIGNALED(status)
    return Ended(None if killed else os.waitstatus_to_exitcode(status), points, said)


def _night(
    theatre: Theatre, data: Path, rules: dict[str, Any], at: int | None, report: Path, meddle: Meddler | None
) -> NoReturn:
    code = 70
    with report.open("w", buffering=1) as out:
        count = 0

        def hook(point: str) -> None:
            nonlocal count
            count += 1
            out.write(f"{point}\n")
            if count == at:
                os.kill(os.getpid(), signal.SIGKILL)

        try:
            settings = Settings(
                data=data, _env_file=None,
                hubspot_base_url=theatre.urls["hubspot"], quickbooks_base_url=theatre.urls["quickbooks"],
            )  # type: ignore[call-arg]  # fmt: skip
            with hooked(hook, meddle):
                code = int(sync(settings, Rules.model_validate(rules), Request()).exit_code)
        except BaseException:  # noqa: BLE001 - whatever it was, it is told and the process ends
            out.write("".join(f"!{line}\n" for line in traceback.format_exc().splitlines()))
        if at is None:
            report.with_suffix(".modules").write_text("\n".join(sys.modules))
        out.flush()
        os._exit(code)


def warm_up(data: Path) -> None:
    """Import what a night in this data folder has imported, so that forked nights need not."""
    for name in (data.parent / f"{data.name}.modules").read_text().split():
        with suppress(Exception):
            importlib.import_module(name)


@contextmanager
def hooked(hook: Hook, meddle: Meddler | None = None) -> Iterator[None]:
    """Let the hook see each request and each commit of the nights in the block. They wait for nothing and draw nothing."""

    class Seen(HookedWarehouse):
        pass

    Seen.hook = staticmethod(hook)

    @asynccontextmanager
    async def clients(settings: Settings, _theirs: Clock) -> Any:  # `_through` gives each system a clock of its own
        connection.open_hubspot = _through(opening.open_hubspot, hook, "hubspot", meddle)
        connection.open_quickbooks = _through(opening.open_quickbooks, hook, "quickbooks", meddle)
        async with connection.open_clients(settings) as pair:
            yield pair

    night.Warehouse, night.open_clients = Seen, clients
    batches.LARGEST = SMALL
    ending.write_all = lambda data, _run: data  # the report is drawn after everything this is about
    yield


def _through(opener: Callable[..., Any], hook: Hook, name: str, meddle: Meddler | None) -> Callable[..., Any]:
    passed = [0.0]

    async def sleep(seconds: float) -> None:
        passed[0] += seconds
        await asyncio.sleep(0)

    clock = Clock(monotonic=lambda: time.monotonic() + passed[0], sleep=sleep)

    def made(*given: Any, **named: Any) -> Any:
        inner = httpx.AsyncHTTPTransport(limits=httpx.Limits(keepalive_expiry=2))
        return opener(*given, **{**named, "clock": clock}, http=Watched(inner, hook, name, meddle))

    return made


class Watched(HookedTransport):
    """Shows requests to a meddler before they go out."""

    def __init__(self, inner: httpx.AsyncBaseTransport, hook: Hook, name: str, meddle: Meddler | None) -> None:
        super().__init__(inner, hook, name)
        self.meddle = meddle

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        if self.meddle is not None:
            self.meddle(self.name, request.url.path, request.content)
        return await super().handle_async_request(request)


def copied(data: Path, to: Path) -> Path:
    """A data folder as it was, under another name."""
    shutil.rmtree(to, ignore_errors=True)
    if data.exists():
        shutil.copytree(data, to, symlinks=True)
    return to
