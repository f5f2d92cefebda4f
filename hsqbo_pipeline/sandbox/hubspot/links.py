"""Which records are associated, and with which labels.

A pair is kept in both directions, each with the type ids that hold in that direction. Most records have one neighbour
of a kind, so a single neighbour is kept as a plain pair and only a second one makes a dictionary.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import cache

from hsqbo_pipeline.sandbox.hubspot.association_types import (
    TYPES,
    AssociationType,
    default_type,
    primary_type,
)

_Single = tuple[int, tuple[int, ...]]
_Many = dict[int, tuple[int, ...]]


class Links:
    """All associations of the portal."""

    def __init__(self) -> None:
        self._sides: dict[tuple[str, str], dict[int, _Single | _Many]] = {}
        self.version = 0

    def labels(self, source: str, source_id: int, target: str) -> dict[int, tuple[int, ...]]:
        """Type ids towards each associated record, in the order the associations were made."""
        entry = self._sides.get((source, target), {}).get(source_id)
        if entry is None:
            return {}
        return {entry[0]: entry[1]} if isinstance(entry, tuple) else entry

    def targets(self, source: str, source_id: int, target: str) -> list[int]:
        """Ids of the associated records of one type."""
        return list(self.labels(source, source_id, target))

    def kinds_of(self, source: str, source_id: int) -> Iterator[tuple[str, dict[int, tuple[int, ...]]]]:
        """Every neighbour of a record, by object type."""
        for (left, right), side in self._sides.items():
            if left == source and source_id in side:
                yield right, self.labels(source, source_id, right)

    def add(self, kind: AssociationType, source_id: int, target_id: int) -> None:
        """Adds one type between two records, with what HubSpot adds of itself.

        A labelled association carries the unlabelled type too. The first company of a contact or deal becomes its
        primary one; making another one primary takes the label from the first.
        """
        wanted = {kind.type_id}
        plain = default_type(kind.source, kind.target)
        if plain is not None:
            wanted.add(plain.type_id)
        source, target = kind.source, kind.target
        primary = primary_type(source, target)
        if primary is None and primary_type(target, source) is not None:
            reverse = TYPES[target, source, kind.inverse]
            self.add(reverse, target_id, source_id)
            return
        if primary is not None:
            self._settle_primary(primary, source_id, wanted)
        self._write(source, target, source_id, target_id, wanted)

    def _settle_primary(self, primary: AssociationType, source_id: int, wanted: set[int]) -> None:
        holders = [
            target_id
            for target_id, types in self.labels(primary.source, source_id, primary.target).items()
            if primary.type_id in types
        ]
        if primary.type_id in wanted:
            for holder in holders:
                self.remove_type(primary, source_id, holder)
        elif not holders:
            wanted.add(primary.type_id)

    def replace(self, kinds: Iterable[AssociationType], source_id: int, target_id: int) -> None:
        """Sets the labels between two records to exactly these (and the unlabelled type)."""
        listed = list(kinds)
        self.remove(listed[0].source, source_id, listed[0].target, target_id)
        for each in listed:
            self.add(each, source_id, target_id)

    def remove(self, source: str, source_id: int, target: str, target_id: int) -> bool:
        """Ends the association of two records; False if there was none."""
        if target_id not in self.labels(source, source_id, target):
            return False
        self._forget(source, target, source_id, target_id)
        self._forget(target, source, target_id, source_id)
        self.version += 1
        return True

    def remove_type(self, kind: AssociationType, source_id: int, target_id: int) -> None:
        """Removes one label; removing the unlabelled type, or the last label, ends the association."""
        types = self.labels(kind.source, source_id, kind.target).get(target_id, ())
        left = set(types) - {kind.type_id}
        if kind.label is None or not left:
            self.remove(kind.source, source_id, kind.target, target_id)
            return
        self.remove(kind.source, source_id, kind.target, target_id)
        self._write(kind.source, kind.target, source_id, target_id, left)

    def remove_all(self, source: str, source_id: int) -> None:
        """Ends every association of a record, as archiving it for good does."""
        for target, labels in list(self.kinds_of(source, source_id)):
            for target_id in list(labels):
                self.remove(source, source_id, target, target_id)

    def move(self, kind: str, old_id: int, new_id: int) -> None:
        """Gives a record's associations to another one, as a merge does; a primary one there stays the only one."""
        for target, labels in list(self.kinds_of(kind, old_id)):
            primary = primary_type(kind, target)
            taken = {each for types in self.labels(kind, new_id, target).values() for each in types}
            lost = {primary.type_id} & taken if primary else set()
            for target_id, types in list(labels.items()):
                self.remove(kind, old_id, target, target_id)
                if target_id != new_id:
                    self._write(kind, target, new_id, target_id, set(types) - lost)

    def _write(self, source: str, target: str, source_id: int, target_id: int, types: set[int]) -> None:
        forward = _ordered({*self.labels(source, source_id, target).get(target_id, ()), *types})
        backward = _inverse(source, target, forward)
        self._put(source, target, source_id, target_id, forward)
        self._put(target, source, target_id, source_id, backward)
        self.version += 1

    def _put(self, source: str, target: str, source_id: int, target_id: int, types: tuple[int, ...]) -> None:
        side = self._sides.setdefault((source, target), {})
        entry = side.get(source_id)
        if entry is None or (isinstance(entry, tuple) and entry[0] == target_id):
            side[source_id] = (target_id, types)
        elif isinstance(entry, tuple):
            side[source_id] = {entry[0]: entry[1], target_id: types}
        else:
            entry[target_id] = types

    def _forget(self, source: str, target: str, source_id: int, target_id: int) -> None:
        side = self._sides[source, target]
        entry = side[source_id]
        if isinstance(entry, tuple):
            del side[source_id]
            return
        entry.pop(target_id, None)
        if not entry:
            del side[source_id]


@cache
def _inverse(source: str, target: str, types: tuple[int, ...]) -> tuple[int, ...]:
    return _ordered({TYPES[source, target, each].inverse for each in types})


_INTERNED: dict[tuple[int, ...], tuple[int, ...]] = {}


def _ordered(types: set[int]) -> tuple[int, ...]:
    ordered = tuple(sorted(types))
    return _INTERNED.setdefault(ordered, ordered)
