"""Where a company's records live: JSON bytes rendered once per write, with the indexes queries use."""

from __future__ import annotations

from bisect import bisect_left, insort
from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from typing import Any

import orjson

from hsqbo_pipeline.sandbox.quickbooks.wire import Doc, packed, parse, stamp

Keys = Callable[[Doc], str | None]
_BITS = 32
_ID = (1 << _BITS) - 1


class Row:
    """One record: its bytes, and what listing it needs."""

    __slots__ = ("active", "created", "keys", "raw", "updated")

    def __init__(self, raw: bytes, created: int, updated: int, active: bool, keys: tuple[str | None, ...]) -> None:
        self.raw = raw
        self.created = created
        self.updated = updated
        self.active = active
        self.keys = keys


class Sequence:
    """Ids shared by tables, as all transactions share theirs."""

    def __init__(self) -> None:
        self.last = 0

    def take(self) -> int:
        """The next id."""
        self.last += 1
        return self.last


class Index:
    """Lower-case value to the ids that carry it."""

    def __init__(self) -> None:
        self._ids: dict[str, int | list[int]] = {}

    def add(self, value: str, number: int) -> None:
        held = self._ids.get(value)
        if held is None:
            self._ids[value] = number
        elif isinstance(held, int):
            self._ids[value] = sorted((held, number))
        else:
            insort(held, number)

    def drop(self, value: str, number: int) -> None:
        held = self._ids.get(value)
        if held == number:
            del self._ids[value]
        elif isinstance(held, list) and number in held:
            held.remove(number)
            if not held:
                del self._ids[value]

    def get(self, value: str) -> list[int]:
        held = self._ids.get(value.lower())
        if held is None:
            return []
        return [held] if isinstance(held, int) else held


class Table:
    """All records of one kind, by id, by time of change and by each indexed property."""

    def __init__(self, name: str, sequence: Sequence, indexed: dict[str, Keys]) -> None:
        self.name = name
        self.sequence = sequence
        self.rows: dict[int, Row] = {}
        self.ids: list[int] = []
        self.active_ids: list[int] = []
        self.by_time: list[int] = []
        self.columns = tuple(indexed)
        self.indexes = {column: Index() for column in indexed}
        self._readers = tuple(indexed.values())
        self._unsorted = False

    def __len__(self) -> int:
        return len(self.rows)

    def __contains__(self, number: int) -> bool:
        return number in self.rows

    def doc(self, number: int) -> Doc:
        """The record, free to be changed. Raises KeyError."""
        found: Doc = parse(self.rows[number].raw)
        return found

    def peek(self, number: int) -> Doc:
        """The record to look at: fractions are floats here, so no amount may be taken from it. Raises KeyError."""
        found: Doc = orjson.loads(self.rows[number].raw)
        return found

    def docs(self) -> Iterator[Doc]:
        """Every record in the order of ids."""
        return (parse(self.rows[number].raw) for number in self.ids)

    def find(self, column: str, value: str) -> list[int]:
        """Ids of the records whose indexed property equals the value, ignoring case."""
        return self.indexes[column].get(value)

    def put(self, number: int, doc: Doc, updated: int, created: int | None = None) -> bytes:
        """Store the record with these times (epoch seconds); return its bytes."""
        old = self.rows.get(number)
        if created is None:
            created = old.created if old else updated
        doc["MetaData"] = {"CreateTime": stamp(created), "LastUpdatedTime": stamp(updated)}
        active = doc.get("Active", True) is not False
        keys = tuple(_lower(reader(doc)) for reader in self._readers)
        row = Row(packed(doc), created, updated, active, keys)
        if old is None:
            self._enter(number, row)
        else:
            self._replace(number, old, row)
        self.rows[number] = row
        return row.raw

    def load(self, number: int, doc: Doc, created: int) -> None:
        """Store a new record, ids ascending, out of the order of time: `settle` must follow before any reading."""
        doc["MetaData"] = {"CreateTime": stamp(created), "LastUpdatedTime": stamp(created)}
        active = doc.get("Active", True) is not False
        keys = tuple(_lower(reader(doc)) for reader in self._readers)
        raw = packed(doc)
        self.rows[number] = Row(raw, created, created, active, keys)
        self.ids.append(number)
        if active:
            self.active_ids.append(number)
        self.by_time.append(created << _BITS | number)
        for index, key in zip(self.indexes.values(), keys, strict=True):
            if key is not None:
                index.add(key, number)
        self._unsorted = True

    def settle(self) -> None:
        """Bring the order of time right after loading."""
        if self._unsorted:
            self.by_time.sort()
            self._unsorted = False

    def remove(self, number: int) -> None:
        """Forget the record."""
        row = self.rows.pop(number)
        _drop(self.ids, number)
        if row.active:
            _drop(self.active_ids, number)
        _drop(self.by_time, row.updated << _BITS | number)
        for index, key in zip(self.indexes.values(), row.keys, strict=True):
            if key is not None:
                index.drop(key, number)

    def changed_since(self, epoch: int) -> Iterable[int]:
        """Ids changed at or after the second, oldest change first."""
        start = bisect_left(self.by_time, epoch << _BITS)
        return map(_ID.__and__, islice(self.by_time, start, None))

    def in_order_of_change(self) -> Iterator[int]:
        """All ids, oldest change first."""
        return map(_ID.__and__, self.by_time)

    def _enter(self, number: int, row: Row) -> None:
        insort(self.ids, number)
        if row.active:
            insort(self.active_ids, number)
        insort(self.by_time, row.updated << _BITS | number)
        for index, key in zip(self.indexes.values(), row.keys, strict=True):
            if key is not None:
                index.add(key, number)

    def _replace(self, number: int, old: Row, row: Row) -> None:
        if old.active != row.active:
            (insort if row.active else _drop)(self.active_ids, number)
        if old.updated != row.updated:
            _drop(self.by_time, old.updated << _BITS | number)
            insort(self.by_time, row.updated << _BITS | number)
        for index, before, after in zip(self.indexes.values(), old.keys, row.keys, strict=True):
            if before != after:
                if before is not None:
                    index.drop(before, number)
                if after is not None:
                    index.add(after, number)


def _drop(numbers: list[int], number: int) -> None:
    place = bisect_left(numbers, number)
    if place < len(numbers) and numbers[place] == number:
        del numbers[place]


def _lower(value: str | None) -> str | None:
    return value.lower() if value else None


def text_key(name: str) -> Keys:
    """Index a text property."""
    return lambda doc: doc.get(name)


def ref_key(name: str) -> Keys:
    """Index the id a reference holds."""

    def key(doc: Doc) -> str | None:
        reference: Any = doc.get(name)
        return reference.get("value") if reference else None

    return key


def email_key(name: str) -> Keys:
    """Index an e-mail address."""

    def key(doc: Doc) -> str | None:
        address: Any = doc.get(name)
        return address.get("Address") if address else None

    return key
