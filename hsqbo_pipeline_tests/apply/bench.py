"""Both systems in this process, a warehouse, plans made by hand, and a switch that kills the writer at a chosen point."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import orjson
from pydantic import SecretStr

from hsqbo_pipeline.apply.settle import SettleResult, settle
from hsqbo_pipeline.apply.writer import ApplyResult, apply
from hsqbo_pipeline.clients.opening import hubspot_token, open_hubspot, open_quickbooks, quickbooks_token
from hsqbo_pipeline.clients.pair import Clients
from hsqbo_pipeline.core.decisions import Company, Situation, Verdict
from hsqbo_pipeline.core.tables import Row, rows
from hsqbo_pipeline.extract.read import read_all
from hsqbo_pipeline.extract.windows import Reading
from hsqbo_pipeline.model.names import Entity, System
from hsqbo_pipeline.model.operations import Operation
from hsqbo_pipeline.sandbox.frame.server import Sandbox, SandboxConfig, build
from hsqbo_pipeline.store import journal, plans
from hsqbo_pipeline.store.warehouse import Warehouse
from hsqbo_pipeline_tests.clients.virtual_time import VIRTUAL, virtual_run
from hsqbo_pipeline_tests.core.ledger import COMPANY, situation

START = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
REALM = "9341450000000001"
Hook = Callable[[str], None]


class KilledError(BaseException):
    """The process is gone: nothing that waits on it may go on."""


@dataclass
class Killer:
    """Counts the points at which a process can die, and dies at one of them.

    Points are: before a request is sent, after its answer came, before a commit and after it. Once dead, nothing more
    gets out of this process.
    """

    at: int | None = None
    points: list[str] = field(default_factory=list)
    dead: bool = False

    def __call__(self, point: str) -> None:
        if self.dead:
            raise KilledError
        self.points.append(point)
        if self.at is not None and len(self.points) == self.at:
            self.dead = True
            raise KilledError


class HookedTransport(httpx.AsyncBaseTransport):
    """Tells a hook of each request, before and after."""

    def __init__(self, inner: httpx.AsyncBaseTransport, hook: Hook, name: str) -> None:
        self.inner, self.hook, self.name = inner, hook, name

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        label = f"{self.name} {request.method} {request.url.path}"
        self.hook(f"before {label}")
        try:
            response = await self.inner.handle_async_request(request)
        except ConnectionResetError as error:
            raise httpx.ReadError(str(error), request=request) from error
        self.hook(f"after {label}")
        return response


class HookedWarehouse(Warehouse):
    """Tells a hook of each commit, before and after."""

    hook: Hook = staticmethod(lambda _point: None)

    @contextmanager
    def transaction(self) -> Iterator[Any]:
        with super().transaction() as con:
            yield con
            self.hook("before commit")
        self.hook("after commit")


@dataclass
class Bench:
    """A sandbox and the state kept beside it, night after night."""

    data: Path
    sandbox: Sandbox = field(default_factory=lambda: build(SandboxConfig(clock_start=START, limits=False)))
    company: Company = COMPANY
    environment: str = "sandbox"
    hook: Hook = lambda _point: None
    nights: int = 0
    progress: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.warehouse = HookedWarehouse.open(self.data)

    def close(self) -> None:
        self.warehouse.close()

    def reopen(self) -> None:
        """What the next process finds."""
        self.warehouse.close()
        self.hook = lambda _point: None
        self.warehouse = HookedWarehouse.open(self.data)

    @property
    def run_id(self) -> str:
        return f"run-{self.nights}"

    def situation(self) -> Situation:
        """As the night's first stage would make it."""
        con = self.warehouse.con
        now = rows(con, "SELECT max(read_at) AS t FROM reads WHERE system = 'quickbooks'")[0]["t"] or START
        marks = rows(
            con,
            "SELECT payload->>'object' AS o FROM mirror WHERE object = 'property_definitions' "
            "AND payload->>'name' = 'qbo_id' AND (payload->>'hasUniqueValue')::BOOLEAN",
        )
        base = situation(company=self.company)
        portal = replace(base.portal, unique_marks=frozenset(row["o"] for row in marks))
        return replace(
            base, run_id=self.run_id, portal=portal, now=now, today=now.date(), sequences=journal.sequences(con), environment=self.environment,
        )  # fmt: skip

    def read(self) -> None:
        """A new night: bring the mirror to now."""
        self.nights += 1
        self.sandbox.clock.advance(60)
        self.call(lambda clients: read_all(self.warehouse, clients, Reading(self.run_id)))

    def call(self, work: Callable[[Clients], Any]) -> Any:
        """Await what `work` makes of a pair of clients, in an event loop of its own."""

        async def go() -> Any:
            apps = self.sandbox.apps()
            made = {name: HookedTransport(httpx.ASGITransport(app), self.hook, name) for name, app in apps.items()}
            hubspot = open_hubspot(
                "http://127.0.0.1:8801",
                "2026-09",
                hubspot_token(SecretStr("pat-sandbox")),
                clock=VIRTUAL,
                http=made["hubspot"],
            )
            quickbooks = open_quickbooks(
                "http://127.0.0.1:8802",
                REALM,
                quickbooks_token(SecretStr("sandbox-access")),
                clock=VIRTUAL,
                http=made["quickbooks"],
            )
            self.warehouse.hook = self.hook
            async with Clients(hubspot, quickbooks) as clients:
                return await work(clients)

        return virtual_run(go())

    def seal(self, operations: Sequence[Operation]) -> str:
        """A plan of these operations, approved."""
        verdicts = [
            Verdict(
                each.entity,
                each.hubspot_id,
                each.quickbooks_id,
                "OPS_UNCHANGED",
                operations=(each,),
                label=each.operation_id,
            )
            for each in operations
        ]
        with self.warehouse.transaction() as con:
            plans.keep(
                con,
                self.run_id,
                [replace(v, hubspot_id=v.hubspot_id or v.operations[0].operation_id) for v in verdicts],
            )
            return plans.seal(con, self.run_id, created_at=START, inputs_hash="", needs_approval=False)

    def write(self, operations: Sequence[Operation]) -> ApplyResult:
        """Carry a plan of these operations out."""
        plan_hash, now = self.seal(operations), self.situation()
        note = lambda _stage, said: self.progress.append(said)  # noqa: E731
        return self.call(lambda clients: apply(self.warehouse, clients, plan_hash, now, on_progress=note))

    def settle(self, **how: Any) -> SettleResult:
        """Settle what an earlier night left open."""
        now = self.situation()
        return self.call(lambda clients: settle(self.warehouse, clients, now, **how))

    def faults(self, system: str, *rules: dict[str, Any]) -> None:
        """Make trouble on one side from now on."""
        self.sandbox.faults[system].load([{"system": system, **rule} for rule in rules])

    def ask(self, sql: str, **values: Any) -> list[Row]:
        """Rows of a query on the warehouse."""
        return rows(self.warehouse.con, sql, values or None)

    def ends(self) -> dict[str, tuple[str, str | None]]:
        """What became of the newest plan's operations, by label."""
        found = self.ask(
            "SELECT label, operations.status AS status, code FROM operations JOIN plans ON hash = plan_hash "
            "WHERE plans.status <> 'superseded'"
        )
        return {row["label"]: (row["status"], row["code"]) for row in found}

    def slots(self, label: str) -> dict[str, Any]:
        """What the newest end of an operation tells."""
        (row,) = self.ask(
            "SELECT slots FROM operations WHERE label = $l AND status <> 'planned' ORDER BY run_id DESC LIMIT 1",
            l=label,
        )
        return orjson.loads(row["slots"] or "{}")

    def links(self, entity: Entity) -> dict[str, str]:
        """HubSpot id by QuickBooks id."""
        found = self.ask("SELECT hubspot_id, quickbooks_id FROM links WHERE entity = $e", e=entity.value)
        return {row["quickbooks_id"]: row["hubspot_id"] for row in found}

    def hubspot(self, kind: str) -> list[dict[str, Any]]:
        """Living records of an object as HubSpot has them."""
        return [each for each in self.sandbox.hubspot.state()[kind] if not each.get("archived")]

    def quickbooks(self, name: str) -> list[dict[str, Any]]:
        """Entities as QuickBooks has them."""
        return self.sandbox.quickbooks.state()[name]

    def requests(self, system: str, *, writes: bool | None = None) -> list[Any]:
        """Requests since the counters were last cleared."""
        entries = self.sandbox.traffic[system].entries
        return [entry for entry in entries if writes is None or entry.write == writes]

    def clear_traffic(self) -> None:
        for traffic in self.sandbox.traffic.values():
            traffic.clear()

    def person(self, system: System, action: str, name: str, **more: Any) -> dict[str, Any]:
        """What a person does in a system's screens."""
        owner = self.sandbox.hubspot if system is System.HUBSPOT else self.sandbox.quickbooks
        return owner.person({"action": action, "object": name, **more})
