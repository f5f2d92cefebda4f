"""Batches and request ids."""

from __future__ import annotations

from typing import Any

import pytest

from hsqbo_pipeline_tests.sandbox.quickbooks.caller import Caller


def _create(place: int, name: str) -> dict[str, Any]:
    return {"bId": f"b{place}", "operation": "create", "Customer": {"DisplayName": name}}


@pytest.mark.rule("QBT4", "QBT21", "QBC7")
def test_each_item_stands_alone(qbo: Caller) -> None:
    """200 as a whole: good items take effect, bad ones carry a Fault with an empty element."""
    made = qbo.customer("Taken")
    answers = qbo.batch(
        _create(1, "Ada"),
        _create(2, "Taken"),
        {"bId": "q", "Query": "select * from Customer where DisplayName = 'Taken'"},
        {"bId": "u", "operation": "update", "Customer": {"Id": made["Id"], "SyncToken": "7", "sparse": True}},
        {"bId": "d", "operation": "delete", "Invoice": {"Id": "99", "SyncToken": "0"}},
        {"bId": "x", "operation": "create", "Gizmo": {}},
    )
    assert answers["b1"]["Customer"]["SyncToken"] == "0"
    fault = answers["b2"]["Fault"]
    assert (fault["type"], fault["Error"][0]["code"], fault["Error"][0]["element"]) == ("ValidationFault", "6240", "")
    assert answers["q"]["QueryResponse"]["Customer"][0]["Id"] == made["Id"]
    assert [answers[name]["Fault"]["Error"][0]["code"] for name in ("u", "d", "x")] == ["5010", "610", "500"]


def test_void_by_options(qbo: Caller) -> None:
    """optionsData "void" with update voids."""
    customer = qbo.customer()
    made = qbo.invoice(customer)
    item = {"bId": "1", "operation": "update", "optionsData": "void", "Invoice": {"Id": made["Id"], "SyncToken": "0"}}
    assert qbo.batch(item)["1"]["Invoice"]["TotalAmt"] == 0


@pytest.mark.rule("QBC7")
def test_thirty_items_and_no_more(qbo: Caller) -> None:
    """31 items are refused as a whole with 1040; nothing is done."""
    items = [_create(place, f"C{place}") for place in range(31)]
    assert qbo.fault(qbo.call("POST", "batch", {"BatchItemRequest": items})) == (400, "1040")
    assert len(qbo.batch(*items[:30])) == 30
    assert qbo.query("select count(*) from Customer") == {"totalCount": 30}


@pytest.mark.rule("QBT20", "QBC7")
def test_a_request_id_replays_the_same_bytes(qbo: Caller) -> None:
    """The same id and content is answered byte for byte as before and does nothing."""
    body = {"DisplayName": "Ada"}
    first = qbo.call("POST", "customer", body, requestid="r1")
    qbo.sandbox.clock.advance(60)
    second = qbo.call("POST", "customer", body, requestid="r1")
    assert first.content == second.content
    assert qbo.query("select count(*) from Customer") == {"totalCount": 1}


@pytest.mark.rule("QBO1", "QBC7")
def test_another_body_under_the_same_id_is_flagged(qbo: Caller) -> None:
    """It replays by default and is noted; the switch executes it."""
    qbo.call("POST", "customer", {"DisplayName": "Ada"}, requestid="r1")
    other = qbo.ok(qbo.call("POST", "customer", {"DisplayName": "Bob"}, requestid="r1"))
    assert other["Customer"]["DisplayName"] == "Ada"
    assert qbo.sandbox.traffic["quickbooks"].diagnostics[-1]["note"] == "same requestid with another body"
    qbo.sandbox.switches.change({"qb_requestid_other_body": "execute"})
    other = qbo.ok(qbo.call("POST", "customer", {"DisplayName": "Bob"}, requestid="r1"))
    assert other["Customer"]["DisplayName"] == "Bob"


@pytest.mark.rule("QBO1")
def test_refusals_are_not_remembered_unless_switched(qbo: Caller) -> None:
    """A refused write under a request id is tried again; the switch replays the refusal."""
    qbo.customer("Ada")
    assert qbo.refusal("Customer", {"DisplayName": "Ada"}, requestid="r1") == "6240"
    qbo.person(action="inactivate", object="Customer", id="1")
    assert qbo.save("Customer", {"DisplayName": "Ada"}, requestid="r1")["Id"] == "2"
    qbo.sandbox.switches.change({"qb_requestid_replays_faults": True})
    assert qbo.refusal("Customer", {"DisplayName": "Ada"}, requestid="r2") == "6240"
    qbo.person(action="inactivate", object="Customer", id="2")
    assert qbo.refusal("Customer", {"DisplayName": "Ada"}, requestid="r2") == "6240"


@pytest.mark.rule("QBO1")
def test_answers_are_forgotten_in_time(qbo: Caller) -> None:
    """After the retention time the same request is a new one."""
    qbo.sandbox.switches.change({"qb_requestid_retention_s": 60})
    qbo.save("Customer", {"DisplayName": "Ada"}, requestid="r1")
    qbo.sandbox.clock.advance(61)
    assert qbo.refusal("Customer", {"DisplayName": "Ada"}, requestid="r1") == "6240"


@pytest.mark.rule("QBT21")
def test_answers_come_in_no_promised_order(qbo: Caller) -> None:
    """Only the bId says which answer belongs to which item."""
    sent = [_create(number, f"Person {number}") for number in range(12)]
    answers = qbo.ok(qbo.call("POST", "batch", {"BatchItemRequest": sent}))["BatchItemResponse"]
    told = [(answer["bId"], answer["Customer"]["DisplayName"]) for answer in answers]
    wanted = [(item["bId"], item["Customer"]["DisplayName"]) for item in sent]
    assert told != wanted
    assert sorted(told) == sorted(wanted)


@pytest.mark.rule("QBT20", "QBC7")
def test_in_a_batch_request_id_and_bid_count_together(qbo: Caller) -> None:
    """Both must repeat for a replay; other bIds are new requests; 50 characters in all."""
    request_id = "r" * 36
    first = qbo.batch(_create(1, "Ada"), requestid=request_id)
    again = qbo.batch(_create(1, "Ada"), requestid=request_id)
    assert first == again
    other = qbo.batch(_create(2, "Ada"), requestid=request_id)
    assert other["b2"]["Fault"]["Error"][0]["code"] == "6240"
    long = {**_create(1, "Bob"), "bId": "x" * 15}
    assert qbo.batch(long, requestid=request_id)["x" * 15]["Fault"]["Error"][0]["code"] == "6000"
    assert "Customer" in qbo.batch({**_create(1, "Bob"), "bId": "y" * 36})["y" * 36]
    assert qbo.refusal("Customer", {"DisplayName": "Eve"}, requestid="r" * 51) == "6000"
