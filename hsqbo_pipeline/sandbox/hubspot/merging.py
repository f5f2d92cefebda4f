"""Merges, and contacts that ask to be forgotten.

The survivor of a merge has a new id (unless the account keeps the primary's); both old ids go on answering for it,
and neither is listed any more, not even among the archived.
"""

from __future__ import annotations

from hsqbo_pipeline.sandbox.hubspot.crm import Actor, Crm
from hsqbo_pipeline.sandbox.hubspot.records import Record, pack
from hsqbo_pipeline.sandbox.hubspot.refusals import RefusalError, invalid, not_found
from hsqbo_pipeline.sandbox.hubspot.store import additional_emails
from hsqbo_pipeline.sandbox.hubspot.values import is_digits

MAX_MERGES = 250


def merge(crm: Crm, kind: str, primary_id: str, other_id: str, actor: Actor) -> Record:
    """Merges `other_id` into `primary_id` and returns the survivor. The primary's values win, its blanks are filled."""
    store = crm.stores[kind]
    primary, other = crm.record(kind, primary_id), crm.record(kind, other_id)
    if primary is other:
        raise invalid("A record can not be merged with itself")
    values = {**other.values(), **primary.values()}
    consumed = [*_merged_ids(other), *_merged_ids(primary), str(primary.id), str(other.id)]
    if len(consumed) > 2 * MAX_MERGES:
        raise RefusalError(414, "VALIDATION_ERROR", f"A record can not take part in more than {MAX_MERGES} merges")
    now = crm.now_ms()
    values["hs_merged_object_ids"] = ";".join(dict.fromkeys(consumed))
    if kind == "contacts":
        _join_contacts(primary, other, values, now)
    keeps = crm.account.merge_keeps_primary_id
    survivor_id = primary.id if keeps else store.take_id()
    store.purge(primary)
    store.purge(other)
    survivor = Record(survivor_id, pack(values), min(primary.created_ms, other.created_ms), now, primary.born)
    survivor.history, survivor.pinned = primary.history, primary.pinned
    store.insert(survivor, crm.settles(now))
    for old in (primary, other):
        if old.id != survivor_id:
            store.aliases[old.id] = survivor_id
            crm.links.move(kind, old.id, survivor_id)
    survivor.remember("hs_merged_object_ids", None, values["hs_merged_object_ids"], now, actor.source)
    return survivor


def forget_contact(crm: Crm, object_id: str, id_property: str | None) -> None:
    """Deletes a contact for good. By an unknown e-mail: that address can never be used again."""
    store = crm.stores["contacts"]
    if id_property == "email":
        email = object_id.strip().lower()
        holder = store.holder("email", email)
        if holder is None:
            crm.blocked_emails.add(email)
            return
        contact = store.live[holder]
    else:
        known = int(object_id) if is_digits(object_id) else -1
        found = store.find(known) or store.archived.get(known)
        if found is None:
            raise not_found("resource not found")
        contact = found
    crm.links.remove_all("contacts", contact.id)
    crm.shelf.pop(("contacts", contact.id), None)
    store.purge(contact)


def _merged_ids(record: Record) -> list[str]:
    return [each for each in (record.get("hs_merged_object_ids") or "").split(";") if each]


def _join_contacts(primary: Record, other: Record, values: dict[str, str], now: int) -> None:
    known = primary.values()
    addresses = [*additional_emails(known), other.get("email") or "", *additional_emails(other.values())]
    kept = [each for each in dict.fromkeys(addresses) if each and each != values.get("email")]
    if kept:
        values["hs_additional_emails"] = ";".join(kept)
    merged = [each for each in (known.get("hs_calculated_merged_vids") or "").split(";") if each]
    values["hs_calculated_merged_vids"] = ";".join([*merged, f"{primary.id}:{now}", f"{other.id}:{now}"])
