"""Does to a ledger's rows what planned steps ask of the two systems. Strict: a property it does not know is an error."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from hsqbo_pipeline.core.tables import insert, rows
from hsqbo_pipeline.mapping.lines import cents
from hsqbo_pipeline.model.names import Entity, System
from hsqbo_pipeline.model.operations import Operation, Step, StepAction, Wave

if TYPE_CHECKING:
    from hsqbo_pipeline_tests.core.ledger import Ledger

D = Decimal
INVOICE_COLUMNS = {
    "hs_number": "number", "hs_currency": "currency", "hs_invoice_status": "status", "hs_comments": "memo", "qbo_id": "mark",
    "qbo_backfill": "backfill", "hs_amount_billed": "total", "qbo_total": "qbo_total", "qbo_tax": "qbo_tax", "qbo_balance_due": "qbo_balance",
    "qbo_credits_applied": "qbo_credits", "qbo_deposit": "deposit",
    "hs_invoice_date": "invoice_date", "hs_due_date": "due_date", "hs_invoice_billable": "billable",
}  # fmt: skip
LINE_COLUMNS = {
    "name": "name", "description": "description", "quantity": "quantity", "price": "unit_price", "hs_sku": "sku", "hs_product_id": "item_id",
    "qbo_id": "mark", "discount": "discount_amount", "hs_discount_percentage": "discount_percent", "hs_position_on_quote": "position",
}  # fmt: skip
PAYMENT_COLUMNS = {
    "hs_initial_amount": "amount", "hs_initiated_date": "paid_on", "hs_currency_code": "currency", "hs_latest_status": "status",
    "hs_processor_type": "processor", "hs_reference_number": "reference", "hs_payment_method_type": "method", "qbo_id": "mark",
    "hs_internal_comment": "private_note", "qbo_backfill": None,
}  # fmt: skip
NUMBERS = {
    "total",
    "qbo_total",
    "qbo_tax",
    "qbo_balance",
    "qbo_credits",
    "deposit",
    "quantity",
    "unit_price",
    "amount",
    "discount_amount",
    "discount_percent",
}
Made = dict[tuple[str, str, str], str]


def apply(ledger: Ledger, operations: Iterable[Operation]) -> Made:
    """Carry out operations wave by wave; returns the partners made: (entity, side, id) -> the other side's id."""
    made: Made = {}
    order = list(Wave)
    for operation in sorted(operations, key=lambda each: order.index(each.wave)):
        ids: dict[int, str] = {}
        for step in operation.steps:
            ids[step.number] = _step(ledger, step, ids)
            ledger.writes.append((step.system, step.object, step.action.value))
        _done(ledger, operation, ids, made)
    return made


def resolve(ledger: Ledger, value: Any, ids: Mapping[int, str]) -> Any:
    """A body with its references filled in."""
    if isinstance(value, Mapping):
        if "$step" in value:
            return ids[value["$step"]]
        if "$linked" in value:
            entity, system, other = value["$linked"]
            column, by = ("hubspot_id", "quickbooks_id") if system == "hubspot" else ("quickbooks_id", "hubspot_id")
            found = rows(ledger.con, f"SELECT {column} AS id FROM links WHERE entity = ? AND {by} = ?", [entity, other])
            assert found, f"no link for {value}"
            return f"{value.get('prefix', '')}{found[0]['id']}"
        return {name: resolve(ledger, each, ids) for name, each in value.items()}
    if isinstance(value, (list, tuple)):
        return [resolve(ledger, each, ids) for each in value]
    return value


def _done(ledger: Ledger, operation: Operation, ids: Mapping[int, str], made: Made) -> None:
    done = resolve(ledger, dict(operation.on_done), ids)
    if link := done.get("link"):
        ledger.link(
            Entity(link["entity"]) if link["entity"] in set(Entity) else link["entity"],
            link["hubspot_id"],
            link["quickbooks_id"],
            link["owner"],
            link["role"],
        )
        made[(link["entity"], "hubspot", link["quickbooks_id"])] = link["hubspot_id"]
        made[(link["entity"], "quickbooks", link["hubspot_id"])] = link["quickbooks_id"]
    if unlink := done.get("unlink"):
        ledger.con.execute(
            "DELETE FROM links WHERE entity = ? AND hubspot_id = ? AND quickbooks_id = ?",
            [operation.entity.value, *unlink],
        )
    if expect := done.get("expect"):
        total = D(str(expect["values"]["TotalAmt"]))
        stored = ledger.rows("invoices", System.QUICKBOOKS, id=ids.get(1) or operation.quickbooks_id)[0]["total"]
        if stored != total and hasattr(ledger, "missed"):
            ledger.missed.add(operation.operation_id)
            return
        assert stored == total, f"{stored} is not {total}"


