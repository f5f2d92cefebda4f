"""JSON as both APIs speak it, without ever touching a binary float on the way in or out.

Numbers with a fraction are read as Decimal and written as plain JSON numbers without exponent (QuickBooks' schema types
know no exponent; 1e-05 is refused).
"""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

import orjson


class UnreadableBodyError(ValueError):
    """The body is no JSON: an empty answer, or an HTML page of something between us and the API."""


def read_json(body: bytes) -> Any:
    """The parsed body; amounts are Decimal, whole numbers int.

    Raises UnreadableBodyError for anything that is not JSON (NaN and Infinity included).
    """
    try:
        return json.loads(body, parse_float=Decimal, parse_constant=_no_constant)
    except ValueError as exc:
        raise UnreadableBodyError("the answer is not JSON") from exc


def write_json(value: Any) -> bytes:
    """`value` as a request body. Decimals keep their digits. Raises TypeError for what JSON cannot say."""
    return orjson.dumps(value, default=_number)


def _number(value: Any) -> orjson.Fragment:
    if isinstance(value, Decimal) and value.is_finite():
        return orjson.Fragment(format(value, "f"))
    raise TypeError(f"{type(value).__name__} {value!r} cannot be sent as JSON")


def _no_constant(name: str) -> Any:
    raise ValueError(name)
