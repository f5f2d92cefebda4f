"""A town of a few dozen customers on both sides: a first load of every kind of write, and a day of every kind of edit."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from hsqbo_pipeline.sandbox.frame.server import Sandbox

RULES: dict[str, Any] = {
    "timezone": "America/New_York",
    "mode": "automatic",
    "start": "2020-01-01T00:00:00",
    "limits": "off",
    "customers": {"direction": "both", "hubspot_to_quickbooks_filter": "all"},
    "products": {"direction": "both"},
    "invoices": {"direction": "both"},
    "payments": {"direction": "both"},
    "tax": {"us_untaxed_hs_invoice": "send_non"},
    "closing": {"treat_as_closed": "off"},
}


@dataclass
class Town:
    """What people make in a sandbox. `size` is how many records of each kind."""

    sandbox: Sandbox
    size: int = 4
    ids: dict[str, list[str]] = field(default_factory=dict)

    def rules(self) -> dict[str, Any]:
        """The rules of this town's connection; accounts are named by what the company calls them."""
        accounts = {each["Name"]: each["Id"] for each in self.sandbox.quickbooks.state()["Account"]}
        money = next(number for name, number in accounts.items() if "Undeposited" in name)
        income = next(
            each["Id"] for each in self.sandbox.quickbooks.state()["Account"] if each["AccountType"] == "Income"
        )
        return {
            **RULES,
            "products": {**RULES["products"], "income_account": income},
            "invoices": {**RULES["invoices"], "custom_item_income_account": income},
            "payments": {**RULES["payments"], "deposit_to": money},
        }

    def q(self, action: str, name: str, **more: Any) -> str:
        """Something a bookkeeper does."""
        return str(self.sandbox.quickbooks.person({"action": action, "object": name, **more})["id"])

    def h(self, action: str, name: str, **more: Any) -> str:
        """Something a salesperson does."""
        return str(self.sandbox.hubspot.person({"action": action, "object": name, **more})["id"])

    def keep(self, name: str, made: Iterator[str]) -> None:
        self.ids.setdefault(name, []).extend(made)

    def fill(self, first: int = 0) -> None:
        """What stands on both sides before the first night; or, from number `first` on, what comes along later."""
        each = range(first, first + self.size)
        self._books(each)
        self._sales(each)

    def _books(self, each: range) -> None:
        income = self.rules()["products"]["income_account"]
        item = {"Type": "NonInventory", "IncomeAccountRef": {"value": income}}
        self.keep(
            "items",
            (
                self.q("create", "Item", fields={**item, "Name": f"Item {n}", "Sku": f"Q-{n}", "UnitPrice": 10 + n})
                for n in each
            ),
        )
        self.keep("customers", (self.q("create", "Customer", fields=self._customer(n)) for n in each))
        self.keep("bills", (self.q("create", "Invoice", fields=self._bill(n), lines=self._lines(n)) for n in each))
        paid = [n for n in each if n % 2]
        for n in paid:
            self.q(
                "create",
                "Payment",
                CustomerRef=self.ids["customers"][n],
                TotalAmt=10 + n,
                TxnDate="2026-02-20",
                applies={self.ids["bills"][n]: 10 + n},
            )

    def _customer(self, n: int) -> dict[str, Any]:
        return {
            "DisplayName": f"Firm {n}",
            "GivenName": f"Given {n}",
            "PrimaryEmailAddr": {"Address": f"firm{n}@example.com"},
        }

    def _bill(self, n: int) -> dict[str, Any]:
        return {
            "CustomerRef": self.ids["customers"][n],
            "DocNumber": f"Q{1000 + n}",
            "TxnDate": "2026-02-10",
            "DueDate": "2026-03-10",
        }

    def _lines(self, n: int) -> list[dict[str, Any]]:
        return [
            {"item": self.ids["items"][n], "Qty": 1, "UnitPrice": 10 + n},
            {"item": self.ids["items"][0], "Qty": 2, "UnitPrice": 10},
        ]

    def _sales(self, each: range) -> None:
        self.keep(
            "products",
            (
                self.h("create", "products", fields={"name": f"Product {n}", "hs_sku": f"H-{n}", "price": str(20 + n)})
                for n in each
            ),
        )
        self.keep(
            "contacts",
            (
                self.h(
                    "create",
                    "contacts",
                    fields={"email": f"p{n}@example.org", "firstname": f"Pat {n}", "lastname": "Doe"},
                )
                for n in each
            ),
        )
        self.keep(
            "deals",
            (
                self.h(
                    "create", "deals", fields={"dealname": f"Deal {n}", "dealstage": "closedwon", "pipeline": "default"}
                )
                for n in each
            ),
        )
        self.keep("sales", (self._sale(n) for n in each))
        for n in each:
            if n % 2:
                self._money(n)

    def _sale(self, n: int) -> str:
        made = self.h(
            "create", "invoices",
            fields={
                "hs_number": f"INV-{2000 + n}", "hs_invoice_date": "2026-02-12T12:00:00Z", "hs_due_date": "2026-03-12T12:00:00Z",
                "hs_invoice_billable": "true",
            },
            contact=self.ids["contacts"][n], deal=self.ids["deals"][n], lines=[{"hs_sku": f"H-{n}", "quantity": "1", "price": str(20 + n)}],
        )  # fmt: skip
        self.h("update", "invoices", id=made, fields={"hs_invoice_status": "open"})
        return made

    def _money(self, n: int) -> None:
        self.h(
            "create", "commerce_payments", fields={
                "hs_initial_amount": str(5 + n), "hs_latest_status": "succeeded", "hs_currency_code": "USD",
                "hs_initiated_date": "2026-02-21T12:00:00Z",
            },
            invoice=self.ids["sales"][n], contact=self.ids["contacts"][n],
        )  # fmt: skip

    def edit(self) -> None:
        """A day of edits on both sides, after the first night."""
        for n in range(self.size):
            self.q("update", "Customer", id=self.ids["customers"][n], fields={"GivenName": f"Renamed {n}"})
            self.h("update", "contacts", id=self.ids["contacts"][n], fields={"firstname": f"Renamed {n}"})
            self.q("update", "Item", id=self.ids["items"][n], fields={"Description": f"Better {n}"})
            self.h("update", "products", id=self.ids["products"][n], fields={"description": f"Better {n}"})
            if not n % 4:
                self.q(
                    "update",
                    "Invoice",
                    id=self.ids["bills"][n],
                    add_lines=[{"item": self.ids["items"][0], "Qty": 1, "UnitPrice": 3}],
                )
            elif n % 4 == 2:
                self.q("update", "Invoice", id=self.ids["bills"][n], remove_last_line=True)
        copies = {one.get("DocNumber"): one for one in self.sandbox.quickbooks.state()["Invoice"]}
        for n in range(2, self.size, 2):
            copy = copies[f"INV-{2000 + n}"]
            self.q(
                "create",
                "Payment",
                CustomerRef=copy["CustomerRef"]["value"],
                TotalAmt=6,
                TxnDate="2026-02-23",
                applies={copy["Id"]: 6},
            )
        self.h("void", "invoices", id=self.ids["sales"][0])
        self.q("void", "Invoice", id=self.ids["bills"][2])
        for n in range(2, self.size, 4):
            self.q(
                "create",
                "Payment",
                CustomerRef=self.ids["customers"][n - 2],
                TotalAmt=4,
                TxnDate="2026-02-22",
                applies={self.ids["bills"][n - 2]: 4},
            )


