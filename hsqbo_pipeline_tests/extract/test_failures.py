"""What a read does when a system, an object or a page fails it."""

from __future__ import annotations

from datetime import timedelta

import pytest

from hsqbo_pipeline.core.tables import insert
from hsqbo_pipeline.model.names import HUBSPOT_OBJECTS, QUICKBOOKS_OBJECTS, System
from hsqbo_pipeline.store import reads
from hsqbo_pipeline_tests.extract.conftest import LONG_AGO, START, Night

DOWN = {"do": "503"}


@pytest.mark.parametrize("name", HUBSPOT_OBJECTS)
def test_one_hubspot_object_fails_alone(night: Night, name: str) -> None:
    """An object that HubSpot does not give is noted with its code; all others are read."""
    night.faults("hubspot", {**DOWN, "when": {"object": name, "read": "any"}})
    found = night.read()
    failed = {key for key, row in found.items() if not row["complete"]}
    assert failed - {("hubspot", "property_definitions")} == {("hubspot", name)}
    known = night.ask(
        "SELECT DISTINCT split_part(id, '.', 1) AS object FROM mirror WHERE object = 'property_definitions'"
    )
    assert {row["object"] for row in known} == set(HUBSPOT_OBJECTS) - {name}
    assert found["hubspot", name]["code"] == "SYS_REMOTE_ERROR"
    assert found["hubspot", name]["detail"]
    blocked = reads.blocked(night.warehouse.con, "run-1")
    assert blocked == {(System.HUBSPOT, each): "SYS_REMOTE_ERROR" for _, each in failed}


@pytest.mark.parametrize("name", [*QUICKBOOKS_OBJECTS, "Preferences", "TaxCode", "Vendor"])
def test_one_quickbooks_entity_fails_alone(night: Night, name: str) -> None:
    """An entity that QuickBooks does not give is noted with its code; all others are read."""
    night.faults("quickbooks", {**DOWN, "when": {"object": name, "read": "any"}})
    found = night.read()
    assert {key for key, row in found.items() if not row["complete"]} == {("quickbooks", name)}


@pytest.mark.parametrize("system", System)
def test_a_dead_system_leaves_the_other_read(night: Night, system: System) -> None:
    """With one system down, every object of it is noted as failed and every object of the other is read."""
    night.faults(system.value, DOWN)
    found = night.read()
    assert {side for (side, _), row in found.items() if not row["complete"]} == {system.value}
    assert all(row["complete"] for (side, _), row in found.items() if side == system.other.value)


def test_failed_change_capture_fails_every_entity_it_covers(night: Night) -> None:
    """When CDC fails, each entity it would have told of is incomplete, and their watermarks stay."""
    night.read()
    before = reads.states(night.warehouse.con)
    night.wait(days=1)
    night.faults("quickbooks", {**DOWN, "when": {"endpoint": "cdc"}})
    found = night.read()
    assert not any(found["quickbooks", name]["complete"] for name in QUICKBOOKS_OBJECTS)
    after = reads.states(night.warehouse.con)
    assert all(after["quickbooks", name] == before["quickbooks", name] for name in QUICKBOOKS_OBJECTS)
    assert found["quickbooks", "Preferences"]["complete"]


@pytest.mark.rule("D14")
@pytest.mark.parametrize("system", System)
def test_truncated_page_is_no_complete_read(night: Night, system: System) -> None:
    """A list that ends too early is noticed, nothing of it enters the mirror, and the next run reads it whole."""
    rows = [{"properties": {"email": f"c{n}@example.com"}, "_created": LONG_AGO} for n in range(250)]
    night.sandbox.hubspot.load("contacts", rows)
    old = START - timedelta(days=9)
    night.sandbox.quickbooks.load("Customer", [{"DisplayName": f"C {n}", "_created": old} for n in range(1500)])
    name = {System.HUBSPOT: "contacts", System.QUICKBOOKS: "Customer"}[system]
    read = {System.HUBSPOT: "list", System.QUICKBOOKS: "query"}[system]
    night.faults(system.value, {"do": "truncate_page", "when": {"object": name, "read": read, "nth": 1}})
    found = night.read()
    assert found[system.value, name]["code"] == "SYS_EXTRACT_TRUNCATED"
    assert night.touched(system.value, name) == []
    assert reads.states(night.warehouse.con).get((system.value, name)) is None
    night.faults(system.value)
    assert night.read()[system.value, name]["complete"]
    assert len(night.touched(system.value, name)) == {"contacts": 250, "Customer": 1500}[name]


def test_what_a_dead_run_touched_is_taken_over(night: Night) -> None:
    """Rows that a run touched before it died are looked at by the next run, although nothing changed since."""
    night.sandbox.hubspot.load("contacts", [{"properties": {"email": "a@example.com"}, "_created": LONG_AGO}])
    run = {"kind": "nightly", "started_at": START, "apply": True, "rules_hash": ""}
    insert(
        night.warehouse.con, "runs", [{**run, "run_id": "run-1", "number": 1}, {**run, "run_id": "run-2", "number": 2}]
    )
    night.read()
    night.read()
    assert len(night.touched("hubspot", "contacts")) == 1
    night.warehouse.con.execute("UPDATE runs SET ended_at = started_at")
    night.read()
    assert night.touched("hubspot", "contacts") == []


def test_search_never_brings_back_what_is_gone(night: Night) -> None:
    """HubSpot's search may show an archived record for a while; the mirror does not believe it."""
    made = night.sandbox.hubspot.load("contacts", [{"properties": {"email": "a@example.com"}, "_created": LONG_AGO}])
    night.read()
    night.wait(days=1)
    night.hubspot_person("update", "contacts", made[0], fields={"firstname": "Ada"})
    night.wait(minutes=1)
    night.read()
    night.warehouse.con.execute("UPDATE mirror SET gone = 'archived' WHERE object = 'contacts'")
    night.wait(minutes=1)
    night.read()
    assert night.gone("contacts") == {made[0]: "archived"}
    night.hubspot_person("update", "contacts", made[0], fields={"firstname": "Grace"})
    night.wait(minutes=1)
    night.read()
    assert night.gone("contacts") == {}
