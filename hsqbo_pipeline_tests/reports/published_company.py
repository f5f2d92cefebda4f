"""A small published company with one of everything, hostile names included, made without a run."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

from hsqbo_pipeline.core.tables import insert
from hsqbo_pipeline.model.codes import CODES, render
from hsqbo_pipeline.store.publish import publish
from hsqbo_pipeline.store.warehouse import Warehouse

FORMULA = '=HYPERLINK("http://evil")'
SCRIPT = "<script>alert(1)</script>"
INJECTION = "'; DROP TABLE record_states; --"
RIGHT_TO_LEFT = "שלום \u202eעולם"
LONG = "Long " + "x" * 495
IMAGE = '<img src=x onerror="document.title=1">'
HOSTILE = (FORMULA, SCRIPT, INJECTION, RIGHT_TO_LEFT, LONG, IMAGE, "@SUM(1)", "+1", "-1", "\tTab", "</script><b>")

FIRST, SECOND = "20261122T040000-aaaaaa", "20261123T040000-bbbbbb"
NIGHT = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)


def state(key: str, code: str, label: str = "Ada Lovelace", *, run: str = SECOND, **more: Any) -> dict[str, Any]:
    """A row of `record_states` in the words of its code; `key` is entity:hubspot:quickbooks."""
    entity, hubspot, quickbooks = key.split(":")
    slots = more.pop("slots", {})
    text = render(code, **slots)
    began = NIGHT if run == SECOND else NIGHT - timedelta(days=1)
    return {
        "record_key": key,
        "entity": entity,
        "hubspot_id": None if hubspot == "-" else hubspot,
        "quickbooks_id": None if quickbooks == "-" else quickbooks,
        "state": CODES[code].state_of(slots).value,
        "class": CODES[code].klass_of(slots).value,
        "code": code,
        "detail": "unchanged",
        "sentence": text.sentence,
        "fix": text.fix,
        "slots": json.dumps(slots),
        "reasons": "[]",
        "candidates": "[]",
        "label": label,
        "owner": CODES[code].owner.value,
        "since_run": run,
        "since_at": began,
        "run_id": SECOND,
        "evaluated_at": NIGHT,
        "tries": 0,
        **more,
    }


def run(run_id: str, number: int, **more: Any) -> dict[str, Any]:
    """A row of `runs` that ended well."""
    started = NIGHT - timedelta(days=2 - number)
    counts = {"states": {"IN_SYNC": 2, "FAILING": number}, "objects": [], "problems": []}
    return {
        "run_id": run_id,
        "number": number,
        "kind": "nightly",
        "started_at": started,
        "ended_at": started + timedelta(seconds=90),
        "apply": True,
        "rules_hash": "r",
        "rules": json.dumps({"timezone": "America/New_York", "invoices": {"custom_item_name": "Custom line item"}}),
        "exit_code": 0,
        "counts": json.dumps(counts),
        "requests": json.dumps({"hubspot_reads": 30, "hubspot_writes": 4, "quickbooks_reads": 7}),
        **more,
    }


def states() -> list[dict[str, Any]]:
    """The company's records."""
    shared = [{"system": "quickbooks", "id": "12"}]
    return [
        state("customer:101:1", "OPS_UNCHANGED"),
        state("customer:102:2", "CONF_HELD", "Grace Hopper", slots={"fields": ["phone"]}, run=FIRST),
        state("customer:-:11", "ID_EMAIL_SHARED", "Bob Bee", slots={"count": 2, "candidates": ["11", "12"]}, candidates=json.dumps(shared)),
        state("invoice:301:31", "OPS_UNCHANGED", "1001", amount=Decimal("100.10"), currency="USD", business_day=date(2026, 10, 5)),
        state("invoice:302:32", "INV_REMOTE_LINES_CHANGED", "1002", slots={"diff": "line 1: 2 instead of 3"}, amount=Decimal("20.20"),
              currency="USD", business_day=date(2026, 11, 5), run=FIRST),
        state("invoice:-:33", "INV_CUSTOMER_UNRESOLVED", "1003", slots={"contact": "ada@example.com"}, amount=Decimal("5.00"), currency="EUR"),
        state("product:-:21", "ITM_NO_SKU", "Nameless"),
        *(state(f"customer:{500 + at}:-", "CUS_NAME_ILLEGAL", name, slots={"name": name}) for at, name in enumerate(HOSTILE)),
    ]  # fmt: skip


def company(data: Path, **tables: Iterable[Mapping[str, Any]]) -> Path:
    """Publish the company (tables given replace its own) under `data`; returns `data`."""
    rows: dict[str, Iterable[Mapping[str, Any]]] = {
        "runs": [run(FIRST, 1), run(SECOND, 2)],
        "record_states": states(),
        **_others(),
    }
    with Warehouse.open(data) as warehouse:
        with warehouse.transaction() as con:
            for name, wanted in {**rows, **tables}.items():
                con.execute(f"DELETE FROM {name}")
                insert(con, name, wanted)
        publish(warehouse)
    return data


def _others() -> dict[str, list[dict[str, Any]]]:
    measure = {"run_id": SECOND, "month": "2026-10", "currency": "USD", "measure": "total"}
    tie = {"run_id": SECOND, "label": FORMULA, "currency": "USD", "unapplied": Decimal(0), "credits": Decimal(0)}
    return {
        "customers": [_customer("hubspot", "102", "555-1"), _customer("quickbooks", "2", "555-2"), _customer("quickbooks", "12", None)],
        "invoices": [_invoice("quickbooks", "31", "100.10", date(2026, 11, 20)), _invoice("hubspot", "301", "90.10", date(2026, 11, 20)),
                     _invoice("quickbooks", "32", "20.20", date(2026, 8, 1))],
        "reconciliation": [{**measure, "quickbooks": Decimal("120.30"), "hubspot": Decimal("110.30"), "explained": Decimal("10.00"),
                            "unexplained": Decimal("0.00")}],
        "tie_out": [{**tie, "quickbooks_id": "1", "open_invoices": Decimal("100.10"), "balance": Decimal("100.00"), "difference": Decimal("0.10")}],
        "fees": [{"run_id": SECOND, "day": date(2026, 11, 22), "payout_date": date(2026, 11, 24), "currency": "USD", "payments": 2,
                  "processing_fee": Decimal("1.20"), "platform_fee": Decimal("0.30")}],
    }  # fmt: skip


def _customer(system: str, found: str, phone: str | None) -> dict[str, Any]:
    return {
        "system": system,
        "id": found,
        "object": "x",
        "active": True,
        "email_keys": [],
        "display_name": f"Name {found}",
        "phone": phone,
        "fields_hash": "h",
    }


def _invoice(system: str, found: str, balance: str, due: date) -> dict[str, Any]:
    return {
        "system": system, "id": found, "object": "x", "active": True, "number": found, "invoice_date": due, "due_date": due, "currency": "USD",
        "status": "open", "total": Decimal(balance), "balance": Decimal(balance), "fields_hash": "h",
    }  # fmt: skip
