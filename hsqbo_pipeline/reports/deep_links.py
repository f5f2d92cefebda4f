"""Addresses of a record in the two systems' own screens.

HubSpot: `/contacts/<portal>/record/<object type>/<id>`; QuickBooks: `/app/<page>?…Id=<id>`, which opens in the company
that the browser is signed in to. The sandbox has no screens, so it has no addresses.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

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
_QUICKBOOKS_HOSTS = {
    "production": "https://app.qbo.intuit.com/app/",
    "development": "https://app.sandbox.qbo.intuit.com/app/",
}


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
    """As the newest links remember portal and environment."""
    found = SQL.rows(con, "link_places")
    if not found or found[0]["environment"] not in _QUICKBOOKS_HOSTS:
        return Places({}, {})
    portal, host = found[0]["portal"], _QUICKBOOKS_HOSTS[found[0]["environment"]]
    hubspot = f"https://app.hubspot.com/contacts/{portal}/record/"
    return Places(
        {entity.value: f"{hubspot}{kind}/" for entity, kind in _HUBSPOT_TYPES.items()} if portal.isdigit() else {},
        {entity.value: f"{host}{page}" for entity, page in _QUICKBOOKS_PAGES.items()},
    )
