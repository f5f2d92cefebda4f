"""All records of one object type, with the indexes that reads and searches need.

Ids only grow, so the list of live ids is sorted by itself and a page is a slice. The log of last-modified times is
kept in order of time; an entry is stale once its record has a later time, and stale entries are dropped in bulk.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import deque
from collections.abc import Iterable

from hsqbo_pipeline.sandbox.hubspot.definitions import Definitions
from hsqbo_pipeline.sandbox.hubspot.kinds import Kind
from hsqbo_pipeline.sandbox.hubspot.records import Record, Source, View, pack

_KEPT_MS = 90 * 86_400 * 1000
"""How long the recycle bin keeps what was archived."""


class Store:
    """The records of one object type."""

    def __init__(self, kind: Kind, definitions: Definitions, first_id: int) -> None:
        self.kind = kind
        self.definitions = definitions
        self.live: dict[int, Record] = {}
        self.archived: dict[int, Record] = {}
        self.aliases: dict[int, int] = {}
        self.ids: list[int] = []
        self.next_id = first_id
        self.unique: dict[str, dict[str, int]] = {name: {} for name in definitions.unique_names()}
        if kind.name == "contacts":
            self.unique["email"] = {}
        self.log: list[tuple[int, int]] = []
        self._log_sorted = True
        self.buckets: dict[str, dict[str, set[int]]] = {}
        self.version = 0
        self.unsettled: dict[int, deque[tuple[int, View | None]]] = {}

    # ---- reading

    def find(self, record_id: int) -> Record | None:
        """A live record by its id or by an id that was merged into it."""
        return self.live.get(self.resolve(record_id))

    def resolve(self, record_id: int) -> int:
        """The id that answers for `record_id` today; merges may have been chained."""
        while record_id in self.aliases:
            record_id = self.aliases[record_id]
        return record_id

    def page(self, after: int, limit: int) -> tuple[list[Record], int | None]:
        """Live records with an id of at least `after`, and the id the next page begins with."""
        found: list[Record] = []
        at = bisect_left(self.ids, after)
        while at < len(self.ids) and len(found) < limit:
            record = self.live.get(self.ids[at])
            if record is not None:
                found.append(record)
            at += 1
        while at < len(self.ids) and self.ids[at] not in self.live:
            at += 1
        return found, self.ids[at] if at < len(self.ids) else None

    def modified_between(self, low: int, high: int) -> list[int]:
        """Ids of live records last modified within [low, high] milliseconds, in no particular order."""
        self._sort_log()
        start, end = bisect_left(self.log, (low, 0)), bisect_right(self.log, (high, 1 << 62))
        found = []
        for ms, record_id in self.log[start:end]:
            record = self.live.get(record_id)
            if record is not None and record.updated_ms == ms:
                found.append(record_id)
        return found

    def count_modified_between(self, low: int, high: int) -> int:
        """How many ids `modified_between` looks at: what choosing that index costs."""
        self._sort_log()
        return bisect_right(self.log, (high, 1 << 62)) - bisect_left(self.log, (low, 0))

    def bucket(self, name: str) -> dict[str, set[int]]:
        """Index of a property's values, lower-cased, to live ids: made at its first use and kept from then on."""
        if name not in self.buckets:
            index: dict[str, set[int]] = {}
            for record_id, record in self.live.items():
                value = record.get(name)
                if value:
                    index.setdefault(value.lower(), set()).add(record_id)
            self.buckets[name] = index
        return self.buckets[name]

    # ---- writing

    def take_id(self) -> int:
        """A new id, never used before."""
        record_id, self.next_id = self.next_id, self.next_id + 1
        return record_id

    def insert(self, record: Record, settles_ms: int | None = None) -> None:
        """Adds a record; a search sees it from `settles_ms` on, at once if that is None."""
        if settles_ms is not None:
            self._unsettle(record.id, settles_ms, None)
        self.live[record.id] = record
        self.ids.append(record.id)
        self._log(record)
        values = record.values() if self.unique or self.buckets else {}
        self._index(record.id, values)
        self.version += 1

    def change(self, record: Record, values: dict[str, str], ms: int, source: Source, settles_ms: int) -> set[str]:
        """Lays values over a record ("" clears) and returns the names that changed; without any, nothing moves."""
        before = record.values()
        changed = {name for name, value in values.items() if before.get(name, "") != value}
        if not changed:
            return changed
        self._unsettle(record.id, settles_ms, record.view())
        self._unindex(record.id, before)
        for name in changed:
            record.remember(name, before.get(name), values[name], ms, source)
        after = {**before, **{name: values[name] for name in changed}}
        record.packed = pack(after)
        record.updated_ms = max(record.updated_ms, ms)
        self._index(record.id, {name: value for name, value in after.items() if value})
        self._log(record)
        self.version += 1
        return changed

    def archive(self, record: Record, ms: int) -> None:
        """Moves a record to the recycle bin."""
        self._drop(record)
        record.archived_ms = ms
        self.archived[record.id] = record

    def recycle_bin(self, now_ms: int) -> dict[int, Record]:
        """The archived records by id; after 90 days they are gone from there too (documented)."""
        for record in [each for each in self.archived.values() if (each.archived_ms or 0) <= now_ms - _KEPT_MS]:
            del self.archived[record.id]
        return self.archived

    def restore(self, record: Record, ms: int) -> None:
        """Brings a record back from the recycle bin, as people can."""
        del self.archived[record.id]
        record.archived_ms = None
        record.updated_ms = ms
        self.live[record.id] = record
        at = bisect_left(self.ids, record.id)
        if at == len(self.ids) or self.ids[at] != record.id:
            self.ids.insert(at, record.id)
        self._index(record.id, record.values())
        self._log(record)
        self.version += 1

    def purge(self, record: Record) -> None:
        """Removes a record for good: a merged-away or forgotten one appears nowhere, not even among the archived."""
        if record.id in self.live:
            self._drop(record)
        self.archived.pop(record.id, None)

    def touch(self, record: Record, ms: int) -> None:
        """Moves a record's last-modified time without a change of values."""
        record.updated_ms = ms
        self._log(record)
        self.version += 1

    def add_unique(self, name: str) -> None:
        """Starts to keep a property's values unique."""
        self.unique[name] = {}

    def holder(self, name: str, value: str) -> int | None:
        """The live record that holds a unique value."""
        return self.unique.get(name, {}).get(value)

    # ---- the search index's delay

    def settle(self, now_ms: int) -> None:
        """Lets a search see what it could not see yet but can by now."""
        done = []
        for record_id, views in self.unsettled.items():
            while views and views[0][0] <= now_ms:
                views.popleft()
            if not views:
                done.append(record_id)
        for record_id in done:
            del self.unsettled[record_id]
        if done:
            self.version += 1

    def visible(self, record_id: int) -> View | None:
        """A live record as a search sees it: its past state while a change has not settled, None if not there yet."""
        views = self.unsettled.get(record_id)
        record = self.live.get(record_id)
        if record is None:
            return None
        return views[0][1] if views else record.view()

    # ---- indexes

    def each_indexed(self, values: dict[str, str]) -> Iterable[tuple[str, str]]:
        """The unique property values of one record. A contact's secondary e-mails count like its e-mail."""
        found = [(name, values[name]) for name in self.unique if values.get(name)]
        if self.kind.name == "contacts" and values.get("hs_additional_emails"):
            found += [("email", each) for each in additional_emails(values)]
        return found

    def _index(self, record_id: int, values: dict[str, str]) -> None:
        for name, value in self.each_indexed(values):
            self.unique[name].setdefault(value, record_id)
        for name, index in self.buckets.items():
            if values.get(name):
                index.setdefault(values[name].lower(), set()).add(record_id)

    def _unindex(self, record_id: int, values: dict[str, str]) -> None:
        for name, value in self.each_indexed(values):
            if self.unique[name].get(value) == record_id:
                del self.unique[name][value]
        for name, index in self.buckets.items():
            if values.get(name):
                index.get(values[name].lower(), set()).discard(record_id)

    def _drop(self, record: Record) -> None:
        del self.live[record.id]
        self.unsettled.pop(record.id, None)
        self._unindex(record.id, record.values())
        self.version += 1
        if len(self.ids) > 2 * len(self.live) + 1000:
            self.ids = [each for each in self.ids if each in self.live]

    def _unsettle(self, record_id: int, settles_ms: int, before: View | None) -> None:
        self.unsettled.setdefault(record_id, deque()).append((settles_ms, before))

    def _log(self, record: Record) -> None:
        entry = (record.updated_ms, record.id)
        if self.log and entry < self.log[-1]:
            self._log_sorted = False
        self.log.append(entry)
        if len(self.log) > 2 * len(self.live) + 1000:
            self.log = sorted((each.updated_ms, each.id) for each in self.live.values())
            self._log_sorted = True

    def _sort_log(self) -> None:
        if not self._log_sorted:
            self.log.sort()
            self._log_sorted = True


def additional_emails(values: dict[str, str]) -> list[str]:
    """A contact's secondary e-mails, lower-cased."""
    listed = values.get("hs_additional_emails", "").split(";")
    return [each.strip().lower() for each in listed if each.strip()]
