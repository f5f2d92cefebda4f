"""Each kind of fault, asked of each system over a real connection: what the client sees, and whether it was written."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from hsqbo_pipeline.sandbox.frame.faults import KINDS
from hsqbo_pipeline.sandbox.frame.server import RunningSandbox, SandboxConfig, running

CUT = 0
NOT_WRITTEN = {
    "401": 401, "403": 403, "423": 423, "477": 477, "429": 429, "429_daily": 429, "429_secondly": 429,
    "429_ten_secondly": 429, "500": 500, "502": 502, "503": 503, "504": 504, "system_fault": 500, "html_maintenance": 503,
    "batch_refused": 400, "reset_before": CUT,
}  # fmt: skip
WRITTEN = {"apply_then_500": 500, "apply_then_reset": CUT, "close_mid_body": CUT, "empty_body": 200, "slow": 200}
ELSEWHERE = {
    "fault_in_200", "429_item", "partial_207", "truncate_page", "search_lag", "stale_token", "change_before_write",
    "delete_before_write", "token_rotated", "token_lost", "429_monthly",
}  # fmt: skip
"""What needs more than one create to be seen: tested with each system."""
SENDS: dict[str, tuple[str, Any, str, str]] = {
    "quickbooks": ("/v3/company/9341450000000001/customer", {"DisplayName": "Ada"}, "Customer", "sandbox-access"),
    "hubspot": ("/crm/objects/2026-09/companies", {"properties": {"name": "Ada"}}, "companies", "pat-sandbox"),
}


@pytest.fixture(scope="module")
def box() -> Iterator[RunningSandbox]:
    """A sandbox on free ports."""
    with running(SandboxConfig(limits=False)) as served:
        yield served


def test_no_kind_is_forgotten() -> None:
    """Every kind of fault is in one of the tables here."""
    assert NOT_WRITTEN.keys() | WRITTEN.keys() | ELSEWHERE == KINDS


@pytest.mark.rule("QBC8", "HSC11")
@pytest.mark.parametrize("system", sorted(SENDS))
@pytest.mark.parametrize("kind", sorted(NOT_WRITTEN | WRITTEN))
def test_what_a_create_meets(box: RunningSandbox, system: str, kind: str) -> None:
    """The n-th create at an endpoint meets the fault, the next one does not; the state tells whether it took effect."""
    path, body, name, token = SENDS[system]
    url = box.quickbooks_url if system == "quickbooks" else box.hubspot_url
    box.sandbox.reset(system)
    when = {"write": "create", "object": name, "endpoint": "POST", "nth": 1}
    with httpx.Client(base_url=url, headers={"Authorization": f"Bearer {token}"}) as http:
        http.post("/_sandbox/faults", json={"rules": [{"system": system, "when": when, "do": kind, "seconds": 0.01}]})
        begun = time.monotonic()
        status = _status(http, path, body)
        assert kind != "slow" or time.monotonic() - begun >= 0.01
        assert status == (NOT_WRITTEN | WRITTEN)[kind]
        assert len(box.sandbox.systems[system].state()[name]) == (kind in WRITTEN)
        if kind != "401":
            assert _status(http, path, body) in (200, 400)


def _status(http: httpx.Client, path: str, body: Any) -> int:
    try:
        answer = http.post(path, json=body)
        return 200 if answer.is_success else answer.status_code
    except httpx.TransportError:
        return CUT
