"""One property value, from what a client sends to the text the portal keeps.

Every stored value is text: numbers as plain digits, booleans as true/false, dates as YYYY-MM-DD, date-times as
ISO 8601 with milliseconds and Z. An empty text clears. JSON numbers and booleans are tolerated on the way in.
"""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal, InvalidOperation
from functools import lru_cache
from typing import Any

from hsqbo_pipeline.sandbox.hubspot.definitions import Definition
from hsqbo_pipeline.sandbox.hubspot.refusals import PropertyProblem

_DAY_MS = 86_400_000


class BadValueError(ValueError):
    """A value that its property cannot hold."""

    def __init__(self, problem: PropertyProblem) -> None:
        super().__init__(problem.message)
        self.problem = problem


def stored(definition: Definition, value: Any, options: set[str]) -> str:
    """The text to keep for `value`, "" to clear.

    Raises BadValueError with the code HubSpot answers: INVALID_INTEGER for a number, INVALID_OPTION for an
    enumeration, INVALID_DATE for a date or date-time, INVALID_BOOLEAN for a bool.
    """
    text = as_text(value)
    if text is None:
        raise _bad(definition, "INVALID_STRING", f"{value!r} is not a valid value")
    if definition.type == "string":
        return text
    text = text.strip()
    if not text:
        return ""
    return _CASTS[definition.type](definition, text, options)


def as_text(value: Any) -> str | None:
    """A JSON scalar as text; None for what is no scalar. JSON null clears, like an empty text."""
    if isinstance(value, str):
        return value
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (int, Decimal)):
        return str(value)
    if isinstance(value, float):
        return repr(value)
    return None


def is_digits(text: object) -> bool:
    """Whether a text is a whole number as an id or a cursor is written: ASCII digits, few enough for 64 bits."""
    return isinstance(text, str) and text.isascii() and text.isdigit() and len(text) < 20


def number(text: str) -> Decimal | None:
    """A number as HubSpot reads it: digits, one point, an optional leading minus; None if it is none."""
    try:
        found = Decimal(text)
    except InvalidOperation:
        return None
    return found if found.is_finite() else None


def instant_ms(text: str) -> int | None:
    """Epoch milliseconds of an ISO 8601 date-time, a day, or epoch milliseconds as text; None if it is none."""
    if is_digits(text.removeprefix("-")):
        found = int(text)
        return found if -62_135_596_800_000 <= found < 253_402_300_800_000 else None
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return round(moment.timestamp() * 1000)


@lru_cache(maxsize=65_536)
def iso(ms: int) -> str:
    """Epoch milliseconds as HubSpot writes date-times."""
    moment = datetime.fromtimestamp(ms // 1000, UTC)
    return f"{moment.isoformat()[:19]}.{ms % 1000:03d}Z"


def to_ms(moment: datetime) -> int:
    """An aware moment in epoch milliseconds."""
    return int(moment.timestamp() * 1000)


_MOST_DIGITS = 30
"""Longer numbers are refused; where HubSpot draws the line is not documented."""


def _number(definition: Definition, text: str, _: set[str]) -> str:
    found = number(text)
    if found is None or "_" in text or found.adjusted() > _MOST_DIGITS:
        raise _bad(definition, "INVALID_INTEGER", f"{text} was not a valid number.")
    return plain(found)


def plain(value: Decimal) -> str:
    """A number without exponent, its decimals as given."""
    return format(value, "f")


def _bool(definition: Definition, text: str, _: set[str]) -> str:
    if text.lower() not in {"true", "false"}:
        raise _bad(definition, "INVALID_BOOLEAN", f"{text} was not one of the allowed options: [true, false]")
    return text.lower()


def _datetime(definition: Definition, text: str, _: set[str]) -> str:
    ms = instant_ms(text)
    if ms is None:
        raise _bad(definition, "INVALID_DATE", f"{text} was not a valid long or ISO 8601 date-time.")
    return iso(ms)


def _date(definition: Definition, text: str, _: set[str]) -> str:
    if is_digits(text.removeprefix("-")):
        ms = instant_ms(text)
        if ms is None or ms % _DAY_MS:
            raise _bad(definition, "INVALID_DATE", f"{text} is at a time other than midnight UTC.")
        return iso(ms)[:10]
    try:
        return date.fromisoformat(text).isoformat()
    except ValueError:
        pass
    ms = instant_ms(text)
    if ms is None or ms % _DAY_MS:
        raise _bad(definition, "INVALID_DATE", f"{text} was not a valid date.")
    return iso(ms)[:10]


def _enumeration(definition: Definition, text: str, options: set[str]) -> str:
    chosen = [part for part in text.split(";") if part] if definition.multiple else [text]
    for part in chosen:
        if part not in options:
            allowed = ", ".join(sorted(options))
            raise _bad(definition, "INVALID_OPTION", f"{part} was not one of the allowed options: [{allowed}]")
    return ";".join(chosen) if definition.multiple else text


def _phone(_: Definition, text: str, __: set[str]) -> str:
    return text


def _bad(definition: Definition, code: str, message: str) -> BadValueError:
    return BadValueError(PropertyProblem(definition.name, code, message))


_CASTS = {
    "number": _number,
    "bool": _bool,
    "datetime": _datetime,
    "date": _date,
    "enumeration": _enumeration,
    "phone_number": _phone,
}
