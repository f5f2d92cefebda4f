"""A sandbox that is stopped and started again knows everything it knew."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from hsqbo_pipeline.sandbox import keeping
from hsqbo_pipeline.sandbox.books import to_hubspot, to_quickbooks
from hsqbo_pipeline.sandbox.frame.server import Sandbox, SandboxConfig, build
from hsqbo_pipeline.sandbox.generate import generate

START = datetime(2026, 11, 23, 9, tzinfo=UTC)


def filled() -> Sandbox:
    """A small company in both systems."""
    sandbox = build(SandboxConfig(clock_start=START))
    to_quickbooks.load(sandbox.quickbooks, generate(20, "quickbooks"))
    to_hubspot.load(sandbox.hubspot, generate(20, "hubspot"))
    return sandbox


def test_records_logins_ids_and_clock_survive(tmp_path: Path) -> None:
    """After a restart the state is equal, a person's new record gets the next id, and time goes on from there."""
    before = filled()
    token = before.quickbooks.office.connect()
    before.hubspot.person({"action": "create", "object": "contacts", "fields": {"email": "new@example.com"}})
    before.clock.advance(3600)
    keeping.save(before, tmp_path)
    after = build(SandboxConfig(clock_start=START))
    assert keeping.restore(after, tmp_path)
    assert after.quickbooks.state() == before.quickbooks.state()
    assert after.hubspot.state() == before.hubspot.state()
    assert after.clock.now() >= datetime(2026, 11, 23, 10, tzinfo=UTC)
    assert after.quickbooks.office.connect() != token
    made = after.quickbooks.person({"action": "create", "object": "Customer", "fields": {"DisplayName": "Next"}})
    assert made["record"]["Id"] == str(before.quickbooks.books.tables["Customer"].sequence.last + 1)
    with pytest.raises(ValueError, match="name"):
        after.quickbooks.person({"action": "create", "object": "Customer", "fields": {"DisplayName": "next"}})


def test_damaged_state_says_what_to_delete(tmp_path: Path) -> None:
    """A file that cannot be read is an error that names the folder; none at all is a fresh start."""
    assert not keeping.restore(build(SandboxConfig()), tmp_path)
    path = keeping.save(filled(), tmp_path)
    path.write_bytes(path.read_bytes()[:1000])
    with pytest.raises(keeping.StateError, match=f"delete {tmp_path}"):
        keeping.restore(build(SandboxConfig()), tmp_path)
