"""The two ports: served together, steered by control routes, gone when told."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from datetime import UTC, datetime

import httpx
import pytest

from hsqbo_pipeline.sandbox.frame.server import SandboxConfig, running, serve

START = datetime(2026, 11, 24, 15, tzinfo=UTC)


def test_both_ports_share_one_clock() -> None:
    """The clock moved on one port has moved on the other, and dates every answer."""
    with running(SandboxConfig(clock_start=START)) as served:
        moved = httpx.post(f"{served.hubspot_url}/_sandbox/clock", json={"advance_s": 3600}).json()["now"]
        seen = httpx.get(f"{served.quickbooks_url}/_sandbox/clock").json()["now"]
        assert datetime.fromisoformat(seen) >= datetime.fromisoformat(moved) > START
        answer = httpx.get(f"{served.quickbooks_url}/v3/company/1/item/1")
        assert answer.headers["date"].startswith("Tue, 24 Nov 2026 16:00")
        set_to = httpx.post(f"{served.quickbooks_url}/_sandbox/clock", json={"set": "2027-01-01T00:00:00Z"}).json()
        assert set_to["now"].startswith("2027-01-01T00:00:00")


def test_control_calls_are_not_counted() -> None:
    """State, traffic and the rest leave the counts alone; errors in them are sentences."""
    with running() as served:
        for url in (served.hubspot_url, served.quickbooks_url):
            for path in ("state", "requests", "traffic", "switches", "clock"):
                assert httpx.get(f"{url}/_sandbox/{path}").status_code == 200
            assert httpx.get(f"{url}/_sandbox/requests").json()["total"] == 0
            assert httpx.post(f"{url}/_sandbox/switches", json={"nonsense": 1}).status_code == 400
            assert httpx.post(f"{url}/_sandbox/faults", json=[{"do": "explode"}]).status_code == 400
            assert httpx.post(f"{url}/_sandbox/clock", content=b"{").status_code == 400


def test_reset_fills_again() -> None:
    """A reset without configuration brings back what the sandbox was built with; with one it starts anew."""
    filled: list[str] = []
    config = SandboxConfig(fill=lambda _sandbox, system: filled.append(system))
    with running(config) as served:
        assert sorted(filled) == ["hubspot", "quickbooks"]
        url = f"{served.quickbooks_url}/_sandbox/reset"
        assert httpx.post(url).json()["reset"] == ["quickbooks"]
        assert filled[2:] == ["quickbooks"]
        both = httpx.post(url, json={"company": {}, "portal": {}, "clock_start": "2026-01-01T00:00:00Z"}).json()
        assert sorted(both["reset"]) == ["hubspot", "quickbooks"]
        assert both["now"].startswith("2026-01-01")
        assert len(filled) == 3


@pytest.mark.skipif(sys.platform == "win32", reason="POSIX signals")
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_stops_it_at_once(number: signal.Signals) -> None:
    """Served from a terminal it says that it is ready and ends cleanly on either signal."""
    code = "from hsqbo_pipeline.sandbox.frame.server import *;serve(SandboxConfig(hubspot_port=0, quickbooks_port=0))"
    environment = {**os.environ, "PYTHONUNBUFFERED": "1"}
    with subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True, env=environment) as process:
        assert process.stdout is not None
        lines = [process.stdout.readline() for _ in range(2)]
        assert all("sandbox ready on http://127.0.0.1:" in line for line in lines)
        sent = time.monotonic()
        process.send_signal(number)
        assert process.wait(timeout=10) == 0
        assert time.monotonic() - sent < 3


def test_a_taken_port_is_named() -> None:
    """A port in use is said, with what to do."""
    with running() as served:
        port = int(served.quickbooks_url.rpartition(":")[2])
        with pytest.raises(OSError, match=f"port {port}"):
            serve(SandboxConfig(hubspot_port=0, quickbooks_port=port))


def test_latency_is_added() -> None:
    """Each answer of the systems takes at least the latency asked for."""
    with running(SandboxConfig(latency_ms=30)) as served:
        begun = time.monotonic()
        httpx.get(f"{served.quickbooks_url}/v3/company/1/item/1")
        assert time.monotonic() - begun >= 0.03
