"""The API's JSON: decimals kept exact, times as the API prints them, envelopes."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from decimal import ROUND_HALF_EVEN, ROUND_HALF_UP, Decimal
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

import orjson

Doc = dict[str, Any]
"""One object as the API shows it, amounts as Decimal."""

ZERO = Decimal(0)
CENT = Decimal("0.01")
_PACIFIC = ZoneInfo("America/Los_Angeles")


def _number(value: object) -> object:
    if isinstance(value, Decimal):
        return orjson.Fragment(format(value, "f").encode())
    raise TypeError(f"{type(value).__name__} has no JSON form")


def dump(value: object) -> bytes:
    """JSON bytes; a Decimal becomes a number with all its digits."""
    return orjson.dumps(value, default=_number)


def packed(value: object) -> bytes:
    """`dump` for keeping: orjson's own bytes hold on to several times the memory they show."""
    return bytes(memoryview(dump(value)))


def parse(raw: bytes | str) -> Any:
    """Values of a JSON text, fractions as Decimal. Raises ValueError."""
    return _DECODER.decode(raw if isinstance(raw, str) else raw.decode("utf-8"))


def parse_body(raw: bytes) -> Any:
    """Values of a request's body, however odd its numbers. Raises ValueError."""
    return _OUTSIDE.decode(raw.decode("utf-8"))


def _no_constant(name: str) -> Decimal:
    raise ValueError(f"{name} is no JSON number")


def _fraction(text: str) -> Decimal:
    number = Decimal(text)
    if number and abs(number.adjusted()) > _LARGEST_EXPONENT:
        raise ValueError(f"{text[:20]} is out of range")
    return number


def _whole(text: str) -> int | Decimal:
    return int(text) if len(text) < 19 else _fraction(text)


_LARGEST_EXPONENT = 40
_OUTSIDE = json.JSONDecoder(parse_float=_fraction, parse_int=_whole, parse_constant=_no_constant)
_DECODER = json.JSONDecoder(parse_float=Decimal, parse_constant=_no_constant)


def money(value: Decimal | int, *, half_even: bool = False) -> Decimal:
    """Rounded to the cent. Stored whole numbers are int."""
    return Decimal(value).quantize(CENT, ROUND_HALF_EVEN if half_even else ROUND_HALF_UP)


def shown(value: Decimal | int) -> Decimal | int:
    """An amount as the API writes it: two places, and a bare 0 for nothing."""
    return Decimal(value).quantize(CENT) if value else 0


def bare(value: Decimal | int) -> Decimal:
    """A quantity or price without trailing zeros or exponent."""
    short = Decimal(value).normalize()
    return short.quantize(Decimal(1)) if short == short.to_integral_value() else short


@lru_cache(maxsize=65_536)
def stamp(epoch: int) -> str:
    """Seconds since 1970 as MetaData shows them: US Pacific, whatever the company's zone (recorded so)."""
    return datetime.fromtimestamp(epoch, UTC).astimezone(_PACIFIC).isoformat(timespec="seconds")


def envelope_time(now: datetime) -> str:
    """`time` of a response: US Pacific with milliseconds."""
    return now.astimezone(_PACIFIC).isoformat(timespec="milliseconds")


def ref(value: str, name: str | None = None) -> dict[str, str]:
    """A reference to another object."""
    return {"value": value, "name": name} if name else {"value": value}


def value_of(reference: object) -> str | None:
    """The id a reference holds, or None."""
    if isinstance(reference, dict):
        value = reference.get("value")
        return str(value) if value not in (None, "") else None
    return None


def number_of(text: str) -> int:
    """The number an id spells; -1, which no record has, for anything else."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 18 else -1


def one(entity: str, raw: bytes, now: datetime) -> bytes:
    """The envelope of a single object."""
    return b'{"%s":%s,"time":"%s"}' % (entity.encode(), raw, envelope_time(now).encode())
