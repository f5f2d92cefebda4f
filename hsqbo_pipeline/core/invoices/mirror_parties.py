"""Whom a mirror is billed to in HubSpot: at its creation, and when the books' invoice changes hands."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from hsqbo_pipeline.core.associations import association, tie
from hsqbo_pipeline.core.decisions import Situation
from hsqbo_pipeline.core.invoices.booked import Payer
from hsqbo_pipeline.core.invoices.cases import Case
from hsqbo_pipeline.core.invoices.parents import Parents
from hsqbo_pipeline.core.invoices.wire import INVOICE_TO_COMPANY, INVOICE_TO_CONTACT
from hsqbo_pipeline.model.names import Entity, System
from hsqbo_pipeline.model.operations import Step, StepAction


def parties(payer: Payer, parents: Parents, situation: Situation) -> tuple[Mapping[str, Any], ...]:
    """The invoice's contact, and the contact's primary company, once (A40, 1.18)."""
    if situation.rules.customers.bill == "companies":
        return (association("companies", payer.standing.reference(), INVOICE_TO_COMPANY),)
    contact = parents.row(Entity.CUSTOMER, System.HUBSPOT, payer.standing.partner) or _matched_contact(payer, parents)
    company = contact.get("company_id") if contact else None
    found = [association("contacts", payer.standing.reference(), INVOICE_TO_CONTACT)]
    if company:
        found.append(association("companies", company, INVOICE_TO_COMPANY))
    return tuple(found)


def _matched_contact(payer: Payer, parents: Parents) -> Mapping[str, Any] | None:
    """The contact that this run is about to link with the customer."""
    found = parents.matched.get(payer.standing.id)
    return parents.row(Entity.CUSTOMER, System.HUBSPOT, found)


def moved(case: Case, payer: Payer, parents: Parents, situation: Situation) -> list[Step]:
    """The mirror follows CustomerRef and the family's nearest contact: the new one is put on it, the old one taken off
    (N11, H22). Whom people have put on it beside stays.
    """
    companies = situation.rules.customers.bill == "companies"
    kind, type_id, column = (
        ("companies", INVOICE_TO_COMPANY, "company_ids")
        if companies
        else ("contacts", INVOICE_TO_CONTACT, "contact_ids")
    )
    there = list(case.row(System.HUBSPOT)[column] or [])
    partner = payer.standing.partner or parents.matched.get(payer.standing.id)
    before = (case.pair.baseline or {}).get(System.QUICKBOOKS, {})
    same_customer = before.get("customer") == case.row(System.QUICKBOOKS)["customer_id"]
    same_contact = before.get("contact") in (payer.key, f"of:{payer.standing.id}")
    if before and same_customer and same_contact:
        return []
    invoice = case.pair.id(System.HUBSPOT)
    steps = []
    if partner not in there:
        steps.append(_party(StepAction.ASSOCIATE, invoice, kind, payer.standing.reference(), type_id))
    left = [] if not before else there if not same_customer else [_contact_before(before, parents)]
    steps += [
        _party(StepAction.DISSOCIATE, invoice, kind, old, type_id) for old in there if old in left and old != partner
    ]
    return steps


def _contact_before(before: Mapping[str, str | None], parents: Parents) -> str | None:
    """Whom we had put on the mirror: a contact, or the one that a customer had just got then."""
    said = before.get("contact") or ""
    customer = said.removeprefix("of:")
    return parents.customer(System.QUICKBOOKS, customer).partner if customer != said else said


def _party(action: StepAction, invoice: str, kind: str, other: Any, type_id: int) -> Step:
    return tie(action, "invoices", invoice, association(kind, other, type_id))
