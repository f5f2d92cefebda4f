"""Where a scenario is played: a fresh sandbox, a fresh data folder, the names so far, and what each run came to."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import duckdb
from pydantic import SecretStr

from hsqbo_pipeline.clients.clock import Clock
from hsqbo_pipeline.core.tables import Row, rows
from hsqbo_pipeline.errors import HsqboError
from hsqbo_pipeline.model.rules import Rules
from hsqbo_pipeline.runs.ending import Ended
from hsqbo_pipeline.runs.request import Kind, Request
from hsqbo_pipeline.runs.sync import sync
from hsqbo_pipeline.sandbox.cast import Cast, Named
from hsqbo_pipeline.sandbox.frame.clock import parse_instant
from hsqbo_pipeline.sandbox.frame.server import SYSTEMS, RunningSandbox, SandboxConfig, running
from hsqbo_pipeline.scenarios import words
from hsqbo_pipeline.scenarios.reading import Scenario
from hsqbo_pipeline.scenarios.waiting import passing
from hsqbo_pipeline.settings import SANDBOX_REALM, Settings

BETWEEN_RUNS_S = 3600
WAREHOUSE = "warehouse.duckdb"
LOGINS = "tokens"


@dataclass
class Run:
    """One run of ours: what it came to, or the error it stopped with, and where its traffic begins."""

    number: int
    begins: dict[str, int]
    ended: Ended | None = None
    error: HsqboError | None = None

    @property
    def exit_code(self) -> int:
        """What `hsqbo sync` would have answered."""
        if self.error is not None:
            return int(self.error.exit_code)
        return int(self.ended.exit_code) if self.ended is not None else 1


@dataclass
class Stage:
    """Everything a step may touch or look at."""

    served: RunningSandbox
    data: Path
    cast: Cast
    rules: dict[str, Any]
    realm: str
    runs: list[Run] = field(default_factory=list)
    since: dict[str, int] = field(default_factory=dict)
    tokens: dict[tuple[str, str], str] = field(default_factory=dict)

    @cached_property
    def clock(self) -> Clock:
        """What nights wait by."""
        return passing(self.served)

    @property
    def settings(self) -> Settings:
        """The settings of this connection; nothing of the caller's environment or `.env` reaches it."""
        return Settings(
            _env_file=None,
            data=self.data,
            rules=self.data / "sync.yaml",
            connection="",
            hubspot_base_url=self.served.hubspot_url,
            hubspot_token=SecretStr("pat-sandbox"),
            quickbooks_base_url=self.served.quickbooks_url,
            quickbooks_token_url=f"{self.served.quickbooks_url}/oauth2/v1/tokens/bearer",
            quickbooks_client_id="sandbox-client",
            quickbooks_client_secret=SecretStr("sandbox-secret"),
            quickbooks_refresh_token=SecretStr("sandbox-refresh"),
            quickbooks_realm=self.realm,
            environment="sandbox",
            alert_urls=(),
            ping_url=SecretStr(""),
        )

    def told_rules(self) -> Rules:
        """The rules of now, names replaced by ids. Raises ConfigurationError or ValueError."""
        return Rules.model_validate(words.rules(self.cast.resolve(self.rules)))

    def state(self, system: str) -> dict[str, list[dict[str, Any]]]:
        """Everything in a system, in its API's shape."""
        found: dict[str, list[dict[str, Any]]] = self.served.sandbox.systems[system].state()
        return found

    def live(self, system: str, kind: str) -> list[dict[str, Any]]:
        """The records of a kind, inactive ones too, archived ones not."""
        return [each for each in self.state(system).get(kind, []) if not each.get("archived")]

    def answering(self, named: Named) -> str:
        """The id that answers for a record today: in HubSpot it may have been merged away."""
        store = self.served.sandbox.hubspot.crm.stores.get(named.object) if named.system == "hubspot" else None
        return str(store.resolve(int(named.id))) if store is not None else named.id

    def sent(self, system: str) -> int:
        """How many requests of ours have been counted so far."""
        total = self.served.sandbox.traffic[system].summary()["total"]
        assert isinstance(total, int), "requests are counted"
        return total

    def entries(self, system: str, since: int) -> list[Any]:
        """Requests of ours from a count on."""
        traffic = self.served.sandbox.traffic[system]
        kept = list(traffic.entries)
        return kept[max(since - (self.sent(system) - len(kept)), 0) :]

    def night(self, number: int, request: Request | None = None) -> Run:
        """An hour passes, then one run that reads both sides whole and whose plan is approved."""
        self.served.sandbox.clock.advance(BETWEEN_RUNS_S)
        asked = request or Request(Kind.SWEEP, approve="auto", pages=False)
        return self.attempt(number, lambda: sync(self.settings, self.told_rules(), asked, clock=self.clock))

    def attempt(self, number: int, work: Any) -> Run:
        """Do something that counts as a run; errors of ours are how it ended."""
        run = Run(number, {system: self.sent(system) for system in SYSTEMS})
        try:
            run.ended = work()
        except HsqboError as error:
            run.error = error
        self.runs.append(run)
        return run

    def ask(self, sql: str, values: Mapping[str, Any] | None = None) -> list[Row]:
        """A question to our own state; nothing where there is none yet."""
        path = self.data / WAREHOUSE
        if not path.is_file():
            return []
        con = duckdb.connect(str(path), read_only=True)
        try:
            return rows(con, sql, dict(values or {}))
        finally:
            con.close()

    def of_last_run(self, sql: str) -> list[Row]:
        """A question about the last run; `$run` in it is that run's id."""
        found = self.ask("SELECT run_id FROM runs ORDER BY number DESC LIMIT 1")
        return self.ask(sql, {"run": found[0]["run_id"]}) if found else []

    def person(self, entry: Mapping[str, Any]) -> None:
        """A person acts; the versions that this leaves are theirs."""
        before = self._versions()
        self.cast.act(entry)
        after = self._versions()
        self.tokens.update({key: token for key, token in after.items() if before.get(key) != token})

    def _versions(self) -> dict[tuple[str, str], str]:
        found = self.state("quickbooks")
        return {
            (kind, str(each["Id"])): str(each["SyncToken"]) for kind, each_kind in found.items() for each in each_kind
        }


@contextmanager
def stage(scenario: Scenario, given: Sequence[tuple[str, Mapping[str, Any]]]) -> Iterator[Stage]:
    """A fresh sandbox with the given records. Raises ValueError for a company, a portal or a record it refuses."""
    start = parse_instant(str(scenario.clock_start)) if scenario.clock_start else None
    config = SandboxConfig(clock_start=start, company=scenario.company, switches=dict(scenario.switches))
    with TemporaryDirectory(prefix="hsqbo-scenario-") as folder, running(config) as served:
        sandbox = served.sandbox
        cast = Cast(sandbox, scenario.record_defaults)
        cast.learn("quickbooks", "", sandbox.quickbooks.names)
        cast.learn("hubspot", "", sandbox.hubspot.reset(scenario.portal)["names"])
        realm = str(scenario.company.get("realm") or SANDBOX_REALM)
        made = Stage(served, Path(folder), cast, dict(scenario.rules), realm)
        for system, entry in given:
            made.person({"system": system, "action": "create", **entry})
        yield made
