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
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any, NoReturn
from urllib.request import Request as HttpRequest
from urllib.request import urlopen

import uvicorn

from hsqbo_pipeline.model.rules import Rules
from hsqbo_pipeline.runs.request import Request
from hsqbo_pipeline.runs.sync import sync
from hsqbo_pipeline.sandbox.frame.server import Sandbox
from hsqbo_pipeline.settings import Settings
from hsqbo_pipeline_tests.nights.torture.points import SYSTEMS, Meddler, Watch, watched

Play = Callable[[Settings, Rules], int]  # what a process on the stage does, and its exit code


@dataclass(frozen=True)
class Ended:
    """How a night's process ended: its exit code (None if it was killed), the points it went through, and at each of
    them what a process dying there would leave."""

    exit_code: int | None
    points: list[str]
    worlds: list[str]
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


def night(settings: Settings, rules: Rules) -> int:
    """The night, with nothing in its way; its exit code."""
    return int(sync(settings, rules, Request()).exit_code)


def perform(
    theatre: Theatre,
    data: Path,
    rules: dict[str, Any],
    *,
    at: str | None = None,
    meddle: Meddler | None = None,
    play: Play = night,
) -> Ended:
    """A night in a process of its own. With `at` it is killed with SIGKILL at that point; `meddle` sees each request
    just before it goes out."""
    report = data.parent / f"{data.name}.points"
    report.unlink(missing_ok=True)
    child = os.fork()
    if child == 0:
        _act(theatre, data, rules, Watch(report, data, at), meddle, play)
    _pid, status = os.waitpid(child, 0)
    lines = report.read_text().splitlines() if report.exists() else []
    reached = [line.partition("\t") for line in lines if not line.startswith("!")]
    said = "\n".join(line[1:] for line in lines if line.startswith("!"))
    code = None if os.WIFSIGNALED(status) else os.waitstatus_to_exitcode(status)
    return Ended(code, [point for point, _tab, _world in reached], [world for _point, _tab, world in reached], said)


def _act(
    theatre: Theatre, data: Path, rules: dict[str, Any], watch: Watch, meddle: Meddler | None, play: Play
) -> NoReturn:
    code = 70
    try:
        settings = Settings(
            data=data, _env_file=None,
            hubspot_base_url=theatre.urls["hubspot"], quickbooks_base_url=theatre.urls["quickbooks"],
        )  # type: ignore[call-arg]  # fmt: skip
        with watched(watch, meddle):
            code = play(settings, Rules.model_validate(rules))
    except BaseException:  # noqa: BLE001 - whatever it was, it is told and the process ends
        watch.tell("".join(f"!{line}\n" for line in traceback.format_exc().splitlines()))
    if watch.at is None:
        watch.report.with_suffix(".modules").write_text("\n".join(sys.modules))
    watch.close()
    os._exit(code)


def warm_up(data: Path) -> None:
    """Import what a night in this data folder has imported, so that forked nights need not."""
    for name in (data.parent / f"{data.name}.modules").read_text().split():
        with suppress(Exception):
            importlib.import_module(name)


def copied(data: Path, to: Path) -> Path:
    """A data folder as it was, under another name."""
    shutil.rmtree(to, ignore_errors=True)
    if data.exists():
        shutil.copytree(data, to, symlinks=True)
    return to
