"""One write: checked first (`prepare_*`), carried out later (`commit`), so that a batch fails before it took effect."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from hsqbo_pipeline.sandbox.hubspot import contact_rules, invoice_rules, line_rules, linking, other_rules
from hsqbo_pipeline.sandbox.hubspot.association_types import AssociationType, default_type
from hsqbo_pipeline.sandbox.hubspot.cleaning import clean, require
from hsqbo_pipeline.sandbox.hubspot.crm import Actor, Crm
from hsqbo_pipeline.sandbox.hubspot.draft import Draft
from hsqbo_pipeline.sandbox.hubspot.records import Record, pack
from hsqbo_pipeline.sandbox.hubspot.refusals import RefusalError, bad_property, invalid

_RULES: dict[str, Callable[[Crm, Draft, Actor], None]] = {
    "contacts": contact_rules.check,
    "companies": other_rules.check_company,
    "deals": other_rules.check_deal,
    "line_items": line_rules.check,
    "invoices": invoice_rules.check,
    "commerce_payments": other_rules.check_payment,
    "notes": other_rules.check_note,
    "taxes": line_rules.check_adjustment,
    "discounts": line_rules.check_adjustment,
    "fees": line_rules.check_adjustment,
}
Claims = set[tuple[str, str]]
"""Unique values that earlier inputs of the same batch take."""


def prepare_create(
    crm: Crm,
    kind: str,
    properties: Any,
    *,
    associations: list[tuple[AssociationType, int]],
    actor: Actor,
    claims: Claims,
) -> Draft:
    """Checks a create in full. Raises RefusalError with the answer HubSpot gives."""
    draft = Draft(kind, {}, links=associations)
    clean(crm, draft, properties, actor)
    require(crm, draft, actor)
    for each, target_id in associations:
        linking.check(crm, each, None, target_id, actor)
        if each.target == "invoices" and kind == "line_items":
            line_rules.refuse_recurring(crm, draft.values, target_id)
    _finish(crm, draft, actor, claims)
    return draft


def prepare_update(crm: Crm, kind: str, record: Record, properties: Any, *, actor: Actor, claims: Claims) -> Draft:
    """Checks a change in full. Raises RefusalError with the answer HubSpot gives."""
    draft = Draft(kind, {}, record=record)
    clean(crm, draft, properties, actor)
    require(crm, draft, actor)
    _finish(crm, draft, actor, claims)
    return draft


def create(
    crm: Crm, kind: str, properties: Any, associations: list[tuple[AssociationType, int]], actor: Actor
) -> Record:
    """Checks and carries out one create."""
    draft = prepare_create(crm, kind, properties, associations=associations, actor=actor, claims=set())
    return commit(crm, draft, actor)


def update(crm: Crm, kind: str, record: Record, properties: Any, actor: Actor) -> Record:
    """Checks and carries out one change."""
    return commit(crm, prepare_update(crm, kind, record, properties, actor=actor, claims=set()), actor)


def _finish(crm: Crm, draft: Draft, actor: Actor, claims: Claims) -> None:
    rule = _RULES.get(draft.kind)
    if rule is not None:
        rule(crm, draft, actor)
    _claim(crm, draft, claims)


def _claim(crm: Crm, draft: Draft, claims: Claims) -> None:
    store = crm.stores[draft.kind]
    for name, value in store.each_indexed({key: value for key, value in draft.values.items() if value}):
        holder = store.holder(name, value)
        taken = holder is not None and (draft.record is None or holder != draft.record.id)
        if (name, value) in claims and name == "email":
            raise RefusalError(409, "CONFLICT", "Contact already exists in this batch")
        if taken or (name, value) in claims:
            raise bad_property(name, "CONFLICTING_UNIQUE_VALUE", f"{holder or 'another input'} already has that value")
        claims.add((name, value))


def commit(crm: Crm, draft: Draft, actor: Actor) -> Record:
    """Carries a checked write out and returns the record. Amounts that follow from it are left to `amounts.refresh`."""
    now = crm.now_ms()
    record = _insert(crm, draft, actor, now) if draft.record is None else draft.record
    if draft.record is not None:
        crm.stores[draft.kind].change(record, draft.values, now, actor.source, crm.settles(now))
    cleared = {name for name, value in draft.values.items() if not value}
    record.pinned = frozenset((record.pinned | draft.pinned) - cleared)
    if draft.kind == "line_items":
        record.pinned = frozenset(draft.pinned)
    for kind, target_id in draft.links:
        linking.connect(crm, kind, record.id, target_id)
    _mark_money(crm, draft.kind, record)
    if draft.kind == "contacts" and draft.values.get("email") and draft.record is None:
        _company_of(crm, record, actor)
    return record


def _insert(crm: Crm, draft: Draft, actor: Actor, now: int) -> Record:
    store = crm.stores[draft.kind]
    if draft.kind == "invoices":
        invoice_rules.number_on_commit(crm, draft)
    record_id = store.take_id()
    if draft.kind == "commerce_payments":
        draft.values.setdefault("hs_payment_id", str(record_id))
    created = now if draft.created_ms is None else draft.created_ms
    record = Record(record_id, pack(draft.values), created, now, actor.source)
    store.insert(record, crm.settles(now))
    return record


def _mark_money(crm: Crm, kind: str, record: Record) -> None:
    if kind == "invoices":
        crm.stale_invoices.add(record.id)
    elif kind in (*line_rules.CHILDREN, "commerce_payments"):
        crm.stale_invoices.update(crm.links.targets(kind, record.id, "invoices"))
        if kind == "commerce_payments":
            crm.stale_payments.add(record.id)


def _company_of(crm: Crm, contact: Record, actor: Actor) -> None:
    """Makes and associates the company of a contact's e-mail domain, where the account does so by itself."""
    domain = contact_rules.company_domain(contact.get("email") or "")
    if not crm.account.automatic_company_creation or domain is None:
        return
    store = crm.stores["companies"]
    found = next(iter(store.bucket("domain").get(domain, ())), None)
    if found is None:
        name = domain.rpartition(".")[0].capitalize()
        draft = Draft("companies", {"domain": domain, "name": name})
        found = _insert(crm, draft, actor, crm.now_ms()).id
    kind = default_type("contacts", "companies")
    assert kind is not None
    linking.connect(crm, kind, contact.id, found)


