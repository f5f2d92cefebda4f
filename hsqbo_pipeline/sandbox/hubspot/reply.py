"""What a handler answers."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any


@dataclass(slots=True)
class Reply:
    """Status, body (None for none) and headers. Searches carry no rate-limit headers."""

    status: int
    body: Any = None
    headers: dict[str, str] = field(default_factory=dict)
    limited_headers: bool = True
