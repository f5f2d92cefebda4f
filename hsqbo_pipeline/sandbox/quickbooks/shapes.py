"""Request bodies held against the property tables: unknown keys, kinds of value, empty strings that mean "not set".

`shapes.json` names the properties of each object as Intuit's published V3 schema has them (Apache-2.0).
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from importlib.resources import files
from typing import Any

from hsqbo_pipeline.sandbox.quickbooks.refusals import Refusal, bad_format
from hsqbo_pipeline.sandbox.quickbooks.wire import Doc

_TABLES: dict[str, Any] = json.loads(files(__package__).joinpath("shapes.json").read_text(encoding="utf-8"))
OBJECTS: dict[str, dict[str, str]] = _TABLES["objects"]
ENUMS: dict[str, frozenset[str]] = {name: frozenset(values) for name, values in _TABLES["enums"].items()}
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}\Z")
_LARGEST = Decimal("99999999999999")
UNSET = object()
Reader = Callable[[object, str], object]


def check(entity: str, body: Doc) -> Doc:
    """The body with each value in its own type and without what counts as absent.

    Raises Refusal 2010 for an unknown property, 2060 to 2170 for a value that cannot be read.
    """
    return _object(entity, body, entity)


def _object(shape: str, value: object, path: str) -> Doc:
    if not isinstance(value, dict):
        raise _unreadable(f"{path} must be an object, not {value!r}")
    table = _TABLE_OF[shape]
    found: Doc = {}
    for key, raw in value.items():
        if raw is None or raw == "":
            if key not in table:
                raise _unknown(shape, key, len(table))
            continue
        reader = table.get(key)
        if reader is None:
            raise _unknown(shape, key, len(table))
        kept = reader(raw, key)
        if kept is not UNSET:
            found[key] = kept
    return found


def _reader(kind: str) -> Reader:
    if kind.endswith("[]"):
        return _list_of(_reader(kind[:-2]))
    if kind in _READERS:
        return _READERS[kind]
    return _one_of(ENUMS[kind]) if kind in ENUMS else _nested(kind)


def _list_of(reader: Reader) -> Reader:
    def read(raw: object, name: str) -> object:
        if not isinstance(raw, list):
            raise _unreadable(f"{name} must be a list")
        kept = [reader(each, name) for each in raw if each is not None and each != ""]
        return [each for each in kept if each is not UNSET]

    return read


def _one_of(values: frozenset[str]) -> Reader:
    def read(raw: object, name: str) -> object:
        if not isinstance(raw, str) or raw not in values:
            raise bad_format("2170", name, raw)
        return raw

    return read


def _nested(shape: str) -> Reader:
    def read(raw: object, name: str) -> object:
        inner = _object(shape, raw, name)
        return inner or ({} if raw == {} else UNSET)

    return read


def _text(raw: object, name: str) -> str:
    if raw.__class__ is str:
        return raw
    if isinstance(raw, dict | list):
        raise _unreadable(f"{name} must be a text")
    return str(raw).lower() if isinstance(raw, bool) else str(raw)


def _decimal(raw: object, name: str) -> Decimal:
    if raw.__class__ is Decimal and -_LARGEST < raw < _LARGEST:
        return raw
    if isinstance(raw, bool) or not isinstance(raw, int | Decimal | str):
        raise bad_format("2090", name, raw)
    try:
        number = Decimal(raw)
    except InvalidOperation:
        raise bad_format("2090", name, raw) from None
    if not number.is_finite():
        raise bad_format("2090", name, raw)
    if abs(number) > _LARGEST:
        raise bad_format("2110", name, raw)
    return number


def _integer(raw: object, name: str) -> int:
    number = _decimal(raw, name)
    if number != number.to_integral_value():
        raise bad_format("2100", name, raw)
    return int(number)


def _positive(raw: object, name: str) -> object:
    number = _integer(raw, name)
    if number < 0:
        raise bad_format("2110", name, raw)
    return number or UNSET


def _boolean(raw: object, name: str) -> bool:
    if isinstance(raw, bool):
        return raw
    if isinstance(raw, str) and raw.lower() in ("true", "false"):
        return raw.lower() == "true"
    raise bad_format("2080", name, raw)


def _day(raw: object, name: str) -> str:
    if not isinstance(raw, str) or not _DAY.match(raw[:10]) or (len(raw) > 10 and raw[10] not in "T+-Z"):
        raise bad_format("2060", name, raw)
    try:
        year = date.fromisoformat(raw[:10]).year
    except ValueError:
        raise bad_format("2060", name, raw) from None
    if not 1900 <= year <= 2999:
        raise bad_format("2060", name, raw)
    return raw[:10]


def _instant(raw: object, name: str) -> str:
    try:
        datetime.fromisoformat(str(raw))
    except ValueError:
        raise bad_format("2070", name, raw) from None
    return str(raw)


_READERS: dict[str, Reader] = {
    "text": _text,
    "decimal": _decimal,
    "integer": _integer,
    "positive": _positive,
    "boolean": _boolean,
    "date": _day,
    "instant": _instant,
    "any": lambda raw, _: raw,
}
_TABLE_OF = {shape: {key: _reader(kind) for key, kind in table.items()} for shape, table in OBJECTS.items()}


def _unknown(shape: str, key: str, count: int) -> Refusal:
    detail = (
        f'Property Name:Can not deserialize property {key}, Unrecognized field "{key}" '
        f"(class com.intuit.schema.finance.v3.{shape}), not marked as ignorable ({count} known properties) specified "
        "is unsupported or invalid"
    )
    return Refusal("2010", "Request has invalid or unsupported property", detail)


def _unreadable(what: str) -> Refusal:
    detail = f"Property Name:Can not deserialize instance, {what} specified is unsupported or invalid"
    return Refusal("2010", "Request has invalid or unsupported property", detail)
