"""A sandbox with a small company, a data folder, and Dagster jobs run on them in this process."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import dagster as dg
import duckdb
import pytest

from hsqbo_pipeline.core.tables import Row, rows
from hsqbo_pipeline.definitions import defs
from hsqbo_pipeline.defs.run_job import run_job
from hsqbo_pipeline.sandbox.frame.server import RunningSandbox, SandboxConfig, running

if TYPE_CHECKING:
    from hsqbo_pipeline.runs.ending import Ended

RULES: dict[str, Any] = {
    "timezone": "America/New_York",
    "start": "2026-11-01T00:00:00",
    "limits": "off",
    "customers": {"hubspot_to_quickbooks_filter": "all"},
}
NOTHING = {"hubspot": 0, "quickbooks": 0}


@dataclass
class Place:
    """A running sandbox and the folder of its connection."""

    served: RunningSandbox
    data: Path
    instance: dg.DagsterInstance

    def job(self, name: str = "nightly_sync", *, pass_s: float = 86_400, **asked: Any) -> tuple[bool, Ended | None]:
        """Time passes on the sandbox's clock, then a job runs; the counters start at zero before it."""
        self.served.sandbox.clock.advance(pass_s)
        for traffic in self.served.sandbox.traffic.values():
            traffic.clear()
        return run_job(name, instance=self.instance, **asked)

    def writes(self) -> dict[str, int]:
        """Requests of ours that may change data, since the last job began."""
        return {name: traffic.summary()["writes"] for name, traffic in self.served.sandbox.traffic.items()}

    def faults(self, system: str, *rules: dict[str, Any]) -> None:
        """Make trouble on one side from now on."""
        self.served.sandbox.faults[system].load(rules)

    def person(self, system: str, action: str, name: str, fields: dict[str, Any], **more: Any) -> str:
        """A person does something in a system's own screen; the record's id."""
        asked = {"action": action, "object": name, "fields": fields, **more}
        return str(getattr(self.served.sandbox, system).person(asked)["id"])

    def live(self, system: str, name: str) -> list[dict[str, Any]]:
        """The records of one object, archived ones left out."""
        return [one for one in getattr(self.served.sandbox, system).state().get(name, []) if not one.get("archived")]

    def ask(self, sql: str) -> list[Row]:
        """A question to the warehouse."""
        with duckdb.connect(str(self.data / "warehouse.duckdb"), read_only=True) as con:
            return rows(con, sql)

    def told(self, asset: str) -> dict[str, Any]:
        """The metadata of an asset's last materialisation."""
        event = self.instance.get_latest_materialization_event(dg.AssetKey(asset))
        assert event is not None
        assert event.asset_materialization is not None
        return {name: value.value for name, value in event.asset_materialization.metadata.items()}

    def checks(self, asset: str) -> dict[str, dg.AssetCheckEvaluation]:
        """The last outcome of each of an asset's checks."""
        keys = list(defs().resolve_asset_graph().get_check_keys_for_assets({dg.AssetKey(asset)}))
        found = self.instance.event_log_storage.get_asset_check_summary_records(keys)
        last = {key.name: record.last_check_execution_record for key, record in found.items()}
        return {
            name: record.event.dagster_event.event_specific_data  # type: ignore[union-attr]
            for name, record in last.items()
            if record is not None and record.event is not None
        }


@contextmanager
def opened(folder: Path) -> Iterator[Place]:
    """Empty systems; as long as the block lasts this process's settings point at them."""
    rules = folder / "sync.yaml"
    rules.write_text(json.dumps(RULES), encoding="utf-8")
    with (
        running(SandboxConfig()) as served,
        dg.DagsterInstance.ephemeral() as instance,
        pytest.MonkeyPatch.context() as environment,
    ):
        environment.setenv("HSQBO_DATA", str(folder / "data"))
        environment.setenv("HSQBO_RULES", str(rules))
        environment.setenv("HSQBO_HUBSPOT_BASE_URL", served.hubspot_url)
        environment.setenv("HSQBO_QUICKBOOKS_BASE_URL", served.quickbooks_url)
        yield Place(served, folder / "data", instance)


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Place]:
    """Empty systems and an empty data folder."""
    with opened(tmp_path) as found:
        yield found


@pytest.fixture
def company(place: Place) -> Place:
    """Two customers, an item and an invoice in QuickBooks, a contact in HubSpot; nothing synced yet."""
    customer = place.person(
        "quickbooks", "create", "Customer", {"DisplayName": "Ada Lovelace", **_mail("ada@example.com")}
    )
    place.person("quickbooks", "create", "Customer", {"DisplayName": "Cy Young", **_mail("cy@example.com")})
    place.person("hubspot", "create", "contacts", {"email": "bob@example.com", "firstname": "Bob", "lastname": "Ray"})
    item = place.person(
        "quickbooks", "create", "Item", {"Name": "Lamp", "Sku": "L-1", "Type": "Service", "UnitPrice": 50}
    )
    line = {
        "DetailType": "SalesItemLineDetail",
        "Amount": 50,
        "SalesItemLineDetail": {"ItemRef": {"value": item}, "Qty": 1, "UnitPrice": 50},
    }
    place.person(
        "quickbooks", "create", "Invoice", {"CustomerRef": {"value": customer}, "DocNumber": "1001", "Line": [line]}
    )
    return place


def _mail(address: str) -> dict[str, Any]:
    return {"PrimaryEmailAddr": {"Address": address}}
