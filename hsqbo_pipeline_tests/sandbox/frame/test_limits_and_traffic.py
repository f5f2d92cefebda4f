"""Rolling limits, request counts, switches."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from hsqbo_pipeline.sandbox.frame.clock import Clock
from hsqbo_pipeline.sandbox.frame.limits import Limit, Limits
from hsqbo_pipeline.sandbox.frame.switches import Switches
from hsqbo_pipeline.sandbox.frame.traffic import RequestEntry, Traffic


def _clock() -> Clock:
    return Clock(datetime(2026, 11, 24, tzinfo=UTC), frozen=True)


def _entry(*, write: bool = False, status: int = 200) -> RequestEntry:
    return RequestEntry("POST", "/x/1", "POST /x/{id}", "", b"body", status, "client", write)


def test_a_window_rolls() -> None:
    """As many as allowed pass in any stretch of the window; a refused one takes no place."""
    clock = _clock()
    limits = Limits(clock)
    limits.use([Limit("ten", 2, 10), Limit("batch", 1, 60, "batch")])
    assert [limits.refuse() is None for _ in range(4)] == [True, True, False, False]
    assert limits.remaining("ten") == 0
    clock.advance(10)
    assert limits.refuse(("batch",)) is None
    refused = limits.refuse(("batch",))
    assert refused is not None
    assert refused.name == "batch"
    assert limits.remaining("ten") == 1
    assert limits.refuse(owner="another application") is None


def test_limits_can_be_off() -> None:
    """Switched off, nothing is refused."""
    limits = Limits(_clock(), enabled=False)
    limits.use([Limit("one", 1, 60)])
    assert [limits.refuse() for _ in range(5)] == [None] * 5


def test_counts_and_peaks() -> None:
    """Totals, kinds and peaks per stretch of the sandbox clock; clearing zeroes all of it."""
    clock = _clock()
    traffic = Traffic(clock)
    traffic.enter()
    traffic.enter()
    for write in (True, False, False):
        traffic.record(_entry(write=write))
    clock.advance(30)
    traffic.record(_entry(status=429))
    traffic.leave()
    summary = traffic.summary()
    assert {key: summary[key] for key in ("total", "writes", "reads", "throttled")} == {
        "total": 4,
        "writes": 1,
        "reads": 3,
        "throttled": 1,
    }
    assert (summary["peak_per_10s"], summary["peak_per_minute"], summary["peak_in_flight"]) == (3, 4, 2)
    assert summary["by_endpoint"] == {"POST /x/{id}": 4}
    assert [entry.body_bytes for entry in traffic.entries] == [b"body", b"", b"", b""]
    traffic.clear()
    assert traffic.summary()["total"] == 0
    assert traffic.listing() == []


def test_switches_are_checked() -> None:
    """A switch takes a value of its own kind and no unknown name; restore brings the defaults back."""
    switches = Switches()
    switches.change({"qb_strict_paging": False, "qb_refresh_token_grace_s": 5})
    assert switches.qb_strict_paging is False
    for wrong in ({"qb_strict_paging": "no"}, {"qb_cdc_too_old_code": 7}, {"unknown": 1}, {"hs_search_lag_s": True}):
        with pytest.raises(ValueError, match="switch"):
            switches.change(wrong)
    switches.restore({"qb_rounding": "half_even"})
    assert (switches.qb_strict_paging, switches.qb_rounding) == (True, "half_even")
