"""Bad rows, silent systems, limits: what one failure may cost the others."""

from __future__ import annotations

import math
from datetime import timedelta
from decimal import Decimal

import pytest

from hsqbo_pipeline.model.names import Entity
from hsqbo_pipeline.model.operations import Step, StepAction
from hsqbo_pipeline_tests.apply.bench import Bench
from hsqbo_pipeline_tests.apply.orders import H, Q, change, order, to_hubspot, to_quickbooks


def contacts_to_make(bench: Bench, count: int, bad: dict[int, str] | None = None) -> list:
    bad = bad or {}
    return [
        to_hubspot(
            bench.situation(),
            Entity.CUSTOMER,
            str(n),
            {"email": bad.get(n, f"c{n}@example.com"), "firstname": f"No {n}"},
        )
        for n in range(count)
    ]


def test_one_refused_row_costs_the_others_nothing(bench: Bench) -> None:
    """HubSpot answers row by row: 99 records are made in the same request."""
    bench.write(contacts_to_make(bench, 1))
    bench.clear_traffic()
    result = bench.write(contacts_to_make(bench, 101, {50: "no address"})[1:])
    assert (result.total("done"), result.total("refused")) == (99, 1)
    assert bench.ends()["50"] == ("refused", "ID_BAD_EMAIL")
    assert len(bench.requests("hubspot", writes=True)) == 1


@pytest.mark.parametrize("bad", [{7}, {0, 99}, {1, 2, 3, 50, 98}])
def test_rows_that_refuse_a_whole_batch_are_found_within_the_bound(bench: Bench, bad: set[int]) -> None:
    """k bad rows in 100 stand alone after at most 2·k·⌈log₂(100/k)⌉ + 2·k further requests, and the others are made."""
    who = str(bench.person(H, "create", "contacts", fields={"email": "a@x.com"})["id"])
    firms = [str(bench.person(H, "create", "companies", fields={"name": f"Firm {n}"})["id"]) for n in range(100)]
    bench.read()
    ends = [{"to_object": "companies", "to_id": "999999" if n in bad else firms[n], "type_id": 279} for n in range(100)]
    steps = [Step(1, H, "contacts", StepAction.ASSOCIATE, end, target=who) for end in ends]
    operations = [order(bench.situation(), Entity.CUSTOMER, (Q, str(n)), H, [step]) for n, step in enumerate(steps)]
    bench.clear_traffic()
    result = bench.write(operations)
    assert (result.total("done"), result.total("refused")) == (100 - len(bad), len(bad))
    assert {label for label, (end, _) in bench.ends().items() if end == "refused"} == {str(n) for n in bad}
    k = len(bad)
    extra = len(bench.requests("hubspot", writes=True)) - 1
    assert 0 < extra <= 2 * k * math.ceil(math.log2(100 / k)) + 2 * k
    tied = bench.ask("SELECT to_id FROM associations WHERE from_object = 'contacts' AND to_object = 'companies'")
    assert {row["to_id"] for row in tied} == {firm for n, firm in enumerate(firms) if n not in bad}


@pytest.mark.rule("D35")
def test_a_contact_whose_address_exists_is_refused_with_the_holder_named(bench: Bench) -> None:
    """HubSpot names the record that already has the address; the reader is told which."""
    taken = str(bench.person(H, "create", "contacts", fields={"email": "c3@example.com"})["id"])
    result = bench.write(contacts_to_make(bench, 10))
    assert (result.total("done"), bench.ends()["3"]) == (9, ("refused", "ID_DUPLICATE_IN_BATCH"))
    assert taken in str(bench.slots("3"))


def customers_to_make(bench: Bench, count: int) -> list:
    return [
        to_quickbooks(
            bench.situation(), Entity.CUSTOMER, str(n), {"DisplayName": f"Customer {n}"}, {"where": {"DisplayName": f"Customer {n}"}, "mark": None}
        )
        for n in range(count)
    ]  # fmt: skip


@pytest.mark.rule("D10")
def test_a_daily_limit_leaves_the_rest_of_one_system_waiting_and_the_other_at_work(bench: Bench) -> None:
    """What HubSpot turned away waits with the reason; QuickBooks' writes go on."""
    bench.write(contacts_to_make(bench, 1))
    bench.faults(
        "hubspot", {"when": {"write": "any", "nth": 2}, "do": "429_daily", "then": {"all_requests": "429_daily"}}
    )
    result = bench.write([*contacts_to_make(bench, 351)[1:], *customers_to_make(bench, 40)])
    ends = bench.ask(
        "SELECT system, status, code, count(*) AS n FROM operations WHERE label <> '0' OR system = 'quickbooks' GROUP BY ALL"
    )
    counts = {(row["system"], row["status"], row["code"]): row["n"] for row in ends if row["status"] != "planned"}
    assert counts["quickbooks", "done", None] == 40
    assert counts["hubspot", "done", None] + counts["hubspot", "waiting", "RATE_HS_DAILY"] == 350
    assert {system.value: code for system, code in result.stopped.items()} == {"hubspot": "RATE_HS_DAILY"}
    assert {row["status"] for row in bench.ask("SELECT status FROM journal")} == {"confirmed", "abandoned"}


