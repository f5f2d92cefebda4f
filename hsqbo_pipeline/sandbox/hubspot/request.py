"""One API request, read: path as family, version and rest; query; body."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any
from urllib.parse import parse_qs

from hsqbo_pipeline.sandbox.hubspot.crm import Actor
from hsqbo_pipeline.sandbox.hubspot.refusals import invalid
from hsqbo_pipeline.sandbox.hubspot.tokens import Token
from hsqbo_pipeline.sandbox.hubspot.values import is_digits

VERSIONS = frozenset({"2026-03", "2026-09"})
LEGACY = frozenset({"v1", "v3", "v4"})
_LEGACY_CRM = re.compile(r"/crm/(v3|v4)/(objects|associations|properties|pipelines|limits)(/.*)?")


def normalise(path: str) -> str:
    """The date-based form of a path: `/crm/v3/objects/x` -> `/crm/objects/v3/x`; others stay."""
    path = path.rstrip("/") or "/"
    legacy = _LEGACY_CRM.fullmatch(path)
    return f"/crm/{legacy[2]}/{legacy[1]}{legacy[3] or ''}" if legacy else path


@dataclass(slots=True)
class Request:
    """A request on its way to a handler. `names` are the parts of the path a route left open."""

    method: str
    path: str
    query: dict[str, list[str]]
    raw: bytes
    token: Token
    names: dict[str, str] = field(default_factory=dict)

    @property
    def version(self) -> str:
        """The API version of the path."""
        return self.names.get("version", "")

    @property
    def actor(self) -> Actor:
        """Who writes."""
        return Actor(self.token.source, version=self.version)

    @property
    def dated(self) -> bool:
        """Whether a date-based version was asked for, not v3 or v4."""
        return self.version in VERSIONS

    def json(self) -> Any:
        """The body, numbers as Decimal. Raises RefusalError 400 for what is no JSON."""
        if not self.raw:
            return {}
        try:
            return json.loads(self.raw, parse_float=Decimal, parse_constant=_no_constant)
        except (ValueError, RecursionError) as error:
            raise invalid(f"Invalid input JSON: {type(error).__name__}") from None

    def object(self) -> dict[str, Any]:
        """The body, which must be an object."""
        body = self.json()
        if not isinstance(body, dict):
            raise invalid("Invalid input JSON: an object is expected")
        return body

    def listed(self, name: str) -> list[str]:
        """A list parameter: comma-separated, repeated, or both."""
        parts = [part for value in self.query.get(name, []) for part in value.split(",")]
        return [part.strip() for part in parts if part.strip()]

    def one(self, name: str) -> str | None:
        """A single parameter."""
        values = self.query.get(name)
        return values[-1] if values else None

    def flag(self, name: str) -> bool:
        """A boolean parameter."""
        return (self.one(name) or "").lower() == "true"

    def number(self, name: str, default: int, most: int) -> int:
        """A count parameter; 400 beyond its maximum."""
        text = self.one(name)
        if text is None or text == "":
            return default
        if not is_digits(text.isascii() and text) or not 0 < int(text) <= most:
            raise invalid(f"{name} must be between 1 and {most}; {text} was sent")
        return int(text)

    def cursor(self) -> int:
        """Where a list goes on (`after`), 0 for its beginning; 400 for what no page answered."""
        after = self.one("after")
        if after and not is_digits(after):
            raise invalid("after is not a cursor that a page before answered")
        return int(after or 0)


def list_in(body: dict[str, Any], name: str) -> list[Any]:
    """A list of a JSON body, empty if absent or null; 400 if it is something else."""
    found = body.get(name)
    if found is None:
        return []
    if not isinstance(found, list):
        raise invalid(f"Invalid input JSON: {name} must be a list")
    return found


def names_in(body: dict[str, Any], name: str) -> list[str]:
    """A list of property names of a JSON body."""
    return [each for each in list_in(body, name) if isinstance(each, str)]


def read_query(raw: bytes) -> dict[str, list[str]]:
    """The query string."""
    return parse_qs(raw.decode("latin-1"), keep_blank_values=True)


def _no_constant(text: str) -> Any:
    raise ValueError(f"{text} is no JSON number")
