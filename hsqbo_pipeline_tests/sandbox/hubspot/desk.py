"""A portal with its API on the desk: requests answered in process, the clock in hand."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import httpx

from hsqbo_pipeline.sandbox.frame.clock import Clock
from hsqbo_pipeline.sandbox.frame.faults import Faults
from hsqbo_pipeline.sandbox.frame.gate import Frame
from hsqbo_pipeline.sandbox.frame.limits import Limits
from hsqbo_pipeline.sandbox.frame.switches import Switches
from hsqbo_pipeline.sandbox.frame.traffic import Traffic
from hsqbo_pipeline.sandbox.hubspot.portal import HubSpotPortal

START = datetime(2026, 11, 24, 15, tzinfo=UTC)
TO_INVOICE = {"contacts": 178, "line_items": 410, "commerce_payments": 542, "taxes": 416, "discounts": 412, "fees": 414}


@dataclass
class Answer:
    """A response: its status, its JSON body, its headers."""

    status: int
    body: Any
    headers: httpx.Headers

    def __getitem__(self, name: str) -> Any:
        return self.body[name]


class Desk:
    """A portal and a client of it. Paths beginning without / are below /crm/objects/{version}."""

    def __init__(self, *, limits: bool = False, version: str = "2026-09", **config: Any) -> None:
        self.clock = Clock(START, frozen=True)
        self.switches = Switches()
        self.faults = Faults("hubspot")
        self.traffic = Traffic(self.clock)
        self.version = version
        self.token = "pat-sandbox"
        self.portal = HubSpotPortal(clock=self.clock, switches=self.switches, config=config)
        frame = Frame(
            "hubspot", self.clock, self.switches, self.traffic, self.faults, Limits(self.clock, enabled=limits)
        )
        self.app = self.portal.app(frame)

    def ask(self, method: str, path: str, body: Any = None, **query: str) -> Answer:
        """Sends one request."""
        url = path if path.startswith("/") else f"/crm/objects/{self.version}/{path}"

        async def send() -> httpx.Response:
            transport = httpx.ASGITransport(app=self.app)
            async with httpx.AsyncClient(transport=transport, base_url="http://portal") as client:
                headers = {"Authorization": f"Bearer {self.token}"}
                return await client.request(method, url, json=body, params=query or None, headers=headers)

        response = asyncio.run(send())
        content = response.json() if response.content else None
        return Answer(response.status_code, content, response.headers)

    def get(self, path: str, **query: str) -> Answer:
        """GET."""
        return self.ask("GET", path, **query)

    def post(self, path: str, body: Any = None) -> Answer:
        """POST."""
        return self.ask("POST", path, body or {})

    def patch(self, path: str, **properties: Any) -> Answer:
        """PATCH of a record's properties."""
        return self.ask("PATCH", path, {"properties": properties})

    def make(self, kind: str, *links: tuple[str, int], **properties: Any) -> str:
        """Creates a record over the API, with links (target id, type id), and returns its id."""
        associations = [
            {
                "to": {"id": target},
                "types": [{"associationCategory": "HUBSPOT_DEFINED", "associationTypeId": type_id}],
            }
            for target, type_id in links
        ]
        made = self.post(kind, {"properties": properties, "associations": associations})
        assert made.status == 201, made.body
        return str(made["id"])

    def values(self, kind: str, record_id: str, *names: str) -> dict[str, Any]:
        """A record's values as the API answers them."""
        answer = self.get(f"{kind}/{record_id}", properties=",".join(names))
        assert answer.status == 200, answer.body
        return {name: answer["properties"][name] for name in names}

    def person(self, action: str, kind: str | None = None, **rest: Any) -> str:
        """Lets a person act and returns the id of the record."""
        done = self.portal.person({"action": action, "object": kind, **rest})
        return str(done["id"])

    def search(self, kind: str, *filters: tuple[str, ...], **rest: Any) -> Answer:
        """Searches with one group of (property, operator, value) filters."""
        listed = [dict(zip(("propertyName", "operator", "value", "highValue"), each, strict=False)) for each in filters]
        return self.post(f"{kind}/search", {"filterGroups": [{"filters": listed}] if listed else [], **rest})

    def open_invoice(self, price: str = "100.00", **fields: Any) -> tuple[str, str, str]:
        """A billable open invoice made by a person; returns ids of invoice, contact and line."""
        contact = self.person("create", "contacts", fields={"email": f"{price}-{len(fields)}@example.com"})
        invoice = self.person(
            "create",
            "invoices",
            fields={"hs_invoice_status": "open", **fields},
            contact=contact,
            lines=[{"name": "Widget", "quantity": 1, "price": price}],
        )
        line = self.get(f"invoices/{invoice}", associations="line_items")["associations"]["line items"]["results"]
        return invoice, contact, line[0]["id"]
