"""What a read of both systems brings into the mirror."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest

from hsqbo_pipeline.core.tables import insert
from hsqbo_pipeline.model.names import HUBSPOT_OBJECTS, QUICKBOOKS_COMPANY_OBJECTS, QUICKBOOKS_OBJECTS
from hsqbo_pipeline.store import reads
from hsqbo_pipeline_tests.extract.conftest import LONG_AGO, START, Night


def contacts(night: Night, count: int, **more: object) -> list[str]:
    """Old contacts in HubSpot."""
    rows = [{"properties": {"email": f"c{n}@example.com"}, "_created": LONG_AGO, **more} for n in range(count)]
    return night.sandbox.hubspot.load("contacts", rows)


def customers(night: Night, count: int) -> list[str]:
    """Old customers in QuickBooks, all of one second."""
    rows = [{"DisplayName": f"Customer {n}", "_created": START - timedelta(days=90)} for n in range(count)]
    return night.sandbox.quickbooks.load("Customer", rows)


def hubspot_invoice(night: Night, contact: str) -> tuple[str, str]:
    """An old invoice with one line; both ids."""
    made = night.sandbox.hubspot.load(
        "invoices",
        [{"properties": {"hs_currency": "USD"}, "associations": {"contacts": [contact]}, "_created": LONG_AGO}],
    )[0]
    line = {"properties": {"name": "Hour", "price": "10.50", "quantity": "2"}, "associations": {"invoices": made}}
    return made, night.sandbox.hubspot.load("line_items", [{**line, "_created": LONG_AGO}])[0]


def quickbooks_invoice(night: Night, customer: str, amount: str = "100.10") -> str:
    """A QuickBooks invoice over one line, made by a person now."""
    line = {
        "DetailType": "SalesItemLineDetail",
        "Amount": amount,
        "SalesItemLineDetail": {"ItemRef": {"value": item(night)}, "Qty": 1, "UnitPrice": amount},
    }
    fields = {"CustomerRef": {"value": customer}, "Line": [line]}
    return str(night.sandbox.quickbooks.person({"action": "create", "object": "Invoice", "fields": fields})["id"])


def item(night: Night) -> str:
    """The first item, made when there is none."""
    there = night.sandbox.quickbooks.state()["Item"]
    if there:
        return str(there[0]["Id"])
    income = next(a["Id"] for a in night.sandbox.quickbooks.state()["Account"] if a["AccountType"] == "Income")
    fields = {"Name": "Hour", "Type": "Service", "IncomeAccountRef": {"value": income}}
    return str(night.sandbox.quickbooks.person({"action": "create", "object": "Item", "fields": fields})["id"])


def test_first_read_is_whole_and_complete(night: Night) -> None:
    """The first read takes everything from list endpoints, whatever was asked for, and marks where it began."""
    contacts(night, 250)
    customers(night, 1200)
    found = night.read()
    assert [row for row in found.values() if not row["complete"]] == []
    assert {name for system, name in found if system == "hubspot"} >= set(HUBSPOT_OBJECTS)
    assert {name for system, name in found if system == "quickbooks"} == {
        *QUICKBOOKS_OBJECTS,
        *QUICKBOOKS_COMPANY_OBJECTS,
    }
    assert len(night.touched("hubspot", "contacts")) == 250
    assert len(night.touched("quickbooks", "Customer")) == 1200
    states = reads.states(night.warehouse.con)
    for key, overlap in ((("hubspot", "contacts"), 15), (("quickbooks", "Customer"), 5)):
        read_at = states[key].read_at
        assert read_at is not None
        assert read_at <= night.sandbox.clock.now()
        assert states[key].watermark == read_at - timedelta(minutes=overlap)
    assert reads.blocked(night.warehouse.con, "run-1") == {}


def test_idle_night_is_cheap(night: Night) -> None:
    """A night on which nothing changed costs at most 20 requests in all and touches nothing."""
    contacts(night, 5)
    customers(night, 5)
    night.read()
    night.wait(days=1)
    night.read()
    assert sum(night.requests().values()) <= 20, night.requests()
    assert night.ask("SELECT * FROM touched WHERE run_id = 'run-2'") == []


def test_changes_are_read_from_the_watermark(night: Night) -> None:
    """A later run reads what changed on either side, associations included, and nothing else."""
    some, others = contacts(night, 3), customers(night, 3)
    company = night.sandbox.hubspot.load("companies", [{"properties": {"name": "Acme"}, "_created": LONG_AGO}])[0]
    night.read()
    night.wait(days=1)
    night.hubspot_person("update", "contacts", some[1], fields={"firstname": "Ada"}, primary_company=company)
    night.quickbooks_person("update", "Customer", others[2], fields={"Notes": "new"})
    night.quickbooks_person("inactivate", "Customer", others[0])
    night.wait(minutes=5)
    night.read()
    assert night.touched("hubspot", "contacts") == [some[1]]
    assert night.touched("quickbooks", "Customer") == [others[0], others[2]]
    tied = night.ask("SELECT * FROM associations WHERE from_object = 'contacts'")
    assert [(row["from_id"], row["to_id"], row["type_ids"]) for row in tied] == [(some[1], company, [1, 279])]
    back = night.ask("SELECT * FROM associations WHERE from_object = 'companies'")
    assert [(row["from_id"], row["to_id"], row["type_ids"]) for row in back] == [(company, some[1], [2, 280])]
    assert night.gone("Customer") == {}, "an inactive list entry is not gone"


def test_money_never_becomes_a_float(night: Night) -> None:
    """An amount keeps every digit QuickBooks wrote, trailing noughts included, on its way through the mirror."""
    made = quickbooks_invoice(night, customers(night, 1)[0], "12345678901.10")
    night.read()
    found = night.ask(
        "SELECT payload ->> 'TotalAmt' AS total FROM mirror WHERE object = 'Invoice' AND id = $id", id=made
    )
    assert found == [{"total": "12345678901.10"}]


def test_touched_line_touches_its_invoice(night: Night) -> None:
    """A line item that changed makes its invoice one to look at, and a company its contacts."""
    company = night.sandbox.hubspot.load("companies", [{"properties": {"name": "Acme"}, "_created": LONG_AGO}])[0]
    some = contacts(night, 2, associations={"companies": [company]})
    made, line = hubspot_invoice(night, some[0])
    night.read()
    night.wait(days=1)
    night.hubspot_person("update", "line_items", line, fields={"description": "an hour"})
    night.hubspot_person("update", "companies", company, fields={"name": "Acme Ltd"})
    night.wait(minutes=5)
    night.read()
    assert night.touched("hubspot", "line_items") == [line]
    assert night.touched("hubspot", "invoices") == [made]
    assert night.touched("hubspot", "contacts") == sorted(some)


def test_line_that_search_does_not_show_yet_is_read_by_id(night: Night) -> None:
    """An invoice of the last minutes brings its lines along, whatever HubSpot's lagging search shows."""
    some = contacts(night, 1)
    made, line = hubspot_invoice(night, some[0])
    night.read()
    night.wait(days=1)
    night.hubspot_person("update", "invoices", made, fields={"hs_comments": "as agreed"})
    night.wait(minutes=1)
    night.hubspot_person("update", "line_items", line, fields={"quantity": "3"})
    night.read()
    stored = night.ask("SELECT payload FROM mirror WHERE object = 'line_items' AND id = $id", id=line)
    assert json.loads(stored[0]["payload"])["properties"]["quantity"] == "3"