@pytest.mark.rule("D12")
def test_a_lost_answer_is_looked_up_at_once_and_its_record_linked(bench: Bench) -> None:
    """The write took effect and the connection broke: the record is found by its mark, and nothing is made twice."""
    bench.write(contacts_to_make(bench, 1))
    bench.faults("hubspot", {"when": {"write": "create", "nth": 1}, "do": "apply_then_reset"})
    result = bench.write(contacts_to_make(bench, 51)[1:])
    assert result.total("done") == 50
    assert len(bench.hubspot("contacts")) == 51 == len(bench.links(Entity.CUSTOMER))


@pytest.mark.rule("D12")
def test_a_request_that_never_arrived_stays_uncertain_tonight_and_is_let_go_by_the_next_night(bench: Bench) -> None:
    """Not found may mean not yet: nothing is sent again in the same night."""
    bench.faults("quickbooks", {"when": {"write": "create", "nth": 1}, "do": "reset_before"})
    bench.write(customers_to_make(bench, 3))
    assert set(bench.ends().values()) == {("uncertain", "SYS_OUTCOME_UNCERTAIN")}
    assert not bench.quickbooks("Customer")
    bench.read()
    assert bench.settle().abandoned == 3
    result = bench.write(customers_to_make(bench, 3))
    assert result.total("done") == 3


def test_until_a_lost_answer_is_settled_nothing_new_goes_to_that_system(bench: Bench) -> None:
    """A night that could not look up the last one's open requests writes nothing there."""
    bench.faults("quickbooks", {"when": {"write": "create", "nth": 1}, "do": "reset_before"})
    bench.write(customers_to_make(bench, 3))
    bench.read()
    bench.clear_traffic()
    result = bench.write(customers_to_make(bench, 5)[3:])
    assert result.counts == {("customer", "quickbooks", "create", "waiting"): 2}
    assert not bench.requests("quickbooks", writes=True)


def test_after_a_lost_answer_from_a_dead_system_its_other_writes_wait(bench: Bench) -> None:
    """Writes go on only to a system that still answers."""
    bench.write(contacts_to_make(bench, 1))
    bench.faults(
        "hubspot", {"when": {"write": "create", "nth": 1}, "do": "apply_then_reset", "then": {"all_requests": "503"}}
    )
    result = bench.write(contacts_to_make(bench, 951)[1:])
    assert result.total("waiting") + result.total("uncertain") == 950
    assert "hubspot" in {system.value for system in result.stopped}
    bench.faults("hubspot")
    bench.read()
    bench.settle()
    assert len(bench.links(Entity.CUSTOMER)) == len(bench.hubspot("contacts"))


@pytest.mark.rule("H14", "TAX_RECALCULATED")
def test_a_total_other_than_expected_is_a_failure_of_a_document_that_is_linked_all_the_same(bench: Bench) -> None:
    """QuickBooks added a tax: the invoice exists, is linked, and says so; no further invoice is changed in this run."""
    made = str(bench.person(Q, "create", "Customer", fields={"DisplayName": "Ada"})["id"])
    item = str(bench.person(Q, "create", "Item", fields=_item(bench))["id"])
    bench.read()
    now = bench.situation()
    body = _invoice(made, item, "100.00", "1001")
    expect = {"code": "TAX_RECALCULATED", "values": {"TotalAmt": "90.00"}}
    find = {"where": {"DocNumber": "1001"}, "mark": "invoices 5", "same": {}}
    bench.write([to_quickbooks(now, Entity.INVOICE, "5", body, find, on_done={"expect": expect})])
    assert bench.ends() == {"5": ("refused", "TAX_RECALCULATED")}
    assert "TotalAmt" in bench.slots("5")["diff"]
    assert bench.links(Entity.INVOICE) == {bench.quickbooks("Invoice")[0]["Id"]: "5"}


def _item(bench: Bench) -> dict:
    account = next(each["Id"] for each in bench.quickbooks("Account") if each["AccountType"] == "Income")
    return {"Name": "Work", "Type": "Service", "IncomeAccountRef": {"value": account}}


def _invoice(customer: str, item: str, amount: str, number: str) -> dict:
    line = {"Amount": amount, "DetailType": "SalesItemLineDetail", "SalesItemLineDetail": {"ItemRef": {"value": item}}}
    return {
        "CustomerRef": {"value": customer},
        "TxnDate": "2026-03-02",
        "DocNumber": number,
        "PrivateNote": "[hs invoices 5]",
        "Line": [line],
    }


