"""Change data capture."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from hsqbo_pipeline_tests.sandbox.quickbooks.caller import Caller


def _cdc(qbo: Caller, entities: str, since: str) -> list[dict[str, Any]]:
    answer = qbo.ok(qbo.call("GET", "cdc", entities=entities, changedSince=since))
    groups: list[dict[str, Any]] = answer["CDCResponse"][0]["QueryResponse"]
    return groups


@pytest.mark.rule("QBC7", "QBT11")
def test_groups_come_in_order_with_stubs_last(qbo: Caller) -> None:
    """One group per entity asked for, {} where nothing changed; deleted documents are stubs at the end."""
    customer = qbo.customer()
    gone, kept = qbo.invoice(customer), qbo.invoice(customer)
    qbo.sandbox.clock.advance(30)
    qbo.save("Invoice", {"Id": gone["Id"], "SyncToken": "0"}, operation="delete")
    groups = _cdc(qbo, "estimate,Invoice,Customer", "2026-11-24T07:00:00-08:00")
    assert groups[0] == {}
    invoices = groups[1]["Invoice"]
    assert [invoice["Id"] for invoice in invoices] == [kept["Id"], gone["Id"]]
    assert invoices[1]["status"] == "Deleted"
    assert set(invoices[1]) == {"domain", "status", "Id", "MetaData"}
    assert set(invoices[1]["MetaData"]) == {"LastUpdatedTime"}
    assert groups[2]["Customer"][0]["DisplayName"] == "Ada Lovelace"


@pytest.mark.rule("QBT11")
def test_inactive_list_records_come_whole(qbo: Caller) -> None:
    """An inactivated customer is a full object with Active false, never a stub."""
    made = qbo.customer()
    qbo.person(action="inactivate", object="Customer", id=made["Id"])
    found = _cdc(qbo, "Customer", "2026-11-24T15:00:00Z")[0]["Customer"][0]
    assert found["Active"] is False
    assert "status" not in found


@pytest.mark.rule("QBT10", "QBO2", "QBC7")
def test_the_look_back_is_thirty_days(qbo: Caller) -> None:
    """Older is refused with the known message; the code is a switch."""
    since = (qbo.sandbox.clock.now() - timedelta(days=30, seconds=60)).isoformat()
    response = qbo.call("GET", "cdc", entities="Customer", changedSince=since)
    assert qbo.fault(response) == (400, "4001")
    assert "older than fixed days is not supported" in response.text
    qbo.sandbox.switches.change({"qb_cdc_too_old_code": "6000"})
    assert qbo.fault(qbo.call("GET", "cdc", entities="Customer", changedSince=since)) == (400, "6000")


@pytest.mark.rule("QBT10", "QBC7")
def test_a_thousand_objects_and_no_pages(qbo: Caller) -> None:
    """An answer holds 1000 objects in all and ignores paging parameters."""
    qbo.sandbox.quickbooks.load("Customer", ({"DisplayName": f"C{number}"} for number in range(1005)))
    answer = qbo.ok(
        qbo.call("GET", "cdc", entities="Customer,Item", changedSince="2026-11-24T00:00:00Z", startPosition="1001")
    )
    groups = answer["CDCResponse"][0]["QueryResponse"]
    assert len(groups[0]["Customer"]) == 1000
    assert groups[1] == {}


@pytest.mark.parametrize("entities", ["TaxCode", "Custmoer", ""])
def test_what_is_not_covered(qbo: Caller, entities: str) -> None:
    """Tax codes and unknown entities are refused."""
    assert qbo.call("GET", "cdc", entities=entities, changedSince="2026-11-24T00:00:00Z").status_code == 400


@pytest.mark.rule("QBT12")
def test_the_own_write_comes_back(qbo: Caller) -> None:
    """What we wrote is in the next answer, in its present state, once."""
    made = qbo.customer()
    qbo.save("Customer", {"Id": made["Id"], "SyncToken": "0", "sparse": True, "Notes": "a"})
    found = _cdc(qbo, "Customer", "2026-11-24T15:00:00Z")[0]["Customer"]
    assert [(customer["Id"], customer["SyncToken"]) for customer in found] == [(made["Id"], "1")]
