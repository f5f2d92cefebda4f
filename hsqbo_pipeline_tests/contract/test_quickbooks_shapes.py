"""Everything the QuickBooks sandbox answers is held against Intuit's schema."""

from __future__ import annotations

import json
from importlib.resources import files
from typing import Any

import pytest

from hsqbo_pipeline.sandbox.frame.server import SandboxConfig, running
from hsqbo_pipeline_tests.contract.xsd import Judge, SchemaError, judge
from hsqbo_pipeline_tests.contract.xsd_types import SchemaTypes, schema_folder, shapes
from hsqbo_pipeline_tests.sandbox.quickbooks.caller import COMPANY, REALM, Caller


@pytest.fixture(scope="module")
def schema() -> Judge:
    """The judge; the tests are skipped where the schema files are absent."""
    return judge(schema_folder())


@pytest.mark.rule("QBT24")
def test_the_property_tables_are_the_schemas() -> None:
    """shapes.json holds what the schema files hold, no more and no less."""
    kept = json.loads(files("hsqbo_pipeline.sandbox.quickbooks").joinpath("shapes.json").read_text(encoding="utf-8"))
    assert kept == shapes(SchemaTypes(schema_folder()))


@pytest.mark.parametrize(
    ("entity", "value"),
    [
        ("Customer", {"DisplayName": "a", "Nick": "b"}),
        ("Invoice", {"EmailStatus": "Sent"}),
        ("Invoice", {"TxnDate": "2020/09/29"}),
        ("Item", {"UnitPrice": "1e-05"}),
        ("Customer", {"Active": "Yes"}),
        ("Invoice", {"Line": [{"LineNum": 0}]}),
    ],
)
def test_the_judge_can_say_no(schema: Judge, entity: str, value: dict[str, Any]) -> None:
    """Unknown keys, enumerations, dates, decimals and booleans that are wrong are caught."""
    with pytest.raises(SchemaError):
        schema.check(entity, value)


REFUSED = ("stale token", "bad id", "unknown entity", "33 batch items")
"""What the exercise is refused on purpose."""


def _exercise(qbo: Caller) -> list[str]:
    """One of everything; the bodies of all answers."""
    bodies: list[str] = []

    def call(method: str, path: str, body: Any = None, **params: str) -> dict[str, Any]:
        response = qbo.call(method, path, body, **params)
        bodies.append(response.text)
        found: dict[str, Any] = response.json()
        return found

    address = {"Line1": "1 Main", "City": "Boston", "Country": "USA"}
    customer = call(
        "POST",
        "customer",
        {"DisplayName": "Ada", "BillAddr": address, "PrimaryEmailAddr": {"Address": "a@example.com"}, "Notes": "n"},
    )["Customer"]
    owner = {"CustomerRef": {"value": customer["Id"]}}
    discount = {"DetailType": "DiscountLineDetail", "DiscountLineDetail": {"PercentBased": True, "DiscountPercent": 5}}
    lines = [qbo.line(100, Qty=1, UnitPrice=100, TaxCodeRef={"value": "TAX"}, ServiceDate="2026-11-01")]
    lines += [{"DetailType": "DescriptionOnly", "Description": "x"}, discount]
    invoice = call("POST", "invoice", {**owner, "Line": lines, "CustomerMemo": {"value": "m"}})["Invoice"]
    applied = [{"Amount": 10, "LinkedTxn": [{"TxnId": invoice["Id"], "TxnType": "Invoice"}]}]
    payment = call("POST", "payment", {**owner, "TotalAmt": 20, "Line": applied})["Payment"]
    for paper in ("creditmemo", "salesreceipt", "estimate"):
        call("POST", paper, {**owner, "Line": lines[:1]})
    call("POST", "refundreceipt", {"Line": lines[:1], "DepositToAccountRef": {"value": qbo.names["check"]}})
    call("GET", f"payment/{payment['Id']}")
    call("POST", "vendor", {"DisplayName": "V"})
    call("POST", "employee", {"GivenName": "E"})
    call("POST", "invoice", {"Id": invoice["Id"], "SyncToken": "1"}, operation="void")
    call("POST", "payment", {"Id": payment["Id"], "SyncToken": "1"}, operation="delete")
    call("POST", "customer", {"Id": customer["Id"], "SyncToken": "9"})
    call("GET", "customer/1.5")
    for name in ("companyinfo/" + REALM, "preferences"):
        call("GET", name)
    for entity in ("Customer", "Item", "Invoice", "Payment", "Account", "Term", "TaxCode", "TaxRate", "PaymentMethod"):
        call("GET", "query", query=f"select * from {entity}")
    call("GET", "query", query="select count(*) from Item")
    call("GET", "query", query="select * from Nothing")
    call("GET", "cdc", entities="Customer,Invoice,Payment,Class", changedSince="2026-11-20T00:00:00Z")
    items = [
        {"bId": "1", "operation": "create", "Customer": {"DisplayName": "B"}},
        {"bId": "2", "operation": "create", "Customer": {"DisplayName": "B"}},
        {"bId": "3", "Query": "select * from Customer"},
    ]
    call("POST", "batch", {"BatchItemRequest": items})
    call("POST", "batch", {"BatchItemRequest": items * 11})
    return bodies


@pytest.mark.rule("QBC10")
@pytest.mark.parametrize(
    "changes",
    [
        {"simulator_tax": 8},
        {"Preferences": {"CurrencyPrefs": {"MultiCurrencyEnabled": True}}},
    ],
)
def test_every_answer_fits_the_schema(schema: Judge, changes: dict[str, Any]) -> None:
    """Reads, writes, queries, CDC, batches and faults validate, each key known."""
    config = SandboxConfig(company=COMPANY, limits=False, switches={"qb_invoice_status": True})
    with running(config) as served:
        qbo = Caller(served)
        qbo.reset(**changes)
        bodies = _exercise(qbo)
        qbo.http.close()
    assert len(bodies) == 30
    assert sum(body.startswith('{"Fault"') for body in bodies) == len(REFUSED)
    for body in bodies:
        schema.response(body)
