"""Both systems as servers on loopback: built once, served in one event loop, or run in a thread for tests."""

from __future__ import annotations

import asyncio
import contextlib
import gc
import signal
import socket
import sys
import threading
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

import uvicorn

from hsqbo_pipeline.sandbox.frame.clock import Clock, parse_instant
from hsqbo_pipeline.sandbox.frame.control import control_app
from hsqbo_pipeline.sandbox.frame.faults import Faults
from hsqbo_pipeline.sandbox.frame.gate import Frame, Gate
from hsqbo_pipeline.sandbox.frame.limits import Limits
from hsqbo_pipeline.sandbox.frame.switches import Switches
from hsqbo_pipeline.sandbox.frame.traffic import Traffic

if TYPE_CHECKING:
    from hsqbo_pipeline.sandbox.hubspot.portal import HubSpotPortal
    from hsqbo_pipeline.sandbox.quickbooks.company import QuickBooksCompany

SYSTEMS = ("hubspot", "quickbooks")


@dataclass
class SandboxConfig:
    """How a sandbox starts.

    `fill` puts a system's records in: it is called with the sandbox and the system's name, at the start and after a
    reset of that system that brings no new configuration.
    """

    host: str = "127.0.0.1"
    hubspot_port: int = 8801
    quickbooks_port: int = 8802
    clock_start: datetime | None = None
    clock_frozen: bool = False
    company: Mapping[str, Any] | None = None
    portal: Mapping[str, Any] | None = None
    faults: list[dict[str, Any]] = field(default_factory=list)
    switches: dict[str, object] = field(default_factory=dict)
    limits: bool = True
    latency_ms: float = 0
    fill: Callable[[Sandbox, str], None] | None = None


class Sandbox:
    """The two systems and what they share."""

    def __init__(self, config: SandboxConfig) -> None:
        from hsqbo_pipeline.sandbox.hubspot.portal import HubSpotPortal
        from hsqbo_pipeline.sandbox.quickbooks.company import QuickBooksCompany

        self.config = config
        self.clock = Clock(config.clock_start, frozen=config.clock_frozen)
        self.switches = Switches()
        self.switches.change(config.switches)
        self.traffic = {name: Traffic(self.clock) for name in SYSTEMS}
        self.faults = {name: Faults(name) for name in SYSTEMS}
        self.limits = {name: Limits(self.clock, enabled=config.limits) for name in SYSTEMS}
        self.hubspot: HubSpotPortal = HubSpotPortal(clock=self.clock, switches=self.switches, config=config.portal)
        self.quickbooks: QuickBooksCompany = QuickBooksCompany(
            clock=self.clock, switches=self.switches, config=config.company
        )
        self.systems: dict[str, Any] = {"hubspot": self.hubspot, "quickbooks": self.quickbooks}
        for name in SYSTEMS:
            self.faults[name].load(config.faults)
            if config.fill is not None:
                config.fill(self, name)

    def frame(self, system: str) -> Frame:
        """What the named system serves with."""
        return Frame(system, self.clock, self.switches, self.traffic[system], self.faults[system], self.limits[system])

    def apps(self) -> dict[str, Gate]:
        """One ASGI application per system."""
        return {
            name: Gate(
                self.frame(name),
                self.systems[name].app(self.frame(name)),
                control_app(self, name),
                self.config.latency_ms,
            )
            for name in SYSTEMS
        }

    def reset(self, system: str, body: Mapping[str, Any] | None = None) -> dict[str, object]:
        """Back to the start. `company` and `portal` in the body give a new start to QuickBooks and to HubSpot;
        without either, the named system alone starts again as it was built. Answers the ids of named records."""
        body = body or {}
        if "clock_start" in body:
            self.clock.set(parse_instant(str(body["clock_start"])))
        if "switches" in body:
            self.switches.restore(body["switches"])
        given = {"quickbooks": body.get("company"), "hubspot": body.get("portal")}
        chosen = [name for name in SYSTEMS if given[name] is not None] or [system]
        names: dict[str, object] = {}
        for name in chosen:
            answer = self.systems[name].reset(given[name])
            names.update((answer or {}).get("names", {}))
            self.traffic[name].clear()
            self.limits[name].clear()
            self.faults[name].load(self.config.faults)
            if self.config.fill is not None and given[name] is None:
                self.config.fill(self, name)
        return {"reset": chosen, "names": names, "now": self.clock.now().isoformat()}


