"""A small night of every kind of write, planned anew from what state and mirror say, as often as it takes."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from hsqbo_pipeline.apply.comparison import same
from hsqbo_pipeline.core.decisions import Situation
from hsqbo_pipeline.model.names import Entity, System
from hsqbo_pipeline.model.operations import Action, LinkedId, Operation, Step, StepAction, Wave
from hsqbo_pipeline.store import mirror
from hsqbo_pipeline_tests.apply.bench import Bench
from hsqbo_pipeline_tests.apply.orders import FIRST, H, Q, change, link, order, to_hubspot, to_quickbooks

CUS, PRO, INV, PAY = Entity.CUSTOMER, Entity.PRODUCT, Entity.INVOICE, Entity.PAYMENT


class Scene:
    """What people have made before the night, and what the night is to make of it."""

    def __init__(self, bench: Bench) -> None:
        self.bench = bench
        make = bench.person
        account = next(each["Id"] for each in bench.quickbooks("Account") if each["AccountType"] == "Income")
        service = {"Type": "Service", "IncomeAccountRef": {"value": account}}
        self.items = [
            str(make(Q, "create", "Item", fields={**service, "Name": f"Item {n}", "Sku": f"S-{n}"})["id"])
            for n in (1, 2, 3)
        ]
        self.books = [str(make(Q, "create", "Customer", fields={"DisplayName": f"Firm {n}"})["id"]) for n in (1, 2)]
        self.people = [str(make(H, "create", "contacts", fields={"email": f"p{n}@x.com"})["id"]) for n in (1, 2)]
        self.company = str(make(H, "create", "companies", fields={"name": "Acme"})["id"])
        self.old_contact = str(make(H, "create", "contacts", fields={"email": "old@x.com", "firstname": "Old"})["id"])
        self.old_customer = str(make(Q, "create", "Customer", fields={"DisplayName": "Old", "GivenName": "Old"})["id"])

    def plan(self) -> list[Operation]:
        """Everything that is still due."""
        now = self.bench.situation()
        return [
            *self._products(now),
            *self._customers(now),
            *self._changes(now),
            *self._documents(now),
            *self._figures(now),
        ]

    def _linked(self, entity: Entity, system: System, record_id: str) -> str | None:
        pairs = self.bench.links(entity)
        return pairs.get(record_id) if system is Q else {h: q for q, h in pairs.items()}.get(record_id)

    def _products(self, now: Situation) -> Iterable[Operation]:
        for n, item in enumerate(self.items):
            if not self._linked(PRO, Q, item):
                yield to_hubspot(now, PRO, item, {"name": f"Item {n}", "hs_sku": f"S-{n}"})

    def _customers(self, now: Situation) -> Iterable[Operation]:
        for n, customer in enumerate(self.books):
            if not self._linked(CUS, Q, customer):
                yield to_hubspot(now, CUS, customer, {"email": f"firm{n}@x.com"})
        for n, person in enumerate(self.people):
            if not self._linked(CUS, H, person):
                find = {
                    "where": {"DisplayName": f"Person {n}"},
                    "mark": None,
                    "same": {"PrimaryEmailAddr.Address": f"p{n}@x.com"},
                }
                body = {"DisplayName": f"Person {n}", "PrimaryEmailAddr": {"Address": f"p{n}@x.com"}}
                yield to_quickbooks(now, CUS, person, body, find)

    def _now(self, system: System, name: str, record_id: str) -> dict[str, Any]:
        found = mirror.payloads(self.bench.warehouse.con, system.value, name, [record_id])[record_id]
        return dict(found["properties"] if system is H else found)

    def _changes(self, now: Situation) -> Iterable[Operation]:
        contact = self._now(H, "contacts", self.old_contact)
        if contact.get("firstname") != "New":
            yield change(
                now, CUS, (H, self.old_contact), "u1", {"firstname": "New"}, {"firstname": contact.get("firstname")}
            )
        customer = self._now(Q, "Customer", self.old_customer)
        if customer.get("GivenName") != "New":
            before = {"GivenName": customer.get("GivenName")}
            yield change(now, CUS, (Q, self.old_customer), "u2", {"GivenName": "New"}, before)
        tied = self.bench.ask(
            "SELECT 1 FROM associations WHERE from_object = 'contacts' AND to_id = $c", c=self.company
        )
        if not tied:
            end = {"to_object": "companies", "to_id": self.company, "type_id": 279}
            step = Step(1, H, "contacts", StepAction.ASSOCIATE, end, target=self.old_contact)
            yield order(now, CUS, (Q, "tie"), H, [step], action=Action.UPDATE)

    def _documents(self, now: Situation) -> Iterable[Operation]:
        if not self._linked(INV, Q, "9"):
            yield self._mirror(now)
        if not self._linked(INV, H, "5"):
            yield self._invoice(now)
        if not self._linked(PAY, H, "6"):
            yield self._payment(now)

    def _mirror(self, now: Situation) -> Operation:
        contact = LinkedId(CUS, H, self.books[0]).as_json()
        body = {
            "hs_currency": "USD",
            "hs_invoice_billable": "false",
            "hs_due_date": "2026-03-31T12:00:00Z",
            "qbo_id": now.mark("9"),
        }
        find = {"property": "qbo_id", "value": now.mark("9"), "parent": None}
        ends = ({"to_object": "contacts", "to_id": contact, "type_id": 177},)
        steps = [Step(1, H, "invoices", StepAction.CREATE, body, find=find, associations=ends)]
        for n in (1, 2, 3):
            mark = now.mark(f"9:{n}")
            line = {"name": f"Line {n}", "quantity": "1", "price": "10", "qbo_id": mark}
            steps.append(self._child(n + 1, "line_items", line, ("qbo_id", mark), 410))
        tax = {"hs_type": "FIXED", "hs_value": "2.50", "hs_label": "Tax"}
        steps.append(self._child(5, "taxes", tax, ("hs_label", "Tax"), 416))
        return order(now, INV, (Q, "9"), H, steps, on_done={"link": link(INV, FIRST, "9")})

    def _child(self, number: int, name: str, body: dict[str, Any], key: tuple[str, str], type_id: int) -> Step:
        find = {"property": key[0], "value": key[1], "parent": ["invoices", FIRST]}
        ends = ({"to_object": "invoices", "to_id": FIRST, "type_id": type_id},)
        return Step(number, H, name, StepAction.CREATE, body, find=find, associations=ends)

    def _invoice(self, now: Situation) -> Operation:
        who = {"value": LinkedId(CUS, Q, self.people[0]).as_json()}
        detail = {"ItemRef": {"value": self.items[0]}}
        line = {"Amount": "100.00", "DetailType": "SalesItemLineDetail", "SalesItemLineDetail": detail}
        body = {
            "CustomerRef": who,
            "TxnDate": "2026-03-02",
            "DocNumber": "H-5",
            "PrivateNote": "[hs invoices 5]",
            "Line": [line],
        }
        find = {"where": {"DocNumber": "H-5"}, "mark": "invoices 5"}
        return to_quickbooks(
            now,
            INV,
            "5",
            body,
            find,
            on_done={"expect": {"code": "TAX_RECALCULATED", "values": {"TotalAmt": "100.00"}}},
        )

    def _payment(self, now: Situation) -> Operation:
        who = {"value": LinkedId(CUS, Q, self.people[0]).as_json()}
        paid = {"TxnId": LinkedId(INV, Q, "5").as_json(), "TxnType": "Invoice"}
        body = {
            "CustomerRef": who, "TotalAmt": "40.00", "TxnDate": "2026-03-02", "PrivateNote": "[hs commerce_payments 6]",
            "Line": [{"Amount": "40.00", "LinkedTxn": [paid]}],
        }  # fmt: skip
        find = {
            "where": {"CustomerRef": who, "TxnDate": "2026-03-02", "TotalAmt": "40.00"},
            "mark": "commerce_payments 6",
        }
        return to_quickbooks(now, PAY, "6", body, find)

    def _figures(self, now: Situation) -> Iterable[Operation]:
        mirrored = self._linked(INV, Q, "9")
        there = self._now(H, "invoices", mirrored) if mirrored else {}
        if mirrored and not same(there.get("qbo_balance_due"), "12.00"):
            before = {"qbo_balance_due": there.get("qbo_balance_due")}
            body = {"qbo_balance_due": "12.00"}
            yield change(now, INV, (H, mirrored), "9", body, before, wave=Wave.FIGURES, label="figures")

    def picture(self) -> dict[str, list[Any]]:
        """The end state in contents alone: ids and times differ from night to night."""
        hubspot = self.bench.sandbox.hubspot.state()
        names = {
            "contacts": ("email", "firstname"), "products": ("hs_sku", "qbo_id"), "invoices": ("qbo_id", "hs_amount_billed", "qbo_balance_due"),
            "line_items": ("qbo_id", "price"), "taxes": ("hs_value",), "companies": ("name",),
        }  # fmt: skip
        found = {
            kind: sorted(
                [str(each["properties"].get(name)) for name in wanted]
                for each in hubspot[kind]
                if not each.get("archived")
            )
            for kind, wanted in names.items()
        }
        for entity, paths in {
            "Customer": ("DisplayName", "GivenName"),
            "Invoice": ("DocNumber", "Balance"),
            "Payment": ("TotalAmt",),
        }.items():
            found[entity] = sorted([str(each.get(path)) for path in paths] for each in self.bench.quickbooks(entity))
        distinct = "count(DISTINCT hubspot_id) AS h, count(DISTINCT quickbooks_id) AS q"
        counted = self.bench.ask(f"SELECT entity, count(*) AS n, {distinct} FROM links GROUP BY 1")
        found["links"] = sorted([row["entity"], row["n"], row["h"], row["q"]] for row in counted)
        return found
