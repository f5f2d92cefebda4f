"""HubSpot's associations as read, in the form the mirror keeps: both directions, with type ids."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from hsqbo_pipeline.clients.hubspot.answers import Associated
from hsqbo_pipeline.clients.hubspot.association_types import TYPE_IDS
from hsqbo_pipeline.store.associations import StagedAssociations, Tie

# Which associations each object is read with. The reverse is stored along, so one side reads for both.
READ_WITH: dict[str, tuple[str, ...]] = {
    "contacts": ("companies",),
    "deals": ("contacts", "companies"),
    "invoices": ("contacts", "companies", "deals", "line_items", "commerce_payments", "taxes", "discounts", "fees"),
    "commerce_payments": ("contacts", "companies", "deals", "invoices"),
}
# Labelled types beside the unlabelled ones, as (id, id of the reverse): primary company, billing contact.
_LABELS = {1: 2, 2: 1, 5: 6, 6: 5, 930: 931, 931: 930}
_PRIMARY = {("contacts", "companies"): 1, ("companies", "contacts"): 2, ("deals", "companies"): 5}
_INVERSE = _LABELS | {
    number: TYPE_IDS[to, from_] for (from_, to), number in TYPE_IDS.items() if (to, from_) in TYPE_IDS
}


def tie(to_id: str, type_ids: Iterable[int]) -> Tie:
    """One association in both directions. A type of the portal's own making has no known inverse and keeps its id."""
    forward = tuple(sorted(set(type_ids)))
    return Tie(to_id, forward, tuple(sorted(_INVERSE.get(number, number) for number in forward)))


def stage_read(staged: StagedAssociations, to: str, links: Mapping[str, Iterable[Associated]]) -> None:
    """Associations from the associations endpoint."""
    for from_id, found in links.items():
        staged.add(from_id, to, [tie(each.id, each.type_ids) for each in found])


def stage_listed(staged: StagedAssociations, from_: str, record: Mapping[str, Any]) -> list[str]:
    """Associations that a list gave with a record; which objects were cut off there and must be read apart.

    A list names types by text, not by id, and repeats a record once per label.
    """
    given = record.get("associations") or {}
    cut_off = []
    for to in READ_WITH.get(from_, ()):
        part = given.get(to) or given.get(to.replace("_", " ")) or {}
        if part.get("paging"):
            cut_off.append(to)
            continue
        types: dict[str, set[int]] = {}
        for found in part.get("results") or ():
            types.setdefault(str(found["id"]), set()).add(_type_id(from_, to, str(found.get("type", ""))))
        staged.add(str(record["id"]), to, [tie(to_id, ids) for to_id, ids in types.items()])
    return cut_off


def _type_id(from_: str, to: str, name: str) -> int:
    """`contact_to_company` is the primary company, `contact_to_company_unlabeled` any; other labels end in their id."""
    last = name.rsplit("_", 1)[-1]
    if last.isdigit():
        return int(last)
    if last == "unlabeled":
        return TYPE_IDS[from_, to]
    return _PRIMARY.get((from_, to), TYPE_IDS[from_, to])