def picture(portal: dict[str, list[Any]], books: dict[str, list[Any]]) -> dict[str, list[Any]]:
    """Both sides in contents alone: ids become what people call the records, times are left out."""
    hubspot = {kind: [one for one in found if not one.get("archived")] for kind, found in portal.items()}
    names = _names(hubspot, books)
    found: dict[str, list[Any]] = {}
    for kind, wanted in _HUBSPOT.items():
        found[kind] = sorted((_hubspot(kind, one, wanted, names) for one in hubspot[kind]), key=str)
    for entity, wanted in _QUICKBOOKS.items():
        found[entity] = sorted((_quickbooks(one, wanted, names) for one in books[entity]), key=str)
    return found


_HUBSPOT = {
    "contacts": ("email", "firstname", "lastname", "phone"), "products": ("name", "hs_sku", "price", "description"),
    "invoices": ("hs_number", "hs_invoice_status", "hs_amount_billed", "qbo_total", "qbo_balance_due", "hs_due_date"),
    "line_items": ("name", "quantity", "price", "amount"), "taxes": ("hs_value",), "commerce_payments": ("hs_initial_amount",), "notes": (),
}  # fmt: skip
_QUICKBOOKS = {
    "Customer": ("DisplayName", "GivenName", "PrimaryEmailAddr.Address", "Balance"), "Item": ("Name", "Sku", "UnitPrice", "Description"),
    "Invoice": ("DocNumber", "TotalAmt", "Balance", "TxnDate", "CustomerRef.value"), "Payment": ("TotalAmt", "UnappliedAmt", "CustomerRef.value"),
}  # fmt: skip


def _names(hubspot: dict[str, list[Any]], books: dict[str, list[Any]]) -> dict[tuple[str, str], str]:
    keys = {
        "contacts": "email",
        "companies": "name",
        "products": "hs_sku",
        "invoices": "hs_number",
        "deals": "dealname",
    }
    names = {
        (kind, one["id"]): str(one["properties"].get(key) or one["properties"].get("qbo_id"))
        for kind, key in keys.items()
        for one in hubspot[kind]
    }
    for entity, key in {"Customer": "DisplayName", "Item": "Sku", "Invoice": "DocNumber"}.items():
        names |= {(entity, one["Id"]): str(one.get(key)) for one in books[entity]}
    return names


def _hubspot(kind: str, one: dict[str, Any], wanted: tuple[str, ...], names: dict[tuple[str, str], str]) -> list[Any]:
    ends = sorted(
        {
            names.get((to, end["id"]), to)
            for to, all_ in one["associations"].items()
            for end in all_
            if (to, end["id"]) in names
        }
    )
    return [*(str(one["properties"].get(name) or "") for name in wanted), ends, bool(one["properties"].get("qbo_id"))]


def _quickbooks(one: dict[str, Any], wanted: tuple[str, ...], names: dict[tuple[str, str], str]) -> list[Any]:
    row: list[Any] = []
    for path in wanted:
        value: Any = one
        for part in path.split("."):
            value = value.get(part) if isinstance(value, dict) else None
        row.append(names.get(("Customer", str(value)), value) if path.endswith(".value") else str(value))
    lines = [
        [str(line.get("Amount")), sorted(names.get(("Invoice", str(link["TxnId"])), "?") for link in line.get("LinkedTxn") or ())]
        for line in one.get("Line") or ()
        if line.get("DetailType") != "SubTotalLineDetail"
    ]  # fmt: skip
    return [*row, lines]
