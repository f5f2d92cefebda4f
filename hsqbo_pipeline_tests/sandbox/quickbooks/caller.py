"""A caller of the QuickBooks sandbox over real HTTP, with the few verbs that tests speak in."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

import httpx

from hsqbo_pipeline.sandbox.frame.server import RunningSandbox

REALM = "9341450000000001"
COMPANY: dict[str, Any] = {
    "chart": [
        {
            "as": "income",
            "Account": {"Name": "Sales", "AccountType": "Income", "AccountSubType": "SalesOfProductIncome"},
        },
        {
            "as": "undep",
            "Account": {
                "Name": "Undeposited Funds",
                "AccountType": "Other Current Asset",
                "AccountSubType": "UndepositedFunds",
            },
        },
        {"as": "check", "Account": {"Name": "Checking", "AccountType": "Bank", "AccountSubType": "Checking"}},
        {
            "as": "cogs",
            "Account": {
                "Name": "COGS",
                "AccountType": "Cost of Goods Sold",
                "AccountSubType": "SuppliesMaterialsCogs",
            },
        },
        {
            "as": "stock",
            "Account": {"Name": "Stock", "AccountType": "Other Current Asset", "AccountSubType": "Inventory"},
        },
    ],
    "items": [
        {
            "as": "widget",
            "Item": {
                "Name": "Widget",
                "Sku": "W-1",
                "Type": "NonInventory",
                "UnitPrice": 100,
                "IncomeAccountRef": "@income",
            },
        },
        {
            "as": "gadget",
            "Item": {
                "Name": "Gadget",
                "Sku": "G-1",
                "Type": "NonInventory",
                "UnitPrice": 50,
                "IncomeAccountRef": "@income",
            },
        },
    ],
}


class RefusedError(AssertionError):
    """A call that was expected to work did not."""


class Caller:
    """Speaks to one company as an application does."""

    def __init__(self, running: RunningSandbox) -> None:
        self.sandbox = running.sandbox
        self.root = running.quickbooks_url
        self.base = f"{self.root}/v3/company/{REALM}"
        self.http = httpx.Client(
            headers={"Authorization": "Bearer sandbox-access", "Accept": "application/json"}, timeout=10
        )
        self.names: dict[str, str] = {}

    def reset(self, **company: Any) -> None:
        """Start the company again, the default test company with changes."""
        self.sandbox.switches.restore(self.sandbox.config.switches)
        answer = self.sandbox.reset("quickbooks", {"company": {**COMPANY, **company}})
        self.names = dict(answer["names"])  # type: ignore[call-overload]

    def call(self, method: str, path: str, body: Any = None, **params: str) -> httpx.Response:
        """One request under the company's path."""
        content = None if body is None else json.dumps(body, default=_number).encode()
        return self.http.request(
            method, f"{self.base}/{path}", content=content, params=params, headers={"Content-Type": "application/json"}
        )

    def ok(self, response: httpx.Response) -> Any:
        """The body of an answer that must be a success."""
        if response.status_code != 200:
            raise RefusedError(f"{response.status_code} {response.text}")
        return json.loads(response.text, parse_float=Decimal)

    def save(self, entity: str, body: dict[str, Any], **params: str) -> dict[str, Any]:
        """Create or update; the record after."""
        found: dict[str, Any] = self.ok(self.call("POST", entity.lower(), body, **params))[entity]
        return found

    def get(self, entity: str, number: str) -> dict[str, Any]:
        """Read one record."""
        found: dict[str, Any] = self.ok(self.call("GET", f"{entity.lower()}/{number}"))[entity]
        return found

    def query(self, statement: str) -> dict[str, Any]:
        """The QueryResponse of a statement."""
        found: dict[str, Any] = self.ok(self.call("GET", "query", query=statement))["QueryResponse"]
        return found

    def fault(self, response: httpx.Response) -> tuple[int, str]:
        """(status, code) of an answer that must be a refusal."""
        return response.status_code, response.json()["Fault"]["Error"][0]["code"]

    def refusal(self, entity: str, body: dict[str, Any], **params: str) -> str:
        """The code with which a write is refused."""
        status, code = self.fault(self.call("POST", entity.lower(), body, **params))
        assert status == 400
        return code

    def batch(self, *items: dict[str, Any], **params: str) -> dict[str, dict[str, Any]]:
        """A batch; its answers by bId."""
        answer = self.ok(self.call("POST", "batch", {"BatchItemRequest": list(items)}, **params))
        return {item["bId"]: item for item in answer["BatchItemResponse"]}

    def person(self, **action: Any) -> dict[str, Any]:
        """Act as a person; the record after."""
        record: dict[str, Any] = self.sandbox.quickbooks.person(action)["record"]
        return record

    def customer(self, name: str = "Ada Lovelace", **fields: Any) -> dict[str, Any]:
        """A customer made over the API."""
        return self.save("Customer", {"DisplayName": name, **fields})

    def invoice(self, customer: dict[str, Any], *lines: dict[str, Any], **fields: Any) -> dict[str, Any]:
        """An invoice made over the API; one widget at 100 if no lines are given."""
        body = {"CustomerRef": {"value": customer["Id"]}, "Line": list(lines) or [self.line()], **fields}
        return self.save("Invoice", body)

    def line(self, amount: Any = 100, item: str = "widget", **detail: Any) -> dict[str, Any]:
        """A sales line."""
        detail = {"ItemRef": {"value": self.names[item]}, **detail}
        return {"Amount": amount, "DetailType": "SalesItemLineDetail", "SalesItemLineDetail": detail}

    def pay(self, customer: dict[str, Any], total: Any, **applied: Any) -> dict[str, Any]:
        """A payment; `i12=50` applies 50 to invoice 12."""
        lines = [
            {"Amount": amount, "LinkedTxn": [{"TxnId": key[1:], "TxnType": "Invoice"}]}
            for key, amount in applied.items()
        ]
        return self.save("Payment", {"CustomerRef": {"value": customer["Id"]}, "TotalAmt": total, "Line": lines})


def _number(value: object) -> float | str:
    if isinstance(value, Decimal):
        return float(value)
    raise TypeError(repr(value))
