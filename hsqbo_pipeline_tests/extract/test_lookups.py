"""Asking the other side once more before anything is made there."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from hsqbo_pipeline.core.decisions import Situation, Verdict
from hsqbo_pipeline.extract import lookups
from hsqbo_pipeline.extract.facts import read_company, read_portal
from hsqbo_pipeline.extract.lookups import hubspot_questions, look_up, quickbooks_questions
from hsqbo_pipeline.model.names import Entity, System
from hsqbo_pipeline.model.operations import Action, Operation, Step, StepAction, StepId, Wave
from hsqbo_pipeline.model.rules import Rules
from hsqbo_pipeline.store import mirror, reads
from hsqbo_pipeline_tests.extract.conftest import REALM, Night

HUBSPOT, QUICKBOOKS = System.HUBSPOT, System.QUICKBOOKS


def create(system: System, name: str, body: dict[str, Any], **more: Any) -> Step:
    """A first step that makes a record."""
    return Step(1, system, name, StepAction.CREATE, body, **more)


def contact(email: str, mark: str) -> Step:
    """A contact that the rules would make."""
    find = {"property": "qbo_id", "value": mark, "parent": None}
    return create(HUBSPOT, "contacts", {"email": email, "qbo_id": mark}, find=find)


def situation(night: Night) -> Situation:
    """What the rules look at, after the last read."""
    con = night.warehouse.con
    now = datetime(2026, 3, 2, 9, tzinfo=UTC)
    return Situation(
        run_id=f"run-{night.number}", run_number=night.number, rules=Rules.model_validate({"timezone": "America/New_York"}),
        company=read_company(con, REALM), portal=read_portal(con), environment="sandbox",
        zone=ZoneInfo("America/New_York"), now=now, today=now.date(),
    )  # fmt: skip


def would_create(monkeypatch: pytest.MonkeyPatch, entity: Entity, *steps: Step) -> None:
    """Let the rules want these records."""
    operations = tuple(
        Operation(
            f"op{n}",
            Wave.CUSTOMERS,
            entity,
            step.system,
            Action.CREATE,
            step.system.other,
            str(n),
            None,
            None,
            "x",
            (step,),
        )
        for n, step in enumerate(steps)
    )
    verdict = Verdict(entity, None, "1", "OPS_UNCHANGED", operations=operations)
    monkeypatch.setitem(lookups._PLANNERS, entity, lambda _con, _situation: [verdict])


def test_questions_name_what_must_be_unique(night: Night) -> None:
    """Contacts are asked for by e-mail, and by mark where the portal keeps it unique; numbers in all kinds of documents."""
    night.read()
    steps = [
        contact("a@example.com", f"{REALM}:1"),
        create(HUBSPOT, "line_items", {}, find={"property": "qbo_id", "value": StepId(1).as_json(), "parent": None}),
        create(QUICKBOOKS, "Customer", {"DisplayName": "Ada", "PrimaryEmailAddr": {"Address": "a@example.com"}}),
        create(QUICKBOOKS, "Item", {"Name": "Hour", "Sku": "H"}),
        create(QUICKBOOKS, "Invoice", {"DocNumber": "1001", "CustomerRef": {"value": "1"}}),
        create(QUICKBOOKS, "Invoice", {"DocNumber": "AUTO_GENERATE"}),
    ]
    assert hubspot_questions(steps, situation(night)) == {("contacts", "email"): ["a@example.com"]}
    numbered = ("Invoice", "CreditMemo", "SalesReceipt", "RefundReceipt")
    assert quickbooks_questions(steps) == {
        ("Customer", "DisplayName"): ["Ada"],
        ("Customer", "PrimaryEmailAddr"): ["a@example.com"],
        ("Item", "Name"): ["Hour"],
        ("Item", "Sku"): ["H"],
        **{(name, "DocNumber"): ["1001"] for name in numbered},
    }


@pytest.mark.rule("H1")
def test_contact_made_a_moment_ago_is_found(night: Night, monkeypatch: pytest.MonkeyPatch) -> None:
    """A contact that search does not show yet is found by its e-mail before a second one is made."""
    night.read()
    made = night.hubspot_person("create", "contacts", "", fields={"email": "ada@example.com"})
    would_create(monkeypatch, Entity.CUSTOMER, contact("Ada@Example.com", f"{REALM}:1"))
    at = situation(night)
    assert night.with_clients(lambda clients: look_up(night.warehouse, clients, at, Entity.CUSTOMER)) == 1
    assert mirror.live(night.warehouse.con, "hubspot", "contacts", [made]) == {made}
    assert night.touched("hubspot", "contacts") == [made]
    assert night.with_clients(lambda clients: look_up(night.warehouse, clients, at, Entity.CUSTOMER)) == 0


def test_customer_made_a_moment_ago_is_found(night: Night, monkeypatch: pytest.MonkeyPatch) -> None:
    """A customer with the same name, inactive or not, is found in QuickBooks in whatever case it is written."""
    night.read()
    made = night.sandbox.quickbooks.load("Customer", [{"DisplayName": "ADA LOVELACE"}])
    would_create(monkeypatch, Entity.CUSTOMER, create(QUICKBOOKS, "Customer", {"DisplayName": "Ada Lovelace"}))
    at = situation(night)
    assert night.with_clients(lambda clients: look_up(night.warehouse, clients, at, Entity.CUSTOMER)) == 1
    assert night.touched("quickbooks", "Customer") == made


def test_look_ups_go_in_batches(night: Night, monkeypatch: pytest.MonkeyPatch) -> None:
    """A thousand names are one request to QuickBooks, two hundred and fifty e-mails three to HubSpot."""
    night.read()
    customers = [create(QUICKBOOKS, "Customer", {"DisplayName": f"Customer {n}"}) for n in range(1000)]
    contacts = [contact(f"c{n}@example.com", f"{REALM}:{n}") for n in range(250)]
    would_create(monkeypatch, Entity.CUSTOMER, *customers, *contacts)
    for traffic in night.sandbox.traffic.values():
        traffic.clear()
    at = situation(night)
    assert night.with_clients(lambda clients: look_up(night.warehouse, clients, at, Entity.CUSTOMER)) == 0
    assert night.requests() == {"hubspot": 3, "quickbooks": 1}


def test_nothing_to_create_asks_nothing(night: Night, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without anything to make, no request is sent."""
    night.read()
    would_create(monkeypatch, Entity.CUSTOMER)
    for traffic in night.sandbox.traffic.values():
        traffic.clear()
    at = situation(night)
    assert night.with_clients(lambda clients: look_up(night.warehouse, clients, at, Entity.CUSTOMER)) == 0
    assert night.requests() == {"hubspot": 0, "quickbooks": 0}


def test_failed_look_up_is_an_incomplete_read(night: Night, monkeypatch: pytest.MonkeyPatch) -> None:
    """A side that does not answer the question is noted as incomplete, so that nothing is made there blindly."""
    night.read()
    would_create(monkeypatch, Entity.CUSTOMER, contact("a@example.com", f"{REALM}:1"))
    night.faults("hubspot", {"do": "503"})
    at = situation(night)
    assert night.with_clients(lambda clients: look_up(night.warehouse, clients, at, Entity.CUSTOMER)) == 0
    assert reads.blocked(night.warehouse.con, at.run_id) == {(HUBSPOT, "contacts"): "SYS_REMOTE_ERROR"}
