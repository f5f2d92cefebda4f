"""Queries over the books: index first, then row by row; pages are joined from records rendered at write time."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime
from itertools import islice
from math import floor
from typing import Any
from zoneinfo import ZoneInfo

import orjson

from hsqbo_pipeline.sandbox.quickbooks.books import BY_ROUTE, PSEUDO_TAX_CODES, Books
from hsqbo_pipeline.sandbox.quickbooks.filterable import HAS_ACTIVE, QUERYABLE, Column
from hsqbo_pipeline.sandbox.quickbooks.grammar import Order, Predicate, Query, invalid, parse_query
from hsqbo_pipeline.sandbox.quickbooks.store import Row, Table
from hsqbo_pipeline.sandbox.quickbooks.wire import dump, number_of, parse

DEFAULT_PAGE = 100
LARGEST_PAGE = 1000
_PACIFIC = ZoneInfo("America/Los_Angeles")
_SKU = re.compile(rb'"Sku":"(?:[^"\\]|\\.)*",|,"Sku":"(?:[^"\\]|\\.)*"(?=})')
"""The Sku of a rendered item; inside a text its quotes would be escaped."""
Test = Callable[[int, Row, dict[str, Any]], bool]


def run_query(books: Books, statement: str) -> bytes:
    """Answer a statement with the value of "QueryResponse". Raises Refusal 4000 or 4001."""
    query = parse_query(statement)
    entity = BY_ROUTE.get(query.entity.lower())
    if entity is None:
        raise invalid(f"invalid context declaration: {query.entity}")
    table = books.tables[entity]
    start, most = _page(books, query)
    numbers, ordered = _matching(books, entity, table, query)
    if query.count:
        return b'{"totalCount":%d}' % (len(numbers) if isinstance(numbers, list) else sum(1 for _ in numbers))
    if query.order and not ordered:
        numbers = _sorted(entity, table, numbers, query.order)
    first, last = start - 1, start - 1 + most
    chosen = numbers[first:last] if isinstance(numbers, list) else islice(numbers, first, last)
    rows = [table.rows[number].raw for number in chosen]
    if entity == "TaxCode" and books.is_us and not query.where:
        pseudo = [table.rows[number].raw for number in PSEUDO_TAX_CODES.values()]
        rows = pseudo + rows if start == 1 else rows
    return _answer(entity, [_project(entity, raw, query.columns) for raw in rows], start)


def _answer(entity: str, rows: list[bytes], start: int) -> bytes:
    if not rows:
        return b"{}"
    name = entity.encode()
    if entity == "Preferences":
        return b'{"%s":[%s],"maxResults":%d}' % (name, b",".join(rows), len(rows))
    return b'{"%s":[%s],"startPosition":%d,"maxResults":%d}' % (name, b",".join(rows), start, len(rows))


def _page(books: Books, query: Query) -> tuple[int, int]:
    start = 1 if query.start is None else query.start
    most = DEFAULT_PAGE if query.most is None else query.most
    if not books.switches.qb_strict_paging:
        return max(start, 1), min(max(most, 0), LARGEST_PAGE)
    if start < 1:
        raise invalid(f"value {start} is too small. Min allowed value is 1")
    if most < 1:
        raise invalid(f"value {most} is too small. Min allowed value is 1")
    if most > LARGEST_PAGE:
        raise invalid(f"value {most} is too large. Max allowed value is {LARGEST_PAGE}")
    return start, most


def _project(entity: str, raw: bytes, columns: tuple[str, ...]) -> bytes:
    if "*" in columns:
        if entity == "Item" and not any(name.lower() == "sku" for name in columns):
            return _SKU.sub(b"", raw, count=1)
        return raw
    wanted = {"id", *(name.split(".")[0].lower() for name in columns)}
    return dump({key: value for key, value in parse(raw).items() if key.lower() in wanted})


# -- which rows ----------------------------------------------------------------------------------------------------


def _column(entity: str, name: str, *, to_filter: bool) -> Column:
    column = QUERYABLE[entity].get(name.lower())
    if column is None or (to_filter and not column.filterable):
        raise invalid(f"property '{name}' is not queryable")
    return column


def _matching(books: Books, entity: str, table: Table, query: Query) -> tuple[Iterable[int], bool]:
    """The rows asked for, and whether they come in the order asked for: else they come in the order of ids."""
    tests: list[tuple[bool, Test]] = []
    candidates: Iterable[int] | None = None
    about_activity = ordered = False
    for predicate in query.where:
        column = _column(entity, predicate.property, to_filter=True)
        if column.name == "Active":
            about_activity = True
            if {_flag(value) for value in predicate.values} == {True, False}:
                continue
        found = _by_index(entity, table, column, predicate) if candidates is None else None
        if found is None:
            tests.append(_test(books, column, predicate))
        elif column.kind == "updated":
            ordered = _by_change(query.order)
            candidates = found if ordered else sorted(found)
        else:
            candidates = found
    only_active = entity in HAS_ACTIVE and not about_activity and len(table.active_ids) < len(table)
    if candidates is None:
        candidates = table.active_ids if only_active else table.ids
        only_active = False
    if entity == "TaxCode":
        candidates = (number for number in candidates if number < min(PSEUDO_TAX_CODES.values()))
    if only_active or tests:
        candidates = _filtered(table, candidates, tests, only_active=only_active)
    return candidates, ordered


def _filtered(
    table: Table, candidates: Iterable[int], tests: list[tuple[bool, Test]], *, only_active: bool
) -> Iterable[int]:
    cheap = [test for needs_doc, test in tests if not needs_doc]
    costly = [test for needs_doc, test in tests if needs_doc]
    for number in candidates:
        row = table.rows[number]
        if only_active and not row.active:
            continue
        if not all(test(number, row, {}) for test in cheap):
            continue
        if costly:
            doc = orjson.loads(row.raw)
            if not all(test(number, row, doc) for test in costly):
                continue
        yield number


def _by_index(entity: str, table: Table, column: Column, predicate: Predicate) -> Iterable[int] | None:
    """Candidates from an index, None if no index answers this predicate exactly.

    They come in the order of ids, from the index of changes oldest change first.
    """
    if predicate.operator in ("=", "IN"):
        if column.kind == "id":
            numbers = {_id(entity, value) for value in predicate.values}
            return sorted(number for number in numbers if number in table)
        if column.name in table.indexes and " " not in predicate.values:
            hits = {number for value in predicate.values for number in table.find(column.name, value)}
            return sorted(hits)
    if column.kind == "updated" and predicate.operator in (">", ">="):
        edge = _instant(predicate.values[0])
        whole = int(edge) == edge
        return table.changed_since(int(edge) if whole and predicate.operator == ">=" else floor(edge) + 1)
    if column.kind == "id":
        raise invalid("property 'Id' supports only the operators = and IN")
    return None


def _id(entity: str, value: str) -> int:
    if entity == "TaxCode" and value in PSEUDO_TAX_CODES:
        return PSEUDO_TAX_CODES[value]
    return number_of(value)


def _instant(text: str) -> float:
    try:
        instant = datetime.fromisoformat(text)
    except ValueError:
        raise invalid(f"Invalid date: {text}") from None
    # without an offset the zone is ambiguous; the service is believed to take Pacific time
    return (instant if instant.tzinfo else instant.replace(tzinfo=_PACIFIC)).astimezone(UTC).timestamp()


def _test(books: Books, column: Column, predicate: Predicate) -> tuple[bool, Test]:
    """(whether the record itself is needed, the test)."""
    operator, values = predicate.operator, predicate.values
    if values[0].upper() == "CURRENT_DATE":
        values = (books.today().isoformat(),)
    if column.kind in ("created", "updated"):
        instants = [_instant(value) for value in values]
        slot = column.kind
        return False, lambda _n, row, _d: _compare(float(getattr(row, slot)), operator, instants)
    if column.name == "Active":
        wanted = [_flag(value) for value in values]
        return False, lambda _n, row, _d: row.active in wanted
    read = _reader(column)
    convert = _CONVERT[column.kind]
    if operator == "LIKE":
        pattern = re.compile(".*".join(re.escape(part) for part in values[0].split("%")), re.IGNORECASE | re.DOTALL)
        return True, lambda _n, _r, doc: bool(pattern.fullmatch(str(read(doc) or "")))
    edges = [None if value == " " else convert(value) for value in values]
    own = _OWN[column.kind]
    return True, lambda _n, _r, doc: _compare(own(read(doc)), operator, edges)


def _reader(column: Column) -> Callable[[dict[str, Any]], Any]:
    inner = {"ref": "value", "email": "Address"}.get(column.kind)
    if inner is None:
        return lambda doc: doc.get(column.name)
    return lambda doc: (doc.get(column.name) or {}).get(inner)


def _flag(value: str) -> bool:
    if value.lower() not in ("true", "false"):
        raise invalid(f"Invalid boolean: {value}")
    return value.lower() == "true"


def _number(value: str) -> float:
    try:
        return float(value)
    except ValueError:
        raise invalid(f"Invalid number: {value}") from None


def _lower(value: Any) -> Any:
    return value.lower() if isinstance(value, str) else value


def _day(value: str) -> str:
    if not re.fullmatch(r"\d{4}-\d{2}-\d{2}.*", value):
        raise invalid(f"Invalid date: {value}")
    return value[:10]


_CONVERT: dict[str, Callable[[str], Any]] = {
    "text": str.lower,
    "ref": str,
    "email": str.lower,
    "number": _number,
    "day": _day,
    "flag": _flag,
    "id": str,
}
_OWN: dict[str, Callable[[Any], Any]] = {
    **dict.fromkeys(("text", "email"), _lower),
    "ref": lambda value: value,
    "id": lambda value: value,
    "day": lambda value: value,
    "number": lambda value: None if value is None else float(value),
    "flag": bool,
}


def _compare(own: Any, operator: str, edges: Sequence[Any]) -> bool:
    if operator in ("=", "IN"):
        return own in edges
    if own is None or edges[0] is None:
        return False
    if operator == "<":
        return bool(own < edges[0])
    if operator == ">":
        return bool(own > edges[0])
    return bool(own <= edges[0]) if operator == "<=" else bool(own >= edges[0])


# -- in which order ------------------------------------------------------------------------------------------------


def _by_change(order: tuple[Order, ...]) -> bool:
    """Whether the oldest change is wanted first and nothing else, as a reader of changes asks."""
    return len(order) == 1 and not order[0].descending and order[0].property.lower() == "metadata.lastupdatedtime"


def _sorted(entity: str, table: Table, numbers: Iterable[int], order: tuple[Order, ...]) -> Iterable[int]:
    columns = [(_column(entity, item.property, to_filter=False), item.descending) for item in order]
    if len(columns) == 1 and columns[0][0].kind == "id" and not columns[0][1]:
        return numbers
    chosen = list(numbers)
    if _by_change(order):
        if len(chosen) == len(table):
            return table.in_order_of_change()
        if len(chosen) * 4 > len(table):
            wanted = set(chosen)
            return (number for number in table.in_order_of_change() if number in wanted)
        return sorted(chosen, key=lambda number: (table.rows[number].updated, number))
    for column, descending in reversed(columns):
        chosen.sort(key=_sort_key(table, column), reverse=descending)
    return chosen


def _sort_key(table: Table, column: Column) -> Callable[[int], Any]:
    if column.kind == "id":
        return lambda number: number
    if column.kind in ("created", "updated"):
        return lambda number: getattr(table.rows[number], column.kind)
    read, own = _reader(column), _OWN[column.kind]

    def key(number: int) -> tuple[bool, Any]:
        value = own(read(orjson.loads(table.rows[number].raw)))
        return value is not None, value if value is not None else 0

    return key
