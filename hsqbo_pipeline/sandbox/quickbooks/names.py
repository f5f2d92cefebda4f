"""Names: which characters and lengths they may have, that they are unique, and what inactivation does to them."""

from __future__ import annotations

import re
from collections.abc import Mapping

from hsqbo_pipeline.sandbox.quickbooks.books import PEOPLE, Books
from hsqbo_pipeline.sandbox.quickbooks.refusals import (
    bad_characters,
    bad_format,
    bad_length,
    bad_reference,
    duplicate_name,
)
from hsqbo_pipeline.sandbox.quickbooks.wire import Doc, number_of, value_of

DELETED = " (deleted)"
_FORBIDDEN = re.compile(r"[:\t\n\r]")
_DELETED_AT_END = re.compile(r" \(deleted(?: \d+)?\)\Z")
DEEPEST = 5


def check_lengths(doc: Doc, limits: Mapping[str, int]) -> None:
    """Refuse what is too long (2050). A dotted name looks into a nested object."""
    for path, most in limits.items():
        outer, _, inner = path.partition(".")
        value = doc.get(outer)
        if value is not None and inner:
            value = value.get(inner)
        if value.__class__ is str and len(value) > most:
            raise bad_length(path, len(value), most)


def check_characters(doc: Doc, names: tuple[str, ...]) -> None:
    """Refuse colon, tab and newline (2040): a colon separates levels of a hierarchy."""
    for name in names:
        value = doc.get(name)
        if isinstance(value, str) and _FORBIDDEN.search(value):
            raise bad_characters(name, value)


def check_email(doc: Doc, name: str, most: int = 100) -> None:
    """An address needs an @ and a dot behind it (2210)."""
    address = (doc.get(name) or {}).get("Address")
    if address is None:
        return
    if len(address) > most:
        raise bad_length(f"{name}.Address", len(address), most)
    for single in address.split(","):
        local, at, domain = single.strip().rpartition("@")
        if not at or not local or "." not in domain.strip(".") or re.search(r"[\s<>()]", single.strip()):
            raise bad_format("2210", name, address)


def check_person_name(books: Books, entity: str, number: int | None, name: str) -> None:
    """Refuse a DisplayName that any customer, vendor or employee has (6240)."""
    for kind in PEOPLE:
        for holder in books.tables[kind].find("DisplayName", name):
            if (kind, holder) == (entity, number):
                continue
            if not books.switches.qb_names_ignore_case and books.tables[kind].doc(holder)["DisplayName"] != name:
                continue
            raise duplicate_name(str(holder), other_kind=kind != entity)


def check_list_name(books: Books, entity: str, number: int | None, full_name: str) -> None:
    """Refuse a name that another record of the kind has at the same place of the hierarchy (6240)."""
    for holder in books.tables[entity].find("FullyQualifiedName", full_name):
        if holder != number:
            raise duplicate_name(str(holder), other_kind=False)


def name_activity(books: Books, entity: str, doc: Doc, before: Doc | None, name: str) -> None:
    """Give the name its suffix when a record turns inactive, and take it away when it turns active again."""
    active = doc.setdefault("Active", True)
    was_active = before is None or before.get("Active", True)
    if not active and was_active:
        doc[name] = _free_deleted_name(books, entity, _DELETED_AT_END.sub("", doc[name]), name)
    elif active and not was_active and before is not None and doc[name] == before[name]:
        doc[name] = _DELETED_AT_END.sub("", doc[name])


def _free_deleted_name(books: Books, entity: str, base: str, name: str) -> str:
    kinds = PEOPLE if entity in PEOPLE else (entity,)
    candidate, count = base + DELETED, 1
    while any(books.tables[kind].find(name, candidate) for kind in kinds):
        count += 1
        candidate = f"{base} (deleted {count})"
    return candidate


def place_in_hierarchy(books: Books, entity: str, doc: Doc, name: str, own_id: int | None) -> None:
    """Set FullyQualifiedName and Level from ParentRef. Raises Refusal 2500 for a parent that cannot be one."""
    full = [str(doc[name])]
    level = 0
    parent = value_of(doc.get("ParentRef"))
    if parent is None:
        doc.pop("ParentRef", None)
    while parent is not None:
        key = number_of(parent)
        if key == own_id or key not in books.tables[entity] or level >= DEEPEST - 1:
            raise bad_reference("ParentRef", "Invalid Reference Id : ParentRef is unknown, circular or too deep")
        above = books.tables[entity].peek(key)
        if level == 0:
            doc["ParentRef"] = {"value": parent, "name": above["FullyQualifiedName"]}
        full.insert(0, str(above[name]))
        level += 1
        parent = value_of(above.get("ParentRef"))
    doc["FullyQualifiedName"] = ":".join(full)
    if level:
        doc["Level"] = level
    else:
        doc.pop("Level", None)
