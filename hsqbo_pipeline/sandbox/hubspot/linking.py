"""Associations as requests write them: which may be made, and what follows from making or ending one."""

from __future__ import annotations

from typing import Any

from hsqbo_pipeline.sandbox.hubspot import invoice_rules, line_rules
from hsqbo_pipeline.sandbox.hubspot.association_types import TYPES, AssociationType
from hsqbo_pipeline.sandbox.hubspot.crm import Actor, Crm
from hsqbo_pipeline.sandbox.hubspot.refusals import invalid, invalid_associations
from hsqbo_pipeline.sandbox.hubspot.values import is_digits


def read_types(source: str, target: str, specs: Any) -> list[AssociationType]:
    """The association types a request names; 400 if one does not lead from `source` to `target`."""
    if not isinstance(specs, list) or not specs:
        raise invalid("Association types must be a non-empty list")
    found = []
    for spec in specs:
        type_id = str(spec.get("associationTypeId")) if isinstance(spec, dict) else ""
        known = TYPES.get((source, target, int(type_id))) if is_digits(type_id) else None
        if known is None or spec.get("associationCategory") != "HUBSPOT_DEFINED":
            raise invalid_associations([type_id])
        found.append(known)
    return found


def read_inline(source: str, listed: Any) -> list[tuple[AssociationType, int]]:
    """The associations of a create: `{to: {id}, types: [...]}`, each type leading from the new record to its target."""
    if listed is None:
        return []
    if not isinstance(listed, list):
        raise invalid("Invalid input JSON: associations must be a list")
    found = []
    for each in listed:
        target_id = end_of(each, "to")
        specs = each.get("types") if isinstance(each, dict) else None
        if not is_digits(target_id) or not isinstance(specs, list) or not specs:
            raise invalid("Invalid input JSON: an association needs to.id and types")
        for spec in specs:
            found.append((_from_any(source, spec, target_id), int(target_id)))
    return found


def end_of(each: Any, side: str) -> str:
    """The id of one end (`from` or `to`) of an association in a request, "" if there is none."""
    end = each.get(side) if isinstance(each, dict) else None
    return str(end.get("id", "")) if isinstance(end, dict) else ""


def _from_any(source: str, spec: Any, target_id: str) -> AssociationType:
    type_id = spec.get("associationTypeId") if isinstance(spec, dict) else None
    category = spec.get("associationCategory") if isinstance(spec, dict) else None
    for (origin, _, known_id), each in TYPES.items():
        if origin == source and str(known_id) == str(type_id) and category == "HUBSPOT_DEFINED":
            return each
    raise invalid_associations([target_id])


def check(crm: Crm, kind: AssociationType, source_id: int | None, target_id: int, actor: Actor) -> None:
    """Refuses an association that cannot be: a record that is not there, a second parent, a finalised invoice.

    `source_id` is None for a record that is still to be created.
    """
    for name, record_id in ((kind.source, source_id), (kind.target, target_id)):
        if record_id is not None and crm.stores[name].find(record_id) is None:
            raise invalid_associations([str(record_id)])
    ends = [(kind.source, source_id, kind.target, target_id), (kind.target, target_id, kind.source, source_id)]
    for name, record_id, other, other_id in ends:
        if name == "invoices" and other in invoice_rules.FROZEN_LINKS and record_id is not None:
            _check_invoice_end(crm, record_id, other, other_id, actor)
        if name in line_rules.PARENTS and other in line_rules.CHILDREN and other_id is not None:
            line_rules.refuse_second_parent(crm, other, other_id, name, -1 if record_id is None else record_id)


def _check_invoice_end(crm: Crm, invoice_id: int, other: str, other_id: int | None, actor: Actor) -> None:
    known = other_id is not None and other_id in crm.links.labels("invoices", invoice_id, other)
    if not known:
        invoice_rules.refuse_if_frozen(crm, invoice_id, actor, f"the association with {other.replace('_', ' ')}")
    child = crm.stores[other].live.get(other_id or -1) if other == "line_items" else None
    if child is not None:
        line_rules.refuse_recurring(crm, child.values(), invoice_id)


def connect(crm: Crm, kind: AssociationType, source_id: int, target_id: int) -> None:
    """Makes an association that was checked. It moves no last-modified time; amounts that follow from it may."""
    source_id = crm.stores[kind.source].resolve(source_id)
    target_id = crm.stores[kind.target].resolve(target_id)
    crm.links.add(kind, source_id, target_id)
    mark(crm, kind.source, source_id, kind.target, target_id)


def disconnect(crm: Crm, source: str, source_id: int, target: str, target_id: int, *, actor: Actor) -> None:
    """Ends an association, if there is one. 400 if a finalised invoice would lose a line, contact or adjustment."""
    refuse_end(crm, source, source_id, target, target_id, actor=actor)
    if crm.links.remove(source, source_id, target, target_id):
        mark(crm, source, source_id, target, target_id)


def refuse_end(crm: Crm, source: str, source_id: int, target: str, target_id: int, *, actor: Actor) -> None:
    """Refuses to end an association that a finalised invoice depends on."""
    if target_id not in crm.links.labels(source, source_id, target):
        return
    for name, record_id, other in ((source, source_id, target), (target, target_id, source)):
        if name == "invoices" and other in invoice_rules.FROZEN_LINKS:
            invoice_rules.refuse_if_frozen(crm, record_id, actor, f"the association with {other.replace('_', ' ')}")


def mark(crm: Crm, source: str, source_id: int, target: str, target_id: int) -> None:
    """Notes that an invoice's or a payment's figures have to be worked out anew."""
    for name, record_id, other in ((source, source_id, target), (target, target_id, source)):
        if name == "invoices" and other in (*line_rules.CHILDREN, "commerce_payments"):
            crm.stale_invoices.add(record_id)
        if name == "commerce_payments" and other == "invoices":
            crm.stale_payments.add(record_id)
