"""Whether a record, as the search index sees it, satisfies a filter.

Text compares without case, except the options of enumerations. The values of IN and NOT_IN on text must be sent in
lower case: others match nothing. Numbers compare as numbers, dates and date-times as instants.
"""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import orjson

from hsqbo_pipeline.sandbox.hubspot.definitions import Definition
from hsqbo_pipeline.sandbox.hubspot.kinds import Kind
from hsqbo_pipeline.sandbox.hubspot.records import SYSTEM_NAMES, View
from hsqbo_pipeline.sandbox.hubspot.refusals import bad_property
from hsqbo_pipeline.sandbox.hubspot.search_query import Filter
from hsqbo_pipeline.sandbox.hubspot.values import instant_ms, number

Test = Callable[[int, View], bool]
Comparable = Any
_ORDERED: dict[str, Callable[[Comparable, Comparable], bool]] = {
    "EQ": lambda a, b: a == b,
    "LT": lambda a, b: a < b,
    "LTE": lambda a, b: a <= b,
    "GT": lambda a, b: a > b,
    "GTE": lambda a, b: a >= b,
}


def compile_filter(kind: Kind, definition: Definition, wanted: Filter) -> Test:
    """A test for one filter. Raises RefusalError 400 if its value cannot be one of the property's."""
    read = reader(kind, definition)
    operator = wanted.operator
    if operator in ("HAS_PROPERTY", "NOT_HAS_PROPERTY"):
        wants = operator == "HAS_PROPERTY"
        return lambda record_id, view: (read(record_id, view) is not None) == wants
    if operator in ("IN", "NOT_IN"):
        return _listed(definition, wanted, read)
    if operator in ("CONTAINS_TOKEN", "NOT_CONTAINS_TOKEN"):
        return _tokens(wanted, read)
    low = value_of(definition, wanted.value)
    if operator == "BETWEEN":
        high = value_of(definition, wanted.high)
        return lambda record_id, view: (found := read(record_id, view)) is not None and low <= found <= high
    if operator == "NEQ":
        return lambda record_id, view: (found := read(record_id, view)) is not None and found != low
    compare = _ORDERED[operator]
    return lambda record_id, view: (found := read(record_id, view)) is not None and compare(found, low)


def reader(kind: Kind, definition: Definition) -> Callable[[int, View], Comparable | None]:
    """How to get a property's comparable value out of a record; None if it has none."""
    name = definition.name
    if name == "hs_object_id":
        return lambda record_id, _: Decimal(record_id)
    if name in SYSTEM_NAMES:
        if not kind.answers(name):
            return lambda _, __: None
        if name.endswith("createdate"):
            return lambda _, view: view.created_ms
        return lambda _, view: view.updated_ms
    cast = _CASTS.get(definition.type, str.lower)

    def read(_: int, view: View) -> Comparable | None:
        text = orjson.loads(view.packed).get(name)
        return None if text is None else cast(text)

    return read


def value_of(definition: Definition, text: str) -> Comparable:
    """A filter's value in the property's own kind."""
    found = _CASTS.get(definition.type, str.lower)(text)
    if found is None:
        raise bad_property(definition.name, "INVALID_VALUE", f"{text} can not be compared with {definition.type}")
    return found


def _listed(definition: Definition, wanted: Filter, read: Callable[[int, View], Comparable | None]) -> Test:
    if definition.type in ("string", "phone_number"):
        # Values in upper case match nothing: the index holds lower case and does not touch what is asked for.
        values = set(wanted.values)
    else:
        values = {value_of(definition, each) for each in wanted.values}
    if wanted.operator == "IN":
        return lambda record_id, view: read(record_id, view) in values
    return lambda record_id, view: (found := read(record_id, view)) is not None and found not in values


def _tokens(wanted: Filter, read: Callable[[int, View], Comparable | None]) -> Test:
    pattern = wanted.value.lower()
    inverted = wanted.operator.startswith("NOT")

    def test(record_id: int, view: View) -> bool:
        found = read(record_id, view)
        return (found is not None and _has_token(str(found).lower(), pattern)) != inverted

    return test


def _has_token(text: str, pattern: str) -> bool:
    words = [text, *"".join(each if each.isalnum() else " " for each in text).split()]
    bare = pattern.strip("*")
    if pattern.startswith("*") and pattern.endswith("*") and len(pattern) > 1:
        return any(bare in word for word in words)
    if pattern.endswith("*"):
        return any(word.startswith(bare) for word in words)
    if pattern.startswith("*"):
        return any(word.endswith(bare) for word in words)
    return bare in words or all(part in words for part in bare.split())


_CASTS: dict[str, Callable[[str], Comparable]] = {
    "number": number,
    "datetime": instant_ms,
    "date": instant_ms,
    "enumeration": str,
    "bool": str.lower,
}