def archive(crm: Crm, kind: str, record: Record, actor: Actor) -> None:
    """Moves a record to the recycle bin, an invoice or deal with its lines. Raises RefusalError where barred."""
    refuse_archive(crm, kind, record, actor)
    now = crm.now_ms()
    neighbours = list(crm.links.kinds_of(kind, record.id))
    crm.shelf[kind, record.id] = [(target, each, types) for target, all_ in neighbours for each, types in all_.items()]
    _mark_money(crm, kind, record)
    for target, labels in neighbours:
        if kind in line_rules.PARENTS and target in line_rules.CHILDREN:
            for child_id in list(labels):
                _archive_child(crm, target, child_id, now)
    for target, labels in neighbours:
        for target_id in list(labels):
            crm.links.remove(kind, record.id, target, target_id)
            linking.mark(crm, kind, record.id, target, target_id)
    crm.stores[kind].archive(record, now)


def _archive_child(crm: Crm, kind: str, child_id: int, now: int) -> None:
    child = crm.stores[kind].live.get(child_id)
    if child is None:
        return
    crm.shelf[kind, child.id] = [
        (target, each, types) for target, labels in crm.links.kinds_of(kind, child.id) for each, types in labels.items()
    ]
    crm.links.remove_all(kind, child.id)
    crm.stores[kind].archive(child, now)


def refuse_archive(crm: Crm, kind: str, record: Record, actor: Actor) -> None:
    """Raises RefusalError if this record may not be archived now."""
    if kind == "invoices":
        invoice_rules.refuse_deletion(crm, record, actor)
    elif kind == "commerce_payments":
        other_rules.refuse_payment_deletion(crm, record, actor)
    elif kind in line_rules.CHILDREN:
        line_rules.refuse_if_parent_frozen(crm, Draft(kind, {}, record=record), actor)


def properties_of(body: Mapping[str, Any]) -> dict[str, Any]:
    """The `properties` of one input; an input without any writes none. 400 if they are no object."""
    sent = body.get("properties")
    if sent is None:
        return {}
    if not isinstance(sent, dict):
        raise invalid("Invalid input JSON: properties must be an object")
    return sent
