"""The points at which a night can die: before and after each request, each commit, and each file put in its place.

At each the watch also notes the *world* that a death would leave: what is on disk, how many writes the systems have
answered, and which are on their way. Two points with the same world are the same death.
"""

from __future__ import annotations

import asyncio
import hashlib
import os
import re
import signal
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from unittest.mock import patch

import httpx

from hsqbo_pipeline.apply import batches
from hsqbo_pipeline.clients import oauth, opening
from hsqbo_pipeline.clients.clock import Clock
from hsqbo_pipeline.model.names import System
from hsqbo_pipeline.runs import connection, ending, night
from hsqbo_pipeline.settings import Settings
from hsqbo_pipeline.store import warehouse
from hsqbo_pipeline_tests.apply.bench import HookedTransport

SYSTEMS = ("hubspot", "quickbooks")
# Records in one writing request here: a small town then has as many requests that can go wrong as a city.
SMALL = {System.HUBSPOT: 12, System.QUICKBOOKS: 7}
Meddler = Callable[[str, str, bytes], None]  # system, path, body
_READS = re.compile(r" GET |/query$|/search$|/batch/read$")
_OURS = re.compile(r"^(\d{8}T\d+|\..*)")  # names that differ from run to run


@dataclass
class Watch:
    """Counts the points of one process and kills it at `at`, the name of a point as an earlier watch has told it."""

    report: Path
    data: Path
    at: str | None = None
    answered: int = 0
    under_way: Counter[str] = field(default_factory=Counter)
    passed: Counter[str] = field(default_factory=Counter)

    def __post_init__(self) -> None:
        self._out = self.report.open("w", buffering=1)

    def __call__(self, what: str) -> None:
        """A point was reached."""
        before, _space, request = what.partition(" ")
        writes = request.startswith(SYSTEMS) and not _READS.search(request)
        if writes and before == "after":
            self.under_way -= Counter([request])
            self.answered += 1
        self.passed[what] += 1
        point = f"{what} #{self.passed[what]}"
        self._out.write(f"{point}\t{self._world() if self.at is None else ''}\n")
        if point == self.at:
            os.kill(os.getpid(), signal.SIGKILL)
        if writes and before == "before":
            self.under_way[request] += 1

    def _world(self) -> str:
        """A digest of what a death at this moment would leave."""
        found = [f"{self.answered} {sorted(self.under_way.items())}"]
        for folder, _folders, files in os.walk(self.data):
            for name in files:
                told = os.lstat(os.path.join(folder, name))
                found.append(f"{folder}/{name} {told.st_size} {told.st_mtime_ns} {told.st_ino}")
        return hashlib.sha256("\n".join(sorted(found)).encode()).hexdigest()[:12]

    def tell(self, text: str) -> None:
        """Something for the director."""
        self._out.write(text)

    def close(self) -> None:
        """Nothing more is told."""
        self._out.close()


@contextmanager
def watched(watch: Watch, meddle: Meddler | None = None) -> Iterator[None]:
    """Show the watch each point of what runs in the block. It waits for nothing and draws no report."""
    with (
        patch.object(night, "open_clients", _clients(watch, meddle)),
        patch.object(oauth.TokenEndpoint, "refresh", _told(oauth.TokenEndpoint.refresh, watch)),
        patch.object(warehouse, "transaction", _committed(warehouse.transaction, watch)),
        patch.object(Path, "replace", _placed(Path.replace, watch)),
        patch.object(Path, "rename", _placed(Path.rename, watch)),
        patch.object(batches, "LARGEST", SMALL),
        patch.object(ending, "write_all", lambda data, _run: data),  # drawn after everything this is about
    ):
        yield


def _told(refresh: Callable[..., Any], watch: Watch) -> Callable[..., Any]:
    async def told(endpoint: Any, *given: Any) -> Any:
        watch("before quickbooks login")
        answer = await refresh(endpoint, *given)
        watch("after quickbooks login")
        return answer

    return told


def _committed(transaction: Callable[..., Any], watch: Watch) -> Callable[..., Any]:
    @contextmanager
    def committed(con: Any) -> Iterator[None]:
        with transaction(con):
            yield
            watch("before commit")
        watch("after commit")

    return committed


def _placed(replace: Callable[..., Any], watch: Watch) -> Callable[..., Any]:
    def placed(path: Path, target: Path) -> Any:
        name = _OURS.sub("", Path(target).name) or "file"
        watch(f"before file {name}")
        done = replace(path, target)
        watch(f"after file {name}")
        return done

    return placed


def _clients(watch: Watch, meddle: Meddler | None) -> Callable[..., Any]:
    @asynccontextmanager
    async def clients(settings: Settings, _theirs: Clock) -> Any:  # `_through` gives each system a clock of its own
        with (
            patch.object(connection, "open_hubspot", _through(opening.open_hubspot, watch, "hubspot", meddle)),
            patch.object(connection, "open_quickbooks", _through(opening.open_quickbooks, watch, "quickbooks", meddle)),
        ):
            async with connection.open_clients(settings) as pair:
                yield pair

    return clients


def _through(opener: Callable[..., Any], watch: Watch, name: str, meddle: Meddler | None) -> Callable[..., Any]:
    passed = [0.0]

    async def sleep(seconds: float) -> None:
        passed[0] += seconds
        await asyncio.sleep(0)

    clock = Clock(monotonic=lambda: time.monotonic() + passed[0], sleep=sleep)

    def made(*given: Any, **named: Any) -> Any:
        inner = httpx.AsyncHTTPTransport(limits=httpx.Limits(keepalive_expiry=2))
        return opener(*given, **{**named, "clock": clock}, http=_Watched(inner, watch, name, meddle))

    return made


class _Watched(HookedTransport):
    """Shows requests to a meddler before they go out."""

    def __init__(self, inner: httpx.AsyncBaseTransport, watch: Watch, name: str, meddle: Meddler | None) -> None:
        super().__init__(inner, watch, name)
        self.meddle = meddle

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        if self.meddle is not None:
            self.meddle(self.name, request.url.path, request.content)
        return await super().handle_async_request(request)
