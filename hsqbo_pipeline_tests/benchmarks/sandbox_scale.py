"""How fast a large sandbox starts and serves: python -m hsqbo_pipeline_tests.benchmarks.sandbox_scale [RECORDS]

Starts `hsqbo sandbox --records N` as a user would, then asks one request after the other over one connection a system.
Requests a second are requests by the processor seconds that the server itself spent (Linux: /proc), so neither the
client nor other work on the machine counts: it is what one core serves.
"""

from __future__ import annotations

import http.client
import json
import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

REALM = "9341450000000001"
SECONDS = 3.0
_TICKS = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True)
class Ask:
    """One kind of request: which system, and what is sent. `rows` is the key of the rows in the answer."""

    name: str
    system: str
    method: str
    path: str
    body: Any = None


def asks(records: int, first_id: int) -> list[Ask]:
    """Lists, queries and searches, at the beginning and deep in the paging."""
    deep = int(records * 0.95)
    objects = "/crm/objects/2026-09/contacts"
    wanted = "limit=100&properties=email,firstname,lastname,phone,lastmodifieddate"
    some = [{"id": str(first_id + n * (records // 100))} for n in range(100)]
    newer = {"propertyName": "lastmodifieddate", "operator": "GTE", "value": "2020-01-01T00:00:00Z"}
    beyond = {"propertyName": "hs_object_id", "operator": "GT", "value": str(first_id + deep)}
    names = ["email", "firstname", "lastname"]
    by_time = {"sorts": ["hs_object_id"], "limit": 200, "properties": names, "filterGroups": [{"filters": [newer]}]}
    from_id = {**by_time, "filterGroups": [{"filters": [newer, beyond]}]}

    def statement(text: str) -> str:
        return f"/v3/company/{REALM}/query?query={quote(text)}"

    query = "select * from Customer"
    since = "where MetaData.LastUpdatedTime >= '2020-01-01T00:00:00Z' orderby MetaData.LastUpdatedTime"
    ids = ", ".join(f"'{deep + n}'" for n in range(1000))
    return [
        Ask("HubSpot: list of 100", "hubspot", "GET", f"{objects}?{wanted}"),
        Ask("HubSpot: list of 100, deep", "hubspot", "GET", f"{objects}?{wanted}&after={first_id + deep}"),
        Ask("HubSpot: batch read of 100", "hubspot", "POST", f"{objects}/batch/read", {"inputs": some, "properties": names}),
        Ask("HubSpot: search of 200 by time", "hubspot", "POST", f"{objects}/search", by_time),
        Ask("HubSpot: the same, offset 9,800", "hubspot", "POST", f"{objects}/search", {**by_time, "after": "9800"}),
        Ask("HubSpot: search of 200 from an id", "hubspot", "POST", f"{objects}/search", from_id),
        Ask("QuickBooks: one customer", "quickbooks", "GET", f"/v3/company/{REALM}/customer/{deep}"),
        Ask("QuickBooks: query of 1,000", "quickbooks", "GET", statement(f"{query} orderby Id startposition 1 maxresults 1000")),
        Ask("QuickBooks: the same, deep", "quickbooks", "GET", statement(f"{query} orderby Id startposition {deep} maxresults 1000")),
        Ask("QuickBooks: query of 1,000 by time", "quickbooks", "GET", statement(f"{query} {since} startposition 1 maxresults 1000")),
        Ask("QuickBooks: the same, deep", "quickbooks", "GET", statement(f"{query} {since} startposition {deep} maxresults 1000")),
        Ask("QuickBooks: 1,000 ids", "quickbooks", "POST", f"/v3/company/{REALM}/query", f"{query} where Id in ({ids}) maxresults 1000"),
        Ask("QuickBooks: count", "quickbooks", "GET", statement("select count(*) from Customer")),
        Ask("QuickBooks: one name", "quickbooks", "GET", statement(f"{query} where DisplayName = 'Nobody'")),
    ]  # fmt: skip


def cpu_seconds(pid: int) -> float:
    """Processor time a process has spent."""
    parts = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
    return (int(parts[11]) + int(parts[12])) / _TICKS


def peak_mb(pid: int) -> int:
    """The most memory a process has held."""
    found = re.search(r"VmHWM:\s+(\d+)", Path(f"/proc/{pid}/status").read_text(encoding="ascii"))
    return int(found[1]) // 1024 if found else 0


@contextmanager
def started(records: int) -> Iterator[tuple[int, dict[str, str]]]:
    """A sandbox that is ready: its process, and the address of each system."""
    command = [sys.executable, "-m", "hsqbo_pipeline", "sandbox", "--records", str(records), "--no-limits"]
    process = subprocess.Popen(
        [*command, "--hubspot-port", "0", "--quickbooks-port", "0"], stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    addresses: dict[str, str] = {}
    try:
        while len(addresses) < 2:
            line = process.stdout.readline()
            if not line:
                raise RuntimeError("the sandbox ended before it was ready")
            found = re.match(r"(\w+) sandbox ready on http://(\S+)", line)
            if found:
                addresses[found[1]] = found[2]
        yield process.pid, addresses
    finally:
        process.terminate()
        process.wait()


class Connection:
    """One kept connection to one system."""

    def __init__(self, address: str, token: str) -> None:
        self._http = http.client.HTTPConnection(address)
        self._headers = {"Authorization": f"Bearer {token}", "Accept": "application/json"}

    def ask(self, ask: Ask) -> bytes:
        """The answer to one request. Raises RuntimeError for a refusal."""
        plain = isinstance(ask.body, str)
        content = None if ask.body is None else ask.body if plain else json.dumps(ask.body)
        kind = "application/text" if plain else "application/json"
        self._http.request(ask.method, ask.path, content, {**self._headers, "Content-Type": kind})
        answer = self._http.getresponse()
        body = answer.read()
        if answer.status != 200:
            raise RuntimeError(f"{ask.name}: {answer.status} {body[:300]!r}")
        return body


def measured(ask: Ask, connection: Connection, pid: int) -> str:
    """A line of the table."""
    first = time.perf_counter()
    size = len(connection.ask(ask))
    first = time.perf_counter() - first
    asked, spent, until = 0, cpu_seconds(pid), time.perf_counter() + SECONDS
    while time.perf_counter() < until:
        connection.ask(ask)
        asked += 1
    spent = cpu_seconds(pid) - spent
    return f"{ask.name:40} {asked / spent:>10,.0f} {first * 1000:>12,.1f} {size / 1024:>10,.0f}"


def main(records: int) -> None:
    """Print the figures."""
    begun = time.perf_counter()
    with started(records) as (pid, addresses):
        ready = time.perf_counter() - begun
        print(f"{records:,} customers a side: ready after {ready:.1f} s ({cpu_seconds(pid):.1f} s of processor time)")  # noqa: T201
        connections = {
            name: Connection(addresses[name], token)
            for name, token in (("hubspot", "pat-sandbox"), ("quickbooks", "sandbox-access"))
        }
        page = json.loads(
            connections["hubspot"].ask(Ask("first", "hubspot", "GET", "/crm/objects/2026-09/contacts?limit=1"))
        )
        print(f"{'':40} {'requests/s':>10} {'first, ms':>12} {'kB':>10}")  # noqa: T201
        for each in asks(records, int(page["results"][0]["id"])):
            print(measured(each, connections[each.system], pid))  # noqa: T201
        print(f"peak memory {peak_mb(pid):,} MB")  # noqa: T201


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 200_000)