def test_after_a_recalculated_tax_no_further_invoice_is_changed(bench: Bench) -> None:
    """One surprise is enough: the other changes of invoices wait for a person."""
    who = str(bench.person(Q, "create", "Customer", fields={"DisplayName": "Ada"})["id"])
    item = str(bench.person(Q, "create", "Item", fields=_item(bench))["id"])
    invoices = [
        str(bench.person(Q, "create", "Invoice", fields=_invoice(who, item, "10", str(n)))["id"]) for n in range(65)
    ]
    bench.read()
    now = bench.situation()
    operations = [
        change(
            now, Entity.INVOICE, (Q, made), made, {"CustomerMemo": {"value": "hello"}}, {},
            on_done={"expect": {"code": "TAX_RECALCULATED", "values": {"TotalAmt": "10.00" if n else "11.00"}}},
        )
        for n, made in enumerate(invoices)
    ]  # fmt: skip
    result = bench.write(operations)
    assert (result.total("refused"), result.total("done"), result.total("waiting")) == (1, 29, 35)


@pytest.mark.rule("D7")
def test_items_that_quickbooks_turns_away_inside_a_batch_wait(bench: Bench) -> None:
    """Turned away is not refused: the records are due again."""
    bench.faults("quickbooks", {"when": {"write": "create", "nth": 1}, "do": "429_item"})
    result = bench.write(customers_to_make(bench, 3))
    assert result.total("done") + result.total("waiting") == 3
    assert result.total("waiting") >= 1


def test_a_closed_period_is_refused_before_anything_is_sent(bench: Bench) -> None:
    """A payment into closed books does not leave the house (N16)."""
    from dataclasses import replace

    bench.company = replace(bench.company, closed_until=bench.situation().today - timedelta(days=1))
    body = {"CustomerRef": {"value": "1"}, "TotalAmt": str(Decimal("5.00")), "TxnDate": "2026-02-01"}
    bench.clear_traffic()
    bench.write(
        [
            to_quickbooks(
                bench.situation(),
                Entity.PAYMENT,
                "5",
                body,
                {"where": {"TxnDate": "2026-02-01"}, "mark": "commerce_payments 5"},
            )
        ]
    )
    assert bench.ends() == {"5": ("refused", "PER_CLOSED")}
    assert not bench.requests("quickbooks")


def test_a_quickbooks_batch_that_failed_for_no_clear_reason_is_looked_up_not_halved(bench: Bench) -> None:
    """After "unexpected error, try again" objects have been seen to exist: another shape would make them twice."""
    bench.faults("quickbooks", {"when": {"write": "create", "nth": 1}, "do": "fault_in_200"})
    bench.clear_traffic()
    result = bench.write(customers_to_make(bench, 4))
    assert result.total("uncertain") == 4
    assert len(bench.requests("quickbooks", writes=True)) == 1
    bench.read()
    bench.settle()
    assert bench.write(customers_to_make(bench, 4)).total("done") == 4


def test_a_quickbooks_batch_that_could_not_be_read_is_halved(bench: Bench) -> None:
    """A complaint about the request itself means that nothing of it was carried out."""
    bench.faults("quickbooks", {"when": {"write": "create", "nth": 1}, "do": "batch_refused"})
    assert bench.write(customers_to_make(bench, 4)).total("done") == 4


@pytest.mark.rule("D6")
def test_a_missing_scope_closes_one_object_and_leaves_the_others_at_work(bench: Bench) -> None:
    """What the login may not write waits with that reason; the rest of HubSpot is written."""
    bench.write(contacts_to_make(bench, 1))
    bench.write([to_hubspot(bench.situation(), Entity.PRODUCT, "p0", {"name": "Zero"})])
    bench.faults("hubspot", {"when": {"write": "any", "object": "products"}, "do": "403"})
    product = to_hubspot(bench.situation(), Entity.PRODUCT, "p1", {"name": "One"})
    result = bench.write([product, *contacts_to_make(bench, 3)[1:]])
    assert bench.ends()["p1"] == ("waiting", "AUTH_MISSING_SCOPES")
    assert result.total("done") == 2
    assert {name for _system, name in result.closed} == {"products"}
    assert not result.stopped


def test_an_answer_given_to_another_plan_is_none_of_this_one(bench: Bench) -> None:
    """A plan that did not know of an earlier write under the same name does not take it for its own."""
    operation = to_hubspot(bench.situation(), Entity.PRODUCT, "1", {"name": "One"}, label="one")
    bench.write([operation])
    bench.write([operation, to_hubspot(bench.situation(), Entity.PRODUCT, "2", {"name": "Two"}, label="two")])
    assert bench.ends() == {"one": ("set_aside", "INV_STALE_VERSION"), "two": ("done", None)}
    assert len(bench.hubspot("products")) == 2


def test_a_marker_may_carry_a_prefix(bench: Bench) -> None:
    """Our mark is company and id: the id is filled in behind the company."""
    who = str(bench.person(H, "create", "contacts", fields={"email": "a@x.com"})["id"])
    bench.read()
    made = customers_to_make(bench, 1)
    marker = {"$linked": ["customer", "quickbooks", "0"], "prefix": "9341450000000001:"}
    mark = change(bench.situation(), Entity.CUSTOMER, (H, who), "m", {"qbo_id": marker}, {"qbo_id": None})
    bench.write([*made, mark])
    (customer,) = bench.quickbooks("Customer")
    assert bench.hubspot("contacts")[0]["properties"]["qbo_id"] == f"9341450000000001:{customer['Id']}"
