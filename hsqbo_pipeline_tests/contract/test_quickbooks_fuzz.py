"""Thousands of generated requests: none of them makes the QuickBooks sandbox fail."""

from __future__ import annotations

import asyncio
import json
import random
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hsqbo_pipeline.sandbox.frame.clock import Clock
from hsqbo_pipeline.sandbox.frame.faults import Faults
from hsqbo_pipeline.sandbox.frame.gate import Frame
from hsqbo_pipeline.sandbox.frame.limits import Limits
from hsqbo_pipeline.sandbox.frame.switches import Switches
from hsqbo_pipeline.sandbox.frame.traffic import Traffic
from hsqbo_pipeline.sandbox.quickbooks.company import QuickBooksCompany
from hsqbo_pipeline.sandbox.quickbooks.shapes import ENUMS, OBJECTS
from hsqbo_pipeline_tests.contract.in_process import send
from hsqbo_pipeline_tests.sandbox.quickbooks.caller import COMPANY, REALM

WRITABLE = ("Customer", "Vendor", "Item", "Invoice", "Payment", "CreditMemo", "SalesReceipt", "RefundReceipt", "Term")
PER_EXAMPLE = 25
EXAMPLES = 220
_TEXTS = ("", "a", "Ada", "2026-11-24", "x" * 600, "a:b", "a@b.co", "TAX", "1", "2", "999", "ÄÖ\u2028", "1e999", "NaN")
_NUMBERS = (0, 1, -1, 100, 99.99, 1e15, "12.5", "", None, True, 0.005, 10**30)
_DAYS = (
    *("2026-11-24", "2025-01-31", "2026-12-31", "2026-02-28") * 2,
    "2026-02-30",
    "yesterday",
    "9999-12-31",
    "0001-01-01",
)
_PLAIN: dict[str, tuple[Any, ...]] = {
    **dict.fromkeys(("decimal", "integer", "positive"), _NUMBERS),
    **dict.fromkeys(("date", "instant"), _DAYS),
    "boolean": (True, False, "true", "maybe"),
}


class Generator:
    """Bodies that look like the real thing, more or less."""

    def __init__(self, seed: int) -> None:
        self._dice = random.Random(seed)

    def body(self, entity: str) -> dict[str, Any]:
        """An object with some of its properties, some of them wrong."""
        wanted = {
            "Customer": ("DisplayName", "PrimaryEmailAddr", "ParentRef", "Active"),
            "Item": ("Name", "Type", "IncomeAccountRef", "UnitPrice"),
            "Payment": ("CustomerRef", "TotalAmt", "Line"),
            "Term": ("Name", "DueDays"),
            "Vendor": ("DisplayName", "PrimaryPhone"),
        }.get(entity, ("CustomerRef", "Line", "TxnDate", "DocNumber", "DepositToAccountRef"))
        names = [name for name in wanted if self._dice.random() < 0.9]
        names += self._dice.sample(sorted(OBJECTS[entity]), self._dice.choice([0, 0, 1, 3]))
        return {name: self._value(OBJECTS[entity].get(name, "text"), name, 0) for name in names}

    def _value(self, kind: str, name: str, depth: int) -> Any:
        dice = self._dice
        if dice.random() < 0.04:
            return dice.choice([None, "", 7, [], {}, "x", [None], [[]], -1.5, False])
        if kind.endswith("[]"):
            return [self._value(kind[:-2], name, depth + 1) for _ in range(dice.choice([0, 1, 1, 1, 2]))]
        if kind == "ReferenceType":
            odd = ["4", "99", "TAX", "NON", "SHIPPING_ITEM_ID", "²"]
            return {"value": dice.choice(["1", "2"] if dice.random() < 0.8 else odd)}
        if kind == "ItemTypeEnum" and dice.random() < 0.7:
            return "Service"
        if kind in ENUMS:
            return dice.choice(sorted(ENUMS[kind]))
        if kind in _PLAIN:
            return dice.choice(_PLAIN[kind])
        if kind == "Line":
            return self._line(depth)
        if kind in OBJECTS and depth < 4:
            names = dice.sample(sorted(OBJECTS[kind]), min(3, len(OBJECTS[kind])))
            return {each: self._value(OBJECTS[kind][each], each, depth + 1) for each in names}
        return f"text {dice.randrange(10**6)}" if dice.random() < 0.7 else dice.choice(_TEXTS)

    def _line(self, depth: int) -> dict[str, Any]:
        dice = self._dice
        if dice.random() < 0.6:
            price, quantity = dice.choice([1, 9.99, 100]), dice.choice([1, 3, 0.5])
            detail = {"ItemRef": {"value": dice.choice(["1", "2"])}, "Qty": quantity, "UnitPrice": price}
            return {"Amount": round(price * quantity, 2), "SalesItemLineDetail": detail}
        kind = dice.choice(["SalesItemLineDetail", "DiscountLineDetail", "GroupLineDetail", "DescriptionLineDetail"])
        line = {
            "Amount": dice.choice(_NUMBERS),
            kind: self._value(kind, kind, depth + 1),
            "LinkedTxn": [{"TxnId": dice.choice(["1", "2", "x"]), "TxnType": "Invoice"}],
        }
        if dice.random() < 0.3:
            del line[dice.choice(sorted(line))]
        return line

    def request(self) -> tuple[str, str, str, bytes]:
        """(method, path under the company, query string, body)."""
        dice = self._dice
        entity = dice.choice(WRITABLE)
        kind = dice.randrange(8)
        number = dice.choice(["1", "2", "3", "1.5", "999", "x", "%C2%B2"])
        if kind < 3:
            return "POST", entity.lower(), "", self._encoded(self.body(entity))
        if kind == 3:
            change = {**self.body(entity), "Id": number, "SyncToken": dice.choice(["0", "1", 0, "x"]), "sparse": True}
            how = dice.choice(
                ["", "operation=void", "operation=delete", "operation=update&include=void", "operation=x"]
            )
            return "POST", entity.lower(), how, self._encoded(change)
        if kind == 4:
            return dice.choice(["GET", "PUT", "DELETE"]), f"{entity.lower()}/{number}", "include=invoiceLink", b""
        if kind == 5:
            return "POST", "query", "", self._statement(entity).encode()
        if kind == 6:
            since = dice.choice(["2026-11-20T00:00:00Z", "x", "", "2026-11-24", "2000-01-01"])
            return "GET", "cdc", f"entities={entity},{dice.choice(['Item', 'Payment', 'a'])}&changedSince={since}", b""
        return (
            "POST",
            dice.choice(["batch", "batch", "batch", "batch", "gizmo"]),
            "requestid=r1",
            self._encoded(self._batch()),
        )

    def _statement(self, entity: str) -> str:
        dice = self._dice
        column = dice.choice(["Id", "DisplayName", "Balance", "TxnDate", "MetaData.LastUpdatedTime", "Active", "Line"])
        operator = dice.choice(["=", "<", ">=", "LIKE", "IN", "!="])
        value = dice.choice(["'1'", "1", "true", "('1','2')", "' '", "'%a%'", "'2026-11-24'", "CURRENT_DATE", "'\\"])
        tail = dice.choice(["", "orderby Id desc", f"orderby {column}", "startposition 2 maxresults 1", "maxresults 0"])
        return (
            f"select {dice.choice(['*', 'count(*)', 'Id, Foo'])} from {entity} where {column} {operator} {value} {tail}"
        )

    def _batch(self) -> Any:
        dice = self._dice
        items: list[Any] = []
        for place in range(dice.randrange(4)):
            entity = dice.choice(WRITABLE)
            operation = dice.choice(["create", "update", "delete", "void", "merge", ""])
            items.append(
                {"bId": dice.choice([str(place), "", None]), "operation": operation, entity: self.body(entity)}
            )
        items.append(dice.choice([{"bId": "q", "Query": self._statement("Item")}, 7, {}, None]))
        return {"BatchItemRequest": items} if dice.random() < 0.8 else dice.choice([{"BatchItemRequest": None}, items])

    def _encoded(self, value: Any) -> bytes:
        if self._dice.random() < 0.02:
            return self._dice.choice([b"", b"{", b"null", b"[]", b'"x"', b"\xff"])
        return json.dumps(value).encode()


