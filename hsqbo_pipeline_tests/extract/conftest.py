"""Both systems in this process, a warehouse, and clients between them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from pydantic import SecretStr

from hsqbo_pipeline.clients.opening import hubspot_token, open_hubspot, open_quickbooks, quickbooks_token
from hsqbo_pipeline.clients.pair import Clients
from hsqbo_pipeline.core.tables import Row, rows
from hsqbo_pipeline.extract.read import read_all
from hsqbo_pipeline.extract.windows import Reading
from hsqbo_pipeline.sandbox.frame.server import Sandbox, SandboxConfig, build
from hsqbo_pipeline.store import reads
from hsqbo_pipeline.store.warehouse import Warehouse
from hsqbo_pipeline_tests.clients.virtual_time import VIRTUAL, virtual_run

START = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
LONG_AGO = "2025-12-01T00:00:00Z"
REALM = "9341450000000001"


@dataclass
class Night:
    """A sandbox and the warehouse that is kept beside it."""

    sandbox: Sandbox
    warehouse: Warehouse
    number: int = 0

    def read(self, **wanted: Any) -> dict[tuple[str, str], Row]:
        """One run's read of everything; its rows of `reads` by (system, object)."""
        self.number += 1
        run_id = f"run-{self.number}"
        for traffic in self.sandbox.traffic.values():
            traffic.clear()
        self.with_clients(lambda clients: read_all(self.warehouse, clients, Reading(run_id, **wanted)))
        return {(row["system"], row["object"]): row for row in reads.of_run(self.warehouse.con, run_id)}

    def with_clients(self, work: Callable[[Clients], Any]) -> Any:
        """Await what `work` makes of a pair of clients, in an event loop of its own."""

        async def go() -> Any:
            apps = self.sandbox.apps()
            hubspot = open_hubspot(
                "http://127.0.0.1:8801",
                "2026-09",
                hubspot_token(SecretStr("pat-sandbox")),
                clock=VIRTUAL,
                http=_to(apps["hubspot"]),
            )
            quickbooks = open_quickbooks(
                "http://127.0.0.1:8802",
                REALM,
                quickbooks_token(SecretStr("sandbox-access")),
                clock=VIRTUAL,
                http=_to(apps["quickbooks"]),
            )
            async with Clients(hubspot, quickbooks) as clients:
                return await work(clients)

        return virtual_run(go())

    def touched(self, system: str, name: str) -> list[str]:
        """What the last read changed of an object."""
        found = self.ask(
            "SELECT id FROM touched WHERE run_id = $run AND system = $system AND object = $object ORDER BY id",
            run=f"run-{self.number}",
            system=system,
            object=name,
        )
        return [row["id"] for row in found]

    def hubspot_person(self, action: str, name: str, record_id: str, **more: Any) -> str:
        """Something a person does in HubSpot's screens; the record's id afterwards."""
        return str(self.sandbox.hubspot.person({"action": action, "object": name, "id": record_id, **more})["id"])

    def quickbooks_person(self, action: str, name: str, record_id: str, **more: Any) -> str:
        """Something a person does in QuickBooks' screens; the record's id afterwards."""
        return str(self.sandbox.quickbooks.person({"action": action, "object": name, "id": record_id, **more})["id"])

    def wait(self, **period: float) -> None:
        """Let the systems' time pass."""
        self.sandbox.clock.advance(timedelta(**period).total_seconds())

    def faults(self, system: str, *rules: dict[str, Any]) -> None:
        """Make trouble on one side from now on."""
        self.sandbox.faults[system].load(rules)

    def ask(self, sql: str, **values: Any) -> list[Row]:
        """Rows of a query on the warehouse."""
        return rows(self.warehouse.con, sql, values or None)

    def gone(self, name: str) -> dict[str, str]:
        """Records of an object that are gone, and how."""
        return {
            row["id"]: row["gone"]
            for row in self.ask("SELECT id, gone FROM mirror WHERE object = $o AND gone IS NOT NULL", o=name)
        }

    def requests(self) -> dict[str, int]:
        """Requests of the last read, by system."""
        return {name: len(traffic.entries) for name, traffic in self.sandbox.traffic.items()}


def _to(app: Any) -> httpx.ASGITransport:
    return httpx.ASGITransport(app)


@pytest.fixture
def night(tmp_path: Path) -> Iterator[Night]:
    """An empty portal, a company with its default lists, no limits, and an empty warehouse."""
    sandbox = build(SandboxConfig(clock_start=START, limits=False))
    with Warehouse.open(tmp_path) as warehouse:
        yield Night(sandbox, warehouse)