def _step(ledger: Ledger, step: Step, ids: Mapping[int, str]) -> str:
    body = resolve(ledger, dict(step.body), ids)
    target = resolve(ledger, step.target, ids)
    associations = resolve(ledger, list(step.associations), ids)
    kinds = {
        "invoices": _hubspot_invoice, "line_items": _line_item, "taxes": _adjustment, "discounts": _adjustment,
        "commerce_payments": _commerce_payment, "notes": _note, "Invoice": _quickbooks_invoice, "Payment": _quickbooks_payment, "Item": _item,
    }  # fmt: skip
    return kinds[step.object](ledger, step, target, body, associations)


def _columns(body: Mapping[str, Any], names: Mapping[str, str | None]) -> dict[str, Any]:
    return {column: _typed(column, value) for name, value in body.items() if (column := names[name]) is not None}


def _typed(column: str, text: Any) -> Any:
    if text in (None, ""):
        return None
    if column in NUMBERS:
        return D(str(text))
    if column in ("invoice_date", "due_date", "paid_on"):
        return datetime.fromisoformat(text).date()
    if column == "position":
        return int(text)
    return text == "true" if column == "billable" else text


def _hubspot_invoice(ledger: Ledger, step: Step, target: Any, body: Any, associations: Any) -> str:
    if step.action in (StepAction.ASSOCIATE, StepAction.DISSOCIATE):
        column = {"contacts": "contact_ids", "companies": "company_ids"}[body["to_object"]]
        there = list(ledger.rows("invoices", System.HUBSPOT, id=target)[0][column])
        there = (
            [*there, body["to_id"]]
            if step.action is StepAction.ASSOCIATE
            else [each for each in there if each != body["to_id"]]
        )
        ledger.change("invoices", System.HUBSPOT, target, **{column: there})
        return target
    job = body.pop("qbo_job", None)
    columns = _columns(body, INVOICE_COLUMNS)
    if step.action is StepAction.CREATE:
        target = ledger.next_id()
        insert(ledger.con, "invoices", [{
            "system": "hubspot", "id": target, "object": "invoices", "version": "0", "active": True, "source": "HubSpot",
            "created_at": ledger.situation.now,
            "contact_ids": [each["to_id"] for each in associations if each["to_object"] == "contacts"],
            "company_ids": [each["to_id"] for each in associations if each["to_object"] == "companies"],
            "deal_ids": [], "payment_ids": [], "fields_hash": "x", **columns,
        }])  # fmt: skip
        ledger._mirror(System.HUBSPOT, "invoices", target, {"id": target, "properties": {"qbo_job": job}})
        ledger.due(Entity.INVOICE, System.HUBSPOT, target)
    else:
        ledger.change("invoices", System.HUBSPOT, target, **columns)
        if job is not None:
            ledger._mirror(System.HUBSPOT, "invoices", target, {"id": target, "properties": {"qbo_job": job or None}})
    return target


