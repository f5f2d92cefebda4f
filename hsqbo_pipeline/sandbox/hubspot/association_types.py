"""HubSpot's own association types: directional ids, their inverses, and which of them is a primary label.

The ids are those of the associations guide and of the official client's `association_type` module.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

# (from, to, id, reverse id, label): the first row of a pair is its unlabelled type.
_ROWS: tuple[tuple[str, str, int, int, str | None], ...] = (
    ("contacts", "companies", 279, 280, None),
    ("contacts", "companies", 1, 2, "Primary"),
    ("contacts", "companies", 931, 930, "Billing Contact"),
    ("contacts", "deals", 4, 3, None),
    ("deals", "companies", 341, 342, None),
    ("deals", "companies", 5, 6, "Primary"),
    ("deals", "line_items", 19, 20, None),
    ("invoices", "contacts", 177, 178, None),
    ("invoices", "companies", 179, 180, None),
    ("invoices", "deals", 175, 176, None),
    ("invoices", "line_items", 409, 410, None),
    ("invoices", "commerce_payments", 541, 542, None),
    ("invoices", "discounts", 411, 412, None),
    ("invoices", "fees", 413, 414, None),
    ("invoices", "taxes", 415, 416, None),
    ("invoices", "orders", 517, 518, None),
    ("commerce_payments", "contacts", 387, 388, None),
    ("commerce_payments", "companies", 389, 390, None),
    ("commerce_payments", "deals", 391, 392, None),
    ("commerce_payments", "line_items", 395, 396, None),
    ("commerce_payments", "orders", 524, 523, None),
    ("notes", "contacts", 202, 201, None),
    ("notes", "companies", 190, 189, None),
    ("notes", "deals", 214, 213, None),
    ("companies", "companies", 13, 14, "Child Company"),
)


@dataclass(frozen=True, slots=True)
class AssociationType:
    """One direction of an association type."""

    source: str
    target: str
    type_id: int
    inverse: int
    label: str | None

    @property
    def primary(self) -> bool:
        """Whether a record may carry this label towards one target only."""
        return self.type_id in (1, 5)


TYPES: dict[tuple[str, str, int], AssociationType] = {}
for _source, _target, _id, _inverse, _label in _ROWS:
    TYPES[_source, _target, _id] = AssociationType(_source, _target, _id, _inverse, _label)
    TYPES[_target, _source, _inverse] = AssociationType(_target, _source, _inverse, _id, _label)


@cache
def types_between(source: str, target: str) -> tuple[AssociationType, ...]:
    """All types from one object type to another, the unlabelled one first; empty if the pair cannot be associated."""
    found = [each for key, each in TYPES.items() if key[:2] == (source, target)]
    return tuple(sorted(found, key=lambda each: each.label is not None))


@cache
def default_type(source: str, target: str) -> AssociationType | None:
    """The unlabelled type of a pair, or None where HubSpot has none."""
    return next((each for each in types_between(source, target) if each.label is None), None)


@cache
def primary_type(source: str, target: str) -> AssociationType | None:
    """The primary label of contact -> company and deal -> company."""
    return next((each for each in types_between(source, target) if each.primary), None)
