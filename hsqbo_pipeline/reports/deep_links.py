"""Addresses of a record in the two systems' own screens.

HubSpot: `/contacts/<portal>/record/<object type>/<id>` on the portal's own host, which differs by region. QuickBooks:
`/login?deeplinkcompanyid=<realm>&pagereq=<page>`, which opens the record in its own company also where the browser is
signed in to another one, or not at all; `/app/invoice?txnId=…` alone would do neither. The sandbox has no screens, so it
has no addresses.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import quote

from hsqbo_pipeline.model.names import Entity, System
from hsqbo_pipeline.reports.published import SQL

if TYPE_CHECKING:
    import duckdb

_HUBSPOT_TYPES = {Entity.CUSTOMER: "0-1", Entity.PRODUCT: "0-7", Entity.INVOICE: "0-53", Entity.PAYMENT: "0-101"}
_QUICKBOOKS_PAGES = {
    Entity.CUSTOMER: "customerdetail?nameId=",
    Entity.PRODUCT: "items?itemId=",
    Entity.INVOICE: "invoice?txnId=",
    Entity.PAYMENT: "recvpayment?txnId=",
}
_QUICKBOOKS_HOSTS = {"production": "qbo.intuit.com", "development": "sandbox.qbo.intuit.com"}
_HUBSPOT_HOST = re.compile(r"app(-[a-z0-9]+)?\.hubspot\.com")


@dataclass(frozen=True)
class Places:
    """Where this connection's records are shown: per entity, what an id is appended to. Empty for the sandbox."""

    hubspot: dict[str, str]
    quickbooks: dict[str, str]

    def of(self, entity: str, system: System, record_id: str | None) -> str | None:
        """The address of a record, None where there is none."""
        begin = (self.hubspot if system is System.HUBSPOT else self.quickbooks).get(entity)
        return f"{begin}{record_id}" if begin and record_id and record_id.isalnum() else None


def places(con: duckdb.DuckDBPyConnection) -> Places:
    """As the last run knew portal, realm and environment."""
    found = SQL.rows(con, "link_places")
    known = json.loads(found[0]["value"]) if found else {}
    host = _QUICKBOOKS_HOSTS.get(known.get("environment", ""))
    if host is None or not known["portal"].isdigit() or not known["realm"].isdigit():
        return Places({}, {})
    screens = known["hubspot"] if _HUBSPOT_HOST.fullmatch(known["hubspot"]) else "app.hubspot.com"
    hubspot = f"https://{screens}/contacts/{known['portal']}/record/"
    quickbooks = f"https://{host}/login?deeplinkcompanyid={known['realm']}&pagereq="
    return Places(
        {entity.value: f"{hubspot}{kind}/" for entity, kind in _HUBSPOT_TYPES.items()},
        {entity.value: f"{quickbooks}{quote(page, safe='')}" for entity, page in _QUICKBOOKS_PAGES.items()},
    )
