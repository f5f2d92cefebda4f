"""Both sides' typed rows, and what people do to them in the two products: each change puts the record before the rules."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

import duckdb

from hsqbo_pipeline.core.decisions import Situation
from hsqbo_pipeline.core.tables import insert, rows
from hsqbo_pipeline.mapping.lines import cents
from hsqbo_pipeline.model.names import OBJECTS, Entity, System
from hsqbo_pipeline.model.operations import canonical_json
from hsqbo_pipeline_tests.core.ledger_company import NOW, REALM, SCHEMA, situation
from hsqbo_pipeline_tests.core.ledger_lines import invoice_payload, typed_line

D = Decimal

# The two systems' own arithmetic.
_RETOTAL = """
UPDATE invoices SET total = coalesce(tax, 0) + (
  SELECT sum(if(kind = 'discount', -amount, amount)) FROM invoice_lines
  WHERE system = $s AND invoice_id = $i AND kind IN ('item', 'shipping', 'discount'))
WHERE system = $s AND id = $i"""
_BOOKED_BALANCE = """
UPDATE invoices SET balance = total - coalesce(deposit, 0) - coalesce((
  SELECT sum(amount) FROM payment_applications WHERE system = 'quickbooks' AND invoice_id = $i), 0)
WHERE system = 'quickbooks' AND id = $i"""
_BOOKED_STATUS = """
UPDATE invoices SET status = if(balance = 0 AND total > 0, 'paid', 'open')
WHERE system = 'quickbooks' AND id = $i AND status <> 'voided'"""
_SHOWN_BALANCE = """
UPDATE invoices SET balance = total - coalesce((
  SELECT sum(a.amount) FROM payment_applications AS a JOIN payments AS p ON p.system = 'hubspot' AND p.id = a.payment_id
  WHERE a.system = 'hubspot' AND a.invoice_id = $i AND p.status IN ('succeeded', 'refunded', 'partially_refunded')), 0)
