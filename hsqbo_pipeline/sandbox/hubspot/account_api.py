"""The small APIs beside records: account details, tax library, limits, deal pipelines."""

from __future__ import annotations

from typing import Any

from hsqbo_pipeline.sandbox.hubspot.crm import Crm
from hsqbo_pipeline.sandbox.hubspot.kinds import KINDS, Kind
from hsqbo_pipeline.sandbox.hubspot.objects_api import kind_of, need
from hsqbo_pipeline.sandbox.hubspot.refusals import not_found
from hsqbo_pipeline.sandbox.hubspot.reply import Reply
from hsqbo_pipeline.sandbox.hubspot.request import Request

_SINCE = "2020-01-01T00:00:00.000Z"
_STAGES = {
    "appointmentscheduled": ("Appointment Scheduled", "0.2"),
    "qualifiedtobuy": ("Qualified To Buy", "0.4"),
    "presentationscheduled": ("Presentation Scheduled", "0.6"),
    "decisionmakerboughtin": ("Decision Maker Bought-In", "0.8"),
    "contractsent": ("Contract Sent", "0.9"),
    "closedwon": ("Closed Won", "1.0"),
    "closedlost": ("Closed Lost", "0.0"),
}
_RECORD_LIMIT = 15_000_000


class AccountApi:
    """Handlers of the account, tax-rate, limit and pipeline paths."""

    def __init__(self, crm: Crm) -> None:
        self._crm = crm

    def details(self, _: Request) -> Reply:
        """Portal id, time zone, currencies: the smoke test of a token; any token may ask."""
        return Reply(200, self._crm.account.details(self._crm.clock.now()))

    def tax_rates(self, request: Request) -> Reply:
        """The tax library; `active` narrows it."""
        request.token.need("tax_rates.read")
        rates = [each.body() for each in self._crm.account.tax_rates.values()]
        active = request.one("active")
        if active is not None:
            rates = [each for each in rates if each["active"] == (active.lower() == "true")]
        limit, start = request.number("limit", 100, 100), request.cursor()
        body: dict[str, Any] = {"results": rates[start : start + limit]}
        if start + limit < len(rates):
            body["paging"] = {"next": {"after": str(start + limit)}}
        return Reply(200, body)

    def tax_rate(self, request: Request) -> Reply:
        """One rate of the library."""
        request.token.need("tax_rates.read")
        found = self._crm.account.tax_rates.get(request.names["id"])
        if found is None:
            raise not_found("resource not found")
        return Reply(200, found.body())

    def custom_properties(self, _: Request) -> Reply:
        """How many custom properties each object type has, and may have."""
        limit = self._crm.account.custom_property_limit
        rows = []
        for kind in KINDS.values():
            usage = sum(not each.hubspot_defined for each in self._crm.stores[kind.name].definitions.live())
            rows.append(_usage(kind, usage, limit))
        total, overall = sum(row["usage"] for row in rows), limit * len(rows)
        return Reply(
            200,
            {
                "byObjectType": rows,
                "overallLimit": overall,
                "overallPercentage": total / overall,
                "overallUsage": total,
            },
        )

    def records(self, _: Request) -> Reply:
        """How many records each object type has, and may have."""
        rows = [_usage(kind, len(self._crm.stores[kind.name].live), _RECORD_LIMIT) for kind in KINDS.values()]
        custom = {"byObjectType": [], "overallLimit": 0, "overallPercentage": 0.0, "overallUsage": 0}
        return Reply(200, {"hubspotDefinedObjectTypes": rows, "customObjectTypes": custom})

    def pipelines(self, request: Request) -> Reply:
        """The one pipeline of deals; other types have none here."""
        kind = kind_of(request.names["type"])
        need(request.token, kind, "read")
        return Reply(200, {"results": [_pipeline()] if kind.name == "deals" else []})

    def pipeline(self, request: Request) -> Reply:
        """One pipeline."""
        kind = kind_of(request.names["type"])
        need(request.token, kind, "read")
        if kind.name != "deals" or request.names["id"] != "default":
            raise not_found("resource not found")
        return Reply(200, _pipeline())


def _usage(kind: Kind, usage: int, limit: int) -> dict[str, Any]:
    return {
        "objectTypeId": kind.type_id,
        "singularLabel": kind.label,
        "pluralLabel": kind.name.replace("_", " ").capitalize(),
        "usage": usage,
        "limit": limit,
        "percentage": usage / limit,
    }


def _pipeline() -> dict[str, Any]:
    common = {"createdAt": _SINCE, "updatedAt": _SINCE, "archived": False}
    stages = [
        {
            **common,
            "id": name,
            "label": label,
            "displayOrder": order,
            "metadata": {"isClosed": str(name.startswith("closed")).lower(), "probability": probability},
            "writePermissions": "CRM_PERMISSIONS_ENFORCEMENT",
        }
        for order, (name, (label, probability)) in enumerate(_STAGES.items())
    ]
    return {**common, "id": "default", "label": "Sales Pipeline", "displayOrder": 0, "stages": stages}
