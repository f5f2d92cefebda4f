"""Search over an index that lags behind: which records it finds, in what order, page by page.

Candidates come from the cheapest index a filter offers (values, last-modified log, ids), never from a scan where one
applies; records whose change has not settled are looked at one by one in their earlier state. What a query found is
kept while nothing changed, so that paging by `hs_object_id` through many pages works the filters out once.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import OrderedDict
from collections.abc import Iterable
from typing import Any

import orjson

from hsqbo_pipeline.sandbox.hubspot import rendering
from hsqbo_pipeline.sandbox.hubspot.crm import Crm
from hsqbo_pipeline.sandbox.hubspot.records import SYSTEM_NAMES, View
from hsqbo_pipeline.sandbox.hubspot.search_match import Test, compile_filter, reader
from hsqbo_pipeline.sandbox.hubspot.search_query import MAX_RESULTS, Filter, Query, read_query
from hsqbo_pipeline.sandbox.hubspot.store import Store
from hsqbo_pipeline.sandbox.hubspot.values import instant_ms, is_digits, iso

_KEPT = 8
_ID = "hs_object_id"
_TEXT = ("email", "firstname", "lastname", "phone", "company", "name", "domain", "dealname", "hs_sku", "hs_number")
Group = tuple[Filter, ...]


class Search:
    """The search endpoint of one portal."""

    def __init__(self, crm: Crm) -> None:
        self._crm = crm
        self._kept: OrderedDict[object, list[int]] = OrderedDict()

    def answer(self, kind: str, body: Any, size: int) -> dict[str, Any]:
        """The answer to a search request."""
        store = self._crm.stores[kind]
        query = read_query(store, body, size)
        store.settle(self._crm.now_ms())
        found = self._found(store, query)
        page = found[query.offset : query.offset + query.limit]
        names = rendering.wanted_names(store, query.names)
        total = min(len(found), MAX_RESULTS) if self._crm.switches.hs_search_total_capped else len(found)
        answer: dict[str, Any] = {"total": total, "results": [self._row(store, each, names) for each in page]}
        after = query.offset + len(page)
        if after < len(found):
            answer["paging"] = {"next": {"after": str(after)}}
        return answer

    def _row(self, store: Store, record_id: int, names: list[str]) -> dict[str, Any]:
        view = store.visible(record_id)
        assert view is not None
        return {
            "id": str(record_id),
            "properties": rendering.select(store, record_id, view, names, self._crm.switches.hs_empty_is_null),
            "createdAt": iso(view.created_ms),
            "updatedAt": iso(view.updated_ms),
            "archived": False,
        }

    def _found(self, store: Store, query: Query) -> list[int]:
        groups = query.groups or ((),)
        if len(groups) == 1:
            filters, low, high = _split_ids(groups[0])
            ordered = self._ordered(store, (filters,), query)
            if query.sort == _ID:
                return _between(ordered, low, high, query.descending)
            if (low, high) != (None, None):
                return [each for each in ordered if (low or 0) <= each and (high is None or each <= high)]
            return ordered
        return self._ordered(store, groups, query)

    def _ordered(self, store: Store, groups: tuple[Group, ...], query: Query) -> list[int]:
        key = (
            store.kind.name, groups, query.text, query.sort, query.descending, store.version, self._crm.links.version
        )  # fmt: skip
        if key in self._kept and not store.unsettled:
            self._kept.move_to_end(key)
            return self._kept[key]
        matching: set[int] = set()
        for group in groups:
            matching.update(self._matching(store, group))
        if query.text:
            matching = {each for each in matching if self._mentions(store, each, query.text.lower())}
        ordered = self._sorted(store, matching, query)
        if not store.unsettled:
            self._kept[key] = ordered
            while len(self._kept) > _KEPT:
                self._kept.popitem(last=False)
        return ordered

    def _sorted(self, store: Store, matching: Iterable[int], query: Query) -> list[int]:
        if query.sort == _ID:
            return sorted(matching, reverse=query.descending)
        definition = store.definitions.get(query.sort)
        assert definition is not None
        read = reader(store.kind, definition)
        keyed = [(value, each) for each in matching if (value := read(each, self._view(store, each))) is not None]
        with_value = [each for _, each in sorted(keyed, reverse=query.descending)]
        if len(with_value) == len(keyed) and query.sort in SYSTEM_NAMES:
            return with_value
        return with_value + sorted(set(matching) - set(with_value))

    def _view(self, store: Store, record_id: int) -> View:
        view = store.visible(record_id)
        assert view is not None
        return view

    def _matching(self, store: Store, group: Group) -> Iterable[int]:
        tests: list[Test] = []
        fixed: set[int] | None = None
        for each in group:
            if each.associated is not None:
                found = self._associated(store, each)
                fixed = found if fixed is None else fixed & found
                continue
            definition = store.definitions.get(each.name)
            assert definition is not None
            tests.append(compile_filter(store.kind, definition, each))
        candidates = self._candidates(store, group) if fixed is None else fixed
        for record_id in candidates:
            view = store.visible(record_id)
            if view is not None and all(test(record_id, view) for test in tests):
                yield record_id

    def _associated(self, store: Store, wanted: Filter) -> set[int]:
        found: set[int] = set()
        for value in wanted.values or (wanted.value,):
            if is_digits(value):
                found.update(self._crm.links.targets(str(wanted.associated), int(value), store.kind.name))
        return found

    def _candidates(self, store: Store, group: Group) -> Iterable[int]:
        best: Iterable[int] | None = None
        best_size = len(store.live)
        for each in group:
            found = _from_index(store, each, best_size)
            if found is not None and len(found) < best_size:
                best, best_size = found, len(found)
        if best is None:
            return list(store.live)
        return set(best) | store.unsettled.keys()

    def _mentions(self, store: Store, record_id: int, text: str) -> bool:
        values = orjson.loads(self._view(store, record_id).packed)
        return any(text in str(values.get(name, "")).lower() for name in _TEXT)


def _from_index(store: Store, wanted: Filter, worth: int) -> list[int] | None:
    """Ids an index offers for a filter, None if none applies or it would not be worth it."""
    definition = store.definitions.get(wanted.name)
    assert definition is not None
    if wanted.name == store.kind.modified:
        low, high = _range(wanted)
        if low is not None and store.count_modified_between(low, high) < worth:
            return store.modified_between(low, high)
        return None
    if wanted.name == _ID:
        asked = wanted.values if wanted.operator == "IN" else (wanted.value,) if wanted.operator == "EQ" else None
        return None if asked is None else [int(each) for each in asked if is_digits(each) and int(each) in store.live]
    if wanted.operator not in ("EQ", "IN") or definition.type in ("number", "date", "datetime"):
        return None
    index = store.bucket(wanted.name)
    asked = wanted.values or (wanted.value,)
    return [record_id for each in asked for record_id in index.get(each.lower(), ())]


def _range(wanted: Filter) -> tuple[int | None, int]:
    """The span of milliseconds that a last-modified filter leaves open; None as its start if it leaves all."""
    endless = 1 << 61
    if wanted.operator not in ("GT", "GTE", "EQ", "LT", "LTE", "BETWEEN"):
        return None, endless
    value = instant_ms(wanted.value) or 0
    if wanted.operator in ("GT", "GTE"):
        return value, endless
    if wanted.operator == "EQ":
        return value, value
    if wanted.operator == "BETWEEN":
        return value, instant_ms(wanted.high) or 0
    return 0, value


def _split_ids(group: Group) -> tuple[Group, int | None, int | None]:
    """A group without its conditions on the range of ids, and that range."""
    low: int | None = None
    high: int | None = None
    rest = []
    for each in group:
        if each.name != _ID or each.operator not in ("GT", "GTE", "LT", "LTE") or not is_digits(each.value):
            rest.append(each)
        elif each.operator in ("GT", "GTE"):
            low = max(low or 0, int(each.value) + (each.operator == "GT"))
        else:
            bound = int(each.value) - (each.operator == "LT")
            high = bound if high is None else min(high, bound)
    return tuple(rest), low, high


def _between(ordered: list[int], low: int | None, high: int | None, descending: bool) -> list[int]:
    if low is None and high is None:
        return ordered
    if descending:
        return [each for each in ordered if (low or 0) <= each and (high is None or each <= high)]
    start = 0 if low is None else bisect_left(ordered, low)
    return ordered[start : len(ordered) if high is None else bisect_right(ordered, high)]