def _app(seed: int) -> Any:
    clock, switches = Clock(), Switches()
    prefs = {"CurrencyPrefs": {"MultiCurrencyEnabled": seed % 3 == 0}, "SalesFormsPrefs": {"AutoApplyCredit": True}}
    company = QuickBooksCompany(clock=clock, switches=switches, config={**COMPANY, "Preferences": prefs})
    for name in ("Ada", "Bob"):
        company.person({"action": "create", "object": "Customer", "fields": {"DisplayName": name}})
    lines = [{"item": company.names["widget"], "Qty": 1, "UnitPrice": 100}]
    company.person({"action": "create", "object": "Invoice", "fields": {"CustomerRef": "1"}, "lines": lines})
    frame = Frame("quickbooks", clock, switches, Traffic(clock), Faults("quickbooks"), Limits(clock, enabled=False))
    return company.app(frame)


SEEN: dict[int, int] = {}


@pytest.mark.rule("QBC2", "QBC3")
@settings(
    max_examples=EXAMPLES, deadline=None, database=None, suppress_health_check=list(HealthCheck), derandomize=True
)
@given(seed=st.integers(min_value=0, max_value=2**32))
def test_no_generated_request_breaks_it(seed: int) -> None:
    """Whatever is sent, the answer is a 2xx or 4xx with a JSON body."""
    app, generator = _app(seed), Generator(seed)

    async def run() -> None:
        for _ in range(PER_EXAMPLE):
            request = generator.request()
            method, path, query, sent = request
            address = f"/v3/company/{REALM}/{path}"
            status, body = await send(app, method, address, query, sent, "sandbox-access")
            SEEN[status] = SEEN.get(status, 0) + 1
            assert 200 <= status < 500, (request, body)
            json.loads(body)

    asyncio.run(run())


def test_the_generator_reached_both_ends() -> None:
    """At least 5,000 requests were sent; many did something and many were refused."""
    if not SEEN:
        pytest.skip("counts what the test before sent; run the whole file")
    assert sum(SEEN.values()) >= 5_000
    assert SEEN[200] > 500
    assert SEEN[400] > 500
