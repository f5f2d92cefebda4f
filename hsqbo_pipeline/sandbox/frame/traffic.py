"""What clients asked of a system: every request, counted and kept, so that a test can say what was sent."""

from __future__ import annotations

from collections import Counter, deque
from dataclasses import dataclass
from datetime import datetime

from hsqbo_pipeline.sandbox.frame.clock import Clock

KEPT = 50_000
"""Entries kept for tests; the counts go on beyond it."""


@dataclass(frozen=True, slots=True)
class RequestEntry:
    """One API request. `endpoint` is "METHOD /path/with/{id}"; `write` means that it may change data.

    `metered` is how many reads the vendor would charge for it, as Intuit does.
    """

    method: str
    path: str
    endpoint: str
    query: str
    body_bytes: bytes
    status: int
    actor: str
    write: bool
    kind: str | None = None
    objects: tuple[str, ...] = ()
    metered: int = 0
    at: datetime | None = None


class Traffic:
    """The log and the counters of one system. Token and control requests are never recorded."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._in_flight = 0
        self.clear()

    def clear(self) -> None:
        """Forget everything; requests in flight stay in flight."""
        self.entries: deque[RequestEntry] = deque(maxlen=KEPT)
        self.diagnostics: list[dict[str, object]] = []
        self._by_endpoint: Counter[str] = Counter()
        self._total = self._writes = self._throttled = self._metered = self._people = 0
        self._peak_in_flight = self._in_flight
        self._windows: dict[int, deque[float]] = {10: deque(), 60: deque()}
        self._peaks = {10: 0, 60: 0}

    def enter(self) -> None:
        """A request has arrived."""
        self._in_flight += 1
        self._peak_in_flight = max(self._peak_in_flight, self._in_flight)

    def leave(self) -> None:
        """A request has been answered, or its connection cut."""
        self._in_flight -= 1

    def record(self, entry: RequestEntry) -> None:
        """Count a request and keep it; bodies are kept of writes alone."""
        now = self._clock.now()
        kept = entry.body_bytes if entry.write else b""
        self.entries.append(
            RequestEntry(
                entry.method,
                entry.path,
                entry.endpoint,
                entry.query,
                kept,
                entry.status,
                entry.actor,
                entry.write,
                entry.kind,
                entry.objects,
                entry.metered,
                now,
            )
        )
        self._total += 1
        self._writes += entry.write
        self._throttled += entry.status == 429
        self._metered += entry.metered
        self._by_endpoint[entry.endpoint] += 1
        for width, window in self._windows.items():
            self._slide(window, now.timestamp(), width)

    def _slide(self, window: deque[float], now: float, width: int) -> None:
        window.append(now)
        while window[0] <= now - width:
            window.popleft()
        self._peaks[width] = max(self._peaks[width], len(window))

    def person_acted(self) -> None:
        """A person did something over the control route: counted apart, in no other figure."""
        self._people += 1

    def note(self, sentence: str, **facts: object) -> None:
        """Keep something a client did that a real system may not forgive; it fails no request."""
        self.diagnostics.append({"note": sentence, **facts})

    def summary(self) -> dict[str, object]:
        """Totals since the last clear; peaks are measured on the sandbox clock."""
        return {
            "total": self._total,
            "reads": self._total - self._writes,
            "writes": self._writes,
            "throttled": self._throttled,
            "by_endpoint": dict(self._by_endpoint),
            "peak_per_10s": self._peaks[10],
            "peak_per_minute": self._peaks[60],
            "peak_in_flight": self._peak_in_flight,
            "metered_reads": self._metered,
            "by_people": self._people,
            "diagnostics": self.diagnostics,
        }

    def listing(self) -> list[dict[str, object]]:
        """Each kept request as plain values, oldest first, bodies as text."""
        return [
            {
                "method": entry.method,
                "path": entry.path,
                "endpoint": entry.endpoint,
                "query": entry.query,
                "body": entry.body_bytes.decode("utf-8", "replace"),
                "status": entry.status,
                "actor": entry.actor,
                "write": entry.write,
                "kind": entry.kind,
                "objects": list(entry.objects),
                "at": entry.at.isoformat() if entry.at else None,
            }
            for entry in self.entries
        ]
