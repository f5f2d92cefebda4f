"""What the writer makes of a plan: batches, references, links, the mirror, and the end each operation comes to."""

from __future__ import annotations

import pytest

from hsqbo_pipeline.model.names import Entity
from hsqbo_pipeline.model.operations import LinkedId, Step, StepAction
from hsqbo_pipeline_tests.apply.bench import Bench
from hsqbo_pipeline_tests.apply.orders import FIRST, H, Q, change, link, order, to_hubspot, to_quickbooks


def products(bench: Bench, count: int) -> list:
    """Items of QuickBooks on their way into HubSpot."""
    return [
        to_hubspot(bench.situation(), Entity.PRODUCT, str(n), {"name": f"Item {n}", "hs_sku": f"S-{n}"})
        for n in range(1, count + 1)
    ]


@pytest.mark.rule("N13")
def test_two_hundred_and_fifty_products_take_three_requests_and_each_gets_its_link(bench: Bench) -> None:
    """Creations go out in hundreds, and every record is linked to the one it was made from."""
    operations = products(bench, 250)
    bench.clear_traffic()
    result = bench.write(operations)
    assert result.counts == {("product", "hubspot", "create", "done"): 250}
    made = {each["id"]: each["properties"] for each in bench.hubspot("products")}
    assert {made[h]["hs_sku"]: q for q, h in bench.links(Entity.PRODUCT).items()} == {
        f"S-{n}": str(n) for n in range(1, 251)
    }
    assert sum("/batch/" in e.endpoint and "/objects/" in e.path for e in bench.requests("hubspot", writes=True)) == 3
    assert {row["status"] for row in bench.ask("SELECT status FROM journal")} == {"confirmed"}
    assert bench.ask("SELECT count(*) AS n FROM mirror WHERE object = 'products'")[0]["n"] == 250


def test_a_second_apply_of_the_same_plan_sends_nothing(bench: Bench) -> None:
    """A plan that was carried out has nothing left to send."""
    bench.write(products(bench, 3))
    bench.clear_traffic()
    result = bench.write(products(bench, 0))
    assert result.counts == {}
    assert not bench.requests("hubspot")


@pytest.mark.rule("D51")
def test_an_invoice_whose_customer_was_refused_waits_and_names_it(bench: Bench) -> None:
    """A child never goes out without its parent, and says whom it waits for."""
    now = bench.situation()
    parent = to_hubspot(now, Entity.CUSTOMER, "7", {"email": "not an address"}, label="bad")
    contact = LinkedId(Entity.CUSTOMER, H, "7").as_json()
    first = Step(
        1, H, "invoices", StepAction.CREATE, {"hs_currency": "USD", "hs_invoice_billable": "false"},
        find={"property": "qbo_id", "value": now.mark("9"), "parent": None},
        associations=({"to_object": "contacts", "to_id": contact, "type_id": 177},),
    )  # fmt: skip
    child = order(
        now, Entity.INVOICE, (Q, "9"), H, [first], on_done={"link": link(Entity.INVOICE, FIRST, "9")}, label="child"
    )
    bench.write([child, parent])
    assert bench.ends() == {"bad": ("refused", "ID_BAD_EMAIL"), "child": ("waiting", "INV_WAITING_PARENT")}
    assert bench.slots("child")["parent"] == "customer bad"
    assert not bench.hubspot("invoices")


def mirror_invoice(bench: Bench, contact_id: str, lines: int = 3, source: str = "9") -> object:
    """A QuickBooks invoice as HubSpot shows it: the invoice, its lines, its tax."""
    now = bench.situation()
    head = Step(
        1, H, "invoices", StepAction.CREATE,
        {"hs_currency": "USD", "hs_invoice_billable": "false", "hs_due_date": "2026-03-31T12:00:00Z", "qbo_id": now.mark(source)},
        find={"property": "qbo_id", "value": now.mark(source), "parent": None},
        associations=({"to_object": "contacts", "to_id": contact_id, "type_id": 177},),
    )  # fmt: skip
    steps = [head]
    for number in range(1, lines + 1):
        mark = now.mark(f"{source}:{number}")
        steps.append(
            Step(
                number + 1, H, "line_items", StepAction.CREATE,
                {"name": f"Line {number}", "quantity": "1", "price": "10", "qbo_id": mark},
                find={"property": "qbo_id", "value": mark, "parent": ["invoices", FIRST]},
                associations=({"to_object": "invoices", "to_id": FIRST, "type_id": 410},),
            )
        )  # fmt: skip
    tax = Step(
        lines + 2, H, "taxes", StepAction.CREATE, {"hs_type": "FIXED", "hs_value": "2.50", "hs_label": "Tax"},
        find={"property": "hs_label", "value": "Tax", "parent": ["invoices", FIRST]},
        associations=({"to_object": "invoices", "to_id": FIRST, "type_id": 416},),
    )  # fmt: skip
    return order(
        now, Entity.INVOICE, (Q, source), H, [*steps, tax], on_done={"link": link(Entity.INVOICE, FIRST, source)}
    )