@pytest.mark.rule("N7")
def test_deleted_transaction_is_gone_but_kept(night: Night) -> None:
    """A transaction deleted in QuickBooks is marked by the next run and keeps its last payload."""
    made = quickbooks_invoice(night, customers(night, 1)[0])
    night.read()
    night.wait(days=1)
    night.quickbooks_person("delete", "Invoice", made)
    night.read()
    assert night.gone("Invoice") == {made: "deleted"}
    assert made in night.touched("quickbooks", "Invoice")
    assert night.ask("SELECT payload ->> 'TotalAmt' AS total FROM mirror WHERE object = 'Invoice'") == [
        {"total": "100.10"}
    ]


@pytest.mark.parametrize("away", [20, 45])
def test_long_absence(night: Night, away: int) -> None:
    """After twenty days CDC still tells; after forty-five, queries and a comparison of ids tell the same."""
    customer = customers(night, 1)[0]
    made = [quickbooks_invoice(night, customer) for _ in range(3)]
    night.read()
    night.wait(hours=1)
    night.quickbooks_person("delete", "Invoice", made[0])
    night.quickbooks_person("update", "Invoice", made[1], fields={"PrivateNote": "seen"})
    night.wait(days=away)
    found = night.read()
    assert {row["complete"] for row in found.values()} == {True}
    assert night.gone("Invoice") == {made[0]: "deleted"}
    assert night.touched("quickbooks", "Invoice") == sorted(made[:2])
    asked_cdc = any("cdc" in entry.path for entry in night.sandbox.traffic["quickbooks"].entries)
    assert asked_cdc == (away < 30)