WHERE system = 'hubspot' AND id = $i"""
_SHOWN_STATUS = """
UPDATE invoices SET status = if(balance <= 0 AND total > 0, 'paid', 'open')
WHERE system = 'hubspot' AND id = $i AND billable AND status IN ('open', 'paid')"""


@dataclass
class People:
    """Both sides as typed rows, and what people do to them in the two products."""

    situation: Situation = field(default_factory=situation)
    con: duckdb.DuckDBPyConnection = field(default_factory=lambda: duckdb.connect(":memory:"))
    night_number: int = 0
    made: int = 0
    writes: list[tuple[System, str, str]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.con.execute(SCHEMA.read_text(encoding="utf-8"))
        self.account("acc", "Sales", "Income")
        self.account("undep", "Undeposited Funds", "Other Current Asset")

    # People's work ------------------------------------------------------------------------------------------------------

    def account(self, record_id: str, name: str, kind: str) -> None:
        """An account of the company."""
        payload = {"Id": record_id, "Name": name, "AccountType": kind, "Active": True}
        self._mirror(System.QUICKBOOKS, "Account", record_id, payload)

    def customer(self, quickbooks_id: str, contact: str | None = None, **more: Any) -> None:
        """A QuickBooks customer and, with `contact`, its linked HubSpot contact."""
        base = {"version": "0", "created_at": NOW, "active": True, "email_keys": [], "fields_hash": "x"}
        name = {"display_name": f"Customer {quickbooks_id}", "currency": "USD", "taxable": False}
        insert(
            self.con,
            "customers",
            [{**base, **name, "system": "quickbooks", "id": quickbooks_id, "object": "Customer", **more}],
        )
        if contact:
            self.contact(contact)
            self.link(Entity.CUSTOMER, contact, quickbooks_id)

    def contact(self, contact: str, **more: Any) -> None:
        """A HubSpot contact without a partner."""
        base = {"version": "0", "created_at": NOW, "active": True, "email_keys": [], "fields_hash": "x"}
        insert(
            self.con,
            "customers",
            [
                {
                    **base,
                    "system": "hubspot",
                    "id": contact,
                    "object": "contacts",
                    "first_name": f"Contact {contact}",
                    **more,
                }
            ],
        )

    def item(self, quickbooks_id: str, sku: str | None, product: str | None = None, **more: Any) -> None:
        """A QuickBooks item and, with `product`, its linked HubSpot product."""
        base = {
            "version": "0",
            "active": True,
            "fields_hash": "x",
            "name": f"Item {quickbooks_id}",
            "sku": sku,
            "sku_key": sku,
        }
        more = {"item_type": "NonInventory", "taxable": True, **more}
        insert(self.con, "products", [{**base, "system": "quickbooks", "id": quickbooks_id, "object": "Item", **more}])
        if product:
            insert(self.con, "products", [{**base, "system": "hubspot", "id": product, "object": "products"}])
            self.link(Entity.PRODUCT, product, quickbooks_id)

    def link(
        self, entity: Entity, hubspot: str, quickbooks: str, owner: str = "quickbooks", role: str = "primary"
    ) -> None:
        """A row of `links`."""
        insert(self.con, "links", [{
            "entity": entity.value, "hubspot_id": hubspot, "quickbooks_id": quickbooks, "role": role, "owner": owner,
            "hubspot_object": OBJECTS[entity][System.HUBSPOT], "quickbooks_object": OBJECTS[entity][System.QUICKBOOKS],
            "matched_by": "test", "since_run": "run0", "since_at": NOW, "portal": "24",
            "realm": REALM, "environment": "sandbox",
        }], replace=True)  # fmt: skip

    def verdict(
        self, entity: Entity, system: System, record_id: str, code: str, operations: Iterable[str] = ()
    ) -> None:
        """What this night decided about a parent."""
        key = {"hubspot_id": None, "quickbooks_id": None, f"{system.value}_id": record_id}
        insert(self.con, "verdicts", [{
            "run_id": self.run_id, "record_key": f"{entity.value}:{system.value}:{record_id}", "entity": entity.value, **key, "code": code,
            "slots": "{}", "reasons": "[]", "candidates": "[]", "operation_ids": list(operations), "covers": "[]",
        }])  # fmt: skip

    def quickbooks_invoice(self, record_id: str, customer: str, lines: list[dict[str, Any]], **more: Any) -> None:
        """A QuickBooks invoice with these lines; totals follow unless said."""
        typed = [typed_line("quickbooks", record_id, number, each) for number, each in enumerate(lines, 1)]
        charges = sum((each["amount"] or D(0) for each in typed if each["kind"] in ("item", "shipping")), start=D(0))
        less = sum((each["amount"] or D(0) for each in typed if each["kind"] == "discount"), start=D(0))
        tax = more.get("tax", D("0.00"))
        total = more.pop("total", charges - less + tax)
        row = {
            "system": "quickbooks", "id": record_id, "object": "Invoice", "version": "0", "created_at": NOW, "active": True, "number": record_id,
            "number_key": record_id.lower(), "invoice_date": date(2026, 11, 24), "due_date": date(2026, 12, 24), "currency": "USD",
            "customer_id": customer, "tax": tax, "total": cents(total), "balance": cents(total), "status": "open", "fields_hash": "x", **more,
        }  # fmt: skip
        insert(self.con, "invoices", [row])
        insert(self.con, "invoice_lines", typed)
        self._mirror(System.QUICKBOOKS, "Invoice", record_id, invoice_payload(record_id, typed))
        self.due(Entity.INVOICE, System.QUICKBOOKS, record_id)

    def hubspot_invoice(self, record_id: str, contacts: list[str], lines: list[dict[str, Any]], **more: Any) -> None:
        """An invoice that a person made in HubSpot."""
        typed = [typed_line("hubspot", record_id, number, each) for number, each in enumerate(lines, 1)]
        total = sum((each["amount"] for each in typed), start=D(0)) + more.get("tax", D(0)) - more.get("discount", D(0))
        row = {
            "system": "hubspot", "id": record_id, "object": "invoices", "version": "0", "created_at": NOW, "active": True,
            "number": f"INV-{record_id}",
            "number_key": f"inv-{record_id}", "invoice_date": date(2026, 11, 24), "due_date": date(2026, 12, 24), "currency": "USD", "status": "open",
            "billable": True, "source": "HubSpot", "contact_ids": contacts, "company_ids": [], "deal_ids": [], "payment_ids": [],
            "total": cents(total),
            "balance": cents(total), "fields_hash": "x", **more,
        }  # fmt: skip
        insert(self.con, "invoices", [row])
        insert(self.con, "invoice_lines", typed)
        self._mirror(System.HUBSPOT, "invoices", record_id, {"id": record_id, "properties": {}})
        self.due(Entity.INVOICE, System.HUBSPOT, record_id)

    def adjust(self, invoice: str, kind: str, type_: str, value: Decimal) -> None:
        """A person puts a discount, fee or tax on a HubSpot invoice as a whole; columns and total are the caller's."""
        record_id = f"{kind}-{invoice}"
        self._mirror(
            System.HUBSPOT, kind, record_id, {"id": record_id, "properties": {"hs_type": type_, "hs_value": str(value)}}
        )
        tie = {"from_object": "invoices", "from_id": invoice, "to_object": kind, "to_id": record_id, "type_ids": [1]}
        insert(self.con, "associations", [tie])

    def quickbooks_payment(
        self, record_id: str, customer: str, amount: str, applies: Mapping[str, str], **more: Any
    ) -> None:
        """A QuickBooks payment applied as said; applying again replaces what was applied."""
        kind = more.pop("kind", "payment")
        self.con.execute("DELETE FROM payments WHERE system = 'quickbooks' AND id = ?", [record_id])
        before = rows(
            self.con,
            "SELECT invoice_id FROM payment_applications WHERE system = 'quickbooks' AND payment_id = ?",
            [record_id],
        )
        self.con.execute("DELETE FROM payment_applications WHERE system = 'quickbooks' AND payment_id = ?", [record_id])
        applied = sum((D(each) for each in applies.values()), start=D(0))
        insert(self.con, "payments", [{
            "system": "quickbooks", "id": record_id, "object": "Payment", "kind": kind, "version": "0", "created_at": NOW, "active": True,
            "customer_id": customer, "paid_on": date(2026, 11, 24), "currency": "USD", "amount": D(amount), "unapplied": D(amount) - applied,
            "fields_hash": "x", **more,
        }])  # fmt: skip
        attribution = "cash" if kind == "payment" else "credit"
        insert(self.con, "payment_applications", [
            {"system": "quickbooks", "payment_id": record_id, "invoice_id": invoice, "amount": D(part), "attribution": attribution}
            for invoice, part in applies.items()
        ])  # fmt: skip
        self._settle_balances({*applies, *(each["invoice_id"] for each in before)})
        self.due(Entity.PAYMENT, System.QUICKBOOKS, record_id)

    def delete_quickbooks_payment(self, record_id: str) -> None:
        """A bounced cheque: the payment is deleted."""
        touched = rows(
            self.con,
            "SELECT invoice_id FROM payment_applications WHERE system = 'quickbooks' AND payment_id = ?",
            [record_id],
        )
        self.con.execute("DELETE FROM payments WHERE system = 'quickbooks' AND id = ?", [record_id])
        self.con.execute("DELETE FROM payment_applications WHERE system = 'quickbooks' AND payment_id = ?", [record_id])
        self._mirror(System.QUICKBOOKS, "Payment", record_id, {"Id": record_id}, gone="deleted")
        self._settle_balances({each["invoice_id"] for each in touched})

    def hubspot_payment(self, record_id: str, amount: str, invoice: str | None, **more: Any) -> None:
        """A payment that HubSpot took."""
        insert(self.con, "payments", [{
            "system": "hubspot", "id": record_id, "object": "commerce_payments", "kind": "payment", "version": "0", "created_at": NOW, "active": True,
            "paid_on": date(2026, 11, 24), "currency": "USD", "amount": D(amount), "status": "succeeded", "processor": "byo_stripe",
            "contact_ids": [], "fields_hash": "x", **more,
        }])  # fmt: skip
        if invoice:
            insert(
                self.con,
                "payment_applications",
                [
                    {
                        "system": "hubspot",
                        "payment_id": record_id,
                        "invoice_id": invoice,
                        "amount": D(amount),
                        "attribution": "cash",
                    }
                ],
            )
            self._settle_hubspot({invoice})
        self.due(Entity.PAYMENT, System.HUBSPOT, record_id)

    def change(self, table: str, system: System, record_id: str, **values: Any) -> None:
        """A person changes columns of one record."""
        if not values:
            return
        names = ", ".join(f"{name} = ${name}" for name in values)
        self.con.execute(
            f"UPDATE {table} SET {names} WHERE system = $system AND id = $id",
            {**values, "system": system.value, "id": record_id},
        )
        entity = {"invoices": Entity.INVOICE, "payments": Entity.PAYMENT}.get(table)
        if entity:
            self.due(entity, system, record_id)

    def change_line(self, system: System, invoice: str, number: int, **values: Any) -> None:
        """A person changes one line; the invoice's totals follow."""
        names = ", ".join(f"{name} = ${name}" for name in values)
        where = "system = $system AND invoice_id = $invoice AND position = $number"
        self.con.execute(
            f"UPDATE invoice_lines SET {names} WHERE {where}",
            {**values, "system": system.value, "invoice": invoice, "number": number},
        )
        self.retotal(system, invoice)

    def add_line(self, system: System, invoice: str, line: dict[str, Any]) -> None:
        """A person adds a line."""
        last = rows(
            self.con,
            "SELECT coalesce(max(position), 0) AS n FROM invoice_lines WHERE system = ? AND invoice_id = ?",
            [system.value, invoice],
        )
        insert(self.con, "invoice_lines", [typed_line(system.value, invoice, last[0]["n"] + 1, line)])
        self.retotal(system, invoice)

    def remove_last_line(self, system: System, invoice: str) -> None:
        """A person takes the last line away."""
        self.con.execute(
            "DELETE FROM invoice_lines WHERE system = $s AND invoice_id = $i AND position = "
            "(SELECT max(position) FROM invoice_lines WHERE system = $s AND invoice_id = $i)", {"s": system.value, "i": invoice}
        )  # fmt: skip
        self.retotal(system, invoice)

    def retotal(self, system: System, invoice: str) -> None:
        """The system's own arithmetic."""
        self.con.execute(_RETOTAL, {"s": system.value, "i": invoice})
        (self._settle_balances if system is System.QUICKBOOKS else self._settle_hubspot)({invoice})
        self.due(Entity.INVOICE, system, invoice)

    def due(self, entity: Entity, system: System, record_id: str) -> None:
        """Put a record before the rules."""
        insert(
            self.con,
            "due",
            [{"entity": entity.value, "system": system.value, "id": record_id, "reason": "test", "since_run": "run0"}],
            replace=True,
        )

    def due_all(self) -> None:
        """Put every document before the rules again."""
        for table, entity in (("invoices", Entity.INVOICE), ("payments", Entity.PAYMENT)):
            for row in rows(self.con, f"SELECT system, id FROM {table}"):
                self.due(entity, System(row["system"]), row["id"])

    # Looking ------------------------------------------------------------------------------------------------------------

    def rows(self, table: str, system: System, **where: Any) -> list[dict[str, Any]]:
        """Typed rows of one side."""
        found = rows(self.con, f"SELECT * FROM {table} WHERE system = ?", [system.value])
        return [row for row in found if all(row[name] == value for name, value in where.items())]

    def next_id(self) -> str:
        """An id that a system gives."""
        self.made += 1
        return str(9000 + self.made)

    def _mirror(
        self, system: System, kind: str, record_id: str, payload: Mapping[str, Any], gone: str | None = None
    ) -> None:
        text = canonical_json(payload).decode()
        insert(
            self.con,
            "mirror",
            [
                {
                    "system": system.value,
                    "object": kind,
                    "id": record_id,
                    "payload": text,
                    "seen_run": "run0",
                    "gone": gone,
                }
            ],
            replace=True,
        )

    def _settle_balances(self, touched: Iterable[str]) -> None:
        for invoice in touched:
            self.con.execute(_BOOKED_BALANCE, {"i": invoice})
            self.con.execute(_BOOKED_STATUS, {"i": invoice})
            self.due(Entity.INVOICE, System.QUICKBOOKS, invoice)

    def _settle_hubspot(self, touched: Iterable[str]) -> None:
        for invoice in touched:
            self.con.execute(_SHOWN_BALANCE, {"i": invoice})
            self.con.execute(_SHOWN_STATUS, {"i": invoice})
            self.due(Entity.INVOICE, System.HUBSPOT, invoice)