def contact(bench: Bench, email: str = "ada@example.com") -> str:
    return str(bench.person(H, "create", "contacts", fields={"email": email})["id"])


def test_an_invoice_with_lines_and_tax_is_made_in_three_requests_with_its_associations_mirrored(bench: Bench) -> None:
    """Steps of one kind go out together; what was made with an association is mirrored with it."""
    who = contact(bench)
    bench.read()
    operation = mirror_invoice(bench, who)
    bench.clear_traffic()
    bench.write([operation])
    assert bench.ends() == {"9": ("done", None)}
    made = [
        entry.path.rsplit("/", 3)[-3] for entry in bench.requests("hubspot", writes=True) if "/objects/" in entry.path
    ]
    assert [name for name in made if name in ("invoices", "line_items", "taxes")] == ["invoices", "line_items", "taxes"]
    (invoice,) = bench.hubspot("invoices")
    assert invoice["properties"]["hs_amount_billed"] == "32.50"
    tied = bench.ask(
        "SELECT to_object, count(*) AS n FROM associations WHERE from_object = 'invoices' GROUP BY ALL ORDER BY ALL"
    )
    assert {row["to_object"]: row["n"] for row in tied} == {"contacts": 1, "line_items": 3, "taxes": 1}
    (row,) = bench.ask(
        "SELECT payload->'properties'->>'hs_amount_billed' AS total FROM mirror WHERE object = 'invoices'"
    )
    assert row["total"] == "32.50"


def test_quickbooks_customers_go_out_in_thirties_one_batch_at_a_time(bench: Bench) -> None:
    """List entries are serialised: no two batches of them are ever in flight together."""
    now = bench.situation()
    operations = [
        to_quickbooks(
            now,
            Entity.CUSTOMER,
            str(n),
            {"DisplayName": f"Customer {n}"},
            {"where": {"DisplayName": f"Customer {n}"}, "mark": None},
        )
        for n in range(70)
    ]
    bench.clear_traffic()
    result = bench.write(operations)
    assert result.total("done") == 70
    assert len(bench.requests("quickbooks", writes=True)) == 3
    assert bench.sandbox.traffic["quickbooks"].summary()["peak_in_flight"] == 1
    assert len(bench.links(Entity.CUSTOMER)) == 70


def customer(bench: Bench, name: str, **fields: object) -> str:
    return str(bench.person(Q, "create", "Customer", fields={"DisplayName": name, **fields})["id"])


@pytest.mark.rule("D62", "H30", "N11")
def test_a_quickbooks_record_that_a_person_changed_since_the_plan_is_set_aside(bench: Bench) -> None:
    """What decided the change must still stand there, or nothing is written and it is planned again; so must the record
    itself, which a person may have made inactive."""
    one, two, off = (customer(bench, name, GivenName=name) for name in ("Ada", "Bob", "Cat"))
    bench.read()
    now = bench.situation()
    operations = [
        change(now, Entity.CUSTOMER, (Q, one), "c1", {"GivenName": "Ada B."}, {"GivenName": "Ada"}, label="ada"),
        change(now, Entity.CUSTOMER, (Q, two), "c2", {"GivenName": "Robert"}, {"GivenName": "Bob"}, label="bob"),
        change(now, Entity.CUSTOMER, (Q, off), "c3", {"GivenName": "Kate"}, {"GivenName": "Cat"}, label="cat"),
    ]
    bench.person(Q, "inactivate", "Customer", id=off)
    bench.person(Q, "update", "Customer", id=one, fields={"GivenName": "Adele", "Notes": "asked for it"})
    bench.person(Q, "update", "Customer", id=two, fields={"Notes": "calls on Mondays"})
    bench.write(operations)
    stale = ("set_aside", "INV_STALE_VERSION")
    assert bench.ends() == {"ada": stale, "bob": ("done", None), "cat": stale}
    state = {each["Id"]: each for each in bench.quickbooks("Customer")}
    assert (state[one]["GivenName"], state[two]["GivenName"], state[two]["Notes"]) == (
        "Adele",
        "Robert",
        "calls on Mondays",
    )
    assert [row["operation_id"] for row in bench.ask("SELECT operation_id FROM journal")] == [
        operations[1].operation_id
    ]


