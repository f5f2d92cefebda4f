"""How many requests a run made: what the reports state and the acceptance figures are checked against."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import Any


@dataclass(slots=True)
class RequestCounts:
    """Requests of one transport since it was opened. Token requests are not counted, as neither API meters them.

    `total` counts every request sent, repeats included. `core_plus` counts successful reads that Intuit's partner
    programme meters (a batch is metered item by item; writes are free of charge).
    """

    total: int = 0
    reads: int = 0
    writes: int = 0
    retries: int = 0
    throttled: int = 0
    core_plus: int = 0
    by_endpoint: Counter[str] = field(default_factory=Counter)

    def sent(self, endpoint: str, *, write: bool, repeat: bool) -> None:
        """Count one request that goes out."""
        self.total += 1
        self.by_endpoint[endpoint] += 1
        self.retries += repeat
        if write:
            self.writes += 1
        else:
            self.reads += 1

    def as_dict(self) -> dict[str, Any]:
        """The counts as plain data, for metadata and reports."""
        return {
            "total": self.total,
            "reads": self.reads,
            "writes": self.writes,
            "retries": self.retries,
            "throttled": self.throttled,
            "core_plus": self.core_plus,
            "by_endpoint": dict(sorted(self.by_endpoint.items())),
        }
