"""The director's own sandbox, served by a thread: what happens to it stays."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import uvicorn

from hsqbo_pipeline.sandbox.frame.server import Sandbox
from hsqbo_pipeline_tests.nights.torture.points import SYSTEMS
from hsqbo_pipeline_tests.nights.torture.stage import Theatre, listening


class _Quiet(uvicorn.Server):
    """A server that leaves signals to the process."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


@contextmanager
def serving(sandbox: Sandbox) -> Iterator[Theatre]:
    """Serve this very sandbox for as long as the block lasts."""
    sockets = {name: listening() for name in SYSTEMS}
    quiet = {"lifespan": "off", "log_level": "critical", "access_log": False, "ws": "none", "date_header": False}
    servers = {name: _Quiet(uvicorn.Config(app, **quiet)) for name, app in sandbox.apps().items()}

    async def both() -> None:
        await asyncio.gather(*(server.serve(sockets=[sockets[name]]) for name, server in servers.items()))

    thread = threading.Thread(target=lambda: asyncio.run(both()), daemon=True)
    thread.start()
    try:
        yield Theatre({name: f"http://127.0.0.1:{each.getsockname()[1]}" for name, each in sockets.items()})
    finally:
        for server in servers.values():
            server.should_exit = server.force_exit = True
        thread.join(timeout=10)
        for each in sockets.values():
            each.close()