def test_a_stale_token_is_read_again_once_and_then_written(bench: Bench) -> None:
    """Somebody saves between our look and our write: one more look, and the change goes in."""
    one = customer(bench, "Ada", GivenName="Ada")
    bench.read()
    bench.faults("quickbooks", {"when": {"write": "update", "nth": 1}, "do": "stale_token"})
    bench.write(
        [change(bench.situation(), Entity.CUSTOMER, (Q, one), "c1", {"GivenName": "Ada B."}, {"GivenName": "Ada"})]
    )
    assert bench.ends() == {"c1": ("done", None)}
    assert bench.quickbooks("Customer")[-1]["GivenName"] == "Ada B."


def test_a_token_that_stays_stale_sets_the_operation_aside(bench: Bench) -> None:
    """Two tries a night: whoever is busy with the record is left alone."""
    one = customer(bench, "Ada", GivenName="Ada")
    bench.read()
    bench.faults("quickbooks", {"when": {"write": "update"}, "do": "stale_token"})
    bench.write(
        [change(bench.situation(), Entity.CUSTOMER, (Q, one), "c1", {"GivenName": "Ada B."}, {"GivenName": "Ada"})]
    )
    assert bench.ends() == {"c1": ("set_aside", "INV_STALE_VERSION")}


@pytest.mark.rule("D82")
def test_a_target_that_is_gone_is_reported_and_never_made_again(bench: Bench) -> None:
    """Updates go by id: a record that is gone is a failure, not a new record."""
    who = contact(bench)
    bench.read()
    operation = change(bench.situation(), Entity.CUSTOMER, (H, who), "7", {"firstname": "Ada"}, {"firstname": None})
    bench.person(H, "delete", "contacts", id=who)
    bench.write([operation])
    assert bench.ends() == {"7": ("refused", "REF_REMOTE_GONE")}
    assert not bench.hubspot("contacts")


def test_a_reference_within_the_wave_is_waited_for(bench: Bench) -> None:
    """A sub-customer whose parent is made in the same wave goes out after it."""
    now = bench.situation()
    parent = to_quickbooks(
        now, Entity.CUSTOMER, "1", {"DisplayName": "Parent"}, {"where": {"DisplayName": "Parent"}, "mark": None}
    )
    body = {"DisplayName": "Job", "Job": True, "ParentRef": {"value": LinkedId(Entity.CUSTOMER, Q, "1").as_json()}}
    job = to_quickbooks(now, Entity.CUSTOMER, "2", body, {"where": {"DisplayName": "Job"}, "mark": None})
    bench.write([job, parent])
    assert bench.ends() == {"1": ("done", None), "2": ("done", None)}
    found = {each["DisplayName"]: each for each in bench.quickbooks("Customer")}
    assert found["Job"]["ParentRef"]["value"] == found["Parent"]["Id"]


def test_one_record_changed_by_two_operations_is_written_twice_in_order(bench: Bench) -> None:
    """One record is changed by one request at a time: the second carries the token that the first has made."""
    one = customer(bench, "Ada", GivenName="Ada")
    bench.read()
    now = bench.situation()
    bench.write(
        [
            change(now, Entity.CUSTOMER, (Q, one), "c1", {"GivenName": "Ada B."}, {"GivenName": "Ada"}),
            change(now, Entity.CUSTOMER, (Q, one), "c2", {"FamilyName": "Lovelace"}, {"FamilyName": None}),
        ]
    )
    assert bench.ends() == {"c1": ("done", None), "c2": ("done", None)}


def test_a_link_without_a_request_is_made_at_once(bench: Bench) -> None:
    """Linking a pair that needs no mark is an operation of no steps."""
    operation = order(
        bench.situation(), Entity.CUSTOMER, (Q, "5"), H, [], on_done={"link": link(Entity.CUSTOMER, "77", "5")}
    )
    bench.write([operation])
    assert bench.links(Entity.CUSTOMER) == {"5": "77"}
    assert bench.ends() == {"5": ("done", None)}
