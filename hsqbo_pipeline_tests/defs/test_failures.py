"""What a run makes of trouble outside our code: the report is written, the run is red, everyone else is served."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import dagster as dg
import pytest

from hsqbo_pipeline.defs.extraction import ASSETS, system_of
from hsqbo_pipeline.defs.sensors import broken_off, report_from_state
from hsqbo_pipeline.model.names import Entity, System
from hsqbo_pipeline.runs.blocked import NEEDS
from hsqbo_pipeline.settings import load as load_settings
from hsqbo_pipeline.store.lock import run_lock
from hsqbo_pipeline_tests.defs.conftest import NOTHING, Place, opened

AWAY = {"do": "477"}  # "the account is being moved": nobody repeats that
BROKEN = {asset: objects[0] for asset, objects in ASSETS.items()}  # one object of each asset


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    """A connection that has had one good night."""
    with opened(tmp_path_factory.mktemp("town")) as found:
        assert found.job()[0]
        yield found


def _broken(place: Place) -> str | None:
    """What the failure sensor finds of the newest run."""
    run = place.instance.get_runs(limit=1)[0]
    events = [log.dagster_event for log in place.instance.all_logs(run.run_id) if log.dagster_event is not None]
    failed = next(event for event in events if event.is_run_failure)
    context = dg.build_run_status_sensor_context("after_failure", failed, place.instance, run).for_run_failure()
    return broken_off(load_settings(), context)


@pytest.mark.rule("D85", "SYS_EXTRACT_TRUNCATED")
@pytest.mark.parametrize("asset", BROKEN)
def test_an_object_that_cannot_be_read_holds_up_only_what_needs_it(town: Place, asset: str) -> None:
    """Its asset and the report name it, the run is red, and pairs that don't need it are synced all the same."""
    system, name = system_of(asset), BROKEN[asset]
    mark = f"{system.value}-{name}".lower().replace("_", "-")
    town.person(
        "quickbooks", "create", "Customer", {"DisplayName": mark, "PrimaryEmailAddr": {"Address": f"{mark}@a.com"}}
    )
    town.person("quickbooks", "create", "Item", {"Name": mark, "Sku": mark, "Type": "Service", "UnitPrice": 5})
    town.faults(system.value, {**AWAY, "when": {"object": name, "read": "any"}})
    green, ended = town.job("full_sweep")  # whole reads: a changed read asks QuickBooks for everything at once
    town.faults(system.value)
    assert ended is not None
    assert (green, ended.exit_code) == (False, 1)
    assert any(name in problem for problem in ended.problems)
    assert ended.report is not None
    assert name in Path(ended.report).read_text(encoding="utf-8")
    held = {entity for entity, needs in NEEDS.items() if (system, name) in needs}
    emails = {one["properties"].get("email") for one in town.live("hubspot", "contacts")}
    skus = {one["properties"].get("hs_sku") for one in town.live("hubspot", "products")}
    assert (f"{mark}@a.com" in emails) == (Entity.CUSTOMER not in held)
    assert (mark in skus) == (Entity.PRODUCT not in held)
    assert not town.told(asset)["complete"]
    assert name in str(town.told(asset)["problem"])
    assert not town.checks(asset)["read_is_complete"].passed
    # Whoever can't read an object can't read what properties it has either.
    assert all(town.told(other)["complete"] for other in set(ASSETS) - {asset, "hubspot_portal"})


@pytest.mark.parametrize("system", System)
def test_a_dead_system_is_named_and_nothing_is_written(town: Place, system: System) -> None:
    """With one side away nothing can be matched: the report says so, object by object, and no write is tried."""
    town.person("quickbooks", "create", "Customer", {"DisplayName": f"While {system.value} was away"})
    town.faults(system.value, AWAY)
    green, ended = town.job()
    town.faults(system.value)
    assert ended is not None
    assert (green, town.writes()) == (False, NOTHING)
    assert any(system.value in problem.lower() for problem in ended.problems)
    assert town.told("run_report")["exit_code"] == 1
    assert not town.checks("failure_report")["nothing_blocked"].passed
    assert not town.checks("run_report")["run_is_green"].passed
    assert town.checks("run_report")["run_is_green"].blocking
    assert _broken(town) is None  # it came to its end and told people itself


def test_after_the_trouble_the_next_night_is_green(town: Place) -> None:
    """What was held up was kept: once both sides answer, it is synced and nothing is blocked any more."""
    green, ended = town.job()
    assert ended is not None
    assert (green, ended.problems) == (True, [])
    names = {one["DisplayName"] for one in town.live("quickbooks", "Customer")}
    linked = town.ask("SELECT count(*) AS n FROM links WHERE entity = 'customer' AND role = 'primary'")[0]["n"]
    assert linked == len([name for name in names if not name.startswith("While")])


@pytest.mark.rule("OPS_OTHER_RUN")
def test_a_held_lock_is_told_by_every_asset_and_by_the_run(place: Place) -> None:
    """While another run is writing, nothing is read or written; the run is red and says who holds it."""
    with run_lock(place.data, "run-of-somebody", now=datetime.now(UTC)):
        green, ended = place.job()
    assert (green, ended) == (False, None)
    told = place.told("run_report")
    assert (told["complete"], told["code"]) == (False, "OPS_OTHER_RUN")
    assert "run-of-somebody" in str(told["problem"])
    assert "run-of-somebody" in str(_broken(place))
    assert not place.checks("run_report")["run_is_green"].passed


def test_a_mistake_in_the_rules_is_told_with_its_line(place: Place, tmp_path: Path) -> None:
    """A malformed sync.yaml turns the run red with file, line and field; no request is sent."""
    (tmp_path / "sync.yaml").write_text(
        "timezone: America/New_York\ncustomers: {direction: sideways}\n", encoding="utf-8"
    )
    green, _ = place.job()
    problem = str(place.told("run_report")["problem"])
    assert not green
    assert "sync.yaml:2" in problem
    assert "direction" in problem
    assert not any(traffic.entries for traffic in place.served.sandbox.traffic.values())


def test_a_plan_cannot_be_applied_without_its_hash(place: Place) -> None:
    """The job `apply_plan` without a hash says what to paste where, instead of approving anything."""
    green, _ = place.job("apply_plan")
    assert not green
    assert "paste the hash" in str(place.told("run_report")["problem"])


def test_a_bug_fails_the_run_and_the_report_is_written_from_state(
    company: Place, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """An error that is a bug passes through; what the failure sensor does then publishes what is known."""
    assert company.job()[0]

    def broken(*_: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr("hsqbo_pipeline.runs.stages.close_plan", broken)
    assert company.job() == (False, None)
    assert "ZeroDivisionError" in caplog.text
    assert str(_broken(company)).startswith("ZeroDivisionError in sync_plan")
    for report in (company.data / "reports").iterdir():
        report.unlink()
    assert report_from_state(load_settings(), "sensor") is None
    assert [path.suffix for path in (company.data / "reports").iterdir() if path.name.startswith("failures")] == [
        ".csv"
    ]
