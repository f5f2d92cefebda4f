"""Which of HubSpot's permissions the rules need, and what for.

Names by HubSpot's specifications of 2026-03 (payments are `commercepayments`, without the object's underscore; products
and line items have no schema scope, `e-commerce` stands for it; taxes, discounts and fees go with line items).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from hsqbo_pipeline.mapping.properties import OWN_PROPERTIES
from hsqbo_pipeline.model.names import Entity, System
from hsqbo_pipeline.model.rules import Rules

_SCOPE_OBJECTS = {"commerce_payments": "commercepayments"}
_READ = ("contacts", "companies", "deals", "products", "line_items", "invoices", "commerce_payments")
_WRITTEN = {
    Entity.CUSTOMER: ("contacts",),
    Entity.PRODUCT: ("products",),
    Entity.INVOICE: ("invoices", "line_items"),
    Entity.PAYMENT: ("commerce_payments",),
}
_BY_E_COMMERCE = ("products", "line_items")
TAX_RATES = "tax_rates.read"


@dataclass(frozen=True, slots=True)
class Scope:
    """One permission, what it is for, another one that includes it, and the object it opens ('' where there is none)."""

    name: str
    purpose: str
    or_else: str = ""
    object: str = ""

    def granted_by(self, scopes: Iterable[str]) -> bool:
        """Whether a token with these permissions may do what this one is for."""
        return not {self.name, self.or_else}.isdisjoint(scopes)


def read_scopes() -> tuple[Scope, ...]:
    """What every run needs, also one that writes nothing."""
    found = [Scope(_object_scope(name, "read"), f"reading {_words(name)}", _instead(name), name) for name in _READ]
    return (*found, Scope(TAX_RATES, "reading HubSpot's tax library"))


def write_scopes(rules: Rules) -> tuple[Scope, ...]:
    """What a run that writes needs beside: records of what flows to HubSpot, notes on deals, and our own properties.

    Our mark is kept on a HubSpot record also where it was made there, so an object that flows the other way is written too.
    """
    objects = [name for entity, names in _WRITTEN.items() if rules.of(entity).targets for name in _of(names, rules)]
    records = [Scope(_object_scope(name, "write"), f"writing {_words(name)}", _instead(name), name) for name in objects]
    if rules.customers.writes_to(System.HUBSPOT) and rules.customers.create_companies:
        records.append(Scope(_object_scope("companies", "write"), "making companies"))
    if rules.payments.writes_to(System.HUBSPOT) and rules.payments.show_on_deals:
        records.append(Scope(_object_scope("deals", "write"), "notes about payments on deals"))
    own = [_definition(name) for name in objects if name in OWN_PROPERTIES]
    return tuple(dict.fromkeys([*records, *own]))


def needed(rules: Rules) -> tuple[Scope, ...]:
    """Everything the rules need."""
    return tuple(dict.fromkeys([*read_scopes(), *write_scopes(rules)]))


def _of(names: tuple[str, ...], rules: Rules) -> tuple[str, ...]:
    """A customer is a company where companies are billed; its contacts are marked as well."""
    return (*names, "companies") if names == ("contacts",) and rules.customers.bill == "companies" else names


def _definition(name: str) -> Scope:
    if name in _BY_E_COMMERCE:
        return Scope("e-commerce", "the pipeline's own properties of products and line items")
    return Scope(
        f"crm.schemas.{_SCOPE_OBJECTS.get(name, name)}.write", f"the pipeline's own properties of {_words(name)}"
    )


def _object_scope(name: str, deed: str) -> str:
    return f"crm.objects.{_SCOPE_OBJECTS.get(name, name)}.{deed}"


def _words(name: str) -> str:
    return {"commerce_payments": "payments"}.get(name, name.replace("_", " "))


def _instead(name: str) -> str:
    return "e-commerce" if name in _BY_E_COMMERCE else ""
