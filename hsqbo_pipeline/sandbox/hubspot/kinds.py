"""The object types of the portal: names, type ids, scopes and the properties each shows when none are asked for."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Kind:
    """One object type.

    `association_key` is the key under which a list or read answers associated records of this type (HubSpot writes
    line items with a space there); `scope` is the middle part of its scopes; `required` are the properties without
    which a create is refused.
    """

    name: str
    singular: str
    type_id: str
    scope: str
    headline: tuple[str, ...] = ()
    association_key: str = ""
    modified: str = "hs_lastmodifieddate"
    created: str = "hs_createdate"
    required: tuple[str, ...] = ()
    label: str = ""
    mergeable_since: str | None = None

    @property
    def key(self) -> str:
        """The key of this type inside `associations` of a record."""
        return self.association_key or self.name

    def answers(self, name: str) -> bool:
        """Whether records of this type have a value for one of the properties HubSpot keeps itself.

        Contacts define hs_lastmodifieddate and never have a value for it.
        """
        return name in (self.created, self.modified, "hs_object_id")

    @property
    def defaults(self) -> tuple[str, ...]:
        """Properties answered when a request names none."""
        return (*self.headline, self.created, self.modified, "hs_object_id")


KINDS: dict[str, Kind] = {
    kind.name: kind
    for kind in (
        Kind(
            "contacts",
            "contact",
            "0-1",
            "contacts",
            ("firstname", "lastname", "email"),
            modified="lastmodifieddate",
            created="createdate",
            label="Contact",
            mergeable_since="",
        ),
        Kind(
            "companies",
            "company",
            "0-2",
            "companies",
            ("name", "domain"),
            created="createdate",
            label="Company",
            mergeable_since="",
        ),
        Kind(
            "deals",
            "deal",
            "0-3",
            "deals",
            ("dealname", "amount", "closedate", "pipeline", "dealstage"),
            created="createdate",
            label="Deal",
            mergeable_since="",
        ),
        Kind(
            "products",
            "product",
            "0-7",
            "products",
            ("name", "description", "price"),
            created="createdate",
            required=("name",),
            label="Product",
            mergeable_since="2026-09",
        ),
        Kind(
            "line_items",
            "line_item",
            "0-8",
            "line_items",
            ("quantity", "amount", "price"),
            association_key="line items",
            created="createdate",
            label="Line item",
        ),
        Kind("invoices", "invoice", "0-53", "invoices", required=("hs_currency",), label="Invoice"),
        Kind(
            "commerce_payments",
            "commerce_payment",
            "0-101",
            "commercepayments",
            required=("hs_initial_amount", "hs_initiated_date"),
            label="Payment",
        ),
        Kind("notes", "note", "0-46", "contacts", required=("hs_timestamp",), label="Note"),
        Kind("taxes", "tax", "0-86", "line_items", required=("hs_type", "hs_value"), label="Tax"),
        Kind("discounts", "discount", "0-84", "line_items", required=("hs_type", "hs_value"), label="Discount"),
        Kind("fees", "fee", "0-85", "line_items", required=("hs_type", "hs_value"), label="Fee"),
        Kind("orders", "order", "0-123", "orders", label="Order"),
    )
}

_ALIASES: dict[str, Kind] = {
    **{kind.name: kind for kind in KINDS.values()},
    **{kind.singular: kind for kind in KINDS.values()},
    **{kind.type_id: kind for kind in KINDS.values()},
    **{kind.key: kind for kind in KINDS.values()},
}


def find_kind(alias: str) -> Kind | None:
    """The object type behind a plural name, a singular name or a type id; None if the portal has no such type."""
    return _ALIASES.get(alias) or _ALIASES.get(alias.lower())
