"""`hsqbo demo` and `hsqbo ui`: the sandbox with the sample company and a night, or the Dagster UI, on top of it."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Annotated

import typer

from hsqbo_pipeline.cli.app import app
from hsqbo_pipeline.cli.printing import out, problem, say, summary
from hsqbo_pipeline.cli.sandbox import mistakes_told
from hsqbo_pipeline.errors import ExitCode, PipelineError

# The sandbox's own logins, said outright: a login in .env belongs to somebody real and is not shown to a sandbox.
_LOGINS = {
    "HSQBO_ENVIRONMENT": "sandbox",
    "HSQBO_HUBSPOT_TOKEN": "pat-sandbox",
    "HSQBO_QUICKBOOKS_CLIENT_ID": "sandbox-client",
    "HSQBO_QUICKBOOKS_CLIENT_SECRET": "sandbox-secret",
    "HSQBO_QUICKBOOKS_REFRESH_TOKEN": "sandbox-refresh",
    "HSQBO_QUICKBOOKS_REALM": "9341450000000001",
}
_PORTS = {"hubspot": 8801, "quickbooks": 8802}


@app.command()
def demo() -> None:
    """One whole night with the sample company, through Dagster; the next call is the next night."""
    from hsqbo_pipeline.defs.run_job import run_job
    from hsqbo_pipeline.sandbox.frame.server import running
    from hsqbo_pipeline.sandbox.keeping import Keeper
    from hsqbo_pipeline.sandbox.sample.fill import sample_config

    data = _data()
    with mistakes_told():
        keeper = Keeper(sample_config(), data / "sandbox" / "state")
        say("Starting the sandbox with the sample company")
        with running(keeper.config) as served:
            _point_at(served.hubspot_url, served.quickbooks_url)
            say("Running nightly_sync through Dagster")
            try:
                green, ended = run_job("nightly_sync", approve="auto", approved_by="demo")
            finally:
                keeper.save()
    if ended is None:
        raise PipelineError(
            "The night did not come to its end; what Dagster says above tells why.", code="SYS_UNMAPPED_ERROR"
        )
    summary(ended)
    say("The sandbox is stopped; its records and ours are kept for the next call (`make clean` forgets them).")
    raise typer.Exit(int(ended.exit_code) or (0 if green else int(ExitCode.RED)))


@app.command()
def ui(port: Annotated[int, typer.Option(min=1, max=65535, help="Where the Dagster UI listens.")] = 3000) -> None:
    """The sandbox and the Dagster UI, until Ctrl-C."""
    # A shell that starts this in the background has Ctrl-C ignored, and Dagster's processes would inherit that.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    data = _data()
    ports = {name: free_port(wanted) for name, wanted in _PORTS.items()}
    _point_at(*(f"http://127.0.0.1:{ports[name]}" for name in _PORTS))
    shown = free_port(port)
    hsqbo = [sys.executable, "-m", "hsqbo_pipeline"]
    addresses = [f"--{name}-port={number}" for name, number in ports.items()]
    with _child([*hsqbo, "sandbox", *addresses, f"--state={data / 'sandbox' / 'state'}"], "the sandbox") as served:
        _wait_for(ports.values(), served)
        # `dagster dev` recommends its successor each time, which wants a project of another shape.
        quiet = ["-W", "ignore:Function `dev_command`"]
        dagster = [
            sys.executable,
            *quiet,
            "-m",
            "dagster",
            "dev",
            "-w",
            "workspace.yaml",
            "-h",
            "127.0.0.1",
            "-p",
            str(shown),
        ]
        with _child(dagster, "Dagster") as webserver:
            _wait_for([shown], webserver)
            out.print(f"Dagster UI: http://127.0.0.1:{shown}")
            for name, number in ports.items():
                out.print(f"{name} sandbox: http://127.0.0.1:{number} (everything in it: /_sandbox/state)")
            out.print("Ctrl-C stops all of it.")
            with suppress(KeyboardInterrupt):
                while served.poll() is None and webserver.poll() is None:
                    time.sleep(0.5)


def _data() -> Path:
    """The data folder; Dagster's home is made in it where none is named."""
    from hsqbo_pipeline.settings import load as load_settings

    data = load_settings().data.resolve()
    home = Path(os.environ.setdefault("DAGSTER_HOME", str(data / "dagster_home")))
    home.mkdir(parents=True, exist_ok=True)
    return data


def _point_at(hubspot: str, quickbooks: str) -> None:
    """From here on, this process and its children know no other HubSpot and no other QuickBooks."""
    os.environ.update(_LOGINS, HSQBO_HUBSPOT_BASE_URL=hubspot, HSQBO_QUICKBOOKS_BASE_URL=quickbooks)


def free_port(wanted: int) -> int:
    """This port, or a free one where somebody listens already."""
    for port in (wanted, 0):
        with socket.socket() as tried, suppress(OSError):
            # The last one's connections may still be closing; only somebody who listens makes a port taken.
            tried.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            tried.bind(("127.0.0.1", port))
            return int(tried.getsockname()[1])
    raise OSError(f"port {wanted} is taken and no other is free")


@contextmanager
def _child(command: list[str], name: str) -> Iterator[subprocess.Popen[bytes]]:
    """A process that gets SIGINT at the end: `dagster dev` would leave its children behind at SIGTERM."""
    started = subprocess.Popen(command, stdout=subprocess.DEVNULL)  # noqa: S603 - our own interpreter
    try:
        yield started
    finally:
        if started.poll() is None:
            say(f"Stopping {name}")
            started.send_signal(signal.SIGINT)
            try:
                started.wait(timeout=15)
            except subprocess.TimeoutExpired:
                problem(f"{name} does not stop; ending it.")
                started.kill()


def _wait_for(ports: Iterable[int], child: subprocess.Popen[bytes], seconds: float = 60) -> None:
    """Until somebody answers on each port. Raises PipelineError if the process ends before."""
    until = time.monotonic() + seconds
    for port in ports:
        while time.monotonic() < until:
            if child.poll() is not None:
                raise PipelineError(f"It ended before it listened on port {port}; what it said stands above.")
            with socket.socket() as tried:
                if tried.connect_ex(("127.0.0.1", int(port))) == 0:
                    break
            time.sleep(0.2)
        else:
            raise PipelineError(f"Nothing listens on port {port} after {seconds:.0f} seconds.")
