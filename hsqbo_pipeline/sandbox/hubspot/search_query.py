"""A search request, read and held against HubSpot's limits.

Limits (search guide): 3,000 characters, 5 filter groups of 6 filters, 18 filters in all, one sort, pages of 200, and
nothing beyond the first 10,000 results.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from hsqbo_pipeline.sandbox.hubspot.kinds import find_kind
from hsqbo_pipeline.sandbox.hubspot.refusals import bad_property, invalid
from hsqbo_pipeline.sandbox.hubspot.request import list_in, names_in
from hsqbo_pipeline.sandbox.hubspot.store import Store
from hsqbo_pipeline.sandbox.hubspot.values import is_digits

MAX_BODY = 3000
MAX_GROUPS, MAX_FILTERS, MAX_ALL_FILTERS = 5, 6, 18
MAX_PAGE, MAX_RESULTS = 200, 10_000
_VALUELESS = frozenset({"HAS_PROPERTY", "NOT_HAS_PROPERTY"})
_LISTED = frozenset({"IN", "NOT_IN"})
OPERATORS = frozenset({
    "EQ", "NEQ", "LT", "LTE", "GT", "GTE", "BETWEEN", "CONTAINS_TOKEN", "NOT_CONTAINS_TOKEN", *_VALUELESS, *_LISTED,
})  # fmt: skip


@dataclass(frozen=True, slots=True)
class Filter:
    """One condition. `associated` names an object type for the pseudo-property `associations.{type}`."""

    name: str
    operator: str
    value: str = ""
    high: str = ""
    values: tuple[str, ...] = ()
    associated: str | None = None


@dataclass(frozen=True, slots=True)
class Query:
    """A search: a record matches if all filters of one group do."""

    groups: tuple[tuple[Filter, ...], ...]
    text: str
    sort: str
    descending: bool
    names: tuple[str, ...]
    limit: int
    offset: int


def read_query(store: Store, body: Any, size: int) -> Query:
    """The search a request asks for. Raises RefusalError 400 for what HubSpot does not take."""
    if not isinstance(body, dict):
        raise invalid("Invalid input JSON: a search is an object")
    if size > MAX_BODY:
        raise invalid(f"The search request is longer than {MAX_BODY} characters")
    groups = _groups(store, body)
    sort, descending = _sort(store, list_in(body, "sorts"))
    return Query(
        groups=groups,
        text=str(body.get("query") or ""),
        sort=sort,
        descending=descending,
        names=tuple(names_in(body, "properties")),
        limit=_limit(body.get("limit")),
        offset=_offset(body.get("after"), _limit(body.get("limit"))),
    )


def _groups(store: Store, body: dict[str, Any]) -> tuple[tuple[Filter, ...], ...]:
    listed = list(list_in(body, "filterGroups"))
    if list_in(body, "filters"):
        listed.append({"filters": body["filters"]})
    if len(listed) > MAX_GROUPS:
        raise invalid(f"Too many filterGroups: at most {MAX_GROUPS} are allowed")
    groups = []
    for group in listed:
        filters = group.get("filters") if isinstance(group, dict) else None
        if not isinstance(filters, list):
            raise invalid("Invalid input JSON: a filterGroup needs filters")
        if len(filters) > MAX_FILTERS:
            raise invalid(f"Too many filters in one group: at most {MAX_FILTERS} are allowed")
        groups.append(tuple(_filter(store, each) for each in filters))
    if sum(len(group) for group in groups) > MAX_ALL_FILTERS:
        raise invalid(f"Too many filters: at most {MAX_ALL_FILTERS} are allowed")
    return tuple(groups)


def _filter(store: Store, each: Any) -> Filter:
    if not isinstance(each, dict) or not isinstance(each.get("propertyName"), str):
        raise invalid("Invalid input JSON: a filter needs propertyName and operator")
    name, operator = each["propertyName"], each.get("operator")
    if operator not in OPERATORS:
        raise invalid(f"Invalid operator {operator}; allowed are {', '.join(sorted(OPERATORS))}")
    associated = _associated(store, name, operator)
    if associated is None and store.definitions.get(name) is None:
        raise bad_property(name, "PROPERTY_DOESNT_EXIST", f'There was a problem with the request: no property "{name}"')
    values = tuple(_text(value) for value in list_in(each, "values"))
    value, high = _text(each.get("value")), _text(each.get("highValue"))
    if operator in _LISTED and not values:
        raise invalid(f"Operator {operator} needs values")
    if operator not in _VALUELESS | _LISTED and not value:
        raise invalid(f"Operator {operator} needs a value")
    if operator == "BETWEEN" and not high:
        raise invalid("Operator BETWEEN needs highValue")
    return Filter(name, operator, value, high, values, associated)


def _associated(store: Store, name: str, operator: str) -> str | None:
    prefix, _, alias = name.partition(".")
    if prefix != "associations" or not alias:
        return None
    kind = find_kind(alias)
    if kind is None or operator not in {"EQ", "IN"}:
        raise invalid(f"{name} of {store.kind.name} can only be searched with EQ or IN")
    return kind.name


def _sort(store: Store, sorts: list[Any]) -> tuple[str, bool]:
    if len(sorts) > 1:
        raise invalid("Only one sort is allowed")
    if not sorts:
        return store.kind.created, False
    if isinstance(sorts[0], dict):
        name = str(sorts[0].get("propertyName", ""))
        descending = sorts[0].get("direction", "ASCENDING") == "DESCENDING"
    else:
        name, descending = str(sorts[0]).removeprefix("-"), str(sorts[0]).startswith("-")
    if store.definitions.get(name) is None:
        raise bad_property(name, "PROPERTY_DOESNT_EXIST", f'There was a problem with the request: no property "{name}"')
    return name, descending


def _limit(value: Any) -> int:
    if value in (None, "", 0):
        return 10
    if not is_digits(str(value)) or int(value) > MAX_PAGE:
        raise invalid(f"limit must be between 1 and {MAX_PAGE}")
    return int(value)


def _offset(value: Any, limit: int) -> int:
    if value is None or value == "":
        return 0
    if not is_digits(str(value)):
        raise invalid("after must be the integer that the page before answered")
    if int(value) + limit > MAX_RESULTS:
        raise invalid(f"A search pages through its first {MAX_RESULTS} results only; narrow its filters")
    return int(value)


def _text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)