class _Server(uvicorn.Server):
    """A uvicorn server that leaves the process's signals to us: two of them share one loop."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield

    def stop(self) -> None:
        self.should_exit = True
        self.force_exit = True


def build(config: SandboxConfig) -> Sandbox:
    """A sandbox that serves nothing yet."""
    return Sandbox(config)


def _bind(host: str, port: int) -> socket.socket:
    bound = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        bound.bind((host, port))
    except OSError as error:
        bound.close()
        raise OSError(f"port {port} on {host} is taken; stop what listens there or choose another port") from error
    return bound


def _server(app: Gate) -> _Server:
    settings = uvicorn.Config(
        app,
        http="httptools" if find_spec("httptools") else "h11",
        ws="none",
        lifespan="off",
        log_level="critical",
        access_log=False,
        proxy_headers=False,
        server_header=False,
        date_header=False,
        timeout_graceful_shutdown=1,
    )
    return _Server(settings)


def _loop_factory() -> Callable[[], asyncio.AbstractEventLoop] | None:
    if sys.platform == "win32" or not find_spec("uvloop"):
        return None
    import uvloop

    return uvloop.new_event_loop


async def _serve_all(servers: dict[str, _Server], sockets: dict[str, socket.socket]) -> None:
    await asyncio.gather(*(server.serve(sockets=[sockets[name]]) for name, server in servers.items()))


def serve(config: SandboxConfig) -> None:
    """Serve both systems until SIGINT or SIGTERM. Raises OSError naming the port that is taken."""
    ports = {"hubspot": config.hubspot_port, "quickbooks": config.quickbooks_port}
    with contextlib.ExitStack() as stack:
        stack.callback(gc.unfreeze)  # a large load freezes what it made; left so, libraries report leaks at the exit
        sockets = {name: stack.enter_context(_bind(config.host, port)) for name, port in ports.items()}
        _serve_bound(config, sockets)


def _serve_bound(config: SandboxConfig, sockets: dict[str, socket.socket]) -> None:
    servers = {name: _server(app) for name, app in build(config).apps().items()}

    def stop() -> None:
        for server in servers.values():
            server.stop()

    async def main() -> None:
        loop = asyncio.get_running_loop()
        for number in (signal.SIGINT, signal.SIGTERM):
            with contextlib.suppress(NotImplementedError):
                loop.add_signal_handler(number, stop)
        for name, bound in sockets.items():
            bound.listen(1024)  # "ready" is true the moment it is printed
            host, port = bound.getsockname()
            print(f"{name} sandbox ready on http://{host}:{port}", flush=True)  # noqa: T201
        await _serve_all(servers, sockets)

    with asyncio.Runner(loop_factory=_loop_factory()) as runner:
        runner.run(main())


@dataclass
class RunningSandbox:
    """A sandbox being served by a thread."""

    hubspot_url: str
    quickbooks_url: str
    sandbox: Sandbox


@contextlib.contextmanager
def running(config: SandboxConfig | None = None) -> Iterator[RunningSandbox]:
    """Serve both systems on free ports in a thread for as long as the block lasts."""
    config = config or SandboxConfig()
    sandbox = build(config)
    sockets = {name: _bind(config.host, 0) for name in SYSTEMS}
    servers = {name: _server(app) for name, app in sandbox.apps().items()}
    ports = {name: bound.getsockname()[1] for name, bound in sockets.items()}

    def work() -> None:
        with asyncio.Runner(loop_factory=_loop_factory()) as runner:
            runner.run(_serve_all(servers, sockets))

    for bound in sockets.values():
        bound.listen(1024)  # a client may connect before the loop turns
    thread = threading.Thread(target=work, name="sandbox", daemon=True)
    thread.start()
    try:
        yield RunningSandbox(
            f"http://{config.host}:{ports['hubspot']}", f"http://{config.host}:{ports['quickbooks']}", sandbox
        )
    finally:
        for server in servers.values():
            server.stop()
        thread.join(timeout=5)
        for bound in sockets.values():
            bound.close()