def _line_item(ledger: Ledger, step: Step, target: Any, body: Any, associations: Any) -> str:
    if step.action is StepAction.ARCHIVE:
        ledger.con.execute("DELETE FROM invoice_lines WHERE system = 'hubspot' AND line_id = ?", [target])
        return target
    columns = _columns(body, LINE_COLUMNS)
    if step.action is StepAction.CREATE:
        assert D(body["price"]) >= 0, "a negative price is refused"
        target = ledger.next_id()
        invoice = next(each["to_id"] for each in associations)
        insert(
            ledger.con,
            "invoice_lines",
            [{"system": "hubspot", "invoice_id": invoice, "line_id": target, "kind": "item", **columns}],
        )
    else:
        names = ", ".join(f"{name} = ${name}" for name in columns)
        ledger.con.execute(
            f"UPDATE invoice_lines SET {names} WHERE system = 'hubspot' AND line_id = $target",
            {**columns, "target": target},
        )
    for row in rows(ledger.con, "SELECT * FROM invoice_lines WHERE system = 'hubspot' AND line_id = ?", [target]):
        gross = row["quantity"] * row["unit_price"]
        ledger.con.execute(
            "UPDATE invoice_lines SET amount = ? WHERE system = 'hubspot' AND line_id = ?", [cents(gross), target]
        )
        ledger.due(Entity.INVOICE, System.HUBSPOT, row["invoice_id"])
    return target


def _adjustment(ledger: Ledger, step: Step, target: Any, body: Any, associations: Any) -> str:
    if step.action is StepAction.ARCHIVE:
        ledger.con.execute(
            "DELETE FROM mirror WHERE system = 'hubspot' AND object = ? AND id = ?", [step.object, target]
        )
        return target
    if step.action is StepAction.CREATE:
        target = ledger.next_id()
        invoice = associations[0]["to_id"]
        insert(
            ledger.con,
            "associations",
            [
                {
                    "from_object": "invoices",
                    "from_id": invoice,
                    "to_object": step.object,
                    "to_id": target,
                    "type_ids": [1],
                }
            ],
        )
        ledger.due(Entity.INVOICE, System.HUBSPOT, invoice)
    ledger._mirror(System.HUBSPOT, step.object, target, {"id": target, "properties": body})
    return target


def _commerce_payment(ledger: Ledger, step: Step, target: Any, body: Any, associations: Any) -> str:
    if step.action is StepAction.ARCHIVE:
        touched = rows(
            ledger.con,
            "SELECT invoice_id FROM payment_applications WHERE system = 'hubspot' AND payment_id = ?",
            [target],
        )
        ledger.con.execute("DELETE FROM payments WHERE system = 'hubspot' AND id = ?", [target])
        ledger.con.execute("DELETE FROM payment_applications WHERE system = 'hubspot' AND payment_id = ?", [target])
        ledger._settle_hubspot(each["invoice_id"] for each in touched)
        return target
    columns = _columns(body, PAYMENT_COLUMNS)
    if step.action is StepAction.CREATE:
        target = ledger.next_id()
        columns.setdefault("contact_ids", [each["to_id"] for each in associations if each["to_object"] == "contacts"])
        insert(ledger.con, "payments", [{
            "system": "hubspot", "id": target, "object": "commerce_payments", "kind": "payment", "version": "0", "created_at": ledger.situation.now,
            "active": True, "fields_hash": "x", **columns,
        }])  # fmt: skip
        invoice = next(each["to_id"] for each in associations if each["to_object"] == "invoices")
        insert(ledger.con, "associations", [{
            "from_object": "commerce_payments", "from_id": target, "to_object": "deals", "to_id": each["to_id"], "type_ids": [each["type_id"]],
        } for each in associations if each["to_object"] == "deals"])  # fmt: skip
        insert(
            ledger.con,
            "payment_applications",
            [
                {
                    "system": "hubspot",
                    "payment_id": target,
                    "invoice_id": invoice,
                    "amount": columns["amount"],
                    "attribution": "cash",
                }
            ],
        )
        ledger.due(Entity.PAYMENT, System.HUBSPOT, target)
    else:
        ledger.change("payments", System.HUBSPOT, target, **columns)
        if "amount" in columns:
            ledger.con.execute(
                "UPDATE payment_applications SET amount = ? WHERE system = 'hubspot' AND payment_id = ?",
                [columns["amount"], target],
            )
    touched = rows(
        ledger.con, "SELECT invoice_id FROM payment_applications WHERE system = 'hubspot' AND payment_id = ?", [target]
    )
    ledger._settle_hubspot(each["invoice_id"] for each in touched)
    return target


