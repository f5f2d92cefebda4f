"""Bulk loading does what single writes do."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from hsqbo_pipeline_tests.sandbox.quickbooks.caller import Caller

_VOLATILE = ("Id", "MetaData", "DisplayName", "FullyQualifiedName", "PrintOnCheckName", "CustomerRef", "DocNumber")
ADDRESS = {"Line1": '1 Main "St"', "City": "Zürich", "PostalCode": "02110"}


def _bare(record: dict[str, Any]) -> dict[str, Any]:
    found = {key: value for key, value in record.items() if key not in _VOLATILE}
    for name in ("BillAddr", "ShipAddr"):
        if name in found:
            found[name] = {key: value for key, value in found[name].items() if key != "Id"}
    for line in found.get("Line", []):
        line.pop("LineEx", None)
        for link in line.get("LinkedTxn", []):
            link.pop("TxnId")
    return found


CUSTOMERS: list[dict[str, Any]] = [
    {},
    {"GivenName": "Ada", "FamilyName": "L", "PrimaryEmailAddr": {"Address": "a@example.com"}, "BillAddr": ADDRESS},
    {"PrimaryPhone": {"FreeFormNumber": "1"}, "Notes": "n", "CompanyName": "F", "Taxable": False, "ShipAddr": ADDRESS},
    {"SalesTermRef": {"value": "3"}, "Active": False},
    {"CurrencyRef": {"value": "USD"}, "PrintOnCheckName": "P"},
]


@pytest.mark.parametrize("fields", CUSTOMERS)
def test_a_loaded_customer_is_a_written_one(qbo: Caller, fields: dict[str, Any]) -> None:
    """Loading derives the same record as a person's create."""
    (number,) = qbo.sandbox.quickbooks.load("Customer", [{"DisplayName": "Loaded", **fields}])
    written = qbo.person(action="create", object="Customer", fields={"DisplayName": "Written", **fields})
    assert _bare(qbo.get("Customer", number)) == _bare(written)


def _lines(qbo: Caller) -> list[list[dict[str, Any]]]:
    return [
        [qbo.line(Decimal(100))],
        [qbo.line(Decimal("19.98"), Qty=Decimal(2), UnitPrice=Decimal("9.99")), qbo.line(Decimal("0.5"), "gadget")],
        [{**qbo.line(Decimal(7), ServiceDate="2026-11-01"), "Description": "x \n y"}],
        [qbo.line(Decimal(10), TaxCodeRef={"value": "TAX"})],
        [qbo.line(Decimal(10)), {"DetailType": "DescriptionOnly", "Description": "Thanks"}],
    ]


@pytest.mark.parametrize("place", range(5))
@pytest.mark.parametrize(
    "fields",
    [
        {},
        {"TxnDate": "2026-03-01", "DueDate": "2026-04-01", "PrivateNote": "p", "CustomerMemo": {"value": "m"}},
        {"TxnDate": "2026-03-01", "DueDate": "2026-04-01", "DocNumber": "L-1", "CurrencyRef": {"value": "USD"}},
        {"BillAddr": ADDRESS, "BillEmail": {"Address": "b@example.com"}, "Deposit": Decimal(5)},
    ],
)
@pytest.mark.parametrize("owner", [CUSTOMERS[0], {**CUSTOMERS[1], "SalesTermRef": {"value": "2"}}])
def test_a_loaded_invoice_is_a_written_one(
    qbo: Caller, place: int, fields: dict[str, Any], owner: dict[str, Any]
) -> None:
    """Loading derives the same invoice, balance and customer balance as the API."""
    first, second = (qbo.customer(name, **owner) for name in ("Loaded", "Written"))
    lines = _lines(qbo)[place]
    body = {"Line": lines, **fields}
    (number,) = qbo.sandbox.quickbooks.load("Invoice", [{**body, "CustomerRef": first["Id"]}])
    written = qbo.save("Invoice", {**body, "CustomerRef": {"value": second["Id"]}})
    assert _bare(qbo.get("Invoice", number)) == _bare(written)
    balances = [qbo.get("Customer", each["Id"])["Balance"] for each in (first, second)]
    assert balances[0] == balances[1] == written["Balance"]


def test_a_book_is_loaded_with_its_dates(qbo: Caller) -> None:
    """`_created` dates a record; payments reach their invoices; the order of change is right afterwards."""
    company = qbo.sandbox.quickbooks
    days = [datetime(2026, 1, day, tzinfo=UTC) for day in (3, 1, 2)]
    customers = company.load("Customer", [{"DisplayName": f"C{day:%d}", "_created": day} for day in days])
    invoices = company.load("Invoice", [{"CustomerRef": each, "Line": [qbo.line(10)]} for each in customers])
    applied = [{"Amount": 4, "LinkedTxn": [{"TxnId": invoices[0], "TxnType": "Invoice"}]}]
    company.load("Payment", [{"CustomerRef": customers[0], "TotalAmt": 4, "Line": applied}])
    found = qbo.query("select * from Customer orderby MetaData.LastUpdatedTime")["Customer"]
    assert [customer["Id"] for customer in found] == [customers[1], customers[2], customers[0]]
    assert found[0]["MetaData"]["CreateTime"] == "2025-12-31T16:00:00-08:00"
    assert [customer["Balance"] for customer in found] == [10, 10, 6]
    assert qbo.get("Invoice", invoices[0])["Balance"] == 6


def test_a_record_that_breaks_the_rules_is_said(qbo: Caller) -> None:
    """A book that holds what QuickBooks would refuse is refused."""
    with pytest.raises(ValueError, match="6240"):
        qbo.sandbox.quickbooks.load("Customer", [{"DisplayName": "a"}, {"DisplayName": "A"}])
    with pytest.raises(ValueError, match="2010"):
        qbo.sandbox.quickbooks.load("Customer", [{"DisplayName": "b", "Nick": "c"}])
