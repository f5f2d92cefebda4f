"""Whether a record holds what a scenario expects of it: paths into it, values, and matchers."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from typing import Any
from zoneinfo import ZoneInfo

from hsqbo_pipeline.scenarios import words

Record = Mapping[str, Any]
State = Mapping[str, list[dict[str, Any]]]
_LINE = re.compile(r"(\w+)\[(\d+)\]$")
_ONE_TEXT = ("value", "Address", "FreeFormNumber", "URI")
_DAYS = frozenset({"day", "same_day_in"})
MATCHERS = ("absent", "contains", "day", "in", "same_day_in", "any_of", "not", "matches", "greater_than", "less_than")


def at_path(record: Record, path: str, state: State) -> Any:
    """The value at `a.b` or `Line[2].x`, or a neutral value; None where there is none."""
    found = words.value_of(path, record, state)
    if found is not None:
        return found
    value: Any = record["properties"] if "properties" in record and path not in record else record
    for part in path.split("."):
        value = _step(value, part)
        if value is None:
            return None
    return value


def _step(value: Any, part: str) -> Any:
    indexed = _LINE.match(part)
    if indexed and isinstance(value, Mapping):
        return _line(value.get(indexed[1]) or [], int(indexed[2]))
    if not isinstance(value, Mapping):
        return None
    if part in value:
        return value[part]
    # A sales line keeps most of its fields one level down.
    detail = next(
        (each for name, each in value.items() if name.endswith("LineDetail") and isinstance(each, Mapping)), None
    )
    return detail.get(part) if detail is not None else None


def _line(lines: list[Record], number: int) -> Record | None:
    """The n-th sales line; beyond the last of them, the n-th line of any kind but the server's subtotal."""
    kept = [line for line in lines if line.get("DetailType") != "SubTotalLineDetail"]
    sales = [line for line in kept if line.get("DetailType") in ("SalesItemLineDetail", "GroupLineDetail", None)]
    for chosen in (sales, kept):
        if 0 < number <= len(chosen):
            return chosen[number - 1]
    return None


def differences(record: Record, has: Record, state: State) -> list[str]:
    """What the record does not hold, one sentence each."""
    found = []
    for path, expected in has.items():
        actual = at_path(record, str(path), state)
        if not holds(actual, expected):
            found.append(f"{path} is {shown(actual)}, expected {shown(expected)}")
    return found


def holds(actual: Any, expected: Any) -> bool:
    """Whether a value is the expected one or fits the matcher."""
    if isinstance(expected, Mapping) and expected.keys() & set(MATCHERS):
        if _DAYS & expected.keys() and not _days(actual, expected):
            return False
        return all(_PLAIN[name](actual, wanted) for name, wanted in expected.items() if name in _PLAIN)
    return same(actual, expected)


def same(actual: Any, expected: Any) -> bool:
    """Equal as a person reads it: numbers as decimals, instants as instants, references by what they refer to."""
    if isinstance(actual, Mapping) and not isinstance(expected, Mapping):
        actual = next((actual[name] for name in _ONE_TEXT if name in actual), actual)
    if isinstance(expected, Mapping) and isinstance(actual, Mapping):
        return all(same(actual.get(name), value) for name, value in expected.items())
    if isinstance(expected, list):
        return isinstance(actual, list) and len(actual) == len(expected) and all(map(same, actual, expected))
    if absent(expected):
        return absent(actual)
    if isinstance(expected, bool):
        return str(actual).lower() == str(expected).lower()
    if isinstance(expected, int | float | Decimal):
        return _number(actual) == Decimal(str(expected))
    if isinstance(actual, bool):
        return str(actual).lower() == str(expected).lower()
    mine, wanted = _instant(actual), _instant(expected)
    if mine is not None and wanted is not None:
        return mine == wanted
    return str(actual) == str(expected) or (isinstance(actual, int | Decimal) and _number(expected) == actual)


def absent(value: Any) -> bool:
    """No value at all, or an empty one."""
    return value is None or value in ("", {}, [])


def _number(value: Any) -> Decimal | None:
    try:
        return Decimal(str(value)) if not absent(value) else None
    except InvalidOperation:
        return None


def _instant(value: Any) -> datetime | None:
    if isinstance(value, datetime):
        return value if value.tzinfo else value.replace(tzinfo=UTC)
    if not isinstance(value, str) or "T" not in value:
        return None
    try:
        moment = datetime.fromisoformat(value)
    except ValueError:
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _days(actual: Any, matcher: Mapping[str, Any]) -> bool:
    """The day the value falls on in each of the zones."""
    zones = matcher.get("same_day_in") or [matcher.get("in", "UTC")]
    moment = _instant(actual)
    if moment is None:
        return str(actual)[:10] == str(matcher.get("day"))
    days = {moment.astimezone(ZoneInfo(str(zone))).date().isoformat() for zone in zones}
    return days == ({str(matcher["day"])} if "day" in matcher else days) and len(days) == 1


def _text(value: Any) -> str:
    if isinstance(value, Mapping):
        return str(next((value[name] for name in _ONE_TEXT if name in value), value))
    return str(value)


_PLAIN: dict[str, Callable[[Any, Any], bool]] = {
    "absent": lambda actual, wanted: absent(actual) is bool(wanted),
    "contains": lambda actual, wanted: (
        not absent(actual)
        and all(str(each) in _text(actual) for each in (wanted if isinstance(wanted, list) else [wanted]))
    ),
    "any_of": lambda actual, wanted: any(same(actual, each) for each in wanted),
    "not": lambda actual, wanted: not holds(actual, wanted),
    "matches": lambda actual, wanted: not absent(actual) and re.search(str(wanted), _text(actual)) is not None,
    "greater_than": lambda actual, wanted: (_number(actual) or Decimal(0)) > Decimal(str(wanted)),
    "less_than": lambda actual, wanted: (_number(actual) or Decimal(0)) < Decimal(str(wanted)),
}


def shown(value: Any) -> str:
    """A value for a message."""
    return "absent" if absent(value) else str(value)