def _note(ledger: Ledger, step: Step, target: Any, body: Any, associations: Any) -> str:
    if step.action is StepAction.ARCHIVE:
        ledger.con.execute("DELETE FROM mirror WHERE object = 'notes' AND id = ?", [target])
        return target
    target = ledger.next_id() if step.action is StepAction.CREATE else target
    ledger._mirror(
        System.HUBSPOT,
        "notes",
        target,
        {"id": target, "properties": body, "deals": [each["to_id"] for each in associations]},
    )
    return target


def _quickbooks_invoice(ledger: Ledger, step: Step, target: Any, body: Any, associations: Any) -> str:
    if step.action is StepAction.VOID:
        ledger.change("invoices", System.QUICKBOOKS, target, status="voided", total=D(0), balance=D(0))
        return target
    header = {
        "number": body.get("DocNumber"), "invoice_date": _day(body.get("TxnDate")), "due_date": _day(body.get("DueDate")),
        "memo": (body.get("CustomerMemo") or {}).get("value"), "customer_id": (body.get("CustomerRef") or {}).get("value"),
    }  # fmt: skip
    header = {name: value for name, value in header.items() if value is not None}
    if step.action is StepAction.CREATE:
        target = ledger.next_id()
        lines = [_quickbooks_line(each) for each in body["Line"]]
        mark = body["PrivateNote"].rsplit("[hs ", 1)[1].rstrip("]")
        tax = (
            sum(
                (D(str(ledger.taxes.get(each.get("tax_code"), 0))) * each["amount"] / 100 for each in lines), start=D(0)
            )
            if hasattr(ledger, "taxes")
            else D(0)
        )
        currency = (body.get("CurrencyRef") or {}).get("value", ledger.situation.company.home_currency)
        ledger.quickbooks_invoice(
            target, header.pop("customer_id"), lines, mark=mark, currency=currency, tax=cents(tax), **header
        )
    else:
        ledger.change("invoices", System.QUICKBOOKS, target, **header)
        if "Line" in body:
            ledger.con.execute("DELETE FROM invoice_lines WHERE system = 'quickbooks' AND invoice_id = ?", [target])
            for each in body["Line"]:
                ledger.add_line(System.QUICKBOOKS, target, _quickbooks_line(each))
    return target


def _quickbooks_line(line: Mapping[str, Any]) -> dict[str, Any]:
    detail = line.get("SalesItemLineDetail", {})
    kind = {"SalesItemLineDetail": "item", "DiscountLineDetail": "discount", "DescriptionOnly": "description"}[
        line["DetailType"]
    ]
    quantity, price, amount = detail.get("Qty"), detail.get("UnitPrice"), D(str(line["Amount"]))
    if quantity is not None and price is not None and quantity and price:
        assert cents(D(str(quantity)) * D(str(price))) == amount, "6070: Amount is not Qty × UnitPrice"
    return {
        "kind": kind, "item_id": (detail.get("ItemRef") or {}).get("value"), "quantity": quantity, "unit_price": price, "amount": amount,
        "description": line.get("Description"), "tax_code": (detail.get("TaxCodeRef") or {}).get("value"),
        "service_date": _day(detail.get("ServiceDate")),
    }  # fmt: skip


def _quickbooks_payment(ledger: Ledger, step: Step, target: Any, body: Any, associations: Any) -> str:
    target = ledger.next_id()
    applies = {each["LinkedTxn"][0]["TxnId"]: str(each["Amount"]) for each in body["Line"]}
    ledger.quickbooks_payment(
        target, body["CustomerRef"]["value"], str(body["TotalAmt"]), applies, mark=body["PrivateNote"].rsplit("[hs ", 1)[1].rstrip("]"),
        paid_on=_day(body["TxnDate"]), reference=body.get("PaymentRefNum"), deposit_account=body["DepositToAccountRef"]["value"],
        currency=(body.get("CurrencyRef") or {}).get("value", ledger.situation.company.home_currency),
    )  # fmt: skip
    return target


def _item(ledger: Ledger, step: Step, target: Any, body: Any, associations: Any) -> str:
    target = ledger.next_id()
    ledger.item(
        target,
        body.get("Sku"),
        name=body["Name"],
        name_key=body["Name"].lower(),
        income_account=body["IncomeAccountRef"]["value"],
    )
    return target


def _day(text: Any) -> date | None:
    return date.fromisoformat(text) if isinstance(text, str) else text
