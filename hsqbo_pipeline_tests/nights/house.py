"""A sandbox, a data folder and the rules of one connection: a night is one call."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import duckdb

from hsqbo_pipeline.core.tables import Row, rows
from hsqbo_pipeline.model.rules import Rules
from hsqbo_pipeline.runs import night
from hsqbo_pipeline.runs.ending import Ended
from hsqbo_pipeline.runs.request import Request
from hsqbo_pipeline.runs.sync import sync
from hsqbo_pipeline.sandbox.frame.server import RunningSandbox, SandboxConfig, running
from hsqbo_pipeline.scenarios.waiting import passing
from hsqbo_pipeline.settings import Settings

RULES: dict[str, Any] = {
    "timezone": "America/New_York",
    "mode": "automatic",
    "start": "2020-01-01T00:00:00",
    "limits": "off",
    "customers": {"hubspot_to_quickbooks_filter": "all"},
}
SYSTEMS = ("hubspot", "quickbooks")


@dataclass
class House:
    """One connection to a running sandbox."""

    served: RunningSandbox
    data: Path
    rules: dict[str, Any] = field(default_factory=lambda: dict(RULES))

    @property
    def settings(self) -> Settings:
        """The settings of this connection."""
        return self.settings_with()

    def settings_with(self, **more: Any) -> Settings:
        """The settings with some of them replaced."""
        addresses = {"hubspot_base_url": self.served.hubspot_url, "quickbooks_base_url": self.served.quickbooks_url}
        return Settings(data=self.data, _env_file=None, **(addresses | more))

    def night(
        self, request: Request | None = None, *, pass_s: float = 3600, pages: bool = False, **settings: Any
    ) -> Ended:
        """An hour passes on the sandbox's clock, then one run; the counters start at zero before it. Its pages where a test reads them."""
        self.served.sandbox.clock.advance(pass_s)
        for name in SYSTEMS:
            self.served.sandbox.traffic[name].clear()
        asked = replace(request or Request(), pages=pages)
        return sync(self.settings_with(**settings), Rules.model_validate(self.rules), asked)

    def writes(self) -> dict[str, int]:
        """Requests of ours that may change data, since the last night began."""
        return {name: self.served.sandbox.traffic[name].summary()["writes"] for name in SYSTEMS}

    def requests(self) -> int:
        """All requests of ours since the last night began."""
        return sum(self.served.sandbox.traffic[name].summary()["total"] for name in SYSTEMS)

    def person(self, system: str, action: str, name: str, fields: Mapping[str, Any] | None = None, **more: Any) -> str:
        """A person does something in a system's own screen; returns the record's id."""
        done = getattr(self.served.sandbox, system).person(
            {"action": action, "object": name, "fields": dict(fields or {}), **more}
        )
        return str(done["id"])

    def customer(self, name: str, email: str | None = None, **fields: Any) -> str:
        """A bookkeeper makes a customer."""
        mail = {"PrimaryEmailAddr": {"Address": email}} if email else {}
        return self.person("quickbooks", "create", "Customer", {"DisplayName": name, **mail, **fields})

    def contact(self, email: str, **properties: Any) -> str:
        """A salesperson makes a contact."""
        return self.person("hubspot", "create", "contacts", {"email": email, **properties})

    def live(self, system: str, name: str) -> list[dict[str, Any]]:
        """The records of one object, archived ones left out."""
        return [one for one in getattr(self.served.sandbox, system).state().get(name, []) if not one.get("archived")]

    def ask(self, sql: str) -> list[Row]:
        """A question to the warehouse."""
        con = duckdb.connect(str(self.data / "warehouse.duckdb"), read_only=True)
        try:
            return rows(con, sql)
        finally:
            con.close()

    def states(self) -> dict[str, str]:
        """Record key to code."""
        return {row["record_key"]: row["code"] for row in self.ask("SELECT record_key, code FROM record_states")}


@contextmanager
def house(data: Path, config: SandboxConfig | None = None, **rules: Any) -> Iterator[House]:
    """A fresh sandbox and an empty data folder."""
    with running(config or SandboxConfig()) as served, impatient(served):
        yield House(served, data, RULES | rules)


@contextmanager
def impatient(served: RunningSandbox) -> Iterator[None]:
    """Nights in the block wait for nothing: what they would sleep passes on the sandbox's clock and on theirs."""
    before = night.SYSTEM_CLOCK
    night.SYSTEM_CLOCK = passing(served)
    try:
        yield
    finally:
        night.SYSTEM_CLOCK = before