def test_more_changes_than_cdc_answers(night: Night) -> None:
    """When CDC's answer is full, the entity is read by query instead and nothing is missed."""
    night.read()
    night.wait(days=1)
    made = night.sandbox.quickbooks.load("Customer", [{"DisplayName": f"Late {n}"} for n in range(1100)])
    found = night.read()
    assert found["quickbooks", "Customer"]["complete"]
    assert night.touched("quickbooks", "Customer") == sorted(made)


@pytest.mark.rule("N8")
def test_archived_contact_is_found_through_its_partner(night: Night) -> None:
    """An archived or merged contact shows in no search; it is noticed when its QuickBooks partner changes."""
    some, others = contacts(night, 3), customers(night, 3)
    night.read()
    link = {"entity": "customer", "role": "primary", "hubspot_object": "contacts", "quickbooks_object": "Customer"}
    link |= {"owner": "quickbooks", "matched_by": "email", "since_run": "run-1", "since_at": START}
    link |= {"portal": "1", "realm": "1", "environment": "sandbox"}
    pairs = zip(some, others, strict=True)
    insert(night.warehouse.con, "links", [{**link, "hubspot_id": h, "quickbooks_id": q} for h, q in pairs])
    night.wait(days=1)
    night.hubspot_person("delete", "contacts", some[0])
    survivor = night.hubspot_person("merge", "contacts", some[1], **{"into": some[2], "from": some[1]})
    night.quickbooks_person("update", "Customer", others[0], fields={"Notes": "new"})
    night.quickbooks_person("update", "Customer", others[1], fields={"Notes": "new"})
    night.wait(minutes=5)
    night.read()
    assert night.gone("contacts") == {some[0]: "archived", some[1]: "merged", some[2]: "merged"}
    into = night.ask("SELECT DISTINCT merged_into FROM mirror WHERE gone = 'merged'")
    assert into == [{"merged_into": survivor}]


def test_sweep_finds_what_no_feed_tells(night: Night) -> None:
    """The weekly sweep notices archived records and changed associations that moved nothing else."""
    company = night.sandbox.hubspot.load("companies", [{"properties": {"name": "Acme"}, "_created": LONG_AGO}])[0]
    some = contacts(night, 2, associations={"companies": [company]})
    night.read()
    night.wait(days=7)
    night.hubspot_person("delete", "contacts", some[0])
    night.hubspot_person("gdpr_delete", "contacts", some[1])
    night.read()
    assert night.gone("contacts") == {}
    night.read(sweep=True)
    assert night.gone("contacts") == {some[0]: "archived", some[1]: "deleted"}
    assert "contacts" in {name for (_, name), state in reads.states(night.warehouse.con).items() if state.swept_at}


def test_more_properties_make_an_object_be_read_whole(night: Night) -> None:
    """A field mapped later is read for all records, not only for those that change from then on."""
    some = contacts(night, 3)
    few = {name: ("email", "lastmodifieddate") if name == "contacts" else ("hs_object_id",) for name in HUBSPOT_OBJECTS}
    night.read(properties=few)
    night.wait(days=1)
    night.read(properties={**few, "contacts": ("email", "firstname", "lastmodifieddate")})
    assert night.touched("hubspot", "contacts") == sorted(some)
